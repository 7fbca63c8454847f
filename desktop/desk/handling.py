"""The handling of records on a desk: what codes hold, whose information it is, who has it and who may have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from desktop.casework.exchanges import EXCHANGE, PERMISSION, HandlingView, PassingView, ReaderView, marked
from desktop.casework.exchanges import marking_of_values as marking_of
from desktop.casework.handling import Marking, combine
from desktop.casework.passing_on import EVERYBODY, Obstacle, Permission, check, inherited, tightened
from desktop.casework.provenance import (
    PermissionView,
    WriteView,
    codes_that_hold,
    providers_of,
    read_permission,
    writes_that_hold,
)
from desktop.casework.views import Query, RecordView
from desktop.desk.edits import Changed, DeskEdits
from desktop.desk.operations import Operations
from desktop.profile import Profile
from desktop.refusals import Refused
from desktop.store import Connection, Standing, Store, UnknownRecord
from desktop.store.listing import parse_name
from sync.changes import Dot, RecordEdit, Remove
from sync.recall import record_id
from sync.wire.codec import MAX_HEADS

_CODES = ("tlp", "handling", "handling_note")


class DeskHandling(DeskEdits):
    """The part of a desk that says what may go to whom. Raises Refused, UnknownRecord."""

    def __init__(self, store: Store, connection: Connection, profile: Profile) -> None:
        super().__init__(store, connection, profile)
        self._permissions: dict[str, tuple[tuple[int, ...], PermissionView]] = {}
        """Read once until something of theirs moves: lists of what waits ask for all of them."""

    def readers(self, space: str) -> tuple[ReaderView, ...]:
        """Every ministry that reads a space, with its desks by name, our own first."""
        view = self._connection.members.view(space, self.profile.members)
        if view is None:
            raise Refused("unknown_space", space=space[:64])
        own = self._connection.identity.ministry
        desks = self._connection.members.desks(space)
        roles: dict[str, str] = {}
        for member in view.members:
            roles.setdefault(member.ministry, member.role)
        found = [ReaderView(code, role, desks.get(code, ()), code == own) for code, role in roles.items()]
        return tuple(sorted(found, key=lambda one: (not one.own, one.ministry)))

    def handling(self, record: str) -> HandlingView:
        """The codes of a record that hold, whose it is, who has it, and what was granted. Raises UnknownRecord."""
        view = self._connection.reads.show(record)
        writes, maker = self._writes(record)
        providers = self._providers(view, writes, maker)
        marking = combine([inherited([view]), codes_that_hold(writes, providers), *self._floor_of(view)])
        recipients = view.fields.get("recipients") if view.type == EXCHANGE else None
        return HandlingView(
            record,
            marking,
            providers,
            view.readers,
            recipients.elements if recipients and recipients.elements else view.readers,
            self.permissions_on(record),
        )

    def passing(self, records: Sequence[str], audience: Collection[str], purpose: str = "police") -> PassingView:
        """What copies of records would be marked with, and what stands in the way of an audience having them."""
        found = [self.handling(record) for record in records]
        obstacles = [each for held in found for each in self._obstacles(held, audience, purpose)]
        return PassingView(combine(held.marking for held in found), tuple(dict.fromkeys(obstacles)))

    def permission(self, record: str) -> PermissionView:
        """A permission request with its answers. Raises Refused (no_permission_request), UnknownRecord."""
        stamp = self._connection.history.stamp(parse_name(record) or b"")
        known = self._permissions.get(record)
        if known is None or known[0] != stamp:
            standing = self._connection.reads.standing(record)
            if standing.state.type != PERMISSION:
                raise Refused("no_permission_request")
            known = stamp, read_permission(record, standing.space.hex(), self._writes(record)[0])
            self._permissions[record] = known
        return known[1]

    def permissions(self, space: str = "") -> tuple[PermissionView, ...]:
        """Every permission request of a space, or of all; the last changed first."""
        return tuple(self.permission(row) for row in self.query(Query(type=PERMISSION, space=space)))

    def permissions_on(self, record: str) -> tuple[PermissionView, ...]:
        """What was asked about a record, wherever it was asked."""
        rows = self.rows(self.query(Query(type=PERMISSION)))
        found = [self.permission(row.id) for row in rows if row.source == record]
        return tuple(each for each in found if each.about == record)

    def waiting_permissions(self) -> tuple[PermissionView, ...]:
        """What waits for our ministry's answer, the last changed first."""
        own = self._connection.identity.ministry
        rows = self.rows(self.query(Query(type=PERMISSION)))
        found = [self.permission(row.id) for row in rows if row.subtitle == own]
        return tuple(each for each in found if each.provider == own and not any(one.counts for one in each.answers))

    def new_record(self, kind: str, space: str, values: Mapping[str, object]) -> Changed:
        """Add a record. A link inherits the strictest of what it joins."""
        known = self.type(kind)
        if known.family == "link":
            ends = [str(values.get(known.role_name(role)) or "") for role in ("source", "target")]
            values = marked(values, inherited(self._known(ends)))
        return super().new_record(kind, space, values)

    def edit(self, record: str, field: str, value: object) -> Changed:
        """Write a field. A request stands as it was signed; only its provider makes an exchange or a link laxer."""
        kind = self._type_of(record)
        if kind == PERMISSION and field not in (*_CODES, "receipts"):
            raise Refused("permission_fixed")
        if field in _CODES and (kind == EXCHANGE or self.type(kind).family == "link"):
            self._check_not_laxer(record, field, value)
        with self._connection.transaction():
            changed = super().edit(record, field, value)
            return self._take_back(record, value) or changed if field == "handling" else changed

    def _take_back(self, record: str, value: object) -> Changed | None:
        """Take back, as the provider, codes that another's removal could not: they hold until we name them."""
        writes, maker = self._writes(record)
        providers = providers_of(writes, maker)
        if providers != (self._connection.identity.ministry,) or not isinstance(value, Collection):
            return None
        over: dict[str, list[Dot]] = {}
        for write in writes_that_hold(writes, providers):
            if write.field == "handling" and write.value not in value:
                device, sequence, place = write.dot.split(".")
                over.setdefault(str(write.value), []).append(Dot(bytes.fromhex(device), int(sequence), int(place)))
        if not over:
            return None
        standing = self._connection.reads.standing(record)
        taken: Operations = [Remove("handling", code, sorted(dots)[:MAX_HEADS]) for code, dots in over.items()]
        return self._append(standing.space, RecordEdit(standing.record, taken))

    def _check_not_laxer(self, record: str, field: str, value: object) -> None:
        held = self.handling(record)
        if held.providers == (self._connection.identity.ministry,) and not self._floor_of(self.show(record)):
            return
        floor = {
            "tlp": Marking(tlp=held.marking.tlp),
            "handling": Marking(handling=held.marking.handling),
            "handling_note": Marking(notes=held.marking.notes),
        }[field]
        wanted = marking_of({field: value})
        whole = tightened(floor, wanted)
        if wanted == Marking() or (whole.tlp, set(whole.handling), set(whole.notes)) != (
            wanted.tlp,
            set(wanted.handling),
            set(wanted.notes),
        ):
            raise Refused("only_the_provider_loosens", providers=", ".join(held.providers))

    def _obstacles(self, held: HandlingView, audience: Collection[str], purpose: str) -> list[Obstacle]:
        now = today()
        given = [found for each in held.permissions if (found := each.granted(now))]
        mine = self._own(held.marking) if self._connection.identity.ministry in held.providers else ()
        return check(
            held.marking,
            held.providers,
            audience,
            purpose,
            receiving=held.receiving,
            named=held.named,
            permissions=[*given, *mine],
            today=now,
        )

    def _own(self, marking: Marking) -> tuple[Permission, ...]:
        """What our ministry permits itself: whatever it provided."""
        own = self._connection.identity.ministry
        return (Permission(own, frozenset(marking.handling), frozenset({*self.profile.members, own, EVERYBODY})),)

    def _writes(self, record: str) -> tuple[tuple[WriteView, ...], str]:
        """Every write of a record, and the ministry that made it."""
        standing = self._connection.reads.standing(record)
        making = self._making(standing)
        writes = self._connection.history.writes(parse_name(record) or b"", making)
        maker = self._connection.recalls.ministry(making.device) if making else None
        return writes, maker or ""

    def _making(self, standing: Standing) -> Dot | None:
        """The write that made a record: by the device whose id it bears, or that founded the space it bears."""
        of_space = standing.record == standing.space
        founder = self._connection.recalls.founder(standing.space) if of_space else b""
        made = [
            one.dot
            for one in standing.state.types
            if (one.dot.device == founder if of_space else record_id(one.dot.device, one.nonce) == standing.record)
        ]
        return min(made, default=None)

    def _providers(self, view: RecordView, writes: Sequence[WriteView], maker: str) -> tuple[str, ...]:
        """Whose a record is; of a copy, also whose its original is, as far as that is here."""
        if view.type == PERMISSION:  # it names whom it asks, and is of who asks
            return (maker,) if maker else ()
        found = set(providers_of(writes, maker))
        if original := original_of(view):
            seen = {view.id}
            while original and original not in seen:
                seen.add(original)
                try:
                    source = self._connection.reads.show(original)
                except UnknownRecord:
                    break
                found.update(providers_of(*self._writes(original)))
                original = original_of(source)
        return tuple(sorted(found))

    def _floor_of(self, view: RecordView) -> list[Marking]:
        """The markings of what a copy or a link was made from, and of what was merged with it, as far as it is here."""
        kind = self.types.get(view.type)
        names = ["original"] if view.type == EXCHANGE else []
        if kind is not None and kind.family == "link":
            names = [kind.role_name("source"), kind.role_name("target")]
        ends = [str(field.value or "") for name in names if (field := view.fields.get(name)) is not None]
        if kind is not None and kind.family == "subject":
            merges = self._connection.listing.merges.of_record(view.space, view.id)
            ends += [one for _link, merge in merges for one in merge[:2] if one != view.id]
        return [inherited([each]) for each in self._known(ends)]

    def _known(self, records: Sequence[str]) -> list[RecordView]:
        found = []
        for record in filter(None, records):
            try:
                found.append(self._connection.reads.show(record))
            except UnknownRecord:
                continue
        return found


def original_of(view: RecordView) -> str:
    """The id of what an exchange passes on; empty when it passes nothing on."""
    field = view.fields.get("original") if view.type == EXCHANGE else None
    return str(field.value or "") if field is not None else ""


def today() -> date:
    """The day on the officer's own calendar."""
    return date.today()  # noqa: DTZ011
