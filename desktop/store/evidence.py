"""Evidence on this desk: findings with the signed bytes, each kept once, the first ones of a kind before later ones.

Whoever floods a desk with offences can fill no disk and push out nothing: of one kind and one culprit the first
MAX_OF_ONE are kept, of one kind MAX_OF_KIND, of all MAX_BYTES; what comes beyond is counted only.
"""

from __future__ import annotations

from desktop.casework.trust_views import EvidenceView
from desktop.store.authors import Authors
from desktop.store.context import Context
from sync.evidence import KINDS, Exhibit, Finding, Kept, keep
from sync.wire.codec import decode
from sync.wire.errors import WireError
from sync.wire.signing import verify
from sync.wire.space import (
    ENTRY_DOMAIN,
    SEGMENT_DOMAIN,
    Head,
    SegmentHeader,
    entry_hash,
    read_entry,
    read_segment,
    segment_hash,
)

MAX_OF_ONE = 16
MAX_OF_KIND = 256
MAX_BYTES = 32 << 20  # of all findings
MAX_FINDING = 4 << 20  # bytes of one
SUSPECT = frozenset({"fork", "broken_chain"})
"""Codes of rejected items that may be evidence."""

_Row = tuple[int, str, bytes, bytes, int, int, int, int, bytes]


class Evidence:
    """The findings of one store."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._authors = Authors(context)

    def note(self, finding: Finding) -> bool:
        """Keep a finding, or count it once more; whether it is new. Flushed unless a transaction is open already."""
        now, key = self._context.now_ms(), finding.key
        with self._database.transaction():
            again = self._database.run("UPDATE evidence SET last_ms = ?, times = times + 1 WHERE key = ?", (now, key))
            if again:
                return False
            data = keep(finding)
            if not self._has_room(finding, len(data)):
                self._context.set_meta("evidence_beyond", self._context.meta("evidence_beyond") + 1)
                return False
            self._database.run(
                "INSERT INTO evidence (key, kind, space, device, at_ms, last_ms, times, seen, data)"
                " VALUES (?, ?, ?, ?, ?, ?, 1, 0, ?)",
                (key, finding.kind, finding.space, finding.device, now, now, data),
            )
        return True

    def _has_room(self, finding: Finding, size: int) -> bool:
        total, of_kind, of_one = self._database.one(
            "SELECT coalesce(sum(length(data)), 0), coalesce(sum(kind = ?1), 0),"
            " coalesce(sum(kind = ?1 AND device = ?2), 0) FROM evidence",
            (finding.kind, finding.device),
        )
        limit = MAX_OF_ONE if finding.device else MAX_OF_KIND
        return size <= MAX_FINDING and total + size <= MAX_BYTES and of_kind < MAX_OF_KIND and of_one < limit

    def findings(self) -> tuple[EvidenceView, ...]:
        """Every finding, newest first."""
        rows = self._database.all(
            "SELECT n, kind, space, device, at_ms, last_ms, times, seen, data FROM evidence ORDER BY n DESC"
        )
        return tuple(self._view(row) for row in rows)

    def finding(self, number: int) -> tuple[Finding, int] | None:
        """A finding and when it was made (Unix milliseconds), or None."""
        row = self._database.one("SELECT kind, space, device, data, at_ms FROM evidence WHERE n = ?", (number,))
        if row is None:
            return None
        kind, space, device, data, at_ms = row
        kept = decode(Kept, data, MAX_FINDING)
        return Finding(kind, space, device, kept.exhibits, kept.facts), at_ms

    def unseen(self) -> int:
        """Number of findings that nobody looked at. Cheap."""
        return int(self._database.value("SELECT count(*) FROM evidence WHERE seen = 0"))

    def mark_seen(self) -> None:
        """Note that the officer has looked at all findings."""
        if self.unseen():
            with self._database.transaction(durable=False):
                self._database.run("UPDATE evidence SET seen = 1 WHERE seen = 0")

    def beyond(self) -> int:
        """How many findings were counted and not kept, because there are enough of their like."""
        return self._context.meta("evidence_beyond")

    def examine(self, space: bytes, rejected: list[tuple[bytes, str]]) -> None:
        """Look whether items that were rejected prove something of their author. What is not signed proves nothing.

        What is here of the chain must be in the database already, not only in a batch's memory.
        """
        for data, code in rejected:
            if code in SUSPECT:
                try:
                    finding = self._examine(space, data)
                except WireError:
                    continue
                if finding is not None:
                    self.note(finding)

    def _examine(self, space: bytes, data: bytes) -> Finding | None:
        try:
            segment, header = read_segment(data)
        except WireError:
            return self._examine_entry(space, data)
        found = self._authors.certificate(header.device)
        if found is None or header.space != space:
            return None
        hash_ = segment_hash(segment)
        verify(found[1].sign_key, SEGMENT_DOMAIN, hash_, segment.signature)
        end = self._covering(space, header.device, header.first)
        if end is not None and end[1] != hash_:
            return _fork(space, header.device, end[2], data)
        before = self._covering(space, header.device, header.first - 1) if header.first > 1 else None
        if before is not None and before[0] == header.first - 1 and before[1] != header.previous:
            return _fork(space, header.device, before[2], data)
        if end is None and header.first > 1 and before is None:
            facts: dict[str, int | str] = {"first": header.first, "have": self._end(space, header.device)}
            return Finding("gap", space, header.device, [Exhibit("segment", data)], facts)
        return self._told_otherwise(space, header, data)

    def _examine_entry(self, space: bytes, data: bytes) -> Finding | None:
        """An entry of a space's own log beside another one with the same predecessor: its members saw two logs."""
        entry, signed = read_entry(data)
        found = self._authors.certificate(entry.device)
        here = self._database.value(
            "SELECT e.data FROM spaces s JOIN entries e ON e.space = s.n AND e.number = ? WHERE s.id = ?",
            (entry.number, space),
        )
        if found is None or here is None or entry.space != space or entry_hash(here) == entry_hash(data):
            return None
        if read_entry(here)[0].previous != entry.previous:
            return None
        verify(found[1].sign_key, ENTRY_DOMAIN, signed.body, signed.signature)
        exhibits = [Exhibit("entry", here), Exhibit("entry", data)]
        return Finding("space_fork", space, entry.device, exhibits, {"number": entry.number})

    def _told_otherwise(self, space: bytes, header: SegmentHeader, data: bytes) -> Finding | None:
        """A head in the segment that is not that of our copy of the chain: its author was shown another history."""
        for head in header.heads:
            ours = self._ending(space, head)
            if head.device != self._context.device and ours is not None and ours[0] != head.hash:
                exhibits = [Exhibit("segment", data), Exhibit("segment", ours[1])]
                facts: dict[str, int | str] = {"about": head.device.hex(), "sequence": head.sequence}
                once = head.device + head.sequence.to_bytes(8, "big")
                return Finding("split_history", space, header.device, exhibits, facts, once)
        return None

    def _covering(self, space: bytes, device: bytes, sequence: int) -> tuple[int, bytes, bytes] | None:
        """Last change, hash and bytes of the segment here that holds a change of a device."""
        row: tuple[int, bytes, bytes] | None = self._database.one(
            "SELECT g.last, g.hash, g.data FROM spaces s JOIN chains c ON c.space = s.n AND c.device = ?"
            " JOIN segments g ON g.n > c.n << 32 AND g.n <= c.n << 32 | ? WHERE s.id = ? ORDER BY g.n DESC LIMIT 1",
            (device, sequence, space),
        )
        return row if row is not None and row[0] >= sequence else None

    def _ending(self, space: bytes, head: Head) -> tuple[bytes, bytes] | None:
        """Hash and bytes of the segment here that ends where a head says, or that covers its place."""
        row = self._covering(space, head.device, head.sequence)
        return row[1:] if row is not None else None

    def _end(self, space: bytes, device: bytes) -> int:
        """Number of the last change here of a device."""
        return int(
            self._database.value(
                "SELECT c.last FROM spaces s JOIN chains c ON c.space = s.n AND c.device = ? WHERE s.id = ?",
                (device, space),
            )
            or 0
        )

    def _view(self, row: _Row) -> EvidenceView:
        n, kind, space, device, at_ms, last_ms, times, seen, data = row
        facts = decode(Kept, data, MAX_FINDING).facts
        about = bytes.fromhex(str(facts.get("about", "")))
        return EvidenceView(
            id=n,
            kind=kind if kind in KINDS else "unknown",
            space=space.hex(),
            by=self._authors.author(device, 0) if device else None,
            about=self._authors.author(about, 0) if about else None,
            at_ms=at_ms,
            last_ms=last_ms,
            times=times,
            seen=bool(seen),
            bytes=len(data),
            facts=facts,
        )


def _fork(space: bytes, device: bytes, one: bytes, other: bytes) -> Finding:
    return Finding("fork", space, device, [Exhibit("segment", one), Exhibit("segment", other)])
