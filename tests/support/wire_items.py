"""Founding entries, segments and grants as a desk would make them, with any bytes in the place of sealed ones."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from sync.keys import DeviceKeys, EpochKey, Granter, commitment, make_grant, new_epoch_key
from sync.wire.calls import PushItem
from sync.wire.codec import NO_HASH, encode, new_id
from sync.wire.directory import Certificate
from sync.wire.signing import Signed, pack
from sync.wire.space import (
    FOUNDING_DOMAIN,
    SEGMENT_DOMAIN,
    SUITE,
    VERSION,
    Founding,
    Member,
    Role,
    Segment,
    SegmentHeader,
    epoch_id,
    read_segment,
    segment_hash,
    space_id,
)

AT_MS = 1_795_000_000_000


@dataclass
class Space:
    """A space that a device founded: its id, its first epoch, and the founding entry."""

    founder: DeviceKeys
    id: bytes
    epoch: bytes
    key: bytes
    entry: bytes

    @property
    def item(self) -> PushItem:
        """The founding entry, ready to push."""
        return PushItem("entry", self.entry)


def found_space(founder: DeviceKeys, members: dict[str, Role]) -> Space:
    """Found a case among the given ministries."""
    key = new_epoch_key()
    committed = commitment(key)
    listed = [Member(ministry, role) for ministry, role in members.items()]
    body = encode(Founding(VERSION, SUITE, "case", new_id(), founder.device, AT_MS, listed, committed))
    entry = pack(Signed(body, founder.sign(FOUNDING_DOMAIN, body)))
    return Space(founder, space_id(entry), epoch_id(committed), key, entry)


@dataclass
class Chain:
    """A device's chain in a space; each `extend` gives the next segment."""

    keys: DeviceKeys
    space: Space
    last: int = 0
    head: bytes = NO_HASH
    bodies: list[bytes] = field(default_factory=list)

    def make(
        self,
        sealed: bytes | None = None,
        *,
        count: int = 1,
        first: int | None = None,
        previous: bytes | None = None,
        epoch: bytes | None = None,
        signer: DeviceKeys | None = None,
    ) -> bytes:
        """Make a segment that follows the chain (or says what it is told to) without extending it."""
        header = encode(
            SegmentHeader(
                VERSION,
                SUITE,
                self.space.id,
                self.keys.device,
                self.last + 1 if first is None else first,
                count,
                self.head if previous is None else previous,
                self.space.epoch if epoch is None else epoch,
                [],
            )
        )
        sealed = secrets.token_bytes(200) if sealed is None else sealed
        value = segment_hash(Segment(header, sealed, bytes(64)))
        return encode(Segment(header, sealed, (signer or self.keys).sign(SEGMENT_DOMAIN, value)))

    def extend(self, sealed: bytes | None = None, *, count: int = 1) -> PushItem:
        """Make the next segment and let the chain end with it."""
        body = self.make(sealed, count=count)
        self.head = segment_hash(read_segment(body)[0])
        self.last += count
        self.bodies.append(body)
        return PushItem("segment", body)


def grant_to(granter: Granter, recipient: Certificate, spaces: list[Space]) -> PushItem:
    """Grant the keys of spaces to a device."""
    keys = [EpochKey(space.id, space.key) for space in spaces]
    return PushItem("grant", make_grant(granter, recipient, keys, AT_MS))
