"""Many records changed at once: planned first, written in slices that can be stopped, taken back as one step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from desktop.casework.bulk import MOST_RECORDS, BulkOrder, BulkPlan, BulkProgress, BulkRow
from desktop.casework.record_types import RecordTypes
from desktop.casework.validation import InvalidValue, describe, validate
from desktop.casework.views import ListRow, Scalar
from desktop.desk.checking import check_edit
from desktop.desk.edits import WRITING_ROLES, Changed, DeskEdits, step_of, values_of
from desktop.desk.undo import Step
from desktop.refusals import Refused
from desktop.store import Connection, Standing, UnknownRecord
from sync.changes import RecordEdit
from sync.merge import in_conflict
from sync.push import seal_waiting
from sync.wire.codec import new_id
from sync.wire.errors import Malformed

GROUP = 25  # records of one change: a few milliseconds, and far below what a change may hold
_FIXED = {"permission": None, "custody": None, "exchange": ("tlp", "handling"), "request": ("requested",)}
"""By type what has rules of its own, and is written one by one; None: all of it."""
_RULED = ("tlp", "handling")  # of a link: it inherits them
_PARTS = "undo.bulk."  # notes that hold the parts of a step; a recall forgets those that name the record


def plan_bulk(connection: Connection, types: RecordTypes, ids: Iterable[str], order: BulkOrder) -> BulkPlan:
    """What an order would do to each of at most MOST_RECORDS records; nothing is written."""
    chosen = list(dict.fromkeys(ids))[:MOST_RECORDS]
    roles: dict[str, str] = {}
    return BulkPlan(
        order, tuple(_plan(connection, types, row, order, roles) for row in connection.listing.rows(chosen))
    )


def _plan(connection: Connection, types: RecordTypes, row: ListRow, order: BulkOrder, roles: dict[str, str]) -> BulkRow:
    if row.space not in roles:
        roles[row.space] = connection.members.role(row.space)
    if roles[row.space] not in WRITING_ROLES:
        return BulkRow(row, refused="reader_only" if roles[row.space] else "no_member")
    try:
        return _judge(connection, types, connection.reads.standing(row.id), row, order)
    except InvalidValue as wrong:
        return BulkRow(row, refused=wrong.code, reason=describe(wrong, in_form=False))
    except Refused as wrong:
        return BulkRow(row, refused=wrong.code)
    except UnknownRecord:
        return BulkRow(row, refused="unknown_record")


def _judge(connection: Connection, types: RecordTypes, standing: Standing, row: ListRow, order: BulkOrder) -> BulkRow:
    state, known = standing.state, types.get(standing.state.type)
    field = known.get(order.field) if known else None
    if state.recalls:
        raise Refused("recalled")
    if known is None or field is None:
        raise Refused("bulk_no_field")
    if field.stepped:
        raise Refused("set_by_steps", field=order.field)
    fixed = _FIXED.get(known.name, _RULED if known.family == "link" else ())
    if fixed is None or field.name in fixed:
        raise Refused("bulk_one_by_one")
    if field.merge == "text":
        raise Refused("bulk_text")
    if in_conflict(state.registers.get(field.name, [])):
        raise Refused("bulk_conflict")
    wanted = validate(field, order.value)
    if not isinstance(wanted, tuple):
        before = tuple(each for each in values_of(state, field.name) if each is not None)
        check_edit(connection, known, row.id, state, field, wanted)
        return BulkRow(row, before, () if wanted is None else (wanted,))
    there = sorted(element for element, dots in state.sets.get(field.name, {}).items() if dots)
    after = set(wanted)
    if order.mode == "add":
        after |= set(there)
    elif order.mode == "remove":
        after = set(there) - after
    if field.required and not after:
        raise InvalidValue("required", field)
    return BulkRow(row, tuple(there), tuple(sorted(after)))


class DeskBulk(DeskEdits):
    """A desk that writes many records."""

    def bulk_plan(self, ids: Iterable[str], order: BulkOrder) -> BulkPlan:
        """What an order would do to each record."""
        return plan_bulk(self._connection, self.types, ids, order)

    def bulk_slices(self, plan: BulkPlan) -> Iterator[BulkProgress]:
        """Write what was planned: a change for each group of records of a space, and one step of undo for all of it.

        Stopped anywhere, what was written is that step. What was written by somebody since the plan is passed over.
        """
        rows = plan.changing
        groups = ([self._planned(row, plan.order) for row in some] for some in _groups(rows))
        return self.step_slices(groups, len(rows), plan.order.field)

    def step_slices(self, groups: Iterable[list[Step]], whole: int, field: str = "") -> Iterator[BulkProgress]:
        """Take steps of many records, those of a group on records of one space, as `bulk_slices` does."""
        name, done = new_id().hex(), 0
        for number, some in enumerate(groups):
            with self._connection.transaction():
                written, taken = self._take_together(some)
                if taken:
                    self._connection.notes.put(f"{_PARTS}{name}.{number:06d}", msgspec.json.encode(taken))
                    step = self._undo.done()
                    if step is None or step.record != name:
                        self._undo.push(Step("bulk", name, some[0].type, field))
                        self._forget_parts()
            done += len(some)
            yield BulkProgress(written, done, whole, len(some) - len(taken))

    def undo_slices(self, *, again: bool = False) -> Iterator[BulkProgress]:
        """Take back the last step, which is one of many records, in slices; or do it again."""
        step = self._undo.undone() if again else self._undo.done()
        if step is None:
            raise Refused("nothing_to_redo" if again else "nothing_to_undo")
        keys = self._connection.notes.keys(f"{_PARTS}{step.record}.")
        done, whole = 0, len(keys) * GROUP
        for key in sorted(keys, reverse=not again):
            kept = self._connection.notes.get(key)
            parts = msgspec.json.decode(kept, type=list[Step]) if kept else []
            with self._connection.transaction():
                written, taken = self._take_together(parts if again else [part.inverse() for part in parts])
            done += len(parts)
            yield BulkProgress(written, done, whole, len(parts) - len(taken))
        with self._connection.transaction():
            if again:
                self._undo.forward()
            else:
                self._undo.back()

    def undo_is_long(self, *, again: bool = False) -> bool:
        """Whether what would be undone (or done again) is a step of many records."""
        step = self._undo.undone() if again else self._undo.done()
        return step is not None and step.kind == "bulk"

    def undo(self) -> Changed:
        """Take back one's last edit, all of it if it was one of many records."""
        return self._whole(self.undo_slices()) if self.undo_is_long() else super().undo()

    def redo(self) -> Changed:
        """Do again what was undone last."""
        return self._whole(self.undo_slices(again=True)) if self.undo_is_long(again=True) else super().redo()

    def _whole(self, slices: Iterator[BulkProgress]) -> Changed:
        records = frozenset[str]().union(*(part.records for part in slices))
        return Changed(min(records, default=""), records)

    def _planned(self, row: BulkRow, order: BulkOrder) -> Step:
        """What is to be done to a record; the values before it are those of the preview, whatever stands now."""
        standing = self._connection.reads.standing(row.row.id)
        field = self._field(standing.state, order.field)
        step = step_of(row.row.id, standing.state, field, () if field.merge == "set" else _one(row.after))
        if step.kind == "set":
            gone = tuple(str(each) for each in row.before if each not in row.after)
            come = tuple(str(each) for each in row.after if each not in row.before)
            return msgspec.structs.replace(step, added=come, removed=gone)
        return msgspec.structs.replace(step, before=row.before)

    def _take_together(self, steps: list[Step]) -> tuple[frozenset[str], list[Step]]:
        """Write what can still be of steps on records of one space, as one change; returns those that were taken."""
        edits: list[RecordEdit] = []
        taken: list[Step] = []
        place: bytes | None = None
        for step in steps:
            try:
                standing = self._connection.reads.standing(step.record)
                self.check_standing(standing)
                written = self._operations_together(Step("many", step.record, step.type, parts=(step,)), standing)
            except (Refused, UnknownRecord):
                continue
            if written:
                place = standing.space
                edits.append(RecordEdit(standing.record, written))
                taken.append(step)
        if place is None:
            return frozenset(), []
        try:
            appended = self._connection.log.append(place, edits)
        except Malformed as wrong:
            raise Refused("too_much_at_once") from wrong
        if self.sealing:
            seal_waiting(self._connection.replica, rounds=1)
        return appended.records, taken

    def _forget_parts(self) -> None:
        """Forget the parts of steps that are forgotten."""
        notes, kept = self._connection.notes, self._undo.records()
        for key in notes.keys(_PARTS):
            if key.removeprefix(_PARTS).partition(".")[0] not in kept:
                notes.remove(key)


def _groups(rows: Iterable[BulkRow]) -> Iterator[list[BulkRow]]:
    """Records of the same space, at most GROUP at a time."""
    by_space: dict[str, list[BulkRow]] = {}
    for row in rows:
        by_space.setdefault(row.row.space, []).append(row)
    for some in by_space.values():
        for start in range(0, len(some), GROUP):
            yield some[start : start + GROUP]


def _one(values: tuple[Scalar, ...]) -> Scalar:
    return values[0] if values else None
