"""The way out: seal what is unsealed, grant what is due, send the outbox in order until it is empty."""

from __future__ import annotations

from sync.errors import BadReply, Refused
from sync.keys import DeviceKeys, make_continuity_grant, make_grant
from sync.link import Link
from sync.receipts import make_receipt
from sync.replica import GrantDue, Outgoing, Received, Replica
from sync.run import Run
from sync.seal import Place, Sealed, seal
from sync.wire.calls import MAX_PUSH_ITEMS, Cursor, PushReply, PushRequest, PushResult
from sync.wire.codec import MAX_CALL, MAX_CALL_CHANGES
from sync.wire.space import advance_head

PUSH_BYTES = MAX_CALL - 64 * 1024  # of bodies, so that their envelopes fit
SEAL_SPACES = 256  # spaces sealed in one transaction of the replica
SEAL_ROUNDS = 1 << 30  # until nothing is left
LATER = frozenset({"quota", "storage_full", "storage_failed", "busy", "unavailable"})
"""Codes of refusals that time or an operator mends; all others stand until the item is sent again on purpose."""

GAP = "gap"  # the chain before the item is not at the server: the item is good, and waits for it
BEFORE = frozenset({GAP, "unknown_epoch"})
"""Codes of an item that is good and waits for what comes before it: in its chain, or in its space's own log."""

GRANT_LATER = frozenset({"quota", "no_such_device"})
"""Codes of a grant that concern its recipient alone: it waits, and nothing else does."""

MISREAD = frozenset({"malformed", "unknown_suite", "bad_signature", "not_entitled"})
"""Codes that say of an item of ours that it is not as we made it. It is believed after TRIES times: what was refused
keeps back all that follows in its chain, and a bit that turned over on the way must not do that."""

MISNAMED = frozenset({"no_such_device", "no_such_member"})
"""Codes that say the same of an item that names its author, or a member, as the server does not know it."""

TRIES = 3

MOVED = frozenset({GAP, "stale", "directory_behind", "no_such_space"})
"""Codes of an entry that is to be judged again once the space's log, or a directory, is here as the server has it."""

DOUBTFUL = frozenset({GAP, "fork", "no_such_space"})


def push(replica: Replica, link: Link, run: Run, now_ms: int) -> set[bytes]:
    """Send everything there is to send. Raises a SyncError; what was acknowledged until then is noted.

    Returns spaces of which the server refused something as if its log were not the one we know.
    """
    doubted: set[bytes] = set()
    if not replica.entries_wait():  # an edit was sealed as it was saved, and somebody is looking
        doubted |= _empty(replica, link, run)
    for _ in range(2):  # the entries of a space that was founded here go once its founding is there
        moved = _enter(replica, link, run, now_ms)
        doubted |= moved
        seal_waiting(replica)
        give_receipts(replica)
        _grant(replica, now_ms)
        doubted |= _empty(replica, link, run)
        if moved or not replica.entries_due(now_ms):
            break
    return doubted


def _empty(replica: Replica, link: Link, run: Run) -> set[bytes]:
    """Send the outbox; returns the doubted spaces."""
    doubted: set[bytes] = set()
    after = 0
    while items := replica.outbox(PUSH_BYTES, MAX_CALL_CHANGES, after)[:MAX_PUSH_ITEMS]:
        reply = _send(link, items)
        _follow(replica, items, reply.results)
        doubted |= {
            one.space
            for one, result in zip(items, reply.results, strict=True)
            if result.code in DOUBTFUL and one.space and not one.relayed
        }
        if not _note(replica, run, items, reply.results):
            after = items[-1].id  # what waits does not keep back what is behind it
    return doubted


def _enter(replica: Replica, link: Link, run: Run, now_ms: int) -> set[bytes]:
    """Send entries of spaces' own logs, rotations among them: what is sealed next may be what they keep from somebody.

    Returns the spaces whose logs have moved on at the server: what is there comes first, and ours is signed anew.
    """
    moved: set[bytes] = set()
    waiting: set[bytes] = set()
    while items := [one for one in replica.entries_due(now_ms) if one.space not in moved | waiting]:
        reply = _send(link, items)
        _follow(replica, items, reply.results)
        for one, result in zip(items, reply.results, strict=True):
            if one.space in moved | waiting:
                continue
            if result.status != "refused":
                replica.take_entry(one.id, result.sequence)
                run.pushed += 1
            elif result.code in MOVED:
                moved.add(one.space)
            elif result.code in LATER:
                waiting.add(one.space)
            else:
                replica.refuse_entry(one.id, result.code[:64])
                run.refused_items.append(result.code[:64])
    return moved


def _send(link: Link, items: list[Outgoing]) -> PushReply:
    """Send items, and the same again if the server finds fault with our bytes: on its side they may be others."""
    request = PushRequest([one.item for one in items])
    reply = link.call("push", request, PushReply)
    for _ in range(TRIES - 1):
        if not any(_doubts(one, result) for one, result in zip(items, reply.results, strict=False)):
            break
        reply = link.call("push", request, PushReply)
    if len(reply.results) != len(items):
        raise BadReply(f"{len(reply.results)} results for {len(items)} items")
    return reply


def _doubts(one: Outgoing, result: PushResult) -> bool:
    """Whether the server may have read other bytes than we sent. Whom a grant or an item of others names may come."""
    return result.code in MISREAD or (result.code in MISNAMED and bool(one.space) and not one.relayed)


def seal_waiting(replica: Replica, *, rounds: int = SEAL_ROUNDS) -> None:
    """Seal what is in no segment yet, a segment of each space a round, and persist the segments for sending."""
    keys = replica.device_keys()
    while rounds and (waiting := replica.unsealed(SEAL_SPACES)):
        rounds -= 1
        sealed: list[Sealed] = []
        for one in waiting:
            place = Place(one.space, one.last, one.previous)
            sealed.append(seal(keys, place, one.key.key, one.heads, one.changes))
        replica.keep_segments(sealed)


def give_receipts(replica: Replica) -> None:
    """Say what this desk owes the others, in one receipt a space, and persist it for sending."""
    due = replica.receipts_due()
    if due:
        keys = replica.device_keys()
        replica.keep_receipts([make_receipt(keys, one) for one in due])


def _grant(replica: Replica, now_ms: int) -> None:
    keys = replica.device_keys()
    while due := replica.grants_due():
        replica.keep_grants([(grant, _seal_grant(keys, grant, now_ms)) for grant in due])


def _seal_grant(keys: DeviceKeys, grant: GrantDue, now_ms: int) -> bytes:
    if grant.recipient is None:
        return make_continuity_grant(keys, grant.continuity, grant.keys, now_ms)
    return make_grant(keys, grant.recipient, grant.keys, now_ms)


def _follow(replica: Replica, items: list[Outgoing], results: list[PushResult]) -> None:
    """Move the cursors of spaces over our own items where nothing of others lies between: they need not come back."""
    cursors: dict[bytes, Cursor] = {}
    moved: dict[bytes, Received] = {}
    for one, result in zip(items, results, strict=True):
        if not one.space or result.status == "refused":
            continue
        cursor = cursors.get(one.space) or replica.standing(one.space).cursor
        if result.sequence == cursor.sequence + 1:
            head = advance_head(cursor.head, one.item.kind, one.item.body)
            cursor = Cursor(one.space, result.sequence, head)
            moved[one.space] = Received(one.space, b"", [], [], cursor)
        cursors[one.space] = cursor
    if moved:
        replica.receive(list(moved.values()))


def _note(replica: Replica, run: Run, items: list[Outgoing], results: list[PushResult]) -> bool:
    """Note what became of each item; the chain behind one that waits waits too. False if some wait."""
    sent: list[int] = []
    waiting: dict[bytes, str] = {}
    held = False
    for one, result in zip(items, results, strict=True):
        if result.status != "refused":
            sent.append(one.id)
            run.pushed += one.changes
        elif one.relayed and result.code in LATER | BEFORE | GRANT_LATER:
            held = True  # what others made keeps nothing of ours back
        elif one.relayed:
            sent.append(one.id)  # it will not be taken from us
        elif not one.space and result.code in GRANT_LATER:
            waiting.setdefault(one.space, GAP)
        elif one.item.kind == "receipt" and result.code == "quota":  # what it says can wait, and keeps nothing back
            waiting.setdefault(one.item.body, GAP)
        elif result.code in LATER or result.code in BEFORE or (one.space and one.space in waiting):
            waiting.setdefault(one.space, GAP if result.code in BEFORE else result.code)
        else:
            replica.mark_refused(one.id, result.code[:64])
            run.refused_items.append(result.code[:64])
    times = {one.id: result.at_ms for one, result in zip(items, results, strict=True) if result.at_ms}
    if times:
        replica.note_stored(times)
    replica.mark_sent(sent)
    if held:
        replica.hold_relays()
    for code in waiting.values():
        if code != GAP:
            raise Refused(code, "some items must wait", status=429)
    return not waiting
