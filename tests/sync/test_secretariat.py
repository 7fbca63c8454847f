"""The engine and a real secretariat over a real socket: lost data, kills, long polls."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from sync.changes import Create, Dot, Set
from sync.engine import Engine
from sync.errors import Cancelled, NoConnection, NotEnrolled
from sync.keys import make_request, new_device_keys
from sync.transport import HttpTransport
from sync.wire.space import Member
from tests.support.secretariat import Ministry, Secretariat
from tests.sync.conftest import RECORD, members
from tests.sync.memory_replica import MemoryReplica


@dataclass
class Alliance:
    """A running secretariat and its ministries."""

    secretariat: Secretariat
    ministries: dict[str, Ministry]
    transports: list[HttpTransport] = field(default_factory=list)

    def replica(self, code: str) -> MemoryReplica:
        """Enrol a new device."""
        keys = self.ministries[code].new_device()
        self.secretariat.publish(self.ministries[code])
        return MemoryReplica(keys, code, {code: one.keys.root for code, one in self.ministries.items()})

    def engine(self, replica: MemoryReplica) -> Engine:
        """Make an engine with a connection of its own."""
        self.transports.append(HttpTransport(self.secretariat.url))
        return Engine(replica, self.transports[-1])


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A fresh secretariat with two ministries."""
    with Secretariat(tmp_path / "server") as secretariat:
        alliance = Alliance(secretariat, secretariat.provision(["SN", "AE"]))
        yield alliance
        for transport in alliance.transports:
            transport.close()


def test_an_edit_goes_from_desk_to_desk(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.replica("SN"), alliance.replica("AE")
    space = dakar.found(members())
    dakar.write(space, RECORD, [Create("person"), Set("title", "شحنة", [])])
    sent, taken = alliance.engine(dakar).run_once(), alliance.engine(abu_dhabi).run_once()
    assert (sent.pushed, sent.unsent, sent.complete) == (1, 0, True)
    assert (taken.applied, taken.rejected, taken.complete) == (1, 0, True)
    assert dakar.states() == abu_dhabi.states() != {}
    assert alliance.engine(dakar).run_once().pulled == 0


def test_a_device_that_waits_for_enrolment_is_told_so(alliance: Alliance) -> None:
    keys = new_device_keys()
    sn = alliance.ministries["SN"]
    replica = MemoryReplica(keys, "SN", {"SN": sn.keys.root})
    engine = alliance.engine(replica)
    with pytest.raises(NotEnrolled):
        engine.run_once()
    sn.enrol(make_request(keys, "SN", "a", "b", 0))
    alliance.secretariat.publish(sn)
    assert engine.run_once().complete


def test_a_server_that_is_killed_and_restarted_loses_nothing_acknowledged(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.replica("SN"), alliance.replica("AE")
    space = dakar.found(members())
    engine = alliance.engine(dakar)
    for number in range(5):
        dakar.write(space, bytes([number]) * 16, [Create("person")])
        engine.run_once()
        alliance.secretariat.kill()
        with pytest.raises(NoConnection):
            engine.run_once()
        alliance.secretariat.start()
    assert alliance.engine(abu_dhabi).run_once().applied == 5
    assert dakar.states() == abu_dhabi.states()


@pytest.mark.parametrize("went_on", [False, True])
def test_a_server_restored_from_an_old_backup_gets_everything_back(
    alliance: Alliance, tmp_path: Path, *, went_on: bool
) -> None:
    dakar, abu_dhabi = alliance.replica("SN"), alliance.replica("AE")
    sister = alliance.replica("SN")
    space = dakar.found(members())
    dakar.write(space, RECORD, [Create("person"), Set("title", "A", [])])
    alliance.engine(dakar).run_once()
    alliance.engine(abu_dhabi).run_once()
    alliance.secretariat.stop()
    shutil.copytree(alliance.secretariat.data, tmp_path / "backup")
    alliance.secretariat.start()

    abu_dhabi.write(space, RECORD, [Set("title", "B", [Dot(dakar.keys.device, 1, 1)])])
    second = abu_dhabi.found([Member("AE", "lead"), Member("SN", "contributor")])
    abu_dhabi.write(second, RECORD, [Create("person")])
    for replica in (abu_dhabi, dakar):
        alliance.engine(replica).run_once()
    dakar.write(second, RECORD, [Set("title", "C", [])])
    alliance.engine(dakar).run_once()

    alliance.secretariat.stop()
    shutil.rmtree(alliance.secretariat.data)
    shutil.copytree(tmp_path / "backup", alliance.secretariat.data)
    alliance.secretariat.start()
    for _ in range(9 * went_on):  # so that every position that was given out is there again
        sister.found([Member("SN", "lead")])
        alliance.engine(sister).run_once()

    for _ in range(4):
        for replica in (dakar, abu_dhabi):
            alliance.engine(replica).run_once()
    assert dakar.states() == abu_dhabi.states()
    assert dakar.unsent() == abu_dhabi.unsent() == 0
    newcomer = alliance.replica("AE")
    for replica in (newcomer, dakar, abu_dhabi, newcomer):  # first: the server reads directories again for a stranger
        alliance.engine(replica).run_once()
    assert newcomer.rejected == []
    assert newcomer.states() == dakar.states()
    assert set(newcomer.states()) == {space, second}
    assert abu_dhabi.unsent() == 0


class Worker:
    """Runs an engine's `listen` in a thread, as a desk's sync worker does."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.applied = 0
        self.errors: list[Exception] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.engine.close()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.applied += self.engine.listen(0.2).applied
            except Exception as error:  # noqa: BLE001 - looked at below
                self.errors.append(error)
                return

    def wait(self, applied: int, seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while self.applied < applied:
            assert time.monotonic() < end, "nothing came"
            time.sleep(0.01)


def test_a_connected_desk_hears_of_an_edit_by_its_long_poll(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.replica("SN"), alliance.replica("AE")
    space = dakar.found(members())
    dakar.write(space, RECORD, [Create("person"), Set("title", "0", [])])
    writer, reader = alliance.engine(dakar), alliance.engine(abu_dhabi)
    writer.run_once()
    reader.run_once()
    with Worker(writer), Worker(reader) as heard:
        for number in range(1, 6):
            dakar.write(space, RECORD, [Set("title", str(number), [Dot(dakar.keys.device, number, number == 1)])])
            writer.wake()
            heard.wait(number)
        assert heard.errors == []
    assert dakar.states() == abu_dhabi.states()
    assert dakar.unsent() == 0


def test_closing_an_engine_ends_its_long_poll_at_once(alliance: Alliance) -> None:
    engine = alliance.engine(alliance.replica("SN"))
    engine.run_once()
    threading.Timer(0.3, engine.close).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        engine.listen(20)
    assert time.monotonic() - started < 10
