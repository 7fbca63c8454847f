"""Proof files: a finding with all that is needed to judge it elsewhere, and the judging. PROTOCOL.md, "Proofs".

A file holds the signed bytes, the directories from the roots down to the devices that signed them, and the word of the
desk that made it. Whoever holds the roots of the ministries needs nothing else: no server, no desk, no key.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from sync.evidence import Exhibit, Finding
from sync.keys import DeviceKeys
from sync.wire.charter import Charter
from sync.wire.checkpoint import Checkpoint, Included, read_checkpoint, read_cosigned, verify_cosigned
from sync.wire.codec import MAX_ENTRY, Id, Ministry, Moment, decode, encode
from sync.wire.directory import Certificate, Directory
from sync.wire.errors import BadProof, BadSignature, Malformed, NotEntitled, UnknownSuite, WireError
from sync.wire.merkle import consistency_roots, inclusion_root
from sync.wire.signing import Signed, pack, unpack, verify
from sync.wire.space import (
    ENTRY_DOMAIN,
    Segment,
    SegmentHeader,
    entry_hash,
    read_entry,
    read_segment,
    segment_hash,
    verify_segment,
)

MAGIC = b"TAHALUF PROOF 1\n"
VERSION = 1
DOMAIN = "proof"
SNAPSHOT_DOMAIN = "snapshot"
MAX_PROOF = 64 << 20  # bytes of a file
MAX_EXHIBITS = 8

Judgement = Literal["proven", "attested", "refuted"]
"""proven: the signed bytes alone convince. attested: they hold, the rest is the word of the desk that made the file.
refuted: they do not show what the file says, or are not signed by whom it names."""


class Voucher(msgspec.Struct, frozen=True, array_like=True):
    """A ministry's directory from its first entry on, as far as it names the devices."""

    ministry: Ministry
    entries: list[bytes]


class Proof(msgspec.Struct, frozen=True, array_like=True):
    """The signed body of a proof file. `device`: of the finding, empty for none; `witness`: who made the file."""

    version: int
    kind: str
    space: Annotated[bytes, Meta(max_length=16)]
    device: Annotated[bytes, Meta(max_length=16)]
    found_ms: Moment
    exhibits: Annotated[list[Exhibit], Meta(max_length=MAX_EXHIBITS)]
    facts: dict[str, int | str]
    log_key: Annotated[bytes, Meta(max_length=32)]
    vouchers: list[Voucher]
    witness: Id
    made_ms: Moment
    charter: list[bytes] = []  # entries of the charter, from the list of the installer on


class Person(msgspec.Struct, frozen=True):
    """Whose device it is, as its ministry's directory says."""

    ministry: str
    officer: str
    desk: str
    device: str


class Verdict(msgspec.Struct, frozen=True):
    """What a proof file comes to."""

    kind: str
    judgement: Judgement
    reason: str  # a stable word for why
    space: str
    found_ms: int
    by: Person | None  # whose device the finding is about
    about: Person | None  # whose history was shown in two ways
    witness: Person
    facts: dict[str, int | str]


class Book(NamedTuple):
    """What says whose the signatures are: the charter, and directories that name every device, ours too."""

    charter: list[bytes]
    vouchers: list[Voucher]


def make_proof(keys: DeviceKeys, finding: Finding, times: tuple[int, int], log_key: bytes, book: Book) -> bytes:
    """Pack a finding as a file, signed by this device. `times`: when it was found and now, Unix milliseconds."""
    proof = Proof(
        VERSION,
        finding.kind,
        finding.space,
        finding.device,
        times[0],
        finding.exhibits,
        finding.facts,
        log_key,
        book.vouchers,
        keys.device,
        times[1],
        book.charter,
    )
    body = encode(proof)
    return MAGIC + pack(Signed(body, keys.sign(DOMAIN, body)))


def devices_of(finding: Finding) -> set[bytes]:
    """Every device whose signature or whose chain is in a finding."""
    found = {finding.device} if finding.device else set()
    if about := finding.facts.get("about"):
        found.add(bytes.fromhex(str(about)))
    for one in finding.exhibits:
        match one.role:
            case "segment":
                found.add(read_segment(one.data)[1].device)
            case "entry":
                found.add(read_entry(one.data)[0].device)
            case "cosigned":
                found.add(read_cosigned(one.data)[0].device)
    return found


def judge(data: bytes, roots: Mapping[str, bytes], log_key: bytes = b"") -> Verdict:
    """Judge a proof file against the ministries' root keys and, if it is known, the key of the server's log.

    Raises a WireError for a file that is none, or whose maker no trusted directory names.
    """
    if data[: len(MAGIC)] != MAGIC:
        raise Malformed("the file does not begin as a proof does")
    signed = unpack(data[len(MAGIC) :], MAX_PROOF)
    proof = decode(Proof, signed.body, MAX_PROOF)
    if proof.version != VERSION:
        raise UnknownSuite(f"version {proof.version} of a proof is not known here")
    people = _People(proof, roots)
    verify(people.witness(proof.witness), DOMAIN, signed.body, signed.signature)
    try:
        case = _Case(proof, people, log_key or proof.log_key, bool(log_key))
        judgement, reason = _WEIGHERS.get(proof.kind, _weigh_word)(case)
    except WireError as error:
        judgement, reason = "refuted", error.code
    about = proof.facts.get("about")
    return Verdict(
        proof.kind,
        judgement,
        reason,
        proof.space.hex(),
        proof.found_ms,
        people.find(proof.device),
        people.find(bytes.fromhex(about)) if isinstance(about, str) and _is_hex(about) else None,
        people.person(proof.witness),
        proof.facts,
    )


class _People:
    """The devices that the vouchers name, from the trusted roots down."""

    def __init__(self, proof: Proof, roots: Mapping[str, bytes]) -> None:
        self._found: dict[bytes, tuple[str, Certificate]] = {}
        charter = Charter(dict(roots))
        with contextlib.suppress(WireError):  # one that begins elsewhere: the roots at hand are trusted as they are
            for entry in proof.charter:
                charter.append(entry)
        self._removed = charter.removed
        for voucher in proof.vouchers:
            root = charter.first_roots.get(voucher.ministry)
            if root is None:
                continue
            directory = Directory(voucher.ministry, root, charter.handovers.get(voucher.ministry))
            with contextlib.suppress(WireError):  # what does not hold names nobody
                for entry in voucher.entries:
                    directory.append(entry)
            for device, certificate in directory.devices.items():
                self._found.setdefault(device, (voucher.ministry, certificate))

    def key(self, device: bytes) -> bytes:
        """The Ed25519 key of a device; raises BadSignature for one that no trusted directory names."""
        if device not in self._found:
            raise BadSignature("a device that no trusted directory names")
        return self._found[device][1].sign_key

    def witness(self, device: bytes) -> bytes:
        """The key of a device whose word counts; raises NotEntitled if its ministry is a member no more."""
        key = self.key(device)
        if self._found[device][0] in self._removed:
            raise NotEntitled("the word of a desk whose ministry is a member no more")
        return key

    def person(self, device: bytes) -> Person:
        """Whose device it is; raises BadSignature."""
        self.key(device)
        ministry, certificate = self._found[device]
        return Person(ministry, certificate.officer, certificate.desk, device.hex())

    def find(self, device: bytes) -> Person | None:
        """Whose device it is, or None."""
        return self.person(device) if device in self._found else None


class _Case(msgspec.Struct, frozen=True):
    """What is weighed, by whose keys. `pinned`: the log's key is one that was known before the file came."""

    proof: Proof
    people: _People
    log_key: bytes
    pinned: bool

    def all(self, role: str) -> Iterator[bytes]:
        """Exhibits of a role."""
        return (one.data for one in self.proof.exhibits if one.role == role)

    def one(self, role: str) -> bytes:
        """The first of a role; raises Malformed if there is none."""
        found = next(self.all(role), None)
        if found is None:
            raise Malformed(f"a proof without {role}")
        return found

    def two(self, role: str) -> tuple[bytes, bytes]:
        """The only two of a role; raises Malformed."""
        found = list(self.all(role))
        if len(found) != 2:
            raise Malformed(f"a proof with {len(found)} of {role} where two are compared")
        return found[0], found[1]

    def segments(self) -> list[tuple[Segment, SegmentHeader]]:
        """Both segments, verified."""
        return [_segment(data, self.people) for data in self.two("segment")]


def _segment(data: bytes, people: _People) -> tuple[Segment, SegmentHeader]:
    segment, header = read_segment(data)
    verify_segment(segment, people.key(header.device))
    return segment, header


def _weigh_fork(case: _Case) -> tuple[Judgement, str]:
    (one, first), (other, second) = sorted(case.segments(), key=lambda pair: pair[1].first)
    proof = case.proof
    if {first.device, second.device} != {proof.device} or {first.space, second.space} != {proof.space}:
        return "refuted", "not_the_same_chain"
    if segment_hash(one) == segment_hash(other):
        return "refuted", "no_contradiction"
    if second.first <= first.last:
        return "proven", "two_for_one_place"
    if second.first == first.last + 1 and second.previous != segment_hash(one):
        return "proven", "two_predecessors"
    return "refuted", "no_contradiction"


def _weigh_split(case: _Case) -> tuple[Judgement, str]:
    (_, told), (held, chain) = case.segments()
    if told.device != case.proof.device or {told.space, chain.space} != {case.proof.space}:
        return "refuted", "not_the_same_chain"
    for head in told.heads:
        if head.device == chain.device and chain.first <= head.sequence <= chain.last:
            agrees = head.sequence == chain.last and head.hash == segment_hash(held)
            return ("refuted", "no_contradiction") if agrees else ("proven", "shown_otherwise")
    return "refuted", "no_contradiction"


def _weigh_entries(case: _Case) -> tuple[Judgement, str]:
    places: set[tuple[bytes, int, bytes]] = set()
    hashes: set[bytes] = set()
    for data in case.two("entry"):
        entry, signed = read_entry(data)
        verify(case.people.key(entry.device), ENTRY_DOMAIN, signed.body, signed.signature)
        places.add((entry.space, entry.number, entry.previous))
        hashes.add(entry_hash(data))
    if len(places) != 1 or next(iter(places))[0] != case.proof.space or len(hashes) != 2:
        return "refuted", "no_contradiction"
    return "proven", "two_for_one_place"


def _weigh_gap(case: _Case) -> tuple[Judgement, str]:
    _, header = _segment(case.one("segment"), case.people)
    if (header.device, header.space) != (case.proof.device, case.proof.space) or header.first == 1:
        return "refuted", "no_contradiction"
    return "attested", "predecessor_missing"


def _weigh_log(case: _Case) -> tuple[Judgement, str]:
    older, newer = (read_checkpoint(data, case.log_key) for data in case.two("checkpoint"))
    return _compare(older, newer, case)


def _weigh_view(case: _Case) -> tuple[Judgement, str]:
    own = read_checkpoint(case.one("checkpoint"), case.log_key)
    sign_key = case.people.key(case.proof.device)
    statement, theirs = verify_cosigned(case.one("cosigned"), sign_key, case.log_key)
    if statement.device != case.proof.device:
        raise BadSignature("cosigned by another device than the one that is named")
    return _compare(theirs, own, case)


def _compare(older: Checkpoint, newer: Checkpoint, case: _Case) -> tuple[Judgement, str]:
    """Whether two checkpoints of one log contradict each other."""
    if older.origin != newer.origin:
        return "proven", "two_logs"
    if older.size == newer.size:
        return ("refuted", "no_contradiction") if older.root == newer.root else ("proven", "two_roots")
    if older.size > newer.size:
        return ("proven" if newer.at_ms > older.at_ms else "attested"), "shorter"
    try:
        old, new = consistency_roots(older.size, newer.size, decode(list[bytes], case.one("path"), MAX_ENTRY))
    except BadProof:
        return "attested", "no_path_given"
    if new != newer.root:
        return "attested", "no_path_given"
    return ("refuted", "no_contradiction") if old == older.root else ("proven", "two_histories")


def _weigh_place(case: _Case) -> tuple[Judgement, str]:
    checkpoint = read_checkpoint(case.one("checkpoint"), case.log_key)
    found = next(case.all("included"), None)
    if found is None:
        return "attested", "not_named"
    included = decode(Included, found, MAX_ENTRY)
    if included.leaf.space != case.proof.space:
        return "refuted", "not_the_same_chain"
    try:
        stands = inclusion_root(included.index, checkpoint.size, included.leaf.hash, included.path) == checkpoint.root
    except BadProof:
        stands = False
    return "attested", "named_otherwise" if stands else "not_named"


def _weigh_key(case: _Case) -> tuple[Judgement, str]:
    try:
        read_checkpoint(case.one("checkpoint"), case.log_key)
    except BadSignature:
        return ("proven" if case.pinned else "attested"), "another_key"
    return "refuted", "no_contradiction"


def _weigh_snapshot(case: _Case) -> tuple[Judgement, str]:
    signed = unpack(case.one("snapshot"), MAX_PROOF)
    verify(case.people.key(case.proof.device), SNAPSHOT_DOMAIN, signed.body, signed.signature)
    return "attested", "signed"


def _weigh_word(_case: _Case) -> tuple[Judgement, str]:
    return "attested", "observed"


_WEIGHERS: dict[str, Callable[[_Case], tuple[Judgement, str]]] = {
    "fork": _weigh_fork,
    "split_history": _weigh_split,
    "space_fork": _weigh_entries,
    "gap": _weigh_gap,
    "log_forked": _weigh_log,
    "new_log": _weigh_log,
    "split_view": _weigh_view,
    "not_in_log": _weigh_place,
    "withheld": _weigh_place,
    "log_key": _weigh_key,
    "snapshot_false": _weigh_snapshot,
}


def _is_hex(text: str) -> bool:
    return len(text) == 32 and all(each in "0123456789abcdef" for each in text)
