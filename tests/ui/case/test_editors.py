"""Editors of kinds that no shipped type uses yet, roles for assistive technology, and what rows of a case say."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.casework.record_types import Choice, Field
from desktop.casework.views import Author, HistoryEntry
from desktop.session import Session
from desktop.ui.accessible import install_roles
from desktop.ui.diff_text import DiffText
from desktop.ui.editors import make_editor
from desktop.ui.history_words import Change, compare, deed_of, group_changes, icon_of, subject_of
from desktop.ui.item_row import ItemRow
from desktop.ui.word_diff import Piece
from i18n.bidi import strip_isolates
from tests.ui.conftest import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


def made_up(kind: str, **more: object) -> Field:
    return Field("field", kind, "Reference", **more)  # type: ignore[arg-type]


@pytest.mark.usefixtures("look")
def test_a_number_is_read_in_digits_of_either_script(qtbot: QtBot) -> None:
    editor = make_editor(made_up("number"))
    qtbot.addWidget(editor)
    box = editor.main_widget()
    assert isinstance(box, QLineEdit)
    for typed, read in (("12", 12), ("١٢", 12), ("2.5", 2.5), ("", None), ("many", "many")):
        editor.restore(typed)
        assert editor.value() == read
    assert box.layoutDirection() == Qt.LayoutDirection.LeftToRight


@pytest.mark.usefixtures("look")
def test_a_code_of_a_newer_version_keeps_its_place(qtbot: QtBot) -> None:
    choices = (Choice("open", "case_status", ("Open",)),)
    editor = make_editor(made_up("choice", choices=choices, list="case_status"))
    qtbot.addWidget(editor)
    editor.show_value("frozen")
    assert editor.value() == "frozen"
    assert not editor.is_dirty()


@pytest.mark.usefixtures("look")
def test_a_moment_is_typed_from_left_to_right(qtbot: QtBot) -> None:
    editor = make_editor(made_up("datetime"))
    qtbot.addWidget(editor)
    assert editor.main_widget().layoutDirection() == Qt.LayoutDirection.LeftToRight
    assert not editor.saves_while_typing


@pytest.mark.usefixtures("look")
def test_a_difference_is_a_text_that_is_read_in_words(qtbot: QtBot) -> None:
    install_roles()
    text = DiffText([Piece("Two", "removed"), Piece("Three", "added"), Piece(" men\u202e", "kept")])
    qtbot.addWidget(text)
    face = QAccessible.queryAccessibleInterface(text)
    assert face is not None
    assert face.role() == QAccessible.Role.StaticText
    assert face.text(QAccessible.Text.Name) == "removed: Two; added: Three; men[U+202E]"


@pytest.mark.usefixtures("look")
def test_a_name_that_takes_the_place_of_one_in_another_script_follows_it_in_the_languages_direction(
    qtbot: QtBot,
) -> None:
    whole = DiffText([Piece("م. فاطمة", "removed"), Piece("Cne A. Diop", "added")])
    part = DiffText([Piece("Two", "removed"), Piece("Three", "added"), Piece(" men", "kept")])
    for text in (whole, part):
        qtbot.addWidget(text)
    assert whole._document.toPlainText() == "\u2068م. فاطمة\u2069 \u2068Cne A. Diop\u2069"
    assert part._document.toPlainText() == "\u2068Two Three men\u2069"


def test_a_row_that_leads_somewhere_is_pressed_by_the_keyboard(qtbot: QtBot) -> None:
    row = ItemRow("user", "BEN SALAH Karim", "Suspect", leads=True)
    still = ItemRow("user", "ROSSI Marco", "Witness")
    for each in (row, still):
        qtbot.addWidget(each)
    with qtbot.waitSignal(row.clicked):
        qtbot.keyClick(row, Qt.Key.Key_Space)
    assert row.accessibleName() == "BEN SALAH Karim, Suspect"
    assert still.focusPolicy() == Qt.FocusPolicy.NoFocus


def entry(operation: str, field: str = "", *, change: str = "d.1", before: tuple[str, ...] = ()) -> HistoryEntry:
    return HistoryEntry(change, operation, field, "x", before, Author("A. Rossi", "IT", "d", "Rome 1", 1), sent=True)


def only(*entries: HistoryEntry) -> Change:
    (change,) = group_changes(entries)
    return change


def test_operations_of_one_change_are_told_together(session: Session) -> None:
    newest_first = [entry("set", "due", change="d.2"), entry("set", "title"), entry("create")]
    groups = group_changes(newest_first)
    assert [group.id for group in groups] == ["d.2", "d.1"]
    assert [each.operation for each in groups[1].entries] == ["create", "set"]
    assert subject_of(session.types, "case", groups[0]) == "Due date"
    assert strip_isolates(deed_of(groups[0])) == "Changed by A. Rossi"
    assert subject_of(session.types, "case", groups[1]) == "Case"
    assert strip_isolates(deed_of(groups[1])) == "Created by A. Rossi"


def test_a_decision_is_told_as_one(session: Session) -> None:
    decided = only(entry("set", "due", before=("2026-01-01", "2026-01-02")))
    assert subject_of(session.types, "case", decided) == "Due date"
    assert strip_isolates(deed_of(decided)) == "Conflict decided by A. Rossi"


def test_what_a_newer_version_did_is_told_as_such(session: Session) -> None:
    strange = only(entry("teleport", "depth"))
    assert icon_of(strange) == "circle-alert"
    assert "depth" in strip_isolates(subject_of(session.types, "case", strange))


def test_codes_differ_as_a_whole_and_words_one_by_one(session: Session, look: Look) -> None:
    fields = session.types["case"].fields
    assert compare(fields["status"], ("open",), "closed") == [Piece("Open", "removed"), Piece("Closed", "added")]
    assert compare(fields["title"], ("Two men",), "Two women") == [
        Piece("Two ", "kept"),
        Piece("men", "removed"),
        Piece("women", "added"),
    ]
    assert compare(fields["due"], (), "2026-06-14") == [Piece("14/06/2026", "added")]
    assert compare(fields["due"], ("2026-06-14",), None) == [Piece("14/06/2026", "removed")]
