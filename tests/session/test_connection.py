"""The session and a real secretariat: news arrive by themselves, and being cut off is never an error."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.casework.views import SyncState
from desktop.session import Session
from tests.support.alliance import Alliance, running_alliance
from tests.support.desk import set_up
from tests.support.secretariat import free_port
from tests.support.session import unlock, unlocked_session

SOON_MS = 15_000


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """Enrolled desks that have not synced yet."""
    with running_alliance(tmp_path) as made:
        yield made


@pytest.fixture
def pair(qtbot: QtBot, alliance: Alliance) -> Iterator[tuple[Session, Session]]:
    """Two sessions that are connected."""
    sessions = unlocked_session(qtbot, alliance.dakar), unlocked_session(qtbot, alliance.abu_dhabi)
    for session in sessions:
        wait_for(qtbot, session, "online")
    yield sessions
    for session in sessions:
        session.close()


def wait_for(qtbot: QtBot, session: Session, phase: str) -> SyncState:
    qtbot.waitUntil(lambda: session.sync_state().phase == phase, timeout=SOON_MS)
    return session.sync_state()


def test_an_edit_appears_on_the_other_screen_by_itself(qtbot: QtBot, pair: tuple[Session, Session]) -> None:
    dakar, abu_dhabi = pair
    case = dakar.new_case({"title": "Un"})
    qtbot.waitUntil(lambda: bool(abu_dhabi.rows([case])), timeout=SOON_MS)
    with qtbot.waitSignal(abu_dhabi.records_changed, timeout=SOON_MS) as caught:
        dakar.edit(case, "title", "Deux")
    assert caught.args == [frozenset({case})]
    assert abu_dhabi.show(case).fields["title"].value == "Deux"
    assert abu_dhabi.rows([case])[0].unread
    qtbot.waitUntil(lambda: dakar.sync_state().unsent == 0, timeout=SOON_MS)
    assert dakar.sync_state().as_of_ms > 0
    with qtbot.waitSignal(abu_dhabi.unread_changed) as caught:
        abu_dhabi.mark_read(case)
    assert caught.args == [0]


def test_what_arrived_can_be_searched(qtbot: QtBot, pair: tuple[Session, Session]) -> None:
    from desktop.casework.views import Query

    dakar, abu_dhabi = pair
    case = dakar.new_case({"title": "Pirogue de Mbour"})
    qtbot.waitUntil(lambda: bool(abu_dhabi.rows([case])), timeout=SOON_MS)

    def found() -> bool:
        with qtbot.waitSignal(abu_dhabi.rows_ready, timeout=SOON_MS) as caught:
            abu_dhabi.query(Query(text="mbour"))
        return bool(caught.args and caught.args[1] == [case])

    qtbot.waitUntil(found, timeout=SOON_MS)


def test_the_switch_cuts_and_restores_the_connection(qtbot: QtBot, pair: tuple[Session, Session]) -> None:
    dakar, abu_dhabi = pair
    dakar.set_connected(False)
    wait_for(qtbot, dakar, "paused")
    assert not dakar.connected
    case = dakar.new_case({"title": "Écrit hors connexion"})
    qtbot.wait(200)
    assert abu_dhabi.rows([case]) == []
    assert dakar.sync_state().unsent == 1
    dakar.set_connected(True)
    qtbot.waitUntil(lambda: bool(abu_dhabi.rows([case])), timeout=SOON_MS)
    qtbot.waitUntil(lambda: dakar.sync_state().unsent == 0, timeout=SOON_MS)


def test_both_edit_one_field_while_cut_off_and_see_the_conflict(qtbot: QtBot, pair: tuple[Session, Session]) -> None:
    dakar, abu_dhabi = pair
    case = dakar.new_case({"title": "Un"})
    qtbot.waitUntil(lambda: bool(abu_dhabi.rows([case])), timeout=SOON_MS)
    for session, title in ((dakar, "Deux"), (abu_dhabi, "اثنان")):
        session.set_connected(False)
        wait_for(qtbot, session, "paused")
        session.edit(case, "title", title)
    numbers: list[int] = []
    dakar.conflicts_changed.connect(numbers.append)
    for session in pair:
        session.set_connected(True)
    qtbot.waitUntil(lambda: [len(session.conflicts()) for session in pair] == [1, 1], timeout=SOON_MS)
    qtbot.waitUntil(lambda: numbers[-1:] == [1], timeout=SOON_MS)  # the signal may come after what it tells of
    assert abu_dhabi.resolve(case, "title", "Trois")
    qtbot.waitUntil(lambda: dakar.conflicts() == (), timeout=SOON_MS)
    assert dakar.show(case).fields["title"].value == "Trois"


def test_a_server_that_dies_is_offline_and_its_return_is_noticed(
    qtbot: QtBot, alliance: Alliance, pair: tuple[Session, Session]
) -> None:
    dakar, abu_dhabi = pair
    alliance.server.kill()
    state = wait_for(qtbot, dakar, "offline")
    assert state.error in ("no_connection", "bad_reply")
    assert state.retry_at_ms > 0
    assert "kept here" in dakar.message(state.error) or dakar.message(state.error)
    case = dakar.new_case({"title": "Un"})
    alliance.server.restart()
    dakar.sync_now()
    abu_dhabi.sync_now()
    qtbot.waitUntil(lambda: bool(abu_dhabi.rows([case])), timeout=SOON_MS)


@pytest.mark.parametrize("moment", ["connecting", "listening"])
def test_locking_cuts_a_call_in_flight_within_two_seconds(qtbot: QtBot, alliance: Alliance, moment: str) -> None:
    listener = socket.create_server(("127.0.0.1", free_port()))  # accepts and never answers
    url = alliance.server.url if moment == "listening" else f"http://127.0.0.1:{listener.getsockname()[1]}"
    home = alliance.dakar
    session = Session(home.home, opening=home.opening)
    session.settings.set(server_url=url)
    unlock(qtbot, session)
    wait_for(qtbot, session, "online" if moment == "listening" else "connecting")
    qtbot.wait(300)
    start = time.monotonic()
    session.lock()
    assert time.monotonic() - start < 2
    session.close()
    listener.close()


def test_an_address_that_is_set_later_is_used_at_once(qtbot: QtBot, tmp_path: Path, alliance: Alliance) -> None:
    home = set_up(tmp_path / "late", trust=alliance.dakar.profile.trust)
    alliance.ministries["SN"].enrol(home.request())
    alliance.server.publish(*alliance.ministries.values())
    session = unlocked_session(qtbot, home)
    wait_for(qtbot, session, "offline")
    session.settings.set(server_url=alliance.server.url)
    wait_for(qtbot, session, "online")
    session.close()


def test_a_desk_that_waits_for_enrolment_says_so(qtbot: QtBot, tmp_path: Path, alliance: Alliance) -> None:
    home = set_up(tmp_path / "waiting", trust=alliance.dakar.profile.trust, url=alliance.server.url)
    session = unlocked_session(qtbot, home)
    qtbot.waitUntil(lambda: session.sync_state().error == "not_enrolled", timeout=SOON_MS)
    assert session.sync_state().phase in ("offline", "refused")
    alliance.ministries["SN"].enrol(home.request())
    alliance.server.publish(*alliance.ministries.values())
    session.sync_now()
    wait_for(qtbot, session, "online")
    session.close()


def test_another_program_of_this_desk_that_syncs_is_told(qtbot: QtBot, alliance: Alliance) -> None:
    desk = alliance.dakar.open()
    with desk._store.sync_lock():
        session = unlocked_session(qtbot, alliance.dakar)
        qtbot.waitUntil(lambda: session.sync_state().error == "sync_running", timeout=SOON_MS)
    session.sync_now()
    qtbot.waitUntil(lambda: session.sync_state().error == "", timeout=SOON_MS)
    session.close()
