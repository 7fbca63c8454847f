"""A revoked desk and a recovered one, by the engine and a real secretariat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from sync.changes import Create, Set
from sync.engine import Engine
from sync.errors import Refused, Revoked, RevokedUnproven
from sync.keys import EpochKey, make_grant
from sync.link import Link
from sync.ministry import MinistryKeys, new_administrator
from sync.transport import HttpTransport, Traffic
from sync.wire.calls import EnrolReply, EnrolRequest, PushItem, PushReply, PushRequest
from sync.wire.directory import AdministratorAdded, AdministratorRemoved, DeviceRevoked, Event
from sync.wire.space import Member
from tests.support.secretariat import AT_MS, Secretariat
from tests.sync.conftest import RECORD, members
from tests.sync.memory_replica import MemoryReplica
from tests.sync.test_secretariat import Alliance

T = TypeVar("T", bound=msgspec.Struct)


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A fresh secretariat with two ministries."""
    with Secretariat(tmp_path / "server") as secretariat:
        alliance = Alliance(secretariat, secretariat.provision(["SN", "AE"]))
        yield alliance
        for transport in alliance.transports:
            transport.close()


def say(alliance: Alliance, event: Event) -> None:
    """Let Senegal say something, and tell the running server."""
    ministry = alliance.ministries["SN"]
    ministry.say(event)
    way = HttpTransport(alliance.secretariat.url)
    alliance.transports.append(way)
    way.call("enrol", EnrolRequest("SN", 1, ministry.entries), EnrolReply)


def revoke(alliance: Alliance, replica: MemoryReplica) -> None:
    say(alliance, DeviceRevoked(replica.keys.device, "stolen", False))


def test_a_revoked_desk_learns_it_from_its_own_ministry_and_stops(alliance: Alliance) -> None:
    dakar = alliance.replica("SN")
    engine = alliance.engine(dakar)
    space = dakar.found(members())
    dakar.write(space, RECORD, [Create("person")])
    assert engine.run_once().pushed == 1
    revoke(alliance, dakar)
    dakar.write(space, RECORD, [Set("title", "after", [])])
    for _ in range(2):
        with pytest.raises(Revoked):
            engine.run_once()
    assert dakar.revoked()
    assert dakar.unsent() == 1


class Liar:
    """A way to a server that says `revoked` to everything but the calls named."""

    def __init__(self, way: HttpTransport, true: frozenset[str]) -> None:
        self._way = way
        self._true = true
        self.url: str = way.url
        self.traffic: Traffic = way.traffic

    def call(self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = 60) -> T:
        """Make the call, or lie."""
        if name in self._true:
            return self._way.call(name, request, reply, token=token, timeout_s=timeout_s)
        raise Refused("revoked", status=403)

    def cancel(self) -> None:
        """Cut what is in flight."""
        self._way.cancel()


@pytest.mark.parametrize("true", [{"challenge", "token", "directory"}, {"challenge", "token"}, set()])
def test_a_server_that_says_revoked_without_an_entry_of_the_ministry_is_not_believed(
    alliance: Alliance, true: set[str]
) -> None:
    dakar = alliance.replica("SN")
    way = HttpTransport(alliance.secretariat.url)
    alliance.transports.append(way)
    engine = Engine(dakar, Liar(way, frozenset(true)))
    with pytest.raises(RevokedUnproven) as told:
        engine.run_once()
    assert told.value.retry
    assert not dakar.revoked()
    assert alliance.engine(dakar).run_once().complete


@dataclass
class Regrant:
    """A second administrator, a desk that nobody grants anything, and a key of its ministry's case."""

    alliance: Alliance
    second: MinistryKeys
    desk: MemoryReplica
    space: bytes
    key: EpochKey

    def push(self) -> None:
        """Let the second administrator grant the key to the desk."""
        certificate = self.alliance.ministries["SN"].directory.devices[self.desk.keys.device]
        grant = make_grant(self.second, certificate, [self.key], AT_MS)
        way = HttpTransport(self.alliance.secretariat.url)
        self.alliance.transports.append(way)
        (result,) = Link(way, self.second).call("push", PushRequest([PushItem("grant", grant)]), PushReply).results
        assert result.status == "stored"


@pytest.fixture
def regrant(alliance: Alliance) -> Regrant:
    """Dakar's only desk founded a case and is gone; a new one is enrolled."""
    second = new_administrator("SN", "Second")
    say(alliance, AdministratorAdded(second.administrator_key, "Second"))
    dakar = alliance.replica("SN")
    space = dakar.found([Member("SN", "lead")])
    dakar.write(space, RECORD, [Create("person"), Set("title", "Sy", [])])
    alliance.engine(dakar).run_once()
    ((_, key),) = dakar.epochs.items()
    return Regrant(alliance, second, alliance.replica("SN"), space, EpochKey(space, key))


def test_a_desk_takes_what_an_administrator_of_its_ministry_recovered(regrant: Regrant) -> None:
    engine = regrant.alliance.engine(regrant.desk)
    assert engine.run_once().locked == 1
    regrant.push()
    engine.run_once()
    assert list(regrant.desk.epochs.values()) == [regrant.key.key]
    assert not regrant.desk.skipped


def test_a_grant_by_an_administrator_who_was_removed_before_it_came_is_skipped(regrant: Regrant) -> None:
    regrant.push()
    say(regrant.alliance, AdministratorRemoved(regrant.second.administrator_key))
    regrant.alliance.engine(regrant.desk).run_once()
    assert not regrant.desk.epochs


def test_an_administrator_of_another_ministry_grants_a_desk_nothing(regrant: Regrant) -> None:
    stranger = regrant.alliance.ministries["AE"].keys
    Regrant(regrant.alliance, stranger, regrant.desk, regrant.space, regrant.key).push()
    regrant.alliance.engine(regrant.desk).run_once()
    assert not regrant.desk.epochs
