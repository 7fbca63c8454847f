"""A ministry's own keys: the offline root, an administrator, and what the two of them sign."""

from __future__ import annotations

import secrets

import msgspec

from sync.wire.codec import Key, Label, Ministry
from sync.wire.directory import (
    AdministratorAdded,
    DeviceEnrolled,
    Directory,
    administrator_id,
    make_entry,
    read_request,
)
from sync.wire.errors import NotEntitled
from sync.wire.signing import public_key, sign


class MinistryKeys(msgspec.Struct, frozen=True, array_like=True):
    """The seeds of a ministry's root and of one administrator."""

    ministry: Ministry
    root_seed: Key
    administrator_seed: Key
    administrator: Label

    @property
    def root(self) -> bytes:
        """The root's public key, which every installer carries."""
        return public_key(self.root_seed)

    @property
    def device(self) -> bytes:
        """The id under which the administrator signs in at the secretariat."""
        return administrator_id(public_key(self.administrator_seed))

    def sign(self, domain: str, body: bytes) -> bytes:
        """Sign `body` under `domain` as the administrator."""
        return sign(self.administrator_seed, domain, body)

    def __repr__(self) -> str:
        """Never show secrets."""
        return f"MinistryKeys({self.ministry}, …)"


def new_ministry(ministry: str, administrator: str) -> MinistryKeys:
    """Make the keys of a ministry."""
    return MinistryKeys(ministry, secrets.token_bytes(32), secrets.token_bytes(32), administrator)


def open_directory(keys: MinistryKeys, at_ms: int) -> tuple[Directory, bytes]:
    """Start a ministry's directory with the root's entry that names the administrator; returns both."""
    directory = Directory(keys.ministry, keys.root)
    entry = make_entry(
        keys.root_seed,
        directory,
        AdministratorAdded(public_key(keys.administrator_seed), keys.administrator),
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
    entry = make_entry(keys.administrator_seed, directory, DeviceEnrolled(request), at_ms)
    directory.append(entry)
    return entry
