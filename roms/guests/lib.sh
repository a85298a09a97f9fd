# SPDX-License-Identifier: MIT
# What the scripts here share: the per-user cache, and an apt whose state lives in that cache and nowhere else. To be sourced.
# shellcheck shell=sh
set -eu

guests=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/orrery
release=bookworm # Debian 12
architecture=${architecture:-arm64}

say() { echo "guests: $*"; }
die() { echo "guests: $*" >&2; exit 1; }

# The apt sources that the user's own apt has, Debian 12's only, freed of limits to an architecture. Keyrings and mirrors stay the user's.
apt_sources()
{
    eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
    rm -rf "$cache/apt/sources.list.d"
    mkdir -p "$cache/apt/sources.list.d"
    cat "$list" "$parts"/*.list 2>/dev/null | awk -v release="$release" '
        $1 != "deb" { next }
        {
            line = $0
            if (match(line, /\[[^]]*\]/)) {             # options: "deb [arch=amd64 signed-by=…] URI suite component …"
                options = substr(line, RSTART + 1, RLENGTH - 2)
                line = substr(line, 1, RSTART - 1) substr(line, RSTART + RLENGTH)
                gsub(/(^|[ \t])(arch|lang|target|by-hash|pdiffs)[-+]?=[^ \t]*/, "", options)
            } else {
                options = ""
            }
            split(line, word)
            if (word[3] !~ "^" release "(-updates|-security)?$")
                next
            sub(/^deb/, "deb" (options ~ /[^ \t]/ ? " [" options "]" : ""), line)
            print line
        }' > "$cache/apt/sources.list.d/debian.list"
    for file in "$parts"/*.sources; do
        [ -r "$file" ] || continue
        # One paragraph an entry; a field goes on over the lines that begin with a blank.
        awk -v release="$release" '
            function flush() { if (ours) printf "%s\n", text; text = ""; ours = 0 }
            /^[ \t]*$/ { flush(); next }
            /^#/ { next }
            /^[^ \t]/ { field = tolower($1) }
            field ~ /^(architectures|languages|targets):/ { next }
            field == "suites:" && $0 ~ "(^|[ \t])" release "(-updates|-security)?([ \t]|$)" { ours = 1 }
            { text = text $0 "\n" }
            END { flush() }' "$file" > "$cache/apt/sources.list.d/$(basename "$file")"
    done
    find "$cache/apt/sources.list.d" -type f -size 0 -exec rm -f {} +
    [ -n "$(ls "$cache/apt/sources.list.d")" ] || die "apt on this system has no source of Debian 12 ($release).
        Add one in /etc/apt/sources.list.d (a line 'deb MIRROR $release main', the mirror you use for Debian), then try again."
}

# The configuration that keeps apt inside the cache. It is read last (-c), so it can also drop the system's hooks.
apt_configure()
{
    mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial" "$cache/apt/log" "$cache/apt/empty"
    : > "$cache/apt/status"
    printf 'Package: *\nPin: release o=Debian\nPin-Priority: 500\n\nPackage: *\nPin: release *\nPin-Priority: -1\n' \
        > "$cache/apt/preferences"
    cat > "$cache/apt/apt.conf" <<CONF
#clear APT::Architectures;
#clear APT::Update;
#clear APT::Default-Release;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "root";
APT::Install-Recommends "0";
Acquire::Languages "none";
Acquire::IndexTargets::deb-src::Sources::DefaultEnabled "false";
Dir::State "$cache/apt";
Dir::State::lists "$cache/apt/lists";
Dir::State::status "$cache/apt/status";
Dir::State::extended_states "$cache/apt/extended_states";
Dir::Cache "$cache/apt";
Dir::Cache::archives "$cache/apt/archives";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$cache/apt/sources.list.d";
Dir::Etc::preferences "$cache/apt/preferences";
Dir::Etc::preferencesparts "$cache/apt/empty";
Dir::Log "$cache/apt/log";
CONF
}

isolated() { # apt-get|apt-cache arguments…
    program=$1
    shift
    "$program" -c="$cache/apt/apt.conf" "$@"
}

# Brings the isolated package lists up to date, once a day at most.
apt_update()
{
    command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 ||
        die "this guest comes from Debian packages, and this system has no apt and dpkg-deb to fetch them with"
    [ -n "$(find "$cache/apt/updated" -mtime -1 2>/dev/null)" ] && return
    apt_configure
    apt_sources
    say "reading Debian's package lists for $architecture"
    isolated apt-get update -q || say "some package lists failed; going on with the others"
    : > "$cache/apt/updated"
}

# One build of a guest at a time: the second waits, and then finds the work done.
lock_cache()
{
    mkdir -p "$cache"
    exec 9> "$cache/lock"
    flock 9
}
