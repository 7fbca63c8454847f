"""Who lies about the members of a space, or writes where it must not: real desks, and a server in league with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from desktop.store.intents import KEY_PATIENCE_MS
from sync.changes import Set
from sync.entries import make_entry
from sync.intake import Intake
from sync.keys import EpochKey, commitment, new_device_keys, new_epoch_key
from sync.push import seal_waiting
from sync.replica import Received
from sync.wire.calls import Item, SpaceItems
from sync.wire.codec import MAX_CALL, MAX_CALL_CHANGES, NO_HASH, encode
from sync.wire.directory import DeviceRevoked
from sync.wire.directory import make_entry as make_directory_entry
from sync.wire.membership import Membership
from sync.wire.signing import Signed, pack, unpack
from sync.wire.space import Event, Invited, Known, Member, Removed, RoleGiven, Rotated, advance_head, read_entry
from tests.attacks.ledger import tried
from tests.store.desks import DAY, Alliance, Desk


@dataclass
class Log:
    """A space's log at a server that stores whatever it is told to, and shows it to whom it likes."""

    space: bytes
    items: list[Item] = field(default_factory=list)

    def add(self, kind: str, body: bytes) -> None:
        """Put an item at the end."""
        self.items.append(msgspec.convert([len(self.items) + 1, kind, body], Item))

    def send(self, desk: Desk) -> None:
        """Put everything of a desk's outbox into the log, as a server would."""
        replica = desk.connection.replica
        for _ in range(2):
            for one in replica.entries_due(DAY):
                self.add("entry", one.item.body)
                replica.take_entry(one.id, len(self.items))
            seal_waiting(replica)
            items = replica.outbox(MAX_CALL, MAX_CALL_CHANGES)
            for each in items:
                if each.item.kind != "grant":
                    self.add(each.item.kind, each.item.body)
            replica.mark_sent([each.id for each in items])

    def show(self, desk: Desk) -> Received | None:
        """Let a desk take what it has not seen."""
        replica = desk.connection.replica
        heads = [NO_HASH]
        for item in self.items:
            heads.append(advance_head(heads[-1], item.kind, item.body))
        at = replica.standing(self.space).cursor.sequence
        news = SpaceItems(self.space, self.items[at:], len(self.items), heads[-1])
        received = Intake(replica, lambda: None).check(news)
        if received is not None:
            replica.receive([received])
        return received


@dataclass
class Case:
    """A case of Dakar's, led by it, with Abu Dhabi; both have it."""

    alliance: Alliance
    dakar: Desk
    abu_dhabi: Desk
    space: bytes
    log: Log

    def members(self) -> Membership:
        """The members as the honest log gives them."""
        found = self.dakar.connection.replica.membership(self.space)
        assert found is not None
        return found

    def entry(self, by: Desk, event: Event, *, known: list[Known] | None = None, at_ms: int = DAY) -> bytes:
        """An entry that a device signs on top of the log, whether or not it may."""
        return make_entry(by.connection.identity.keys, self.members(), event, known or [], at_ms)

    def grant(self, to: Desk) -> None:
        """Hand over the keys that Dakar has, as its grants would."""
        keys = self.dakar.connection.database.all("SELECT s.id, e.key FROM epochs e JOIN spaces s ON s.n = e.space")
        to.connection.replica.take_grant(1, [EpochKey(*key) for key in keys])

    def refused(self, victim: Desk, body: bytes, kind: str = "entry") -> list[str]:
        """Show a victim an item at the end of the log; returns the codes of what it set aside."""
        before = victim.connection.replica.membership(self.space)
        self.log.add(kind, body)
        received = self.log.show(victim)
        after = victim.connection.replica.membership(self.space)
        assert before is not None
        assert after is not None
        assert received is not None
        if received.rejected:
            assert (after.roles, after.number) == (before.roles, before.number)
        return [code for _, code in received.rejected]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    alliance = Alliance(tmp_path, ("SN", "AE", "IT"))
    dakar, abu_dhabi = alliance.desk("SN"), alliance.desk("AE")
    dakar.learn()
    space = dakar.found([Member("SN", "lead"), Member("AE", "contributor")])
    log = Log(space)
    made = Case(alliance, dakar, abu_dhabi, space, log)
    log.send(dakar)
    made.grant(abu_dhabi)
    log.show(abu_dhabi)
    return made


def title(desk: Desk, space: bytes) -> object:
    return desk.connection.reads.show(space.hex()).fields["title"].value


def test_a_member_cannot_make_itself_more_than_it_is(case: Case) -> None:
    promotions: list[Event] = [
        RoleGiven("AE", "lead"),
        Invited(case.abu_dhabi.device, "lead", "start"),
        Removed("SN"),
        Invited("AE", "lead", "start"),
        RoleGiven(case.abu_dhabi.device, "lead"),
    ]
    with tried("malicious member", "self-promotion in the space's own log", times=len(promotions)):
        for event in promotions:
            assert case.refused(case.dakar, case.entry(case.abu_dhabi, event)) == ["not_entitled"]
    case.log.add("entry", case.entry(case.dakar, RoleGiven("AE", "reader")))
    case.log.show(case.abu_dhabi)
    assert case.abu_dhabi.connection.members.role(case.space.hex()) == "reader"


def test_a_member_cannot_give_itself_the_history_that_it_was_not_given(case: Case) -> None:
    rome = case.alliance.desk("IT")
    for desk in (case.dakar, case.abu_dhabi, rome):
        desk.learn()
    case.dakar.connection.members.decide(case.space.hex(), Invited("IT", "contributor", "now"))
    case.log.send(case.dakar)
    case.log.show(rome)
    own = case.members().keys_from(rome.device, "IT")
    assert own == 1
    with tried("malicious member", "extending its own grant", times=2):
        for event in (Invited("IT", "contributor", "start"), Invited(rome.device, "contributor", "start")):
            assert case.refused(case.dakar, case.entry(rome, event)) == ["not_entitled"]
    assert case.members().keys_from(rome.device, "IT") == 1
    owed = case.dakar.connection.database.all("SELECT epoch FROM due WHERE device = ?", (rome.device,))
    assert owed in ([], [(case.members().epochs[1].id,)])


def test_a_ghost_is_nobody_s_member(case: Case) -> None:
    ghost = new_device_keys()
    with tried("malicious server", "a ghost member", times=3):
        entry = make_entry(ghost, case.members(), Invited(ghost.device, "reader", "start"), [], DAY)
        assert case.refused(case.abu_dhabi, entry) == ["unknown_device"]
        invited = case.entry(case.dakar, Invited(ghost.device, "reader", "start"))
        assert case.refused(case.abu_dhabi, invited) == ["unknown_device"]
        signed = unpack(case.entry(case.dakar, RoleGiven("AE", "lead")), MAX_CALL)
        other = read_entry(case.entry(case.dakar, RoleGiven("AE", "reader")))[0]
        forged = pack(Signed(encode(msgspec.structs.replace(other, at_ms=1)), signed.signature))
        assert case.refused(case.abu_dhabi, forged) == ["bad_signature"]
    assert case.dakar.connection.database.all("SELECT 1 FROM due WHERE device = ?", (ghost.device,)) == []


def test_a_second_entry_in_the_place_of_one_is_kept_as_a_fork_and_the_first_stands(case: Case) -> None:
    with tried("malicious server", "a fork of a space's own log"):
        one = case.entry(case.dakar, RoleGiven("AE", "reader"))
        two = case.entry(case.dakar, Removed("AE"))
        assert case.refused(case.abu_dhabi, one) == []
        assert case.refused(case.abu_dhabi, two) == ["fork"]
    assert case.abu_dhabi.connection.members.role(case.space.hex()) == "reader"


def test_what_a_member_writes_after_its_removal_is_set_aside_and_what_it_wrote_before_stays(case: Case) -> None:
    case.abu_dhabi.write(case.space, case.space, Set("lead", "before", []))
    case.log.send(case.abu_dhabi)
    case.log.show(case.dakar)
    case.log.add("entry", case.entry(case.dakar, Removed("AE")))
    case.log.show(case.dakar)
    case.abu_dhabi.write(case.space, case.space, Set("title", "after", []))
    case.log.send(case.abu_dhabi)
    with tried("malicious client", "writing after its removal"):
        received = case.log.show(case.dakar)
        assert received is not None
        assert [code for _, code in received.rejected] == ["not_entitled"]
    fields = case.dakar.connection.reads.show(case.space.hex()).fields
    assert (fields["lead"].value, title(case.dakar, case.space)) == ("before", "Réseau de Dakar")


def test_a_reader_that_writes_is_set_aside(case: Case) -> None:
    case.log.add("entry", case.entry(case.dakar, RoleGiven("AE", "reader")))
    case.log.show(case.dakar)
    case.abu_dhabi.write(case.space, case.space, Set("title", "by a reader", []))
    case.log.send(case.abu_dhabi)
    with tried("malicious client", "writing as a reader"):
        received = case.log.show(case.dakar)
        assert received is not None
        assert [code for _, code in received.rejected] == ["not_entitled"]


def revoke(case: Case, desk: Desk, code: str) -> bytes:
    """The directory entry that revokes a desk."""
    directory, seed = case.alliance.directories[code], case.alliance.ministries[code].administrator_seed
    entry = make_directory_entry(seed, directory, DeviceRevoked(desk.device, "stolen", wipe=False), DAY)
    directory.append(entry)
    case.alliance.entries[code].append(entry)
    return entry


def test_what_a_revoked_desk_sent_before_is_kept_and_what_comes_later_is_flagged(case: Case) -> None:
    case.abu_dhabi.write(case.space, case.space, Set("lead", "in time", []))
    case.log.send(case.abu_dhabi)
    case.log.show(case.dakar)
    revoke(case, case.abu_dhabi, "AE")
    case.dakar.learn()
    case.abu_dhabi.write(case.space, case.space, Set("priority", "high", []))
    case.log.send(case.abu_dhabi)
    with tried("malicious client", "a revoked desk's late entries"):
        received = case.log.show(case.dakar)
        assert received is not None
        assert received.rejected == []
    late = {entry.field: entry.late for entry in case.dakar.connection.history.history(case.space)}
    assert late == {"priority": True, "lead": False, "title": False, "": False}


def test_nothing_is_sealed_under_an_epoch_that_a_revoked_desk_can_read(case: Case) -> None:
    revoke(case, case.abu_dhabi, "AE")
    case.dakar.learn()
    replica = case.dakar.connection.replica
    case.dakar.write(case.space, case.space, Set("title", "secret", []))
    with tried("malicious server", "waiting for a desk to write to a stolen one"):
        assert replica.unsealed(9) == []
        assert replica.unsent() == 1
    (rotation,) = replica.entries_due(DAY)
    assert replica.entries_due(DAY) == [rotation], "the same bytes at every try"
    replica.take_entry(rotation.id, len(case.log.items) + 1)
    (waiting,) = replica.unsealed(9)
    assert waiting.key.epoch == case.members().epoch.id
    due = {grant.recipient.device for grant in replica.grants_due() if grant.recipient}
    assert case.abu_dhabi.device not in due


def test_an_entry_that_knows_of_a_revocation_which_the_server_withholds_waits_for_it(case: Case) -> None:
    stolen = case.alliance.desk("SN")
    case.dakar.learn()
    case.abu_dhabi.learn()
    entry = revoke(case, stolen, "SN")
    case.dakar.learn()
    case.dakar.set(case.space, case.space, "title", "for the others")
    case.log.send(case.dakar)
    with tried("malicious server", "withholding a revocation"):
        received = case.log.show(case.abu_dhabi)
        assert received is not None
        assert received.rejected[0][1] == "directory_behind"
        assert title(case.abu_dhabi, case.space) == "Réseau de Dakar"
    number = len(case.alliance.entries["SN"])
    case.abu_dhabi.connection.replica.add_directory_entries("SN", number, [entry])
    case.grant(case.abu_dhabi)
    case.log.show(case.abu_dhabi)
    assert title(case.abu_dhabi, case.space) == "for the others"
    assert case.abu_dhabi.connection.reads.aside() == []


def test_a_key_that_the_log_does_not_commit_to_opens_and_seals_nothing(case: Case) -> None:
    told, true = new_epoch_key(), new_epoch_key()
    replica = case.abu_dhabi.connection.replica
    with tried("malicious member", "a different epoch key per member"):
        assert case.refused(case.abu_dhabi, case.entry(case.dakar, Rotated(commitment(true)))) == []
        replica.take_grant(2, [EpochKey(case.space, told)])
        case.abu_dhabi.write(case.space, case.space, Set("title", "mine", []))
        assert replica.unsealed(9) == []
    replica.take_grant(3, [EpochKey(case.space, true)])
    assert [waiting.key.key for waiting in replica.unsealed(9)] == [true]


def test_who_begins_an_epoch_and_grants_it_to_nobody_does_not_stop_the_others(case: Case) -> None:
    replica = case.abu_dhabi.connection.replica
    with tried("malicious member", "an epoch whose key is never granted"):
        case.refused(case.abu_dhabi, case.entry(case.dakar, Rotated(commitment(new_epoch_key()))))
        case.abu_dhabi.write(case.space, case.space, Set("title", "on", []))
        assert replica.entries_due(case.alliance.clock.now) == []
        case.alliance.clock.now += KEY_PATIENCE_MS + 1_000
        (rotation,) = replica.entries_due(case.alliance.clock.now)
    replica.take_entry(rotation.id, len(case.log.items) + 1)
    assert len(replica.unsealed(9)) == 1


def test_what_was_counted_without_being_read_is_read_once_its_key_comes(case: Case) -> None:
    rome = case.alliance.desk("IT")
    for desk in (case.dakar, case.abu_dhabi, rome):
        desk.learn()
    case.dakar.connection.members.decide(case.space.hex(), Invited("IT", "contributor", "now"))
    case.dakar.write(case.space, case.space, Set("lead", "later", []))
    case.log.send(case.dakar)
    case.log.show(rome)
    newest = case.dakar.connection.database.value("SELECT key FROM epochs WHERE epoch = ?", (case.members().epoch.id,))
    rome.connection.replica.take_grant(1, [EpochKey(case.space, newest)])
    shown = rome.connection.reads.show(case.space.hex())
    assert {name: field.value for name, field in shown.fields.items()} == {"lead": "later"}
    case.grant(rome)
    while rome.connection.upgrade.step() is not None:
        pass
    assert title(rome, case.space) == "Réseau de Dakar"


def test_nothing_is_sealed_while_the_log_is_known_to_go_on(case: Case) -> None:
    replica = case.dakar.connection.replica
    replica.note_behind([(case.space, len(case.log.items) + 1)])
    case.dakar.set(case.space, case.space, "title", "for whom?")
    assert replica.unsealed(9) == []
    case.log.add("entry", case.entry(case.dakar, Removed("AE")))
    case.log.show(case.dakar)
    assert replica.unsealed(9) == []
    (rotation,) = replica.entries_due(DAY)
    replica.take_entry(rotation.id, len(case.log.items) + 1)
    (waiting,) = replica.unsealed(9)
    assert waiting.key.epoch == case.members().epoch.id
