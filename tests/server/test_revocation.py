"""Revoked devices, removed administrators and continuity keys at a running secretariat."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.keys import DeviceKeys, EpochKey, make_continuity_grant, make_request, new_continuity_key, new_device_keys
from sync.ministry import enrol, new_administrator
from sync.wire import calls
from sync.wire.directory import AdministratorAdded, AdministratorRemoved, ContinuityNamed, DeviceRevoked, make_entry
from tests.server.conftest import Alliance, Dial, make_alliance
from tests.support.secretariat import AT_MS, Ministry
from tests.support.wire_items import Chain, found_space, grant_to


@pytest.fixture(scope="module")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    """An alliance of its own: what is revoked stays so."""
    made = make_alliance(Path(tmp_path_factory.mktemp("revoking")))
    with made.secretariat:
        yield made


def tell(dial: Dial, ministry: Ministry) -> None:
    """Publish what a ministry said, as its administrator's command does."""
    request = calls.EnrolRequest(ministry.code, 1, ministry.entries)
    dial(ministry.keys).call("enrol", request)


def revoke(alliance: Alliance, dial: Dial, keys: DeviceKeys, *, wipe: bool = False) -> None:
    ministry = alliance.members["SN"]
    ministry.say(DeviceRevoked(keys.device, "stolen", wipe))
    tell(dial, ministry)


def new_desk(alliance: Alliance, dial: Dial, code: str = "SN") -> DeviceKeys:
    keys = alliance.members[code].new_device()
    tell(dial, alliance.members[code])
    return keys


def head(code: str, sequence: int = 0) -> calls.DirectoryHead:
    return calls.DirectoryHead(code, sequence)


def test_a_revoked_device_exchanges_nothing_from_that_moment(alliance: Alliance, dial: Dial) -> None:
    keys = new_desk(alliance, dial)
    desk = dial(keys).sign_in()
    space = found_space(keys, {"SN": "lead"})
    chain = Chain(keys, space)
    assert [one.status for one in desk.push(space.item, chain.extend())] == ["stored", "stored"]
    revoke(alliance, dial, keys)
    for name, request in (
        ("push", calls.PushRequest([chain.extend()])),
        ("pull", calls.PullRequest([], 1)),
        ("poll", calls.PollRequest(b"", 0, [], 0)),
        ("heads", calls.HeadsRequest(b"", 1)),
    ):
        answer = desk.ask(name, request)
        assert (answer.status, answer.code) == (403, "revoked"), name
    assert desk.ask("continuity", calls.ContinuityRequest(bytes(16), 0)).code == "not_entitled"
    assert dial(keys).sign_in().ask("push", calls.PushRequest([])).code == "revoked"


def test_what_a_device_wrote_before_its_revocation_is_still_relayed(alliance: Alliance, dial: Dial) -> None:
    keys = new_desk(alliance, dial)
    space = found_space(keys, {"SN": "lead", "FR": "reader"})
    chain = Chain(keys, space)
    dial(keys).sign_in().push(space.item, chain.extend())
    revoke(alliance, dial, keys)
    assert [item.body for item in dial(alliance.fr).sign_in().pull_all(space.id)] == [space.entry, *chain.bodies]


def test_a_revoked_device_reads_its_own_directory_up_to_the_order_and_no_further(
    alliance: Alliance, dial: Dial
) -> None:
    keys = new_desk(alliance, dial)
    revoke(alliance, dial, keys)
    said = len(alliance.members["SN"].entries)
    new_desk(alliance, dial)  # an officer whom a thief need not know of
    desk = dial(keys).sign_in()
    reply: calls.DirectoryReply = desk.call(
        "directory", calls.DirectoryRequest([head("SN", 1), head("FR"), head("AE")])
    )
    assert reply.directories == [calls.DirectoryItems("SN", 2, alliance.members["SN"].entries[1:said])]
    assert desk.call("directory", calls.DirectoryRequest([head("SN", said)])).directories == []
    revoke(alliance, dial, keys, wipe=True)
    (order,) = desk.call("directory", calls.DirectoryRequest([head("SN", said)])).directories
    assert order.entries == alliance.members["SN"].entries[said:]


def test_a_poll_that_waits_ends_when_its_device_is_revoked(alliance: Alliance, dial: Dial) -> None:
    keys = new_desk(alliance, dial)
    desk = dial(keys).sign_in()
    feed = desk.poll(heads=[head("SN", len(alliance.members["SN"].entries))]).feed
    answers: list[str] = []

    def wait() -> None:
        heads = [head("SN", len(alliance.members["SN"].entries))]
        answers.append(desk.ask("poll", calls.PollRequest(feed, 0, heads, 30)).code)

    waiting = threading.Thread(target=wait)
    waiting.start()
    revoke(alliance, dial, keys)
    waiting.join(10)
    assert answers == ["revoked"]


def test_no_grant_is_left_for_a_revoked_device(alliance: Alliance, dial: Dial) -> None:
    keys = new_desk(alliance, dial)
    certificate = alliance.members["SN"].certificate(keys)
    revoke(alliance, dial, keys)
    space = found_space(alliance.ae, {"AE": "lead", "SN": "reader"})
    (result,) = dial(alliance.ae).sign_in().push(grant_to(alliance.ae, certificate, [space]))
    assert (result.status, result.code) == ("refused", "no_such_device")


def test_another_ministry_and_the_server_itself_revoke_nobody(alliance: Alliance, dial: Dial) -> None:
    keys = new_desk(alliance, dial)
    theirs, ours = alliance.members["FR"], alliance.members["SN"]
    forged = enrol_event_by(theirs, ours, DeviceRevoked(keys.device, "stolen", True))
    answer = dial(theirs.keys).ask("enrol", calls.EnrolRequest("SN", len(ours.entries) + 1, [forged]))
    assert (answer.status, answer.code) == (403, "not_entitled")
    assert dial(keys).sign_in().poll().reset is False


def enrol_event_by(signer: Ministry, of: Ministry, event: DeviceRevoked) -> bytes:
    """An entry that follows a ministry's directory and is signed by another's administrator."""
    return make_entry(signer.keys.administrator_seed, of.directory, event, AT_MS)


def test_a_removed_administrator_reads_and_enrols_no_more(alliance: Alliance, dial: Dial) -> None:
    ministry = alliance.members["FR"]
    second = new_administrator("FR", "Second")
    ministry.say(AdministratorAdded(second.administrator_key, "Second"))
    tell(dial, ministry)
    desk = dial(second).sign_in()
    assert desk.call("directory", calls.DirectoryRequest([head("FR")])).directories
    ministry.say(AdministratorRemoved(second.administrator_key))
    tell(dial, ministry)
    assert desk.ask("directory", calls.DirectoryRequest([head("FR")])).code == "not_enrolled"
    answer = dial(second).ask("challenge", calls.ChallengeRequest(second.device))
    assert answer.status == 200
    trial = ministry.directory.copy()
    trial.administrators[second.administrator_key] = "Second"
    entry = enrol(second, trial, request_of("FR"), AT_MS)
    assert (
        dial(second).ask("enrol", calls.EnrolRequest("FR", len(ministry.entries) + 1, [entry])).code == "not_entitled"
    )


def request_of(code: str) -> bytes:
    return make_request(new_device_keys(), code, "Officer", "Desk", AT_MS)


def test_grants_to_a_continuity_key_are_read_by_its_ministrys_administrators_only(
    alliance: Alliance, dial: Dial
) -> None:
    ministry, key = alliance.members["SN"], new_continuity_key()
    grant = make_continuity_grant(alliance.ae, key.key, [EpochKey(b"s" * 16, b"k" * 32)], AT_MS)
    granter = dial(alliance.ae).sign_in()
    assert granter.push(calls.PushItem("grant", grant))[0].code == "no_such_device"
    ministry.say(ContinuityNamed(key.key))
    tell(dial, ministry)
    assert granter.push(calls.PushItem("grant", grant))[0].status == "stored"
    ask = calls.ContinuityRequest(key.id, 0)
    reply: calls.ContinuityReply = dial(ministry.keys).sign_in().call("continuity", ask)
    assert ([item.body for item in reply.grants], reply.more) == ([grant], False)
    assert dial(ministry.keys).sign_in().call("continuity", calls.ContinuityRequest(key.id, 1)).grants == []
    for other in (alliance.members["AE"].keys, alliance.sn, alliance.ae):
        answer = dial(other).sign_in().ask("continuity", ask)
        assert (answer.status, answer.code) == (403, "not_entitled")
    assert dial(ministry.keys).sign_in().ask("continuity", calls.ContinuityRequest(bytes(16), 0)).code == "not_entitled"


def test_an_administrator_grants_to_a_desk_what_it_recovered(alliance: Alliance, dial: Dial) -> None:
    ministry = alliance.members["SN"]
    keys = new_desk(alliance, dial)
    space = found_space(alliance.sn, {"SN": "lead"})
    grant = grant_to(ministry.keys, ministry.certificate(keys), [space])
    assert dial(ministry.keys).sign_in().push(grant)[0].status == "stored"
    assert [item.body for item in dial(keys).sign_in().poll().grants] == [grant.body]
    stolen = dial(alliance.members["AE"].keys).sign_in().push(grant)
    assert stolen[0].code == "not_entitled"
