"""A wipe order of a desk's own ministry: carried out by command, window and at the next start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.store import Erased
from desktop.store.vault import VAULT_FILE
from sync.errors import SyncError
from sync.transport import HttpTransport
from sync.wire.calls import EnrolReply, EnrolRequest
from sync.wire.directory import DeviceRevoked
from tests.attacks.ledger import tried
from tests.support.alliance import Alliance, running_alliance
from tests.support.desk import HomeOfDesk, MemoryKeyring
from tests.support.session import unlock


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat and two desks."""
    with running_alliance(tmp_path) as made:
        yield made


def revoke(alliance: Alliance, *, wipe: bool) -> None:
    """Senegal revokes its desk, while the server runs."""
    ministry = alliance.ministries["SN"]
    device = next(iter(ministry.directory.devices))
    ministry.say(DeviceRevoked(device, "stolen", wipe))
    way = HttpTransport(alliance.server.url)
    way.call("enrol", EnrolRequest("SN", 1, ministry.entries), EnrolReply)
    way.close()


def is_destroyed(home: HomeOfDesk) -> bool:
    place = home.opening.place
    assert isinstance(place, MemoryKeyring)
    return not (home.home / VAULT_FILE).exists() and not (home.home / "store.db").exists() and not place.secrets


def test_a_desk_that_is_ordered_wiped_destroys_its_keys_at_its_next_exchange(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    dakar.sync_once()
    revoke(alliance, wipe=True)
    with pytest.raises(Erased) as caught:
        dakar.sync_once()
    assert caught.value.code == "erased_order"
    assert is_destroyed(alliance.dakar)
    with pytest.raises(Erased):
        alliance.dakar.open()
    abu_dhabi.sync_once()
    assert abu_dhabi.show(case).fields["title"].value == "Nord", "what was sent is with the others"
    assert not is_destroyed(alliance.abu_dhabi)


def test_a_desk_that_is_only_revoked_keeps_what_it_has(alliance: Alliance) -> None:
    dakar, _ = alliance.desks()
    case = dakar.new_case({"title": "Nord"}).record
    revoke(alliance, wipe=False)
    with tried("stolen laptop", "a revocation without an order to wipe, taken for one"):
        with pytest.raises(SyncError):
            dakar.sync_once()
        assert dakar.show(case).fields["title"].value == "Nord"


def test_an_open_window_locks_and_says_what_was_ordered(qtbot: QtBot, qapp: object, alliance: Alliance) -> None:
    dakar, _ = alliance.desks()
    dakar.new_case({"title": "Nord"})
    alliance.dakar.close()
    session = Session(alliance.dakar.home, opening=alliance.dakar.opening)
    unlock(qtbot, session)
    qtbot.waitUntil(lambda: session.sync_state().phase == "online", timeout=10_000)
    with qtbot.waitSignal(session.locked, timeout=10_000):
        revoke(alliance, wipe=True)
        session.sync_now()
    assert not session.exists()
    assert session.absence() == "erased_order"
    assert "sur ordre de son propre ministère" in session.message("erased_order")
    assert is_destroyed(alliance.dakar)
    session.close()


def test_an_order_that_was_learnt_and_not_carried_out_is_carried_out_at_the_next_start(
    alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    dakar, _ = alliance.desks()
    revoke(alliance, wipe=True)
    with monkeypatch.context() as patched:
        patched.setattr("desktop.desk.desk.obey", lambda *_: None)
        with pytest.raises(SyncError):
            dakar.sync_once()
    alliance.dakar.close()
    with tried("stolen laptop", "a desk that is cut between hearing an order and carrying it out"):
        with pytest.raises(Erased):
            alliance.dakar.open()
        assert is_destroyed(alliance.dakar)
