# SPDX-License-Identifier: MIT
# bash completion for orrery. It asks the program itself, so there is nothing in here to fall behind: options and fixed words come from
# `orrery -help`, the items of a list from the message with which an unknown one is refused, cores and settings from their own help.
# shellcheck shell=bash

# The help as words: "-option SYNTAX" in one line each; "-a|-b SYNTAX" are two.
_orrery_help()
{
    "$1" -help 2>/dev/null | awk '
        /^usage|^       orrery/ { next }
        /^In the window|^Exit status/ { exit }
        { line = $0; sub(/^[A-Z][a-z]*  +/, "", line); sub(/^ +/, "", line); sub(/ +$/, "", line)
          text = text (line ~ /^[[|]/ ? "" : " ") line }
        END {
            count = split(text, word, " +")
            for (i = 1; i <= count; i++) {
                if (word[i] !~ /^-/) continue
                options = split(word[i], option, "|")
                for (k = 1; k <= options; k++) print option[k] (word[i + 1] ~ /^-/ ? "" : " " word[i + 1])
            }
        }'
}

# What may stand behind an option: its syntax in the help.
_orrery_syntax()
{
    _orrery_help "$1" | awk -v option="$2" '$1 == option { print $2 }'
}

# The keys that a list takes, each with its "=".
_orrery_keys() # program option list-so-far
{
    "$1" "$2" "$3?=" 2>&1 </dev/null | sed -n 's/.*; it takes \(.*\)/\1/p' | tr -d ' ' | tr ',' '\n' | sed '/^\(qom-\)\?type$/d; /^model$/d; s/$/=/'
}

# Words of a syntax for the first item of a value: alternatives as they are, up to the ":" where a placeholder follows.
_orrery_words()
{
    sed 's/\[[^]]*\]//g' | tr '|' '\n' | sed 's/[,.].*//' | sed -n 's/^\([a-z][a-z0-9]*:\)[A-Z].*/\1/p; t
        /^[a-z][a-z0-9:-]*$/p'
}

# The choices of "key=" in a syntax.
_orrery_choices() # key
{
    sed -n "s/.*\(^\|[[,|]\)$1=\([^][,]*\).*/\2/p"
}

# Files that begin like this, and those of the guests that `make run` has fetched.
_orrery_files()
{
    compgen -f -- "$1"
    compgen -G "${XDG_CACHE_HOME:-$HOME/.cache}/orrery/*/*" | grep -E '/(linux|initrd[^/]*|[^/]*\.img)$'
}

# Everything that the value of an option can be, for the word typed so far.
_orrery_value() # program option word
{
    local syntax part head key choices
    syntax=$(_orrery_syntax "$1" "$2")
    part=${3##*,} head=${3%"${3##*,}"}
    key=${part%%=*}
    case $2 in
    -kernel | -initrd | -dtb | -symbols) _orrery_files "$3"; return ;;
    -cpu) [ "$head" ] || "$1" -cpu help 2>/dev/null | sed -n 's/^  \([a-z][^ ]*\).*/\1/p' ;;
    -timing) "$1" -timing help 2>/dev/null | sed -n 's/^ *\([a-z][a-z0-9_.]*=\).*/\1/p' | sed "s|^|$head|" ;;
    esac
    if [ "$key" != "$part" ]; then
        choices=$(_orrery_choices "$key" <<< "$syntax")
        case $choices in
        FILE* | '') _orrery_files "${part#*=}" ;;
        DIR*) compgen -d -- "${part#*=}" ;;
        *) tr '|' '\n' <<< "$choices" | grep -v '^[A-Z]' ;;
        esac | sed "s|^|$head$key=|"
        return
    fi
    if [ "$head" ] || [[ $syntax =~ ^[a-z]+= ]]; then
        _orrery_keys "$1" "$2" "$head" | sed "s|^|$head|"
    else
        _orrery_words <<< "$syntax"
    fi
    case $syntax in FILE* | *'|FILE'*) compgen -f -- "$3" ;; esac
}

_orrery()
{
    local line=${COMP_LINE:0:COMP_POINT} program=$1 word before typed=${COMP_WORDS[COMP_CWORD]} reply
    word=${line##*[[:space:]]}
    before=${line%"$word"}
    before=${before%"${before##*[![:space:]]}"}
    before=${before##*[[:space:]]}
    case $typed in [=:]) typed='' ;; esac          # readline takes these for the end of a word
    COMPREPLY=()
    while IFS= read -r reply; do
        case $reply in "$word"*) COMPREPLY+=("${reply#"${word%"$typed"}"}") ;; esac
    done < <(
        case $word in
        -*) _orrery_help "$program" | awk '{ print $1 }' ;;
        *)
            case $before in
            -*) _orrery_value "$program" "$before" "$word" ;;
            report) compgen -f -X '!*.json' -- "$word" ;;
            annotate) compgen -f -X '!*.lines' -- "$word" ;;
            esac
            [ "$before" != "${line%%[[:space:]]*}" ] ||
                "$program" -help 2>/dev/null | sed -n 's/^       orrery //p' | tr '|' '\n' | awk '{ print $1 }'
            ;;
        esac
    )
    case ${COMPREPLY[0]-} in *[=:,]) compopt -o nospace 2>/dev/null ;; esac
    [ ! -e "${COMPREPLY[0]-}" ] || compopt -o filenames 2>/dev/null
}

complete -F _orrery orrery
