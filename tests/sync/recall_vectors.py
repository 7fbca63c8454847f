"""The vectors of PROTOCOL.md, "Recall"."""

from __future__ import annotations

from typing import Any

from sync.changes import Change, Create, Recall, RecordEdit, Set, encode_change
from sync.recall import record_id, without
from tests.sync.desks import DEVICES


def recalls(at_ms: int, nonce: bytes) -> dict[str, Any]:
    """A record that a device makes and recalls, and what is left of its making."""
    device = DEVICES[0]
    record = record_id(device, nonce)
    made = Change(1, at_ms, 5, [], [RecordEdit(record, [Create("person", nonce), Set("name", "x", [])])])
    recall = Change(1, at_ms, 6, [], [RecordEdit(record, [Recall(device, nonce, "wrong case")])])
    return {
        "device": device,
        "nonce": nonce,
        "record": record,
        "made": encode_change(made),
        "recall": encode_change(recall),
        "left": encode_change(without(made, [record])),
    }
