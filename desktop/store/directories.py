"""The ministries' directories: every entry verified from the root down before a device is believed."""

from __future__ import annotations

import contextlib

from desktop.store.charters import Charters
from desktop.store.context import Context
from desktop.store.entries import Entries
from desktop.store.grants import note_enrolled
from sync.wire.charter import NAME
from sync.wire.codec import NO_HASH, encode
from sync.wire.directory import (
    Certificate,
    ContinuityNamed,
    DeviceEnrolled,
    DeviceRevoked,
    Directory,
    administrator_id,
    continuity_id,
)
from sync.wire.errors import NotEntitled, WireError
from sync.wire.space import read_entry, read_founding, read_grant, read_segment


class Directories:
    """Takes entries of the ministries whose roots this desk trusts, and of no other."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._loaded: dict[str, Directory] = {}
        self._charters = Charters(context)
        self._entries = Entries(context)

    def heads(self) -> dict[str, int]:
        """How many entries of each trusted ministry's directory are here, and of the charter under the empty name."""
        rows = self._database.all(
            "SELECT r.ministry, coalesce(max(d.seq), 0) FROM roots r LEFT JOIN directory d ON d.ministry = r.ministry"
            " GROUP BY r.ministry"
        )
        charter = self._charters.load() if self._charters.count() else None
        former = charter.removed if charter else set()
        return {NAME: charter.sequence if charter else 0} | {name: last for name, last in rows if name not in former}

    def add(self, ministry: str, first: int, entries: list[bytes]) -> int:
        """Verify and take entries from number `first` on; returns how many were new.

        Raises WireError when the first new one does not hold; those before one that does not hold are kept.
        """
        if ministry == NAME:
            return self._add_to_charter(first, entries)
        new = 0
        with self._database.transaction():
            directory = self._load(ministry)
            wanted = entries[max(directory.sequence + 1 - first, 0) :]
            try:
                for data in wanted:
                    self._append(directory, data)
                    new += 1
            except BaseException:
                if not new:
                    raise
                self._loaded.pop(ministry)
            if new:
                self._judge_again()
        return new

    def _add_to_charter(self, first: int, entries: list[bytes]) -> int:
        """Take entries of the charter, each in a transaction of its own. Raises WireError at one that does not hold."""
        wanted = entries[max(self._charters.count() + 1 - first, 0) :]
        for data in wanted:
            with self._database.transaction():
                moved = self._charters.take(data)
                if moved:
                    self._loaded.pop(moved, None)
                    self._charters.shorten(self._load(moved))
                self._judge_again()
        return len(wanted)

    def place(self, ministry: str, device: bytes) -> int:
        """The device's place among those that its ministry enrolled, from 1; 0 while it is not among them."""
        devices = list(self._load(ministry).devices)
        return devices.index(device) + 1 if device in devices else 0

    def administrator(self, ministry: str, name: bytes) -> bytes | None:
        """The key of a ministry's present administrator by the id that its grants name."""
        keys = self._load(ministry).administrators
        return next((key for key in keys if administrator_id(key) == name), None)

    def trust(self, ministry: str, root: bytes) -> None:
        """Trust a ministry's root from now on; it is never replaced: raises NotEntitled for another one."""
        with self._database.transaction():
            known = self._database.value("SELECT root FROM roots WHERE ministry = ?", (ministry,))
            if known not in (None, root):
                raise NotEntitled(f"{ministry} has another root here")
            self._database.run("INSERT OR IGNORE INTO roots VALUES (?, ?)", (ministry, root))

    def _append(self, directory: Directory, data: bytes) -> None:
        entry = directory.append(data)
        self._database.run("INSERT INTO directory VALUES (?, ?, ?)", (entry.ministry, entry.sequence, data))
        match entry.event:
            case DeviceEnrolled():
                self._enrol(entry.ministry, entry.event.certificate)
            case DeviceRevoked(device, reason, wipe):
                self._revoke(entry.ministry, entry.sequence, device, reason, wipe=wipe)
            case ContinuityNamed(key):
                self._database.run(
                    "INSERT INTO continuity (ministry, seq, key, id) VALUES (?, ?, ?, ?)",
                    (entry.ministry, entry.sequence, key, continuity_id(key)),
                )
                note_enrolled(self._context, continuity_id(key), entry.ministry)
                self._entries.note_enrolled(continuity_id(key), entry.ministry)

    def _enrol(self, ministry: str, certificate: Certificate) -> None:
        device = certificate.device
        known = self._database.value("SELECT ministry FROM devices WHERE device = ?", (device,))
        if known not in (None, ministry):
            return  # the first ministry that enrolled these keys keeps them
        self._database.run(
            "INSERT INTO devices (device, ministry, certificate) VALUES (?, ?, ?)"
            " ON CONFLICT (device) DO UPDATE SET certificate = excluded.certificate",
            (device, ministry, encode(certificate)),
        )
        if known is None:
            note_enrolled(self._context, device, ministry)
            self._entries.note_enrolled(device, ministry)
            self._fetch_again(device)

    def _revoke(self, ministry: str, sequence: int, device: bytes, reason: str, *, wipe: bool) -> None:
        """Note that a device is trusted no more, and ask for no further grants to it."""
        self._database.run(
            "UPDATE devices SET revoked = iif(revoked = 0, ?1, revoked), wiped = iif(?2, ?1, wiped), reason = ?3"
            " WHERE device = ?4 AND ministry = ?5",
            (sequence, wipe, reason, device, ministry),
        )
        self._database.run("DELETE FROM due WHERE device = ?", (device,))
        self._entries.note_revoked(device, ministry, sequence)

    def _judge_again(self) -> None:
        """Begin anew with spaces of which something named more of a directory than was here."""
        for (space,) in self._database.all("SELECT DISTINCT space FROM aside WHERE code = 'directory_behind'"):
            self._begin_anew(space)

    def _begin_anew(self, space: bytes) -> None:
        database = self._database
        database.run("DELETE FROM aside WHERE space = ?", (space,))  # also what failed for want of it
        database.run("UPDATE spaces SET behind = max(behind, seq, 1), seq = 0, head = ? WHERE id = ?", (NO_HASH, space))
        database.run("UPDATE entries SET seq = NULL WHERE space = (SELECT n FROM spaces WHERE id = ?)", (space,))

    def _fetch_again(self, device: bytes) -> None:
        """Begin anew with what was set aside because its device was not known: the server hid it, or was behind."""
        database = self._database
        for number, space, data in database.all("SELECT n, space, data FROM aside WHERE code = 'unknown_device'"):
            if device not in _devices_of(data):
                continue
            if space:
                self._begin_anew(space)
            else:
                database.run("DELETE FROM aside WHERE n = ?", (number,))
                self._context.set_meta("grants", 0)

    def _load(self, ministry: str) -> Directory:
        """The directory as it stands here, built when this connection first needs it of what was verified as it came.

        `tahaluf verify` holds every signature of it against the root again.
        """
        seq = int(self._database.value("SELECT coalesce(max(seq), 0) FROM directory WHERE ministry = ?", (ministry,)))
        loaded = self._loaded.get(ministry)
        if loaded is None or loaded.sequence != seq:
            loaded = self._charters.directory(ministry)
            rows = self._database.all("SELECT entry FROM directory WHERE ministry = ? ORDER BY seq", (ministry,))
            for (entry,) in rows:
                loaded.restore(entry)
            self._loaded[ministry] = loaded
        return loaded


def _devices_of(data: bytes) -> list[bytes]:
    """Who made an item, whichever kind it is of."""
    found: list[bytes] = []
    with contextlib.suppress(WireError):
        found.append(read_segment(data)[1].device)
    with contextlib.suppress(WireError):
        found.append(read_founding(data)[0].device)
    with contextlib.suppress(WireError):
        found.append(read_entry(data)[0].device)
    with contextlib.suppress(WireError):
        found.append(read_grant(data)[0].granter)
    return found
