"""The charter at a running secretariat and on a desk: a member joins, one is taken out, a stolen root is replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.store.verify import verify
from sync.errors import NotEnrolled, Refused
from sync.ministry import MinistryKeys, order
from sync.transport import HttpTransport
from sync.wire.calls import EnrolReply, EnrolRequest
from sync.wire.charter import (
    Charter,
    CharterEvent,
    MemberAdded,
    MemberRemoved,
    RootReplaced,
    assent,
    signed_entry,
)
from sync.wire.directory import AdministratorAdded, Directory
from sync.wire.signing import public_key
from tests.support.desk import set_up
from tests.support.secretariat import AT_MS, Ministry, Secretariat, make_ministry

CODES = ("AE", "BH", "FR", "SN")
NEW = bytes(range(32))


class Story:
    """Four members, a desk of Dakar and one of Abu Dhabi, and the members' roots at one table."""

    def __init__(self, folder: Path, server: Secretariat) -> None:
        self.server = server
        self.ministries = server.provision(list(CODES))
        self.roots = {code: each.keys.root for code, each in self.ministries.items()}
        self.charter = Charter(self.roots)
        self.dakar = set_up(folder / "dakar", trust=self.roots, url=server.url)
        self.abu_dhabi = set_up(folder / "abu", ministry="AE", officer="A", desk="B", trust=self.roots, url=server.url)
        self.ministries["SN"].enrol(self.dakar.request())
        self.ministries["AE"].enrol(self.abu_dhabi.request())
        server.publish(*self.ministries.values())
        self.desk, self.other = self.dakar.open(), self.abu_dhabi.open()
        self.desk.sync_once()
        self.other.sync_once()

    def publish(self, name: str, first: int, entries: list[bytes]) -> int:
        way = HttpTransport(self.server.url)
        try:
            return way.call("enrol", EnrolRequest(name, first, entries), EnrolReply).sequence
        finally:
            way.close()

    def say(self, event: CharterEvent, signers: tuple[str, ...] = CODES[:3]) -> bytes:
        """An entry of the charter, published; three of four have to sign."""
        body = self.charter.propose(event, AT_MS)
        entry = signed_entry(body, [assent(self.ministries[code].keys.root_seed, code, body) for code in signers])
        self.publish("", self.charter.sequence + 1, [entry])
        self.charter.append(entry)
        return entry

    def refused(self, call: Callable[[], object]) -> str:
        with pytest.raises(Refused) as told:
            call()
        return told.value.code

    def heads(self) -> dict[str, int]:
        return self.desk._connection.replica.directory_heads()

    def close(self) -> None:
        self.dakar.close()
        self.abu_dhabi.close()


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with Secretariat(tmp_path / "server") as server:
        made = Story(tmp_path, server)
        yield made
        made.close()


def test_a_member_joins_by_three_of_four_signatures_and_not_by_two(story: Story) -> None:
    joining = make_ministry("SG")
    event = MemberAdded("SG", joining.keys.root)
    assert story.refused(lambda: story.say(event, CODES[:2])) == "not_entitled"
    story.say(event)
    story.publish("SG", 1, joining.entries)
    story.desk.sync_once()  # hears of the charter, then asks for the new member's directory
    story.desk.sync_once()
    assert story.heads() == {"": 1, "AE": 2, "BH": 1, "FR": 1, "SN": 2, "SG": 1}
    assert verify(story.desk._connection).ok
    story.server.restart()
    story.desk.sync_once()
    assert story.refused(lambda: story.publish("ZZ", 1, [])) == "no_such_member"


def test_a_member_that_was_taken_out_signs_in_no_more_and_no_desk_trusts_its_devices(story: Story) -> None:
    story.say(MemberRemoved("AE"), ("BH", "FR", "SN"))
    with pytest.raises(NotEnrolled):
        story.other.sync_once()
    story.desk.sync_once()
    assert "AE" not in story.heads()
    rows = story.desk._connection.database.all("SELECT ministry FROM devices WHERE revoked > 0")
    assert rows == [("AE",)]
    assert story.refused(lambda: story.publish("AE", 1, [])) == "no_such_member"
    assert verify(story.desk._connection).ok


def test_a_stolen_root_is_replaced_and_what_it_signed_since_is_void_everywhere(story: Story) -> None:
    ministry = story.ministries["AE"]
    kept, head = len(ministry.entries), ministry.directory.head
    stolen = Ministry(ministry.keys, ministry.directory.copy(), list(ministry.entries))
    thief = stolen.new_device("Thief", "Desk")
    story.publish("AE", kept + 1, stolen.entries[kept:])
    story.desk.sync_once()
    assert story.heads()["AE"] == kept + 1
    story.say(RootReplaced("AE", public_key(NEW), kept, head))
    story.desk.sync_once()
    assert story.heads()["AE"] == kept
    found = story.desk._connection.database.all("SELECT device FROM devices WHERE revoked > 0")
    assert found == [(thief.device,)]
    by_old_root = order(ministry.keys, ministry.directory.copy(), AdministratorAdded(public_key(NEW[::-1]), "Again"), 1)
    assert story.refused(lambda: story.publish("AE", kept + 1, [by_old_root])) == "not_entitled"
    directory = Directory("AE", ministry.keys.root, story.charter.handovers["AE"])
    for entry in ministry.entries:
        directory.append(entry)
    keys = MinistryKeys("AE", NEW, ministry.keys.administrator_seed, "Chief")
    entry = order(keys, directory, AdministratorAdded(public_key(NEW[::-1]), "Second"), 1)
    assert story.publish("AE", kept + 1, [entry]) == kept + 1
    story.desk.sync_once()
    assert story.heads()["AE"] == kept + 1
    assert verify(story.desk._connection).ok
    story.server.restart()
    story.other.sync_once()


def test_a_charter_that_names_another_entry_of_a_directory_is_refused_at_the_door(story: Story) -> None:
    event = RootReplaced("AE", public_key(NEW), 1, b"x" * 32)
    assert story.refused(lambda: story.say(event)) == "broken_chain"
    assert story.charter.sequence == 0
