"""Exchanges and permissions: what a desk sends, asks and answers under the codes that information bears."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from desktop.casework.exchanges import EXCHANGE, PERMISSION, PassingView, marked
from desktop.casework.exchanges import marking_of_values as marking_of
from desktop.casework.handling import Marking
from desktop.casework.passing_on import check, forbidden
from desktop.casework.provenance import GRANTED, REFUSED
from desktop.casework.record_types import RECEIPTS
from desktop.casework.validation import validate, validate_new
from desktop.desk.edits import Changed
from desktop.desk.handling import DeskHandling, original_of, today
from desktop.desk.operations import Operations, create_record
from desktop.refusals import Refused
from desktop.store import UnknownRecord
from desktop.store.listing import parse_name
from sync.changes import Dot, RecordEdit, Set
from sync.merge import RecordState
from sync.recall import record_id
from sync.wire.codec import MAX_HEADS, new_id


class DeskExchanges(DeskHandling):
    """The part of a desk that is about passing information on. Raises Refused, InvalidValue, UnknownRecord."""

    def sending(self, space: str, values: Mapping[str, object], original: str = "") -> PassingView:
        """What an exchange would be marked with in a space, and what stands in the way of sending it there."""
        own = self._connection.identity.ministry
        audience = {reader.ministry for reader in self.readers(space)} - {own}
        given = values.get("recipients", audience)
        recipients = set(map(str, given)) if isinstance(given, Collection) else set[str]()
        first = self.passing([original], audience) if original else PassingView(Marking())
        marking = marking_of(marked(values, first.marking))
        ours = check(marking, own, audience, receiving=recipients, named=recipients, permissions=self._own(marking))
        told = {(each.code, each.ministries) for each in first.obstacles}
        of_tlp = [each for each in ours if each.rule == marking.tlp and (each.code, each.ministries) not in told]
        return PassingView(marking, (*first.obstacles, *of_tlp))

    def send(self, space: str, values: Mapping[str, object], original: str = "", *, confirmed: bool = False) -> Changed:
        """Send an exchange into a space; it cannot be undone. Raises Refused: held_back, to_confirm, unknown_space.

        `original`: the record that this passes on, of this case or another; its marking is inherited, and its provider.
        """
        found = self.sending(space, values, original)
        if forbidden(found.obstacles):
            raise Refused("held_back")
        if found.obstacles and not confirmed:
            raise Refused("to_confirm")
        sent = _now()
        own = self._connection.identity.ministry
        providers = self.handling(original).providers if original else (own,)
        everybody = tuple(each.ministry for each in self.readers(space) if each.ministry != own)
        made = {"recipients": everybody, **marked(values, found.marking), "sent": sent, "provider": providers}
        return self._write_new(EXCHANGE, space, {**made, "original": original} if original else made)

    def ask_permission(
        self, about: str, codes: Collection[str], audience: Collection[str], reason: str, provider: str = ""
    ) -> Changed:
        """Ask the provider of a record to lift codes for some ministries; signed by this desk, as any change.

        It is written where the provider reads: beside the record, or beside what that was copied from. Raises Refused:
        nothing_to_ask, provider_not_here, own_information.
        """
        held = self.handling(about)
        others = [code for code in held.providers if code != self._connection.identity.ministry]
        whom = provider or "".join(others[:1])
        if not whom or whom not in held.providers:
            raise Refused("own_information" if not others else "not_the_provider", ministry=whom)
        if not codes or not audience:
            raise Refused("nothing_to_ask")
        place = self._place_of_request(about, whom)
        title = "".join(row.title for row in self.rows([about])) or about
        return self._write_new(
            PERMISSION,
            place,
            {
                "title": f"{', '.join(sorted(codes))}: {title}"[:300],
                "about": about,
                "codes": tuple(sorted(codes)),
                "audience": tuple(sorted(audience)),
                "provider": whom,
                "requesting": self._connection.identity.ministry,
                "reason": reason,
                "tlp": held.marking.tlp if held.marking.tlp in ("TLP:RED", "TLP:AMBER+STRICT") else "TLP:AMBER",
            },
        )

    def answer_permission(self, record: str, *, granted: bool, words: str = "", until: str = "") -> Changed:
        """Answer as the provider: granted with conditions and a last day, or refused with a reason. Works offline.

        Raises Refused: not_the_provider, no_permission_request, refusal_without_reason, permission_end_past.
        """
        asked = self.permission(record)
        if asked.provider != self._connection.identity.ministry:
            raise Refused("not_the_provider", ministry=asked.provider)
        if not granted and not words.strip():
            raise Refused("refusal_without_reason")
        kind = self.type(PERMISSION)
        answer: dict[str, object] = {
            "status": GRANTED if granted else REFUSED,
            "conditions": words,
            "until": until if granted else "",
            "answered": _now(),
        }
        clean = {name: validate(kind.fields[name], value) for name, value in answer.items()}
        if clean["until"] and str(clean["until"]) < today().isoformat():
            raise Refused("permission_end_past")
        with self._connection.transaction():
            standing = self._connection.reads.standing(record)
            self.check_standing(standing)
            # All of it is written even where it stands already: what another wrote is no part of this answer.
            written: Operations = [
                Set(name, None if value is None else str(value), over_of(standing.state, name))
                for name, value in clean.items()
            ]
            return self._append(standing.space, RecordEdit(standing.record, written))

    def new_record(self, kind: str, space: str, values: Mapping[str, object]) -> Changed:
        """Add a record; an exchange is checked as when it is sent, a permission request as when it is asked for."""
        if kind == EXCHANGE:
            original = str(values.get("original") or "")
            rest = {name: value for name, value in values.items() if name not in ("original", "provider", "sent")}
            return self.send(space, rest, original, confirmed=True)
        if kind == PERMISSION:
            asked = {name: values.get(name) or () for name in ("codes", "audience")}
            codes, audience = ([str(one) for one in each] for each in asked.values() if isinstance(each, Collection))
            about, provider = str(values.get("about") or ""), str(values.get("provider") or "")
            return self.ask_permission(about, codes, audience, str(values.get("reason") or ""), provider)
        return super().new_record(kind, space, values)

    def _write_new(self, kind: str, space: str, values: Mapping[str, object]) -> Changed:
        """Make a record without a step of undo: what is sent is sent."""
        clean = validate_new(self.type(kind), values)
        place = parse_name(space)
        if place is None or not self._connection.reads.members(space):
            raise Refused("unknown_space", space=space[:64])
        self.check_writer(space)
        nonce = new_id()
        record = record_id(self._connection.identity.device, nonce)
        with self._connection.transaction():
            made = create_record(self.type(kind), clean, nonce)
            if self.type(kind).receipts:
                made.append(Set(RECEIPTS.name, True, []))
            return self._append(place, RecordEdit(record, made))

    def _place_of_request(self, about: str, provider: str) -> str:
        """The space nearest to a record where its provider reads. Raises Refused (provider_not_here)."""
        record, seen = about, set[str]()
        while record and record not in seen:
            seen.add(record)
            try:
                view = self._connection.reads.show(record)
            except UnknownRecord:
                break
            if provider in view.readers:
                return view.space
            record = original_of(view)
        raise Refused("provider_not_here", ministry=provider)


def over_of(state: RecordState, field: str) -> list[Dot]:
    """What a write of a register supersedes, as far as one operation can say so."""
    return [one.dot for one in state.registers.get(field, [])][:MAX_HEADS]


def _now() -> str:
    return datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%MZ")
