"""Verification of a store: pages, directories, chains, signatures, and that records follow from the log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from desktop.store.authors import Authors
from desktop.store.charters import STRUCK_OUT, Charters
from desktop.store.context import change_number
from desktop.store.database import Database
from desktop.store.entries import Books
from desktop.store.errors import StoreDamaged
from desktop.store.keeping import NO_HISTORY, UNVERIFIED
from desktop.store.listing import parse_name
from desktop.store.projection import Projection, encode_card
from desktop.store.recall import Recalls, recalled_in
from desktop.store.replay import replay
from desktop.store.states import Held, row_of
from desktop.store.store import Connection
from sync.merge import encode_state
from sync.seal import open_segment
from sync.wire.errors import WireError
from sync.wire.membership import Membership
from sync.wire.receipt import read_receipt, verify_receipt
from sync.wire.signing import verify as verify_signature
from sync.wire.space import SEGMENT_DOMAIN, read_founding, read_segment, space_id, verify_founding, verify_segment

MAX_PROBLEMS = 200
_OWN_COLUMNS = (4, 8, 9, 10)  # of a row: updated, unread, unsent and mine do not follow from the state alone

Progress = Callable[[int, int], None]
"""Told how many spaces are verified, of how many."""


class Problem(msgspec.Struct, frozen=True):
    """One thing that does not hold: `kind` is stable and has a text; `where` names it without case data."""

    kind: str
    where: str


class VerifyReport(msgspec.Struct):
    """What was verified, and what does not hold."""

    pages: bool = True
    spaces: int = 0
    segments: int = 0
    locked: int = 0  # segments whose key has not been granted
    changes: int = 0
    refused: int = 0  # changes set aside as unreadable, as they should be
    pending: int = 0  # changes that wait for others
    without_history: int = 0  # spaces that stand on a snapshot whose history is not here
    records: int = 0
    recalled: int = 0  # changes whose content was recalled
    problems: list[Problem] = []
    receipts: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.problems


def verify(connection: Connection, progress: Progress | None = None) -> VerifyReport:
    """Verify a store. Takes about as long as receiving it again; reads one consistent view, and writes nothing."""
    verifier = _Verifier(connection)
    try:
        verifier.check_pages()
        database = connection.database
        database.run("BEGIN")
        try:
            verifier.check_directories()
            spaces = database.all("SELECT n, id, founding FROM spaces ORDER BY n")
            for done, (number, id_, founding) in enumerate(spaces):
                verifier.check_space(number, id_, founding)
                if progress is not None:
                    progress(done + 1, len(spaces))
            verifier.check_index()
        finally:
            database.run("COMMIT")
    except StoreDamaged as error:
        verifier.note("damaged", error.where)
        verifier.report.pages = False
    return verifier.report


def verify_space(connection: Connection, space: str) -> VerifyReport | None:
    """Verify the whole history of one space, from the roots down; None for a space that is not here."""
    verifier = _Verifier(connection)
    database = connection.database
    try:
        database.run("BEGIN")
        try:
            row = database.one("SELECT n, id, founding FROM spaces WHERE id = ?", (parse_name(space) or b"",))
            if row is None:
                return None
            verifier.check_directories()
            verifier.check_space(*row)
        finally:
            database.run("COMMIT")
    except StoreDamaged as error:
        verifier.note("damaged", error.where)
        verifier.report.pages = False
    return verifier.report


class _Verifier:
    """Fills a report."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._context = connection.context
        self._database: Database = connection.database
        self._authors = Authors(connection.context)
        self._projection = Projection(connection.context.types)
        self._recalls = Recalls(connection.context)
        self.report = VerifyReport()

    def note(self, kind: str, where: str) -> None:
        """Note a problem."""
        if len(self.report.problems) < MAX_PROBLEMS:
            self.report.problems.append(Problem(kind, where))

    def check_pages(self) -> None:
        """Every page's authentication code, and the structure of every table and index."""
        self._database.one("PRAGMA wal_checkpoint(PASSIVE)")
        for (message,) in self._database.all("PRAGMA cipher_integrity_check"):
            self.note("page", str(message))
        for (message,) in self._database.all("PRAGMA integrity_check(20)"):
            if message != "ok":
                self.note("structure", str(message).partition("\n")[0][:120])
        self.report.pages = self.report.ok

    def check_directories(self) -> None:
        """Every ministry's directory from its root down, and that the devices are those that it gives."""
        devices: set[tuple[bytes, str]] = set()
        charters = Charters(self._context)
        try:
            former = charters.load().removed
        except WireError as error:
            self.note("directory", f"charter: {error.code}")
            return
        for (ministry,) in self._database.all("SELECT ministry FROM roots"):
            if ministry in former:
                continue
            directory = charters.directory(ministry)
            rows = self._database.all("SELECT entry FROM directory WHERE ministry = ? ORDER BY seq", (ministry,))
            try:
                for (entry,) in rows:
                    directory.append(entry)
            except WireError as error:
                self.note("directory", f"{ministry} {directory.sequence + 1}: {error.code}")
            devices |= {(device, ministry) for device in directory.devices}
        for device, ministry in self._database.all(
            "SELECT device, ministry FROM devices WHERE reason != ?", (STRUCK_OUT,)
        ):
            if (device, ministry) not in devices:
                self.note("device", f"{ministry} {device.hex()}")

    def check_space(self, number: int, id_: bytes, founding: bytes | None) -> None:
        """A space's founding entry, its chains and its records."""
        self.report.spaces += 1
        if founding is not None:
            self._check_founding(id_, founding)
            self._check_members(number, id_, founding)
        self._check_receipts(number, id_)
        if self._database.value("SELECT phase FROM snapshots WHERE space = ?", (number,)) in (UNVERIFIED, NO_HISTORY):
            self.report.without_history += 1
            return
        for chain, device, last, hash_ in self._database.all(
            "SELECT n, device, last, hash FROM chains WHERE space = ? ORDER BY n", (number,)
        ):
            self._check_chain((number, id_), (chain, device), last, hash_)
        self._check_records(number, id_)

    def _check_founding(self, id_: bytes, founding: bytes) -> None:
        try:
            device = read_founding(founding)[0].device
            found = self._key_of(device)
            if space_id(founding) != id_:
                self.note("founding", id_.hex())
            elif found is None:
                self.note("unknown_device", device.hex())
            else:
                verify_founding(founding, found)
        except WireError as error:
            self.note("founding", f"{id_.hex()}: {error.code}")

    def _check_members(self, number: int, id_: bytes, founding: bytes) -> None:
        """The entries of the space's own log: signed, in order, by who might, and the members that they give."""
        try:
            membership = Membership(id_, founding)
            for (data,) in self._database.all("SELECT data FROM entries WHERE space = ? ORDER BY number", (number,)):
                membership.append(data, Books(self._context))
        except WireError as error:
            self.note("members", f"{id_.hex()}: {error.code}")
            return
        given = {(subject, role) for subject, role in membership.roles.items() if isinstance(subject, str)}
        if given != set(self._database.all("SELECT ministry, role FROM members WHERE space = ?", (number,))):
            self.note("members", id_.hex())

    def _check_receipts(self, number: int, id_: bytes) -> None:
        """Receipts are those that their devices signed, for this space and under their numbers."""
        for device, place, hash_, data in self._database.all(
            "SELECT device, number, hash, data FROM receipts WHERE space = ? ORDER BY n", (number,)
        ):
            self.report.receipts += 1
            if not self._stands(device, hash_, data, (id_, device, place)):
                self.note("receipt", f"{id_.hex()} {device.hex()} {place}")

    def _stands(self, device: bytes, hash_: bytes, data: bytes, where: tuple[bytes, bytes, int]) -> bool:
        sign_key = self._key_of(device)
        try:
            receipt, header = read_receipt(data)
            verified = sign_key is not None and verify_receipt(receipt, sign_key) == hash_
        except WireError:
            return False
        return verified and (header.space, header.device, header.number) == where

    def _key_of(self, device: bytes) -> bytes | None:
        if device == self._context.device:
            return self._context.identity.keys.sign_key
        found = self._authors.certificate(device)
        return found[1].sign_key if found else None

    def _check_chain(self, space: tuple[int, bytes], chain: tuple[int, bytes], last: int, hash_: bytes) -> None:
        number, device = chain
        sign_key = self._key_of(device)
        at, previous = 0, bytes(32)
        rows = self._database.all(
            "SELECT last, hash, locked, data FROM segments WHERE n > ? AND n < ? ORDER BY n",
            (change_number(number, 0), change_number(number + 1, 0)),
        )
        for segment_last, segment_hash, locked, data in rows:
            self.report.segments += 1
            where = f"{space[1].hex()} {device.hex()} {at + 1}"
            try:
                segment, header = read_segment(data)
                if sign_key is None:
                    self.note("unknown_device", device.hex())
                elif segment.sealed and verify_segment(segment, sign_key) != segment_hash:
                    self.note("segment", where)
                elif not segment.sealed:  # what was in it was recalled: its hash is left, and its author's signature
                    verify_signature(sign_key, SEGMENT_DOMAIN, segment_hash, segment.signature)
                if (header.space, header.device, header.first, header.previous) != (space[1], device, at + 1, previous):
                    self.note("chain", where)
                if locked:
                    self.report.locked += 1
                else:
                    self._check_changes(space[0], number, segment_last, data, where)
            except WireError as error:
                self.note("segment", f"{where}: {error.code}")
            at, previous = segment_last, segment_hash
        if at != last or (last and previous != hash_):
            self.note("chain", f"{space[1].hex()} {device.hex()} {at}")

    def _check_changes(self, space: int, chain: int, last: int, data: bytes, where: str) -> None:
        """Changes that stand in the log are those that their author signed."""
        segment, header = read_segment(data)
        if not segment.sealed:
            self._check_cut(change_number(chain, header.first), header.count, where)
            return
        key = self._database.value("SELECT key FROM epochs WHERE space = ? AND epoch = ?", (space, header.epoch))
        try:
            bodies = open_segment(segment, header, key) if key else []
        except WireError:
            bodies = [b""] * header.count
        first = change_number(chain, header.first)
        rows = self._database.all(
            "SELECT n, body FROM changes WHERE n >= ? AND n <= ? ORDER BY n", (first, change_number(chain, last))
        )
        applied = self._database.value("SELECT applied FROM chains WHERE n = ?", (chain,))
        wanted = min(max(0, applied - header.first + 1), header.count)  # rows of later ones may still be missing
        whole = header.last == last and [row[0] for row in rows[:wanted]] == list(range(first, first + wanted))
        if not whole or any(body not in (b"", bodies[number - first]) for number, body in rows):
            self.note("change", where)

    def _check_cut(self, first: int, count: int, where: str) -> None:
        """Of the changes of a segment that was cut, those that said something of a recalled record say it no more."""
        rows = self._database.all(
            "SELECT n, body FROM changes WHERE n >= ? AND n < ? ORDER BY n", (first, first + count)
        )
        recalled = sum(recalled_in(body) > 0 for _, body in rows)
        self.report.recalled += recalled
        if not recalled or [row[0] for row in rows] != list(range(first, first + count)):
            self.note("change", where)

    def _check_records(self, space: int, id_: bytes) -> None:
        """Records are what replaying the log gives, and lists show what follows from the records."""
        outcome = replay(self._database, space, partial(self._recalls.holds, (space, id_)))
        self.report.changes += outcome.changes
        self.report.refused += outcome.refused
        self.report.pending += outcome.pending
        for where in outcome.problems:
            self.note("order", where)
        rows = self._database.all(
            "SELECT s.name, s.type, s.card, s.state, r.* FROM records s LEFT JOIN rows r USING (n) WHERE s.space = ?",
            (space,),
        )
        self.report.records += len(rows)
        for name, kind, card, state, *row in rows:
            wanted = outcome.states.pop(name[:16], None)
            if wanted is None or (state or self._follows(row[0])) != encode_state(wanted):
                self.note("record", name.hex())
                continue
            shown = self._projection.project(wanted)
            held = Held(row[0] or 0, name, space, wanted, (0, 0, 0))
            right = [_plain(each) for each in row_of(self._context, held, shown)]
            same = all(right[i] == row[i] for i in range(len(right)) if i not in _OWN_COLUMNS)
            if shown.type != kind or encode_card(shown.card) != card or not same:
                self.note("list", name.hex())
        for record in outcome.states:
            self.note("record", record.hex())

    def _follows(self, record: int) -> bytes:
        """The state of a record that does not stand in its row, because it follows from one change."""
        try:
            return self._context.bodies.state_of(record, b"")
        except StoreDamaged:
            return b""

    def check_index(self) -> None:
        """The search index holds every record that is not in its queue, and its own structure is sound."""
        missing = self._database.value(
            "SELECT count(*) FROM records WHERE n NOT IN (SELECT record FROM index_queue)"
            " AND n NOT IN (SELECT id FROM search_docsize)"
        )
        if missing:
            self.note("index", str(missing))


def _plain(value: object) -> object:
    return int(value) if isinstance(value, bool) else value
