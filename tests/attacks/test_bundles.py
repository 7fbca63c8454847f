"""Bundles that are torn, altered, forged or hostile: what verifies is taken, and nothing else."""

from __future__ import annotations

import io
import random
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.casework.attachments import Attachment, write_reference
from desktop.casework.carry_views import BundleFile, Order
from desktop.desk import Desk
from desktop.refusals import Refused
from desktop.store.verify import verify
from sync.blobs import seal_blob
from sync.bundle import (
    MAGIC,
    BlobPart,
    BundleWriter,
    ChunkPart,
    DirectoryPart,
    EndPart,
    EntryPart,
    GrantPart,
    HavePart,
    Part,
    SegmentPart,
)
from sync.keys import DeviceKeys, EpochKey, make_grant, new_device_keys
from sync.seal import Place, found_space, seal
from sync.wire.codec import encode
from sync.wire.space import Member
from tests.attacks.ledger import tried
from tests.support.secretariat import make_ministry
from tests.support.stick import StickAlliance, without_server

REFUSED = ("not_a_bundle", "bundle_damaged", "bundle_not_for_us", "unknown_suite")
AT_MS = 1_795_000_000_000


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[StickAlliance]:
    """Desks in homes of their own, without a server."""
    with without_server(tmp_path) as made:
        yield made


def keys_of(alliance: StickAlliance, code: str) -> DeviceKeys:
    return alliance.desks[code]._connection.replica.device_keys()


def forge(alliance: StickAlliance, keys: DeviceKeys, parts: list[Part], *, to: str = "AE") -> Path:
    """A bundle of any parts, sealed to a desk by any keys."""
    stream = io.BytesIO()
    writer = BundleWriter(stream, keys, [keys_of(alliance, to).seal_key], AT_MS)
    for part in parts:
        writer.add(part)
    writer.close()
    path = alliance.folder / "forged"
    path.write_bytes(stream.getvalue())
    return path


def read(alliance: StickAlliance, path: Path, code: str = "AE") -> BundleFile:
    return alliance.desks[code].bundle_read([path]).files[0]


def outcome(alliance: StickAlliance, path: Path) -> str:
    """The code that a file was refused with; empty if it was read as whole."""
    try:
        return "bundle_damaged" if read(alliance, path).damaged_at >= 0 else ""
    except Refused as refused:
        return refused.code


def shared_case(alliance: StickAlliance) -> bytes:
    """A case of Dakar and Abu Dhabi that both have."""
    case = alliance.desks["SN"].new_case({"title": "Nord"}, ("AE",)).record
    alliance.carry("SN", "AE")
    return bytes.fromhex(case)


def key_of(desk: Desk, space: bytes) -> bytes:
    key: bytes = desk._connection.database.value(
        "SELECT key FROM epochs WHERE space = (SELECT n FROM spaces WHERE id = ?)", (space,)
    )
    return key


def test_bits_that_turned_over_cost_what_stands_behind_them_and_nothing_else(alliance: StickAlliance) -> None:
    for _ in range(12):
        alliance.desks["SN"].new_case({"title": "Nord", "summary": secrets.token_hex(60_000)}, ("AE",))
    stick = alliance.folder / "stick"
    alliance.desks["SN"].bundle_write(stick, Order(("AE",)))
    whole = stick.read_bytes()
    source = random.Random(1)
    places = [source.randrange(len(whole)) for _ in range(20)] + [0, len(MAGIC), len(whole) - 1]
    torn = alliance.folder / "torn"
    for place in places:
        with tried("faults", "a bundle with a bit turned over"):
            data = bytearray(whole)
            data[place] ^= 1 << source.randrange(8)
            torn.write_bytes(data)
            assert outcome(alliance, torn) in REFUSED
    with tried("faults", "the whole bundle after its damaged copies"):
        assert read(alliance, stick).damaged_at == -1
        assert alliance.states("AE") == alliance.states("SN")
        assert verify(alliance.desks["AE"]._connection).ok


def test_a_bundle_cut_anywhere_ends_in_words(alliance: StickAlliance) -> None:
    shared_case(alliance)
    stick = alliance.folder / "stick.tahaluf"
    whole = stick.read_bytes()
    torn = alliance.folder / "torn"
    for size in range(0, len(whole), max(len(whole) // 20, 1)):
        with tried("faults", "a bundle cut short"):
            torn.write_bytes(whole[:size])
            assert outcome(alliance, torn) in REFUSED
    with tried("malicious member", "bytes behind the end of a bundle"):
        torn.write_bytes(whole + b"x")
        assert read(alliance, torn).problems == ("bundle_damaged",)


@tried("malicious client", "a bundle by keys that nobody enrolled")
def test_a_bundle_by_a_device_that_no_directory_names_is_refused(alliance: StickAlliance) -> None:
    space = shared_case(alliance)
    path = forge(alliance, new_device_keys(), [HavePart(space, [])])
    with pytest.raises(Refused, match="unknown_device"):
        read(alliance, path)


@tried("malicious client", "a directory in a bundle, signed by another root")
def test_a_forged_directory_enrols_nobody(alliance: StickAlliance) -> None:
    false = make_ministry("FR")
    device = false.new_device()
    path = forge(alliance, device, [DirectoryPart("FR", 1, false.entries), HavePart(bytes(16), [])])
    with pytest.raises(Refused, match="unknown_device"):
        read(alliance, path)
    assert alliance.desks["AE"]._connection.replica.certificate(device.device) is None


@pytest.mark.parametrize("size", [0, 1, 16, 17, (1 << 20) + 1_059, (1 << 32) - 1])
def test_a_frame_that_announces_any_length_is_not_believed(alliance: StickAlliance, size: int) -> None:
    with tried("malicious member", "a frame of a wrong length, up to 4 GiB"):
        path = forge(alliance, keys_of(alliance, "SN"), [HavePart(bytes(16), [])])
        data = path.read_bytes()
        header = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 4], "big")
        at = len(MAGIC) + 4 + header
        path.write_bytes(data[:at] + size.to_bytes(4, "big") + data[at + 4 :])
        assert read(alliance, path).damaged_at >= at


@tried("malicious member", "frames in another order")
def test_frames_that_changed_places_are_not_read(alliance: StickAlliance) -> None:
    parts: list[Part] = [SegmentPart(bytes(16), secrets.token_bytes(800_000)) for _ in range(3)]
    path = forge(alliance, keys_of(alliance, "SN"), parts)
    data = path.read_bytes()
    at = len(MAGIC) + 4 + int.from_bytes(data[len(MAGIC) : len(MAGIC) + 4], "big")
    first = at + 4 + int.from_bytes(data[at : at + 4], "big")
    second = first + 4 + int.from_bytes(data[first : first + 4], "big")
    path.write_bytes(data[:at] + data[first:second] + data[at:first] + data[second:])
    assert read(alliance, path).damaged_at == at


def hostile_segments(alliance: StickAlliance, space: bytes) -> dict[str, tuple[DeviceKeys, list[Part]]]:
    """By what is tried: who writes the bundle, and what is in it."""
    member, stranger = keys_of(alliance, "SN"), keys_of(alliance, "IT")
    key = key_of(alliance.desks["SN"], space)
    body = encode([1, AT_MS, 1, [], [[secrets.token_bytes(16), [["create", "person"]]]]])
    by_stranger = seal(stranger, Place(space), key, [], [body]).data
    outside, entry = found_space(stranger, "case", [Member("IT", "lead")], bytes(32), AT_MS)
    in_outside = seal(stranger, Place(outside), bytes(32), [], [body]).data
    other_epoch = seal(member, Place(space, 1), secrets.token_bytes(32), [], [body]).data
    gone = alliance.desks["SN"].new_case({"title": "Elsewhere"}, ("AE",)).record
    stick = alliance.folder / "elsewhere"
    alliance.desks["SN"].bundle_write(stick, Order(("AE",), (gone,)))
    elsewhere: bytes = alliance.desks["SN"]._connection.database.value("SELECT data FROM segments ORDER BY n DESC")
    altered = bytearray(by_stranger)
    altered[-1] ^= 1
    return {
        "a segment by a device of no member": (member, [SegmentPart(space, by_stranger)]),
        "a space of which the reader is no member": (
            stranger,
            [EntryPart(outside, 1, entry), SegmentPart(outside, in_outside)],
        ),
        "another founding in a space's place": (member, [EntryPart(space, 1, entry)]),
        "a segment of another space": (member, [SegmentPart(space, elsewhere)]),
        "a segment in an epoch that the space does not have": (member, [SegmentPart(space, other_epoch)]),
        "a segment whose signature was altered": (member, [SegmentPart(space, bytes(altered))]),
        "garbage in place of items": (
            member,
            [SegmentPart(space, b"x" * 99), EntryPart(space, 2, b"y"), GrantPart(b"z")],
        ),
    }


def test_hostile_items_in_a_proper_bundle_change_nothing(alliance: StickAlliance) -> None:
    space = shared_case(alliance)
    before = alliance.states("AE")
    for what, (keys, parts) in hostile_segments(alliance, space).items():
        with tried("malicious member", f"in a bundle, {what}"):
            done = read(alliance, forge(alliance, keys, parts))
            assert (done.taken, done.applied, done.damaged_at) == (0, 0, -1), what
            assert done.rejected >= 1, what
            assert alliance.states("AE") == before, what
    assert len(alliance.desks["AE"]._connection.reads.spaces()) == 1


@tried("malicious member", "a grant in a bundle that another device made, or that is for another one")
def test_grants_of_others_give_no_key(alliance: StickAlliance) -> None:
    space = shared_case(alliance)
    certificate = alliance.ministries["AE"].certificate(keys_of(alliance, "AE"))
    to_italy = alliance.ministries["IT"].certificate(keys_of(alliance, "IT"))
    key = EpochKey(space, secrets.token_bytes(32))
    parts: list[Part] = [
        GrantPart(make_grant(new_device_keys(), certificate, [key], AT_MS)),
        GrantPart(make_grant(keys_of(alliance, "SN"), to_italy, [key], AT_MS)),
    ]
    done = read(alliance, forge(alliance, keys_of(alliance, "SN"), parts))
    assert (done.grants, done.rejected, done.problems) == (0, 1, ("unknown_device",))


def test_records_of_a_later_version_are_passed_over_and_known_ones_that_are_wrong_end_it(
    alliance: StickAlliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = shared_case(alliance)
    later = msgspec.Raw(encode(["hologram", {"x": 1}]))
    add: Callable[[BundleWriter, Part], None] = BundleWriter.add
    stream = io.BytesIO()
    writer = BundleWriter(stream, keys_of(alliance, "SN"), [keys_of(alliance, "AE").seal_key], AT_MS)
    writer._parts.append(bytes(later))
    add(writer, HavePart(space, []))
    writer.close()
    path = alliance.folder / "later"
    path.write_bytes(stream.getvalue())
    done = read(alliance, path)
    assert (done.newer, done.damaged_at) == (1, -1)
    wrong: list[object] = [["end"], ["have", 7], ["segment", b"short", b""], 5, [5], []]
    for each in wrong:
        with tried("malicious member", "a record of a bundle that is not what it says"):
            stream = io.BytesIO()
            writer = BundleWriter(stream, keys_of(alliance, "SN"), [keys_of(alliance, "AE").seal_key], AT_MS)
            writer._parts.append(encode(each))
            writer.add(EndPart(more=False))
            writer.close()
            path.write_bytes(stream.getvalue())
            assert read(alliance, path).problems == ("bundle_damaged",)


def test_no_byte_of_a_file_is_kept_that_no_record_names(alliance: StickAlliance) -> None:
    space = shared_case(alliance)
    keys = keys_of(alliance, "SN")
    blob, manifest = seal_blob(io.BytesIO(secrets.token_bytes(2_000)), sealed := io.BytesIO())
    chunk = ChunkPart(blob.id, 0, sealed.getvalue())
    abu_dhabi = alliance.desks["AE"]
    with tried("malicious member", "evidence that no record names, or without a manifest", times=2):
        taken = read(alliance, forge(alliance, keys, [BlobPart(space, manifest), chunk]))
        assert (taken.files, taken.chunks, taken.problems) == (0, 0, ("unnamed_file",))
        assert read(alliance, forge(alliance, keys, [chunk])).chunks == 0
        assert abu_dhabi.bundle_evidence() == []
    element = write_reference(Attachment(blob, "film.mp4"))
    alliance.desks["SN"].add_element(space.hex(), "files", element)
    alliance.carry("SN", "AE")
    with tried("malicious member", "another chunk than the manifest names, out of order, and twice", times=3):
        other = ChunkPart(blob.id, 0, secrets.token_bytes(2_017))
        later = ChunkPart(blob.id, 7, sealed.getvalue())
        taken = read(alliance, forge(alliance, keys, [BlobPart(space, manifest), other, later, chunk, chunk]))
        assert (taken.files, taken.chunks, taken.waiting, taken.problems) == (1, 1, 0, ("blob_damaged",))
        assert [each.size for each in abu_dhabi.bundle_evidence()] == [2_000]
