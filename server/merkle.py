"""The Merkle tree of the server's log: roots and paths (RFC 6962, 2.1) from the hashes of complete subtrees."""

from __future__ import annotations

from collections.abc import Callable

from sync.wire.merkle import EMPTY_ROOT, node_hash

Node = Callable[[int, int], bytes]
"""Gives the hash of a complete subtree by its height (0: a leaf) and its number among those of that height."""


def tree_root(node: Node, size: int) -> bytes:
    """Return the root of the first `size` leaves."""
    return _range(node, 0, size) if size else EMPTY_ROOT


def inclusion_path(node: Node, index: int, size: int) -> list[bytes]:
    """Return the path of a leaf in the tree of the first `size` leaves; `index` is below `size`."""
    path: list[bytes] = []
    start = 0
    while size > 1:
        split = _split(size)
        if index < start + split:
            path.append(_range(node, start + split, size - split))
            size = split
        else:
            path.append(_range(node, start, split))
            start, size = start + split, size - split
    return path[::-1]


def consistency_path(node: Node, older: int, newer: int) -> list[bytes]:
    """Return the path from the tree of `older` leaves to that of `newer`; empty unless 0 < older < newer.

    It always begins with a hash of the older tree, see sync.wire.merkle.
    """
    if not 0 < older < newer:
        return []
    path: list[bytes] = []
    start, size, end = 0, newer, older
    while end != start + size:
        split = _split(size)
        if end <= start + split:
            path.append(_range(node, start + split, size - split))
            size = split
        else:
            path.append(_range(node, start, split))
            start, size = start + split, size - split
    path.append(_range(node, start, size))
    return path[::-1]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _range(node: Node, start: int, size: int) -> bytes:
    """The root of leaves `start` to `start + size`, as RFC 6962 divides them."""
    if size & size - 1 == 0:
        return node(size.bit_length() - 1, start // size)
    split = _split(size)
    return node_hash(_range(node, start, split), _range(node, start + split, size - split))
