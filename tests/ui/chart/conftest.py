"""A chart over a real session: a case with a person, a phone, a company and the links between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui.chart.chart_tab import ChartTab
from i18n import set_language
from tests.support.desk import HomeOfDesk, set_up
from tests.support.session import unlocked_session
from tests.ui.conftest import Look


class World(NamedTuple):
    """Ids of a case and its records."""

    case: str
    karim: str
    marco: str
    phone: str
    company: str
    uses: str


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HomeOfDesk]:
    """The home of an officer in Dakar."""
    made = set_up(tmp_path / "dakar", officer="Cne L. Mansour", desk="Dakar 1", language="en")
    yield made
    made.close()


@pytest.fixture
def session(qtbot: QtBot, home: HomeOfDesk, look: Look) -> Iterator[Session]:
    """An unlocked session of that officer, in English."""
    opened = unlocked_session(qtbot, home)
    opened.set_connected(False)
    set_language("en")
    yield opened
    opened.close()


@pytest.fixture
def world(session: Session) -> World:
    """Karim uses a phone, Marco as well, Marco owns a company; Karim knows nobody else."""
    case = session.new_case({"title": "Passeurs"})
    space = session.show(case).space

    def add(kind: str, **values: object) -> str:
        return session.new_record(kind, space, values)

    karim = add("person", name="BEN SALAH Karim", tlp="TLP:RED", handling=("H1",))
    marco = add("person", name="ROSSI Marco")
    phone = add("phone", number="+39 351 204 88 16")
    company = add("company", name="Amal SARL")
    uses = add("uses", source=karim, target=phone, began="2026-03-01")
    add("uses", source=marco, target=phone)
    add("ownership", source=marco, target=company, began="2024", ended="2025")
    return World(case, karim, marco, phone, company, uses)


@pytest.fixture
def tab(qtbot: QtBot, session: Session, world: World) -> Iterator[ChartTab]:
    """The chart of that case, laid out."""
    shown = ChartTab(session)
    qtbot.addWidget(shown)
    shown.resize(900, 640)
    shown.show()
    open_case(qtbot, shown, session, world.case)
    yield shown
    shown.board.stop_layout()


def open_case(qtbot: QtBot, tab: ChartTab, session: Session, case: str) -> None:
    """Show a case and wait until all of it has its place."""
    records = len([row for row in session.records(session.show(case).space) if row.type != "case"])
    tab.show_case(session.show(case))
    qtbot.waitUntil(lambda: _is_whole(tab, records))


def _is_whole(tab: ChartTab, records: int) -> bool:
    board = tab.board
    shown = len(board.whole.nodes) + len(list(board.whole.links()))
    return shown >= records and not board.is_laying_out() and not board.now.unplaced(board.graph)
