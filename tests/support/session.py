"""Sessions for tests: real ones, over real desks, unlocked before the test begins."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop.session import Session
from tests.support.desk import PASSPHRASE, HomeOfDesk


def unlocked_session(qtbot: QtBot, home: HomeOfDesk) -> Session:
    """An unlocked session of a home. Close it at the end of the test: `session.close()`."""
    session = Session(home.home, opening=home.opening)
    unlock(qtbot, session)
    return session


def unlock(qtbot: QtBot, session: Session) -> None:
    """Unlock and wait until it is done."""
    with qtbot.waitSignal(session.unlocked, timeout=10_000):
        session.unlock(PASSPHRASE)
