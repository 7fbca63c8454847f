"""The vectors of PROTOCOL.md, each read back by the code; and the same code still makes them."""

from __future__ import annotations

import io
import json
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

import sync
from sync import merge, text
from sync.blobs import Blob, open_blob, read_manifest
from sync.bundle import BundleReader, check_bundle
from sync.changes import Recall, Unknown, decode_change, dependencies, encode_change
from sync.delta import read_delta
from sync.keys import ContinuityKey, DeviceKeys, EpochKey, open_grant
from sync.recall import holds, record_id, without
from sync.receipts import open_receipt
from sync.seal import _pad, open_segment
from sync.wire.charter import Charter
from sync.wire.checkpoint import read_checkpoint, verify_cosigned
from sync.wire.chunks import chunk_hash
from sync.wire.codec import decode, digest, encode
from sync.wire.directory import Directory, entry_hash, read_request
from sync.wire.errors import Malformed, WireError
from sync.wire.membership import Membership
from sync.wire.merkle import consistency_roots, inclusion_root, leaf_hash
from sync.wire.receipt import read_receipt, verify_receipt
from sync.wire.signing import fingerprint, verify
from sync.wire.space import (
    GRANT_DOMAIN,
    Segment,
    advance_head,
    read_grant,
    read_segment,
    space_id,
    verify_founding,
    verify_segment,
)
from tests.sync.desks import Sent, deliver
from tests.sync.make_vectors import as_json, sections

VECTORS: dict[str, Any] = json.loads((Path(sync.__file__).parent / "vectors.json").read_text())


def raw(digits: str) -> bytes:
    return bytes.fromhex(digits)


def test_the_vectors_are_those_that_the_code_makes() -> None:
    made = as_json(sections())
    assert made.keys() == VECTORS.keys()
    for name in made.keys() - {"grant", "bundle", "blob"}:  # libraries draw keys of their own there
        assert made[name] == VECTORS[name], name


def test_the_servers_log() -> None:
    log = VECTORS["server_log"]
    hashes = [leaf_hash(raw(one)) for one in log["leaves"]]
    place = log["inclusion"]
    path = [raw(one) for one in place["path"]]
    root = inclusion_root(place["index"], place["size"], hashes[place["index"]], path)
    assert root.hex() == log["roots"][place["size"]]
    for each in log["consistency"]:
        found = consistency_roots(each["older"], each["newer"], [raw(one) for one in each["path"]])
        assert [one.hex() for one in found] == [log["roots"][each["older"]], log["roots"][each["newer"]]]
    checkpoint = read_checkpoint(raw(log["checkpoint"]), raw(log["log_key"]))
    assert (checkpoint.size, checkpoint.root.hex()) == (7, log["roots"][7])
    keys = DeviceKeys(raw(VECTORS["device"]["sign_seed"]), raw(VECTORS["device"]["seal_secret"]))
    cosigned, within = verify_cosigned(raw(log["cosigned"]), keys.sign_key, raw(log["log_key"]))
    assert (cosigned.device, within) == (keys.device, checkpoint)


@pytest.mark.parametrize("case", VECTORS["digest"])
def test_digests(case: dict[str, Any]) -> None:
    parts = [raw(one) for one in case["parts"]]
    assert digest(*parts, domain=case["domain"], size=case["size"]).hex() == case["digest"]


def test_a_device_and_its_request() -> None:
    device = VECTORS["device"]
    keys = DeviceKeys(raw(device["sign_seed"]), raw(device["seal_secret"]))
    assert (keys.sign_key.hex(), keys.seal_key.hex()) == (device["sign_key"], device["seal_key"])
    assert keys.device.hex() == device["device"]
    assert fingerprint(keys.sign_key) == device["fingerprint"]
    signed = device["signature"]
    verify(keys.sign_key, signed["domain"], raw(signed["body"]), raw(signed["signature"]))
    assert read_request(raw(device["request"])).certificate.device == keys.device


def test_a_directory() -> None:
    vector = VECTORS["directory"]
    directory = Directory(vector["ministry"], raw(vector["root"]))
    for entry, head in zip(vector["entries"], vector["heads"], strict=True):
        directory.append(raw(entry))
        assert directory.head.hex() == head == entry_hash(raw(entry)).hex()
    assert [device.hex() for device in directory.devices] == [vector["device"]]


@pytest.mark.parametrize("bad", VECTORS["directory"]["bad"])
def test_a_directory_refuses(bad: dict[str, Any]) -> None:
    vector = VECTORS["directory"]
    directory = Directory(vector["ministry"], raw(vector["root"]))
    for entry in vector["entries"][: bad["after"]]:
        directory.append(raw(entry))
    with pytest.raises(WireError) as caught:
        directory.append(raw(bad["entry"]))
    assert caught.value.code == bad["code"]


def test_orders_of_a_directory() -> None:
    vector = VECTORS["orders"]
    directory = Directory(vector["ministry"], raw(vector["root"]))
    for entry in vector["entries"]:
        directory.append(raw(entry))
    assert directory.head.hex() == vector["head"]
    assert {device.hex(): sequence for device, sequence in directory.revoked.items()} == vector["revoked"]
    assert [device.hex() for device in directory.wiped] == vector["wiped"]
    assert directory.administrators == {}
    key = ContinuityKey(raw(vector["continuity_secret"]))
    assert (directory.continuity, key.key.hex(), key.id.hex()) == (
        key.key,
        vector["continuity"],
        vector["continuity_id"],
    )
    for bad in vector["bad"]:
        trial = Directory(vector["ministry"], raw(vector["root"]))
        for entry in vector["entries"][: bad["after"]]:
            trial.append(raw(entry))
        with pytest.raises(WireError) as caught:
            trial.append(raw(bad["entry"]))
        assert caught.value.code == bad["code"]


def test_a_charter() -> None:
    vector = VECTORS["charter"]
    genesis = {code: raw(root) for code, root in vector["genesis"].items()}
    for bad in vector["bad"]:
        with pytest.raises(WireError) as caught:
            Charter(genesis).append(raw(bad["entry"]))
        assert caught.value.code == bad["code"]
    charter = Charter(genesis)
    assert charter.head.hex() == vector["genesis_head"]
    for entry in vector["entries"]:
        charter.append(raw(entry))
    assert charter.head.hex() == vector["head"]
    assert {code: root.hex() for code, root in charter.roots.items()} == vector["roots"]


def test_a_founding_entry() -> None:
    vector = VECTORS["founding"]
    founding = verify_founding(raw(vector["entry"]), raw(vector["sign_key"]))
    assert space_id(raw(vector["entry"])).hex() == vector["space"]
    assert founding.commitment.hex() == vector["commitment"]


@pytest.mark.parametrize("bad", VECTORS["founding"]["bad"])
def test_a_founding_entry_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(WireError) as caught:
        verify_founding(raw(bad["entry"]), raw(VECTORS["founding"]["sign_key"]))
    assert caught.value.code == bad["code"]


class Books:
    """The directories of the vectors: two devices, two entries of each."""

    def find(self, device: bytes) -> tuple[str, bytes]:
        return next((code, raw(key)) for code, id_, key in VECTORS["entries"]["devices"] if raw(id_) == device)

    def revoked(self, ministry: str) -> dict[bytes, int]:
        assert ministry
        return {}

    def known(self, ministry: str) -> int:
        return 2 if ministry else 0


def members_after(count: int) -> Membership:
    vector = VECTORS["entries"]
    members = Membership(raw(vector["space"]), raw(vector["founding"]))
    for one in vector["entries"][:count]:
        members.append(raw(one["entry"]), Books())
    return members


@pytest.mark.parametrize("count", range(1, 6))
def test_entries_of_a_space(count: int) -> None:
    wanted, members = VECTORS["entries"]["entries"][count - 1], members_after(count)
    roles = {subject if isinstance(subject, str) else subject.hex(): role for subject, role in members.roles.items()}
    assert roles == dict(wanted["roles"])
    assert members.head == raw(wanted["head"])
    assert [epoch.id.hex() for epoch in members.epochs] == wanted["epochs"]
    assert members.excluding is wanted["excluding"]


@pytest.mark.parametrize("bad", VECTORS["entries"]["bad"])
def test_an_entry_of_a_space_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(WireError) as error:
        members_after(bad["after"]).append(raw(bad["entry"]), Books())
    assert error.value.code == bad["code"]


def test_a_segment() -> None:
    vector = VECTORS["segment"]
    segment, header = read_segment(raw(vector["data"]))
    assert verify_segment(segment, raw(vector["sign_key"])).hex() == vector["hash"]
    assert (header.first, header.last) == (vector["first"], vector["last"])
    assert header.epoch.hex() == VECTORS["founding"]["epoch"]
    opened = open_segment(segment, header, raw(vector["epoch_key"]))
    assert [change.hex() for change in opened] == vector["changes"]


@pytest.mark.parametrize("bad", VECTORS["segment"]["bad"])
def test_a_segment_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(WireError) as caught:
        verify_segment(read_segment(raw(bad["data"]))[0], raw(VECTORS["segment"]["sign_key"]))
    assert caught.value.code == bad["code"]


@pytest.mark.parametrize("sealed", VECTORS["segment"]["does_not_open"])
def test_a_body_does_not_open(sealed: str) -> None:
    vector = VECTORS["segment"]
    segment, header = read_segment(raw(vector["data"]))
    with pytest.raises(Malformed):
        open_segment(Segment(segment.header, raw(sealed), segment.signature), header, raw(vector["epoch_key"]))


def test_a_receipt() -> None:
    vector = VECTORS["receipt"]
    receipt, header = read_receipt(raw(vector["data"]))
    assert verify_receipt(receipt, raw(vector["sign_key"])).hex() == vector["hash"]
    assert header.number == vector["number"]
    opened = open_receipt(receipt, raw(vector["epoch_key"]))
    assert [encode(one).hex() for one in opened] == vector["statements"]


@pytest.mark.parametrize("bad", VECTORS["receipt"]["bad"])
def test_a_receipt_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(WireError) as caught:
        verify_receipt(read_receipt(raw(bad["data"]))[0], raw(VECTORS["receipt"]["sign_key"]))
    assert caught.value.code == bad["code"]


def test_a_grant() -> None:
    vector = VECTORS["grant"]
    grant, signed = read_grant(raw(vector["data"]))
    verify(raw(vector["sign_key"]), GRANT_DOMAIN, signed.body, signed.signature)
    recipient = DeviceKeys(raw(vector["recipient"]["sign_seed"]), raw(vector["recipient"]["seal_secret"]))
    assert open_grant(recipient, grant) == [EpochKey(raw(space), raw(key)) for space, key in vector["keys"]]


def test_a_bundle() -> None:
    vector = VECTORS["bundle"]
    assert check_bundle(io.BytesIO(raw(vector["data"]))).device.hex() == vector["device"]
    keys = DeviceKeys(raw(vector["reader"]["sign_seed"]), raw(vector["reader"]["seal_secret"]))
    (parts,) = BundleReader(io.BytesIO(raw(vector["data"]))).parts(keys)
    assert as_json([decode(list[object], encode(each)) for each in parts]) == vector["records"]


def test_a_blob() -> None:
    vector = VECTORS["blob"]
    blob, manifest = decode(Blob, raw(vector["blob"])), raw(vector["manifest"])
    assert read_manifest(manifest, blob.id).chunks == [chunk_hash(raw(each)) for each in vector["chunks"]]
    sealed = io.BytesIO(b"".join(raw(each) for each in vector["chunks"]))
    assert b"".join(open_blob(blob, manifest, sealed)) == raw(vector["plain"])


def test_the_head_of_a_log() -> None:
    head = bytes(32)
    for (kind, body), expected in zip(VECTORS["log"]["items"], VECTORS["log"]["heads"], strict=True):
        head = advance_head(head, kind, raw(body))
        assert head.hex() == expected


@pytest.mark.parametrize(("size", "padded"), VECTORS["padding"])
def test_padding(size: int, padded: int) -> None:
    assert len(_pad(bytes(size))) == padded


@pytest.mark.parametrize("good", VECTORS["changes"]["good"])
def test_a_change(good: dict[str, Any]) -> None:
    change = decode_change(raw(good["change"]))
    operations = [one for edit in change.edits for one in edit.operations]
    names = ["?" if isinstance(one, Unknown) else type(one).__name__.lower() for one in operations]
    assert names == good["operations"]
    assert as_json(dependencies(change, b"z" * 16, 1)) == good["needs"]


@pytest.mark.parametrize("bad", VECTORS["changes"]["bad"])
def test_a_change_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(WireError) as caught:
        decode_change(raw(bad["change"]))
    assert caught.value.code == bad["code"]


def test_a_text() -> None:
    vector = VECTORS["text"]
    start = text.start(raw(vector["origin"]), vector["plain"])
    assert (start.hex(), text.client(raw(vector["origin"]))) == (vector["start"], vector["client"])
    assert text.edit(start, raw(vector["delta_origin"]), vector["text"]).hex() == vector["delta"]
    for documents in ([start, raw(vector["delta"])], [raw(vector["delta"]), start]):
        document, read = text.merge(documents)
        assert (document.hex(), read) == (vector["document"], vector["text"])


@pytest.mark.parametrize("bad", VECTORS["text"]["bad_deltas"])
def test_a_delta_is_refused(bad: str) -> None:
    with pytest.raises(Malformed):
        read_delta(raw(bad))


def test_a_recall() -> None:
    given = {name: bytes.fromhex(value) for name, value in VECTORS["recall"].items()}
    device, record = given["device"], given["record"]
    assert record_id(device, given["nonce"]) == record
    assert encode_change(without(decode_change(given["made"]), [record])) == given["left"]
    recall = decode_change(given["recall"]).edits[0].operations[0]
    assert isinstance(recall, Recall)
    ministries: dict[bytes, str] = {device: "SN", b"o" * 16: "SN", b"x" * 16: "AE"}
    assert holds(recall, device, record, None, ministries.get)
    assert holds(recall, b"o" * 16, record, None, ministries.get)  # a colleague at another desk
    assert not holds(recall, b"x" * 16, record, None, ministries.get)
    assert not holds(recall, device, b"r" * 16, None, ministries.get)
    assert not holds(recall, device, record, None, dict[bytes, str]().get)
    assert holds(recall, b"o" * 16, b"r" * 16, device, ministries.get)  # the case itself: its founder's
    assert not holds(recall, b"o" * 16, record, b"o" * 16, ministries.get)


@pytest.mark.parametrize("story", VECTORS["merge"], ids=[story["name"] for story in VECTORS["merge"]])
@pytest.mark.parametrize("order", [[0], [1], [0, 1], [1, 0]])
def test_a_merge(story: dict[str, Any], order: list[int]) -> None:
    sent: list[Sent] = [(raw(device), sequence, raw(change)) for device, sequence, change in story["changes"]]
    desk = deliver(sent, cycle(order))
    assert merge.encode_state(desk.state).hex() == story["state"]
    assert (desk.state.conflicts, desk.state.deleted, desk.state.revived) == (
        story["conflicts"],
        story["deleted"],
        story["revived"],
    )
