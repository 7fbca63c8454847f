"""False directories: keys exchanged, ghosts, forged orders, keys that must not be used, suites nobody knows, floods."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.desk import Desk
from sync.errors import Refused
from sync.keys import DeviceKeys, make_request, new_device_keys
from sync.transport import HttpTransport
from sync.wire.calls import DirectoryItems, DirectoryReply, EnrolReply, EnrolRequest, PollReply
from sync.wire.codec import MAX_ENTRY, decode, encode
from sync.wire.directory import (
    DOMAIN,
    REQUEST_DOMAIN,
    SUITE,
    AdministratorAdded,
    Certificate,
    CertificateRequest,
    ContinuityNamed,
    DeviceEnrolled,
    DeviceRevoked,
    DirectoryEntry,
    Event,
)
from sync.wire.signing import Signed, pack, public_key, sign, unpack
from tests.attacks.ledger import tried
from tests.attacks.liar import Lie, sync_with
from tests.support.alliance import Alliance, running_alliance
from tests.support.secretariat import AT_MS, Ministry, Secretariat

EVIL = bytes(range(7, 39))
IDENTITY = b"\x01" + bytes(31)
ALWAYS = IDENTITY + bytes(32)  # a signature that verifies under a key of order 1, where nobody looks at the key
LOW_ORDER_ED25519 = [
    bytes(32),
    IDENTITY,
    b"\xec" + b"\xff" * 30 + b"\x7f",
    bytes(31) + b"\x80",
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    b"\xee" + b"\xff" * 30 + b"\x7f",  # not canonical
    b"\xff" * 32,
]
LOW_ORDER_X25519 = [
    bytes(32),
    IDENTITY,
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    b"\xec" + b"\xff" * 30 + b"\x7f",
    b"\xed" + b"\xff" * 30 + b"\x7f",
    b"\xee" + b"\xff" * 30 + b"\x7f",
    bytes(31) + b"\x80",  # a good point's other form begins so
]


@pytest.fixture(scope="module")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    """A secretariat and two desks, for all tests of this module."""
    with running_alliance(tmp_path_factory.mktemp("directories")) as made:
        made.desks()
        yield made


@pytest.fixture
def dakar(alliance: Alliance) -> Desk:
    """The desk that is lied to."""
    return alliance.dakar.desks[0]


def entry_by(seed: bytes, of: Ministry, event: Event, **changes: object) -> bytes:
    """An entry that follows a ministry's directory, whoever signs it."""
    directory = of.directory
    entry = DirectoryEntry(1, of.code, directory.sequence + 1, directory.head, public_key(seed), AT_MS, event)
    body = encode(msgspec.structs.replace(entry, **changes))
    return pack(Signed(body, sign(seed, DOMAIN, body)))


def request_with(keys: DeviceKeys, ministry: str, *, version: int = 1, **changes: object) -> bytes:
    """A request with something of its certificate exchanged, signed by the device of `keys`."""
    certificate = msgspec.structs.replace(Certificate(SUITE, keys.sign_key, keys.seal_key, "O", "D"), **changes)
    body = encode(CertificateRequest(version, ministry, certificate, AT_MS))
    signature = ALWAYS if "sign_key" in changes else keys.sign(REQUEST_DOMAIN, body)
    return pack(Signed(body, signature))


def publish(server: Secretariat, ministry: str, first: int, entries: list[bytes]) -> int:
    """Send entries to the server as anybody may."""
    way = HttpTransport(server.url)
    try:
        return way.call("enrol", EnrolRequest(ministry, first, entries), EnrolReply).sequence
    finally:
        way.close()


def refused(server: Secretariat, of: Ministry, entry: bytes) -> str:
    """The code with which the server refuses an entry."""
    with pytest.raises(Refused) as told:
        publish(server, of.code, len(of.entries) + 1, [entry])
    return told.value.code


def lie_with(ministry: str, first: int, entries: list[bytes]) -> dict[str, Lie]:
    """A server that says of each of these that it is the newest entry of a directory."""
    items = [DirectoryItems(ministry, first, [entry]) for entry in entries]

    def poll(_request: msgspec.Struct, reply: msgspec.Struct) -> msgspec.Struct:
        assert isinstance(reply, PollReply)
        return msgspec.structs.replace(reply, directories=items)

    return {"poll": poll, "directory": lambda _request, _reply: DirectoryReply(items)}


def devices(desk: Desk) -> set[bytes]:
    """The devices that a desk knows."""
    rows = desk._connection.database.all("SELECT device FROM devices WHERE revoked = 0")
    return {device for (device,) in rows}


def are_shown(desk: Desk, of: Ministry, entries: list[bytes]) -> None:
    """Let a server show a desk these entries: each is found false, and nothing changes."""
    before, replica = devices(desk), desk._connection.replica
    _, lies = sync_with(desk, lie_with(of.code, len(of.entries) + 1, entries))
    assert lies
    assert devices(desk) == before
    assert replica.directory_heads()[of.code] == len(of.entries)
    assert not replica.wipe_ordered()
    assert not replica.revoked()


def test_a_device_whose_key_was_exchanged_is_not_believed(alliance: Alliance, dakar: Desk) -> None:
    ministry = alliance.ministries["AE"]
    honest = new_device_keys()
    true = Ministry(ministry.keys, ministry.directory.copy(), list(ministry.entries))
    entry = true.enrol(make_request(honest, "AE", "Laila", "Abu Dhabi 2", AT_MS))
    signed = unpack(entry, MAX_ENTRY)
    body = decode(DirectoryEntry, signed.body)
    evil = new_device_keys()

    def exchanged(event: Event) -> bytes:
        """The true entry's signature under another event."""
        return pack(Signed(encode(msgspec.structs.replace(body, event=event)), signed.signature))

    attempts = [
        exchanged(DeviceEnrolled(make_request(evil, "AE", "Laila", "Abu Dhabi 2", AT_MS))),
        exchanged(DeviceEnrolled(request_with(honest, "AE", seal_key=evil.seal_key))),
        exchanged(AdministratorAdded(evil.sign_key, "Laila")),
        entry_by(evil.sign_seed, ministry, DeviceEnrolled(make_request(evil, "AE", "Laila", "Abu Dhabi 2", AT_MS))),
        entry_by(
            evil.sign_seed,
            ministry,
            DeviceEnrolled(make_request(evil, "AE", "Laila", "Abu Dhabi 2", AT_MS)),
            signer=public_key(ministry.keys.administrator_seed),
        ),
        *[
            pack(Signed(signed.body, bytes(64))),
            pack(Signed(signed.body[:-1] + bytes([signed.body[-1] ^ 1]), signed.signature)),
        ],
    ]
    with tried("malicious server", "a device's key exchanged", times=len(attempts)):
        are_shown(dakar, ministry, attempts)
    publish(alliance.server, "AE", len(ministry.entries) + 1, [entry])
    ministry.entries.append(entry)
    ministry.directory = true.directory
    dakar.sync_once()
    assert honest.device in devices(dakar)
    assert evil.device not in devices(dakar)


def test_nobody_else_names_administrators_or_continuity_keys(alliance: Alliance, dakar: Desk) -> None:
    ministry, other = alliance.ministries["SN"], alliance.ministries["AE"]
    seeds = [ministry.keys.administrator_seed, other.keys.root_seed, other.keys.administrator_seed, EVIL]
    ghosts: list[Event] = [
        AdministratorAdded(public_key(EVIL), "Ghost"),
        ContinuityNamed(new_device_keys().seal_key),
    ]
    attempts = [entry_by(seed, ministry, ghost) for seed in seeds for ghost in ghosts]
    with tried("malicious server", "a ghost administrator or a continuity key of its own", times=2 * len(attempts)):
        for attempt in attempts:
            assert refused(alliance.server, ministry, attempt) == "not_entitled"
        are_shown(dakar, ministry, attempts)


def test_a_wipe_is_ordered_by_its_own_ministry_only(alliance: Alliance, dakar: Desk) -> None:
    ministry, other = alliance.ministries["SN"], alliance.ministries["AE"]
    own = bytes.fromhex(dakar.identity().device)
    order = DeviceRevoked(own, "stolen", wipe=True)
    second = ministry.new_device("Thief", "Laptop")
    publish(alliance.server, "SN", len(ministry.entries), ministry.entries[-1:])
    dakar.sync_once()
    true = Ministry(ministry.keys, ministry.directory.copy(), [])
    another = unpack(true.say(DeviceRevoked(second.device, "stolen", wipe=True)), MAX_ENTRY)
    body = decode(DirectoryEntry, another.body)
    attempts = [
        entry_by(EVIL, ministry, order),
        entry_by(other.keys.root_seed, ministry, order),
        entry_by(other.keys.administrator_seed, ministry, order),
        entry_by(second.sign_seed, ministry, order),
        entry_by(EVIL, ministry, order, signer=public_key(ministry.keys.administrator_seed)),
        entry_by(EVIL, ministry, order, signer=ministry.keys.root),
        entry_by(ministry.keys.administrator_seed, other, order),  # a true key, in another's directory
        pack(Signed(encode(msgspec.structs.replace(body, event=order)), another.signature)),
    ]
    with tried("malicious server", "a forged wipe order", times=2 * len(attempts)):
        for attempt in attempts:
            assert refused(alliance.server, ministry, attempt) in ("not_entitled", "bad_signature")
        are_shown(dakar, ministry, attempts)
    case = dakar.new_case({"title": "Still here"}, ("SN",))
    assert dakar.sync_once().pushed >= 1
    assert dakar.show(case.record).fields["title"].value == "Still here"


@pytest.mark.parametrize("by_root", [False, True])
def test_keys_that_must_not_be_used_are_refused_at_the_door_and_on_the_desk(
    alliance: Alliance, dakar: Desk, by_root: bool
) -> None:
    ministry, keys = alliance.ministries["SN"], new_device_keys()
    if by_root:
        seed = ministry.keys.root_seed
        events: list[Event] = [AdministratorAdded(key, "Weak") for key in LOW_ORDER_ED25519]
        events += [ContinuityNamed(key) for key in LOW_ORDER_X25519]
    else:
        seed = ministry.keys.administrator_seed
        events = [DeviceEnrolled(request_with(keys, "SN", sign_key=key)) for key in LOW_ORDER_ED25519]
        events += [DeviceEnrolled(request_with(keys, "SN", seal_key=key)) for key in LOW_ORDER_X25519]
    with tried("malicious member", "keys of small order or in a second form", times=2 * len(events)):
        attempts = [entry_by(seed, ministry, event) for event in events]
        for attempt in attempts:
            assert refused(alliance.server, ministry, attempt) == "bad_signature"
        are_shown(dakar, ministry, attempts)


def test_suites_and_versions_that_nobody_knows_are_refused_at_the_door_and_on_the_desk(
    alliance: Alliance, dakar: Desk
) -> None:
    ministry, keys = alliance.ministries["SN"], new_device_keys()
    seed = ministry.keys.administrator_seed
    good = DeviceEnrolled(make_request(keys, "SN", "O", "D", AT_MS))
    attempts = [
        entry_by(seed, ministry, DeviceEnrolled(request_with(keys, "SN", suite=2))),
        entry_by(seed, ministry, DeviceEnrolled(request_with(keys, "SN", suite=0))),
        entry_by(seed, ministry, DeviceEnrolled(request_with(keys, "SN", version=2))),
        entry_by(seed, ministry, good, version=2),
        entry_by(seed, ministry, good, version=0),
    ]
    with tried("malicious member", "a suite or version that nobody knows", times=2 * len(attempts)):
        for attempt in attempts:
            assert refused(alliance.server, ministry, attempt) == "unknown_suite"
        are_shown(dakar, ministry, attempts)


def test_a_ministry_that_enrols_without_end_is_stopped_and_hurts_nobody_else(tmp_path: Path) -> None:
    limit, more = 300, 100
    server = Secretariat(tmp_path / "server")
    ministries = server.provision(["SN", "AE"])
    (server.data / "settings.toml").write_text(f"directory_entries = {limit}\n")
    flood = ministries["SN"]
    for number in range(limit + more - 1):
        flood.new_device(f"Officer {number}", "Desk")
    with server, tried("malicious client", "devices enrolled without end"):
        assert publish(server, "SN", 2, flood.entries[1:limit]) == limit
        with pytest.raises(Refused, match="entries") as told:
            publish(server, "SN", limit + 1, flood.entries[limit:])
        assert told.value.code == "directory_full"
        other = ministries["AE"]
        other.new_device()
        assert publish(server, "AE", 2, other.entries[1:]) == 2
