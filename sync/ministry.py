"""A ministry's own keys: the offline root, an administrator, and what the two of them sign."""

from __future__ import annotations

import secrets
from typing import Annotated

import msgspec
from msgspec import Meta

from sync.wire.codec import Key, Label, Ministry
from sync.wire.directory import (
    AdministratorAdded,
    AdministratorRemoved,
    ContinuityNamed,
    DeviceEnrolled,
    Directory,
    Event,
    administrator_id,
    make_entry,
    read_request,
)
from sync.wire.errors import NotEntitled
from sync.wire.signing import public_key, sign

ROOT_BYTES = 32
_ROOTS_OWN = (AdministratorAdded, AdministratorRemoved, ContinuityNamed)


class MinistryKeys(msgspec.Struct, frozen=True, array_like=True):
    """The seeds of one administrator and, where the folder is the root's, of the ministry's root; empty elsewhere."""

    ministry: Ministry
    root_seed: Annotated[bytes, Meta(max_length=32)]
    administrator_seed: Key
    administrator: Label

    @property
    def root(self) -> bytes:
        """The root's public key, which every installer carries. Raises NotEntitled where its seed is not here."""
        if len(self.root_seed) != ROOT_BYTES:
            raise NotEntitled("the root's key is not in this folder")
        return public_key(self.root_seed)

    @property
    def administrator_key(self) -> bytes:
        """The administrator's public key."""
        return public_key(self.administrator_seed)

    @property
    def device(self) -> bytes:
        """The id under which the administrator signs in at the secretariat."""
        return administrator_id(self.administrator_key)

    def sign(self, domain: str, body: bytes) -> bytes:
        """Sign `body` under `domain` as the administrator."""
        return sign(self.administrator_seed, domain, body)

    def __repr__(self) -> str:
        """Never show secrets."""
        return f"MinistryKeys({self.ministry}, …)"


def new_administrator(ministry: str, administrator: str) -> MinistryKeys:
    """Make the keys of one more administrator, whom the root has to name."""
    return MinistryKeys(ministry, b"", secrets.token_bytes(32), administrator)


def new_ministry(ministry: str, administrator: str) -> MinistryKeys:
    """Make the keys of a ministry."""
    return MinistryKeys(ministry, secrets.token_bytes(32), secrets.token_bytes(32), administrator)


def open_directory(keys: MinistryKeys, at_ms: int) -> tuple[Directory, bytes]:
    """Start a ministry's directory with the root's entry that names the administrator; returns both."""
    directory = Directory(keys.ministry, keys.root)
    entry = make_entry(
        keys.root_seed,
        directory,
        AdministratorAdded(keys.administrator_key, keys.administrator),
        at_ms,
    )
    directory.append(entry)
    return directory, entry


def enrol(keys: MinistryKeys, directory: Directory, request: bytes, at_ms: int) -> bytes:
    """Enrol the device of a certificate request and return the signed entry. Raises a WireError.

    The administrator compares the request's fingerprint with the one on the officer's screen first.
    """
    wanted = read_request(request)
    if wanted.ministry != keys.ministry:
        raise NotEntitled(f"a device of {wanted.ministry} cannot be enrolled by {keys.ministry}")
    return order(keys, directory, DeviceEnrolled(request), at_ms)


def order(keys: MinistryKeys, directory: Directory, event: Event, at_ms: int) -> bytes:
    """Sign an event as the root, where only the root may, else as the administrator; append and return the entry.

    Raises a WireError if it does not hold, or if the root's seed is not among the keys.
    """
    if isinstance(event, _ROOTS_OWN) and keys.root != directory.present_root:
        raise NotEntitled("the root's key is another one now")
    seed = keys.root_seed if isinstance(event, _ROOTS_OWN) else keys.administrator_seed
    entry = make_entry(seed, directory, event, at_ms)
    directory.append(entry)
    return entry
