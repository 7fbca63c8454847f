"""Requests for assistance: the states, who may take which step from where, and what stands of a request.

    request = read_request(view)              a RecordView of type `request`, whoever wrote what stands there
    request.parts                             one for each requested member: its state, its clock's times, its answer
    possible(request, "AE")                   the steps that AE can take now, in the order of the buttons
    plan(request, step, "AE", given, now, rules)     what to write, by field; raises Impossible

draft → sent → received → accepted | refused → answered → closed, and withdrawn from any state that is still open. Where
one member is asked, the fields of the request hold its state; where several are, each has fields of its own
(`status__ae`), and what the requesting member decides is written into all of them. So a step that two desks take at
once is always a conflict in some field: nobody's is lost in silence, and while there is one no step can be taken.

Nothing of this binds a desk that somebody altered. What stands is therefore shown with who wrote it, and a state that
its author could not have given is `irregular`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from desktop.casework.record_types import NOTE
from desktop.casework.request_clock import MAX_LIMIT, Rules, read_moment, resumed_due
from desktop.casework.request_views import ENDED, STATES, Deed, Given, Part, RequestView, Stamp
from desktop.casework.views import FieldView, RecordView, ValueView

TYPE = "request"
SIDES: dict[str, str] = {
    "draft": "requesting", "sent": "requesting", "received": "requested", "accepted": "requested",
    "refused": "requested", "answered": "requested", "closed": "requesting", "withdrawn": "requesting",
}  # fmt: skip
"""Which side gives a state."""
SKEW = timedelta(minutes=10)  # that two honest clocks may differ by
FAR = timedelta(days=366)
EARLIEST_MS = 1_577_836_800_000  # 2020: no honest clock is before it


class Rule(msgspec.Struct, frozen=True):
    """A step: from which states, to which one (empty: it stays), whose it is, and what must be said with it."""

    name: str
    before: frozenset[str]
    after: str
    side: Literal["requesting", "requested"]
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


RULES = {
    rule.name: rule
    for rule in (
        Rule("send", frozenset({"draft"}), "sent", "requesting"),
        Rule("receive", frozenset({"sent"}), "received", "requested", may=("at", "due")),
        Rule("accept", frozenset({"received"}), "accepted", "requested"),
        Rule("answer", frozenset({"accepted"}), "answered", "requested", needs=("answer",), may=("at",)),
        Rule("refuse", frozenset({"received"}), "refused", "requested", needs=("reason",), may=("at",)),
        Rule("pause", frozenset({"received", "accepted"}), "", "requested", needs=("reason", "until"), may=("at",)),
        Rule("resume", frozenset({"received", "accepted"}), "", "requested", may=("at",)),
        Rule("close", frozenset({"answered", "refused"}), "closed", "requesting"),
        Rule("withdraw", frozenset(set(STATES) - ENDED), "withdrawn", "requesting"),
    )
}


class Impossible(Exception):
    """A step that cannot be taken; `code` says why and `params` holds the figures for its sentence."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params: dict[str, str] = dict(params)


def own_field(name: str, member: str) -> str:
    """The field of one of several requested members."""
    return f"{name}{NOTE}{member.lower()}"


def read_request(view: RecordView, *, unread: bool = False) -> RequestView:
    """What stands of a request. Nothing in it is trusted: a state that this version does not know is shown as such."""
    value = _Reader(view)
    asked = tuple(value.elements("requested"))
    requesting = value.text("requesting")
    several = len(asked) > 1 or any(name.startswith("status" + NOTE) for name in view.fields)
    parts = tuple(_part(value, each, requesting, several=several) for each in asked) or (
        _part(value, "", requesting, several=False),
    )
    state = value.text("status") or "draft"
    return RequestView(
        view.id,
        view.space,
        value.text("title"),
        value.text("reference"),
        requesting,
        asked,
        value.text("precedence"),
        value.text("access"),
        state,
        parts,
        value.text("follows"),
        value.text("assignee"),
        value.text("question"),
        value.text("tlp"),
        tuple(value.elements("handling")),
        len(value.elements("files")),
        view.readers,
        several,
        view.known and all(part.known for part in parts) and state in STATES,
        view.deleted,
        view.updated_ms,
        unread,
        tuple(stamp for name in ("sent",) if (stamp := value.stamp(name)) is not None),
    )


def possible(request: RequestView, own: str) -> tuple[Deed, ...]:
    """The steps that a ministry can take now; none while a state is in conflict or of a newer version."""
    if not request.known or request.deleted or request.conflict or not request.requested:
        return ()
    deeds: list[Deed] = []
    part = request.part(own)
    if part is not None:
        deeds += [
            Deed(rule.name, own)
            for rule in RULES.values()
            if rule.side == "requested"
            and part.state in rule.before
            and (rule.name != "pause" or not part.paused)
            and (rule.name != "resume" or part.paused)
            and (rule.name != "answer" or not part.paused)
        ]
    if own == request.requesting:
        states = {each.state for each in request.parts}
        deeds += [
            Deed(rule.name)
            for rule in RULES.values()
            if rule.side == "requesting" and request.open and states <= rule.before
        ]
    return tuple(deeds)


def plan(request: RequestView, step: str, own: str, given: Given, now: datetime, rules: Rules) -> dict[str, str | None]:
    """What a step writes, by field, all in one change. Raises Impossible: nothing is to be written then.

    Codes: request_step_unknown, request_newer, request_conflict, request_in_bin, request_not_yours,
    request_not_from_here, request_not_readers, request_reason, request_until, request_answer, request_moment,
    request_due.
    """
    rule = RULES.get(step)
    if rule is None:
        raise Impossible("request_step_unknown", step=step[:40])
    _check(request, rule, own)
    at = _moment(given.at, now)
    stamp = at.isoformat(timespec="seconds")
    missing = {"reason": not given.reason.strip(), "until": not given.until, "answer": not given.answer.strip()}
    if rule.name == "answer" and given.files:
        missing["answer"] = False
    for need in rule.needs:
        if missing[need]:
            raise Impossible(f"request_{need}")
    if rule.side == "requesting":
        return _decided(request, rule, stamp)
    part = request.part(own)
    if part is None:
        raise Impossible("request_not_yours", step=step)
    written: dict[str, str | None] = {"status": rule.after} if rule.after else {}
    match rule.name:
        case "receive":
            due = _due(request, part, given, at, rules)
            written |= {"received": stamp, "due": due.isoformat(timespec="seconds")}
        case "answer":
            written |= {"answered": stamp, "answer": given.answer}
        case "refuse":
            written |= {"answered": stamp, "refusal": given.reason, "paused": None}
        case "pause":
            written |= {"paused": stamp, "pause_reason": given.reason, "pause_until": _until(given.until, at)}
        case "resume":
            written |= {"paused": None, "pause_until": None, "due": _resumed(part, at)}
    return {own_field(name, own) if request.several else name: value for name, value in written.items()}


def judge(stated: datetime | None, written_ms: int, server_ms: int) -> str:
    """What a stamp is worth: see `Stamp`. A machine's clock is never corrected, only told of."""
    if written_ms < EARLIEST_MS or (server_ms and abs(server_ms - written_ms) > FAR.total_seconds() * 1000):
        return "clock"
    if server_ms and written_ms - server_ms > SKEW.total_seconds() * 1000:
        return "clock"
    if stated is not None:
        ahead_ms = stated.timestamp() * 1000 - written_ms
        if ahead_ms > SKEW.total_seconds() * 1000:
            return "ahead"
        if -ahead_ms > SKEW.total_seconds() * 1000:
            return "backdated"
    return "offline" if server_ms and server_ms - written_ms > SKEW.total_seconds() * 1000 else "plain"


def tree(requests: Iterable[RequestView]) -> list[tuple[int, RequestView]]:
    """Requests as a tree of follow-ups, each with its depth: those that follow none, or one that is not here, first.

    A circle of requests that follow each other, which only a concurrent edit can make, is cut where it closes.
    """
    each = {request.id: request for request in requests}
    below: dict[str, list[RequestView]] = {}
    for request in each.values():
        below.setdefault(request.follows if request.follows in each else "", []).append(request)
    found: list[tuple[int, RequestView]] = []
    seen: set[str] = set()

    def add(start: RequestView) -> None:
        stack = [(0, start)]
        while stack:
            depth, request = stack.pop()
            if request.id in seen:
                continue
            seen.add(request.id)
            found.append((depth, request))
            stack += [(depth + 1, child) for child in reversed(below.get(request.id, []))]

    for root in (*below.get("", ()), *each.values()):
        if root.id not in seen:
            add(root)
    return found


def _check(request: RequestView, rule: Rule, own: str) -> None:
    if not request.known:
        raise Impossible("request_newer")
    if request.deleted:
        raise Impossible("request_in_bin")
    if request.conflict:
        raise Impossible("request_conflict")
    if not request.requested:
        raise Impossible("request_nobody")
    allowed = own == request.requesting if rule.side == "requesting" else own in request.requested
    if not allowed:
        raise Impossible("request_not_yours", step=rule.name)
    if Deed(rule.name, own if rule.side == "requested" else "") not in possible(request, own):
        raise Impossible("request_not_from_here", step=rule.name)
    if rule.name == "send" and (missing := [each for each in request.requested if each not in request.readers]):
        raise Impossible("request_not_readers", ministries=", ".join(missing))


def _decided(request: RequestView, rule: Rule, stamp: str) -> dict[str, str | None]:
    """What the requesting member decides stands for all that it asked."""
    written: dict[str, str | None] = {"status": rule.after}
    if request.several:
        written |= {own_field("status", each): rule.after for each in request.requested}
    if rule.name == "send":
        written["sent"] = stamp
    return written


def _due(request: RequestView, part: Part, given: Given, at: datetime, rules: Rules) -> datetime:
    wanted = given.due or part.due
    due = read_moment(wanted) if wanted else at + rules.limit(request.precedence, request.access)
    if due is None or due <= at or due - at > MAX_LIMIT:
        raise Impossible("request_due", due=wanted)
    return due


def _resumed(part: Part, at: datetime) -> str | None:
    due, paused = read_moment(part.due), read_moment(part.paused)
    if due is None or paused is None:
        return part.due or None
    return resumed_due(due, paused, at).isoformat(timespec="seconds")


def _until(until: str, at: datetime) -> str:
    try:
        if date.fromisoformat(until) < at.date():
            raise Impossible("request_until")
    except ValueError as wrong:
        raise Impossible("request_until") from wrong
    return until


def _moment(stated: str, now: datetime) -> datetime:
    """When a step was taken, as the officer says it: not in the future, not years ago."""
    if not stated:
        return now
    at = read_moment(stated)
    if at is None or at > now + SKEW or now - at > FAR:
        raise Impossible("request_moment", at=stated[:40])
    return at


class _Reader:
    """Reads fields, whatever stands in them."""

    def __init__(self, view: RecordView) -> None:
        self._fields: Mapping[str, FieldView] = view.fields

    def text(self, name: str) -> str:
        field = self._fields.get(name)
        if field is None:
            return ""
        return field.text if field.merge == "text" else str(field.value) if field.value is not None else ""

    def elements(self, name: str) -> tuple[str, ...]:
        field = self._fields.get(name)
        return field.elements if field is not None else ()

    def values(self, name: str) -> tuple[ValueView, ...]:
        field = self._fields.get(name)
        return field.values if field is not None else ()

    def conflict(self, name: str) -> bool:
        field = self._fields.get(name)
        return field is not None and field.conflict

    def stamp(self, name: str) -> Stamp | None:
        """Who states a moment; the times by which it is judged are added by whoever reads the log."""
        values = self.values(name)
        if not values or values[0].value is None:
            return None
        one = values[0]
        stated, by = str(one.value), one.author
        verdict = judge(read_moment(stated), by.at_ms, one.server_ms)
        return Stamp(name, stated, by.officer, by.ministry, by.desk, by.at_ms, one.server_ms, verdict)


_OWN = ("status", "received", "due", "paused", "pause_reason", "pause_until", "answered", "refusal")


def _part(value: _Reader, member: str, requesting: str, *, several: bool) -> Part:
    def name(field: str) -> str:
        return own_field(field, member) if several else field

    given = value.values(name("status")) or (value.values("status") if several else ())
    states = tuple(dict.fromkeys(str(each.value) for each in given if each.value is not None))
    state = states[0] if states else "draft"
    irregular = ""
    for one in given:
        allowed = {"requesting": requesting, "requested": member}.get(SIDES.get(str(one.value), ""), "")
        if str(one.value) in STATES and allowed and one.author.ministry not in ("", allowed):
            irregular = one.author.ministry
    return Part(
        member,
        state,
        states,
        all(each in STATES for each in states),
        irregular,
        any(value.conflict(name(each)) for each in _OWN) or (several and value.conflict("status")),
        value.text(name("received")),
        value.text(name("due")) or value.text("due"),
        value.text(name("paused")),
        value.text(name("pause_reason")),
        value.text(name("pause_until")),
        value.text(name("answer")),
        value.text(name("answered")),
        value.text(name("refusal")),
        tuple(stamp for each in ("received", "paused", "answered") if (stamp := value.stamp(name(each))) is not None),
    )
