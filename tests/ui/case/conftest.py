"""Case screens over a real session on a real store, alone or beside a second desk behind a real secretariat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.record_menu import RecordMenu
from i18n import set_language
from tests.support.desk import HomeOfDesk, set_up
from tests.support.session import unlocked_session
from tests.ui.case.two_desks import TwoDesks
from tests.ui.conftest import Look


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
def pair(qtbot: QtBot, tmp_path: Path, look: Look) -> Iterator[TwoDesks]:
    """The officer in Dakar with a window, and an officer in Rome, who sync when told to."""
    desks = TwoDesks(tmp_path, qtbot)
    set_language("en")
    yield desks
    desks.close()


@pytest.fixture
def case(pair: TwoDesks) -> str:
    """A case of Dakar that Rome writes in."""
    record = pair.session.new_case({"title": "Passeurs"}, ("SN", "IT"))
    pair.exchange()
    return record


@pytest.fixture
def view(qtbot: QtBot, pair: TwoDesks, case: str) -> CaseView:
    """That case, in view in Dakar."""
    shown = CaseView(pair.session)
    qtbot.addWidget(shown)
    shown.resize(900, 760)
    shown.show()
    shown.show_case(case)
    return shown


def choose(view: CaseView, words: str) -> None:
    """Choose an entry of the case's menu, as a click on it does."""
    assert view.case_page is not None
    choose_of(view.case_page.menu, words)


def choose_of(menu: RecordMenu, words: str) -> None:
    """Choose an entry of a record's menu."""
    menu.fill()
    entries: list[QAction] = menu.actions()
    next(entry for entry in entries if entry.text() == words).trigger()
