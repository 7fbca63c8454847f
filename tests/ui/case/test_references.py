"""Fields that name another record: what is offered, how it is found, what a link is called."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from pytestqt.qtbot import QtBot

from desktop.casework.record_types import Field
from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.editors.reference import ReferenceEditor
from desktop.ui.new_record_dialog import NewRecordDialog, asked_fields
from desktop.ui.record_finder import MOST, RecordFinder
from i18n.bidi import strip_isolates

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows

_PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def case(session: Session) -> str:
    return session.new_case({"title": "Ligne du port"})


@pytest.fixture
def karim(session: Session, case: str) -> str:
    return session.new_record("person", case, {"name": "BEN SALAH Karim", "name_original": "كريم بن صالح"})


@pytest.fixture
def lorry(session: Session, case: str) -> str:
    return session.new_record("vehicle", case, {"plate": "DK-4417-A"})


def made_editor(qtbot: QtBot, session: Session, case: str, accepts: str, *, required: bool = False) -> ReferenceEditor:
    field = Field("about", "reference", "About", accepts=accepts, required=required)
    editor = ReferenceEditor(field, RecordFinder(session, lambda: case, field))
    qtbot.addWidget(editor)
    editor.show()
    return editor


def offered(qtbot: QtBot, editor: ReferenceEditor, wanted: list[str]) -> None:
    qtbot.waitUntil(lambda: editor.picker.choices() == wanted)


def test_a_reference_is_found_by_typing_in_either_script_and_chosen_by_enter(
    qtbot: QtBot, session: Session, case: str, karim: str, lorry: str
) -> None:
    editor = made_editor(qtbot, session, case, "subject")
    assert strip_isolates(editor.button.text()) == "Not set"
    editor.button.setFocus()
    QGuiApplication.sendEvent(editor.button, QKeyEvent(QEvent.Type.KeyPress, 0, _PLAIN, "ك"))
    offered(qtbot, editor, [karim])
    qtbot.keyClick(editor.picker.box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor.picker.box, "dk-4417")
    offered(qtbot, editor, [lorry])
    with qtbot.waitSignal(editor.committed) as told:
        qtbot.keyClick(editor.picker.box, Qt.Key.Key_Return)
    assert told.args == [lorry]
    assert not editor.picker.isVisible()
    assert strip_isolates(editor.button.text()) == "DK-4417-A"


def test_only_what_the_field_accepts_is_offered(
    qtbot: QtBot, session: Session, case: str, karim: str, lorry: str
) -> None:
    task = session.new_record("task", case, {"title": "Ask for the owner"})
    people = made_editor(qtbot, session, case, "person")
    people.button.click()
    offered(qtbot, people, [karim])
    people.picker.close()
    anything = made_editor(qtbot, session, case, "")
    anything.button.click()
    qtbot.waitUntil(lambda: set(anything.picker.choices()) == {case, karim, lorry, task})


def test_what_is_chosen_can_be_taken_out_unless_it_is_required(
    qtbot: QtBot, session: Session, case: str, karim: str
) -> None:
    editor = made_editor(qtbot, session, case, "person")
    editor.show_value(karim)
    editor.button.click()
    offered(qtbot, editor, ["-", karim])
    with qtbot.waitSignal(editor.committed) as told:
        qtbot.keyClick(editor.picker.box, Qt.Key.Key_Return)
    assert told.args == [None]
    needed = made_editor(qtbot, session, case, "person", required=True)
    needed.show_value(karim)
    needed.button.click()
    offered(qtbot, needed, [karim])


def test_a_reference_to_what_is_not_here_says_so_and_stays(qtbot: QtBot, session: Session, case: str) -> None:
    editor = made_editor(qtbot, session, case, "person")
    editor.show_value("ab" * 16)
    assert "Not on this desk: abababab" in strip_isolates(editor.button.text())
    assert editor.value() == "ab" * 16
    assert not editor.is_dirty()


def test_of_many_records_the_last_changed_are_offered_and_typing_finds_any(
    qtbot: QtBot, session: Session, case: str
) -> None:
    first = session.new_record("person", case, {"name": "ZAHRA Amel"})
    for each in range(MOST + 5):
        session.new_record("person", case, {"name": f"Somebody {each}"})
    editor = made_editor(qtbot, session, case, "subject")
    editor.button.click()
    qtbot.waitUntil(lambda: len(editor.picker.choices()) == MOST)
    assert first not in editor.picker.choices()
    assert "50" in editor.picker.note.text()
    qtbot.keyClicks(editor.picker.box, "zah")
    offered(qtbot, editor, [first])


def test_a_link_is_added_from_the_head_and_named_by_what_it_joins(
    qtbot: QtBot, session: Session, case: str, karim: str, lorry: str
) -> None:
    view = CaseView(session)
    qtbot.addWidget(view)
    view.resize(900, 760)
    view.show_case(case)
    view.show()
    assert view.case_page is not None
    add = view.case_page.add
    qtbot.mouseClick(add, Qt.MouseButton.LeftButton)
    assert {"person", "uses", "task", "request"} <= set(add.picker.choices())
    assert "case" not in add.picker.choices()
    qtbot.keyClicks(add.picker.box, "use")
    assert "uses" in add.picker.choices()
    while add.picker.list.currentItem().data(Qt.ItemDataRole.AccessibleTextRole) != "Use":
        qtbot.keyClick(add.picker.box, Qt.Key.Key_Down)
    qtbot.keyClick(add.picker.box, Qt.Key.Key_Return)
    dialog = view.findChild(NewRecordDialog)
    assert dialog is not None
    assert list(dialog.rows)[:2] == ["source", "target"]
    for field, words in (("source", "karim"), ("target", "dk")):
        editor = dialog.rows[field].editor
        assert isinstance(editor, ReferenceEditor)
        qtbot.keyClicks(editor.button, words[0])
        qtbot.waitUntil(lambda editor=editor: bool(editor.picker.choices()))  # type: ignore[misc]
        qtbot.keyClicks(editor.picker.box, words[1:])
        qtbot.keyClick(editor.picker.box, Qt.Key.Key_Return)
    dialog.submit()
    assert view.record_page is not None
    assert strip_isolates(view.record_page.header.title.text()) == "BEN SALAH Karim → DK-4417-A"
    qtbot.mouseClick(add, Qt.MouseButton.LeftButton)
    assert add.picker.choices()[0] == "uses"  # what was used last stands on top


def test_a_new_link_without_its_ends_is_refused_and_nothing_is_lost(qtbot: QtBot, session: Session, case: str) -> None:
    dialog = NewRecordDialog(session, "uses", case)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.rows["label"].editor.restore("drives it")
    dialog.submit()
    assert dialog.isVisible()
    assert "needed" in dialog.rows["source"].below.text()
    assert dialog.rows["label"].editor.text() == "drives it"


def test_every_type_asks_for_what_it_requires(session: Session) -> None:
    for record_type in session.types.values():
        needed = {field.name for field in record_type.fields.values() if field.required}
        assert needed <= set(asked_fields(record_type))
