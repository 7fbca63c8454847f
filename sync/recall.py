"""Recall: who may take a record back, and what is left of a change whose records were. PROTOCOL.md, "Recall"."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from sync.changes import Change, Create, Operation, Recall, Recalled, RecordEdit, Unknown
from sync.wire.codec import ID_BYTES, digest

_LEFT = (Create, Recall, Recalled)


def record_id(device: bytes, nonce: bytes) -> bytes:
    """The id of a record that a device makes with a nonce: nobody else can have made one of that id."""
    return digest(device, nonce, domain="tahaluf-record", size=ID_BYTES)


def holds(
    recall: Recall, author: bytes, record: bytes, founder: bytes | None, ministry_of: Callable[[bytes], str | None]
) -> bool:
    """Whether a recall holds that device `author` wrote: the record's maker is of its own ministry.

    `founder`: the device that founded the space, where the record is the one that bears the space's id. A device's
    ministry never changes, so all desks judge alike.
    """
    if founder is not None:
        if recall.device != founder:
            return False
    elif record_id(recall.device, recall.nonce) != record:
        return False
    ministry = ministry_of(recall.device)
    return ministry is not None and ministry == ministry_of(author)


def without(change: Change, records: Collection[bytes]) -> Change:
    """The change with no content of these records: each operation keeps its place, so that the others keep theirs."""
    edits = [edit if edit.record not in records else _emptied(edit) for edit in change.edits]
    return msgspec.structs.replace(change, edits=edits)


def _emptied(edit: RecordEdit) -> RecordEdit:
    left: list[Operation | Unknown] = [one if isinstance(one, _LEFT) else Recalled() for one in edit.operations]
    return RecordEdit(edit.record, left)
