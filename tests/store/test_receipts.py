"""Receipts in the store: any order and any number of times gives the same, and nothing is said twice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.store.given import Given
from desktop.store.owing import READ, owe, owe_deleted
from sync.changes import Dependency, Dot, Set
from sync.keys import EpochKey
from sync.push import give_receipts
from sync.receipts import (
    DeletedRecord,
    OpenedReceipt,
    ReadRecord,
    ReceiptDue,
    ReceivedRecord,
    Statement,
    fitting,
    make_receipt,
    open_receipt,
)
from sync.wire.codec import MAX_HEADS, digest, encode
from sync.wire.errors import Malformed
from sync.wire.receipt import MAX_RECEIPT, MAX_STATEMENTS, read_receipt
from tests.store.desks import DAY, Alliance, Desk

DEVICES = [bytes([n]) * 16 for n in range(1, 4)]
RECORDS = [bytes([n]) * 16 for n in range(10, 13)]
KEY = bytes(range(32))

upto = st.lists(st.builds(Dependency, st.sampled_from(DEVICES), st.integers(1, 50)), max_size=3)
statements: st.SearchStrategy[Statement] = st.one_of(
    st.builds(ReceivedRecord, st.sampled_from(RECORDS), upto, st.integers(0, 1_000)),
    st.builds(ReadRecord, st.sampled_from(RECORDS), upto, st.integers(0, 1_000)),
    st.builds(
        DeletedRecord,
        st.sampled_from(RECORDS),
        st.builds(Dot, st.sampled_from(DEVICES), st.integers(1, 9), st.just(0)),
        st.integers(0, 1_000),
    ),
)
numbers = itertools.count(1)


@pytest.fixture
def alliance(tmp_path: Path) -> Alliance:
    return Alliance(tmp_path)


@pytest.fixture
def desk(alliance: Alliance) -> Iterator[Desk]:
    made = alliance.desk("SN")
    yield made
    made.connection.close()


def received(device: bytes, number: int, said: list[Statement], *, locked: bool = False) -> OpenedReceipt:
    """A receipt as the intake would hand it over."""
    data = encode([device, number, said])
    header = read_receipt(_shell(device, number))[1]
    return OpenedReceipt(data, digest(data, domain="tahaluf-test"), header, [] if locked else said, locked=locked)


def _shell(device: bytes, number: int) -> bytes:
    return encode([encode([1, 1, bytes(16), device, number, bytes(16)]), b"", bytes(64)])


def kept(desk: Desk, space: int) -> list[tuple[object, ...]]:
    """What stands of a space's receipts."""
    database = desk.connection.database
    return database.all(
        "SELECT record, device, kind, number, at_ms, upto FROM statements WHERE space = ? ORDER BY 1, 2, 3", (space,)
    ) + database.all("SELECT device, number, hash FROM receipts WHERE space = ? ORDER BY 1, 2", (space,))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chains=st.lists(st.lists(statements, max_size=3), min_size=1, max_size=6),
    data=st.data(),
)
def test_any_order_and_any_repetition_ends_in_the_same(
    desk: Desk, chains: list[list[Statement]], data: st.DataObject
) -> None:
    sent = [received(DEVICES[n % 3], 1 + n // 3, said) for n, said in enumerate(chains)]
    given_, database = Given(desk.connection.context), desk.connection.database
    spaces: list[int] = []
    shuffled = data.draw(st.permutations(sent + sent[: len(sent) // 2]))
    for order in (sent, shuffled):
        database.run("INSERT INTO spaces (id, head) VALUES (?, ?)", (next(numbers).to_bytes(16, "big"), bytes(32)))
        spaces.append(database.value("SELECT max(n) FROM spaces"))
        for one in order:
            with database.transaction():
                given_.take(spaces[-1], [one])
    assert kept(desk, spaces[0]) == kept(desk, spaces[1])
    latest = {(row[1], row[2], row[0]): row[3] for row in kept(desk, spaces[0]) if len(row) > 3}
    for one in sent:
        for said in one.statements:
            kind = type(said).__name__.removesuffix("Record").lower()
            assert int(str(latest[one.header.device, kind, said.record])) >= one.header.number


def test_what_was_sealed_opens_to_the_same_and_fits_a_call(desk: Desk) -> None:
    said: list[Statement] = [
        ReadRecord(bytes([n % 256, n // 256]) * 8, [Dependency(bytes([d]) * 16, n + 1) for d in range(8)], DAY)
        for n in range(2_000)
    ]
    taken = 0
    for number in itertools.count(1):
        part = fitting(said[taken:])
        if not part:
            break
        made = make_receipt(
            desk.connection.identity.keys, ReceiptDue(bytes(16), number, EpochKey(bytes(16), KEY), part)
        )
        assert len(made.data) <= MAX_RECEIPT
        assert len(part) <= MAX_STATEMENTS
        assert open_receipt(read_receipt(made.data)[0], KEY) == part
        taken += len(part)
    assert taken == len(said)
    assert number < 20


def test_one_large_statement_goes_alone_and_one_too_large_is_none(desk: Desk) -> None:
    wide = [Dependency(n.to_bytes(16, "big"), n + 1) for n in range(1_500)]
    said: list[Statement] = [ReadRecord(RECORDS[0], wide, DAY), ReadRecord(RECORDS[1], [], DAY)]
    assert len(fitting(said)) in (1, 2)
    over = [*wide, *wide, *wide]
    assert len(over) > MAX_HEADS
    due = ReceiptDue(bytes(16), 1, EpochKey(bytes(16), KEY), [ReadRecord(RECORDS[0], over, DAY)])
    made = make_receipt(desk.connection.identity.keys, due)
    receipt = read_receipt(made.data)[0] if len(made.data) <= MAX_RECEIPT else None
    if receipt is not None:
        with pytest.raises(Malformed):
            open_receipt(receipt, KEY)


def test_the_same_is_owed_once_and_said_once(desk: Desk) -> None:
    space = desk.found()
    number = desk.connection.database.value("SELECT n FROM spaces WHERE id = ?", (space,))
    desk.write(space, space, Set("receipts", True, []))
    state = desk.connection.reads.standing(space.hex()).state
    assert desk.connection.replica.receipts_due() == [], "nobody else wrote there"
    state.touched.append(Dependency(DEVICES[0], 7))
    context = desk.connection.context
    assert owe(context, number, space, state, READ)
    assert not owe(context, number, space, state, READ)
    (due,) = desk.connection.replica.receipts_due()
    assert [type(one) for one in due.statements] == [ReadRecord]
    give_receipts(desk.connection.replica)
    assert desk.connection.replica.receipts_due() == []
    assert not owe(context, number, space, state, READ)
    state.touched[-1] = Dependency(DEVICES[0], 8)
    assert owe(context, number, space, state, READ)
    assert desk.connection.replica.receipts_due() == [], "one is on its way"
    sent = [one for one in desk.connection.replica.outbox(1 << 20, 1_000) if one.item.kind == "receipt"]
    desk.connection.replica.mark_sent([one.id for one in sent])
    (again,) = desk.connection.replica.receipts_due()
    assert again.number == 2
    dot = Dot(DEVICES[0], 9, 0)
    owe_deleted(context, number, space, dot)
    (last,) = desk.connection.replica.receipts_due()
    assert [type(one) for one in last.statements] == [DeletedRecord], "what was owed of its content is void"
    give_receipts(desk.connection.replica)
    owe_deleted(context, number, space, dot)
    assert desk.connection.database.value("SELECT count(*) FROM owing") == 0


def test_a_receipt_persists_as_it_was_sealed_and_two_connections_give_no_number_twice(desk: Desk) -> None:
    space = desk.found()
    number = desk.connection.database.value("SELECT n FROM spaces WHERE id = ?", (space,))
    owe_deleted(desk.connection.context, number, space, Dot(DEVICES[0], 9, 0))
    (due,) = desk.connection.replica.receipts_due()
    keys = desk.connection.identity.keys
    first, second = make_receipt(keys, due), make_receipt(keys, due)
    desk.connection.replica.keep_receipts([first])
    with desk.store.connect() as other:
        other.replica.keep_receipts([second])
    bodies = {one.item.body for one in desk.connection.replica.outbox(1 << 20, 1_000) if one.item.kind == "receipt"}
    assert bodies == {first.data}
    assert first.data != second.data
    desk.connection.replica.resend(space)
    again = [one.item.body for one in desk.connection.replica.outbox(1 << 20, 1_000) if one.item.kind == "receipt"]
    assert again == [first.data]


def test_another_receipt_of_ours_with_a_number_moves_what_was_said_behind_it(desk: Desk) -> None:
    space = desk.found()
    database, context = desk.connection.database, desk.connection.context
    number = database.value("SELECT n FROM spaces WHERE id = ?", (space,))
    owe_deleted(context, number, space, Dot(DEVICES[0], 9, 0))
    give_receipts(desk.connection.replica)
    (sent,) = [one for one in desk.connection.replica.outbox(1 << 20, 1_000) if one.item.kind == "receipt"]
    desk.connection.replica.mark_refused(sent.id, "fork")
    assert database.value("SELECT count(*) FROM outbox WHERE kind = 'receipt'") == 0
    there = received(desk.device, 1, [ReadRecord(space, [], DAY)])
    with database.transaction():
        Given(context).take(number, [there])
    (due,) = desk.connection.replica.receipts_due()
    assert due.number == 2
    assert [type(one) for one in due.statements] == [DeletedRecord]


def test_what_leaves_the_desk_leaves_no_receipt_and_no_number_comes_back(desk: Desk) -> None:
    space = desk.found()
    database, context = desk.connection.database, desk.connection.context
    number = database.value("SELECT n FROM spaces WHERE id = ?", (space,))
    owe_deleted(context, number, space, Dot(DEVICES[0], 9, 0))
    give_receipts(desk.connection.replica)
    desk.send()
    assert desk.connection.offline.drop(space) is not None
    for table in ("receipts", "statements", "owing"):
        assert database.value(f"SELECT count(*) FROM {table}") == 0  # noqa: S608 - three names of ours
    assert database.value("SELECT number FROM given") == 1
