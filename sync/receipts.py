"""Statements of what a desk has, has shown or has destroyed: made into one sealed and signed receipt, and read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from sync.changes import Dependency, Dot
from sync.keys import DeviceKeys, EpochKey
from sync.seal import close_body, open_body
from sync.wire.codec import MAX_HEADS, Id, Moment, decode, encode
from sync.wire.errors import Malformed
from sync.wire.receipt import (
    MAX_PLAIN,
    MAX_STATEMENTS,
    RECEIPT_DOMAIN,
    Receipt,
    ReceiptHeader,
    receipt_hash,
)
from sync.wire.space import SUITE, VERSION

ROOM = 48 * 1024  # bytes of statements that are put into one receipt: even what does not compress fits

UpTo = Annotated[list[Dependency], Meta(max_length=MAX_HEADS)]


class ReceivedRecord(msgspec.Struct, frozen=True, array_like=True, tag="received"):
    """The desk has applied these changes of a record; `at_ms` by its own clock."""

    record: Id
    upto: UpTo
    at_ms: Moment


class ReadRecord(msgspec.Struct, frozen=True, array_like=True, tag="read"):
    """An officer had the record open on screen, as of these changes."""

    record: Id
    upto: UpTo
    at_ms: Moment


class DeletedRecord(msgspec.Struct, frozen=True, array_like=True, tag="deleted"):
    """The desk destroyed the content of a record, because this write recalled it."""

    record: Id
    recall: Dot
    at_ms: Moment


Statement = ReceivedRecord | ReadRecord | DeletedRecord
KINDS: dict[type, str] = {ReceivedRecord: "received", ReadRecord: "read", DeletedRecord: "deleted"}


class ReceiptDue(msgspec.Struct, frozen=True):
    """What this desk has to say in one space, and the number and key of the receipt that says it."""

    space: bytes
    number: int
    key: EpochKey
    statements: list[Statement]


class MadeReceipt(msgspec.Struct, frozen=True):
    """A receipt of our own, to be kept and sent."""

    due: ReceiptDue
    hash: bytes
    data: bytes


class OpenedReceipt(msgspec.Struct, frozen=True):
    """A receipt that was verified and, where the epoch's key is here, opened."""

    data: bytes  # as received
    hash: bytes
    header: ReceiptHeader
    statements: list[Statement]  # those that this version knows
    locked: bool = False  # no key yet
    late: bool = False  # its device was known to be revoked


def make_receipt(keys: DeviceKeys, due: ReceiptDue) -> MadeReceipt:
    """Seal and sign what is due."""
    header = encode(ReceiptHeader(VERSION, SUITE, due.space, keys.device, due.number, due.key.epoch))
    sealed = close_body(encode(due.statements), header, due.key.key)
    value = receipt_hash(Receipt(header, sealed, bytes(64)))
    return MadeReceipt(due, value, encode(Receipt(header, sealed, keys.sign(RECEIPT_DOMAIN, value))))


def open_receipt(receipt: Receipt, epoch_key: bytes) -> list[Statement]:
    """Return the known statements of a receipt whose signature was verified. Raises Malformed."""
    plain = open_body(receipt.sealed, receipt.header, epoch_key, MAX_PLAIN)
    raw = decode(list[msgspec.Raw], plain, MAX_PLAIN)
    if len(raw) > MAX_STATEMENTS:
        raise Malformed(f"{len(raw)} statements in one receipt")
    return [found for found in (_read(bytes(one)) for one in raw) if found is not None]


def fitting(statements: Iterable[Statement]) -> list[Statement]:
    """The first of some statements, as many as one receipt takes."""
    found: list[Statement] = []
    size = 0
    for one in statements:
        size += len(encode(one))
        if found and (size > ROOM or len(found) == MAX_STATEMENTS):
            break
        found.append(one)
    return found


def _read(data: bytes) -> Statement | None:
    """A statement; None for one of a later version. Raises Malformed for a known one that is not well formed."""
    name = decode(list[object], data, MAX_PLAIN)[:1]
    if not name or not isinstance(name[0], str):
        raise Malformed("a statement without a name")
    if name[0] not in KINDS.values():
        return None
    return decode(Statement, data, MAX_PLAIN)  # type: ignore[arg-type]  # a union is no class to mypy
