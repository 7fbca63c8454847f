"""Whose word counts: codes and answers of a record judged by who wrote them, never by a clock.

A code that somebody wrote holds until who provided the information takes it back, or until its own author's ministry
takes back what it had added. Others may make information stricter, never laxer. An answer to a permission request
counts if a desk of the provider's ministry signed it; of answers given without knowledge of each other, the strictest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date

import msgspec

from desktop.casework.handling import Marking, combine
from desktop.casework.passing_on import Permission, is_handling, is_tlp
from desktop.casework.views import Author, Scalar

ASKED, GRANTED, REFUSED = "asked", "granted", "refused"
_ANSWERS = (GRANTED, REFUSED)


class WriteView(msgspec.Struct, frozen=True):
    """One write of a field. `dot` names it, `over` those it superseded, `change` what it was part of."""

    dot: str
    change: str
    field: str
    operation: str  # set, add, remove
    value: Scalar
    over: tuple[str, ...]
    author: Author
    made: bool = False  # part of the change that made the record, by the desk whose id the record bears
    late: bool = False  # it came after its desk was known to be revoked


class AnswerView(msgspec.Struct, frozen=True):
    """An answer to a permission request. `counts`: the provider's ministry gave it, and it did not take it back."""

    status: str
    author: Author
    until: str = ""  # ISO date, its last day
    conditions: str = ""
    counts: bool = False


class PermissionView(msgspec.Struct, frozen=True):
    """A permission request as its maker signed it, and what was answered. Later edits of what was asked are void."""

    id: str
    space: str
    about: str  # id of a record
    codes: tuple[str, ...]
    audience: tuple[str, ...]
    provider: str
    reason: str
    requesting: str  # the ministry of who asked
    asked_by: Author | None
    status: str = ASKED
    until: str = ""
    conditions: str = ""
    answers: tuple[AnswerView, ...] = ()

    def granted(self, today: date) -> Permission | None:
        """What this lifts on a day; None: nothing."""
        if self.status != GRANTED or not self.audience or (self.until and self.until < today.isoformat()):
            return None
        return Permission(self.provider, frozenset(self.codes), frozenset(self.audience), self.until, self.conditions)


def reached(writes: Sequence[WriteView], by: Callable[[WriteView], bool]) -> set[str]:
    """The dots of all that some writes superseded, directly or through the writes of others."""
    over = {write.dot: write.over for write in writes}
    waiting = [dot for write in writes if not write.late and by(write) for dot in write.over]
    found: set[str] = set()
    while waiting:
        dot = waiting.pop()
        if dot not in found:
            found.add(dot)
            waiting += over.get(dot, ())
    return found


def writes_that_hold(writes: Sequence[WriteView], providers: Collection[str]) -> list[WriteView]:
    """The writes of a record that nobody entitled to it has taken back."""
    released = reached(writes, lambda write: write.author.ministry in providers)
    own = {ministry: _reached_by(writes, ministry) for ministry in {write.author.ministry for write in writes}}
    return [
        write
        for write in writes
        if write.operation != "remove"
        and write.value is not None
        and write.dot not in released
        and (write.made or write.dot not in own[write.author.ministry])
    ]


def codes_that_hold(writes: Sequence[WriteView], providers: Collection[str]) -> Marking:
    """The marking of a record by its own codes and those of its values that hold."""
    held = writes_that_hold(writes, providers)
    return Marking(
        combine(Marking(tlp=str(write.value)) for write in held if is_tlp(write.field)).tlp,
        combine(Marking(handling=(str(write.value),)) for write in held if is_handling(write.field)).handling,
        tuple(dict.fromkeys(str(write.value) for write in held if write.field == "handling_note")),
    )


def providers_of(writes: Iterable[WriteView], maker: str) -> tuple[str, ...]:
    """Whose information a record is: whom its maker named when it was made, else the maker's ministry."""
    named = {str(write.value) for write in writes if write.made and write.field == "provider" and write.value}
    return tuple(sorted(named)) or tuple(filter(None, (maker,)))


def read_permission(id: str, space: str, writes: Sequence[WriteView]) -> PermissionView:  # noqa: A002
    """A permission request from all that was written on it; one whose making is not here grants nothing."""
    made = [write for write in writes if write.made]
    asked: dict[str, list[str]] = {}
    for write in made:
        if write.operation != "remove" and write.value is not None:
            asked.setdefault(write.field, []).append(str(write.value))
    provider = "".join(asked.get("provider", [])[:1])
    answers = _answers(writes, provider)
    counting = [answer for answer in answers if answer.counts]
    refused = [answer for answer in counting if answer.status != GRANTED]
    # Two desks of the provider may have answered without knowing of each other: the strictest of them counts.
    best = min(refused or counting, key=lambda answer: (answer.until or "9", answer.conditions), default=None)
    return PermissionView(
        id=id,
        space=space,
        about="".join(asked.get("about", [])[:1]),
        codes=tuple(sorted(asked.get("codes", []))),
        audience=tuple(sorted(asked.get("audience", []))),
        provider=provider,
        reason="".join(asked.get("reason", [])[:1]),
        requesting=made[0].author.ministry if made else "",
        asked_by=made[0].author if made else None,
        status=best.status if best else ASKED,
        until=best.until if best else "",
        conditions=best.conditions if best else "",
        answers=answers,
    )


def _answers(writes: Sequence[WriteView], provider: str) -> tuple[AnswerView, ...]:
    """Every answer, oldest first as the list came; what came in one change is one answer."""

    def of_provider(write: WriteView) -> bool:
        return bool(provider) and write.author.ministry == provider and write.field == "status"

    statuses = [write for write in writes if write.field == "status"]
    overtaken = reached(statuses, of_provider)
    found = []
    for write in statuses:
        if write.made or write.operation != "set" or write.value not in _ANSWERS:
            continue
        beside = {one.field: str(one.value or "") for one in writes if one.change == write.change}
        counts = of_provider(write) and not write.late and write.dot not in overtaken
        found.append(
            AnswerView(
                str(write.value), write.author, beside.get("until", ""), beside.get("conditions", ""), counts=counts
            )
        )
    return tuple(found)


def _reached_by(writes: Sequence[WriteView], ministry: str) -> set[str]:
    return reached(writes, lambda write: write.author.ministry == ministry)
