"""The tree of the server's log against the definitions of RFC 6962 and its known roots."""

from __future__ import annotations

import sqlite3
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.merkle import consistency_path, inclusion_path, tree_root
from server.sqlite_merkle import Leaves, Tree
from sync.wire.checkpoint import Leaf
from sync.wire.errors import BadProof
from sync.wire.merkle import EMPTY_ROOT, consistency_roots, inclusion_root, leaf_hash, node_hash

# The inputs and roots that the reference implementations of Certificate Transparency test themselves with.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def mth(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word, over hashes of leaves."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01" + mth(hashes[:k]) + mth(hashes[k:])).digest()


def path(m: int, hashes: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(hashes) == 1:
        return []
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if m < k:
        return [*path(m, hashes[:k]), mth(hashes[k:])]
    return [*path(m - k, hashes[k:]), mth(hashes[:k])]


def subproof(m: int, hashes: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(hashes):
        return [] if whole else [mth(hashes)]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if m <= k:
        return [*subproof(m, hashes[:k], whole), mth(hashes[k:])]
    return [*subproof(m - k, hashes[k:], False), mth(hashes[:k])]


def database() -> sqlite3.Connection:
    """Only what the tree needs."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT")
    connection.execute("INSERT INTO meta VALUES ('leaves', 0)")
    connection.execute("CREATE TABLE tiles (level, number, hashes, PRIMARY KEY (level, number)) WITHOUT ROWID")
    return connection


def leaf(number: int) -> Leaf:
    return Leaf(number.to_bytes(16, "big"), number, bytes(32))


@pytest.mark.parametrize("size", range(1, len(ROOTS) + 1))
def test_known_inputs_give_the_known_roots(size: int) -> None:
    hashes = [leaf_hash(each) for each in INPUTS[:size]]
    assert mth(hashes).hex() == ROOTS[size - 1]
    for index, value in enumerate(hashes):
        assert inclusion_root(index, size, value, path(index, hashes)).hex() == ROOTS[size - 1]


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree_root(Tree(database()).node, 0) == EMPTY_ROOT


def test_paths_from_tiles_are_those_of_the_definitions_and_lead_to_both_roots() -> None:
    connection, tree = database(), Tree(database())
    hashes: list[bytes] = []
    for size in range(1, 84):
        leaves = Leaves(connection)
        assert leaves.append([leaf(size)]) == size - 1
        leaves.write()
        hashes.append(leaf(size).hash)
        tree = Tree(connection)
        assert tree.size == size
        root = tree_root(tree.node, size)
        assert root == mth(hashes)
        for index in {0, size // 3, size // 2, size - 1}:
            found = inclusion_path(tree.node, index, size)
            assert found == path(index, hashes)
            assert inclusion_root(index, size, hashes[index], found) == root
        for older in range(1, size):
            found = consistency_path(tree.node, older, size)
            wanted = subproof(older, hashes, whole=True)
            power = older & older - 1 == 0
            assert found == ([mth(hashes[:older]), *wanted] if power else wanted)
            assert consistency_roots(older, size, found) == (mth(hashes[:older]), root)
    assert consistency_path(tree.node, 0, size) == consistency_path(tree.node, size, size) == []


def test_one_append_of_many_gives_what_many_appends_of_one_give() -> None:
    one, many = database(), database()
    together = Leaves(one)
    for number in range(600):
        single = Leaves(many)
        single.append([leaf(number)])
        single.write()
    for start, end in ((0, 7), (7, 300), (300, 600)):
        assert together.append([leaf(number) for number in range(start, end)]) == start
    together.write()
    rows = "SELECT * FROM tiles ORDER BY level, number"
    assert one.execute(rows).fetchall() == many.execute(rows).fetchall()
    assert len(one.execute(rows).fetchall()) == 38 + 3 + 1


def test_an_append_writes_one_row_a_level_and_a_path_grows_with_the_logarithm() -> None:
    connection = database()
    leaves = Leaves(connection)
    leaves.append([leaf(number) for number in range(5_000)])
    leaves.write()
    before = connection.total_changes
    more = Leaves(connection)
    more.append([leaf(5_000)])
    more.write()
    assert connection.total_changes - before <= 5
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    tree = Tree(connection)
    assert len(inclusion_path(tree.node, 4_321, tree.size)) == 11
    assert len(inclusion_path(tree.node, 1_234, tree.size)) == 13
    assert len(asked) <= 16


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_no_other_path_leads_to_the_roots(older: int, more: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(bytes([number])) for number in range(older + more)]
    size, index = len(hashes), data.draw(st.integers(0, older + more - 1))
    right = path(index, hashes)
    wrong = list(right)
    if right:
        place = data.draw(st.integers(0, len(right) - 1))
        wrong[place] = node_hash(right[place], right[place])
        assert inclusion_root(index, size, hashes[index], wrong) != mth(hashes)
        with pytest.raises(BadProof):
            inclusion_root(index, size, hashes[index], right[:-1])
    with pytest.raises(BadProof):
        inclusion_root(index, size, hashes[index], [*right, bytes(32)])
    with pytest.raises(BadProof):
        inclusion_root(size, size, hashes[0], right)
    between = subproof(older, hashes, whole=False)
    with pytest.raises(BadProof):
        consistency_roots(older, size, [*between, bytes(32)])
    with pytest.raises(BadProof):
        consistency_roots(size, older, between)


def test_a_tree_that_does_not_go_on_from_the_older_one_is_proven_so_by_the_path_itself() -> None:
    first = [leaf_hash(bytes([number])) for number in range(8)]
    other = [*first[:3], leaf_hash(b"changed"), *first[4:], leaf_hash(b"more")]
    for older in range(4, 9):
        between = subproof(older, other, whole=False)
        old, new = consistency_roots(older, 9, between)
        assert new == mth(other)
        assert old != mth(first[:older])
