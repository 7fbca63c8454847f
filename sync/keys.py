"""A device's keys, its certificate request, and the keys of epochs that devices grant each other."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sync.wire.codec import MAX_GRANT, Hash, Id, Key, decode, digest, encode
from sync.wire.directory import (
    REQUEST_DOMAIN,
    SUITE,
    VERSION,
    Certificate,
    CertificateRequest,
    continuity_id,
    device_id,
)
from sync.wire.errors import Malformed, NotEntitled
from sync.wire.signing import Signed, pack, public_key, sign
from sync.wire.space import GRANT_DOMAIN, Grant, epoch_id
from sync.wire.space import SUITE as SPACE_SUITE
from sync.wire.space import VERSION as SPACE_VERSION

_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class DeviceKeys(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """The two secrets of a device: an Ed25519 seed and an X25519 private key, 32 bytes each."""

    sign_seed: Key
    seal_secret: Key

    @cached_property
    def sign_key(self) -> bytes:
        """Public Ed25519 key."""
        return public_key(self.sign_seed)

    @cached_property
    def seal_key(self) -> bytes:
        """Public X25519 key."""
        return X25519PrivateKey.from_private_bytes(self.seal_secret).public_key().public_bytes_raw()

    @cached_property
    def device(self) -> bytes:
        """The device's id."""
        return device_id(self.sign_key, self.seal_key)

    def sign(self, domain: str, body: bytes) -> bytes:
        """Sign `body` under `domain`."""
        return sign(self.sign_seed, domain, body, self.sign_key)

    def __repr__(self) -> str:
        """Never show secrets, in logs or tracebacks."""
        return "DeviceKeys(…)"


class Granter(Protocol):
    """Who makes a grant: a device, or an administrator who recovers what its ministry's continuity key was granted."""

    @property
    def device(self) -> bytes:
        """The id that the grant names."""

    def sign(self, domain: str, body: bytes) -> bytes:
        """Sign `body` under `domain`."""


class ContinuityKey(msgspec.Struct, frozen=True):
    """The secret of a ministry's continuity key, whole only while two of its holders are together."""

    secret: Key

    @property
    def key(self) -> bytes:
        """Public X25519 key, which the root names in the directory."""
        return X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        """The id that grants to it name."""
        return continuity_id(self.key)

    def open(self, grant: Grant) -> list[EpochKey]:
        """Open a grant. Raises NotEntitled if it is not for this key, Malformed if it is garbage."""
        return _open(self.secret, self.id, grant)

    def __repr__(self) -> str:
        """Never show secrets."""
        return "ContinuityKey(…)"


class EpochKey(msgspec.Struct, frozen=True, array_like=True, dict=True):
    """The key of one epoch of one space. The epoch's id follows from the key, so a key proves itself."""

    space: Id
    key: Key

    @property
    def commitment(self) -> bytes:
        """What the founding entry commits to."""
        return commitment(self.key)

    @cached_property
    def epoch(self) -> bytes:
        """The epoch's id."""
        return epoch_id(self.commitment)

    def __repr__(self) -> str:
        """Never show secrets."""
        return f"EpochKey({self.space.hex()}, …)"


def new_device_keys() -> DeviceKeys:
    """Make the keys of a new device."""
    return DeviceKeys(secrets.token_bytes(32), X25519PrivateKey.generate().private_bytes_raw())


def new_epoch_key() -> bytes:
    """Make the 32-byte key of a new epoch."""
    return secrets.token_bytes(32)


def commitment(key: bytes) -> Hash:
    """Return the commitment to an epoch's key."""
    return digest(key, domain="tahaluf-commit")


def make_request(keys: DeviceKeys, ministry: str, officer: str, desk: str, at_ms: int) -> bytes:
    """Make the certificate request that a ministry's administrator enrols."""
    certificate = Certificate(SUITE, keys.sign_key, keys.seal_key, officer, desk)
    body = encode(CertificateRequest(VERSION, ministry, certificate, at_ms))
    return pack(Signed(body, keys.sign(REQUEST_DOMAIN, body)))


def make_grant(keys: Granter, recipient: Certificate, granted: list[EpochKey], at_ms: int) -> bytes:
    """Seal epoch keys to another device: one HPKE encapsulation for as many keys as the limits allow."""
    return _grant(keys, recipient.device, recipient.seal_key, granted, at_ms)


def make_continuity_grant(keys: Granter, key: bytes, granted: list[EpochKey], at_ms: int) -> bytes:
    """Seal epoch keys to a ministry's continuity key, a public X25519 key that its directory names."""
    return _grant(keys, continuity_id(key), key, granted, at_ms)


def open_grant(keys: DeviceKeys, grant: Grant) -> list[EpochKey]:
    """Open a grant whose signature was verified. Raises NotEntitled if it is not for us, Malformed if it is garbage."""
    return _open(keys.seal_secret, keys.device, grant)


def new_continuity_key() -> ContinuityKey:
    """Make the continuity key of a ministry."""
    return ContinuityKey(X25519PrivateKey.generate().private_bytes_raw())


def _grant(keys: Granter, recipient: bytes, key: bytes, granted: list[EpochKey], at_ms: int) -> bytes:
    plain = encode(granted)
    sealed = _HPKE.encrypt(plain, X25519PublicKey.from_public_bytes(key), info=_info(keys.device, recipient))
    body = encode(Grant(SPACE_VERSION, SPACE_SUITE, keys.device, recipient, at_ms, sealed))
    return pack(Signed(body, keys.sign(GRANT_DOMAIN, body)))


def _open(secret: bytes, recipient: bytes, grant: Grant) -> list[EpochKey]:
    if grant.recipient != recipient:
        raise NotEntitled("a grant to somebody else")
    private = X25519PrivateKey.from_private_bytes(secret)
    try:
        plain = _HPKE.decrypt(grant.sealed, private, info=_info(grant.granter, grant.recipient))
    except (InvalidTag, ValueError) as error:
        raise Malformed("a grant that does not open") from error
    return decode(list[EpochKey], plain, MAX_GRANT)


def seal_to(public: bytes, plain: bytes, info: bytes) -> bytes:
    """Seal a few bytes to an X25519 public key; `info` says what for. Raises ValueError for a key that is none."""
    return _HPKE.encrypt(plain, X25519PublicKey.from_public_bytes(public), info=info)


def open_sealed(keys: DeviceKeys, sealed: bytes, info: bytes) -> bytes | None:
    """Open what was sealed to this device for that; None if it was not."""
    try:
        return _HPKE.decrypt(sealed, X25519PrivateKey.from_private_bytes(keys.seal_secret), info=info)
    except (InvalidTag, ValueError):
        return None


def _info(granter: bytes, recipient: bytes) -> bytes:
    return b"tahaluf/1/grant\0" + granter + recipient
