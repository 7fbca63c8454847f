"""Whose word counts: no copies, merges and edits side by side make a marking laxer than its strictest input."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.casework.exchanges import marked, marking_of_values, writable
from desktop.casework.handling import HANDLING_CODES, TLP_ORDER, Marking, strictest_tlp
from desktop.casework.passing_on import inherited
from desktop.casework.provenance import WriteView, codes_that_hold, providers_of, read_permission
from desktop.casework.views import Author, FieldView, RecordView, ValueView

MINISTRIES = ("MA", "FR", "IT")
PROVIDER = "MA"


def author(ministry: str) -> Author:
    return Author("Officer", ministry, ministry.lower() * 16, f"{ministry} 1", 0)


def write(
    dot: str,
    ministry: str,
    name: str,
    value: str | None,
    *over: str,
    operation: str = "set",
    made: bool = False,
    late: bool = False,
) -> WriteView:
    return WriteView(dot, dot.rpartition(".")[0], name, operation, value, over, author(ministry), made, late)


@dataclass
class Copy:
    """What one ministry's desk knows of a record: all writes it has, and what stands by them, as the merge has it."""

    ministry: str
    writes: dict[str, WriteView] = field(default_factory=dict)
    count: int = 0

    def standing(self, name: str, value: str = "") -> list[WriteView]:
        over = {dot for each in self.writes.values() for dot in each.over}
        return [
            each
            for each in self.writes.values()
            if each.field == name
            and each.dot not in over
            and each.operation != "remove"
            and (not value or each.value == value)
        ]

    def add(self, name: str, value: str | None, operation: str = "set", *, made: bool = False) -> None:
        self.count += 1
        over = self.standing(name, str(value) if operation != "set" else "")
        dots = [] if operation == "add" else [each.dot for each in over]
        dot = f"{self.ministry}.{self.count}.0"
        self.writes[dot] = write(dot, self.ministry, name, value, *dots, operation=operation, made=made)

    def take(self, other: Copy) -> None:
        self.writes.update(other.writes)

    def view(self) -> RecordView:
        tlp = tuple(ValueView(each.value, each.dot, each.author) for each in self.standing("tlp"))
        handling = tuple(dict.fromkeys(str(each.value) for each in self.standing("handling")))
        fields = {"tlp": FieldView("tlp", "register", tlp), "handling": FieldView("handling", "set", elements=handling)}
        return RecordView("r", "s", "exchange", fields)

    def marking(self) -> Marking:
        held = codes_that_hold(tuple(self.writes.values()), (PROVIDER,))
        shown = inherited([self.view()])
        return Marking(
            strictest_tlp([held.tlp, shown.tlp]), tuple(sorted({*held.handling, *shown.handling})), held.notes
        )


def at_least(marking: Marking, floor: Marking) -> bool:
    """Whether a marking is no laxer than another."""
    return strictest_tlp([marking.tlp, floor.tlp]) == marking.tlp and set(floor.handling) <= set(marking.handling)


CODES = st.lists(st.sampled_from(HANDLING_CODES), unique=True, max_size=3)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("FR", "IT")),
        st.one_of(
            st.tuples(st.just("tlp"), st.sampled_from((*TLP_ORDER, None))),
            st.tuples(st.just("add"), st.sampled_from(HANDLING_CODES)),
            st.tuples(st.just("remove"), st.sampled_from(HANDLING_CODES)),
            st.tuples(st.just("take"), st.sampled_from(MINISTRIES)),
        ),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TLP_ORDER), CODES, STEPS, st.sampled_from(TLP_ORDER), CODES)
def test_nobody_but_the_provider_makes_a_record_or_a_copy_of_it_laxer(
    tlp: str, handling: list[str], steps: list[tuple[str, tuple[str, str | None]]], wanted: str, codes: list[str]
) -> None:
    desks = {ministry: Copy(ministry) for ministry in MINISTRIES}
    first = desks[PROVIDER]
    first.add("tlp", tlp, made=True)
    for code in handling:
        first.add("handling", code, "add", made=True)
    given_marking = Marking(tlp, tuple(sorted(handling)))
    for desk in desks.values():
        desk.take(first)
    for ministry, (what, value) in steps:
        desk = desks[ministry]
        if what == "take":
            desk.take(desks[str(value)])
        elif what == "tlp":
            desk.add("tlp", value)
        elif what == "add" or desk.standing("handling", str(value)):
            desk.add("handling", value, what)
        assert at_least(desk.marking(), given_marking)
    for desk in desks.values():
        for other in desks.values():
            desk.take(other)
    held = {desk.marking() for desk in desks.values()}
    assert len(held) == 1, "who has the same writes judges alike"
    copy = marked({"tlp": wanted, "handling": tuple(codes)}, first.marking())
    assert at_least(marking_of_values(copy), first.marking())
    assert at_least(marking_of_values(marked({"tlp": wanted}, marking_of_values(copy))), given_marking)


def test_the_provider_makes_its_own_information_laxer_through_what_others_wrote() -> None:
    made = write("m.1.0", "MA", "tlp", "TLP:RED", made=True)
    void = write("f.1.0", "FR", "tlp", "TLP:GREEN", "m.1.0")
    assert codes_that_hold((made, void), ("MA",)).tlp == "TLP:RED"
    freed = write("m.2.0", "MA", "tlp", "TLP:AMBER", "f.1.0")
    assert codes_that_hold((made, void, freed), ("MA",)).tlp == "TLP:AMBER"
    revoked = write("m.2.0", "MA", "tlp", "TLP:AMBER", "f.1.0", late=True)
    assert codes_that_hold((made, void, revoked), ("MA",)).tlp == "TLP:RED"


def test_who_added_a_code_takes_it_back_but_not_one_that_a_copy_inherited() -> None:
    added = write("f.1.0", "FR", "handling", "H3", operation="add")
    gone = write("f.2.0", "FR", "handling", "H3", "f.1.0", operation="remove")
    assert codes_that_hold((added,), ("MA",)).handling == ("H3",)
    assert codes_that_hold((added, gone), ("MA",)).handling == ()
    inherited_code = write("f.1.0", "FR", "handling", "H3", operation="add", made=True)
    assert codes_that_hold((inherited_code, gone), ("MA",)).handling == ("H3",)


def test_a_record_is_whose_its_maker_named_or_else_its_makers() -> None:
    named = write("f.1.0", "FR", "provider", "MA", operation="add", made=True)
    later = write("f.2.0", "FR", "provider", "FR", operation="add")
    assert providers_of((named, later), "FR") == ("MA",)
    assert providers_of((later,), "FR") == ("FR",)


def test_a_request_whose_making_is_not_here_grants_nothing() -> None:
    answer = write("m.1.0", "MA", "status", "granted")
    view = read_permission("p", "s", (answer,))
    assert (view.status, view.provider, view.answers[0].counts) == ("asked", "", False)


def test_what_cannot_be_written_becomes_the_strictest_that_can() -> None:
    whole = writable(Marking("TLP:BLACK", ("H0", "H9")))
    assert whole == Marking("TLP:RED", HANDLING_CODES, ("H9",))
    long = marked({}, Marking("TLP:AMBER", ("H3",), ("x" * 700, "y" * 700)))
    assert len(str(long["handling_note"])) == 1_000
