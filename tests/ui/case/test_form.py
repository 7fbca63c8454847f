"""The form of a record: driven by keyboard and mouse, saved by itself, nothing typed lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.editors.date import DateEditor, read_date
from desktop.ui.editors.sets import ChecksEditor, ChipsEditor
from desktop.ui.field_row import FieldRow
from desktop.ui.record_form import RecordForm, draft_key
from tests.support.desk import PASSPHRASE
from tests.ui.conftest import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
Make = Callable[[str], RecordForm]


@pytest.fixture
def case(session: Session) -> str:
    return session.new_case({"title": "Réseau", "summary": "Deux\u00a0hommes ; un\u00a0camion.", "due": "2026-12-14"})


@pytest.fixture
def make(qtbot: QtBot, session: Session) -> Make:
    """Make the form of a record, follow the session with it as its page does, and show it."""

    def made(record: str) -> RecordForm:
        view = session.show(record)
        form = RecordForm(session, session.types[view.type])
        qtbot.addWidget(form)
        form.resize(700, 900)
        form.show_record(view)
        form.complete()
        session.records_changed.connect(lambda _ids: form.show_record(session.show(record)))
        form.show()
        qtbot.waitExposed(form)
        form.activateWindow()
        return form

    return made


def line(form: RecordForm, name: str) -> QLineEdit:
    box = form.rows[name].editor.main_widget()
    assert isinstance(box, QLineEdit)
    return box


def text_box(form: RecordForm, name: str) -> QTextEdit:
    box = form.rows[name].editor.main_widget()
    assert isinstance(box, QTextEdit)
    return box


def stored(session: Session, record: str, name: str) -> object:
    view: RecordView = session.show(record)
    field = view.fields.get(name)
    if field is None:
        return None
    return {"set": field.elements, "text": field.text}.get(field.merge, field.value)


def retype(qtbot: QtBot, box: QWidget, text: str) -> None:
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(box, text)


def test_words_are_saved_in_a_pause_of_typing(qtbot: QtBot, session: Session, case: str, make: Make) -> None:
    form = make(case)
    retype(qtbot, line(form, "title"), "Filiere")
    qtbot.waitUntil(lambda: stored(session, case, "title") == "Filiere", timeout=3000)
    assert line(form, "title").text() == "Filiere"


def test_leaving_a_field_saves_it_at_once(qtbot: QtBot, session: Session, case: str, make: Make) -> None:
    form = make(case)
    retype(qtbot, line(form, "lead"), "Cne L. Mansour")
    qtbot.keyClick(line(form, "lead"), Qt.Key.Key_Return)
    assert stored(session, case, "lead") == "Cne L. Mansour"


def test_a_refused_value_is_explained_below_its_field_and_stays(
    qtbot: QtBot, session: Session, case: str, make: Make
) -> None:
    form = make(case)
    retype(qtbot, line(form, "due"), "soon")
    qtbot.keyClick(line(form, "due"), Qt.Key.Key_Return)
    row = form.rows["due"]
    assert stored(session, case, "due") == "2026-12-14"
    assert line(form, "due").text() == "soon"
    assert row.below.isVisibleTo(form)
    assert "not a date" in row.below.text()
    assert "not a date" in line(form, "due").accessibleDescription()
    retype(qtbot, line(form, "due"), "24/12/2026")
    qtbot.keyClick(line(form, "due"), Qt.Key.Key_Return)
    assert stored(session, case, "due") == "2026-12-24"
    assert not row.has_error()


def test_a_half_typed_date_is_kept_as_a_draft_and_not_written(
    qtbot: QtBot, session: Session, case: str, make: Make
) -> None:
    form = make(case)
    retype(qtbot, line(form, "due"), "2027")
    qtbot.waitUntil(lambda: session.draft(draft_key(case, "due")) == "2027", timeout=3000)
    assert stored(session, case, "due") == "2026-12-14"
    assert not form.rows["due"].has_error()


def test_what_was_typed_and_not_saved_is_there_after_a_lock(
    qtbot: QtBot, session: Session, case: str, make: Make
) -> None:
    form = make(case)
    retype(qtbot, line(form, "due"), "14/13/2026")
    qtbot.keyClick(line(form, "due"), Qt.Key.Key_Return)
    form.hide()
    session.lock()
    with qtbot.waitSignal(session.unlocked, timeout=10_000):
        session.unlock(PASSPHRASE)
    again = make(case)
    assert line(again, "due").text() == "14/13/2026"
    assert "not a date" in again.rows["due"].below.text()


def test_a_saved_field_leaves_no_draft(qtbot: QtBot, session: Session, case: str, make: Make) -> None:
    form = make(case)
    retype(qtbot, line(form, "due"), "2027")
    qtbot.waitUntil(lambda: session.draft(draft_key(case, "due")) != "", timeout=3000)
    qtbot.keyClick(line(form, "due"), Qt.Key.Key_Return)
    assert stored(session, case, "due") == "2027"
    assert session.draft(draft_key(case, "due")) == ""


def test_looking_at_a_text_with_no_break_spaces_changes_nothing(
    qtbot: QtBot, session: Session, case: str, make: Make
) -> None:
    form = make(case)
    before = session.history(case)
    text_box(form, "summary").setFocus()
    line(form, "title").setFocus()
    form.flush()
    assert session.history(case) == before
    text_box(form, "summary").setFocus()
    qtbot.keyClick(text_box(form, "summary"), Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(text_box(form, "summary"), "!")
    form.flush()
    assert stored(session, case, "summary") == "Deux\u00a0hommes ; un\u00a0camion.!"


def test_text_that_arrives_while_one_types_is_woven_in(qtbot: QtBot, session: Session, case: str, make: Make) -> None:
    form = make(case)
    box = text_box(form, "summary")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(box, " Ici.")
    session.edit(case, "summary", "Ailleurs. Deux\u00a0hommes ; un\u00a0camion.")
    assert form.rows["summary"].editor.text() == "Ailleurs. Deux\u00a0hommes ; un\u00a0camion. Ici."
    form.flush()
    assert stored(session, case, "summary") == "Ailleurs. Deux\u00a0hommes ; un\u00a0camion. Ici."


def test_a_choice_is_saved_when_it_is_made(qtbot: QtBot, session: Session, case: str, make: Make) -> None:
    form = make(case)
    box = form.rows["status"].editor.main_widget()
    assert isinstance(box, QComboBox)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert stored(session, case, "status") == "active"


def test_the_wheel_over_a_choice_changes_nothing(qtbot: QtBot, session: Session, case: str, make: Make) -> None:
    form = make(case)
    box = form.rows["status"].editor.main_widget()
    assert isinstance(box, QComboBox)
    assert box.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_a_country_is_added_by_its_name_and_removed_by_the_keyboard(
    qtbot: QtBot, session: Session, case: str, make: Make
) -> None:
    form = make(case)
    editor = form.rows["countries"].editor
    assert isinstance(editor, ChipsEditor)
    assert isinstance(editor.adder, QComboBox)
    editor.adder.setFocus()
    edit = editor.adder.lineEdit()
    assert edit is not None
    qtbot.keyClicks(edit, "senegal")
    qtbot.mouseClick(editor.add_button, Qt.MouseButton.LeftButton)
    assert stored(session, case, "countries") == ("SN",)
    assert edit.text() == ""
    chip = editor.chips()[0]
    assert chip.accessibleName() == "Senegal"
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert stored(session, case, "countries") in ((), None)


def test_free_words_are_added_to_a_set_by_enter(qtbot: QtBot, session: Session, case: str, make: Make) -> None:
    person = session.new_record("person", case, {"name": "BEN SALAH Karim"})
    form = make(person)
    editor = form.rows["phones"].editor
    assert isinstance(editor, ChipsEditor)
    assert isinstance(editor.adder, QLineEdit)
    qtbot.keyClicks(editor.adder, "+39 351 204 88 16")
    qtbot.keyClick(editor.adder, Qt.Key.Key_Return)
    assert stored(session, person, "phones") == ("+39 351 204 88 16",)
    assert editor.adder.text() == ""
    assert editor.chips()[0].text().startswith("\u2066")


def test_handling_codes_are_checked_by_the_keyboard(qtbot: QtBot, session: Session, case: str, make: Make) -> None:
    form = make(case)
    editor = form.rows["handling"].editor
    assert isinstance(editor, ChecksEditor)
    box = editor.boxes["H2"]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert stored(session, case, "handling") == ("H0", "H2")
    assert box.accessibleName().startswith("H2 — ")


def test_a_title_of_three_hundred_thousand_letters_is_refused_whole(
    qtbot: QtBot, session: Session, case: str, make: Make
) -> None:
    form = make(case)
    line(form, "title").setText("x" * 300_000)
    qtbot.keyClicks(line(form, "title"), "y")
    form.flush()
    assert stored(session, case, "title") == "Réseau"
    assert len(line(form, "title").text()) == 300_001
    assert "at most 300 characters" in form.rows["title"].below.text().replace("\u2066", "").replace("\u2069", "")


def test_hidden_direction_marks_are_pointed_out(qtbot: QtBot, session: Session, case: str, make: Make) -> None:
    session.edit(case, "lead", "evil\u202egpj.exe")
    form = make(case)
    assert "direction marks" in form.rows["lead"].below.text()
    assert stored(session, case, "lead") == "evil\u202egpj.exe"


def test_every_control_of_a_form_has_a_name_and_the_keyboard_reaches_it(
    qtbot: QtBot, session: Session, case: str, make: Make
) -> None:
    form = make(case)
    controls = [
        widget
        for widget in form.findChildren(QWidget)
        if widget.isVisibleTo(form) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled()
    ]
    nameless = [widget for widget in controls if not widget.accessibleName() and widget.focusProxy() is None]
    assert [type(widget).__name__ for widget in nameless if not _inside(widget)] == []
    line(form, "title").setFocus()
    reached: set[QWidget | None] = set()
    for _step in range(120):
        reached.add(form.window().focusWidget())
        qtbot.keyClick(form.window().focusWidget(), Qt.Key.Key_Tab)
    missing = [row.field.name for row in form.rows.values() if not _reached(row, reached)]
    assert missing == []


def _inside(widget: QWidget) -> bool:
    """Whether a widget is a part of a named one: the line in a list that can be typed into."""
    parent = widget.parentWidget()
    return isinstance(parent, QComboBox) or isinstance(widget.parent(), QAbstractButton)


def _reached(row: FieldRow, reached: set[QWidget | None]) -> bool:
    return any(widget is not None and row.isAncestorOf(widget) for widget in reached)


def test_codes_are_typed_from_left_to_right_in_arabic(
    qtbot: QtBot, session: Session, case: str, make: Make, look: Look
) -> None:
    look("ar")
    form = make(case)
    for name in ("reference", "due"):
        assert line(form, name).layoutDirection() == Qt.LayoutDirection.LeftToRight
        assert line(form, name).alignment() & Qt.AlignmentFlag.AlignRight
    assert form.rows["title"].label.text() == "العنوان *"


def test_the_form_speaks_the_language_chosen_while_it_is_open(
    qtbot: QtBot, session: Session, case: str, make: Make, look: Look
) -> None:
    form = make(case)
    status = form.rows["status"].editor.main_widget()
    assert isinstance(status, QComboBox)
    assert status.currentText() == "Open"
    look("fr")
    assert status.currentText() == "Ouvert"
    assert form.rows["due"].label.text() == "Échéance"
    assert line(form, "due").accessibleName() == "Échéance"
    assert stored(session, case, "status") == "open"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("14/06/2026", "2026-06-14"),
        ("1.6.2026", "2026-06-01"),
        ("06/2026", "2026-06"),
        ("٢٠٢٦-٠٦-١٤", "2026-06-14"),
        ("2026", "2026"),
        ("demain", "demain"),
    ],
)
def test_dates_are_read_as_people_type_them(typed: str, read: str) -> None:
    assert read_date(typed) == read


def test_a_day_is_picked_from_the_calendar_by_the_keyboard(
    qtbot: QtBot, session: Session, case: str, make: Make
) -> None:
    form = make(case)
    editor = form.rows["due"].editor
    assert isinstance(editor, DateEditor)
    editor.pick.click()
    calendar = editor.calendar()
    assert calendar is not None
    assert calendar.selectedDate().toString(Qt.DateFormat.ISODate) == "2026-12-14"
    view = calendar.findChild(QWidget, "qt_calendar_calendarview")
    assert view is not None
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert stored(session, case, "due") == "2026-12-15"
    assert editor.calendar() is None
