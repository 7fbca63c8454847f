"""A ministry's directory: the hash-chained, signed log of its administrators, devices and continuity keys."""

from __future__ import annotations

from copy import copy
from typing import Literal

import msgspec
from nacl import bindings, exceptions

from sync.wire.charter import Handover
from sync.wire.codec import (
    ID_BYTES,
    MAX_DIRECTORY,
    MAX_ENTRY,
    NO_HASH,
    Hash,
    Id,
    Key,
    Label,
    Ministry,
    Moment,
    Sequence,
    decode,
    digest,
    encode,
)
from sync.wire.errors import BadSignature, BrokenChain, Malformed, NotEntitled, UnknownSuite
from sync.wire.signing import Signed, check_public_key, pack, sign, unpack, verify

VERSION = 1
SUITE = 1  # Ed25519, X25519-HKDF-SHA256 with ChaCha20-Poly1305, XChaCha20-Poly1305
DOMAIN = "directory"
REQUEST_DOMAIN = "certificate-request"
CURVE_PRIME = (1 << 255) - 19

Reason = Literal["lost", "stolen", "left", "compromised"]


class Certificate(msgspec.Struct, frozen=True, array_like=True):
    """A device as its ministry knows it. The id is the hash of its two keys, so neither can be replaced under it."""

    suite: int
    sign_key: Key
    seal_key: Key
    officer: Label
    desk: Label

    @property
    def device(self) -> bytes:
        """The device's 16-byte id."""
        return device_id(self.sign_key, self.seal_key)


class AdministratorAdded(msgspec.Struct, frozen=True, array_like=True, tag="admin"):
    """The root names a key that may enrol devices."""

    key: Key
    name: Label


class DeviceEnrolled(msgspec.Struct, frozen=True, array_like=True, tag="device"):
    """An administrator enrols a device of its ministry, by the device's own request: nobody enrols another's keys."""

    request: bytes

    @property
    def certificate(self) -> Certificate:
        """What the request asks for; verified when the entry was appended."""
        return _read_body(self.request).certificate


class AdministratorRemoved(msgspec.Struct, frozen=True, array_like=True, tag="admin_removed"):
    """The root takes an administrator's key out, for good. What it signed before stands."""

    key: Key


class DeviceRevoked(msgspec.Struct, frozen=True, array_like=True, tag="revoke"):
    """A ministry says that a device of its own is its officer's no more, and orders it, or not, to destroy its keys."""

    device: Id
    reason: Reason
    wipe: bool


class ContinuityNamed(msgspec.Struct, frozen=True, array_like=True, tag="continuity"):
    """The root names the X25519 key that epochs are granted to, so that the ministry survives the loss of its desks."""

    key: Key


Event = AdministratorAdded | DeviceEnrolled | AdministratorRemoved | DeviceRevoked | ContinuityNamed


class DirectoryEntry(msgspec.Struct, frozen=True, array_like=True):
    """The signed body of one entry of a directory."""

    version: int
    ministry: Ministry
    sequence: Sequence
    previous: Hash
    signer: Key
    at_ms: Moment
    event: Event


class CertificateRequest(msgspec.Struct, frozen=True, array_like=True):
    """What a new device asks its administrator to enrol; signed by the device itself."""

    version: int
    ministry: Ministry
    certificate: Certificate
    at_ms: Moment


def device_id(sign_key: bytes, seal_key: bytes) -> bytes:
    """Return the id of a device: 16 bytes of the hash of its keys."""
    return digest(sign_key, seal_key, domain="tahaluf-device", size=ID_BYTES)


def administrator_id(key: bytes) -> bytes:
    """Return the id under which an administrator signs in, to read directories and nothing else."""
    return digest(key, domain="tahaluf-admin", size=ID_BYTES)


def continuity_id(key: bytes) -> bytes:
    """Return the id that grants to a ministry's continuity key name as their recipient."""
    return digest(key, domain="tahaluf-contin", size=ID_BYTES)


def check_certificate(certificate: Certificate) -> None:
    """Refuse unknown suites and keys that must not be used."""
    if certificate.suite != SUITE:
        raise UnknownSuite(f"suite {certificate.suite} of a device is not known here")
    check_public_key(certificate.sign_key)
    check_seal_key(certificate.seal_key)


def check_seal_key(key: bytes) -> None:
    """Raise BadSignature for an X25519 key of small order, or not in the one form that each point has."""
    if int.from_bytes(key, "little") >= CURVE_PRIME:
        raise BadSignature("the key is not in the canonical form of an X25519 public key")
    try:  # a low-order X25519 key gives the all-zero secret, which libsodium refuses
        bindings.crypto_scalarmult(b"\x01" * 32, key)
    except (exceptions.CryptoError, RuntimeError) as error:
        raise BadSignature("the key is not a valid X25519 public key") from error


def make_entry(seed: bytes, directory: Directory, event: Event, at_ms: int) -> bytes:
    """Sign the next entry of `directory` with the seed of its root or of one of its administrators."""
    entry = DirectoryEntry(
        VERSION,
        directory.ministry,
        directory.sequence + 1,
        directory.head,
        bindings.crypto_sign_seed_keypair(seed)[0],
        at_ms,
        event,
    )
    body = encode(entry)
    return pack(Signed(body, sign(seed, DOMAIN, body)))


def read_entry(data: bytes) -> DirectoryEntry:
    """Read an entry that was verified when it was appended; raises Malformed."""
    return decode(DirectoryEntry, unpack(data, MAX_ENTRY).body, MAX_ENTRY)


def read_request(data: bytes) -> CertificateRequest:
    """Read and verify a certificate request; raises a WireError."""
    signed = unpack(data, MAX_ENTRY)
    request = _read_body(data)
    if request.version != VERSION:
        raise UnknownSuite(f"version {request.version} of a request is not known here")
    check_certificate(request.certificate)
    verify(request.certificate.sign_key, REQUEST_DOMAIN, signed.body, signed.signature)
    return request


def _read_body(request: bytes) -> CertificateRequest:
    return decode(CertificateRequest, unpack(request, MAX_ENTRY).body, MAX_ENTRY)


class Directory:
    """The state that a ministry's log gives when every entry holds. Built only by `append`."""

    def __init__(self, ministry: str, root: bytes, handovers: list[Handover] | None = None) -> None:
        """Start an empty directory that trusts only `root`, the ministry's 32-byte root key.

        `handovers`: where the charter puts another root in its place, in order.
        """
        self.ministry = ministry
        self.root = root
        self._handovers = {each.sequence: each for each in handovers or []}
        self.sequence = 0
        self.head = NO_HASH
        self.administrators: dict[bytes, str] = {}
        self.removed: dict[bytes, str] = {}  # administrators that were, by key: they do not come back
        self.devices: dict[bytes, Certificate] = {}  # revoked ones among them: what they signed is still theirs
        self.enrolled_by: dict[bytes, bytes] = {}  # device: the administrator's key
        self.revoked: dict[bytes, int] = {}  # device: sequence of the entry that revoked it
        self.wiped: set[bytes] = set()  # those of the revoked that were ordered to destroy their keys
        self.continuity: bytes | None = None  # the newest continuity key

    @property
    def present_root(self) -> bytes:
        """The root that signs the next entry: another one where the charter hands the directory over here."""
        handover = self._handovers.get(self.sequence)
        return handover.root if handover else self.root

    def copy(self) -> Directory:
        """A directory that entries can be tried on while this one stays as it is."""
        trial = copy(self)
        for name in ("administrators", "removed", "devices", "enrolled_by", "revoked", "wiped"):
            setattr(trial, name, getattr(self, name).copy())
        return trial

    def administrator_name(self, key: bytes) -> str:
        """The name of an administrator who is or was; empty for a key that never was one."""
        return self.administrators.get(key) or self.removed.get(key, "")

    def append(self, data: bytes) -> DirectoryEntry:
        """Verify and take the next entry; raises a WireError and changes nothing if it does not hold."""
        signed = unpack(data, MAX_ENTRY)
        entry = decode(DirectoryEntry, signed.body, MAX_ENTRY)
        if entry.version != VERSION:
            raise UnknownSuite(f"version {entry.version} of a directory entry is not known here")
        if entry.ministry != self.ministry:
            raise NotEntitled(f"an entry of {entry.ministry} in the directory of {self.ministry}")
        if entry.sequence != self.sequence + 1 or entry.previous != self.head:
            raise BrokenChain(f"entry {entry.sequence} of {self.ministry} does not follow entry {self.sequence}")
        if entry.sequence > MAX_DIRECTORY:
            raise Malformed(f"a directory has {MAX_DIRECTORY} entries at most")
        self._hand_over()
        self._check_event(entry)
        verify(entry.signer, DOMAIN, signed.body, signed.signature)
        self._take(entry)
        self.sequence = entry.sequence
        self.head = entry_hash(data)
        return entry

    def restore(self, data: bytes) -> DirectoryEntry:
        """Take the next entry again that was verified when it was first taken. Raises BrokenChain if it is not that."""
        entry = read_entry(data)
        if entry.sequence != self.sequence + 1 or entry.previous != self.head:
            raise BrokenChain(f"entry {entry.sequence} of {self.ministry} does not follow entry {self.sequence}")
        self._hand_over()
        self._take(entry)
        self.sequence = entry.sequence
        self.head = entry_hash(data)
        return entry

    def _hand_over(self) -> None:
        """Trust the root that the charter names for what follows. Raises BrokenChain for another history before it."""
        handover = self._handovers.get(self.sequence)
        if handover is None:
            return
        if handover.head != self.head:
            raise BrokenChain(f"the charter names another entry {self.sequence} of {self.ministry}")
        self.root = handover.root

    def _take(self, entry: DirectoryEntry) -> None:
        match entry.event:
            case AdministratorAdded(key, name):
                self.administrators[key] = name
            case AdministratorRemoved(key):
                self.removed[key] = self.administrators.pop(key)
            case DeviceEnrolled():
                certificate = entry.event.certificate
                self.devices[certificate.device] = certificate
                self.enrolled_by[certificate.device] = entry.signer
            case DeviceRevoked(device, _, wipe):
                self.revoked.setdefault(device, entry.sequence)
                if wipe:
                    self.wiped.add(device)
            case ContinuityNamed(key):
                self.continuity = key

    def _check_event(self, entry: DirectoryEntry) -> None:
        match entry.event:
            case AdministratorAdded(key, _):
                self._check_root(entry)
                check_public_key(key)
                if key in self.removed:
                    raise NotEntitled("an administrator's key that was taken out does not come back")
            case AdministratorRemoved(key):
                self._check_root(entry)
                if key not in self.administrators:
                    raise NotEntitled("the key is no administrator's")
            case DeviceEnrolled(request):
                self._check_enrolment(entry, request)
            case DeviceRevoked(device, _, wipe):
                self._check_revocation(entry, device, wipe=wipe)
            case ContinuityNamed(key):
                self._check_root(entry)
                check_seal_key(key)

    def _check_enrolment(self, entry: DirectoryEntry, request: bytes) -> None:
        if entry.signer not in self.administrators:
            raise NotEntitled("only an administrator of the ministry enrols a device")
        wanted = read_request(request)
        if wanted.ministry != self.ministry:
            raise NotEntitled("a device that asked another ministry to enrol it")
        if wanted.certificate.device in self.revoked:
            raise NotEntitled("a device that was revoked does not come back with the same keys")

    def _check_revocation(self, entry: DirectoryEntry, device: bytes, *, wipe: bool) -> None:
        if entry.signer != self.root and entry.signer not in self.administrators:
            raise NotEntitled("only its own ministry revokes a device")
        if device not in self.devices:
            raise NotEntitled("a device that the ministry has not enrolled")
        if device in self.revoked and (not wipe or device in self.wiped):
            raise NotEntitled("the device was revoked before, and is not ordered to do more")

    def _check_root(self, entry: DirectoryEntry) -> None:
        if entry.signer != self.root:
            raise NotEntitled("only a ministry's root names or removes its administrators and its continuity key")


def entry_hash(data: bytes) -> bytes:
    """Return the hash that the next entry names as its previous one: of the body, for packings and signatures vary."""
    return digest(unpack(data, MAX_ENTRY).body, domain="tahaluf-dirlog")
