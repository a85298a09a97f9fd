#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: a library that was installed behind the first build (`make run`, then `make check`) and is not found, settings of ./configure that
# are forgotten then, a configure that runs each time.
cd "$(dirname "$0")/../.." || exit 1
. tests/packaging/lib.sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -r configure Makefile .ci "$work" || exit 1
cd "$work" || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS

# pkg-config that knows no check, as before `make check` has installed it.
mkdir bin
printf '#!/bin/sh\ncase "$*" in *check*) exit 1 ;; esac\nexec %s "$@"\n' "$(command -v pkg-config)" > bin/pkg-config
chmod +x bin/pkg-config
PATH=$work/bin:$PATH ./configure "CC=${CC:-cc}" "CFLAGS=-O1 -DNDEBUG" --prefix=/opt/orrery > log 2>&1 || cat log
is "without a library there is a configuration" [ "$(grep -c -e '^prefix' -e '^CHECK_LIBS' build/config.mk)" -eq 1 ]
touch -d '1 hour ago' configure
touch -d '1 minute ago' build/config.mk
cp build/config.mk before
make -s build/config.mk > log 2>&1
is "it stays as long as nothing was installed" cmp -s build/config.mk before
touch build/installed
make -s build/config.mk > log 2>&1
is "what has been installed since is found" grep -q '^CHECK_LIBS = .*check' build/config.mk
same "and all else is as it was" "$(grep -vE '^CHECK|^CONFIGURED' before)" "$(grep -vE '^CHECK|^CONFIGURED' build/config.mk)"
is "with the settings that were given" grep -qx 'prefix = /opt/orrery' build/config.mk
is "once" [ -z "$(make build/config.mk 2>&1 | grep -v 'up to date')" ]
finish
