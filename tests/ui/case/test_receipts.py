"""Receipts on screen, with a second desk and a server behind it: asked for, told, shown, by mouse and keyboard."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from desktop.casework.trust_views import ReceiptsView, ReceiptView
from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.receipts_dialog import ReceiptsDialog
from desktop.ui.receipts_table import ReceiptsModel, ReceiptsTable, desk_cell, received_cell
from desktop.ui.scroll_page import ScrollPage
from desktop.ui.seen_timer import SEEN_MS, SeenTimer
from i18n import _
from i18n.bidi import strip_isolates
from tests.ui.case.conftest import choose
from tests.ui.case.story import TITLE
from tests.ui.case.two_desks import TwoDesks
from tests.ui.conftest import Look
from tests.ui.kit.clipping import clipped

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows

NOON_MS = 1_795_521_600_000
ROME = ReceiptView("bb" * 16, "A. Rossi", "Rome 1", "IT", NOON_MS, NOON_MS + 60_000)
DUBAI = ReceiptView("cc" * 16, "Lt. K. Al-Suwaidi", "Dubai 3", "AE", NOON_MS, behind=True)
LIAR = ReceiptView("dd" * 16, "N. Haddad", "Rabat 2", "MA", NOON_MS * 2, verified=False)
GONE = ReceiptView("ee" * 16, "B. Ndiaye", "Dakar 2", "SN", NOON_MS, 0, NOON_MS + 120_000)
SILENT = ReceiptView("ff" * 16, "", "Paris 4", "FR")
MANY = ReceiptsView("aa" * 32, asked=True, may_ask=True, receipts=(DUBAI, ROME, LIAR, GONE), silent=(SILENT,))


def open_dialog(qtbot: QtBot, view: CaseView) -> ReceiptsDialog:
    """Choose the entry of the menu, and wait for the answer."""
    choose(view, _("Receipts…"))
    dialog = view.findChildren(ReceiptsDialog)[-1]
    qtbot.waitUntil(lambda: dialog._view is not None)
    return dialog


def shown(table: ReceiptsTable) -> list[list[str]]:
    """What the cells of the table say to assistive technology, without hidden columns."""
    model = table.receipts
    columns = [column for column in range(model.columnCount()) if not table.isColumnHidden(column)]
    role = Qt.ItemDataRole.AccessibleTextRole
    return [[str(model.data(model.index(row, one), role)) for one in columns] for row in range(model.rowCount())]


def test_an_officer_asks_and_is_told_who_received_and_who_read(
    qtbot: QtBot, pair: TwoDesks, case: str, view: CaseView
) -> None:
    dialog = open_dialog(qtbot, view)
    assert not dialog.ask.isChecked()
    assert dialog.empty.isVisible()
    assert dialog.empty.title.text() == "Nobody was asked"
    qtbot.mouseClick(dialog.ask, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.table.isVisible)
    assert [row[1] for row in shown(dialog.table)] == ["— · no answer yet"]
    pair.exchange()
    pair.rome.seen(case)
    pair.exchange()
    qtbot.waitUntil(lambda: dialog.summary.text() == "Received by 1 of 1 desk · read on 1 desk")
    ((who, received, read),) = shown(dialog.table)
    assert who == "A. Rossi · Rome 1 · Italy"
    assert "—" not in received + read
    assert dialog.table.isColumnHidden(3)


def test_the_tick_is_an_edit_that_undo_takes_back(qtbot: QtBot, pair: TwoDesks, case: str, view: CaseView) -> None:
    dialog = open_dialog(qtbot, view)
    dialog.ask.setFocus()
    qtbot.keyClick(dialog.ask, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog._view is not None and dialog._view.asked)
    assert dialog.ask.isChecked()
    assert pair.session.show(case).fields["receipts"].value is True
    assert pair.session.undo()
    qtbot.waitUntil(lambda: not dialog.ask.isChecked())
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_who_opens_what_asks_is_told_so_quietly_and_answers_after_a_second(
    qtbot: QtBot, pair: TwoDesks, case: str, view: CaseView
) -> None:
    assert view.case_page is not None
    qtbot.waitUntil(lambda: view.case_page is not None and view.case_page.widget("summary") is not None)
    told = view.case_page.banners.told
    assert not told.isVisible()
    pair.rome.ask_receipts(case, on=True)
    pair.exchange()
    qtbot.waitUntil(told.isVisible)
    assert told.accessibleName() == "Receipts are asked for: the members are told when you read this."

    def answered() -> bool:
        pair.exchange()
        dakar = next(each for each in pair.rome.receipts(case).receipts if each.desk == "Dakar 1")
        return dakar.read_ms > 0 and not dakar.behind

    assert not answered()
    qtbot.wait(SEEN_MS)
    qtbot.waitUntil(answered)


def test_nobody_is_told_of_what_was_in_view_for_a_moment_or_behind_something(
    qtbot: QtBot, session: Session, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(session, "seen", seen.append)
    pane = CaseView(session)
    qtbot.addWidget(pane)
    timer = SeenTimer(session, pane)
    timer.look_at("a case")
    qtbot.wait(SEEN_MS + 100)
    assert seen == []
    pane.show()
    qtbot.wait(SEEN_MS // 3)
    timer.look_at("another")
    assert timer._timer.remainingTime() > SEEN_MS * 0.85, "its second begins anew"
    assert seen == []
    qtbot.waitUntil(lambda: seen == ["another"])
    timer.look_at("")
    qtbot.wait(SEEN_MS + 100)
    assert seen == ["another"]


def test_a_claim_is_shown_as_what_it_is(qtbot: QtBot, look: Look) -> None:
    table = ReceiptsTable()
    qtbot.addWidget(table)
    table.show_view(MANY)
    model = table.receipts
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, table)
    captions = [received_cell(each).caption for each in model.receipts]
    assert captions == ["an older version", "", "cannot be true", "", "no answer yet"]
    assert [received_cell(each).tone for each in model.receipts] == ["warn", "", "bad", "", ""]
    assert not table.isColumnHidden(3)
    assert strip_isolates(" ".join(desk_cell(SILENT)[:2])) == "Paris 4 France"
    evil = msgspec.structs.replace(SILENT, officer="<b>x</b>\u202egpj", desk="")
    assert strip_isolates(desk_cell(evil).words) == "<b>x</b>[U+202E]gpj"
    assert strip_isolates(desk_cell(evil).caption) == "ffffffff · France"


def test_the_table_is_walked_by_keys_and_keeps_the_desk_that_was_chosen(qtbot: QtBot, look: Look) -> None:
    table = ReceiptsTable()
    qtbot.addWidget(table)
    table.show()
    table.show_view(MANY)
    table.setFocus()
    table.selectRow(0)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert table.receipts.receipts[table.currentIndex().row()] is ROME
    table.show_view(msgspec.structs.replace(MANY, receipts=(GONE, DUBAI, ROME)))
    assert table.receipts.receipts[table.currentIndex().row()] is ROME
    face = QAccessible.queryAccessibleInterface(table)
    assert face.role() == QAccessible.Role.Table
    assert face.text(QAccessible.Text.Name) == "What each desk said"
    table.show_view(None)
    assert table.receipts.rowCount() == 0
    assert ReceiptsModel().rowCount() == 0


def test_a_locked_desk_shows_no_receipts(qtbot: QtBot, pair: TwoDesks, view: CaseView) -> None:
    dialog = open_dialog(qtbot, view)
    with qtbot.waitSignal(dialog.rejected):
        pair.session.lock()


@pytest.mark.parametrize(
    ("language", "scheme", "scale"), [("fr", "light", 1.0), ("ar", "dark", 1.0), ("ar", "dark", 1.5)]
)
def test_receipts_are_pictured_and_nothing_is_cut(
    qtbot: QtBot, session: Session, look: Look, language: str, scheme: str, scale: float
) -> None:
    folder = Path("out/gallery")
    folder.mkdir(parents=True, exist_ok=True)
    look(language, scheme, scale)
    name = f"{language}_{scheme}_{scale}".replace(".", "")
    case = session.new_case({"title": TITLE["ar" if language == "ar" else "fr"]}, ["SN", "IT"])
    dialog = ReceiptsDialog(session, session.show(case))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.empty.isVisible)
    assert dialog.grab().save(str(folder / f"receipts_none_{name}.png"))
    dialog._on_ready(dialog._asked, MANY)
    qtbot.wait(200)
    if scale == 1.0:
        assert dialog.findChildren(ScrollPage)[0].verticalScrollBar().maximum() == 0
    assert dialog.grab().save(str(folder / f"receipts_{name}.png"))
    assert clipped(dialog) == []
