"""Items that another device made, brought to the real server by who may and who may not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync.keys import DeviceKeys, new_device_keys
from sync.wire import calls
from sync.wire.directory import DeviceRevoked
from tests.attacks.ledger import tried
from tests.server.conftest import Alliance, make_alliance
from tests.support.bare_desk import BareDesk
from tests.support.wire_items import Chain, Space, found_space


@pytest.fixture(scope="module")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    """A running secretariat, with a device each of AE, FR and SN."""
    made = make_alliance(tmp_path_factory.mktemp("relays"))
    with made.secretariat:
        yield made


def dial(alliance: Alliance, keys: DeviceKeys) -> BareDesk:
    return BareDesk(alliance.secretariat.url, keys).sign_in()


def codes(desk: BareDesk, *items: calls.PushItem) -> list[str]:
    return [result.code or result.status for result in desk.push(*items)]


def tell(alliance: Alliance, code: str) -> None:
    desk = BareDesk(alliance.secretariat.url, alliance.ae)
    desk.call("enrol", calls.EnrolRequest(code, 1, alliance.members[code].entries))
    desk.close()


@pytest.fixture
def relay(alliance: Alliance) -> Iterator[BareDesk]:
    """The member's desk that reaches the server."""
    desk = dial(alliance, alliance.ae)
    yield desk
    desk.close()


@pytest.fixture
def space(alliance: Alliance, relay: BareDesk) -> Space:
    """A space of AE, which reaches the server, and SN, which does not."""
    found = found_space(alliance.ae, {"AE": "lead", "SN": "contributor"})
    assert codes(relay, found.item) == ["stored"]
    return found


def test_a_desk_finds_what_another_brought_for_it_as_known(alliance: Alliance, relay: BareDesk, space: Space) -> None:
    with tried("malicious client", "what another made, brought again, with a gap, and over what is there", times=4):
        field = Chain(alliance.sn, space)
        one, two, three = field.extend(), field.extend(), field.extend()
        other = Chain(alliance.sn, space).extend()
        assert codes(relay, one, three, two, one) == ["stored", "gap", "stored", "known"]
        assert codes(relay, other) == ["fork"]
        desk = dial(alliance, alliance.sn)
        assert codes(desk, one, two, three) == ["known", "known", "stored"]
        assert [item.body for item in desk.pull_all(space.id)] == [space.entry, one.body, two.body, three.body]
        desk.close()


def test_what_is_not_as_its_author_signed_it_is_not_brought(alliance: Alliance, relay: BareDesk, space: Space) -> None:
    with tried("malicious client", "bringing a forged segment in another's name", times=3):
        before = relay.pull_all(space.id)
        forged = Chain(alliance.sn, space).make(signer=alliance.ae)
        assert codes(relay, calls.PushItem("segment", forged)) == ["bad_signature"]
        stranger = Chain(new_device_keys(), space).extend()
        assert codes(relay, stranger) == ["no_such_device"]
        turned = bytearray(Chain(alliance.sn, space).extend().body)
        turned[100] ^= 1
        assert codes(relay, calls.PushItem("segment", bytes(turned)))[0] in ("bad_signature", "malformed")
        assert relay.pull_all(space.id) == before


def test_nobody_writes_by_another_where_it_is_no_member(alliance: Alliance, relay: BareDesk, space: Space) -> None:
    with tried("malicious client", "bringing what a stranger made, and as a stranger what a member made", times=4):
        before = relay.pull_all(space.id)
        assert codes(relay, Chain(alliance.fr, space).extend()) == ["not_entitled"]
        stranger = dial(alliance, alliance.fr)
        assert codes(stranger, Chain(alliance.sn, space).extend()) == ["no_such_space"]
        elsewhere = found_space(alliance.sn, {"SN": "lead"})
        assert codes(stranger, elsewhere.item) == ["not_entitled"]
        assert codes(relay, Chain(alliance.sn, elsewhere).extend()) == ["no_such_space"]
        assert relay.pull_all(space.id) == before
        stranger.close()


def test_what_a_revoked_device_made_is_not_brought_by_another(alliance: Alliance, relay: BareDesk) -> None:
    with tried("malicious member", "bringing what a revoked device wrote, or founded", times=2):
        stolen = alliance.members["SN"].new_device()
        tell(alliance, "SN")
        space = found_space(stolen, {"SN": "lead", "AE": "contributor"})
        chain = Chain(stolen, space)
        assert codes(relay, space.item, chain.extend()) == ["stored", "stored"]
        alliance.members["SN"].say(DeviceRevoked(stolen.device, "stolen", wipe=False))
        tell(alliance, "SN")
        assert codes(relay, chain.extend()) == ["revoked"]
        assert codes(relay, found_space(stolen, {"SN": "lead", "AE": "contributor"}).item) == ["revoked"]


def test_a_space_that_was_founded_away_from_the_server_is_brought_with_all_of_it(
    alliance: Alliance, relay: BareDesk
) -> None:
    with tried("malicious client", "a space founded by another, which the caller only reads"):
        space = found_space(alliance.sn, {"SN": "lead", "AE": "reader"})
        chain = Chain(alliance.sn, space)
        assert codes(relay, space.item, chain.extend()) == ["stored", "stored"]
        assert codes(relay, Chain(alliance.ae, space).extend()) == ["not_entitled"]
        desk = dial(alliance, alliance.sn)
        assert codes(desk, space.item, chain.extend()) == ["known", "stored"]
        desk.close()
