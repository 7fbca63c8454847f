"""A ministry's keys and directory in a folder of its administrator: made, shown, used to sign orders, published.

The folder holds two files. `keys.sealed` is the administrator's key, and the root's in the root's own folder, under a
passphrase (Argon2id and XChaCha20-Poly1305); the root's folder belongs on a machine without a network, and in a safe.
`directory.log` is public: the signed
entries, the same that the server relays to every desk. Losing the first ends the ministry's power to enrol; losing the
second is mended by fetching it from the server.
"""

from __future__ import annotations

import secrets
import time
import unicodedata
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec
from nacl import bindings, exceptions

from desktop.armour import MAX_ARMOURED, unarmour
from desktop.files import write_private
from desktop.refusals import Refused
from sync import errors as sync_errors
from sync.ministry import MinistryKeys, new_administrator, new_ministry, open_directory, order
from sync.wire.calls import DirectoryHead, DirectoryReply, DirectoryRequest, EnrolReply, EnrolRequest
from sync.wire.charter import Handover
from sync.wire.codec import MAX_ENTRY, decode, encode
from sync.wire.directory import (
    CertificateRequest,
    DeviceEnrolled,
    DeviceRevoked,
    Directory,
    Event,
    entry_hash,
    read_request,
)
from sync.wire.errors import BrokenChain, WireError
from sync.wire.signing import check_public_key, fingerprint

KEYS_FILE = "keys.sealed"
DIRECTORY_FILE = "directory.log"
VERSION = 1
SALT_BYTES = 16
MIB = 1 << 20
FLOOR_MEMORY, CEILING_MEMORY = 64 * MIB, 2048 * MIB
MIN_PASSPHRASE = 10  # characters
MAX_DIRECTORY_BYTES = 256 * MIB
MAX_BATCH = 200  # entries in one call to the server


T = TypeVar("T", bound=msgspec.Struct)


class Server(Protocol):
    """A way to the server: an administrator's own link to read directories, any way at all to publish."""

    def call(self, name: str, request: msgspec.Struct, reply: type[T], /) -> T:
        """Post one request and return the checked reply; raises SyncError."""


class Cost(msgspec.Struct, frozen=True, array_like=True):
    """Work of Argon2id: passes over `memory` bytes."""

    passes: int
    memory: int


COST = Cost(3, 256 * MIB)


class _SealedKeys(msgspec.Struct, frozen=True, array_like=True):
    version: int
    ministry: str
    root: bytes
    cost: Cost
    salt: bytes
    nonce: bytes
    sealed: bytes
    administrator: bytes = b""  # public key
    first_root: bytes = b""  # with which the directory begins, where the charter has replaced it
    handovers: list[Handover] = []

    def bound(self) -> bytes:
        return encode((self.version, self.ministry, self.root, self.cost, self.salt))


class MinistryFolder:
    """A ministry's folder, opened without the keys: what is public of it."""

    def __init__(self, path: Path) -> None:
        """Raises Refused: no_keys, keys_damaged."""
        self._path = path
        self._sealed = _read_keys(path)
        self.directory = Directory(self._sealed.ministry, self.first_root, self._sealed.handovers)
        self.entries: list[bytes] = []
        for entry in _read_entries(path / DIRECTORY_FILE):
            self._take(entry)

    @property
    def ministry(self) -> str:
        """The ministry's code."""
        return self._sealed.ministry

    @property
    def root(self) -> bytes:
        """The root's public key, which every profile carries under `[trust]`."""
        return self._sealed.root

    @property
    def handovers(self) -> list[Handover]:
        """Where the charter put another root in the place of the one before."""
        return self._sealed.handovers

    @property
    def first_root(self) -> bytes:
        """The root with which the directory begins: an older one where the charter has replaced it."""
        return self._sealed.first_root or self._sealed.root

    @property
    def administrator(self) -> bytes:
        """The public key of the folder's own administrator, whom the root has to name before it counts."""
        return self._sealed.administrator

    def unlock(self, passphrase: str, cost: Cost | None = None) -> MinistryKeys:
        """The ministry's keys. Raises Refused: wrong_passphrase, keys_damaged. `cost` below the floor is for tests."""
        sealed = self._sealed
        honest = FLOOR_MEMORY <= sealed.cost.memory <= CEILING_MEMORY and 1 <= sealed.cost.passes <= 16
        if not honest and sealed.cost != cost:
            raise Refused("keys_damaged", where=KEYS_FILE)
        try:
            plain = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
                sealed.sealed, sealed.bound(), sealed.nonce, _stretch(passphrase, sealed.salt, sealed.cost)
            )
        except (exceptions.CryptoError, ValueError) as wrong:
            raise Refused("wrong_passphrase") from wrong
        return decode(MinistryKeys, plain)

    def enrol(self, keys: MinistryKeys, request: bytes) -> CertificateRequest:
        """Enrol the desk of a request. Raises Refused: bad_request, wrong_ministry, already_enrolled.

        Whoever calls has compared the fingerprint with the officer's first.
        """
        wanted = check_request(request)
        if wanted.ministry != self.ministry:
            raise Refused("wrong_ministry", ministry=wanted.ministry)
        if wanted.certificate.device in self.directory.devices:
            raise Refused("already_enrolled")
        self._sign(keys, DeviceEnrolled(request))
        return wanted

    def order(self, keys: MinistryKeys, event: Event) -> None:
        """Sign an event that is the root's or the administrator's to say, and keep it.

        Raises Refused: no_such_desk, already_revoked, no_root_key, order_refused.
        """
        if isinstance(event, DeviceRevoked):
            known = self.directory.devices.get(event.device)
            if known is None:
                raise Refused("no_such_desk")
            if event.device in self.directory.revoked and (not event.wipe or event.device in self.directory.wiped):
                raise Refused("already_revoked")
        elif not keys.root_seed:
            raise Refused("no_root_key")
        self._sign(keys, event)

    def find_desk(self, name: str) -> bytes:
        """The id of an enrolled desk by its fingerprint or its id in hexadecimal. Raises Refused: no_such_desk."""
        wanted = plain_fingerprint(name)
        for device in self.directory.devices:
            if name.strip().lower() == device.hex() or wanted == plain_fingerprint(fingerprint(device)):
                return device
        raise Refused("no_such_desk")

    def find_administrator(self, name: str) -> bytes:
        """The key of an administrator by its fingerprint, its hexadecimal digits or its name. Raises Refused."""
        wanted = plain_fingerprint(name)
        found = [
            key
            for key, label in self.directory.administrators.items()
            if name.strip() in (label, key.hex()) or wanted == plain_fingerprint(fingerprint(key))
        ]
        if len(found) != 1:
            raise Refused("no_such_administrator")
        return found[0]

    def adopt(self, path: Path) -> int:
        """Take the entries that another folder's directory has beyond ours; returns how many.

        Raises Refused: directory_differs, file_unreadable, keys_damaged.
        """
        theirs = _read_entries(path)
        if theirs[: len(self.entries)] != self.entries[: len(theirs)]:
            raise Refused("directory_differs")
        news = theirs[len(self.entries) :]
        for entry in news:
            self._take(entry, "directory_differs")
        if news:
            self._save()
        return len(news)

    def _sign(self, keys: MinistryKeys, event: Event) -> None:
        try:
            entry = order(keys, self.directory, event, _now_ms())
        except WireError as wrong:
            raise Refused("order_refused", reason=str(wrong)) from wrong
        self.entries.append(entry)
        self._save()

    def publish(self, server: Server) -> int:
        """Bring the server's copy of the directory up to ours; returns how many entries it took.

        It needs no key: the entries' signatures are their authority. Raises Refused: directory_differs; SyncError when
        the server cannot be reached or refuses.
        """
        known = self.published(server)
        if known > len(self.entries):
            raise Refused("directory_differs")
        place = max(known - 1, 0)  # the last one it has goes again: that the two agree so far follows from its chain
        while place < len(self.entries):
            batch = self.entries[place : place + MAX_BATCH]
            try:
                server.call("enrol", EnrolRequest(self.ministry, place + 1, batch), EnrolReply)
            except sync_errors.Refused as wrong:
                raise (Refused("directory_differs") if wrong.code == BrokenChain.code else wrong) from wrong
            place += len(batch)
        return len(self.entries) - known

    def published(self, server: Server) -> int:
        """How many entries the server has. It needs no key. Raises SyncError."""
        return server.call("enrol", EnrolRequest(self.ministry, 1, []), EnrolReply).sequence

    def fetch(self, server: Server) -> int:
        """Compare with the server's copy and take what another administrator published; returns how many it has.

        `server` is a link signed in as an administrator, whom the server knows once something is published. Raises
        Refused: directory_differs, not_administrator; SyncError when the server cannot be reached or refuses.
        """
        known, before = 0, len(self.entries)
        while news := self._page(server, known):
            for entry in news:
                if known < len(self.entries):
                    if self.entries[known] != entry:
                        raise Refused("directory_differs")
                else:
                    self._take(entry, "directory_differs")
                known += 1
        if len(self.entries) > before:
            self._save()
        return known

    def _page(self, server: Server, known: int) -> list[bytes]:
        """The server's entries after the first `known`, as many as one answer holds."""
        request = DirectoryRequest([DirectoryHead(self.ministry, known)])
        try:
            reply = server.call("directory", request, DirectoryReply)
        except sync_errors.NotEnrolled as wrong:
            raise Refused("not_administrator") from wrong
        for items in reply.directories:
            if items.ministry == self.ministry and items.first == known + 1:
                return items.entries
        return []

    def _take(self, entry: bytes, code: str = "keys_damaged") -> None:
        try:
            self.directory.append(entry)
        except WireError as wrong:
            raise Refused(code, where=DIRECTORY_FILE) from wrong
        self.entries.append(entry)

    def _save(self) -> None:
        _write(self._path / DIRECTORY_FILE, encode(self.entries))


def create_ministry(path: Path, code: str, administrator: str, passphrase: str, cost: Cost = COST) -> MinistryFolder:
    """Make a ministry's keys and open its directory. Raises Refused: keys_exist, weak_passphrase, bad_code.

    Nothing is overwritten. `cost` is for tests, which cannot wait.
    """
    _check_new(path, passphrase)
    keys = new_ministry(code, administrator)
    sealed = _seal(keys, keys.root, passphrase, cost)
    _directory, entry = open_directory(keys, _now_ms())
    return _make(path, sealed, [entry])


def create_administrator(
    path: Path, code: str, root: str, administrator: str, passphrase: str, cost: Cost = COST
) -> MinistryFolder:
    """Make the folder of one more administrator, without the root's key; `root` is its public half, in hexadecimal.

    Raises Refused: keys_exist, weak_passphrase, bad_code, not_a_key.
    """
    _check_new(path, passphrase)
    return _make(path, _seal(new_administrator(code, administrator), parse_key(root), passphrase, cost), [])


def create_successor(path: Path, old: MinistryFolder, after: int, passphrase: str, cost: Cost = COST) -> MinistryFolder:
    """Make a new root in the place of a lost or stolen one, and a folder for it; the charter has to name it.

    The directory goes on after its entry number `after`. Raises Refused: keys_exist, weak_passphrase, no_such_entry.
    """
    _check_new(path, passphrase)
    if not 1 <= after <= len(old.entries):
        raise Refused("no_such_entry", number=after)
    keys = new_ministry(old.ministry, next(iter(old.directory.administrators.values()), old.ministry))
    kept = old.entries[:after]
    earlier = [each for each in old.handovers if each.sequence < after]
    sealed = msgspec.structs.replace(
        _seal(keys, keys.root, passphrase, cost),
        first_root=old.first_root,
        handovers=[*earlier, Handover(after, entry_hash(kept[-1]), keys.root)],
    )
    return _make(path, sealed, kept)


def parse_key(text: str) -> bytes:
    """A public signing key in hexadecimal. Raises Refused: not_a_key."""
    try:
        key = bytes.fromhex(text)
        check_public_key(key)
    except (ValueError, WireError) as wrong:
        raise Refused("not_a_key") from wrong
    return key


def plain_fingerprint(text: str) -> str:
    """A fingerprint as it is compared: without the grouping, and with the digits that people mistake put right."""
    letters = "".join(text.upper().split()).replace("-", "")
    return letters.translate(str.maketrans("018", "OIB"))


def _check_new(path: Path, passphrase: str) -> None:
    if len(passphrase) < MIN_PASSPHRASE:
        raise Refused("weak_passphrase", minimum=MIN_PASSPHRASE, minimum_alone=MIN_PASSPHRASE)
    if any((path / name).exists() for name in (KEYS_FILE, DIRECTORY_FILE)):
        raise Refused("keys_exist")


def _seal(keys: MinistryKeys, root: bytes, passphrase: str, cost: Cost) -> _SealedKeys:
    plain = encode(keys)
    try:
        decode(MinistryKeys, plain)  # the wire's own rules for a code and a name
    except WireError as wrong:
        raise Refused("bad_code", value=keys.ministry) from wrong
    draft = _SealedKeys(
        VERSION,
        keys.ministry,
        root,
        cost,
        secrets.token_bytes(SALT_BYTES),
        secrets.token_bytes(bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES),
        b"",
        keys.administrator_key,
    )
    sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain, draft.bound(), draft.nonce, _stretch(passphrase, draft.salt, cost)
    )
    return msgspec.structs.replace(draft, sealed=sealed)


def _make(path: Path, sealed: _SealedKeys, entries: list[bytes]) -> MinistryFolder:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as wrong:
        raise Refused("file_unwritable", path=str(path)) from wrong
    _write(path / DIRECTORY_FILE, encode(entries))
    _write(path / KEYS_FILE, encode(sealed))
    return MinistryFolder(path)


def check_request(data: bytes) -> CertificateRequest:
    """Read and verify a certificate request. Raises Refused: bad_request."""
    try:
        return read_request(data)
    except WireError as wrong:
        raise Refused("bad_request", reason=wrong.code) from wrong


def read_request_file(path: Path) -> bytes:
    """The request in a file that a desk wrote. Raises Refused: file_unreadable, bad_request."""
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_ARMOURED).decode("ascii", "replace")
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(path)) from wrong
    try:
        return unarmour(text)
    except ValueError as wrong:
        raise Refused("bad_request", reason="malformed") from wrong


def request_fingerprint(request: CertificateRequest) -> str:
    """The 20 characters that officer and administrator read to each other; they cover both keys of the desk."""
    return fingerprint(request.certificate.device)


def _read_keys(path: Path) -> _SealedKeys:
    try:
        return decode(_SealedKeys, (path / KEYS_FILE).read_bytes(), MAX_ENTRY)
    except FileNotFoundError as wrong:
        raise Refused("no_keys", path=str(path)) from wrong
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(path / KEYS_FILE)) from wrong
    except WireError as wrong:
        raise Refused("keys_damaged", where=KEYS_FILE) from wrong


def _read_entries(path: Path) -> list[bytes]:
    try:
        return decode(list[bytes], path.read_bytes(), MAX_DIRECTORY_BYTES)
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(path)) from wrong
    except WireError as wrong:
        raise Refused("keys_damaged", where=path.name) from wrong


def _write(path: Path, data: bytes) -> None:
    try:
        write_private(path, data)
    except OSError as wrong:
        raise Refused("file_unwritable", path=str(path)) from wrong


def _stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    text = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return bindings.crypto_pwhash_alg(32, text, salt, cost.passes, cost.memory, bindings.crypto_pwhash_ALG_ARGON2ID13)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
