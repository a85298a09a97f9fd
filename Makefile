# SPDX-License-Identifier: MIT
# One Makefile for everything. `make help` lists the goals.
MODE ?= release
B := build$(if $(filter-out release,$(MODE)),/$(MODE))
GUEST ?= debian-arm64
CHECK_JOBS ?= 2

# One short line a file; V=1 shows the commands.
show = $(if $(V),,@printf '%-5s %s\n' $(1) $(2);)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: FORCE all tests run run-built unit-tests check check-built check-long check-long-built fuzz fuzz-built check-hosts bench bench-built accuracy accuracy-built deps install deb lint help clean

# These must work before anything is installed or configured; what is to be built they ask another make for.
OUTER := run check check-long fuzz bench accuracy deps deb help clean
ifneq ($(filter-out $(OUTER),$(or $(MAKECMDGOALS),all)),)
include build/config.mk
endif
CONFIGURED_CC := $(CC)
# libFuzzer is clang's.
ifeq ($(MODE),fuzz)
override CC := $(filter ccache,$(CC)) clang
endif

FLAGS_release = -O2 -g
FLAGS_debug   = -O1 -g -fno-omit-frame-pointer
FLAGS_asan    = -O2 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
FLAGS_ubsan   = -O2 -g -fsanitize=undefined -fno-sanitize-recover=undefined
FLAGS_fuzz    = -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FLAGS_MODE    = $(or $(FLAGS_$(MODE)),$(error MODE=$(MODE) is not known; there are: release debug asan ubsan fuzz))
# The rest of a table's row is zero: gcc takes that from rows within rows, clang would have each written out.
WARN = -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wwrite-strings \
       $(if $(findstring clang,$(CC)),-Wno-missing-field-initializers,-Wno-format-truncation)

# No tail calls without optimisation, nor always with the address sanitizer: there the handlers return to a loop (cpu/engine.h).
ENGINE_FLAGS = $(if $(filter debug asan fuzz,$(MODE))$(filter loop,$(ENGINE)),-DENGINE_LOOP)

CPPFLAGS_ALL = -I. -D_GNU_SOURCE $(HOST_FLAGS) $(ENGINE_FLAGS) $(SDL_CFLAGS) $(SLIRP_CFLAGS) $(ZLIB_CFLAGS) $(PNG_CFLAGS) $(CAPSTONE_CFLAGS) $(JANSSON_CFLAGS)
CFLAGS_ALL   = -std=c11 $(FLAGS_MODE) $(WARN) -fno-strict-aliasing -pthread -MMD -MP $(CPPFLAGS_ALL) $(CFLAGS)
LIBS = $(LDFLAGS) $(SDL_LIBS) $(SLIRP_LIBS) $(GLIB_LIBS) $(ZLIB_LIBS) $(PNG_LIBS) $(FDT_LIBS) $(CAPSTONE_LIBS) $(JANSSON_LIBS) -lm -pthread

# Handlers end in tail calls; these two passes would merge their ends into one again (docs/design.md). Only gcc has them.
# A product and a sum of the guest stay two roundings; a square root is an instruction, not a function that sets errno.
HANDLER_FLAGS = -ffp-contract=off -fno-math-errno $(if $(findstring clang,$(CC)),,-fno-gcse -fno-crossjumping -fno-code-hoisting)
$(B)/cpu/arm64/%.o: CFLAGS_ALL += $(HANDLER_FLAGS)
# Lane loops become the host's vector instructions; clang does that at -O2 by itself.
LANE_FLAGS = $(if $(findstring clang,$(CC)),,-ftree-vectorize -fvect-cost-model=dynamic)
$(B)/cpu/arm64/simd_%.o: CFLAGS_ALL += $(LANE_FLAGS)

LIB_SRC := $(wildcard base/*.c bus/*.c mmu/*.c mmu/*/*.c cpu/*.c cpu/*/*.c cpu/*/*/*.c devices/*.c devices/*/*.c boards/*.c) \
           $(filter-out frontends/cli/main.c,$(wildcard frontends/*.c frontends/*/*.c))
# Compiled a second time for the blocks that keep time (cpu/engine.h).
TIMED_SRC := $(addprefix cpu/arm64/,mem.c mem_sync.c simd_mem.c simd_structure.c branch.c sys.c multiply.c divide.c)
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o) $(TIMED_SRC:%.c=$(B)/%.timed.o) $(B)/roms/demo.o
TEST_SRC := $(shell find tests -name 'test_*.c' 2>/dev/null)
TEST_BIN := $(TEST_SRC:%.c=$(B)/%)
TEST_SCRIPTS := $(wildcard tests/guests/test_*.py) $(filter-out %/lib.sh,$(sort $(wildcard tests/*/*.sh tests/*/*/*.sh)))

all: $(B)/orrery

$(B)/liborrery.a: $(LIB_OBJ)
	@rm -f $@
	$(call show,AR,$@)$(AR) rcs $@ $^

$(B)/orrery: $(B)/frontends/cli/main.o $(B)/liborrery.a
	$(call show,LINK,$@)$(CC) $(FLAGS_MODE) -o $@ $^ $(LIBS)

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call show,CC,$@)$(CC) $(CFLAGS_ALL) -c -o $@ $<

$(B)/%.timed.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call show,CC,$@)$(CC) $(CFLAGS_ALL) -DENGINE_TIMED -c -o $@ $<

# What the program shows without -kernel (roms/demo.h): the committed image as an array, by tools that every host has.
$(B)/roms/demo.c: roms/demo/demo.img roms/embed
	@mkdir -p $(@D)
	$(call show,EMBED,$@)roms/embed rom_demo $< > $@
$(B)/roms/demo.o: $(B)/roms/demo.c $(B)/flags
	$(call show,CC,$@)$(CC) $(CFLAGS_ALL) -c -o $@ $<

# What was installed since (.ci/deps) may be a library that was missed.
build/config.mk: configure $(wildcard build/installed)
	./configure $(or $(CONFIGURED_BY),$(if $(wildcard build/config.mk),'CC=$(CONFIGURED_CC)'))

# Objects are as old as their flags: the file is looked at each time, and changes only when the flags do.
FLAGS_NOW = $(CC) $(CFLAGS_ALL) $(HANDLER_FLAGS) $(LANE_FLAGS)
$(B)/flags: build/config.mk Makefile FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS_NOW)' | cmp -s - $@ || echo '$(FLAGS_NOW)' > $@

# Every tests/**/test_*.c is a program of its own: it defines `Suite *test_suite(void)`, tests/support/ has main and helpers.
# What several device tests share is a file beside them without `test_` in its name; the linker takes what a program asks for.
SUPPORT_OBJ := $(patsubst %.c,$(B)/%.o,$(shell find tests/support tests/devices tests/cpu tests/fuzz -name '*.c' \
                          ! -name libfuzzer.c ! -name 'test_*.c' ! -name '*_guest.c' 2>/dev/null))
$(B)/libsupport.a: $(SUPPORT_OBJ)
	@rm -f $@
	$(call show,AR,$@)$(AR) rcs $@ $^

$(B)/tests/%: $(B)/tests/%.o $(B)/libsupport.a $(B)/liborrery.a
	$(call show,LINK,$@)$(CC) $(FLAGS_MODE) -o $@ $^ $(CHECK_LIBS) $(LIBS)

$(B)/tests/fuzz/fuzz: $(B)/tests/fuzz/libfuzzer.o $(B)/libsupport.a $(B)/liborrery.a
	$(call show,LINK,$@)$(CC) $(FLAGS_MODE) -fsanitize=fuzzer -o $@ $^ $(LIBS)

# What QEMU runs for the differential tests of the AArch64 core, with little- and with big-endian data. Without the cross compiler they say
# that they were skipped.
ORACLE_GUESTS := $(addprefix $(B)/tests/cpu/arm64/,oracle_guest oracle_guest_be)
$(B)/tests/cpu/arm64/oracle_guest_be: ORDER := -mbig-endian
$(ORACLE_GUESTS): tests/cpu/arm64/oracle_guest.c tests/cpu/arm64/oracle_layout.h
	@mkdir -p $(@D)
	-$(call show,CC,$@)aarch64-linux-gnu-gcc $(ORDER) -O2 -Wall -ffreestanding -fno-tree-loop-distribute-patterns -static -nostdlib -no-pie -fno-pie \
	    -Wl,-Ttext-segment=0x40000000 -I. -o $@ $<
$(filter $(B)/tests/cpu/arm64/%,$(TEST_BIN)): | $(ORACLE_GUESTS)

# The kernels of roms/bench as a program of the host, for whom its compiler may do its best.
NATIVE_SRC := $(filter-out $(addprefix roms/bench/,main.c svc.c pages.c),$(wildcard roms/bench/*.c)) $(wildcard roms/bench/host/*.c)
$(B)/roms/bench/native: $(NATIVE_SRC) $(wildcard roms/bench/*.h roms/bench/*.def) $(B)/flags
	@mkdir -p $(@D)
	$(call show,CC,$@)$(CC) -std=c11 -O2 -march=native -ffp-contract=off -fno-math-errno $(WARN) -I. -D_GNU_SOURCE -o $@ $(NATIVE_SRC)

unit-tests: $(TEST_BIN)

tests: unit-tests $(B)/roms/bench/native $(B)/tests/hosts/states

deps:
	@.ci/deps run check

run:
ifeq ($(GUEST),list)
	@roms/guests/run list
else
	@.ci/deps run
	@$(MAKE) --no-print-directory run-built
endif

run-built: all
	@ORRERY=$(B)/orrery roms/guests/run $(GUEST) $(ARGS) || { status=$$?; [ $$status -eq 5 ] || exit $$status; } # 5: the user ended it

check:
	@.ci/deps run check
	@$(MAKE) --no-print-directory check-built

# The unit tests of whatever reads what a guest or a user wrote run a second time with address and undefined-behaviour sanitizers. The
# differential tests do not: their time goes into arithmetic that has no memory to misuse.
SANITIZED_SRC := $(filter-out tests/cpu/test_softfp.c $(addprefix tests/cpu/arm64/test_,fp.c fpu_fma.c simd.c simd_memory.c random.c oracle.c) \
                   tests/docs/%,$(TEST_SRC))
SANITIZED := $(if $(filter release,$(MODE)),$(SANITIZED_SRC:%.c=build/asan/%))

check-built: all tests
	@$(if $(SANITIZED),$(MAKE) --no-print-directory MODE=asan $(SANITIZED))
	@MODE=$(MODE) ORRERY=$(B)/orrery tests/run -j $(CHECK_JOBS) $(TEST_BIN) $(TEST_SCRIPTS) $(SANITIZED)

check-long:
	@.ci/deps run check
	@$(MAKE) --no-print-directory check-long-built

check-long-built: all tests
	@LONG=1 MODE=$(MODE) ORRERY=$(B)/orrery tests/run -j $(CHECK_JOBS) $(TEST_BIN) $(TEST_SCRIPTS)

# Looks for what nobody thought of, until it is stopped (FUZZ_ARGS="-max_total_time=600 -jobs=2": libFuzzer's options). What it learns
# goes to build/fuzz/corpus, what it finds to build/fuzz/found; tests/fuzz/README.md says what to do with it.
fuzz:
	@.ci/deps run check fuzz
	@$(MAKE) --no-print-directory MODE=fuzz fuzz-built

fuzz-built: $(B)/tests/fuzz/fuzz
	@tests/fuzz/run $(B) "$(TARGET)" $(FUZZ_ARGS)

bench:
	@.ci/deps run check
	@$(MAKE) --no-print-directory bench-built

bench-built: all $(B)/roms/bench/native
	@ORRERY=$(B)/orrery python3 frontends/bench/bench.py

# Other machines to build for and to run on, under emulation: tests/hosts/README.md.
check-hosts: all $(B)/tests/hosts/states
	@CHECK_HOSTS=1 ORRERY=$(B)/orrery tests/hosts/hosts.sh

# What was published of hardware, measured in the guest: writes docs/accuracy.md, fails if a goal is missed.
accuracy:
	@.ci/deps run check
	@$(MAKE) --no-print-directory accuracy-built

accuracy-built: all
	@ORRERY=$(B)/orrery python3 tests/accuracy/accuracy.py

# Both tools find nothing: what they may not complain of is named where it stands.
lint:
	@.ci/deps lint
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr --suppressions-list=.ci/cppcheck.txt \
	    -j 2 -I. --library=posix base bus mmu devices boards frontends cpu/*.c
	shellcheck -x -P roms/guests configure .ci/run .ci/deps tests/run tests/fuzz/run roms/build.sh roms/embed roms/guests/run roms/guests/fetch roms/guests/build-disk \
	    roms/guests/build-perf roms/guests/build-gdb frontends/bench/cache-plugin

# What people get: the program, its manual page, what users read, and what their desktop and shell want to know.
ICON_SIZES := 16 24 32 48 64 128 256
DATADIR = $(DESTDIR)$(prefix)/share
install: all
	install -d $(DESTDIR)$(prefix)/bin $(DATADIR)/doc/orrery/docs
	install -m 755 $(B)/orrery $(DESTDIR)$(prefix)/bin/orrery
	install -m 644 README.md LICENSE $(DATADIR)/doc/orrery
	install -m 644 $(wildcard docs/*.md docs/*.png docs/*.svg) $(DATADIR)/doc/orrery/docs
ifneq ($(wildcard docs/orrery.1),)
	install -d $(DATADIR)/man/man1
	install -m 644 docs/orrery.1 $(DATADIR)/man/man1/orrery.1
endif
	install -d $(addprefix $(DATADIR)/,bash-completion/completions applications metainfo icons/hicolor/scalable/apps)
	install -m 644 packaging/orrery.bash $(DATADIR)/bash-completion/completions/orrery
	install -m 644 packaging/orrery.desktop $(DATADIR)/applications
	install -m 644 packaging/orrery.metainfo.xml $(DATADIR)/metainfo
	install -m 644 packaging/icons/orrery.svg $(DATADIR)/icons/hicolor/scalable/apps
	for size in $(ICON_SIZES); do \
	    install -D -m 644 packaging/icons/orrery-$$size.png $(DATADIR)/icons/hicolor/$${size}x$$size/apps/orrery.png || exit 1; \
	done

deb:
	@packaging/build-deb

help:
	@echo 'make                 build build/orrery'
	@echo 'make run             install what is missing, build, fetch Debian and start it; GUEST=name another guest, GUEST=list shows them,'
	@echo '                     ARGS="…" more options for orrery'
	@echo 'make check           install what is missing, build, run every test; check-long runs the long ones too'
	@echo 'make fuzz TARGET=…   libFuzzer against a device (a name of devices/classes.def), another of tests/fuzz/targets.c, or all'
	@echo 'make bench            speed beside QEMU and the host; BENCH=quick|timed|systems, BENCH_RUNS=n, BENCH_ONLY="kernel…" shorten it'
	@echo 'make accuracy         published numbers of hardware against the model: writes docs/accuracy.md; ACCURACY=quick a part of it'
	@echo 'make lint            cppcheck and shellcheck, which find nothing'
	@echo 'make deps            install, with apt, what building and testing need'
	@echo 'make install         DESTDIR= as usual; the prefix is an option of ./configure'
	@echo 'make check-hosts     builds by clang, and for arm64, armhf and s390x to run there under emulation: unit tests, demo, Linux'
	@echo 'make deb             a Debian package, in build/deb'
	@echo 'make clean           remove build/'
	@echo 'MODE=debug|asan|ubsan with any of these: another build, in build/MODE'

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
