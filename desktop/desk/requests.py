"""Requests for assistance of a desk: what stands of them, and their steps, each of which is one change.

A step is checked by the state machine (`desktop.casework.requests`) against what stands in the very transaction that
writes it. It can be undone as long as it was not sent; afterwards the members act on it, and it is withdrawn instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from desktop.casework.request_clock import MAX_RULES_BYTES, BadRules, Rules, default_rules, read_rules, tell
from desktop.casework.request_views import ENDED, Deadline, Given, TimedRequest
from desktop.casework.requests import TYPE, Impossible, plan, read_request
from desktop.casework.validation import Value, validate
from desktop.casework.views import Query
from desktop.desk import operations
from desktop.desk.edits import Changed, DeskEdits, step_of
from desktop.desk.operations import Operations
from desktop.desk.undo import Step
from desktop.refusals import Refused
from desktop.store import Connection, Standing, UnknownRecord
from desktop.store.listing import parse_name
from sync.changes import RecordEdit

RULES_FILE = "request_clock.toml"
_FIRST = {"status": "draft"}


class DeskRequests(DeskEdits):
    """The part of a desk that handles requests for assistance."""

    def request_rules(self) -> Rules:
        """How long requests have: this desk's own rules, else those that ship with it. Raises Refused."""
        return rules_of(self._store.home)

    def use_request_rules(self, path: Path | None) -> Rules:
        """Take rules from a file from now on; None: those that ship with the desk. Raises Refused, nothing changed."""
        kept = self._store.home / RULES_FILE
        if path is None:
            kept.unlink(missing_ok=True)
            return default_rules()
        rules = _read(path)
        draft = kept.with_suffix(".new")
        draft.write_bytes(path.read_bytes())
        draft.replace(kept)
        return rules

    def request(self, record: str) -> TimedRequest:
        """A request as it stands, with its clocks. Raises UnknownRecord, Refused (no_request)."""
        return timed(self._connection, record, rules_or_shipped(self._store.home), self._now())

    def requests(self, space: str = "") -> list[TimedRequest]:
        """Every request here, or of one space, the last changed first."""
        return all_requests(self._connection, self._store.home, self._now(), space)

    def request_step(self, record: str, step: str, given: Given | None = None) -> Changed:
        """Take a step. Raises Refused that says why it cannot be taken, InvalidValue, UnknownRecord."""
        said = given or Given()
        with self._connection.transaction():
            standing = self._connection.reads.standing(record)
            self.check_standing(standing)
            stands = timed(self._connection, record, default_rules(), self._now(), calendar=False).request
            said = msgspec.structs.replace(said, files=stands.files > 0)
            try:
                values = plan(stands, step, self.identity().ministry, said, self._now(), self.request_rules())
            except Impossible as why:
                raise Refused(why.code, **why.params) from why
            return self._write_together(record, standing, values)

    def deadlines(self, within_s: int = 0) -> list[Deadline]:
        """What is due of open requests that concern this ministry, the most pressing first; 0: whenever."""
        own = self.identity().ministry
        found = [
            Deadline(
                each.request.id,
                each.request.space,
                part.member,
                int(clock.due.timestamp() * 1000),
                int(clock.left.total_seconds()),
                part.member == own,
            )
            for each in all_requests(self._connection, self._store.home, self._now(), ended=False, calendar=False)
            if own in (each.request.requesting, *each.request.requested)
            for part, clock in zip(each.request.parts, each.clocks, strict=True)
            if clock.due is not None
            and clock.state in ("running", "soon", "late")
            and (not within_s or clock.left <= timedelta(seconds=within_s))
        ]
        return sorted(found, key=lambda each: (each.left_s, each.record))

    def new_record(self, kind: str, space: str, values: Mapping[str, object]) -> Changed:
        """Add a record to a space. A request is our ministry's, and begins as a draft: the rest is written by steps."""
        if kind == TYPE:
            own = self.identity().ministry
            given = {name for name, value in values.items() if value and value != _FIRST.get(name, own)}
            for name in given.intersection(each.name for each in self.type(kind).fields.values() if each.stepped):
                raise Refused("set_by_steps", field=name)
            values = {**values, "requesting": own}
        return super().new_record(kind, space, values)

    def edit(self, record: str, field: str, value: object) -> Changed:
        """Write a field. Raises also Refused: whom a request asks is settled once it was sent."""
        if field == "requested":
            view = self.show(record)
            if view.type == TYPE and (stands := read_request(view)).state != "draft" and stands.requested:
                raise Refused("request_is_sent")
        return super().edit(record, field, value)

    def undo(self) -> Changed:
        """Take back one's last edit. Raises also Refused (undo_sent): a step of a request that others have by now."""
        step = self._undo.done()
        if step is not None and step.change and self._connection.log.is_sent(bytes.fromhex(step.space), step.change):
            self._undo.drop()
            raise Refused("undo_sent")
        return super().undo()

    def redo(self) -> Changed:
        """Do again what was undone last."""
        with self._connection.transaction():
            step = self._undo.undone()
            if step is None or not step.change:
                return super().redo()
            number = self._connection.log.next_sequence(bytes.fromhex(step.space))
            changed = super().redo()
            self._undo.amend(msgspec.structs.replace(step, change=number))
            return changed

    def _write_together(self, record: str, standing: Standing, values: Mapping[str, str | None]) -> Changed:
        """Write several fields in one change that is undone by one step, until it is sent."""
        written: Operations = []
        parts: list[Step] = []
        at = self._place(standing.space)
        for name, value in values.items():
            field = self._field(standing.state, name)
            clean: Value = validate(field, value)
            step = step_of(record, standing.state, field, clean)
            some = operations.write_field(standing.state, field, clean, at._replace(place=len(written)))
            if some:
                written += some
                parts.append(step)
        if not written:
            return Changed(record)
        whole = Step(
            "many",
            record,
            standing.state.type,
            parts=tuple(parts),
            space=standing.space.hex(),
            change=at.sequence,
        )
        return self._append(standing.space, RecordEdit(standing.record, written), whole)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._store.now_ms() / 1000, UTC).astimezone()


def all_requests(
    connection: Connection, home: Path, now: datetime, space: str = "", *, ended: bool = True, calendar: bool = True
) -> list[TimedRequest]:
    """The requests of a store, or of one space, the last changed first; for whatever thread has the connection.

    `ended`: closed and withdrawn ones too. Without `calendar` no calendar is read (see `request_clock.tell`).
    """
    rules = rules_or_shipped(home)
    without = () if ended else tuple(sorted(ENDED))
    ids = connection.listing.query(Query(type=TYPE, space=space, without_statuses=without))
    unread = {row.id for row in connection.listing.rows(ids) if row.unread}
    found: list[TimedRequest] = []
    for record in ids:
        try:
            found.append(timed(connection, record, rules, now, unread=record in unread, calendar=calendar))
        except UnknownRecord:  # it went between the two reads
            continue
    return found


def timed(
    connection: Connection, record: str, rules: Rules, now: datetime, *, unread: bool = False, calendar: bool = True
) -> TimedRequest:
    """One request, with its clocks. Raises UnknownRecord, Refused (no_request)."""
    view = connection.reads.show(record)
    if parse_name(record) is None or view.type != TYPE:
        raise Refused("no_request", record=record[:64])
    request = read_request(view, unread=unread)
    return TimedRequest(
        request, tuple(tell(rules, part.member, part.times, now, calendar=calendar) for part in request.parts)
    )


def rules_of(home: Path) -> Rules:
    """The rules of a home: its own file's, else those that ship with the desk. Raises Refused (bad_request_clock)."""
    path = home / RULES_FILE
    return _read(path) if path.is_file() else default_rules()


def rules_or_shipped(home: Path) -> Rules:
    """For what is only shown: a file that somebody broke keeps nobody from reading."""
    try:
        return rules_of(home)
    except Refused:
        return default_rules()


def _read(path: Path) -> Rules:
    try:
        with path.open("rb") as stream:
            return read_rules(stream.read(MAX_RULES_BYTES + 1).decode())
    except BadRules as wrong:
        raise Refused(wrong.code, **wrong.params) from wrong
    except (OSError, UnicodeDecodeError) as wrong:
        raise Refused("bad_request_clock", key=path.name[:100], reason="unreadable") from wrong
