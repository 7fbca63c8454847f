#!/usr/bin/env bash
# Runs a command with a session bus, an unlocked keyring and a home of its own, and Qt without a display
# (KEEP_DISPLAY=1 leaves it the caller's).
# Usage: tests/with_keyring.sh COMMAND [ARGUMENT…]. Nothing of the caller's desktop is read or changed.
set -euo pipefail

if [[ ${1:-} != --inside ]]; then
    room=$(mktemp -d)
    trap 'rm -rf "$room"' EXIT
    mkdir -m 700 "$room"/{home,run,data,config,cache,state}
    if [[ -n ${KEEP_DISPLAY:-} ]]; then
        export XAUTHORITY=${XAUTHORITY:-$HOME/.Xauthority}
        [[ -z ${WAYLAND_DISPLAY:-} ]] || export WAYLAND_DISPLAY=${XDG_RUNTIME_DIR:-}/${WAYLAND_DISPLAY##*/}
    else
        unset DISPLAY WAYLAND_DISPLAY
        export QT_QPA_PLATFORM=offscreen
    fi
    unset DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL SSH_AUTH_SOCK LC_ALL LANGUAGE
    export TEST_ROOM=$room HOME=$room/home
    export XDG_RUNTIME_DIR=$room/run XDG_DATA_HOME=$room/data XDG_CONFIG_HOME=$room/config
    export XDG_CACHE_HOME=$room/cache XDG_STATE_HOME=$room/state
    export LANG=C.UTF-8
    # The bus daemon's chatter goes to a file, the command's own errors to the caller (by descriptor 3).
    code=0
    dbus-run-session -- "$BASH" "${BASH_SOURCE[0]}" --inside "$@" 3>&2 2>"$room/bus.log" || code=$?
    [[ -e $room/ready ]] || cat "$room/bus.log" >&2
    exit "$code"
fi

shift
exec 2>&3 3>&-
log=$TEST_ROOM/keyring.log

ask_bus() { dbus-send --session --print-reply=literal "$@" 2>/dev/null; }

# Asking a name nobody owns yet would make the bus start a second, locked daemon: look for the owner first.
owned() {
    ask_bus --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets |
        grep -q true
}
unlocked() {
    ask_bus --dest=org.freedesktop.secrets /org/freedesktop/secrets/aliases/default \
        org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Locked | grep -q false
}

# The daemon reads the keyring's password from its input, and stays until it is told to go.
printf 'tests' | gnome-keyring-daemon --foreground --unlock --components=secrets >"$log" 2>&1 &
daemon=$!
trap 'kill "$daemon" 2>/dev/null || true; wait "$daemon" 2>/dev/null || true' EXIT

for _ in {1..100}; do
    if owned && unlocked; then
        touch "$TEST_ROOM/ready"
        break
    fi
    sleep 0.1
done
if [[ ! -e $TEST_ROOM/ready ]]; then
    printf 'with_keyring: no unlocked keyring after ten seconds; its daemon said:\n' >&2
    cat "$log" >&2
    exit 1
fi

"$@"
