"""A chart on paper carries its marking twice and who made it; what stands in the way of it holds it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui.chart.chart_tab import ChartTab
from desktop.ui.chart.dialogs import DatesDialog, GroupDialog
from desktop.ui.chart.sheet_dialog import SheetDialog
from desktop.ui.theme import current_theme
from i18n.bidi import strip_isolates
from tests.ui.chart.conftest import World
from tests.ui.conftest import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def dialog(qtbot: QtBot, tab: ChartTab, session: Session) -> SheetDialog:
    made = SheetDialog(session, tab.board, tab.canvas.picture_painter.picture, tab)
    made.open()
    return made


def share_of(image: QImage, color: QColor) -> float:
    found = sum(
        image.pixelColor(x, y) == color for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)
    )
    return found / (len(range(0, image.width(), 7)) * len(range(0, image.height(), 7)))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_marking_stands_on_both_edges_of_an_image(dialog: SheetDialog, look: Look, language: str) -> None:
    look(language)
    image = dialog.sheet().image()
    rail = current_theme().color("rail")
    assert image.pixelColor(3, 3) == rail
    assert image.pixelColor(3, image.height() - 3) == rail
    gold = current_theme().color("gold_text")
    for top in (0, image.height() - 30):
        assert any(
            image.pixelColor(x, y) == gold
            for y in range(top, top + 30)
            for x in range(image.width() // 3, image.width())
        )
    assert 0.5 < share_of(image, current_theme().color("surface")) < 0.99


def test_images_and_pdf_are_written_where_the_officer_said(dialog: SheetDialog, tmp_path: Path) -> None:
    sheet = dialog.sheet()
    assert sheet.save(tmp_path / "chart.png")
    assert sheet.save(tmp_path / "chart.pdf")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "chart.pdf").read_bytes().startswith(b"%PDF")


def test_where_nothing_can_be_written_the_dialog_says_so(dialog: SheetDialog, tmp_path: Path) -> None:
    dialog.write(tmp_path / "nowhere" / "chart.png")
    assert "Choose another place" in dialog.problem.text.text()
    assert dialog.isVisible()


def test_what_is_not_for_proceedings_is_held_back_from_them(dialog: SheetDialog) -> None:
    assert "TLP:RED · H0 · H1" in strip_isolates(dialog.marking.text())
    assert dialog.button.isEnabled()
    dialog.purposes["judicial"].setChecked(True)
    assert not dialog.button.isEnabled()
    assert not dialog.print_button.isEnabled()
    assert "H1" in strip_isolates(dialog.obstacles.text.text())


def test_dates_that_cannot_be_read_or_lie_the_wrong_way_round_are_refused(
    qtbot: QtBot, tab: ChartTab, session: Session, world: World
) -> None:
    dialog = DatesDialog(session, tab.board.now.sieve, tab)
    given: list[tuple[str, str]] = []
    dialog.chosen.connect(lambda since, until: given.append((since, until)))
    dialog.open()
    for since, until in (("32/13/2026", ""), ("2026-05", "2026-04")):
        dialog.since.setText(since)
        dialog.until.setText(until)
        dialog.submit()
        assert not dialog.problem.isHidden()
    assert given == []
    dialog.until.setText("2026")
    dialog.submit()
    assert given == [("2026-05", "2026")]


def test_a_group_is_named_by_hand_and_its_name_is_plain_text(tab: ChartTab, session: Session, world: World) -> None:
    tab.board.selection.choose({world.karim, world.phone})
    dialog = GroupDialog(session, tab)
    dialog.named.connect(lambda name: tab.board.step(tab.board.now.grouping(name, tab.canvas.chosen_nodes())))
    dialog.open()
    dialog.edit.setText("<b>Réseau</b>\u202e")
    dialog.submit()
    frame = tab.canvas.picture_painter.picture.frames[0]
    assert "<b>Réseau</b>[U+202E]" in frame.label
