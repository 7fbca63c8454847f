#!/usr/bin/env bash
# Sets up a checkout: system libraries (apt, when root), a virtual environment, the locked dependencies, the project.
# Usage: packaging/setup.sh [PYTHON]. Run again, it only does what is still missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${1:-python3.11}
venv=.venv

say() { printf 'setup: %s\n' "$*" >&2; }
refuse() { say "$*"; exit 1; }

# What a command says matters only when it fails.
quietly() {
    local log
    log=$(mktemp)
    "$@" >"$log" 2>&1 || { cat "$log" >&2; rm "$log"; return 1; }
    rm "$log"
}

# A package is there when any of its names is installed.
installed() {
    local name
    for name in ${1//|/ }; do
        [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] && return 0
    done
    return 1
}

# The first of its names that this release of Debian has.
available() {
    local name
    for name in ${1//|/ }; do
        apt-cache show "$name" >/dev/null 2>&1 && { printf '%s' "$name"; return 0; }
    done
    return 1
}

find_missing_packages() {
    local need names _why
    while read -r need names _why; do
        [[ -z $need || $need == '#'* ]] && continue
        # Another build of Python brings its own venv; only Debian's leaves it out.
        [[ $need == build ]] && "$python" -c 'import ensurepip' 2>/dev/null && continue
        installed "$names" || printf '%s\n' "$names"
    done <packaging/debian-packages.txt
}

install_system_packages() {
    local missing names chosen=()
    mapfile -t missing < <(find_missing_packages)
    ((${#missing[@]})) || return 0
    if ((EUID != 0)); then
        refuse "these Debian packages are missing; have them installed, then run this again:" \
            "apt-get install ${missing[*]%%|*}"
    fi
    say "installing Debian packages: ${missing[*]}"
    quietly apt-get update -qq || refuse "apt-get update failed; the missing packages are: ${missing[*]}"
    for names in "${missing[@]}"; do
        chosen+=("$(available "$names")") || refuse "no package named ${names//|/ or } in this release of Debian"
    done
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get install -y -qq --no-install-recommends "${chosen[@]}" ||
        refuse "apt-get install failed for: ${chosen[*]}"
}

command -v "$python" >/dev/null || refuse "$python is not here; it is the one Python this project runs on (3.11)"
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' ||
    refuse "$python is not Python 3.11 (name another one: make PYTHON=/path/to/python3.11)"

if command -v dpkg-query >/dev/null; then
    install_system_packages
else
    say "this is no Debian: the libraries named in packaging/debian-packages.txt must be there under its own names"
fi

# Half an environment (an interrupted run, a folder that was moved) is made anew.
"$venv/bin/python" -c 'import pip' 2>/dev/null || "$python" -m venv --clear "$venv"
say "installing the locked dependencies"
install() { quietly "$venv/bin/python" -m pip install --disable-pip-version-check "$@"; }
install --require-hashes -r requirements/dev.txt || refuse "pip could not install the locked dependencies (see above)"
install --no-deps --no-build-isolation --no-index -e . || refuse "pip could not install the project itself (see above)"
