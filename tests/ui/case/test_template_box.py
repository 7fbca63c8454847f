"""Choosing what a new case begins with, in its dialog."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.casework.templates import FOLDER
from desktop.session import Session
from desktop.ui.new_case_dialog import NewCaseDialog
from tests.support.desk import HomeOfDesk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows


@pytest.fixture
def dialog(qtbot: QtBot, session: Session) -> Iterator[NewCaseDialog]:
    window = QWidget()  # it outlives the dialog, which goes when it is closed
    qtbot.addWidget(window)
    shown = NewCaseDialog(session, window)
    shown.show()
    yield shown
    window.close()


def test_a_template_sets_the_marking_and_gives_the_case_its_tasks(
    qtbot: QtBot, session: Session, dialog: NewCaseDialog
) -> None:
    dialog.rows["title"].editor.restore("Menace sur le port")
    dialog.templates.list.setFocus()
    while dialog.templates.list.currentData() != "terrorism":
        qtbot.keyClick(dialog.templates.list, Qt.Key.Key_Down)
    assert dialog.rows["tlp"].editor.value() == "TLP:RED"
    assert "6 tasks" in dialog.templates.sentence.text()
    assert dialog.templates.names["lead"].text() == "Cne L. Mansour"
    qtbot.keyClicks(dialog.templates.names["analyst"], "M. Diop")
    with qtbot.waitSignal(dialog.created) as told:
        dialog.submit()
    (case,) = told.args
    tasks = session.records(case, "task")
    assert len(tasks) == 6
    assert {row.tlp for row in tasks} == {"TLP:RED"}
    assert {"Cne L. Mansour", "M. Diop", ""} == {row.assignee for row in tasks}
    assert session.show(case).fields["priority"].value == "FLASH"


def test_without_a_template_a_case_begins_empty(qtbot: QtBot, session: Session, dialog: NewCaseDialog) -> None:
    dialog.rows["title"].editor.restore("Un")
    dialog.templates.choose("drugs")
    dialog.templates.choose("")
    assert dialog.templates.names == {}
    with qtbot.waitSignal(dialog.created) as told:
        dialog.submit()
    assert session.records(told.args[0], "task") == []


def test_a_file_that_is_no_template_is_named_in_the_dialog(qtbot: QtBot, session: Session, home: HomeOfDesk) -> None:
    folder = home.home / FOLDER
    folder.mkdir()
    (folder / "evil.toml").write_text("key = 'x'", encoding="utf-8")
    (folder / "gems.toml").write_text("key = 'gems'\nlabel = '<b>Gems</b>'\n", encoding="utf-8")
    shown = NewCaseDialog(session)
    qtbot.addWidget(shown)
    shown.show()
    assert "evil.toml" in shown.templates.problem.text()
    assert "<b>Gems</b>" in shown.templates.list.itemText(shown.templates.list.findData("gems"))
