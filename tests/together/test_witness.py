"""Desks as witnesses of a real server's log: they check, cosign and hear each other; an idle desk asks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.casework.carry_views import Order
from sync.wire.checkpoint import read_checkpoint
from sync.witness import PAUSE_S
from tests.support.alliance import Alliance, running_alliance


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat and a desk of SN and one of AE."""
    with running_alliance(tmp_path) as running:
        yield running


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cosignatures are sent at once."""
    monkeypatch.setattr("sync.witness.PAUSE_S", 0.0)


def test_desks_confirm_to_each_other_what_the_server_showed_them(alliance: Alliance, no_pause: None) -> None:
    dakar, abu_dhabi = alliance.desks()
    dakar.new_case({"title": "Réseau"})
    dakar.sync_once()
    abu_dhabi.sync_once()
    abu_dhabi.new_case({"title": "شبكة"}, members=("AE", "SN"))
    abu_dhabi.sync_once()
    dakar.sync_once()
    (theirs,) = dakar.confirmed()
    (ours,) = abu_dhabi.confirmed()
    assert (theirs.ministry, ours.ministry) == ("AE", "SN")
    assert theirs.size >= ours.size >= 1
    assert dakar.evidence() == abu_dhabi.evidence() == ()


def test_the_checkpoint_that_is_kept_grows_with_the_log_and_names_the_servers_key(alliance: Alliance) -> None:
    dakar, _ = alliance.desks()
    sizes = []
    for number in range(3):
        dakar.new_case({"title": f"Case {number}"})
        dakar.sync_once()
        notes = dakar._connection.logbook.notes()
        sizes.append(read_checkpoint(notes.checkpoint, notes.key).size)
    assert sizes == [1, 2, 3]


def test_an_idle_sync_asks_nothing_of_the_log(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    dakar.new_case({"title": "Réseau"})
    dakar.sync_once()
    abu_dhabi.sync_once()
    abu_dhabi.sync_once()
    before = alliance.server.log.read_text().count("/v1/checkpoint")
    for _ in range(5):
        assert abu_dhabi.sync_once().requests == 3  # sign in, and one poll
    assert alliance.server.log.read_text().count("/v1/checkpoint") == before
    assert PAUSE_S >= 60


def test_a_log_goes_on_where_it_was_after_a_restart(alliance: Alliance) -> None:
    dakar, _ = alliance.desks()
    dakar.new_case({"title": "One"})
    dakar.sync_once()
    alliance.server.restart()
    dakar.new_case({"title": "Two"})
    dakar.sync_once()
    assert dakar.evidence() == ()
    notes = dakar._connection.logbook.notes()
    assert read_checkpoint(notes.checkpoint, notes.key).size == 2


def test_a_bundle_brings_the_confirmation_of_its_writer(alliance: Alliance, tmp_path: Path) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = abu_dhabi.new_case({"title": "شبكة"}, members=("AE", "SN")).record
    abu_dhabi.sync_once()
    abu_dhabi.bundle_write(tmp_path / "stick", Order(("SN",), (case,)))
    dakar.bundle_read([tmp_path / "stick"])
    dakar.sync_once()
    assert dakar.evidence() == ()
    assert [one.ministry for one in dakar.confirmed()] == ["AE"]
    assert dakar._connection.logbook.carried() == b""
