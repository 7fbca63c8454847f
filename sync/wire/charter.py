"""The charter: the hash-chained log of who the members are, signed by the roots of more than two thirds of them.

It begins with the list that the installer carries. An entry needs signatures of ⌊2n/3⌋ + 1 of the n members before it
(5 of 7), so neither the server nor a few members add one, take one out, or put another root in a member's place.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from sync.wire.codec import (
    MAX_ENTRY,
    Count,
    Hash,
    Key,
    Ministry,
    Moment,
    Sequence,
    Signature,
    decode,
    digest,
    encode,
)
from sync.wire.errors import BadSignature, BrokenChain, NotEntitled, UnknownSuite
from sync.wire.signing import check_public_key, sign, verify

VERSION = 1
DOMAIN = "charter"
NAME = ""  # under which the charter travels beside the ministries' directories
MAX_ALLIANCE = 256  # members


class MemberAdded(msgspec.Struct, frozen=True, array_like=True, tag="member"):
    """A ministry joins with this root."""

    ministry: Ministry
    root: Key


class MemberRemoved(msgspec.Struct, frozen=True, array_like=True, tag="removed"):
    """A ministry is a member no more: none of its devices is trusted from here on."""

    ministry: Ministry


class RootReplaced(msgspec.Struct, frozen=True, array_like=True, tag="root"):
    """A member's directory stands up to that entry; what follows it is the new root's, whatever the old one signed."""

    ministry: Ministry
    root: Key
    directory_sequence: Count
    directory_head: Hash


CharterEvent = MemberAdded | MemberRemoved | RootReplaced


class CharterEntry(msgspec.Struct, frozen=True, array_like=True):
    """The body that the members' roots sign."""

    version: int
    sequence: Sequence
    previous: Hash
    at_ms: Moment
    event: CharterEvent


class Assent(msgspec.Struct, frozen=True, array_like=True):
    """One member's signature under a body."""

    ministry: Ministry
    signature: Signature


class SignedEntry(msgspec.Struct, frozen=True, array_like=True):
    """A body as signed, and who signed it."""

    body: bytes
    assents: Annotated[list[Assent], Meta(max_length=MAX_ALLIANCE)]


class Handover(msgspec.Struct, frozen=True, array_like=True):
    """After which entry of a directory, and with which head there, another root signs."""

    sequence: int
    head: bytes
    root: bytes


def needed(members: int) -> int:
    """How many members have to sign: more than two thirds."""
    return members * 2 // 3 + 1


def genesis_hash(roots: dict[str, bytes]) -> bytes:
    """What the first entry names as its previous one: the list that every installer carries."""
    return digest(encode(sorted(roots.items())), domain="tahaluf-roots")


def read_body(data: bytes) -> CharterEntry:
    """Read a body that is to be signed; raises a WireError."""
    entry = decode(CharterEntry, data, MAX_ENTRY)
    if entry.version != VERSION:
        raise UnknownSuite(f"version {entry.version} of the charter is not known here")
    return entry


def assent(seed: bytes, ministry: str, body: bytes) -> Assent:
    """Sign a body with the seed of a member's root."""
    return Assent(ministry, sign(seed, DOMAIN, body))


class Charter:
    """The members as the log gives them when every entry holds. Built only by `append`."""

    def __init__(self, genesis: dict[str, bytes]) -> None:
        """Start from the installer's list: each member's root by its code."""
        self.genesis = dict(genesis)
        self.roots = dict(genesis)
        self.first_roots = dict(genesis)  # with which each member's directory begins, former members' too
        self.handovers: dict[str, list[Handover]] = {}
        self.removed: set[str] = set()
        self.sequence = 0
        self.head = genesis_hash(genesis)

    def propose(self, event: CharterEvent, at_ms: int) -> bytes:
        """The body of the next entry. Raises a WireError for an event that would not hold."""
        entry = CharterEntry(VERSION, self.sequence + 1, self.head, at_ms, event)
        self._check(entry)
        return encode(entry)

    def copy(self) -> Charter:
        """A charter that entries can be tried on while this one stays as it is."""
        trial = Charter(self.genesis)
        trial.roots, trial.first_roots, trial.removed = dict(self.roots), dict(self.first_roots), set(self.removed)
        trial.handovers = {ministry: list(each) for ministry, each in self.handovers.items()}
        trial.sequence, trial.head = self.sequence, self.head
        return trial

    def append(self, data: bytes) -> CharterEntry:
        """Verify and take the next entry; raises a WireError and changes nothing if it does not hold."""
        signed = decode(SignedEntry, data, MAX_ENTRY)
        entry = read_body(signed.body)
        self._check(entry)
        signers = {each.ministry for each in signed.assents}
        if len(signers) != len(signed.assents) or not signers <= set(self.roots):
            raise NotEntitled("the charter is signed by members, each once")
        if len(signers) < needed(len(self.roots)):
            raise NotEntitled(f"{len(signers)} of {len(self.roots)} members signed; {needed(len(self.roots))} have to")
        for each in signed.assents:
            verify(self.roots[each.ministry], DOMAIN, signed.body, each.signature)
        self._take(entry.event)
        self.sequence = entry.sequence
        self.head = digest(signed.body, domain="tahaluf-charter")
        return entry

    def _take(self, event: CharterEvent) -> None:
        match event:
            case MemberAdded(ministry, root):
                self.roots[ministry] = self.first_roots[ministry] = root
            case MemberRemoved(ministry):
                del self.roots[ministry]
                self.removed.add(ministry)
            case RootReplaced(ministry, root, sequence, head):
                self.roots[ministry] = root
                kept = [each for each in self.handovers.get(ministry, []) if each.sequence < sequence]
                self.handovers[ministry] = [*kept, Handover(sequence, head, root)]

    def _check(self, entry: CharterEntry) -> None:
        if entry.sequence != self.sequence + 1 or entry.previous != self.head:
            raise BrokenChain(f"entry {entry.sequence} of the charter does not follow entry {self.sequence}")
        match entry.event:
            case MemberAdded(ministry, root):
                if ministry in self.first_roots or len(self.roots) >= MAX_ALLIANCE:
                    raise NotEntitled("a code stands for one member, for ever")
                self._check_root(root)
            case MemberRemoved(ministry):
                if ministry not in self.roots or len(self.roots) == 1:
                    raise NotEntitled("no such member to remove")
            case RootReplaced(ministry, root):
                if ministry not in self.roots:
                    raise NotEntitled("no such member")
                self._check_root(root)

    def _check_root(self, root: bytes) -> None:
        check_public_key(root)
        if root in self.roots.values() or root in self.first_roots.values():
            raise BadSignature("a root key is one member's, and is not used again")


def signed_entry(body: bytes, assents: list[Assent]) -> bytes:
    """The entry as it travels and is stored."""
    return encode(SignedEntry(body, sorted(assents, key=lambda each: each.ministry)))
