#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: an option that the table has and the manual page or the user's guide has not, and the other way round; items of -drive, -nic
# and the like that the user's guide forgets; a manual page that does not format; files of debian/ that fell behind.
cd "$(dirname "$0")/../.." || exit 1
. tests/packaging/lib.sh
orrery=${ORRERY:-build/orrery}
known=$(options "$orrery")

man_options=$(grep -E '^\.It Fl|^\.Op Fl' docs/orrery.1 | grep -oE 'Fl [a-z][a-z-]*' | sed 's/Fl //' | sort -u)
same "the manual page has the options of --help" "$known" "$man_options"
guide_options=$(grep -oE '`-[a-z][a-z-]*' docs/user.md | tr -d '`' | sed 's/^-//' | sort -u)
for option in $known; do
    case $option in help | version) continue ;; esac
    is "docs/user.md has -$option" grep -qxF -e "$option" <<< "$guide_options"
done
for option in $guide_options; do
    case $option in M | o) continue ;; esac   # -o is of `orrery report`
    is "-$option of docs/user.md exists" grep -qxF -e "$option" <<< "$known"
done

# The items of lists, from the message with which an unknown one is refused.
items() { "$orrery" "$1" "$2?=" 2>&1 < /dev/null | sed -n 's/.*; it takes //p' | tr -d ' ' | tr ',' '\n' | grep -vxE 'type|qom-type'; }
while read -r option first; do
    for item in $(items "$option" "$first"); do
        is "docs/user.md has $item of $option $first" grep -qE "[\`, ]$item(=|\`)" docs/user.md
    done
    is "$option $first names its items" [ -n "$(items "$option" "$first")" ]
done <<'LISTS'
-drive
-nic user,
-nic tap,
-object filter-dump,
-machine
-rtc
-profile
-trace
LISTS

if command -v mandoc >/dev/null; then
    same "mandoc has nothing to say of the manual page" "" "$(mandoc -T lint -W warning docs/orrery.1)"
elif command -v groff >/dev/null; then
    same "groff has nothing to say of the manual page" "" "$(groff -man -Tutf8 -ww -mdoc docs/orrery.1 2>&1 >/dev/null)"
else
    echo "skipped: neither mandoc nor groff is here to read the manual page"
fi

same "debian/changelog has the program's version" "$("$orrery" -version)" "$(sed -n '1s/^\(orrery\) (\(.*\)).*/\1 \2/p' debian/changelog)"
for package in $(awk '$1 == "run" && $2 ~ /^lib.*-dev$|^zlib/ && $2 != "libc6-dev" { print $2 }' .ci/packages.tab); do
    is "debian/control builds with $package" grep -qE "(^| )$package(,|$)" debian/control
done
finish
