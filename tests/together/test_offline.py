"""Cases that a desk does not keep: gone from it but for a row, here again on demand, nothing unsent ever dropped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.casework.views import Query
from desktop.desk import Refused, UnknownRecord
from desktop.store.blobs import FOLDER
from desktop.store.database import Database
from tests.support.alliance import Alliance, running_alliance
from tests.together.test_snapshots import case_of, give, states

MARK = "zébrure"


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat and two desks."""
    with running_alliance(tmp_path) as made:
        yield made


def holds(database: Database, text: str) -> bool:
    """Whether any value of any table holds a text."""
    wanted = text.encode()
    for (table,) in database.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%'"):
        for row in database.all(f"SELECT * FROM {table}"):  # noqa: S608 - our own names
            if any(wanted in (each if isinstance(each, bytes) else str(each).encode()) for each in row):
                return True
    return False


@pytest.mark.parametrize("snapshot", [True, False])
def test_a_case_that_was_dropped_leaves_a_row_and_comes_back_on_demand(alliance: Alliance, *, snapshot: bool) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = case_of(dakar)
    dakar.edit(case, "title", MARK)
    dakar.sync_once()
    if snapshot:
        give(dakar)
    abu_dhabi.sync_once()
    abu_dhabi.edit(case, "lead", "Maj. Al Ameri")
    with pytest.raises(Refused) as refused:
        abu_dhabi.offline_drop(case)
    assert refused.value.code == "offline_unsent"
    abu_dhabi.sync_once()
    database = abu_dhabi._connection.database
    abu_dhabi.set_draft(f"{case}.summary", MARK)
    abu_dhabi.set_draft(f"field/{case}/summary", MARK)
    assert holds(database, MARK)
    view = abu_dhabi.offline_drop(case)
    assert (view.kept, view.title, view.records, view.reference != "") == (False, "", 0, True)
    assert not holds(database, MARK)
    assert abu_dhabi.query(Query(text=MARK)) == abu_dhabi.query(Query()) == []
    with pytest.raises(UnknownRecord):
        abu_dhabi.show(case)
    assert abu_dhabi.verify().problems == []
    dakar.edit(case, "priority", "IMMEDIATE")
    dakar.sync_once()
    abu_dhabi.sync_once()
    assert abu_dhabi.query(Query()) == []  # news of it are not fetched either
    assert abu_dhabi.offline_keep(case).kept
    abu_dhabi.sync_once()
    assert states(abu_dhabi) == states(dakar)
    abu_dhabi.edit(case, "lead", "Cpt. Noor")
    for desk in (abu_dhabi, dakar):
        desk.sync_once()
    assert dakar.show(case).fields["lead"].value == "Cpt. Noor"
    assert states(abu_dhabi) == states(dakar)
    assert abu_dhabi.verify().problems == []


def test_a_case_that_is_kept_for_some_days_goes_when_they_are_over_and_all_was_sent(alliance: Alliance) -> None:
    dakar, _ = alliance.desks()
    case = case_of(dakar)
    assert dakar.offline_keep(case, 3).until_ms > 0
    dakar.sync_once()
    assert dakar.offline()[0].kept
    dakar._connection.database.run("UPDATE offline SET until_ms = 1")
    dakar.edit(case, "title", "not sent yet")
    assert dakar._connection.offline.expire() == frozenset()
    dakar.sync_once()
    assert not dakar.offline()[0].kept
    assert dakar.query(Query()) == []
    dakar.offline_keep(case)
    dakar.sync_once()
    assert dakar.show(case).fields["title"].value == "not sent yet"


def test_the_evidence_files_of_a_case_go_with_it_and_can_be_fetched_again(alliance: Alliance, tmp_path: Path) -> None:
    dakar, _ = alliance.desks()
    case, other = case_of(dakar), case_of(dakar)
    film, photo = tmp_path / f"{MARK}.mp4", tmp_path / "photo.jpg"
    film.write_bytes(b"film" * 400_000)
    photo.write_bytes(b"photo" * 100)
    dakar.attach(case, film)
    dakar.attach(other, photo)
    dakar.sync_once()
    folder = alliance.dakar.home / FOLDER
    assert len(list(folder.iterdir())) == 4
    entry = next(each for each in dakar.blobs.entries() if each.name == film.name)
    dakar.offline_drop(case)
    assert [each.name for each in dakar.blobs.entries()] == [photo.name]
    assert len(list(folder.iterdir())) == 2
    assert not holds(dakar._connection.database, MARK)
    dakar.blobs.update(entry)  # a mover that was busy with it comes late
    assert [each.name for each in dakar.blobs.entries()] == [photo.name]
    dakar.offline_keep(case)
    dakar.sync_once()
    assert not dakar.files(case)[0].here
    dakar.fetch_file(case, film.name)
    dakar.sync_once()
    dakar.open_file(case, film.name, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == film.read_bytes()


def test_a_case_with_a_file_that_was_not_sent_stays(alliance: Alliance, tmp_path: Path) -> None:
    dakar, _ = alliance.desks()
    case = case_of(dakar)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    dakar.attach(case, film)
    dakar.sync_once()
    (entry,) = dakar.blobs.entries()
    dakar.blobs.keep(msgspec.structs.replace(entry, sent=False, refused="quota"))
    with pytest.raises(Refused, match="offline_unsent"):
        dakar.offline_drop(case)
    dakar.offline_keep(case, 1)
    dakar._connection.database.run("UPDATE offline SET until_ms = 1")
    assert dakar._connection.offline.expire() == frozenset()
    assert dakar.files(case)[0].here
    for _time in range(2):  # the server takes it this time, and then nothing keeps the case
        dakar.sync_once()
    assert not dakar.offline()[0].kept
    assert list((alliance.dakar.home / FOLDER).iterdir()) == []


def test_files_that_could_not_be_deleted_are_deleted_by_a_later_exchange(
    alliance: Alliance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dakar, _ = alliance.desks()
    case = case_of(dakar)
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    dakar.attach(case, film)
    dakar.sync_once()
    with monkeypatch.context() as stuck:

        def busy(_path: Path, **_: object) -> None:
            raise PermissionError

        stuck.setattr(Path, "unlink", busy)
        dakar.offline_drop(case)
    folder = alliance.dakar.home / FOLDER
    assert len(list(folder.iterdir())) == 2
    dakar.sync_once()
    assert list(folder.iterdir()) == []
