"""The calls over a real socket: what one desk pushes another one gets, and what is refused is refused with its code."""

from __future__ import annotations

from sync.keys import make_grant, new_device_keys
from sync.wire import calls
from sync.wire.codec import MAX_CALL_CHANGES, NO_HASH, encode
from sync.wire.directory import SUITE, Certificate
from sync.wire.signing import Signed, pack, unpack
from tests.server.conftest import Alliance, Dial
from tests.support.secretariat import AT_MS
from tests.support.wire_items import Chain, found_space, grant_to


def codes(results: list[calls.PushResult]) -> list[str]:
    """Return the code of each result, or its status if there is none."""
    return [result.code or result.status for result in results]


def test_what_one_desk_pushes_another_pulls_byte_for_byte(alliance: Alliance, connect: Dial) -> None:
    ours, theirs = connect(alliance.ae), connect(alliance.fr)
    space = found_space(alliance.ae, {"AE": "lead", "FR": "reader"})
    chain = Chain(alliance.ae, space)
    assert codes(ours.push(space.item, *(chain.extend() for _ in range(30)))) == ["stored"] * 31
    assert [item.body for item in theirs.pull_all(space.id, budget=2_000)] == [space.entry, *chain.bodies]
    heads: calls.HeadsReply = theirs.call("heads", calls.HeadsRequest(b"", 10_000))
    assert (space.id, 31) in [(head.space, head.sequence) for head in heads.heads]


def test_a_lost_reply_costs_nothing(alliance: Alliance, connect: Dial) -> None:
    desk = connect(alliance.ae)
    space = found_space(alliance.ae, {"AE": "lead"})
    items = [space.item, Chain(alliance.ae, space).extend()]
    first = desk.push(*items)
    again = connect(alliance.ae).push(*items)
    assert [result.sequence for result in again] == [result.sequence for result in first]
    assert codes(again) == ["known", "known"]


def test_only_items_of_members_that_verify_are_stored(alliance: Alliance, connect: Dial) -> None:
    desk = connect(alliance.ae)
    space = found_space(alliance.ae, {"AE": "lead", "FR": "lead"})
    others = found_space(alliance.fr, {"FR": "lead"})
    foreign = found_space(alliance.ae, {"FR": "lead"})
    unknown = found_space(alliance.ae, {"AE": "lead", "ZZ": "lead"})
    chain, stolen = Chain(alliance.ae, space), Chain(alliance.sn, space)
    segment = chain.make(b"sealed")
    parts = unpack(space.entry, 1 << 20)
    results = desk.push(
        space.item,
        others.item,
        foreign.item,
        unknown.item,
        calls.PushItem("entry", pack(Signed(parts.body, bytes(64)))),
        calls.PushItem("segment", stolen.make()),
        calls.PushItem("segment", chain.make(signer=alliance.fr)),
        calls.PushItem("segment", segment.replace(b"sealed", b"sealer")),
        calls.PushItem("segment", b""),
        calls.PushItem("segment", space.entry),
        calls.PushItem("entry", segment),
        calls.PushItem("segment", segment),
    )
    assert codes(results) == [
        "stored",
        "not_entitled",
        "not_entitled",
        "no_such_member",
        "bad_signature",
        "not_entitled",
        "bad_signature",
        "bad_signature",
        "malformed",
        "malformed",
        "malformed",
        "stored",
    ]


def test_a_grant_goes_to_an_enrolled_device_from_its_granter(alliance: Alliance, connect: Dial) -> None:
    space = found_space(alliance.ae, {"AE": "lead", "SN": "reader"})
    member = alliance.members["SN"]
    keys = member.new_device()
    alliance.secretariat.publish(member)
    item = grant_to(alliance.ae, member.certificate(keys), [space])
    unsigned = pack(Signed(unpack(item.body, 1 << 20).body, bytes(64)))
    lost = make_grant(alliance.ae, _stranger(), [], AT_MS)
    assert codes(connect(alliance.fr).push(item)) == ["not_entitled"]
    results = connect(alliance.ae).push(item, calls.PushItem("grant", unsigned), calls.PushItem("grant", lost), item)
    assert codes(results) == ["stored", "bad_signature", "no_such_device", "known"]
    assert [grant.body for grant in connect(keys).poll().grants] == [item.body]


def test_a_call_takes_so_many_changes_and_stores_none_of_more(alliance: Alliance, connect: Dial) -> None:
    desk = connect(alliance.ae)
    space = found_space(alliance.ae, {"AE": "lead"})
    chain = Chain(alliance.ae, space)
    assert codes(desk.push(space.item, chain.extend(count=MAX_CALL_CHANGES))) == ["stored", "stored"]
    items = [chain.extend(count=MAX_CALL_CHANGES), chain.extend()]
    answer = desk.ask("push", calls.PushRequest(items))
    assert (answer.status, answer.code) == (413, "too_many_changes")
    assert len(desk.pull_all(space.id)) == 2
    assert codes(desk.push(items[0])) == ["stored"]


def test_a_ministry_enrols_its_device_through_the_call(alliance: Alliance, dial: Dial) -> None:
    member = alliance.members["FR"]
    desk = dial(member.new_device())
    first = len(member.entries)
    request = calls.EnrolRequest("FR", first, member.entries[-1:])
    assert desk.call("enrol", request) == calls.EnrolReply(first)
    assert desk.call("enrol", request) == calls.EnrolReply(first)
    assert desk.sign_in().poll().grants == []
    wrong = calls.EnrolRequest("FR", first - 1, member.entries[-1:])
    assert (desk.ask("enrol", wrong).status, desk.ask("enrol", wrong).code) == (409, "broken_chain")
    assert desk.ask("enrol", calls.EnrolRequest("ZZ", 1, [])).code == "no_such_member"
    listed: calls.DirectoryReply = desk.call("directory", calls.DirectoryRequest([calls.DirectoryHead("FR", 1)]))
    assert listed.directories == [calls.DirectoryItems("FR", 2, member.entries[1:])]


def test_only_an_enrolled_desk_may_read_directories_since_they_name_officers(dial: Dial) -> None:
    answer = dial(new_device_keys()).ask("directory", calls.DirectoryRequest([calls.DirectoryHead("FR", 0)]))
    assert answer.status == 401


def test_an_administrator_signs_in_to_read_directories_and_writes_in_no_space(alliance: Alliance, dial: Dial) -> None:
    keys = alliance.members["FR"].keys
    desk = dial(keys).sign_in()
    assert desk.call("directory", calls.DirectoryRequest([calls.DirectoryHead("FR", 0)])).directories
    assert desk.ask("poll", calls.PollRequest(b"", 0, [], 0)).code == "not_enrolled"
    assert desk.ask("pull", calls.PullRequest([], 1)).code == "not_enrolled"
    space = found_space(alliance.fr, {"FR": "lead"})
    items = [space.item, Chain(alliance.fr, space).extend()]
    assert [result.code for result in desk.push(*items)] == ["not_entitled", "not_entitled"]


def test_an_administrator_of_another_ministry_enrols_nobody_here(alliance: Alliance, dial: Dial) -> None:
    ours, theirs = alliance.members["AE"], alliance.members["SN"]
    desk = dial(alliance.ae)
    before = len(ours.entries)
    request = calls.EnrolRequest("AE", before + 1, [theirs.entries[-1]])
    assert (desk.ask("enrol", request).status, desk.ask("enrol", request).code) == (403, "not_entitled")


def test_probing_a_space_tells_nothing(alliance: Alliance, connect: Dial) -> None:
    space = found_space(alliance.ae, {"AE": "lead"})
    connect(alliance.ae).push(space.item)
    outsider = connect(alliance.fr)
    nowhere = found_space(alliance.fr, {"FR": "lead"})
    replies = [
        outsider.send("/v1/pull", encode(calls.PullRequest([calls.Cursor(one.id, 0, NO_HASH)], 1_000)))
        for one in (space, nowhere)
    ]
    assert [reply.body.replace(space.id, b"").replace(nowhere.id, b"") for reply in replies] == [
        replies[0].body.replace(space.id, b"")
    ] * 2
    assert codes(outsider.push(calls.PushItem("segment", Chain(alliance.fr, space).make()))) == ["no_such_space"]


def _stranger() -> Certificate:
    keys = new_device_keys()
    return Certificate(SUITE, keys.sign_key, keys.seal_key, "Nobody", "Nowhere")
