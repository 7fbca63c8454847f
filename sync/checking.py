"""What is in a bundle, checked by somebody who has no desk: directories, spaces' own logs, chains, receipts.

It goes through the very intake of a desk, onto a ground that starts from nothing but the ministries' roots. Contents
stay sealed: a signature is over what is sealed. The bundle's stream opens with its own key, or with a reader's.
"""

from __future__ import annotations

import contextlib
import secrets
from base64 import b32decode, b32encode
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import msgspec

from sync.blobs import read_manifest
from sync.bundle import ChainEnd
from sync.carry import Carried, Carrier, FileNews
from sync.keys import DeviceKeys, EpochKey
from sync.replica import Applied, Entered, Received, SpaceStanding
from sync.wire.calls import Cursor
from sync.wire.checkpoint import COSIGNED_DOMAIN, read_cosigned, verify_cosigned
from sync.wire.chunks import chunk_hash
from sync.wire.codec import NO_HASH, digest
from sync.wire.directory import Certificate, Directory
from sync.wire.errors import Malformed, NotEntitled, WireError
from sync.wire.membership import Membership
from sync.wire.signing import verify
from sync.wire.space import Head, read_founding

KEY_BYTES = 16
WRONG_CHECKPOINT = "bad_checkpoint"


class CheckedSpace(msgspec.Struct):
    """What of a space was in the bundle and holds."""

    space: str
    kind: str = ""
    entries: int = 0  # of its own log, the founding among them
    segments: int = 0
    changes: int = 0
    receipts: int = 0
    late: int = 0  # segments of devices that were revoked by then
    authors: list[str] = []  # devices whose chains are in it


class _Space:
    """One space on the ground of a check."""

    def __init__(self, id_: bytes) -> None:
        self.told = CheckedSpace(id_.hex(), authors=[])
        self.founding = b""
        self.entries: dict[int, bytes] = {}
        self.chains: dict[bytes, Head] = {}
        self.starts: dict[tuple[bytes, int], bytes] = {}
        self.ends: dict[tuple[bytes, int], bytes] = {}
        self.receipts: dict[tuple[bytes, int], bytes] = {}

    def membership(self, id_: bytes) -> Membership | None:
        if not self.founding:
            return None
        found = Membership(id_, self.founding)
        for number in sorted(self.entries):
            found.restore(self.entries[number])
        return found


class _Bare:
    """A sync.replica.Ground of nothing but roots, and what was read."""

    def __init__(self, roots: Mapping[str, bytes], keys: DeviceKeys) -> None:
        self._keys = keys
        self._directories = {code: Directory(code, root) for code, root in roots.items()}
        self._spaces: dict[bytes, _Space] = {}

    def device_keys(self) -> DeviceKeys:
        """What opens the stream; no device."""
        return self._keys

    def ministry(self) -> str:
        """None."""
        return ""

    def certificate(self, device: bytes) -> tuple[str, Certificate] | None:
        """Of a device that a directory in the bundle names."""
        for code, directory in self._directories.items():
            if device in directory.devices:
                return code, directory.devices[device]
        return None

    def administrator(self, name: bytes) -> bytes | None:
        """None: no grant is for us."""
        del name
        return None

    def directory_heads(self) -> dict[str, int]:
        """How many entries of each directory were read."""
        return {code: each.sequence for code, each in self._directories.items()}

    def add_directory_entries(self, ministry: str, first: int, entries: list[bytes]) -> int:
        """Verify and take entries."""
        directory = self._directories.get(ministry)
        if directory is None:
            raise NotEntitled(f"{ministry} is no member whose root is trusted here")
        before = directory.sequence
        for number, entry in enumerate(entries, first):
            if number > directory.sequence:
                directory.append(entry)
        return directory.sequence - before

    def feed(self) -> tuple[bytes, int]:
        """Nothing was taken from a server."""
        return b"", 0

    def standing(self, space: bytes) -> SpaceStanding:
        """What was read of a space."""
        here = self._spaces.get(space) or _Space(space)
        founding = read_founding(here.founding)[0] if here.founding else None
        return SpaceStanding(Cursor(space, 0, NO_HASH), founding, dict(here.chains))

    def membership(self, space: bytes) -> Membership | None:
        """By the entries that were read."""
        here = self._spaces.get(space)
        return here.membership(space) if here else None

    def entry(self, space: bytes, number: int) -> bytes | None:
        """The entry with that number."""
        here = self._spaces.get(space)
        return here.entries.get(number) if here else None

    def revocations(self, ministry: str) -> Mapping[bytes, int]:
        """By the directory that was read."""
        directory = self._directories.get(ministry)
        return directory.revoked if directory else {}

    def cutoff(self, space: bytes, device: bytes) -> int | None:
        """Unknown: nothing here has a place in the server's log."""
        del space, device
        return None

    def segment_hash(self, space: bytes, device: bytes, first: int) -> bytes | None:
        """The hash of the segment that begins there."""
        here = self._spaces.get(space)
        return here.starts.get((device, first)) if here else None

    def end_hash(self, space: bytes, device: bytes, last: int) -> bytes | None:
        """The hash of the segment that ends there."""
        here = self._spaces.get(space)
        return here.ends.get((device, last)) if here else None

    def receipt_hash(self, space: bytes, device: bytes, number: int) -> bytes | None:
        """The hash of the receipt with that number."""
        here = self._spaces.get(space)
        return here.receipts.get((device, number)) if here else None

    def epoch_key(self, space: bytes, epoch: bytes) -> bytes | None:
        """None: contents stay sealed."""
        del space, epoch
        return None

    def take_grant(self, sequence: int, keys: list[EpochKey]) -> Applied:
        """Keep no key."""
        del sequence, keys
        return Applied()

    def skip_grant(self, sequence: int, data: bytes, code: str) -> None:
        """Keep nothing: no grant comes from a server here."""

    def receive(self, news: list[Received]) -> Applied:
        """Keep what holds, for what follows it."""
        for one in news:
            here = self._spaces.setdefault(one.space, _Space(one.space))
            self._take_entries(here, one.founding, one.entries)
            for opened in one.segments:
                header = opened.header
                here.chains[header.device] = Head(header.device, header.last, opened.hash)
                here.starts[header.device, header.first] = opened.hash
                here.ends[header.device, header.last] = opened.hash
                here.told.segments += 1
                here.told.late += opened.late
            for receipt in one.receipts:
                here.receipts[receipt.header.device, receipt.header.number] = receipt.hash
                here.told.receipts += 1
        return Applied()

    def _take_entries(self, here: _Space, founding: bytes, entries: list[Entered]) -> None:
        if founding:
            here.founding = founding
            here.told.kind = read_founding(founding)[0].kind
            here.told.entries += 1
        for entry in entries:
            here.entries[entry.number] = entry.data
            here.told.entries += 1


class Check(_Bare):
    """Checks files of one bundle: the ground that its items are judged on, and who hears of the rest of it."""

    def __init__(self, roots: Mapping[str, bytes], keys: DeviceKeys, log_key: bytes = b"") -> None:
        """`roots`: the ministries' keys; `keys`: what opens the stream, a reader's or `key_of`; `log_key`: if known."""
        super().__init__(roots, keys)
        self._log_key = log_key
        self._names: dict[bytes, list[bytes]] = {}
        self._counted: dict[bytes, int] = {}
        self.checkpoint = ""
        """Whose desk cosigned the checkpoint that is in it."""
        self.problems: list[str] = []
        """Codes of what does not hold, beside those that `read` gives."""

    def read(self, stream: BinaryIO) -> Carried:
        """Check one file; several files of a bundle in the order of their parts. Raises as Carrier.read does."""
        return Carrier(self, self, files=self).read(stream)

    @property
    def spaces(self) -> list[CheckedSpace]:
        """What holds, by space."""
        for each in self._spaces.values():
            each.told.changes = sum(head.sequence for head in each.chains.values())
            each.told.authors = sorted(device.hex() for device in each.chains)
        return [each.told for each in self._spaces.values() if each.founding]

    def segments(self) -> Iterator[tuple[bytes, bytes, int, bytes]]:
        """Space, device, first change and hash of every segment: to be held against what a desk has."""
        for space, each in self._spaces.items():
            for (device, first), hash_ in each.starts.items():
                yield space, device, first, hash_

    # sync.carry.Peers
    def note_peer(self, device: bytes, space: bytes, ends: list[ChainEnd]) -> None:
        """What the writer says that it has is a hint, and signed by nobody."""

    def has_key(self, space: bytes) -> bool:
        """Every space is looked at."""
        return bool(space)

    def note_checkpoint(self, data: bytes) -> None:
        """Verify the device's signature; whose log it is of, only who knows the server's key can say."""
        try:
            cosigned, signed = read_cosigned(data)
            found = self.certificate(cosigned.device)
            if found is None:
                raise NotEntitled("cosigned by a device that no directory names")
            verify(found[1].sign_key, COSIGNED_DOMAIN, signed.body, signed.signature)
            if self._log_key:
                verify_cosigned(data, found[1].sign_key, self._log_key)
            self.checkpoint = cosigned.device.hex()
        except WireError:
            self.problems.append(WRONG_CHECKPOINT)

    # sync.carry.Files
    def begin(self, space: bytes, manifest: bytes) -> FileNews:
        """The names of an evidence file's chunks."""
        del space
        blob = chunk_hash(manifest)
        try:
            self._names[blob] = read_manifest(manifest, blob).chunks
        except WireError:
            return FileNews.WRONG
        self._counted.setdefault(blob, 0)
        return FileNews.TAKEN

    def take(self, blob: bytes, number: int, body: bytes) -> FileNews:
        """A chunk: it is the one that the manifest names there."""
        names = self._names.get(blob)
        if names is None:
            return FileNews.WAITS
        if number >= len(names) or chunk_hash(body) != names[number]:
            return FileNews.WRONG
        self._counted[blob] += 1
        return FileNews.WHOLE if self._counted[blob] == len(names) else FileNews.TAKEN


def new_key() -> str:
    """A key for one bundle, to be handed to who is to check it: 26 characters."""
    return b32encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def key_of(text: str, bundle: bytes) -> DeviceKeys:
    """What opens the stream of a bundle with its own key. Raises Malformed."""
    plain = text.strip().replace("-", "").upper()
    with contextlib.suppress(ValueError):
        secret = b32decode(plain + "=" * (-len(plain) % 8))
        if len(secret) == KEY_BYTES:
            return DeviceKeys(bytes(32), digest(secret, bundle, domain="tahaluf-checker"))
    raise Malformed("a bundle's key is 26 characters, A to Z and 2 to 7")
