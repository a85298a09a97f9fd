#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: a folder that nobody introduces, a README that leaves out what enters, what leaves, what it must not know or where to
# begin, a README that names a file which is no longer there, a file without its licence line, lines and files too long to read, what
# only the machine of its author has: its name, its folders, its mirrors.
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
files=$(git ls-files 2>/dev/null)
[ -n "$files" ] || files=$(find . -type f -not -path './build/*' -not -path './.git/*' | sed 's|^\./||')

check() { # what, what was found (empty is good)
    if [ -z "$2" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); printf 'FAIL %s:\n%s\n' "$1" "$2"; fi
}

folders=$(echo "$files" | grep / | xargs -n 100 dirname | sort -u | grep -vE '^(\.ci|docs|roms/guests/disk)(/|$)')
check "every folder has a README" "$(for f in $folders; do [ -f "$f/README.md" ] || echo "$f/README.md is missing"; done)"

headings()
{
    case $1 in
    tests*) echo "Catches|Goes through|Read first" ;;
    *) echo "Enters|Leaves|Must not know|Read first" ;;
    esac
}


check "every README says what its kind says" "$(for f in $folders; do
    [ -f "$f/README.md" ] || continue
    headings "$f" | tr '|' '\n' | while read -r heading; do
        grep -q "^\*\*$heading:\*\*" "$f/README.md" || echo "$f/README.md has no paragraph **$heading:**"
    done
done)"

# Names in backquotes that look like files must be in the tree; `*` stands for any letters.
check "READMEs name files that exist" "$(for f in $folders; do
    [ -f "$f/README.md" ] || continue
    # shellcheck disable=SC2016 # backquotes are meant
    grep -oE '`[a-z0-9_/*.-]+\.(c|h|def|S|ld|sh|tab|md)`' "$f/README.md" | tr -d '`' | sort -u | while read -r name; do
        pattern=$(printf '%s' "$name" | sed 's/[.]/[.]/g; s/[*]/[a-z0-9_]*/g')
        grep -qE "(^|/)$pattern\$" <<< "$files" || echo "$f/README.md: there is no $name"
    done
done)"

sources=$(echo "$files" | grep -E '\.(c|h|def|S|sh)$')
check "every source file begins with its licence" "$(for f in $sources; do
    head -n 2 "$f" | grep -q 'SPDX-License-Identifier: MIT' || echo "$f"
done)"

check "lines of at most 130 columns" "$(echo "$sources" | grep -vE '[.]sh$|^(roms|tests)/' |
    LC_ALL=C.UTF-8 xargs grep -nE '^.{131}' | cut -c1-80)"

# Tables of facts may be long.
check "files of at most 800 lines" "$(echo "$files" | grep -E '[.](c|h|def|S|sh|py|inc)$|/[^.]*$' | tr '\n' '\0' |
    xargs -0 wc -l 2>/dev/null | awk '$1 > 800 && $2 != "total" { print $2 ": " $1 }')"

# Folders under /home are anybody's but nobody's in particular; /root is where an initial RAM disk mounts a system.
here=$PWD places='/home/[a-z]+/|/work/|/tmp/[a-z]+/[a-z]'
case $here in /root | /) here='' ;; esac
mirrors=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/* 2>/dev/null | grep -oE 'https?://[^/ :"]+' |
    sed 's|.*//||' | grep -vE '^(([a-z]+[.])?deb|security|ftp|snapshot)[.]debian[.]org$' | sort -u)
name=$(hostname 2>/dev/null)
[ ${#name} -gt 5 ] && [ "$name" != localhost ] || name=''
check "no names of anybody's machine" "$(echo "$files" | grep -vE '[.](png|img)$' | tr '\n' '\0' | {
    xargs -0 grep -nIE "(^|[^A-Za-z0-9_.])($places)" /dev/null
    for word in $here $mirrors $name; do echo "$files" | tr '\n' '\0' | xargs -0 grep -nIF -e "$word" /dev/null; done
} | grep -v '^tests/layering/readable.sh:' | cut -c 1-120)"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
