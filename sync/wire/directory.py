"""A ministry's directory: the hash-chained, signed log of its administrators and devices."""

from __future__ import annotations

import msgspec
from nacl import bindings, exceptions

from sync.wire.codec import (
    ID_BYTES,
    MAX_ENTRY,
    NO_HASH,
    Hash,
    Key,
    Label,
    Ministry,
    Moment,
    Sequence,
    decode,
    digest,
    encode,
)
from sync.wire.errors import BadSignature, BrokenChain, NotEntitled, UnknownSuite
from sync.wire.signing import Signed, check_public_key, pack, sign, unpack, verify

VERSION = 1
SUITE = 1  # Ed25519, X25519-HKDF-SHA256 with ChaCha20-Poly1305, XChaCha20-Poly1305
DOMAIN = "directory"
REQUEST_DOMAIN = "certificate-request"


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


Event = AdministratorAdded | DeviceEnrolled


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


def check_certificate(certificate: Certificate) -> None:
    """Refuse unknown suites and keys that must not be used."""
    if certificate.suite != SUITE:
        raise UnknownSuite(f"suite {certificate.suite} of a device is not known here")
    check_public_key(certificate.sign_key)
    try:  # a low-order X25519 key gives the all-zero secret, which libsodium refuses
        bindings.crypto_scalarmult(b"\x01" * 32, certificate.seal_key)
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

    def __init__(self, ministry: str, root: bytes) -> None:
        """Start an empty directory that trusts only `root`, the ministry's 32-byte root key."""
        self.ministry = ministry
        self.root = root
        self.sequence = 0
        self.head = NO_HASH
        self.administrators: dict[bytes, str] = {}
        self.devices: dict[bytes, Certificate] = {}

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
        self._check_event(entry)
        verify(entry.signer, DOMAIN, signed.body, signed.signature)
        match entry.event:
            case AdministratorAdded(key, name):
                self.administrators[key] = name
            case DeviceEnrolled():
                certificate = entry.event.certificate
                self.devices[certificate.device] = certificate
        self.sequence = entry.sequence
        self.head = entry_hash(data)
        return entry

    def _check_event(self, entry: DirectoryEntry) -> None:
        match entry.event:
            case AdministratorAdded(key, _):
                if entry.signer != self.root:
                    raise NotEntitled("only a ministry's root names its administrators")
                check_public_key(key)
            case DeviceEnrolled(request):
                if entry.signer not in self.administrators:
                    raise NotEntitled("only an administrator of the ministry enrols a device")
                if read_request(request).ministry != self.ministry:
                    raise NotEntitled("a device that asked another ministry to enrol it")


def entry_hash(data: bytes) -> bytes:
    """Return the hash that the next entry names as its previous one: of the body, for packings and signatures vary."""
    return digest(unpack(data, MAX_ENTRY).body, domain="tahaluf-dirlog")
