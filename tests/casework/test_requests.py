"""The state machine of a request: who may take which step, what becomes of two at once, what a stamp is worth."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desktop.casework.record_types import RecordTypes
from desktop.casework.request_clock import default_rules, read_moment
from desktop.casework.request_views import Deed, Given, RequestView
from desktop.casework.requests import (
    RULES,
    Impossible,
    judge,
    plan,
    possible,
    read_request,
    tree,
)
from desktop.casework.validation import validate
from desktop.casework.views import Author, FieldView, RecordView, ValueView
from desktop.desk import operations
from sync.changes import Dot, Operation, Set, Unknown
from sync.merge import RecordState, apply, new_state

TYPE = RecordTypes.load()["request"]
START = datetime(2026, 11, 24, 8, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
GIVEN = Given(reason="a judge decides", until="2099-01-01", answer="nobody of that name")
STEPS: dict[str, dict[str, set[str]]] = {
    "draft": {"FR": {"send", "withdraw"}, "AE": set()},
    "sent": {"FR": {"withdraw"}, "AE": {"receive"}},
    "received": {"FR": {"withdraw"}, "AE": {"accept", "refuse", "pause"}},
    "accepted": {"FR": {"withdraw"}, "AE": {"answer", "pause"}},
    "refused": {"FR": {"close", "withdraw"}, "AE": set()},
    "answered": {"FR": {"close", "withdraw"}, "AE": set()},
    "closed": {"FR": set(), "AE": set()},
    "withdrawn": {"FR": set(), "AE": set()},
}


def view(
    fields: dict[str, object], *, by: dict[str, str] | None = None, asked: tuple[str, ...] = ("AE",)
) -> RecordView:
    """A request as a desk shows it; `by`: ministries of the authors of fields."""
    shown: dict[str, FieldView] = {"requested": FieldView("requested", "set", elements=asked)}
    for name, value in {"requesting": "FR", "status": "draft", **fields}.items():
        values = value if isinstance(value, tuple) else (value,)
        author = Author("Officer", (by or {}).get(name, ""), "d", "Desk", START_MS)
        if name.startswith("answer") and not name.startswith("answered"):
            shown[name] = FieldView(name, "text", text=str(value))
        else:
            shown[name] = FieldView(
                name, "register", tuple(ValueView(each, f"d.{n}", author) for n, each in enumerate(values))
            )
    return RecordView("r" * 32, "s" * 32, "request", shown, readers=("FR", "AE", "MA"))


def request(status: object = "draft", **fields: object) -> RequestView:
    return read_request(view({"status": status, **fields}))


@pytest.mark.parametrize("state", STEPS)
@pytest.mark.parametrize("ministry", ["FR", "AE", "MA"])
def test_only_the_steps_of_a_state_and_a_side_can_be_taken(state: str, ministry: str) -> None:
    wanted = STEPS[state].get(ministry, set())
    stands = request(state)
    assert {deed.step for deed in possible(stands, ministry)} == wanted
    for step in RULES:
        if step in wanted:
            assert plan(stands, step, ministry, GIVEN, START, default_rules())
        else:
            with pytest.raises(Impossible):
                plan(stands, step, ministry, GIVEN, START, default_rules())


def test_a_paused_request_is_resumed_before_it_is_answered() -> None:
    paused = request("accepted", paused=START.isoformat(), due="2026-12-01T08:00:00+00:00")
    assert [deed.step for deed in possible(paused, "AE")] == ["resume"]


@pytest.mark.parametrize(
    ("step", "state", "given", "code"),
    [
        ("refuse", "received", Given(), "request_reason"),
        ("refuse", "received", Given(reason=" \n"), "request_reason"),
        ("pause", "received", Given(until="2026-12-01"), "request_reason"),
        ("pause", "received", Given(reason="a judge decides"), "request_until"),
        ("pause", "received", Given(reason="a judge", until="2026-11-23"), "request_until"),
        ("pause", "received", Given(reason="a judge", until="next week"), "request_until"),
        ("answer", "accepted", Given(), "request_answer"),
        ("receive", "sent", Given(at="2030-01-01T00:00+00:00"), "request_moment"),
        ("receive", "sent", Given(at="2001-01-01T00:00+00:00"), "request_moment"),
        ("receive", "sent", Given(at="yesterday"), "request_moment"),
        ("receive", "sent", Given(due="2026-11-24T07:00+00:00"), "request_due"),
        ("receive", "sent", Given(due="9999-01-01T00:00+00:00"), "request_due"),
        ("receive", "sent", Given(due="soon"), "request_due"),
        ("fly", "sent", Given(), "request_step_unknown"),
    ],
)
def test_what_a_step_needs_is_asked_for_and_nothing_is_written_without(
    step: str, state: str, given: Given, code: str
) -> None:
    with pytest.raises(Impossible) as refused:
        plan(request(state), step, "AE", given, START, default_rules())
    assert refused.value.code == code


def test_a_file_alone_is_an_answer() -> None:
    assert plan(request("accepted"), "answer", "AE", Given(files=True), START, default_rules())["status"] == "answered"


def test_a_request_goes_only_to_who_can_read_the_case() -> None:
    stands = read_request(view({}, asked=("AE", "IT", "SN")))
    with pytest.raises(Impossible) as refused:
        plan(stands, "send", "FR", Given(), START, default_rules())
    assert (refused.value.code, refused.value.params) == ("request_not_readers", {"ministries": "IT, SN"})


def test_the_deadline_runs_from_receipt_unless_one_is_given() -> None:
    stands = request("sent", precedence="FLASH", access="direct")
    assert plan(stands, "receive", "AE", Given(), START, default_rules())["due"] == "2026-11-24T16:00:00+00:00"
    earlier = Given(at="2026-11-24T06:00+00:00")
    assert plan(stands, "receive", "AE", earlier, START, default_rules())["due"] == "2026-11-24T14:00:00+00:00"
    own = Given(due="2026-11-25T00:00+00:00")
    assert plan(stands, "receive", "AE", own, START, default_rules())["due"] == "2026-11-25T00:00:00+00:00"


def test_each_of_several_members_has_a_state_of_its_own() -> None:
    stands = read_request(view({"status": "sent", "status__ae": "received", "status__ma": "sent"}, asked=("AE", "MA")))
    assert [(part.member, part.state) for part in stands.parts] == [("AE", "received"), ("MA", "sent")]
    assert set(plan(stands, "accept", "AE", Given(), START, default_rules())) == {"status__ae"}
    withdrawn = plan(stands, "withdraw", "FR", Given(), START, default_rules())
    assert withdrawn == {"status": "withdrawn", "status__ae": "withdrawn", "status__ma": "withdrawn"}
    assert Deed("close") not in possible(stands, "FR"), "MA has not answered"


def test_two_states_side_by_side_stop_every_step_and_wait_for_both_sides() -> None:
    stands = request(("accepted", "withdrawn"))
    assert stands.conflict
    assert stands.parts[0].states == ("accepted", "withdrawn")
    assert possible(stands, "AE") == possible(stands, "FR") == ()
    assert stands.waits_for("AE")
    assert stands.waits_for("FR")
    assert not stands.waits_for("MA")


def test_a_state_of_a_newer_version_is_shown_and_nothing_can_be_done() -> None:
    stands = request("escalated")
    assert not stands.known
    assert stands.parts[0].state == "escalated"
    assert possible(stands, "AE") == possible(stands, "FR") == ()
    with pytest.raises(Impossible) as refused:
        plan(stands, "receive", "AE", Given(), START, default_rules())
    assert refused.value.code == "request_newer"


def test_a_state_that_its_author_could_not_give_is_told() -> None:
    assert read_request(view({"status": "accepted"}, by={"status": "FR"})).parts[0].irregular == "FR"
    assert read_request(view({"status": "accepted"}, by={"status": "AE"})).parts[0].irregular == ""
    assert read_request(view({"status": "closed"}, by={"status": "AE"})).parts[0].irregular == "AE"


@pytest.mark.parametrize(
    ("stated_s", "written_s", "server_s", "verdict"),
    [
        (0, 0, 0, "plain"),
        (0, 0, 30, "plain"),
        (0, 0, 3 * 86_400, "offline"),
        (-7_200, 0, 30, "backdated"),
        (-7_200, 0, 3 * 86_400, "backdated"),
        (7_200, 0, 30, "ahead"),
        (0, 0, -3_600, "clock"),
        (0, 0, 400 * 86_400, "clock"),
        (0, -40 * 365 * 86_400, 0, "clock"),
    ],
)
def test_a_stamp_is_told_for_what_it_is(stated_s: int, written_s: int, server_s: int, verdict: str) -> None:
    server_ms = START_MS + server_s * 1000 if server_s else 0
    assert judge(START + timedelta(seconds=stated_s), START_MS + written_s * 1000, server_ms) == verdict


def test_follow_ups_stand_under_what_they_follow_and_a_circle_is_cut() -> None:
    def one(name: str, follows: str) -> RequestView:
        made = view({"follows": follows, "title": name})
        return read_request(RecordView(name, "s", "request", made.fields))

    found = tree([one("c", "b"), one("a", ""), one("b", "a"), one("x", "y"), one("y", "x"), one("z", "gone")])
    assert [(depth, each.id) for depth, each in found] == [(0, "a"), (1, "b"), (2, "c"), (0, "z"), (0, "x"), (1, "y")]
    assert [depth for depth, _ in tree([one("s", "s")])] == [0]


class Replica:
    """One desk's copy of a request, and the changes that it has in the order in which they came."""

    def __init__(self, device: bytes, ministry: str, state: RecordState) -> None:
        self.device = device
        self.ministry = ministry
        self.state = copy.deepcopy(state)
        self.changes: list[tuple[bytes, int, list[Operation | Unknown]]] = []

    def sequence(self) -> int:
        return 2 + sum(device == self.device for device, _, _ in self.changes)

    def take(self, change: tuple[bytes, int, list[Operation | Unknown]]) -> None:
        if change not in self.changes:
            self.changes.append(change)
            apply(self.state, change[0], change[1], 0, change[2])

    def read(self) -> RequestView:
        fields: dict[str, FieldView] = {}
        for name, written in self.state.registers.items():
            values = tuple(
                ValueView(one.value, repr(one.dot), Author("", OWNERS[one.dot.device], "", "", START_MS))
                for one in written
            )
            fields[name] = FieldView(name, "register", values)
        for name, elements in self.state.sets.items():
            fields[name] = FieldView(name, "set", elements=tuple(sorted(elements)))
        return read_request(RecordView("r", "s", "request", fields, readers=("FR", "AE", "MA")))


OWNERS = {b"f" * 16: "FR", b"a" * 16: "AE", b"b" * 16: "AE", b"m" * 16: "MA"}


class Desks(RuleBasedStateMachine):
    """Four desks of three ministries that take steps and hear of each other in any order."""

    @initialize(asked=st.sampled_from([("AE",), ("AE", "MA")]))
    def begin(self, asked: tuple[str, ...]) -> None:
        self.now = START
        self.written: dict[Dot, tuple[str, str, list[Dot]]] = {}
        first = new_state()
        made = operations.create_record(TYPE, {"status": "draft", "requesting": "FR", "requested": asked})
        apply(first, b"f" * 16, 1, 0, made)
        self.replicas = [Replica(device, ministry, first) for device, ministry in OWNERS.items()]
        for field, values in first.registers.items():
            self.written[values[0].dot] = (field, str(values[0].value), [])

    @rule(who=st.integers(0, 3), which=st.integers(0, 9), hours=st.integers(0, 30))
    def act(self, who: int, which: int, hours: int) -> None:
        """Take one of the steps that can be taken."""
        self.now += timedelta(hours=hours)
        replica = self.replicas[who]
        before = replica.read()
        deeds = possible(before, replica.ministry)
        if not deeds:
            return
        deed = deeds[which % len(deeds)]
        values = plan(before, deed.step, replica.ministry, GIVEN, self.now, default_rules())
        written: list[Operation | Unknown] = []
        for name, value in values.items():
            field = TYPE.get(name)
            assert field is not None
            at = Dot(replica.device, replica.sequence(), len(written))
            written += operations.write_field(replica.state, field, validate(field, value), at)
        self._check_pause(before, deed, replica.ministry, values)
        for place, operation in enumerate(written):
            if isinstance(operation, Set):
                dot = Dot(replica.device, replica.sequence(), place)
                self.written[dot] = (operation.field, str(operation.value), list(operation.over))
        replica.take((replica.device, replica.sequence(), written))

    @rule(who=st.integers(0, 3), other=st.integers(0, 3))
    def hear(self, who: int, other: int) -> None:
        """Take all that another desk has, in its order, which is a causal one."""
        for change in list(self.replicas[other].changes):
            self.replicas[who].take(change)

    def _check_pause(self, before: RequestView, deed: Deed, ministry: str, values: dict[str, str | None]) -> None:
        if deed.step == "resume":
            part = before.part(ministry)
            assert part is not None
            due = read_moment(next(value for name, value in values.items() if name.startswith("due")))
            was, paused = read_moment(part.due), read_moment(part.paused)
            assert due is not None
            assert was is not None
            assert paused is not None
            assert due - was == max(self.now - paused, timedelta())

    @invariant()
    def every_step_stands_or_was_followed_by_one_that_may_follow_it(self) -> None:
        """No state ever goes but by a step that its author could take from it, knowing it."""
        if not hasattr(self, "written"):
            return
        for field, value, over in self.written.values():
            if field.partition("__")[0] != "status":
                continue
            for dot in over:
                _, earlier, _ = self.written[dot]
                assert any(rule.after == value and earlier in rule.before for rule in RULES.values()), (earlier, value)

    @invariant()
    def nothing_stands_that_its_author_could_not_give(self) -> None:
        for replica in getattr(self, "replicas", ()):
            assert all(not part.irregular for part in replica.read().parts)

    def teardown(self) -> None:
        """When all have heard all, they agree, and two steps at once are a conflict that everybody sees."""
        if not hasattr(self, "replicas"):
            return
        for _ in range(2):
            for who in range(4):
                for other in range(4):
                    self.hear(who, other)
        states = [replica.state for replica in self.replicas]
        assert all(state == states[0] for state in states)
        stands = self.replicas[0].read()
        superseded = {dot for _, _, over in self.written.values() for dot in over}
        for part in stands.parts:
            name = f"status__{part.member.lower()}" if stands.several else "status"
            left = {value for dot, (field, value, _) in self.written.items() if field == name and dot not in superseded}
            assert set(part.states) == (left or {"draft"})
            assert part.conflict or len(left) <= 1
        if stands.conflict:
            assert not any(possible(stands, ministry) for ministry in ("FR", "AE", "MA"))


TestDesks = Desks.TestCase
TestDesks.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
