"""What is read of the SQLite file for pull, poll and heads, on connections that never write."""

from __future__ import annotations

import sqlite3

from server.sqlite_ledger import KINDS
from server.sqlite_schema import MARK_BYTES, SHIFT, read_moved
from server.standing import horizon, needles, role_of, unpack_members
from server.storage import (
    GRANTS_BYTES,
    INLINE_ALL,
    INLINE_SPACE,
    ITEM_OVERHEAD,
    NEWS_PAGE,
    SPACE_OVERHEAD,
    Caller,
    MemberRow,
    News,
    Status,
)
from sync.wire.calls import Changed, Cursor, GrantItem, Item, SpaceItems
from sync.wire.charter import NAME
from sync.wire.codec import MAX_CALL, NO_HASH

Connection = sqlite3.Connection
_POSITION_BYTES = 8
NO_MARK = bytes(MARK_BYTES)


def read_pull(connection: Connection, caller: Caller, cursors: list[Cursor], budget: int) -> list[SpaceItems]:
    """Return items after the cursors, in their order, until the budget is spent."""
    left = min(budget, MAX_CALL - SPACE_OVERHEAD * len(cursors) - ITEM_OVERHEAD)
    replies: list[SpaceItems] = []
    begun = spent = False
    mine = needles(caller)
    for cursor in cursors:
        row = connection.execute(
            "SELECT number, sequence, head, members FROM spaces"
            " WHERE space = ? AND (instr(members, ?) > 0 OR instr(members, ?) > 0)",
            (cursor.space, *mine),
        ).fetchone()
        if row is None:  # none, or not the caller's: alike
            replies.append(SpaceItems(cursor.space, [], 0, NO_HASH, mismatch=True))
            continue
        number, sequence, head = _shown(connection, row, caller)
        if _head_at(connection, number, sequence, head, cursor.sequence) != cursor.head:
            replies.append(SpaceItems(cursor.space, [], sequence, head, mismatch=True))
            continue
        items: list[Item] = []
        if cursor.sequence < sequence and not spent:
            items, left, spent = _items(connection, number, (cursor.sequence, sequence), left, first=not begun)
            begun = begun or bool(items)
        if items or cursor.sequence == sequence:
            replies.append(SpaceItems(cursor.space, items, sequence, head))
    return replies


def read_role(connection: Connection, caller: Caller, space: bytes) -> str | None:
    """Return the caller's role in a space; None for who is no member, or no more, and for an unknown space."""
    row = connection.execute("SELECT members FROM spaces WHERE space = ?", (space,)).fetchone()
    return (role_of(unpack_members(row[0]), caller) or None) if row else None


def _head_at(connection: Connection, number: int, sequence: int, head: bytes, wanted: int) -> bytes | None:
    if wanted == sequence:
        return head
    if wanted == 0:
        return NO_HASH
    found = connection.execute("SELECT head FROM items WHERE id = ?", (number << SHIFT | wanted,)).fetchone()
    return found[0] if found and wanted < sequence else None


def _shown(connection: Connection, row: tuple[int, int, bytes, str], caller: Caller) -> tuple[int, int, bytes]:
    """Return a space's number, and where its log ends for the caller: at its removal for who is a member no more."""
    number, sequence, head, members = row
    last = horizon(members, caller)
    if last >= sequence:
        return number, sequence, head
    return number, last, _head_at(connection, number, sequence, head, last) or NO_HASH


def _items(
    connection: Connection, number: int, between: tuple[int, int], left: int, *, first: bool
) -> tuple[list[Item], int, bool]:
    """Return items that fit (one anyway if it is the reply's `first`), the budget left, and whether it is spent.

    `between`: behind which number, up to which.
    """
    after, last = between
    items: list[Item] = []
    rows = connection.execute(
        "SELECT id, kind, body, at_ms FROM items WHERE id > ? AND id <= ? ORDER BY id",
        (number << SHIFT | after, number << SHIFT | last),
    )
    for identity, kind, body, at_ms in rows:
        cost = len(body) + ITEM_OVERHEAD
        if cost > left and not (first and not items):
            rows.close()
            return items, left, True
        left -= cost
        items.append(Item(identity & (1 << SHIFT) - 1, KINDS[kind], body, at_ms))
    return items, left, False


def read_heads(connection: Connection, caller: Caller, after: bytes, limit: int) -> list[Cursor]:
    """Return the caller's spaces behind `after`, by id."""
    rows = connection.execute(
        "SELECT space, number, sequence, head, members FROM spaces"
        " WHERE space > ? AND (instr(members, ?) > 0 OR instr(members, ?) > 0) ORDER BY space LIMIT ?",
        (after, *needles(caller), limit),
    ).fetchall()
    return [Cursor(space, *_shown(connection, row, caller)[1:]) for space, *row in rows]


def read_news(connection: Connection, epoch: bytes, caller: Caller, feed: bytes, grants: int) -> News:
    """Return what moved since the feed position. The counter is read in the same snapshot as the rows."""
    counter = read_moved(connection)
    position, reset = feed_position(epoch, feed, counter)
    author, inbox = connection.execute(
        "SELECT number, grants FROM devices WHERE device = ?", (caller.device,)
    ).fetchone() or (0, 0)
    if grants > inbox or not _is_ours(connection, feed, position):  # a copy was put back, and nobody told the desks
        position, reset = 0, True
    rows = connection.execute(
        "SELECT number, space, sequence, head, moved, members FROM spaces"
        " WHERE moved > ? AND (instr(members, ?) > 0 OR instr(members, ?) > 0) ORDER BY moved LIMIT ?",
        (position, *needles(caller), NEWS_PAGE + 1),
    ).fetchall()
    more = len(rows) > NEWS_PAGE
    last = rows[NEWS_PAGE - 1][4] if more else counter
    rows = _visible(connection, rows[:NEWS_PAGE], position, caller)
    inline, foreign = _inline(connection, rows, position, author) if rows else ([], False)
    granted, more_grants = _grants(connection, author, grants) if grants < inbox else ([], False)
    return News(
        feed=epoch + last.to_bytes(_POSITION_BYTES, "big") + (NO_MARK if more else _mark(connection, last)),
        changed=[Changed(space, sequence) for _, space, sequence, _, _ in rows],
        inline=inline,
        grants=granted,
        more=more or more_grants,
        reset=reset,
        foreign=foreign,
    )


def _visible(
    connection: Connection, rows: list[tuple[int, bytes, int, bytes, int, str]], position: int, caller: Caller
) -> list[tuple[int, bytes, int, bytes, int]]:
    """Return the rows with the end that the caller is shown; what moved behind a removal is no news to who it was."""
    shown = []
    for number, space, sequence, head, moved, members in rows:
        last = horizon(members, caller)
        if last >= sequence:
            shown.append((number, space, sequence, head, moved))
            continue
        ended = connection.execute("SELECT moved, head FROM items WHERE id = ?", (number << SHIFT | last,)).fetchone()
        if ended and ended[0] > position:
            shown.append((number, space, last, ended[1], moved))
    return shown


def feed_position(epoch: bytes, feed: bytes, counter: int) -> tuple[int, bool]:
    """Return the number that a feed position stands for, and whether it was not of this data."""
    if not feed:
        return 0, False
    position = int.from_bytes(feed[len(epoch) : len(epoch) + _POSITION_BYTES], "big")
    if len(feed) != len(epoch) + _POSITION_BYTES + MARK_BYTES or feed[: len(epoch)] != epoch or position > counter:
        return 0, True
    return position, False


def _is_ours(connection: Connection, feed: bytes, position: int) -> bool:
    """Whether a feed position bears the mark of its commit; one within a commit, between two pages, bears none."""
    mark = feed[-MARK_BYTES:]
    return position == 0 or mark in (NO_MARK, _mark(connection, position))


def _mark(connection: Connection, position: int) -> bytes:
    found = connection.execute("SELECT mark FROM marks WHERE moved = ?", (position,)).fetchone()
    return found[0] if found else NO_MARK


def _inline(
    connection: Connection, rows: list[tuple[int, bytes, int, bytes, int]], position: int, author: int
) -> tuple[list[SpaceItems], bool]:
    """Return the small news that is not the caller's own work alone, and whether any news is not."""
    inline: list[SpaceItems] = []
    foreign = False
    room = INLINE_ALL
    for number, space, sequence, head, _ in rows:
        if room < INLINE_SPACE:
            return inline, True
        items, own = _latest(connection, number, sequence, position, author)
        foreign = foreign or not own
        if items and not own:
            room -= sum(len(item.body) + ITEM_OVERHEAD for item in items) + SPACE_OVERHEAD
            inline.append(SpaceItems(space, items, sequence, head))
    return inline, foreign


def _latest(connection: Connection, number: int, last: int, position: int, author: int) -> tuple[list[Item], bool]:
    """Return a space's items since the position, none if they are too large, and whether all are the author's."""
    items: list[Item] = []
    own = True
    left = INLINE_SPACE
    rows = connection.execute(
        "SELECT id, kind, author, moved, body, at_ms FROM items WHERE id > ? AND id <= ? ORDER BY id DESC",
        (number << SHIFT, number << SHIFT | last),
    )
    for identity, kind, by, moved, body, at_ms in rows:
        if moved <= position:
            break
        left -= len(body) + ITEM_OVERHEAD
        if left < 0:
            rows.close()
            return [], False
        own = own and by == author
        items.append(Item(identity & (1 << SHIFT) - 1, KINDS[kind], body, at_ms))
    rows.close()
    items.reverse()
    return items, own


def _grants(connection: Connection, device: int, after: int) -> tuple[list[GrantItem], bool]:
    granted: list[GrantItem] = []
    left = GRANTS_BYTES
    rows = connection.execute(
        "SELECT id, body FROM grants WHERE id > ? AND id < ? ORDER BY id",
        (device << SHIFT | min(after, (1 << SHIFT) - 1), (device + 1) << SHIFT),
    )
    for identity, body in rows:
        left -= len(body) + ITEM_OVERHEAD
        if left < 0 and granted:
            rows.close()
            return granted, True
        granted.append(GrantItem(identity & (1 << SHIFT) - 1, body))
    return granted, False


def read_inbox(connection: Connection, device: bytes, after: int) -> tuple[list[GrantItem], bool]:
    """Return grants after that sequence of an inbox; none for one that is not there."""
    row = connection.execute("SELECT number FROM devices WHERE device = ?", (device,)).fetchone()
    return _grants(connection, row[0], after) if row else ([], False)


def read_registry_version(connection: Connection) -> int:
    """Return the number that grows with each change of members and directories."""
    version: int = connection.execute("SELECT value FROM meta WHERE name = 'registry'").fetchone()[0]
    return version


def read_registry(connection: Connection, known: dict[str, int]) -> list[MemberRow]:
    """Return the charter if there is one, then every member with the entries behind those known."""
    charter = read_charter(connection)
    members = connection.execute("SELECT ministry, root FROM members ORDER BY ministry").fetchall()
    replies = [charter] if charter else []
    for ministry, root in members:
        first = known.get(ministry, 0) + 1
        rows = connection.execute(
            "SELECT body FROM directory WHERE ministry = ? AND sequence >= ? ORDER BY sequence", (ministry, first)
        )
        replies.append(MemberRow(ministry, root, first, [body for (body,) in rows]))
    return replies


def read_charter(connection: Connection) -> MemberRow | None:
    """Return the charter whole, with the list that it begins with; None while there is no entry."""
    genesis = connection.execute("SELECT value FROM meta WHERE name = 'genesis'").fetchone()
    rows = connection.execute("SELECT body FROM directory WHERE ministry = ? ORDER BY sequence", (NAME,))
    return MemberRow(NAME, genesis[0], 1, [body for (body,) in rows]) if genesis else None


def read_status(connection: Connection) -> Status:
    """Count what is stored."""

    def number(sql: str) -> int:
        value: int = connection.execute(sql).fetchone()[0]
        return value

    pages = number("PRAGMA page_count") * number("PRAGMA page_size")
    return Status(
        members=number("SELECT count(*) FROM members"),
        devices=number("SELECT count(*) FROM devices"),
        spaces=number("SELECT count(*) FROM spaces"),
        items=number("SELECT coalesce(sum(sequence), 0) FROM spaces"),
        grants=number("SELECT count(*) FROM grants"),
        bytes=number("SELECT coalesce(sum(bytes), 0) FROM members"),
        file_bytes=pages,
    )
