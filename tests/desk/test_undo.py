"""Undo and redo: new changes that touch only what the step touched."""

from __future__ import annotations

import pytest

from desktop.desk import Desk, Refused
from desktop.desk.undo import MAX_STEPS, Step, UndoStack, digest, text_step
from i18n import set_language
from tests.support.desk import HomeOfDesk


@pytest.fixture
def case(desk: Desk) -> str:
    """A case with something in each kind of field."""
    return desk.new_case({"title": "Un", "countries": ["SN"], "summary": "premier texte"}).record


def state(desk: Desk, record: str) -> tuple[object, tuple[str, ...], str]:
    fields = desk.show(record).fields
    return fields["title"].value, fields["countries"].elements, fields["summary"].text


def test_each_kind_of_edit_is_undone_and_done_again(desk: Desk, case: str) -> None:
    first = state(desk, case)
    desk.edit(case, "title", "Deux")
    desk.edit(case, "countries", ["FR"])
    desk.edit(case, "summary", "premier long texte")
    last = state(desk, case)
    for _ in range(3):
        desk.undo()
    assert state(desk, case) == first
    for _ in range(3):
        desk.redo()
    assert state(desk, case) == last
    with pytest.raises(Refused, match="nothing_to_redo"):
        desk.redo()


def test_undoing_is_a_new_change_and_the_history_keeps_both(desk: Desk, case: str) -> None:
    desk.edit(case, "title", "Deux")
    unsent = desk.counts()["unsent"]
    desk.undo()
    assert desk.counts()["unsent"] == unsent + 1
    assert [entry.value for entry in desk.history(case, "title")] == ["Un", "Deux", "Un"]


def test_a_new_record_is_undone_into_the_bin(desk: Desk, case: str) -> None:
    person = desk.new_record("person", case, {"name": "Awa"}).record
    assert desk.undo().record == person
    assert desk.show(person).deleted
    desk.redo()
    assert not desk.show(person).deleted


def test_a_deletion_is_undone_and_done_again(desk: Desk, case: str) -> None:
    desk.delete(case)
    desk.undo()
    assert not desk.show(case).deleted
    desk.redo()
    assert desk.show(case).deleted


def test_undo_leaves_alone_what_was_added_to_a_set_since(desk: Desk, case: str) -> None:
    desk.edit(case, "countries", ["SN", "FR"])
    step = desk._undo.done()
    desk.edit(case, "countries", ["SN", "FR", "IT"])
    assert step is not None
    desk._take(step.inverse())
    assert desk.show(case).fields["countries"].elements == ("IT", "SN")


def test_a_text_that_was_written_again_since_is_not_undone_by_itself(desk: Desk, case: str) -> None:
    desk.edit(case, "summary", "deuxième")
    step = desk._undo.done()
    desk.edit(case, "summary", "troisième")
    assert step is not None
    with pytest.raises(Refused, match="undo_overtaken"):
        desk._take(step.inverse())
    assert desk.show(case).fields["summary"].text == "troisième"


def test_an_edit_after_undoing_ends_what_could_be_done_again(desk: Desk, case: str) -> None:
    desk.edit(case, "title", "Deux")
    desk.undo()
    desk.edit(case, "title", "Trois")
    with pytest.raises(Refused, match="nothing_to_redo"):
        desk.redo()
    desk.undo()
    assert desk.show(case).fields["title"].value == "Un"


def test_the_steps_survive_the_end_of_the_program(home: HomeOfDesk) -> None:
    desk = home.open()
    case = desk.new_case({"title": "Un"}).record
    desk.edit(case, "title", "Deux")
    home.close()
    again = home.open()
    again.undo()
    assert again.show(case).fields["title"].value == "Un"


def test_the_words_say_what_would_be_undone_in_the_language_of_the_screen(desk: Desk, case: str) -> None:
    set_language("en")
    desk.edit(case, "title", "Deux")
    assert desk.undo_texts() == ("Title", "")
    desk.undo()
    undo, redo = desk.undo_texts()
    assert ("Case" in undo, redo) == (True, "Title")


def test_an_empty_stack_has_nothing_to_undo(desk: Desk) -> None:
    assert desk.undo_texts() == ("", "")
    with pytest.raises(Refused, match="nothing_to_undo"):
        desk.undo()


class Drawer:
    """Notes in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, key: str, value: bytes) -> None:
        self.kept[key] = value

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def remove(self, key: str) -> None:
        self.kept.pop(key, None)


def test_steps_that_can_no_longer_be_done_again_are_not_kept() -> None:
    drawer = Drawer()
    stack = UndoStack(drawer)  # type: ignore[arg-type]  # all that it uses
    for number in range(5):
        stack.push(Step("register", "r", after=(number,)))
    for _ in range(3):
        stack.back()
    stack.push(Step("register", "r", after=("new",)))
    assert len(drawer.kept) == 3 + 1  # two, the new one, and where the stack stands
    assert stack.undone() is None


def test_only_so_many_steps_are_kept() -> None:
    drawer = Drawer()
    stack = UndoStack(drawer)  # type: ignore[arg-type]  # all that it uses
    for number in range(MAX_STEPS + 20):
        stack.push(Step("register", "r", after=(number,)))
    assert len(drawer.kept) == MAX_STEPS + 1
    undone = 0
    while stack.done() is not None:
        stack.back()
        undone += 1
    assert undone == MAX_STEPS


@pytest.mark.parametrize(
    ("before", "after"), [("", "abc"), ("abc", ""), ("aaa", "aa"), ("x🌍y", "x🌏y"), ("ab", "aXb")]
)
def test_a_step_of_a_text_keeps_what_differs_and_gives_both_back(before: str, after: str) -> None:
    step = text_step("r", "case", "summary", before, after)
    for each, start, end in ((step, before, after), (step.inverse(), after, before)):
        assert digest(start) == each.digests[0]
        rebuilt = start[: each.head] + str(each.after[0]) + start[len(start) - each.tail :]
        assert rebuilt == end


def test_a_small_edit_of_a_large_text_keeps_little() -> None:
    large = "mot " * 40_000
    step = text_step("r", "case", "summary", large, large[:80_000] + "un " + large[80_000:])
    assert sum(len(str(each)) for each in step.before + step.after) < 20
