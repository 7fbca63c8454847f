"""Wrong passphrases: how many there were, and how long to wait; kept outside the database, for it is closed then.

The record stands in a small file of the home and once more in the keyring, and the stricter of the two counts: deleting
one of them, or putting an old one back, gains nothing. Time is taken from the machine's own run, never from the wall
clock: a moved clock changes nothing, and after a restart only the time since then counts. A try is counted before it
is made, so that ending the program in the middle costs a try. Nothing of this slows somebody who copied the files and
tries elsewhere: that is the work of Argon2id and of the keyring's secret.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from desktop.files import write_private
from desktop.store.keyring_secret import SecretPlace, value_name

ATTEMPTS_FILE = "attempts"
FREE_TRIES = 2  # typing errors cost nothing
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 900.0
LEAST_LIMIT, MOST_LIMIT = 5, 1_000  # wrong passphrases after which keys may be destroyed
_MAX_FILE = 1024

Uptime = Callable[[], float]
"""Seconds that this machine has run; it never goes back while it runs, and begins anew when it starts."""


class Tally(msgspec.Struct, frozen=True):
    """`tries` count for the wait, `wrong` ones for the limit; `wait_s` is what was left when `uptime_s` was read."""

    tries: int = 0
    wrong: int = 0
    wait_s: float = 0.0
    uptime_s: float = 0.0
    limit: int = 0  # wrong ones after which the keys are destroyed; 0: never

    def left_s(self, now_s: float) -> float:
        """Seconds still to wait."""
        passed = now_s - self.uptime_s if now_s >= self.uptime_s else now_s
        return max(0.0, self.wait_s - passed)

    @property
    def tries_left(self) -> int:
        """Wrong passphrases until the keys are destroyed; 0 when they never are."""
        return max(1, self.limit - self.wrong) if self.limit else 0


class Attempts:
    """The record of one home. `home_id` names its copy in the keyring."""

    def __init__(self, home: Path, home_id: str, place: SecretPlace, uptime: Uptime) -> None:
        self._path = home / ATTEMPTS_FILE
        self._name = value_name(home_id, ATTEMPTS_FILE)
        self._place = place
        self._uptime = uptime

    def read(self) -> Tally:
        """The stricter of the two copies."""
        now = self._uptime()
        copies = [_read_file(self._path), _parse(self._place.kept(self._name) or b"")]
        limits = [each.limit for each in copies if each.limit]
        return Tally(
            max(each.tries for each in copies),
            max(each.wrong for each in copies),
            max(each.left_s(now) for each in copies),
            now,
            min(limits, default=0),
        )

    def begin(self, tally: Tally) -> Tally:
        """Count a try that is about to be made."""
        tries = tally.tries + 1
        return self._write(msgspec.structs.replace(tally, tries=tries, wait_s=wait_after(tries)))

    def wrong(self, tally: Tally) -> Tally:
        """The try that was begun was wrong."""
        return self._write(msgspec.structs.replace(tally, wrong=tally.wrong + 1))

    def put_back(self, tally: Tally) -> None:
        """The passphrase could not be tried: it does not count."""
        self._write(tally)

    def clear(self, limit: int) -> bool:
        """The passphrase was right: begin anew, with this limit. Whether both copies are kept."""
        if not limit:
            self._place.forget(self._name)
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            return not self._path.exists() and self._place.kept(self._name) is None
        self._write(Tally(limit=limit))
        return _read_file(self._path).limit == limit

    def _write(self, tally: Tally) -> Tally:
        """Keep it wherever it can be kept: a full disk must not shut its owner out, and the keyring has it then."""
        now = msgspec.structs.replace(tally, uptime_s=self._uptime())
        data = msgspec.json.encode(now)
        self._place.keep(self._name, data)
        with contextlib.suppress(OSError):
            write_private(self._path, data)
        return now


def peek(home: Path, uptime: Uptime) -> Tally:
    """What the file alone says, for a screen: asking the keyring may take a while."""
    found = _read_file(home / ATTEMPTS_FILE)
    now = uptime()
    return msgspec.structs.replace(found, wait_s=found.left_s(now), uptime_s=now)


def wait_after(tries: int) -> float:
    """Seconds before the next try after so many in a row."""
    if tries <= FREE_TRIES:
        return 0.0
    return min(FIRST_WAIT_S * 2.0 ** min(tries - FREE_TRIES - 1, 30), LONGEST_WAIT_S)


def machine_uptime() -> float:
    """Seconds since the machine started, asleep or not where the system tells."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def _read_file(path: Path) -> Tally:
    try:
        with path.open("rb") as stream:
            return _parse(stream.read(_MAX_FILE + 1))
    except OSError:
        return Tally()


def _parse(data: bytes) -> Tally:
    """A record as it was written; what is none counts as none."""
    try:
        tally = msgspec.json.decode(data, type=Tally) if data else Tally()
    except (msgspec.DecodeError, ValueError):
        return Tally()
    figures = (tally.wait_s, tally.uptime_s)
    if min(tally.tries, tally.wrong, tally.limit) < 0 or not all(math.isfinite(each) and each >= 0 for each in figures):
        return Tally()
    limit = tally.limit if LEAST_LIMIT <= tally.limit <= MOST_LIMIT else 0
    return msgspec.structs.replace(tally, wait_s=min(tally.wait_s, LONGEST_WAIT_S), limit=limit)
