"""Migrations: a store of every earlier version comes up to this one with all that is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.casework.views import Query
from desktop.store import migrations
from desktop.store.database import DATABASE_FILE, Database, open_keyed
from desktop.store.errors import StoreTooNew
from desktop.store.verify import verify
from tests.store.desks import Alliance, Desk
from tests.store.earlier import take_back

KEY = bytes(range(32))
SHIPPED = {version: Path(__file__).with_name(f"schema_v{version}.sql") for version in range(1, 14)}


def make_earlier(path: Path, version: int) -> None:
    """A store as the desk of that version made it."""
    path.touch()
    connection = open_keyed(path, KEY)
    for statement in SHIPPED[version].read_text().split(";\n"):
        connection.execute(statement)
    connection.execute("INSERT INTO roots VALUES ('SN', x'00')")
    connection.execute("INSERT INTO spaces (id, head) VALUES (x'01', x'00')")
    connection.execute("INSERT INTO chains (space, device, own, hash, applied) VALUES (1, x'02', 1, x'00', 7)")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


def schema(database: Database) -> list[tuple[str, str]]:
    """Every table with its columns."""
    tables = [row[0] for row in database.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    return [(name, str(database.all(f"PRAGMA table_info({name})"))) for name in tables]


@pytest.mark.parametrize("version", SHIPPED)
def test_an_earlier_store_becomes_the_present_one_with_all_that_is_in_it(tmp_path: Path, version: int) -> None:
    make_earlier(tmp_path / "old.db", version)
    old = Database(tmp_path / "old.db", KEY)
    new = Database(tmp_path / "new.db", KEY, create=True)
    assert schema(old) == schema(new)
    assert old.value("PRAGMA user_version") == migrations.VERSION
    assert old.one("SELECT applied, floor FROM chains") == (7, 0)
    assert old.all("SELECT * FROM notes") == []
    old.close()
    new.close()


def test_every_earlier_version_has_its_shipped_schema_here() -> None:
    assert set(SHIPPED) == set(range(1, migrations.VERSION))
    for version, path in SHIPPED.items():
        shipped = path.read_text().partition("\n")[2].strip()
        assert shipped == ";\n".join(step.strip() for step in migrations.STEPS[:version])


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_earlier(tmp_path / "old.db", 1)
    steps = (migrations.STEPS[0], "CREATE TABLE half (a);\nSELECT nonsense FROM nowhere")
    monkeypatch.setattr(migrations, "STEPS", steps)
    with pytest.raises(Exception, match="nowhere"):
        Database(tmp_path / "old.db", KEY)
    monkeypatch.undo()
    database = Database(tmp_path / "old.db", KEY)
    assert database.value("SELECT count(*) FROM sqlite_schema WHERE name = 'half'") == 0
    database.close()


def test_a_newer_store_is_left_alone(dakar: Desk) -> None:
    dakar.connection.database.run("PRAGMA user_version = 99")
    with pytest.raises(StoreTooNew):
        dakar.store.connect()
    assert dakar.connection.database.value("PRAGMA user_version") == 99


def test_a_real_store_taken_back_to_version_1_comes_up_again(alliance: Alliance, dakar: Desk) -> None:
    space = dakar.found()
    take_back(dakar, 1)
    dakar.connection = dakar.store.connect()
    assert dakar.connection.index.waiting() == 1
    while dakar.connection.index.index_pending():
        pass
    assert dakar.connection.listing.query(Query(text="reseau dakar")) == [space.hex()]
    dakar.set(space, space, "title", "after the migration")
    assert dakar.connection.listing.query(Query(text="dakar")) == []
    assert verify(dakar.connection).ok
    assert (dakar.home / DATABASE_FILE).exists()
