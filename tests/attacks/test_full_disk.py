"""A disk that takes no more at the n-th page that is written, for every n: of a desk's store and of the server's."""

from __future__ import annotations

import asyncio
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from desktop.casework.record_types import RecordTypes
from desktop.store import Store, StoreError
from desktop.store.verify import verify
from server.sqlite_storage import SqliteStorage
from server.storage import StorageFailed, StorageFull
from tests.attacks.ledger import tried
from tests.server.conformance.bench import Bench
from tests.store.desks import Alliance, Desk
from tests.support.wire_items import Chain, found_space

PAGE = 4096
FRAME = PAGE + 24  # of a write-ahead log
LOG_HEAD = 32
MOST = 200  # pages, far above what the work below writes
WORDS = "a line of words " * 60

Room = Callable[[Path, int], AbstractContextManager[None]]
"""Given a write-ahead log and a number of pages: lets the disk take no more than these as long as a block lasts."""


@contextmanager
def limit_file_size(log: Path, pages: int) -> Iterator[None]:
    """Fail the write that goes beyond so many pages half-way, as a broken disk does."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LOG_HEAD + pages * FRAME + pages % 3 * 1_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))


@contextmanager
def leave_pages(log: Path, pages: int) -> Iterator[None]:
    """Fill a small file system up to so many free pages."""
    ballast = log.parent.parent / "ballast"
    with ballast.open("wb", buffering=0) as stream:
        try:
            while stream.write(b"x" * PAGE):
                pass
        except OSError:
            pass
        stream.truncate(max(0, stream.tell() // PAGE - pages) * PAGE)
    try:
        yield
    finally:
        ballast.unlink()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(params=["full", "broken"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path, Room]:
    """What befalls the disk, a folder on it, and how it takes no more."""
    if request.param == "full":
        return request.param, request.getfixturevalue("small"), leave_pages
    return request.param, tmp_path, limit_file_size


def test_a_desk_whose_disk_takes_no_more_at_any_page_keeps_what_it_said_was_saved(
    tmp_path: Path, place: tuple[str, Path, Room]
) -> None:
    what, folder, room = place
    desk = Alliance(tmp_path).desk("SN")
    space = desk.found()
    desk.connection.database.one("PRAGMA wal_checkpoint(TRUNCATE)")
    home, codes = folder / "home", list[str]()
    while len(codes) < MOST and "" not in codes:
        with tried("faults", f"a disk of a desk that is {what} from the n-th page on"):
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(mode=0o700)
            shutil.copy(desk.home / "store.db", home / "store.db")
            copy = Desk(desk.alliance, Store(home, desk.store.key, RecordTypes.load(), desk.alliance.clock))
            saved, code = work_while_there_is_room(copy, space, room(home / "store.db-wal", len(codes)))
            copy.reopen()
            check_desk(copy, space, saved)
            copy.close()
            codes.append(code)
    desk.close()
    assert len(codes) > 20, "the work was cut at many places"
    assert codes[-1] == "", "at last there was room for all of it"
    assert set(codes[:-1]) == {"disk_full" if what == "full" else "disk_error"}


def work_while_there_is_room(desk: Desk, space: bytes, room: AbstractContextManager[None]) -> tuple[list[str], str]:
    """Edit, seal and mark as sent; returns the titles that were saved, and the error's code."""
    saved = ["Réseau de Dakar"]
    try:
        with room:
            for number in range(2):
                desk.set(space, space, "title", f"title {number}")
                saved.append(f"title {number}")
                desk.type_text(space, space, "summary", WORDS * (number + 1))
                desk.send()
    except StoreError as error:
        return saved, error.code
    return saved, ""


def check_desk(desk: Desk, space: bytes, saved: list[str]) -> None:
    """With room again: what was saved is there, the store verifies, and work goes on."""
    assert desk.connection.reads.show(space.hex()).fields["title"].value == saved[-1]
    assert verify(desk.connection).problems == []
    sequence = desk.connection.log.next_sequence(space)
    assert desk.set(space, space, "title", "room again") == sequence
    assert desk.seal()
    assert verify(desk.connection).problems == []


def test_a_server_whose_disk_takes_no_more_at_any_page_keeps_what_it_acknowledged(
    tmp_path: Path, place: tuple[str, Path, Room]
) -> None:
    what, folder, room = place
    data, origin = folder / "data", tmp_path / "origin"
    origin.mkdir()
    with asyncio.Runner() as runner:
        bench = Bench(runner, lambda: SqliteStorage(origin))
        space = found_space(bench.ae, {"AE": "lead", "FR": "lead"})
        bench.push(bench.ae, space.item)
        bench.close()
        failures = list[str]()
        while len(failures) < MOST and "" not in failures:
            with tried("faults", f"a disk of the server that is {what} from the n-th page on"):
                shutil.rmtree(data, ignore_errors=True)
                shutil.copytree(origin, data)
                bench.storage = runner.run(open_storage(data))
                chain, failure = Chain(bench.ae, space), ""
                acknowledged, item = [space.entry], space.item
                try:
                    with room(data / "secretariat.db-wal", len(failures)):
                        for number in range(5):
                            item = chain.extend(bytes(3_000 * number))
                            assert bench.push(bench.ae, item) == [("stored", "", number + 2)]
                            acknowledged.append(item.body)
                except (StorageFull, StorageFailed) as error:
                    failure = type(error).__name__
                    assert [one.body for one in bench.pull(bench.ae, space.id).items] == acknowledged
                    assert bench.push(bench.ae, item) == [("stored", "", len(acknowledged) + 1)], "room again"
                    acknowledged.append(item.body)
                bench.close()
                bench.storage = runner.run(open_storage(data))
                assert [one.body for one in bench.pull(bench.ae, space.id).items] == acknowledged
                bench.close()
                failures.append(failure)
    assert len(failures) > 10, "the work was cut at many places"
    assert failures[-1] == "", "at last there was room for all of it"
    assert set(failures[:-1]) == {"StorageFull" if what == "full" else "StorageFailed"}


async def open_storage(folder: Path) -> SqliteStorage:
    """Open the server's storage on the loop that will use it."""
    return SqliteStorage(folder)
