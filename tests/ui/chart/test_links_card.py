"""The card «Links» of a summary: the best linked subject in the middle, in large cases a number alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.casework.graph import Graph
from desktop.casework.views import ListRow
from desktop.session import Session
from desktop.ui.chart import links_card
from desktop.ui.chart.links_card import LinksCard, small_picture
from desktop.ui.chart.picture import EMPTY
from tests.ui.chart.conftest import World

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def card(qtbot: QtBot, session: Session) -> LinksCard:
    made = LinksCard(session)
    qtbot.addWidget(made)
    made.resize(480, 320)
    made.show()
    return made


def test_the_card_shows_the_links_and_a_click_opens_the_chart(
    qtbot: QtBot, card: LinksCard, session: Session, world: World
) -> None:
    card.show_record(session.show(world.case))
    qtbot.waitUntil(card.chart.isVisible)
    assert "ROSSI Marco" in card.chart.accessibleName()
    assert card.words.isHidden()
    with qtbot.waitSignal(card.chart_requested):
        qtbot.mouseClick(card.chart, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(card.chart_requested):
        card.action.click()


def test_a_case_without_links_says_what_to_do(card: LinksCard, session: Session) -> None:
    card.show_record(session.show(session.new_case({"title": "Vide"})))
    assert card.chart.isHidden()
    assert card.words.text() == "No links yet. Add one from the chart."


def test_a_large_case_is_not_read_for_a_small_picture(
    card: LinksCard, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links_card, "_LARGE", 3)
    monkeypatch.setattr(Session, "ask_records", lambda *_all: pytest.fail("it was read"))
    card.show_record(session.show(world.case))
    assert card.words.text() == "3 links"


def test_locking_forgets_the_picture(qtbot: QtBot, card: LinksCard, session: Session, world: World) -> None:
    card.show_record(session.show(world.case))
    qtbot.waitUntil(card.chart.isVisible)
    session.lock()
    assert card.chart.isHidden()
    assert card.chart.accessibleName() == ""


def test_the_best_linked_subject_stands_in_the_middle() -> None:
    rows = [ListRow(f"n{n}", "s", "person", title=f"n{n}") for n in range(20)]
    rows += [ListRow(f"l{n}", "s", "uses", source="n7", target=f"n{n}") for n in range(20) if n != 7]
    picture, middle = small_picture(Graph(rows))
    assert middle == "n7"
    assert picture.places["n7"] == (0.0, 0.0)
    assert len(picture.spots) == 7
    assert all(spot.more == 0 for spot in picture.spots.values())
    assert small_picture(Graph(rows[:20])) == (EMPTY, "")
