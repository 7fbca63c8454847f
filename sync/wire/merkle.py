"""The Merkle tree of the server's log, as a desk checks it: RFC 6962 hashes, and the two proofs of RFC 9162, 2.1.3-4.

A path of consistency always begins with the hash of the last complete subtree of the older tree, which the RFC leaves
out where the older size is a power of two. So a path gives both roots by itself, and a path that leads to the newer
root and to another older one is proof that the newer tree does not go on from the older.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sync.wire.errors import BadProof

EMPTY_ROOT = sha256(b"").digest()
MAX_PATH = 64  # hashes: a tree of 2⁵³ leaves needs 53


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return sha256(b"\1" + left + right).digest()


def inclusion_root(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root that a path gives to the leaf with this hash and number (from 0). Raises BadProof."""
    if not 0 <= index < size or len(path) > MAX_PATH:
        raise BadProof("a leaf outside its tree")
    place, last, root = index, size - 1, leaf
    for each in path:
        if last == 0:
            raise BadProof("a path too long")
        if place & 1 or place == last:
            root = node_hash(each, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, each)
        place, last = place >> 1, last >> 1
    if last:
        raise BadProof("a path too short")
    return root


def consistency_roots(older: int, newer: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the roots that a path gives to the first `older` leaves and to all `newer` ones. Raises BadProof."""
    if not 0 < older < newer or not path or len(path) > MAX_PATH:
        raise BadProof("no path between these sizes")
    place, last = older - 1, newer - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for each in path[1:]:
        if last == 0:
            raise BadProof("a path too long")
        if place & 1 or place == last:
            old, new = node_hash(each, old), node_hash(each, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, each)
        place, last = place >> 1, last >> 1
    if last:
        raise BadProof("a path too short")
    return old, new
