#!/bin/bash
# SPDX-License-Identifier: MIT
# Catches: completion that does not know an option, offers what the program refuses, or breaks at "=", "," or ":".
cd "$(dirname "$0")/../.." || exit 1
. tests/packaging/lib.sh
. packaging/orrery.bash
orrery=$PWD/${ORRERY:-build/orrery}
case ${ORRERY:-} in /*) orrery=$ORRERY ;; esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# offered LINE: what Tab offers at its end, as readline would see the line, one a line
offered()
{
    COMP_LINE=$1 COMP_POINT=${#1}
    read -ra COMP_WORDS <<< "${1//=/ = }"
    [[ $1 == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _orrery "$orrery"
    printf '%s\n' "${COMPREPLY[@]}"
}
offers() { # LINE, words in this order
    local line=$1
    shift
    same "'$line'" "$(printf '%s\n' "$@")" "$(offered "$line")"
}

same "every option of --help is offered" "$(options "$orrery")" "$(offered 'orrery -' | sed 's/^-//' | sort -u)"
offers 'orrery -no-' -no-reboot
offers 'orrery -display ' sdl none
offers 'orrery -nic ' none tap user
offers 'orrery -nic user,tf' user,tftp=
offers 'orrery -nic user,restrict=on,bootf' 'on,bootfile='
offers 'orrery -drive fo' format=
is "the choices of an item are offered" grep -qxF none <<< "$(offered 'orrery -drive if=')"
offers 'orrery -drive file=a,if=v' virtio
offers 'orrery -object ' filter-dump
offers 'orrery -object filter-dump,ma' filter-dump,maxlen=
offers 'orrery -timing off,l2.s' off,l2.size=
offers 'orrery -xyzzy ' ''
is "the cores are offered" grep -qxF "cortex-a53,board=pi3" <<< "$(offered 'orrery -cpu ')"
is "report is offered" grep -qxF report <<< "$(offered 'orrery ')"

# Whatever is offered as a key is one, and what is offered as a core is one.
for list in '-drive ' '-nic user,' '-nic tap,' '-object filter-dump,' '-machine virt,' '-trace ' '-profile f,' '-rtc '; do
    keys=$(offered "orrery $list")
    is "there are keys for $list" [ -n "$keys" ]
    for key in $keys; do
        is "$list$key is known" [ -z "$("$orrery" "${list%% *}" "${key}" -version 2>&1 < /dev/null | grep "has no '")" ]
    done
done
for core in $(offered 'orrery -cpu '); do
    is "-cpu $core is known" "$orrery" -cpu "$core" -version > /dev/null
done

# Files: of this folder, and the guests that were fetched.
mkdir -p "$work/orrery/debian-arm64" && touch "$work/orrery/debian-arm64/linux" "$work/orrery/debian-arm64/complete" "$work/kernel.img"
export XDG_CACHE_HOME=$work
cd "$work" || exit 1
offers 'orrery -kernel ' kernel.img orrery "$work/orrery/debian-arm64/linux"
offers 'orrery -drive file=ker' kernel.img
finish
