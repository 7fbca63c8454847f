"""Records from a table on screen: seen first, columns chosen, refused rows saved, hostile cells as text."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.import_dialog import ImportDialog
from i18n import _
from i18n.bidi import strip_isolates
from tests.ui.case.conftest import choose

TABLE = 'Nom;Né le;Remarque\n"BEN SALAH Karim";1980-05;=1+1\nAmadou;jamais;x\n<b>Marie</b>;1990;y\n'


@pytest.fixture
def dialog(qtbot: QtBot, session: Session) -> ImportDialog:
    """The dialog over a case, opened by the case's menu."""
    record = session.new_case({"title": "Un"})
    view = CaseView(session)
    qtbot.addWidget(view)
    view.resize(1100, 900)
    view.show()
    view.show_case(record)
    choose(view, _("Records from a table…"))
    return view.findChildren(ImportDialog)[-1]


def read(qtbot: QtBot, dialog: ImportDialog, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_all: (str(path), ""))
    with qtbot.waitSignal(dialog.session.table_judged):
        qtbot.mouseClick(dialog.file_button, Qt.MouseButton.LeftButton)


def test_a_table_is_seen_mapped_and_written(
    qtbot: QtBot, session: Session, dialog: ImportDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "gens.csv"
    table.write_text(TABLE, "utf-8")
    assert not dialog.button.isEnabled()
    read(qtbot, dialog, table, monkeypatch)
    assert [box.currentData() for box in dialog.fields] == ["name", "", ""]
    assert "3 rows can be added." in strip_isolates(dialog.summary.text())
    with qtbot.waitSignal(session.table_judged):
        dialog.fields[1].setCurrentIndex(dialog.fields[1].findData("birth_date"))
    assert "2 rows can be added. 1 row is refused." in strip_isolates(dialog.summary.text())
    assert "jamais" in dialog.reasons.text.text()
    with qtbot.waitSignal(session.table_judged):
        dialog.fields[2].setCurrentIndex(dialog.fields[2].findData("description"))
    assert "1 cell looks like a formula" in strip_isolates(dialog.summary.text())
    refused = tmp_path / "refused.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_all: (str(refused), ""))
    qtbot.mouseClick(dialog.refused_button, Qt.MouseButton.LeftButton)
    assert "Amadou" in refused.read_text("utf-8-sig")
    space = dialog._space_id
    with qtbot.waitSignal(dialog.finished):
        qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert {row.title for row in session.records(space, "person")} == {"BEN SALAH Karim", "<b>Marie</b>"}
    assert session.sync_state().unsent >= 2


def test_a_file_that_is_no_table_is_said_and_nothing_is_written(
    qtbot: QtBot, session: Session, dialog: ImportDialog, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b'name\n"open')
    with qtbot.waitSignal(session.table_refused):
        dialog.open_file(broken)
    assert "cannot be read" in dialog.problem.text.text()
    assert not dialog.button.isEnabled()
    with qtbot.waitSignal(session.table_refused):
        dialog.open_file(tmp_path / "nowhere.csv")
    assert not dialog.button.isEnabled()


def test_locking_ends_it(qtbot: QtBot, session: Session, dialog: ImportDialog, tmp_path: Path) -> None:
    table = tmp_path / "gens.csv"
    table.write_text("name\n" + "x\n" * 5_000, "utf-8")
    with qtbot.waitSignal(session.table_judged):
        dialog.open_file(table)
    dialog.submit()
    with qtbot.waitSignal(dialog.finished):
        session.lock()
