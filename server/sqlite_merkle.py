"""The tree of the server's log in SQLite: tiles of sixteen hashes, so that an append touches one row a level.

A tile of level L holds the hashes of complete subtrees of 16^L leaves; what lies between is hashed again when a path is
asked for. A leaf costs two hashes and a sixteenth of a row; a path reads one or two rows a level.
"""

from __future__ import annotations

import sqlite3

from server.checkpoints import LogView, WitnessRow
from server.merkle import consistency_path, inclusion_path, tree_root
from server.storage import Caller
from sync.wire.checkpoint import MAX_WITNESSES, CheckpointRequest, Included, Leaf, Witnessed
from sync.wire.merkle import node_hash

BITS = 4
WIDTH = 1 << BITS
HASH = 32
TILE = WIDTH * HASH  # bytes


class Leaves:
    """Appends to the tree within the writer's transaction; `write` puts down what it changed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.size: int = connection.execute("SELECT value FROM meta WHERE name = 'leaves'").fetchone()[0]
        self._open: dict[int, tuple[int, bytes]] = {}  # by level: the tile that grows, and its number
        self._full: list[tuple[int, int, bytes]] = []

    def append(self, leaves: list[Leaf]) -> int:
        """Append leaves and return the number of the first, counted from 0."""
        first = self.size
        level, index, hashes = 0, first, [leaf.hash for leaf in leaves]
        while hashes:
            number = index >> BITS
            tile = self._begun(level, number, index & WIDTH - 1) + b"".join(hashes)
            whole = len(tile) // TILE
            full = [tile[place * TILE : (place + 1) * TILE] for place in range(whole)]
            self._full += [(level, number + place, each) for place, each in enumerate(full)]
            self._open[level] = (number + whole, tile[whole * TILE :])
            level, index, hashes = level + 1, number, [_root(each) for each in full]
        self.size += len(leaves)
        return first

    def write(self) -> None:
        """Write the tiles that changed; the caller commits."""
        rows = self._full + [(level, number, tile) for level, (number, tile) in self._open.items() if tile]
        self._connection.executemany("INSERT OR REPLACE INTO tiles (level, number, hashes) VALUES (?, ?, ?)", rows)
        self._connection.execute("UPDATE meta SET value = ? WHERE name = 'leaves'", (self.size,))
        self._full.clear()

    def _begun(self, level: int, number: int, place: int) -> bytes:
        """What the tile holds that the next hash of a level goes into."""
        if level in self._open:
            return self._open[level][1]
        return _tile(self._connection, level, number) if place else b""


def append_all(connection: sqlite3.Connection) -> None:
    """Begin the log with the spaces of a store that had none, in the order in which they moved last."""
    rows = connection.execute("SELECT number, space, sequence, head FROM spaces ORDER BY moved").fetchall()
    append_leaves(connection, [(number, Leaf(*leaf)) for number, *leaf in rows])


def append_leaves(connection: sqlite3.Connection, moved: list[tuple[int, Leaf]]) -> None:
    """Let the log name the new end of each space's; `moved`: the space's number and its leaf. The caller commits."""
    if not moved:
        return
    leaves = Leaves(connection)
    first = leaves.append([leaf for _, leaf in moved])
    connection.executemany(
        "INSERT OR REPLACE INTO leaves (space, leaf) VALUES (?, ?)",
        [(number, index) for index, (number, _) in enumerate(moved, first)],
    )
    leaves.write()


class Tree:
    """Reads the tree in one snapshot. Hashes that are made on the way are remembered."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._nodes: dict[tuple[int, int], bytes] = {}
        self.size: int = connection.execute("SELECT value FROM meta WHERE name = 'leaves'").fetchone()[0]

    def node(self, height: int, index: int) -> bytes:
        """Return the hash of a complete subtree of 2^height leaves."""
        level, above = divmod(height, BITS)
        if above == 0:
            tile = self._tile(level, index >> BITS)
            place = (index & WIDTH - 1) * HASH
            return tile[place : place + HASH]
        key = (height, index)
        if key not in self._nodes:
            self._nodes[key] = node_hash(self.node(height - 1, 2 * index), self.node(height - 1, 2 * index + 1))
        return self._nodes[key]

    def _tile(self, level: int, number: int) -> bytes:
        key = (level, number)
        if key not in self._tiles:
            self._tiles[key] = _tile(self._connection, level, number)
        return self._tiles[key]


def read_log(connection: sqlite3.Connection, caller: Caller, request: CheckpointRequest, *, same: bool) -> LogView:
    """Return root, path and proofs for a desk. `same`: a path from its checkpoint is of this data."""
    tree = Tree(connection)
    path = consistency_path(tree.node, request.size, tree.size) if same else []
    included: list[Included] = []
    for space in request.spaces:
        row = connection.execute(
            "SELECT s.sequence, s.head, s.members, l.leaf FROM spaces s JOIN leaves l ON l.space = s.number"
            " WHERE s.space = ?",
            (space,),
        ).fetchone()
        if row and _is_member(row[2], caller):
            sequence, head, _, leaf = row
            included.append(Included(Leaf(space, sequence, head), leaf, inclusion_path(tree.node, leaf, tree.size)))
    seen = {one.ministry: one.size for one in request.seen}
    witnessed = [
        Witnessed(body, consistency_path(tree.node, size, tree.size))
        for code, size, body in connection.execute("SELECT ministry, size, body FROM cosigned ORDER BY ministry")
        if code != caller.ministry and size > seen.get(code, 0)
    ]
    return LogView(tree.size, tree_root(tree.node, tree.size), path, included, witnessed[:MAX_WITNESSES])


def _is_member(members: str, caller: Caller) -> bool:
    """Whether the column of a space names the caller's ministry or device with a role that still stands."""
    roles = dict(each.split("=") for each in members.split())
    return any(roles.get(name, "-")[0] != "-" for name in (caller.ministry, caller.device.hex()))


def keep_cosigned(connection: sqlite3.Connection, row: WitnessRow) -> None:
    """Keep a ministry's cosigned checkpoint if it is newer than the one that is there."""
    connection.execute(
        "INSERT INTO cosigned (ministry, size, body) VALUES (?, ?, ?) ON CONFLICT (ministry) DO UPDATE"
        " SET size = excluded.size, body = excluded.body WHERE excluded.size > size",
        (row.ministry, row.size, row.body),
    )


def _tile(connection: sqlite3.Connection, level: int, number: int) -> bytes:
    found = connection.execute("SELECT hashes FROM tiles WHERE level = ? AND number = ?", (level, number)).fetchone()
    return found[0] if found else b""


def _root(tile: bytes) -> bytes:
    hashes = [tile[start : start + HASH] for start in range(0, len(tile), HASH)]
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]
