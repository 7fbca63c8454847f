"""A desk that never reaches the server takes part by bundles: who reads them brings its segments to the others."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.settings import Settings
from desktop.store.verify import verify
from server.sqlite_schema import FILE
from sync.wire.directory import DeviceRevoked
from tests.support.secretariat import Secretariat
from tests.support.stick import StickAlliance, without_server


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[StickAlliance]:
    """Three desks, of which none knows a server yet."""
    with without_server(tmp_path) as made:
        yield made


@pytest.fixture
def secretariat(alliance: StickAlliance, tmp_path: Path) -> Iterator[Secretariat]:
    """A server that knows all three; AE and IT know it too, SN is in the field."""
    made = Secretariat(tmp_path / "secretariat")
    made.admit(*alliance.ministries.values())
    with made:
        connect(alliance, made, "AE", "IT")
        yield made


def connect(alliance: StickAlliance, secretariat: Secretariat, *codes: str) -> None:
    for code in codes:
        home = alliance.homes[code]
        Settings(home.home, home.profile).set(server_url=secretariat.url)


def sync(alliance: StickAlliance, *codes: str) -> None:
    for code in codes:
        alliance.desks[code].sync_once()


def relays(alliance: StickAlliance, code: str) -> int:
    """How many items of others a desk has yet to bring."""
    database = alliance.desks[code]._connection.database
    return int(database.value("SELECT count(*) FROM outbox WHERE kind = 'relay'"))


def items(secretariat: Secretariat) -> int:
    """How many entries and segments the server keeps."""
    with contextlib.closing(sqlite3.connect(secretariat.data / FILE)) as database:
        return int(database.execute("SELECT count(*) FROM items").fetchone()[0])


@pytest.mark.usefixtures("secretariat")
def test_what_the_field_wrote_reaches_those_who_never_saw_the_stick(alliance: StickAlliance) -> None:
    field, abu_dhabi, rome = (alliance.desks[code] for code in ("SN", "AE", "IT"))
    case = abu_dhabi.new_case({"title": "Nord"}, ("SN", "IT")).record
    sync(alliance, "AE", "IT")
    alliance.carry("AE", "SN")
    field.edit(case, "title", "Vu sur place")
    alliance.carry("SN", "AE")
    assert relays(alliance, "AE") == 1
    sync(alliance, "AE", "IT")
    assert relays(alliance, "AE") == 0
    assert rome.show(case).fields["title"].value == "Vu sur place"
    assert alliance.states("SN") == alliance.states("AE") == alliance.states("IT")
    assert verify(rome._connection).ok
    assert abu_dhabi.set_aside() == rome.set_aside() == []


def test_a_case_that_was_founded_in_the_field_reaches_all_its_members(
    alliance: StickAlliance, secretariat: Secretariat
) -> None:
    field, rome = alliance.desks["SN"], alliance.desks["IT"]
    case = field.new_case({"title": "Nord"}, ("AE", "IT")).record
    alliance.carry("SN", "AE")
    alliance.desks["AE"].edit(case, "summary", "Lu à Abou Dabi.")
    sync(alliance, "AE", "IT")
    assert relays(alliance, "AE") == 0
    assert rome.show(case).fields["summary"].text == "Lu à Abou Dabi."
    before = items(secretariat)
    field.edit(case, "title", "Sud")
    connect(alliance, secretariat, "SN")
    sync(alliance, "SN", "AE", "IT")
    assert field.unsent() == 0
    assert field.set_aside() == []
    assert items(secretariat) == before + 1  # what was there was known, and nothing came twice
    assert rome.show(case).fields["title"].value == "Sud"
    assert alliance.states("SN") == alliance.states("AE") == alliance.states("IT")


@pytest.mark.usefixtures("secretariat")
def test_what_the_server_has_is_not_brought_again(alliance: StickAlliance) -> None:
    abu_dhabi, rome = alliance.desks["AE"], alliance.desks["IT"]
    case = abu_dhabi.new_case({"title": "Nord"}, ("SN", "IT")).record
    sync(alliance, "AE")
    for number in range(5):
        abu_dhabi.edit(case, "title", f"Nord {number}")
        sync(alliance, "AE")
    alliance.carry("AE", "IT")
    assert relays(alliance, "IT") == 7
    run = rome.sync_once()
    assert (relays(alliance, "IT"), run.pushed) == (0, 0)
    assert run.bytes_sent < 4_000
    assert rome.set_aside() == []


def test_what_a_revoked_desk_wrote_stays_with_who_read_it(alliance: StickAlliance, secretariat: Secretariat) -> None:
    field, abu_dhabi, rome = (alliance.desks[code] for code in ("SN", "AE", "IT"))
    case = abu_dhabi.new_case({"title": "Nord"}, ("SN", "IT")).record
    sync(alliance, "AE", "IT")
    alliance.carry("AE", "SN")
    field.edit(case, "title", "Vu sur place")
    alliance.carry("SN", "AE")
    alliance.ministries["SN"].say(DeviceRevoked(field._connection.identity.device, "stolen", wipe=False))
    secretariat.publish(alliance.ministries["SN"])
    sync(alliance, "AE", "IT")
    assert relays(alliance, "AE") == 0
    assert abu_dhabi.set_aside() == []
    assert abu_dhabi.show(case).fields["title"].value == "Vu sur place"
    assert rome.show(case).fields["title"].value == "Nord"
