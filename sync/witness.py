"""The desk as a witness of the server's log. PROTOCOL.md, "The server's log".

It checks each checkpoint against the last one, the places of its spaces in it, and what other ministries' desks were
shown. What holds it cosigns; what does not becomes evidence.
"""

from __future__ import annotations

import secrets
import time
from typing import Protocol

import msgspec

from sync.errors import BadReply, Refused
from sync.evidence import Exhibit, Finding
from sync.keys import DeviceKeys
from sync.link import Link
from sync.run import Run
from sync.wire.calls import Cursor
from sync.wire.checkpoint import (
    MAX_PLACES,
    Checkpoint,
    CheckpointReply,
    CheckpointRequest,
    Included,
    Seen,
    Witnessed,
    make_cosigned,
    read_checkpoint,
    read_cosigned,
    verify_cosigned,
)
from sync.wire.codec import encode
from sync.wire.directory import Certificate
from sync.wire.errors import BadProof, WireError
from sync.wire.merkle import consistency_roots, inclusion_root

MOVED = 256  # spaces that moved in a run and are looked up in the log; of more, as many at random
SWEPT = 32  # others, in the order of their ids, a few at each look, until each had its turn
PAUSE_S = 60.0  # between looks while news trickle in, and between cosignatures
IDLE_MS = 3_600_000  # after so long a look is due though nothing moved
FOUND = "evidence_found"


class Notes(msgspec.Struct):
    """What a desk remembers between looks."""

    key: bytes = b""  # of the server's log, as first seen
    checkpoint: bytes = b""  # the last one that was looked at, with the server's signature
    due: bytes = b""  # a cosigned checkpoint that was not sent yet
    sent_ms: int = 0  # when one was sent last
    looked_ms: int = 0
    swept: bytes = b""  # the space up to which the sweep has come
    cosigned: bytes = b""  # the last checkpoint that was cosigned here, for bundles to carry


class Book(Protocol):
    """What the witness asks of a desk's store."""

    def notes(self) -> Notes:
        """What was remembered. Cheap."""

    def keep_notes(self, notes: Notes) -> None:
        """Remember."""

    def carried(self) -> bytes:
        """A cosigned checkpoint that a bundle brought and that was not heard yet; empty: none."""

    def forget_carried(self) -> None:
        """It was heard."""

    def moved(self) -> set[bytes]:
        """Spaces whose cursors moved since the last look; the set itself, to be emptied."""

    def cursors(self, after: bytes, limit: int) -> list[Cursor]:
        """Cursors of all spaces here, in order of id, after the given one (empty: from the start)."""

    def cursor(self, space: bytes) -> Cursor:
        """The cursor of a space."""

    def belongs(self, space: bytes) -> bool:
        """Whether this desk is a member of the space, as far as it knows."""

    def note_behind(self, heads: list[tuple[bytes, int]]) -> None:
        """Note where logs end at the server."""

    def certificate(self, device: bytes) -> tuple[str, Certificate] | None:
        """The ministry and certificate of an enrolled device."""

    def witnesses(self) -> dict[str, int]:
        """The size of the newest checkpoint that a desk of each other ministry confirmed."""

    def keep_witness(self, ministry: str, device: bytes, size: int, at_ms: int, cosigned: bytes) -> None:
        """Remember that a desk of another ministry confirmed a checkpoint that ours goes on from."""

    def forget_witnesses(self) -> None:
        """The server began another log: what was confirmed of the old one says nothing of it."""

    def keep_finding(self, finding: Finding) -> None:
        """Keep what shows that somebody did not keep to the protocol."""


class Witness:
    """Looks at the server's log for one desk. One thread."""

    def __init__(self, book: Book, log_key: bytes = b"") -> None:
        """`log_key` is the key of the server's log that the profile names; without one the first that is seen stays."""
        self._book = book
        self._log_key = log_key
        self._looked_s = -PAUSE_S
        self._promised: dict[bytes, tuple[Checkpoint, bytes, Included]] = {}
        self._found = 0

    def look(self, link: Link, keys: DeviceKeys, run: Run, now_ms: int, *, patient: bool = False) -> bool:
        """Look at the log if something moved or a look is due; `patient`: at most once in PAUSE_S. Raises a SyncError.

        Nothing is asked of the server while nothing moves. Returns whether the log names more of some space than was
        delivered: the next look, after another pull, tells whether it is withheld.
        """
        moved = self._book.moved()
        if patient and time.monotonic() - self._looked_s < PAUSE_S:
            return False
        notes = self._book.notes()
        due = notes.due if abs(now_ms - notes.sent_ms) >= PAUSE_S * 1000 else b""
        carried = self._book.carried()
        idle = not moved and not due and not self._promised and not carried
        if idle and notes.checkpoint and abs(now_ms - notes.looked_ms) < IDLE_MS:
            return False
        self._looked_s = time.monotonic()
        self._found = 0
        try:
            self._ask(link, keys, notes, now_ms)
            if notes.due and abs(now_ms - notes.sent_ms) >= PAUSE_S * 1000:
                self._ask(link, keys, notes, now_ms)
            if carried:
                self._hear_carried(link, notes, carried)
        except Refused as refusal:
            if refusal.code != "not_found":
                raise
        self._book.keep_notes(notes)
        if self._found:
            run.problems.append(FOUND)
        return bool(self._promised)

    def _ask(self, link: Link, keys: DeviceKeys, notes: Notes, now_ms: int) -> None:
        moved = self._book.moved()
        chosen = sorted(moved) if len(moved) <= MOVED else secrets.SystemRandom().sample(sorted(moved), MOVED)
        swept = [one.space for one in self._book.cursors(notes.swept, SWEPT) if one.sequence and one.space not in moved]
        notes.swept = swept[-1] if len(swept) == SWEPT else b""
        kept = self._kept(notes)
        seen = [Seen(code, size) for code, size in self._book.witnesses().items()]
        request = CheckpointRequest(
            kept.origin if kept else b"", kept.size if kept else 0, (chosen + swept)[:MAX_PLACES], seen, notes.due
        )
        reply = link.call("checkpoint", request, CheckpointReply)
        if notes.due:
            notes.due, notes.sent_ms = b"", now_ms
        notes.looked_ms = now_ms
        trusted = self._log_key or notes.key or reply.key
        if reply.key != trusted:
            self._find(Finding("log_key", exhibits=[_checkpoint(reply.checkpoint)], once=reply.key))
            return
        try:
            newest = read_checkpoint(reply.checkpoint, trusted)
        except WireError as error:
            raise BadReply("a checkpoint that does not verify") from error
        notes.key = trusted
        before = self._found
        self._compare(notes, kept, newest, reply)
        self._look_up(chosen, swept, newest, reply)
        for each in reply.witnessed:
            self._hear(each, newest, reply.checkpoint, trusted)
        moved.difference_update(chosen)
        if len(chosen) == MOVED:
            moved.clear()
        if self._found == before and newest.size and reply.checkpoint != notes.checkpoint:
            notes.due = notes.cosigned = make_cosigned(keys.sign, keys.device, reply.checkpoint, now_ms)
        notes.checkpoint = reply.checkpoint

    def _kept(self, notes: Notes) -> Checkpoint | None:
        if not notes.checkpoint:
            return None
        try:
            return read_checkpoint(notes.checkpoint, self._log_key or notes.key)
        except WireError:  # the profile names another key since: begin anew
            return None

    def _compare(self, notes: Notes, kept: Checkpoint | None, newest: Checkpoint, reply: CheckpointReply) -> None:
        """Whether the newest checkpoint goes on from the one that was kept."""
        if kept is None:
            return
        exhibits = [_checkpoint(notes.checkpoint), _checkpoint(reply.checkpoint)]
        if kept.origin != newest.origin:
            self._book.forget_witnesses()
            self._find(Finding("new_log", exhibits=exhibits, once=kept.origin + newest.origin))
        elif not follows(kept, newest, reply.path):
            self._find(Finding("log_forked", exhibits=[*exhibits, _path(reply.path)]))

    def _look_up(self, moved: list[bytes], swept: list[bytes], newest: Checkpoint, reply: CheckpointReply) -> None:
        """Whether the log names the ends of our spaces' logs as they were delivered."""
        promised, self._promised = self._promised, {}
        for space, (checkpoint, signed, included) in promised.items():
            cursor = self._book.cursor(space)
            if cursor.sequence < included.leaf.sequence and checkpoint.origin == newest.origin:
                self._find(_not_delivered(cursor, signed, included))
        found = {each.leaf.space: each for each in reply.included}
        for space in moved:
            self._place(space, found.get(space), newest, reply.checkpoint, fresh=True)
        for space in swept:
            if space in found:
                self._place(space, found[space], newest, reply.checkpoint, fresh=False)

    def _place(
        self, space: bytes, included: Included | None, newest: Checkpoint, signed: bytes, *, fresh: bool
    ) -> None:
        cursor = self._book.cursor(space)
        if not cursor.sequence:
            return
        if included is None and not self._book.belongs(space):
            return
        if included is None or not _stands(included, newest):
            self._find(_not_there(cursor, signed, included))
        elif included.leaf.sequence > cursor.sequence:
            if fresh:  # it moved since, or what the log names is kept from us: the next look tells
                self._promised[space] = (newest, signed, included)
                self._book.note_behind([(space, included.leaf.sequence)])
        elif (included.leaf.sequence, included.leaf.head) != (cursor.sequence, cursor.head):
            self._find(_not_there(cursor, signed, included))

    def _hear(self, witnessed: Witnessed, newest: Checkpoint, signed: bytes, log_key: bytes) -> None:
        """Whether what a desk of another ministry was shown is what we are shown. What it did not sign says nothing."""
        try:
            device = read_cosigned(witnessed.cosigned)[0].device
            found = self._book.certificate(device)
            if found is None:
                return
            cosigned, theirs = verify_cosigned(witnessed.cosigned, found[1].sign_key, log_key)
        except WireError:
            return
        if theirs.origin == newest.origin and follows(theirs, newest, witnessed.path):
            self._book.keep_witness(found[0], device, theirs.size, cosigned.at_ms, witnessed.cosigned)
            return
        exhibits = [_checkpoint(signed), Exhibit("cosigned", witnessed.cosigned), _path(witnessed.path)]
        self._find(Finding("split_view", device=device, exhibits=exhibits))

    def _hear_carried(self, link: Link, notes: Notes, cosigned: bytes) -> None:
        """Hear what a bundle brought past the server, which cannot withhold it: it has to show a path from there."""
        self._book.forget_carried()
        log_key = self._log_key or notes.key
        try:
            theirs = read_checkpoint(read_cosigned(cosigned)[0].checkpoint, log_key)
        except WireError:
            return
        reply = link.call("checkpoint", CheckpointRequest(theirs.origin, theirs.size, [], [], b""), CheckpointReply)
        try:
            newest = read_checkpoint(reply.checkpoint, log_key)
        except WireError as error:
            raise BadReply("a checkpoint that does not verify") from error
        self._hear(Witnessed(cosigned, reply.path), newest, reply.checkpoint, log_key)

    def _find(self, finding: Finding) -> None:
        self._found += 1
        self._book.keep_finding(finding)


def follows(older: Checkpoint, newer: Checkpoint, path: list[bytes]) -> bool:
    """Whether a checkpoint goes on from another of the same log, as the path shows."""
    if older.size >= newer.size:
        return (older.size, older.root) == (newer.size, newer.root)
    if older.size == 0:
        return True
    try:
        return consistency_roots(older.size, newer.size, path) == (older.root, newer.root)
    except BadProof:
        return False


def _stands(included: Included, checkpoint: Checkpoint) -> bool:
    """Whether a leaf is where the server says."""
    try:
        root = inclusion_root(included.index, checkpoint.size, included.leaf.hash, included.path)
    except BadProof:
        return False
    return root == checkpoint.root


def _checkpoint(signed: bytes) -> Exhibit:
    return Exhibit("checkpoint", signed)


def _path(path: list[bytes]) -> Exhibit:
    return Exhibit("path", encode(path))


def _not_there(cursor: Cursor, signed: bytes, included: Included | None) -> Finding:
    exhibits = [_checkpoint(signed)] + ([Exhibit("included", encode(included))] if included else [])
    facts: dict[str, int | str] = {"sequence": cursor.sequence, "head": cursor.head.hex()}
    return Finding("not_in_log", cursor.space, exhibits=exhibits, facts=facts, once=cursor.head)


def _not_delivered(cursor: Cursor, signed: bytes, included: Included) -> Finding:
    facts: dict[str, int | str] = {"sequence": cursor.sequence, "named": included.leaf.sequence}
    exhibits = [_checkpoint(signed), Exhibit("included", encode(included))]
    return Finding("withheld", cursor.space, exhibits=exhibits, facts=facts, once=included.leaf.head)
