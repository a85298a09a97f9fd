# SPDX-License-Identifier: MIT
# One Makefile for everything. `make help` lists the goals.
MODE ?= release
B := build$(if $(filter-out release,$(MODE)),/$(MODE))

-include build/config.mk

FLAGS_release = -O2 -g
FLAGS_debug   = -O1 -g -fno-omit-frame-pointer
FLAGS_asan    = -O2 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
FLAGS_ubsan   = -O2 -g -fsanitize=undefined -fno-sanitize-recover=undefined
FLAGS_MODE    = $(FLAGS_$(MODE))
WARN = -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings -Wno-format-truncation

CPPFLAGS_ALL = -I. -D_GNU_SOURCE $(SDL_CFLAGS) $(SLIRP_CFLAGS) $(ZLIB_CFLAGS) $(PNG_CFLAGS) $(CAPSTONE_CFLAGS)
CFLAGS_ALL   = -std=c11 $(FLAGS_MODE) $(WARN) -fno-strict-aliasing -pthread -MMD -MP $(CPPFLAGS_ALL) $(CFLAGS)
LIBS = $(SDL_LIBS) $(SLIRP_LIBS) $(ZLIB_LIBS) $(PNG_LIBS) $(FDT_LIBS) $(CAPSTONE_LIBS) -lm -pthread

# Handlers end in tail calls; these two passes would merge their ends into one again (docs/design.md).
$(B)/cpu/arm64/%.o: CFLAGS_ALL += -fno-gcse -fno-crossjumping

LIB_SRC := $(wildcard base/*.c bus/*.c mmu/*.c mmu/*/*.c cpu/*.c cpu/*/*.c cpu/*/*/*.c devices/*.c devices/*/*.c boards/*.c) \
           $(filter-out frontends/cli/main.c,$(wildcard frontends/*.c frontends/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
TEST_SRC := $(shell find tests -name 'test_*.c' 2>/dev/null)
TEST_BIN := $(TEST_SRC:%.c=$(B)/%)

.PHONY: all tests check clean
all: $(B)/orrery

$(B)/liborrery.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(B)/orrery: $(B)/frontends/cli/main.o $(B)/liborrery.a
	$(CC) $(FLAGS_MODE) -o $@ $^ $(LIBS)

$(B)/%.o: %.c build/config.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -c -o $@ $<

build/config.mk: configure
	./configure

# Every tests/**/test_*.c is a program of its own: it defines `Suite *test_suite(void)`, tests/support/ has main and helpers.
# What several device tests share is a file beside them without `test_` in its name; the linker takes what a program asks for.
SUPPORT_OBJ := $(patsubst %.c,$(B)/%.o,$(shell find tests/support tests/devices -name '*.c' ! -name 'test_*.c' 2>/dev/null))
$(B)/libsupport.a: $(SUPPORT_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(B)/tests/%: $(B)/tests/%.o $(B)/libsupport.a $(B)/liborrery.a
	$(CC) $(FLAGS_MODE) -o $@ $^ $(CHECK_LIBS) $(LIBS)

tests: $(TEST_BIN)

check: all tests
	tests/run $(TEST_BIN)

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
