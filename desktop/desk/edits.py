"""What a desk writes: every use case is one change, validated first, with its step of undo in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from desktop.casework.record_types import Field, RecordTypes
from desktop.casework.validation import InvalidValue, Value, validate, validate_new
from desktop.casework.views import Scalar
from desktop.desk import operations
from desktop.desk.checking import check_edit, check_new
from desktop.desk.operations import Operations
from desktop.desk.planning import plan_opening, planned_task
from desktop.desk.reads import DeskReads
from desktop.desk.references import ReferenceBook
from desktop.desk.undo import Step, UndoStack, digest, text_step
from desktop.profile import Profile
from desktop.refusals import Refused
from desktop.store import Connection, Standing, Store
from desktop.store.listing import parse_name
from i18n import _
from sync.changes import Dot, RecordEdit
from sync.merge import RecordState, in_conflict
from sync.push import seal_waiting
from sync.recall import record_id
from sync.wire.codec import new_id
from sync.wire.errors import Malformed
from sync.wire.space import Member

WRITING_ROLES = ("lead", "contributor")


class Changed(msgspec.Struct, frozen=True):
    """What an edit did: the record it was about, and the ids of all records that moved (none: it stood so already)."""

    record: str
    records: frozenset[str] = frozenset()


class DeskEdits(DeskReads):
    """The writing half of a desk.

    Raises InvalidValue for a value that the field refuses, Refused for what cannot be done, UnknownRecord, and
    StoreError for failures of the environment. Whatever is raised, nothing was written.
    """

    def __init__(self, store: Store, connection: Connection, profile: Profile) -> None:
        super().__init__(store, connection, profile)
        self._undo = UndoStack(connection.notes)
        self.sealing = False
        """While the server is there: seal each edit in its own transaction, so that the two share one flush."""

    def new_case(
        self,
        values: Mapping[str, object],
        members: tuple[str, ...] | None = None,
        template: str = "",
        roles: Mapping[str, str] | None = None,
    ) -> Changed:
        """Open a case in a space of its own, read by the ministries `members` (codes; our own is always among them).

        The case gets a reference unless the caller gives one. `template`: the key of what it begins with, in the same
        change; `values` go before it. `roles`: names of officers by role; the opener's own is taken if it is not named.
        """
        record_type = self.type("case")
        plan = plan_opening(self.templates, template, values, roles or {}, self.identity().officer)
        clean = validate_new(record_type, plan.case)
        check_new(record_type, clean)
        planned = [
            planned_task(self.type("task"), each, clean, self._connection.identity.device) for each in plan.tasks
        ]
        own = self._connection.identity.ministry
        chosen = self.profile.default_members if members is None else members
        entitled = self._members(dict.fromkeys([own, *chosen]))
        with self._connection.transaction():
            reference = record_type.role_name("reference")
            if reference and reference not in values:
                clean = {reference: self._next_reference(), **clean}
            space = self._connection.log.found_space("case", entitled)
            edit = RecordEdit(space, operations.create_record(record_type, clean))
            parts = tuple(Step("create", each.record.hex(), "task") for each in planned)
            return self._append(space, edit, Step("create", space.hex(), record_type.name, parts=parts), planned)

    def new_record(self, kind: str, space: str, values: Mapping[str, object]) -> Changed:
        """Add a record of a type to a space."""
        record_type = self.type(kind)
        clean = validate_new(record_type, values)
        check_new(record_type, clean)
        place = parse_name(space)
        if place is None or not self._connection.reads.members(space):
            raise Refused("unknown_space", space=space[:64])
        self.check_writer(space)
        nonce = new_id()
        record = record_id(self._connection.identity.device, nonce)
        with self._connection.transaction():
            edit = RecordEdit(record, operations.create_record(record_type, clean, nonce))
            return self._append(place, edit, Step("create", record.hex(), record_type.name))

    def edit(self, record: str, field: str, value: object) -> Changed:
        """Write a field: a scalar, an iterable of strings for a set, the whole text for a long text."""
        with self._connection.transaction():
            standing = self._connection.reads.standing(record)
            declared = self._field(standing.state, field)
            if declared.stepped:
                raise Refused("set_by_steps", field=field)
            clean = validate(declared, value)
            check_edit(self._connection, self.type(standing.state.type), record, standing.state, declared, clean)
            return self._write(record, standing, declared, clean)

    def resolve(self, record: str, field: str, value: object) -> Changed:
        """Write the value that supersedes all those side by side. Raises Refused (no_conflict) if there is one only."""
        with self._connection.transaction():
            standing = self._connection.reads.standing(record)
            declared = self._field(standing.state, field)
            if not in_conflict(standing.state.registers.get(field, [])):
                raise Refused("no_conflict", field=field)
            return self._write(record, standing, declared, validate(declared, value))

    def delete(self, record: str) -> Changed:
        """Put a record into the bin, as far as this desk has seen it."""
        return self._step(Step("delete", record, self._type_of(record)))

    def restore(self, record: str) -> Changed:
        """Take a record out of the bin, or keep one that came back by itself."""
        return self._step(Step("restore", record, self._type_of(record)))

    def add_element(self, record: str, field: str, element: str) -> Changed:
        """Add one element to a set that stands, beside whatever else is in it."""
        return self._step(Step("set", record, self._type_of(record), field, added=(element,)))

    def undo(self) -> Changed:
        """Take back one's last edit by a new change. Raises Refused: nothing_to_undo, undo_overtaken."""
        with self._connection.transaction():
            step = self._undo.done()
            if step is None:
                raise Refused("nothing_to_undo")
            changed = self._take(step.inverse())
            self._undo.back()
            return changed

    def redo(self) -> Changed:
        """Do again what was undone last. Raises Refused: nothing_to_redo, undo_overtaken."""
        with self._connection.transaction():
            step = self._undo.undone()
            if step is None:
                raise Refused("nothing_to_redo")
            changed = self._take(step)
            self._undo.forward()
            return changed

    def undo_texts(self) -> tuple[str, str]:
        """What would be undone and done again, in words; empty if nothing."""
        return _words(self.types, self._undo.done()), _words(self.types, self._undo.undone())

    def _write(self, record: str, standing: Standing, field: Field, value: Value) -> Changed:
        self.check_standing(standing)
        step = step_of(record, standing.state, field, value)
        while len(standing.state.registers.get(field.name, ())) > operations.MANY:  # somebody means harm
            some = operations.write_field(standing.state, field, value, self._place(standing.space))
            self._append(standing.space, RecordEdit(standing.record, some))
            standing = self._connection.reads.standing(record)
        at = self._place(standing.space)
        written = operations.write_field(standing.state, field, value, at)
        if not written:
            return Changed(record)
        return self._append(standing.space, RecordEdit(standing.record, written), step)

    def _step(self, step: Step) -> Changed:
        """Take a step that is an edit of its own."""
        with self._connection.transaction():
            changed = self._take(step)
            if changed.records:
                self._undo.push(step)
            return changed

    def _take(self, step: Step) -> Changed:
        """Write what a step says, over what stands now."""
        standing = self._connection.reads.standing(step.record)
        self.check_standing(standing)
        written = self._operations(step, standing)
        if not written:
            return Changed(step.record)
        others: list[RecordEdit] = []
        if step.kind in ("create", "delete"):  # what came to be with a case goes and comes back with it
            for part in step.parts:
                other = self._connection.reads.standing(part.record)
                if not other.state.recalls and (needed := self._operations(part, other)):
                    others.append(RecordEdit(other.record, needed))
        return self._append(standing.space, RecordEdit(standing.record, written), others=others)

    def _operations(self, step: Step, standing: Standing) -> Operations:
        state = standing.state
        match step.kind:
            case "create" | "restore":
                return operations.restore_record(state)
            case "delete":
                return operations.delete_record(state)
            case "set":
                return operations.change_set(state, step.field, add=step.added, remove=step.removed)
            case "text":
                return operations.write_text(state, step.field, _patched(state, step), self._place(standing.space))
            case "register":
                return operations.write_values(state, step.field, step.after)
            case "many" | "bulk":
                return self._operations_together(step, standing)

    def _operations_together(self, step: Step, standing: Standing) -> Operations:
        """The edits of a step that is several of them; Refused (undo_overtaken) where somebody wrote since."""
        written: Operations = []
        at = self._place(standing.space)
        for part in step.parts:
            if part.kind == "text":
                here = at._replace(place=len(written))
                written += operations.write_text(standing.state, part.field, _patched(standing.state, part), here)
                continue
            if part.kind == "register" and not _stands(values_of(standing.state, part.field), part.before):
                raise Refused("undo_overtaken")
            written += self._operations(part, standing)
        return written

    def _append(
        self, space: bytes, edit: RecordEdit, step: Step | None = None, others: Iterable[RecordEdit] = ()
    ) -> Changed:
        """Append the change, with its step of undo. `others`: records that come to be with the first one."""
        try:
            appended = self._connection.log.append(space, [edit, *others])
        except Malformed as wrong:
            raise Refused("too_much_at_once") from wrong
        if step is not None:
            self._undo.push(step)
        if self.sealing:
            seal_waiting(self._connection.replica, rounds=1)
        # Where another space had the record's id first, the desk knows ours by a longer name.
        name = next(iter(appended.records)) if len(appended.records) == 1 else edit.record.hex()
        return Changed(name, appended.records)

    def _place(self, space: bytes) -> Dot:
        """The name of the first operation of the next change in a space."""
        return Dot(self._connection.identity.device, self._connection.log.next_sequence(space), 0)

    def _field(self, state: RecordState, name: str) -> Field:
        field = self.type(state.type).get(name)
        if field is None:
            raise InvalidValue("unknown_field", name=name)
        return field

    def _type_of(self, record: str) -> str:
        return self._connection.reads.standing(record).state.type

    def _members(self, codes: Mapping[str, None]) -> list[Member]:
        for code in codes:
            if code not in self.profile.trust:
                raise Refused("unknown_member", ministry=code)
        own = self._connection.identity.ministry
        return [Member(code, "lead" if code == own else "contributor") for code in codes]

    def check_writer(self, space: str) -> None:
        """Refuse to write where this desk only reads. Raises Refused."""
        members = self._connection.members
        role = members.role(space)
        if role not in WRITING_ROLES and members.number(space) is not None:
            raise Refused("reader_only" if role else "no_member")

    def check_standing(self, standing: Standing) -> None:
        """Refuse to write on what was recalled, or where this desk only reads. Raises Refused."""
        if standing.state.recalls:
            raise Refused("recalled")
        self.check_writer(standing.space.hex())

    def _next_reference(self) -> str:
        return ReferenceBook(self._connection).take(date.today().year)  # noqa: DTZ011 - the officer's own calendar


def step_of(record: str, state: RecordState, field: Field, value: Value) -> Step:
    """The step that remembers what an edit is about to change."""
    if field.merge == "text":
        standing = state.texts.get(field.name)
        return text_step(record, state.type, field.name, standing.plain if standing else "", str(value or ""))
    if field.merge == "set":
        wanted = value if isinstance(value, tuple) else ()
        there = state.sets.get(field.name, {})
        return Step(
            "set",
            record,
            state.type,
            field.name,
            added=tuple(each for each in wanted if each not in there),
            removed=tuple(each for each in sorted(there) if each not in wanted),
        )
    before = values_of(state, field.name)
    after = () if isinstance(value, tuple) else (value,)
    return Step("register", record, state.type, field.name, before, after)


def values_of(state: RecordState, field: str) -> tuple[Scalar, ...]:
    """The values that stand side by side in a register."""
    return tuple(one.value for one in state.registers.get(field, []))


def _stands(values: tuple[Scalar, ...], wanted: tuple[Scalar, ...]) -> bool:
    """Whether the values are those; an emptied register is one that was never written."""
    return [each for each in values if each is not None] == [each for each in wanted if each is not None]


def _patched(state: RecordState, step: Step) -> str:
    """The text after a step. Raises Refused (undo_overtaken) if somebody wrote in it since."""
    standing = state.texts.get(step.field)
    text = standing.plain if standing else ""
    if digest(text) != step.digests[0]:
        raise Refused("undo_overtaken")
    return text[: step.head] + str(step.after[0]) + text[len(text) - step.tail :]


def _words(types: RecordTypes, step: Step | None) -> str:
    """What a step was, in the current language."""
    if step is None:
        return ""
    kind = types.get(step.type)
    field = kind.get(step.field) if kind else None
    if field is not None:
        return field.label
    label = kind.label if kind else step.type
    match step.kind:
        case "create":
            return _("new: {type}").format(type=label)
        case "delete":
            return _("to the bin: {type}").format(type=label)
        case "restore":
            return _("out of the bin: {type}").format(type=label)
        case "many":
            return _("a step of: {type}").format(type=label)
    return step.field
