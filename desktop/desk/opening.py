"""Setting a desk up, opening it, and telling what stood in the way."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from desktop import ministry
from desktop.armour import armour
from desktop.desk.desk import Desk
from desktop.desk.guarding import compare, obey
from desktop.files import write_private
from desktop.profile import MAX_LABEL, BadProfile, Profile, read_profile, render_profile
from desktop.refusals import Refused
from desktop.store import (
    Erased,
    Identity,
    NoStore,
    Store,
    StoreDamaged,
    StoreError,
    StoreExists,
    TryLater,
    WeakPassphrase,
    WrongPassphrase,
    unlocking,
)
from desktop.store.attempts import LEAST_LIMIT, MOST_LIMIT, Uptime, machine_uptime, peek
from desktop.store.destruction import erased, forget_erased
from desktop.store.keyring_secret import SecretPlace, SystemKeyring
from desktop.store.salvage import Progress, SalvageReport, adopt, salvage
from desktop.store.vault import MIN_CHARACTERS, MIN_CHARACTERS_ALONE, Cost, translate_os_errors
from sync.keys import make_request, new_device_keys
from sync.wire.signing import fingerprint

PROFILE_FILE = "profile.toml"
REQUEST_FILE = "request.txt"


class NewDesk(msgspec.Struct, frozen=True):
    """A desk that was set up; the `--json` of `tahaluf init`."""

    home: str
    officer: str
    desk: str
    ministry: str
    device: str
    fingerprint: str
    request: str  # path of the certificate request
    notice: str = ""


class Waiting(msgspec.Struct, frozen=True):
    """Seconds until a passphrase can be tried; how many wrong ones there were, and until the keys go (0: never)."""

    wait_s: float = 0.0
    left: int = 0
    limit: int = 0
    wrong: int = 0


class Salvaged(SalvageReport):
    """The figures of a salvage, and where the damaged store was kept; empty if it was not replaced."""

    kept: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """How desks are set up and opened. The defaults are the product's; tests give a place for secrets and less work."""

    place: SecretPlace | None = None
    cost: Cost | None = None
    ministry_cost: ministry.Cost = ministry.COST
    uptime: Uptime = machine_uptime

    def create(self, home: Path, profile: Profile, passphrase: str, *, officer: str = "", desk: str = "") -> NewDesk:
        """Make keys, an empty store and the certificate request. Raises StoreError, BadProfile (a name is missing)."""
        officer, desk = officer.strip() or profile.officer, desk.strip() or profile.desk
        for key, label in (("desk.officer", officer), ("desk.desk", desk)):
            if not label:
                raise BadProfile(key, "missing")
            check_label(key, label)
        if desk_exists(home):
            raise StoreExists
        keys = new_device_keys()
        request = make_request(keys, profile.ministry, officer, desk, time.time_ns() // 1_000_000)
        own = msgspec.structs.replace(profile, officer=officer, desk=desk)
        files = {REQUEST_FILE: armour(request), PROFILE_FILE: render_profile(own)}
        try:
            # The vault comes last: a home without one is no desk yet, and can be set up again.
            _write_files(home, files)
            store = Store.create(
                home,
                passphrase,
                Identity(profile.ministry, officer, desk, keys),
                profile.trust,
                place=self.place,
                cost=self.cost,
            )
        except BaseException:
            for name in files:
                (home / name).unlink(missing_ok=True)
            raise
        notice = store.notice
        store.lock()
        forget_erased(home)
        if profile.erase_after:
            self.limit_attempts(home, profile.erase_after)
        path, name = str(home / REQUEST_FILE), fingerprint(keys.device)
        return NewDesk(str(home), officer, desk, profile.ministry, keys.device.hex(), name, path, notice)

    def unlock(self, home: Path, passphrase: str) -> Store:
        """Unlock a home: about a second of work, on any thread. Raises StoreError."""
        return Store.open(home, passphrase, place=self.place, cost=self.cost, uptime=self.uptime)

    def first_look(self, store: Store) -> None:
        """The first connection to an unlocked store, on any thread: it loads libraries, may have to mend, and compares.

        Raises StoreError; Erased when the home's own ministry has ordered it.
        """
        with store.connect() as connection:
            obey(store, connection)
            if not store.reading_only:
                compare(store, connection)

    def change_passphrase(self, home: Path, old: str, new: str) -> str:
        """Wrap the key under a new passphrase: two seconds of work; returns `no_keyring` or nothing. Raises StoreError.

        Whatever cuts it, exactly one of the two opens the desk afterwards.
        """
        return unlocking.change_passphrase(home, old, new, self._place(), self.cost, self.uptime).notice

    def limit_attempts(self, home: Path, limit: int) -> None:
        """Destroy the keys after so many wrong passphrases in a row, 0 for never.

        Raises StoreError; Refused (erase_by_ministry) for more than the ministry's profile allows.
        """
        if limit and not LEAST_LIMIT <= limit <= MOST_LIMIT:
            raise Refused("limit_out_of_range", least=LEAST_LIMIT, most=MOST_LIMIT)
        profile = read_home_profile(home)
        most = profile.erase_after if profile else 0
        if most and not 0 < limit <= most:
            raise Refused("erase_by_ministry", limit=most)
        unlocking.limit_attempts(home, self._place(), limit, self.uptime)

    def waiting(self, home: Path) -> Waiting:
        """How long to wait for the next try, as the home alone says: quick enough for a screen."""
        tally = peek(home, self.uptime)
        return Waiting(tally.wait_s, tally.tries_left, tally.limit, tally.wrong)

    def _place(self) -> SecretPlace:
        return SystemKeyring() if self.place is None else self.place

    def attach(self, store: Store) -> Desk:
        """The desk of an unlocked store, bound to the calling thread. Raises StoreError, BadProfile."""
        profile = _home_profile(store.home)
        return Desk(store, store.connect(), profile)

    def open(self, home: Path, passphrase: str) -> Desk:
        """Unlock and attach. Raises StoreError, BadProfile."""
        store = self.unlock(home, passphrase)
        try:
            self.first_look(store)
            desk = self.attach(store)
            desk.catch_up()
            return desk
        except BaseException:
            store.lock()
            raise

    def salvage(
        self, home: Path, passphrase: str, *, replace: bool = False, progress: Progress | None = None
    ) -> Salvaged:
        """Copy what verifies of a damaged store into a new one beside it, and put it in its place if `replace`.

        The damaged store is kept. Raises StoreError.
        """
        store = self.unlock(home, passphrase)
        try:
            report = salvage(store, progress)
        finally:
            store.lock()
        kept = str(adopt(home)) if replace else ""
        return Salvaged(**msgspec.structs.asdict(report), kept=kept)


def desk_exists(home: Path) -> bool:
    """Whether a desk was set up in this home."""
    return Store.exists(home)


def missing_desk(home: Path) -> StoreError:
    """Why there is no desk in a home: it was never set up, or its keys were destroyed."""
    return erased(home) or NoStore()


def read_home_profile(home: Path) -> Profile | None:
    """The profile of a home; None when there is none that holds (opening the desk then says what is wrong)."""
    try:
        return _home_profile(home)
    except (BadProfile, Refused):
        return None


def params_of(error: Exception) -> dict[str, object]:
    """The parameters of an error's sentence."""
    if isinstance(error, WeakPassphrase):
        return {"minimum": MIN_CHARACTERS, "minimum_alone": MIN_CHARACTERS_ALONE}
    if isinstance(error, WrongPassphrase):
        return {"wait_s": error.wait_s, "left": error.left}
    if isinstance(error, TryLater):
        return {"wait_s": error.wait_s}
    if isinstance(error, Erased):
        return {"at_ms": error.at_ms}
    if isinstance(error, StoreDamaged):
        return {"where": error.where}
    if isinstance(error, StoreError):
        return {"detail": error.detail, "where": error.detail}
    return dict(getattr(error, "params", {}))


def check_label(key: str, label: str) -> None:
    """Refuse a name that a certificate cannot hold. Raises BadProfile."""
    if len(label) > MAX_LABEL:
        raise BadProfile(key, "too_long")
    if not label.isprintable():
        raise BadProfile(key, "not_text")


def _home_profile(home: Path) -> Profile:
    try:
        return read_profile(home / PROFILE_FILE)
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(home / PROFILE_FILE)) from wrong


def _write_files(home: Path, files: dict[str, str]) -> None:
    with translate_os_errors():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in files.items():
            write_private(home / name, text.encode())
