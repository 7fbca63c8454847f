"""Receipts as a device would make them, and as none should: any statements, any name, any signature."""

from __future__ import annotations

import secrets

from nacl import bindings

from sync.keys import DeviceKeys, commitment
from sync.seal import NONCE_BYTES, _pad, close_body
from sync.wire.codec import encode
from sync.wire.receipt import RECEIPT_DOMAIN, Receipt, ReceiptHeader, receipt_hash
from sync.wire.space import SUITE, VERSION, epoch_id


def make(
    keys: DeviceKeys,
    space: bytes,
    key: bytes,
    statements: object = (),
    *,
    number: int = 1,
    device: bytes = b"",
    epoch: bytes = b"",
    domain: str = RECEIPT_DOMAIN,
) -> bytes:
    """A receipt of `keys`, or one that says it is `device`'s."""
    header = header_of(keys, space, key, number=number, device=device, epoch=epoch)
    return signed(keys, header, close_body(encode(statements), header, key), domain=domain)


def around(keys: DeviceKeys, space: bytes, key: bytes, plain: bytes, *, number: int = 1) -> bytes:
    """A receipt around anything at all in the place of what is compressed."""
    header = header_of(keys, space, key, number=number)
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(_pad(plain), header, nonce, key)
    return signed(keys, header, nonce + body)


def header_of(
    keys: DeviceKeys, space: bytes, key: bytes, *, number: int = 1, device: bytes = b"", epoch: bytes = b""
) -> bytes:
    """An encoded header."""
    epoch = epoch or epoch_id(commitment(key))
    return encode(ReceiptHeader(VERSION, SUITE, space, device or keys.device, number, epoch))


def signed(keys: DeviceKeys, header: bytes, sealed: bytes, *, domain: str = RECEIPT_DOMAIN) -> bytes:
    """A receipt of these parts with the signature of `keys`."""
    value = receipt_hash(Receipt(header, sealed, bytes(64)))
    return encode(Receipt(header, sealed, keys.sign(domain, value)))
