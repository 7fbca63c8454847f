"""Exhibits of a case: taken in with their number and first entry, handed on step by step, checked and reported."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from desktop.casework.attachments import Attachment, write_reference
from desktop.casework.evidence_chain import Custody, CustodyStep, judge, with_files
from desktop.casework.evidence_kind import UNKNOWN, disagrees
from desktop.casework.evidence_report import UNSAID, CustodyReport, ExhibitPart, FilePart
from desktop.casework.evidence_views import Handover, Officer
from desktop.casework.validation import validate_new
from desktop.casework.views import Query
from desktop.desk import operations
from desktop.desk.blobs import DeskFiles, FilePlace, read_parts
from desktop.desk.bundles import possible_readers
from desktop.desk.edits import Changed
from desktop.desk.exhibit_numbers import next_exhibit_number
from desktop.desk.intake import Found, TakenIn, read_in
from desktop.refusals import Refused
from desktop.store.custody import CustodyReads
from desktop.store.listing import parse_name
from sync.changes import RecordEdit
from sync.push import seal_waiting
from sync.recall import record_id
from sync.wire.codec import new_id
from sync.wire.errors import Malformed

EXHIBIT, CUSTODY, FILES = "exhibit", "custody", "files"
_TAKEN = "taken."
_SAID = {"why": "title", "to": "to_holder", "ministry": "to_ministry", "at": "at", "place": "place", "seal": "seal"}


class ExhibitPlace(msgspec.Struct, frozen=True):
    """Where the file of an exhibit goes that is not made yet."""

    space: bytes
    record: str
    nonce: bytes

    @property
    def file(self) -> FilePlace:
        """The same for a file that is sealed."""
        return FilePlace(self.space, self.record, FILES)


class DeskExhibits(DeskFiles):
    """The part of a desk that keeps exhibits. Raises InvalidValue, Refused, UnknownRecord, StoreError."""

    def new_record(self, kind: str, space: str, values: Mapping[str, object]) -> Changed:
        """Add a record; an exhibit gets its number and first entry, an entry its place in a chain, however added."""
        if kind == EXHIBIT:
            return self.add_exhibit(space, None, values, Handover())
        if kind == CUSTODY and values.get("exhibit"):
            said = {name: str(values.get(field) or "") for name, field in _SAID.items()}
            return self.custody_step(str(values["exhibit"]), str(values.get("action") or ""), Handover(**said))
        return super().new_record(kind, space, values)

    def exhibit_place(self, space: str) -> ExhibitPlace:
        """Where a new exhibit of a case goes. Raises Refused (unknown_space, what keeps one from writing)."""
        place = parse_name(space)
        if place is None or not self._connection.reads.members(space):
            raise Refused("unknown_space", space=space[:64])
        self.check_writer(space)
        nonce = new_id()
        return ExhibitPlace(place, record_id(self._connection.identity.device, nonce).hex(), nonce)

    def add_exhibit(
        self,
        space: str,
        path: Path | None,
        values: Mapping[str, object],
        said: Handover,
        tell: Callable[[int], None] | None = None,
    ) -> Changed:
        """Take a file, or a thing without one, in as an exhibit."""
        place = self.exhibit_place(space)
        taken = read_in(self.blobs, place.file, path, tell) if path is not None else None
        return self.make_exhibit(place, taken, values, said)

    def make_exhibit(
        self, place: ExhibitPlace, taken: TakenIn | None, values: Mapping[str, object], said: Handover
    ) -> Changed:
        """Make the exhibit of a file that was sealed, with its number and its first entry, in one change.

        Where that is refused, also because the case has the same content already (same_exhibit), the file goes too.
        """
        try:
            if taken is not None:
                self._refuse_same(place.space.hex(), taken.file)
            return self._make_exhibit(place, taken, values, said)
        except BaseException:
            if taken is not None:
                self.blobs.drop(taken.file.blob.id)
            raise

    def exhibit_of_file(self, space: str, file: str, said: Handover) -> Changed:
        """Make an exhibit of a file that is attached to the case itself, in one change."""
        found = self.attachment(space, file)
        self._refuse_same(space, found)
        place = self.exhibit_place(space)
        field = next(name for name, each in self._attachments(space) if each == found)
        state = self._connection.reads.standing(space).state
        out = operations.change_set(state, field, add=(), remove=(write_reference(found),))
        with self._connection.transaction():
            changed = self._make_exhibit(place, TakenIn(found, UNKNOWN), {}, said, RecordEdit(place.space, out))
            if entry := self.blobs.entry(found.blob.id):
                self.blobs.update(msgspec.structs.replace(entry, record=changed.record))
            return changed

    def custody(self, exhibit: str) -> Custody:
        """The chain of an exhibit as it stands."""
        standing = self._connection.reads.standing(exhibit)
        if standing.state.type != EXHIBIT:
            raise Refused("no_exhibit")
        return self._judged_chain(exhibit, self._custody_reads().of_exhibit(standing.space.hex(), exhibit))

    def custody_step(self, exhibit: str, action: str, said: Handover) -> Changed:
        """Write an entry of an exhibit's chain, and how the exhibit stands by it, as one change.

        What would not fit what stands is refused by the code of the finding, `custody_…`; two ends ask for `previous`.
        """
        with self._connection.transaction():
            before = self.custody(exhibit)
            standing = self._connection.reads.standing(exhibit)
            self.check_standing(standing)
            nonce = new_id()
            step = self._new_step(before, exhibit, action, said)
            step = msgspec.structs.replace(step, id=record_id(self._connection.identity.device, nonce).hex())
            after = judge(exhibit, [*before.steps, step])
            for finding in after.findings:
                if finding.step == step.id:
                    raise Refused(f"custody_{finding.code}", about=finding.about, other=finding.other)
            edits = [self._custody_entry(step, nonce)]
            if stands := self._exhibit_stands(exhibit, after):
                edits.append(RecordEdit(standing.record, stands))
            return self._append_all(standing.space, exhibit, edits)

    def custody_report(
        self,
        space: str,
        exhibits: list[str] | None = None,
        *,
        check: bool = False,
        tell: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> CustodyReport:
        """The chains of a case's exhibits, or of some, with the hashes of their files, each read again if `check`."""
        if not self._connection.reads.members(space):
            raise Refused("unknown_space", space=space[:64])
        rows = self.rows(self.query(Query(type=EXHIBIT, space=space, order="reference")))[::-1]
        chosen = [row for row in rows if exhibits is None or row.id in exhibits]
        if len(chosen) == 1:
            steps = {chosen[0].id: self._custody_reads().of_exhibit(space, chosen[0].id)}
        else:
            steps = {}
            for step in self._custody_reads().of_space(space):
                steps.setdefault(step.exhibit, []).append(step)
        parts: list[ExhibitPart] = []
        for done, row in enumerate(chosen):
            tell(done, len(chosen))
            files = tuple(self._part_of_file(row.id, each, check=check) for _, each in self._attachments(row.id))
            chain = self._judged_chain(row.id, steps.get(row.id, ()))
            parts.append(ExhibitPart(row.id, row.reference, row.title, row.tlp, row.handling, chain, files))
        case = self.rows([space])
        reference, title = (case[0].reference, case[0].title) if case else ("", "")
        return CustodyReport(reference, title, self._store.now_ms(), self.identity(), self.fingerprint(), tuple(parts))

    def check_file(self, record: str, file: str, tell: Callable[[int], None] | None = None) -> None:
        """Read a file of a record through, and compare. Raises Refused (file_not_here, file_damaged)."""
        done = 0
        for part in read_parts(self.blobs, self.attachment(record, file)):
            done += len(part)
            if tell is not None:
                tell(done)

    def officers(self, space: str) -> list[Officer]:
        """The other desks' officers of a case's members, to whom an exhibit can be handed over."""
        members = {code for code, _ in self._connection.reads.members(space)}
        found = [each for each in possible_readers(self._connection) if each.is_desk and each.ministry in members]
        return sorted({Officer(each.officer, each.ministry, each.desk) for each in found})

    def is_new_file(self, space: str, found: Found) -> bool:
        """Whether a file of a folder was not taken into this case yet, as it lies there now."""
        return self._connection.notes.get(_key(space, found.path)) != _mark(found)

    def note_taken(self, space: str, found: Found) -> None:
        """Keep that a file of a folder was taken into a case."""
        self._connection.notes.put(_key(space, found.path), _mark(found))

    def _make_exhibit(
        self,
        place: ExhibitPlace,
        taken: TakenIn | None,
        values: Mapping[str, object],
        said: Handover,
        beside: RecordEdit | None = None,
    ) -> Changed:
        own = self._connection.identity
        file = taken.file if taken else None
        sha256 = file.blob.sha256.hex() if file else ""
        given: dict[str, object] = {
            "title": file.name if file else "",
            "exhibit_kind": "digital" if file else "physical",
        }
        given |= self._marking_of_case(place.space.hex()) | dict(values)
        holder = own.officer
        given |= {"custody_status": "held", "holder": holder, "sha256": sha256, "seal": ""}
        if taken is not None:
            given |= {"content": taken.kind, FILES: [write_reference(taken.file)]}
        with self._connection.transaction():
            if not given.get("number"):
                given["number"] = next_exhibit_number(self._connection, place.space.hex())
            record = self.type(EXHIBIT)
            step = self._new_step(Custody(place.record), place.record, "entered", said)
            nonce = new_id()
            entry = record_id(own.device, nonce).hex()
            step = msgspec.structs.replace(step, id=entry, to_holder=holder, sha256=sha256)
            edits = [
                RecordEdit(
                    bytes.fromhex(place.record),
                    operations.create_record(record, validate_new(record, given), place.nonce),
                ),
                self._custody_entry(step, nonce),
                *([beside] if beside is not None else []),
            ]
            return self._append_all(place.space, place.record, edits)

    def _judged_chain(self, exhibit: str, steps: Iterable[CustodyStep]) -> Custody:
        return with_files(judge(exhibit, steps), {each.blob.sha256.hex() for _, each in self._attachments(exhibit)})

    def _new_step(self, before: Custody, exhibit: str, action: str, said: Handover) -> CustodyStep:
        if len(before.heads) > 1 and said.previous not in before.heads:
            raise Refused("custody_fork")
        previous = said.previous or (before.heads[0] if before.heads else "")
        others = [each for each in before.heads if each != previous]
        given = before.open
        handed = given is not None and action in ("received", "declined")
        return CustodyStep(
            id="",
            exhibit=exhibit,
            action=action,
            author=self.identity(),
            fingerprint=self.fingerprint(),
            change="",
            why=said.why or UNSAID,
            from_holder=before.holders[0] if before.holders else "",
            to_holder=said.to or (given.to_holder if given is not None and handed else self.identity().officer),
            to_ministry=said.ministry,
            at=said.at or datetime.now().astimezone().isoformat(timespec="seconds"),
            place=said.place,
            seal=said.seal,
            previous=previous,
            settles=others[0] if others else "",
        )

    def _custody_entry(self, step: CustodyStep, nonce: bytes) -> RecordEdit:
        """The record of an entry, validated. Raises InvalidValue."""
        names = ("exhibit", "action", "from_holder", "to_holder", "to_ministry", "at", "place", "seal", "sha256")
        said: dict[str, object] = {name: getattr(step, name) for name in names}
        said |= {"title": step.why, "previous": step.previous, "settles": step.settles}
        row = self.rows([step.exhibit])
        marking: dict[str, object] = {"tlp": row[0].tlp, "handling": row[0].handling} if row else {}
        filled = {name: value for name, value in (said | marking).items() if value}
        record = self.type(CUSTODY)
        made = operations.create_record(record, validate_new(record, filled), nonce)
        return RecordEdit(bytes.fromhex(step.id), made)

    def _marking_of_case(self, space: str) -> dict[str, object]:
        """An exhibit is marked as its case is."""
        row = self.rows([space])
        return {"tlp": row[0].tlp, "handling": row[0].handling} if row and row[0].tlp else {}

    def _append_all(self, space: bytes, record: str, edits: list[RecordEdit]) -> Changed:
        """Append one change on several records. It has no step of undo: an entry is followed, never taken back."""
        try:
            appended = self._connection.log.append(space, edits)
        except Malformed as wrong:
            raise Refused("too_much_at_once") from wrong
        if self.sealing:
            seal_waiting(self._connection.replica, rounds=1)
        return Changed(record, appended.records)

    def _exhibit_stands(self, exhibit: str, after: Custody) -> operations.Operations:
        """What the exhibit's own fields say after an entry."""
        standing, record = self._connection.reads.standing(exhibit), self.type(EXHIBIT)
        at = self._place(standing.space)
        values = {"custody_status": after.status, "holder": " / ".join(after.holders), "seal": after.seal or None}
        return [
            each
            for name, value in values.items()
            for each in operations.write_field(standing.state, record.fields[name], value, at)
        ]

    def _refuse_same(self, space: str, file: Attachment) -> None:
        digest = file.blob.sha256.hex()
        for each in self.query(Query(type=EXHIBIT, space=space, text=digest)):
            if any(known.blob.sha256 == file.blob.sha256 for _, known in self._attachments(each)):
                row = self.rows([each])[0]
                raise Refused("same_exhibit", file=file.name, number=row.reference or row.title)

    def _part_of_file(self, record: str, file: Attachment, *, check: bool) -> FilePart:
        state = "unchecked"
        if check:
            try:
                self.check_file(record, file.blob.id.hex())
                state = "whole"
            except Refused as refused:
                state = "absent" if refused.code == "file_not_here" else "damaged"
        kind = self.show(record).fields.get("content")
        content = str(kind.value or UNKNOWN) if kind else UNKNOWN
        other = content != UNKNOWN and disagrees(file.name, content)
        return FilePart(file.blob.id.hex(), file.name, file.blob.size, file.blob.sha256.hex(), content, state, other)

    def _custody_reads(self) -> CustodyReads:
        return CustodyReads(self._connection.context, self._connection.listing, self._connection.history)


def _key(space: str, path: Path) -> str:
    digest = hashlib.blake2b(str(path.absolute()).encode("utf-8", "surrogateescape"), digest_size=16)
    return f"{_TAKEN}{space}.{digest.hexdigest()}"


def _mark(found: Found) -> bytes:
    return f"{found.size}.{found.mtime_ns}".encode()
