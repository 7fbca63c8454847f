"""Receipts on the wire: what a device says that it has, has shown to its officer, or has destroyed.

A receipt stands beside the segments in a space's log, and every device with a role there gives them. Each says all it
has to say by itself, so one that is missing takes nothing from the others. PROTOCOL.md, "Receipts".
"""

from __future__ import annotations

import msgspec

from sync.wire.codec import Id, Sequence, Signature, decode, digest
from sync.wire.errors import UnknownSuite
from sync.wire.signing import verify
from sync.wire.space import SUITE, VERSION

RECEIPT_DOMAIN = "receipt"
MAX_RECEIPT = 64 * 1024  # bytes of one as it travels
MAX_STATEMENTS = 500  # in one
MAX_PLAIN = 512 * 1024  # bytes of statements in one, opened


class ReceiptHeader(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the server reads of a receipt: whose, where, the how many-th of this device there, under which key."""

    version: int
    suite: int
    space: Id
    device: Id
    number: Sequence
    epoch: Id


class Receipt(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Statements of one device on records of one space, sealed and signed together."""

    header: bytes
    sealed: bytes  # as a segment's, with this header as associated data
    signature: Signature


def read_receipt(data: bytes) -> tuple[Receipt, ReceiptHeader]:
    """Read a receipt and its header without verifying or opening it; raises Malformed or UnknownSuite."""
    receipt = decode(Receipt, data, MAX_RECEIPT)
    header = decode(ReceiptHeader, receipt.header, MAX_RECEIPT)
    if header.version != VERSION or header.suite != SUITE:
        raise UnknownSuite(f"version {header.version}, suite {header.suite} of a receipt is not known here")
    return receipt, header


def receipt_hash(receipt: Receipt) -> bytes:
    """Return what is signed, and what tells two receipts of one number apart."""
    return digest(receipt.header, receipt.sealed, domain="tahaluf-receipt")


def verify_receipt(receipt: Receipt, sign_key: bytes) -> bytes:
    """Verify the signature of a receipt; returns its hash. Raises BadSignature."""
    value = receipt_hash(receipt)
    verify(sign_key, RECEIPT_DOMAIN, value, receipt.signature)
    return value
