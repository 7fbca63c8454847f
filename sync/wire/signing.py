"""Ed25519 under domain prefixes: one place that signs and one that verifies."""

from __future__ import annotations

from base64 import b32encode

import msgspec
from nacl import bindings, exceptions

from sync.wire.codec import Key, Signature, decode, digest, encode
from sync.wire.errors import BadSignature

FINGERPRINT_CHARACTERS = 20  # 100 bits of the hash, in base32


class Signed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A body as received, never re-serialised, and the signature over its domain and bytes."""

    body: bytes
    signature: Signature


def sign(seed: bytes, domain: str, body: bytes, public: bytes = b"") -> bytes:
    """Sign `body` under `domain` with the 32-byte seed; returns the 64-byte signature.

    Who has the seed's own `public` key at hand spares half of the work. It MUST be that: with another one, signatures
    give the secret away.
    """
    secret = seed + (public or public_key(seed))
    return bindings.crypto_sign(_message(domain, body), secret)[: bindings.crypto_sign_BYTES]


def verify(key: bytes, domain: str, body: bytes, signature: bytes) -> None:
    """Raise BadSignature unless `signature` over `body` under `domain` is by `key`."""
    if len(signature) != bindings.crypto_sign_BYTES:
        raise BadSignature("a signature has 64 bytes")
    try:
        bindings.crypto_sign_open(signature + _message(domain, body), key)
    except (exceptions.BadSignatureError, ValueError, TypeError) as error:
        raise BadSignature(f"{domain}: the signature does not verify") from error


def check_public_key(key: Key) -> None:
    """Raise BadSignature for a key that is not a point of the prime-order group (small order, not canonical)."""
    if len(key) != bindings.crypto_sign_PUBLICKEYBYTES or not bindings.crypto_core_ed25519_is_valid_point(key):
        raise BadSignature("the key is not a valid Ed25519 public key")


def public_key(seed: bytes) -> bytes:
    """Return the public key that belongs to a 32-byte seed."""
    return bindings.crypto_sign_seed_keypair(seed)[0]


def fingerprint(key: bytes) -> str:
    """Return 20 base32 characters in groups of four: what two people read to each other."""
    text = b32encode(digest(key, domain="tahaluf-finger")).decode()[:FINGERPRINT_CHARACTERS]
    return "-".join(text[i : i + 4] for i in range(0, FINGERPRINT_CHARACTERS, 4))


def pack(signed: Signed) -> bytes:
    """The bytes of a signed entry as they travel and are stored."""
    return encode(signed)


def unpack(data: bytes, limit: int) -> Signed:
    """Read a signed entry; raises Malformed."""
    return decode(Signed, data, limit)


def _message(domain: str, body: bytes) -> bytes:
    return b"tahaluf/1/" + domain.encode() + b"\0" + body
