"""What the server refuses before it asks the storage: of whom it is, and of what the directories say by now."""

from __future__ import annotations

import msgspec
import pytest

from server.registry import Registry
from sync.entries import make_entry
from sync.keys import DeviceKeys, EpochKey
from sync.receipts import ReceiptDue, ReceivedRecord, Statement, make_receipt
from sync.wire.calls import PushItem
from sync.wire.codec import encode
from sync.wire.directory import DeviceRevoked
from sync.wire.membership import Membership
from sync.wire.signing import Signed, pack
from sync.wire.space import ENTRY_DOMAIN, Removed, read_entry
from tests.server.conformance.bench import Bench
from tests.support.wire_items import AT_MS, Chain, Space, found_space

RECORD = b"r" * 16


def receipt(keys: DeviceKeys, space: Space) -> PushItem:
    """A device's first receipt in a space."""
    said: list[Statement] = [ReceivedRecord(RECORD, [], AT_MS)]
    return PushItem("receipt", make_receipt(keys, ReceiptDue(space.id, 1, EpochKey(space.epoch, space.key), said)).data)


@pytest.mark.parametrize("what", ["segment", "receipt", "founding"])
@pytest.mark.parametrize("known", [True, False])
def test_what_a_revoked_device_made_is_not_brought_though_another_process_took_the_revocation(
    bench: Bench, what: str, *, known: bool
) -> None:
    space = found_space(bench.ae, {"AE": "lead", "SN": "contributor"})
    bench.push(bench.ae, space.item)
    items = {
        "segment": Chain(bench.sn, space).extend(),
        "receipt": receipt(bench.sn, space),
        "founding": found_space(bench.sn, {"AE": "lead", "SN": "lead"}).item,
    }
    revocation = bench.members["SN"].say(DeviceRevoked(bench.sn.device, "stolen", wipe=False))
    elsewhere = Registry(bench.storage)
    bench.run(elsewhere.refresh())
    bench.run(elsewhere.enrol("SN", len(bench.members["SN"].entries), [revocation]))
    if known:
        bench.run(bench.registry.refresh())
    assert bench.registry.is_revoked(bench.sn.device) == known
    assert bench.push(bench.ae, items[what]) == [("refused", "revoked", 0)]
    assert bench.pull(bench.ae, space.id).head_sequence == 1


def test_a_space_whose_founder_is_no_member_of_it_is_not_brought(bench: Bench) -> None:
    assert bench.push(bench.ae, found_space(bench.sn, {"AE": "lead"}).item) == [("refused", "not_entitled", 0)]
    assert bench.push(bench.ae, found_space(bench.sn, {"SN": "lead"}).item) == [("refused", "not_entitled", 0)]
    assert bench.push(bench.ae, found_space(bench.sn, {"AE": "lead", "SN": "lead"}).item) == [("stored", "", 1)]


def test_an_event_of_a_later_version_is_refused_as_one_that_the_server_cannot_judge(bench: Bench) -> None:
    space = found_space(bench.ae, {"AE": "lead"})
    bench.push(bench.ae, space.item)
    now = make_entry(bench.ae, Membership(space.id, space.entry), Removed("AE"), [], AT_MS)
    later = msgspec.structs.replace(read_entry(now)[0], event=msgspec.Raw(encode(["rename", "AE"])))
    body = encode(later)
    item = PushItem("entry", pack(Signed(body, bench.ae.sign(ENTRY_DOMAIN, body))))
    assert bench.push(bench.ae, item) == [("refused", "unknown_suite", 0)]
    assert bench.pull(bench.ae, space.id).head_sequence == 1
