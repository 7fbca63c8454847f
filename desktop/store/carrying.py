"""What of the store goes into a bundle, and what other desks are known to have: directories, logs, segments, keys."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import msgspec

from desktop.store.context import Context, change_number
from desktop.store.entries import Entries
from desktop.store.notes import Notes
from sync.bundle import ChainEnd, EntryPart, ReceiptPart, SegmentPart
from sync.keys import EpochKey
from sync.wire.codec import MAX_CALL, MAX_ENTRY, MAX_HEADS, decode, encode
from sync.wire.directory import Certificate
from sync.wire.membership import Membership

PAGE = 64  # segments read at once
_PEER = "peer."
_CHECKPOINT = "carried.checkpoint"


class Reader(msgspec.Struct, frozen=True):
    """A device that a bundle can be sealed to."""

    ministry: str
    certificate: Certificate

    @property
    def device(self) -> bytes:
        """The device's id."""
        return self.certificate.device


class CarriedSpace(msgspec.Struct, frozen=True):
    """A space as a bundle carries it."""

    number: int  # in this store
    id: bytes
    founding: bytes


class _Chain(msgspec.Struct):
    ministry: str
    device: bytes
    after: int  # number of the segment that went last
    end: int


class Carrying:
    """Reads for the writer of a bundle, and keeps what bundles say of other desks."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._notes = Notes(context)
        self._entries = Entries(context)

    def readers(self) -> list[Reader]:
        """Every device but this one that a ministry enrolled and did not revoke, by ministry."""
        rows = self._database.all(
            "SELECT ministry, certificate FROM devices WHERE revoked = 0 AND device != ? ORDER BY ministry, device",
            (self._context.device,),
        )
        return [Reader(ministry, decode(Certificate, data, MAX_ENTRY)) for ministry, data in rows]

    def continuity(self, ministry: str) -> bytes | None:
        """The newest continuity key of a ministry."""
        key: bytes | None = self._database.value(
            "SELECT key FROM continuity WHERE ministry = ? ORDER BY seq DESC LIMIT 1", (ministry,)
        )
        return key

    def directories(self) -> Iterator[tuple[str, int, bytes]]:
        """Every entry of every trusted directory: ministry, number, entry."""
        yield from self._database.all("SELECT ministry, seq, entry FROM directory ORDER BY ministry, seq")

    def space(self, id_: bytes) -> CarriedSpace | None:
        """A space with a founding here."""
        row = self._database.one("SELECT n, founding FROM spaces WHERE id = ? AND founding IS NOT NULL", (id_,))
        return CarriedSpace(row[0], id_, row[1]) if row else None

    def space_ids(self) -> list[bytes]:
        """Every space with a founding here."""
        return [row[0] for row in self._database.all("SELECT id FROM spaces WHERE founding IS NOT NULL ORDER BY n")]

    def keys_for(self, space: CarriedSpace, reader: Reader) -> list[EpochKey] | None:
        """The keys of a space that a device may have and that are here; None if it is no member."""
        membership = self._entries.membership(space.number)
        first = membership.keys_from(reader.device, reader.ministry) if membership else None
        if membership is None or first is None:
            return None
        here = dict(self._database.all("SELECT epoch, key FROM epochs WHERE space = ?", (space.number,)))
        return [EpochKey(space.id, here[each.id]) for each in membership.epochs[first:] if each.id in here]

    def has_key(self, space: bytes) -> bool:
        """Whether a key of a space is here, though its log may not be."""
        found = self._database.value(
            "SELECT 1 FROM epochs e JOIN spaces s ON s.n = e.space WHERE s.id = ? LIMIT 1", (space,)
        )
        return found is not None

    def ends(self, space: CarriedSpace) -> list[ChainEnd]:
        """How far every chain of a space goes here."""
        rows = self._database.all(
            "SELECT device, last FROM chains WHERE space = ? AND last > 0 ORDER BY device LIMIT ?",
            (space.number, MAX_HEADS),
        )
        return [ChainEnd(*row) for row in rows]

    def log(self, space: CarriedSpace, beyond: dict[bytes, int]) -> Iterator[EntryPart | SegmentPart | ReceiptPart]:
        """A space's own log with its segments, without those up to the changes that `beyond` names.

        They have no places in the server's log, so each segment stands where its author was entitled to write: behind
        the entry that let it, before the one that ended it. Who reads judges them by nothing but what stands before.
        """
        membership = Membership(space.id, space.founding)
        yield EntryPart(space.id, 1, space.founding)
        chains = [
            _Chain(ministry, device, change_number(chain, beyond.get(device, 0)), change_number(chain + 1, 0))
            for chain, device, ministry in self._database.all(
                "SELECT c.n, c.device, coalesce(d.ministry, '') FROM chains c LEFT JOIN devices d USING (device)"
                " WHERE c.space = ? AND c.last > 0 ORDER BY c.n",
                (space.number,),
            )
        ]
        yield from self._segments(space, membership, chains)
        for (entry,) in self._database.all("SELECT data FROM entries WHERE space = ? ORDER BY number", (space.number,)):
            number = membership.restore(entry).number
            yield EntryPart(space.id, number, entry)
            yield from self._segments(space, membership, chains)
        for device, ministry, data in self._database.all(
            "SELECT r.device, coalesce(d.ministry, ''), r.data FROM receipts r LEFT JOIN devices d USING (device)"
            " WHERE r.space = ? ORDER BY r.device, r.number",
            (space.number,),
        ):  # all that stands before is here by now; who is a member no more is heard by the server's order alone
            if membership.role_of(device, ministry) is not None:
                yield ReceiptPart(space.id, data)

    def _segments(self, space: CarriedSpace, membership: Membership, chains: list[_Chain]) -> Iterator[SegmentPart]:
        """What stands in its place now: of who writes, in epochs that have begun."""
        begun = {each.id for each in membership.epochs}
        for chain in chains:
            if not membership.writes(chain.device, chain.ministry):
                continue
            while rows := self._database.all(
                "SELECT n, epoch, data FROM segments WHERE n > ? AND n < ? AND n NOT IN (SELECT segment FROM cut)"
                " ORDER BY n LIMIT ?",
                (chain.after, chain.end, PAGE),
            ):
                ready = list(takewhile(lambda row: row[1] in begun, rows))
                yield from (SegmentPart(space.id, data) for _, _, data in ready)
                if ready:
                    chain.after = ready[-1][0]
                if len(ready) < len(rows):
                    break

    def unsealed(self) -> int:
        """Changes of ours that are in no segment yet."""
        found = self._database.value("SELECT sum(applied - last) FROM chains WHERE own = 1 AND applied > last")
        return int(found or 0)

    def text_waits(self) -> bool:
        """Whether changes of ours are on their way to the server."""
        found = self._database.value(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE refused IS NULL)"
            " OR EXISTS (SELECT 1 FROM chains WHERE own = 1 AND applied > last)"
        )
        return bool(found)

    def known_to(self, readers: list[Reader], space: bytes) -> dict[bytes, int]:
        """What every one of these devices said it has of a space: the last change of each chain."""
        known: dict[bytes, int] | None = None
        for reader in readers:
            note = self._notes.get(_peer(reader.device, space))
            ends = {one.device: one.last for one in decode(list[ChainEnd], note, MAX_CALL)} if note else {}
            known = (
                ends
                if known is None
                else {device: min(last, known[device]) for device, last in ends.items() if device in known}
            )
        return known or {}

    def note_peer(self, device: bytes, space: bytes, ends: list[ChainEnd]) -> None:
        """Keep what another device says that it has of a space here: a hint for the next bundle to it."""
        if self.space(space) is not None:
            self._notes.put(_peer(device, space), encode(ends))

    def note_checkpoint(self, data: bytes) -> None:
        """Keep a checkpoint that a bundle carried, as it came."""
        if len(data) <= MAX_ENTRY:
            self._notes.put(_CHECKPOINT, data)


def _peer(device: bytes, space: bytes) -> str:
    return f"{_PEER}{device.hex()}.{space.hex()}"
