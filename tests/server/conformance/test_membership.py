"""What a storage does with a space's own log: entries in one line, roles held, nothing shown beyond a removal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.entries import make_entry
from sync.keys import DeviceKeys, commitment, new_epoch_key
from sync.wire.calls import PushItem
from sync.wire.membership import Membership
from sync.wire.space import Event, Invited, Known, Left, Removed, Role, RoleGiven, Rotated, epoch_id
from tests.attacks.ledger import tried
from tests.server.conformance.bench import Bench
from tests.support.wire_items import AT_MS, Chain, Space, found_space


class Story:
    """A space of AE's at the storage, and its own log as its members have it."""

    def __init__(self, bench: Bench, **roles: Role) -> None:
        self.bench = bench
        self.space: Space = found_space(bench.ae, {"AE": "lead", **roles})
        assert bench.push(bench.ae, self.space.item) == [("stored", "", 1)]
        self.members = Membership(self.space.id, self.space.entry)

    def makes(self, who: DeviceKeys, event: Event, known: list[Known] | None = None) -> PushItem:
        return PushItem("entry", make_entry(who, self.members, event, known or [], AT_MS))

    def does(self, who: DeviceKeys, event: Event) -> tuple[str, str, int]:
        item = self.makes(who, event)
        (result,) = self.bench.push(who, item)
        if result[0] == "stored":
            self.members.restore(item.body)
        return result

    def shown(self, who: DeviceKeys) -> int:
        """How far a device is shown the log; -1: not at all."""
        reply = self.bench.pull(who, self.space.id)
        assert [item.sequence for item in reply.items] == list(range(1, reply.head_sequence + 1))
        return -1 if reply.mismatch else reply.head_sequence


def rotated() -> Rotated:
    return Rotated(commitment(new_epoch_key()))


def test_who_is_invited_reads_the_log_and_writes_by_its_role(bench: Bench) -> None:
    story = Story(bench)
    assert story.shown(bench.fr) == -1
    assert story.does(bench.ae, Invited("FR", "reader", "start")) == ("stored", "", 2)
    assert story.shown(bench.fr) == 2
    chain = Chain(bench.fr, story.space)
    assert bench.push(bench.fr, PushItem("segment", chain.make())) == [("refused", "not_entitled", 0)]
    story.does(bench.ae, RoleGiven("FR", "contributor"))
    bench.reopen()
    assert bench.push(bench.fr, chain.extend()) == [("stored", "", 4)]
    assert [head.space for head in bench.run(bench.storage.heads(bench.caller(bench.fr), b"", 9))] == [story.space.id]


def test_one_officer_is_invited_and_nobody_else_of_the_ministry(bench: Bench) -> None:
    story = Story(bench)
    story.does(bench.ae, Invited(bench.sn.device, "contributor", "start"))
    assert (story.shown(bench.sn), story.shown(bench.sn2)) == (2, -1)
    assert bench.push(bench.sn, Chain(bench.sn, story.space).extend()) == [("stored", "", 3)]
    assert bench.push(bench.sn2, Chain(bench.sn2, story.space).extend()) == [("refused", "no_such_space", 0)]
    assert [one.sequence for one in bench.news(bench.sn).changed] == [3]
    assert bench.news(bench.sn2).changed == []


def test_who_is_removed_is_shown_the_entry_that_says_so_and_nothing_behind_it(bench: Bench) -> None:
    story = Story(bench, FR="contributor")
    before = bench.news(bench.fr).feed
    assert story.does(bench.ae, Removed("FR")) == ("stored", "", 2)
    news = bench.news(bench.fr, before)
    assert [one.sequence for one in news.changed] == [2]
    assert [item.sequence for one in news.inline for item in one.items] == [2]
    own = Chain(bench.ae, story.space)
    assert bench.push(bench.ae, own.extend(), own.extend())[1] == ("stored", "", 4)
    assert (story.shown(bench.fr), story.shown(bench.ae)) == (2, 4)
    later = bench.news(bench.fr, news.feed)
    assert (later.changed, later.inline) == ([], [])
    (head,) = bench.run(bench.storage.heads(bench.caller(bench.fr), b"", 9))
    assert (head.sequence, head.head) == (2, bench.pull(bench.fr, story.space.id).head)
    assert bench.push(bench.fr, Chain(bench.fr, story.space).extend()) == [("refused", "not_entitled", 0)]


def test_who_is_invited_again_is_shown_all(bench: Bench) -> None:
    story = Story(bench, FR="contributor")
    story.does(bench.ae, Removed("FR"))
    story.does(bench.ae, rotated())
    assert story.shown(bench.fr) == 2
    story.does(bench.ae, Invited("FR", "reader", "now"))
    assert story.shown(bench.fr) == 4


def test_a_device_of_its_own_reads_on_when_its_ministry_was_removed(bench: Bench) -> None:
    story = Story(bench, SN="contributor")
    story.does(bench.ae, Invited(bench.sn.device, "reader", "start"))
    story.does(bench.ae, Removed("SN"))
    story.does(bench.ae, rotated())
    assert (story.shown(bench.sn), story.shown(bench.sn2)) == (4, 3)


def test_an_entry_that_does_not_follow_the_last_is_stale_and_the_same_again_is_known(bench: Bench) -> None:
    story = Story(bench, FR="contributor")
    first, second = story.makes(bench.ae, rotated()), story.makes(bench.fr, rotated())
    assert bench.push(bench.ae, first) == [("stored", "", 2)]
    assert bench.push(bench.fr, second) == [("refused", "stale", 0)]
    bench.reopen()
    assert bench.push(bench.ae, first) == [("known", "", 2)]
    story.members.restore(first.body)
    assert story.does(bench.fr, rotated()) == ("stored", "", 3)
    assert bench.push(bench.ae, first) == [("known", "", 2)]


def test_entries_of_one_push_follow_each_other(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead"})
    members = Membership(space.id, space.entry)
    items = [space.item]
    for event in (Invited("FR", "reader", "now"), rotated()):
        body = make_entry(bench.ae, members, event, [], AT_MS)
        members.restore(body)
        items.append(PushItem("entry", body))
    assert bench.push(bench.ae, *items) == [("stored", "", 1), ("stored", "", 2), ("stored", "", 3)]
    assert bench.push(bench.ae, *items) == [("known", "", 1), ("known", "", 2), ("known", "", 3)]
    assert bench.pull(bench.fr, space.id).head_sequence == 3


def test_an_entry_ahead_of_the_log_waits_for_those_before_it(bench: Bench) -> None:
    story = Story(bench)
    story.members.restore(story.makes(bench.ae, rotated()).body)
    assert bench.push(bench.ae, story.makes(bench.ae, rotated())) == [("refused", "gap", 0)]


@pytest.mark.parametrize(
    "event", [Invited("SN", "lead", "start"), RoleGiven("FR", "lead"), Removed("AE"), Left("AE")], ids=str
)
def test_a_member_cannot_promote_itself(bench: Bench, event: Event) -> None:
    story = Story(bench, FR="contributor")
    assert story.does(bench.fr, event) == ("refused", "not_entitled", 0)
    assert story.shown(bench.fr) == 1


def test_a_stranger_is_answered_as_if_there_were_no_such_space(bench: Bench) -> None:
    story = Story(bench)
    nowhere = found_space(bench.fr, {"FR": "lead"})
    entry = make_entry(bench.fr, Membership(nowhere.id, nowhere.entry), rotated(), [], AT_MS)
    assert story.does(bench.fr, Invited("FR", "lead", "start")) == ("refused", "no_such_space", 0)
    assert bench.push(bench.fr, PushItem("entry", entry)) == [("refused", "no_such_space", 0)]


def test_nobody_pushes_an_entry_of_another(bench: Bench) -> None:
    story = Story(bench, FR="contributor")
    assert bench.push(bench.fr, story.makes(bench.ae, rotated())) == [("refused", "not_entitled", 0)]


def test_who_is_no_member_of_the_alliance_is_not_invited(bench: Bench) -> None:
    assert Story(bench).does(bench.ae, Invited("ZZ", "reader", "start")) == ("refused", "no_such_member", 0)


def test_an_entry_that_knows_more_of_a_directory_than_there_is_does_not_hold(bench: Bench) -> None:
    story = Story(bench)
    item = story.makes(bench.ae, rotated(), [Known("FR", 999)])
    assert bench.push(bench.ae, item) == [("refused", "directory_behind", 0)]


def test_segments_of_every_epoch_that_the_log_has_are_taken(bench: Bench) -> None:
    story = Story(bench)
    chain = Chain(bench.ae, story.space)
    key = new_epoch_key()
    ahead = PushItem("segment", chain.make(epoch=epoch_id(commitment(key))))
    assert bench.push(bench.ae, ahead) == [("refused", "unknown_epoch", 0)]
    story.does(bench.ae, Rotated(commitment(key)))
    bench.reopen()
    assert bench.push(bench.ae, chain.extend()) == [("stored", "", 3)]
    story.space.epoch = epoch_id(commitment(key))
    assert bench.push(bench.ae, chain.extend()) == [("stored", "", 4)]


@tried("malicious client", "a storm of rotations")
def test_a_storm_of_rotations_meets_its_quota_and_the_next_hour_begins_anew(bench: Bench) -> None:
    story = Story(bench)
    bench.quotas = replace(bench.quotas, rotations_per_hour=3, entries_per_hour=5)
    results = [story.does(bench.ae, rotated())[:2] for _ in range(6)]
    assert results == [("stored", "")] * 3 + [("refused", "quota")] * 3
    assert story.does(bench.ae, Invited("FR", "reader", "start"))[0] == "stored"
    assert story.does(bench.ae, Removed("FR"))[0] == "stored"
    assert story.does(bench.ae, Invited("FR", "reader", "start"))[1] == "quota"
    bench.hour += 1
    assert story.does(bench.ae, rotated())[0] == "stored"
