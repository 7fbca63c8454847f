"""A desk whose store was put back from a copy, and that went on writing before it met the server again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.casework.views import Query
from desktop.desk import Desk
from desktop.store.verify import verify
from sync.seal import Place, seal
from tests.support.alliance import Alliance, running_alliance


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat and two desks."""
    with running_alliance(tmp_path) as made:
        yield made


def put_back(alliance: Alliance, copy: Path) -> Desk:
    """Put the copy in the place of Dakar's home, and open it."""
    alliance.dakar.close()
    shutil.rmtree(alliance.dakar.home)
    shutil.copytree(copy, alliance.dakar.home)
    return alliance.dakar.open()


def states(desk: Desk) -> list[tuple[bytes, bytes]]:
    """Every record's state, encoded."""
    connection = desk._connection
    return connection.database.all("SELECT name, state_of(n, state) FROM records ORDER BY name")


def settle(*desks: Desk) -> None:
    """Sync everybody until nothing moves."""
    for _ in range(3):
        for desk in desks:
            desk.sync_once()


@pytest.mark.parametrize("inline", [True, False])
def test_what_was_written_since_the_copy_is_written_again_behind_what_the_server_has(
    alliance: Alliance, tmp_path: Path, *, inline: bool
) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord", "summary": "Saisie à Dakar."}, ("AE",)).record
    person = dakar.new_record("person", case, {"name": "Gone"}).record
    settle(dakar, abu_dhabi)
    alliance.dakar.close()
    shutil.copytree(alliance.dakar.home, tmp_path / "copy")
    dakar = alliance.dakar.open()
    dakar.edit(case, "title", "Sent before")
    dakar.edit(case, "summary", "Saisie de 40 kg à Dakar.")
    if not inline:  # news that are too large to travel with the poll
        dakar.edit(case, "summary", "Saisie de 40 kg à Dakar." + "".join(chr(0x4E00 + n) for n in range(19_000)))
    dakar.sync_once()
    if inline:  # ones own work alone does not travel with the poll
        abu_dhabi.edit(case, "status", "closed")
        abu_dhabi.sync_once()

    dakar = put_back(alliance, tmp_path / "copy")
    dakar.edit(case, "title", "Written after")
    dakar.edit(case, "title", "Written after all")
    dakar.edit(case, "summary", "Saisie à Dakar. Deux hommes.")
    dakar.edit(case, "summary", "Saisie à Dakar. Deux hommes arrêtés.")
    found = dakar.new_record("person", case, {"name": "Found"}).record
    dakar.edit(found, "name", "Found again")
    dakar.delete(person)
    settle(dakar, abu_dhabi, dakar)

    assert states(dakar) == states(abu_dhabi)
    shown = abu_dhabi.show(case)
    assert sorted(str(each.value) for each in shown.fields["title"].values) == ["Sent before", "Written after all"]
    assert shown.fields["summary"].text.startswith("Saisie de 40 kg à Dakar.")
    assert "Deux hommes arrêtés." in shown.fields["summary"].text
    assert [each.value for each in abu_dhabi.show(found).fields["name"].values] == ["Found again"]
    assert abu_dhabi.show(person).deleted
    assert verify(dakar._connection).problems == []
    assert dakar._connection.replica.unsent() == 0
    dakar.edit(case, "title", "And on")
    settle(dakar, abu_dhabi)
    assert [row.title for row in abu_dhabi.rows(abu_dhabi.query(Query(type="case")))] == ["And on"]


def test_changes_that_only_were_sealed_twice_are_not_doubled(alliance: Alliance, tmp_path: Path) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    settle(dakar, abu_dhabi)
    dakar.edit(case, "title", "Saved, not sent")
    alliance.dakar.close()
    shutil.copytree(alliance.dakar.home, tmp_path / "copy")
    dakar = alliance.dakar.open()
    dakar.sync_once()
    dakar = put_back(alliance, tmp_path / "copy")
    connection = dakar._connection
    for one in connection.replica.unsealed(10):  # as a sync that was cut leaves it, with another nonce
        place = Place(one.space, one.last, one.previous)
        connection.replica.keep_segments([seal(connection.identity.keys, place, one.key.key, one.heads, one.changes)])
    settle(dakar, abu_dhabi)
    assert states(dakar) == states(abu_dhabi)
    assert [each.value for each in dakar.show(case).fields["title"].values] == ["Saved, not sent"]
    assert connection.database.all("SELECT applied, sent, floor FROM chains WHERE own = 1") == [(2, 2, 0)]
    assert connection.database.all("SELECT 1 FROM outbox") == connection.notes.keys("again.") == []
    dakar.edit(case, "title", "And on")
    settle(dakar, abu_dhabi)
    assert states(dakar) == states(abu_dhabi)
