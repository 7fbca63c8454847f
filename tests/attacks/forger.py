"""A member whose program makes any segment it likes, signed properly or not, and brings it past its own desk."""

from __future__ import annotations

import secrets

from nacl import bindings

from desktop.desk import Desk
from sync.changes import VERSION as CHANGE_VERSION
from sync.changes import Change, Operation, RecordEdit, Unknown, encode_change
from sync.keys import DeviceKeys
from sync.seal import NONCE_BYTES, Place, _pad, seal
from sync.wire.calls import Item, PushItem, PushResult
from sync.wire.codec import encode
from sync.wire.space import SEGMENT_DOMAIN, Segment, SegmentHeader, read_segment, segment_hash
from tests.attacks.liar import retell, sync_with
from tests.support.bare_desk import BareDesk

ORDER = 2**252 + 27742317777372353535851937790883648493
"""The order of Ed25519's group, L: a signature's S must be below it, or there would be two of each (RFC 8032)."""


class Forger:
    """The device of a hostile desk, its chain in a space, and the epoch's key. The desk itself writes no more there."""

    def __init__(self, desk: Desk, space: str) -> None:
        connection = desk._connection
        self.keys: DeviceKeys = connection.identity.keys
        self.space = bytes.fromhex(space)
        self.at_ms, self.stamp = 1_795_000_000_000, 1
        database = connection.database
        self.key: bytes = database.value(
            "SELECT e.key FROM epochs e JOIN spaces s ON s.n = e.space AND s.epoch = e.epoch WHERE s.id = ?",
            (self.space,),
        )
        self.last, self.head = database.one(
            "SELECT c.last, c.hash FROM chains c JOIN spaces s ON s.n = c.space WHERE s.id = ? AND c.own = 1",
            (self.space,),
        )

    def change(self, record: bytes, *operations: Operation | Unknown) -> bytes:
        """A change on one record."""
        edit = RecordEdit(record, list(operations))
        return encode_change(Change(CHANGE_VERSION, self.at_ms, self.stamp, [], [edit]))

    def segment(self, *changes: bytes) -> bytes:
        """The next segment of the chain, without going on from it."""
        return seal(self.keys, Place(self.space, self.last, self.head), self.key, [], list(changes)).data

    def around(self, plain: bytes, count: int = 1) -> bytes:
        """The next segment, around anything at all in the place of what is compressed."""
        header = self.header(count)
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(_pad(plain), header, nonce, self.key)
        return self.signed(header, nonce + body)

    def header(self, count: int = 1) -> bytes:
        """The header of the next segment."""
        model = read_segment(self.segment(b""))[1]
        return encode(
            SegmentHeader(
                model.version,
                model.suite,
                self.space,
                self.keys.device,
                self.last + 1,
                count,
                self.head,
                model.epoch,
                [],
            )
        )

    def signed(self, header: bytes, sealed: bytes) -> bytes:
        """A segment of these parts with our own signature."""
        value = segment_hash(Segment(header, sealed, bytes(64)))
        return encode(Segment(header, sealed, self.keys.sign(SEGMENT_DOMAIN, value)))

    def go_on(self, segment: bytes) -> bytes:
        """Let the chain end with a segment; returns it."""
        parts, header = read_segment(segment)
        self.last, self.head = header.last, segment_hash(parts)
        return segment

    def push(self, url: str, *segments: bytes) -> list[PushResult]:
        """Push segments to the real server."""
        desk = BareDesk(url, self.keys).sign_in()
        try:
            return [desk.push(PushItem("segment", each))[0] for each in segments]
        finally:
            desk.close()

    def slip(self, victim: Desk, *segments: bytes) -> None:
        """Have a server that is in league put segments into the log that a desk pulls."""

        def add(space: bytes, items: list[Item]) -> list[Item]:
            more = [Item(1, "segment", each) for each in segments] if space == self.space else []
            return [*items, *more]

        _, told = sync_with(victim, retell(add))
        assert told, "the desk pulled"


def malleable(segment: bytes) -> bytes:
    """The segment with the other signature that S + L would be."""
    parts, _ = read_segment(segment)
    scalar = int.from_bytes(parts.signature[32:], "little") + ORDER
    return encode(Segment(parts.header, parts.sealed, parts.signature[:32] + scalar.to_bytes(32, "little")))
