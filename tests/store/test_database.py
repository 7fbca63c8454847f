"""The database: encrypted or not at all, its failures typed, its transactions whole."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from desktop.store.database import FLUSH_ROWS, PORTION, STEP_ROWS, Database
from desktop.store.errors import Interrupted, NoStore, StoreBusy, StoreDamaged, StoreError, StoreReadOnly
from i18n import folding
from tests.store.desks import Alliance, Desk

KEY = bytes(range(32))
MARKER = "حمامة بيضاء marker-5f3a"


def files(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.iterdir() if path.is_file())


def test_no_byte_of_a_case_is_in_any_file_of_the_home(dakar: Desk) -> None:
    space = dakar.found(title=MARKER)
    dakar.type_text(space, space, "summary", MARKER * 50)
    dakar.seal()
    dakar.connection.notes.put("draft", MARKER.encode())
    before = files(dakar.home)
    dakar.connection.database.one("PRAGMA wal_checkpoint(TRUNCATE)")
    for data in (before, files(dakar.home)):
        assert len(data) > 50_000
        for trace in (MARKER.encode(), b"marker-5f3a", "حمامة".encode(), dakar.home.name.encode(), b"SQLite format 3"):
            assert trace not in data
        assert dakar.connection.identity.keys.sign_seed not in data


def test_the_database_is_for_its_owner_only(dakar: Desk) -> None:
    dakar.found()
    for path in dakar.home.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_another_key_opens_nothing_and_writes_nothing(tmp_path: Path) -> None:
    Database(tmp_path / "store.db", KEY, create=True).close()
    before = (tmp_path / "store.db").read_bytes()
    with pytest.raises(StoreDamaged) as caught:
        Database(tmp_path / "store.db", bytes(32))
    assert caught.value.where == "header"
    assert (tmp_path / "store.db").read_bytes() == before


def test_a_plain_database_is_refused(tmp_path: Path) -> None:
    plain = sqlite3.connect(tmp_path / "store.db")
    plain.execute("CREATE TABLE t (a)")
    plain.commit()
    plain.close()
    with pytest.raises(StoreDamaged) as caught:
        Database(tmp_path / "store.db", KEY)
    assert caught.value.where == "encryption"


def test_a_missing_database_and_an_empty_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NoStore):
        Database(tmp_path / "store.db", KEY)
    (tmp_path / "store.db").touch()
    with pytest.raises(StoreDamaged):
        Database(tmp_path / "store.db", KEY)
    assert (tmp_path / "store.db").stat().st_size == 0


def test_a_store_is_never_made_over_another_file(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"something")
    with pytest.raises(StoreReadOnly):
        Database(tmp_path / "store.db", KEY, create=True)
    assert (tmp_path / "store.db").read_bytes() == b"something"


def test_nothing_can_be_attached(dakar: Desk, tmp_path: Path) -> None:
    with pytest.raises(sqlcipher.DatabaseError, match="not authorized"):
        dakar.connection.database.run(f"ATTACH '{tmp_path}/x.db' AS x")
    assert not (tmp_path / "x.db").exists()


def test_the_database_runs_as_designed(dakar: Desk) -> None:
    value = dakar.connection.database.value
    assert value("PRAGMA journal_mode") == "wal"
    assert value("PRAGMA synchronous") == 2
    assert value("PRAGMA foreign_keys") == 1
    assert value("PRAGMA trusted_schema") == 0
    assert value("PRAGMA temp_store") == 2
    assert int(value("PRAGMA page_size")) == 4096
    assert value("PRAGMA cell_size_check") == 1


def test_a_connection_belongs_to_its_thread(dakar: Desk) -> None:
    caught: list[BaseException] = []

    def use() -> None:
        try:
            dakar.connection.database.value("SELECT 1")
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test looks at it
            caught.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert isinstance(caught[0], sqlcipher.ProgrammingError)


def test_a_long_query_can_be_interrupted_from_another_thread(dakar: Desk) -> None:
    timer = threading.Timer(0.2, dakar.connection.interrupt)
    timer.start()
    with pytest.raises(Interrupted):
        dakar.connection.database.value(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        )
    timer.join()
    assert dakar.connection.database.value("SELECT 1") == 1


@contextlib.contextmanager
def put_and_fail(desk: Desk) -> Iterator[None]:
    """An inner transaction that ends well, and a failure after it."""
    with desk.connection.database.transaction():
        desk.connection.notes.put("inner", b"x")
        yield
    assert 1 // 0


def test_a_transaction_inside_another_is_part_of_it(dakar: Desk) -> None:
    database = dakar.connection.database
    with pytest.raises(ZeroDivisionError), database.transaction(), put_and_fail(dakar):
        dakar.connection.notes.put("outer", b"x")
    assert dakar.connection.notes.keys() == []
    assert not database.in_transaction


def synchronous_at_commits(database: Database) -> list[int]:
    seen: list[int] = []
    commit = database._commit

    def watched() -> None:
        seen.append(database.value("PRAGMA synchronous"))
        commit()

    database._commit = watched  # type: ignore[method-assign]
    return seen


def test_a_local_edit_is_flushed_and_a_batch_is_not(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found()
    seen = synchronous_at_commits(abu_dhabi.connection.database)
    abu_dhabi.take_all(dakar.send())
    assert set(seen) == {1}
    seen.clear()
    abu_dhabi.take_key(dakar, space)
    abu_dhabi.set(space, space, "title", "X")
    assert seen[-1] == 2


def test_what_leaves_the_machine_is_flushed_first(dakar: Desk) -> None:
    dakar.found()
    seen = synchronous_at_commits(dakar.connection.database)
    dakar.seal()
    assert dakar.connection.replica.outbox(1 << 20, 1_000)
    assert seen == [2]
    dakar.connection.replica.keep_feed(b"feed", None)
    assert dakar.connection.replica.outbox(1 << 20, 1_000)
    assert seen == [2, 1, 2]


def test_a_batch_commits_every_thousand_rows_and_writes_what_waits_four_times_as_often(tmp_path: Path) -> None:
    database = Database(tmp_path / "store.db", KEY, create=True)
    flushed: list[int] = []
    seen = synchronous_at_commits(database)
    with database.steps() as step:
        step.around_commits(lambda: flushed.append(1), lambda: None)
        for _ in range(2 * STEP_ROWS + 1):
            step.count()
    assert len(seen) == 3
    assert len(flushed) == 2 * STEP_ROWS // FLUSH_ROWS + 1
    database.close()


def test_a_batch_makes_room_for_who_waits(tmp_path: Path) -> None:
    database = Database(tmp_path / "store.db", KEY, create=True)
    waited: list[bool] = []

    def write() -> None:
        with contextlib.closing(Database(tmp_path / "store.db", KEY)) as window, window.transaction():
            waited.append(window.in_transaction)

    with database.steps() as step:
        thread = threading.Thread(target=write)
        thread.start()
        while not database.turns.waited_for:
            time.sleep(0.001)
        step.count(PORTION - 1)
        assert not waited  # a few rows are not worth a commit
        step.count()
        assert waited  # though the batch goes on
        assert database.in_transaction
    thread.join()
    database.close()


def test_a_batch_that_fails_keeps_what_it_had_committed(dakar: Desk) -> None:
    database = dakar.connection.database
    with pytest.raises(ZeroDivisionError), database.steps() as step:  # noqa: PT012 - it fails at its third row
        for name, divisor in (("a", 1), ("b", 1), ("c", 0)):
            database.run("INSERT INTO notes VALUES (?, ?, x'')", (name, 1 // divisor))
            step.count(STEP_ROWS if name == "a" else 1)
    assert dakar.connection.notes.keys() == ["a"]


def test_two_connections_write_in_turn(alliance: Alliance, dakar: Desk) -> None:
    space = dakar.found()
    other = alliance.reopen(dakar.home).connect()
    dakar.set(space, space, "title", "one")
    with other.transaction():
        assert other.log.next_sequence(space) == 3
    dakar.set(space, space, "title", "two")
    assert other.reads.show(space.hex()).fields["title"].value == "two"
    other.close()


def test_a_store_held_too_long_is_busy(alliance: Alliance, dakar: Desk) -> None:
    other = alliance.reopen(dakar.home).connect()
    other.database.run("PRAGMA busy_timeout = 50")
    with dakar.connection.transaction(), pytest.raises(StoreBusy):
        other.notes.put("a", b"")
    other.close()


def test_only_one_process_syncs_a_home_at_a_time(alliance: Alliance, dakar: Desk) -> None:
    with dakar.store.sync_lock() as held:
        assert held
        with alliance.reopen(dakar.home).sync_lock() as second:
            assert not second
    with alliance.reopen(dakar.home).sync_lock() as third:
        assert third


def test_a_locked_store_opens_no_connection_and_remembers_no_word(dakar: Desk) -> None:
    dakar.found(title="كلمة")
    assert "كلمة" in folding._runs_seen
    dakar.store.lock()
    assert folding._runs_seen == {}
    with pytest.raises(StoreError):
        dakar.store.connect()


@pytest.mark.skipif(os.getuid() == 0, reason="permissions do not bind root; tests/store/test_disk.py mounts instead")
def test_a_read_only_home_is_said_as_such(dakar: Desk) -> None:
    dakar.close()
    dakar.home.chmod(0o500)
    with pytest.raises(StoreReadOnly):
        dakar.store.connect()
    dakar.home.chmod(0o700)
