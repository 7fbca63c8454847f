"""Recall in the store: the content of the record is gone from every page, and all else verifies as before."""

from __future__ import annotations

import secrets

import pytest

from desktop.casework.views import Query
from desktop.store.verify import verify
from sync.changes import Add, Create, Recall, RecordEdit, Set, Write
from sync.recall import record_id
from sync.wire.space import read_segment
from tests.store.desks import Alliance, Desk
from tests.store.pages import plain_pages
from tests.support.older import without

NONCE = b"n" * 16
OTHER = b"o" * 16
MARKERS = ["Zeferino Quartz", "marker of a long text", "alias Kestrel", "later wording"]


def name(desk: Desk, nonce: bytes = NONCE) -> bytes:
    return record_id(desk.device, nonce)


def make(desk: Desk, space: bytes) -> tuple[bytes, bytes]:
    """Two persons made in one change, of whom the first is full of markers."""
    first, second = name(desk), name(desk, OTHER)
    text = f"{MARKERS[1]} " * 2_000
    desk.connection.log.append(
        space,
        [
            RecordEdit(first, [Create("person", NONCE), Set("name", MARKERS[0], []), Write("summary", text)]),
            RecordEdit(second, [Create("person", OTHER), Set("name", "Amina Sow", [])]),
        ],
    )
    desk.write(space, first, Add("aliases", MARKERS[2], []))
    desk.type_text(space, first, "summary", text + MARKERS[3])
    return first, second


def holds(desk: Desk, marker: str) -> bool:
    pages = b"".join(plain_pages(desk.home, desk.store.key.key))
    return marker.encode() in pages


def waits(desk: Desk) -> bool:
    return desk.connection.recalls.purged


def index(desk: Desk) -> None:
    while desk.connection.index.index_pending():
        pass


@pytest.fixture
def two(alliance: Alliance) -> tuple[Desk, Desk, bytes]:
    one, other = alliance.desk("SN"), alliance.desk("AE")
    for each in (one, other):
        each.learn()
    space = one.found()
    other.take_key(one, space)
    other.take_all(one.send())
    return one, other, space


def test_no_byte_of_a_recalled_record_stays_at_either_desk(two: tuple[Desk, Desk, bytes]) -> None:
    one, other, space = two
    first, second = make(one, space)
    sent = one.send()
    other.take_all(sent)
    index(other)
    sealed = [read_segment(data)[0].sealed for kind, _, data in sent if kind == "segment"]
    for desk in two[:2]:
        desk.connection.notes.put(f"draft.{first.hex()}.name", MARKERS[0].encode())
        assert any(holds(desk, marker) for marker in MARKERS)
        assert desk.connection.listing.query(Query(type="person", text="kestrel")) == [first.hex()]
    one.write(space, first, Recall(one.device, NONCE, "wrong person"))
    other.take_all(one.send())
    for desk in two[:2]:
        index(desk)
        assert [marker for marker in MARKERS if holds(desk, marker)] == []
        pages = b"".join(plain_pages(desk.home, desk.store.key.key))
        parts = [body[at : at + 64] for body in sealed for at in range(0, len(body) - 64, 64)]
        assert [part for part in parts if part in pages] == []
        assert desk.connection.listing.query(Query(type="person", text="kestrel")) == []
        assert desk.connection.listing.query(Query(type="person", text="amina")) == [second.hex()]
        report = verify(desk.connection)
        assert report.problems == []
        assert report.recalled == 3
        assert desk.connection.database.value("SELECT count(*) FROM owing WHERE kind = 'deleted'") == 1
    assert one.state(first) == other.state(first)
    assert one.state(second) == other.state(second)
    history = other.connection.history.history(first)
    assert [(entry.operation, entry.value) for entry in history] == [
        ("recall", "wrong person"),
        ("recalled", 1),
        ("recalled", 1),
        ("recalled", 2),
        ("create", "person"),
    ]
    assert [entry.value for entry in other.connection.history.history(second)] == ["Amina Sow", "person"]


def test_a_recall_by_whom_the_record_does_not_belong_to_changes_nothing_and_shows_as_refused(
    two: tuple[Desk, Desk, bytes],
) -> None:
    one, other, space = two
    first, _ = make(one, space)
    other.take_all(one.send())
    before = one.connection.reads.show(first.hex()).fields["name"].value
    other.write(space, first, Recall(one.device, NONCE, "not mine"))
    other.write(space, first, Recall(other.device, NONCE, "nor by this name"))
    other.write(space, space, Recall(one.device, b"", "nor the case"))
    one.take_all(other.send())
    for desk in (one, other):
        view = desk.connection.reads.show(first.hex())
        assert view.fields["name"].value == before == MARKERS[0]
        assert view.recalled is None
        assert [entry.operation for entry in desk.connection.history.history(first)][:2] == ["recall_refused"] * 2
        assert desk.connection.reads.show(space.hex()).recalled is None
        assert verify(desk.connection).problems == []
    assert one.state(first) == other.state(first)


def test_a_colleague_at_another_desk_recalls_and_the_founder_recalls_the_case_itself(alliance: Alliance) -> None:
    one, colleague, other = alliance.desk("SN"), alliance.desk("SN"), alliance.desk("AE")
    for each in (one, colleague, other):
        each.learn()
    space = one.found(title="Réseau")
    first, _ = make(one, space)
    items = one.send()
    for each in (colleague, other):
        each.take_key(one, space)
        each.take_all(items)
    colleague.write(space, first, Recall(one.device, NONCE, "wrong person"))
    colleague.write(space, space, Recall(one.device, b"", "opened by mistake"))
    items = colleague.send()
    for each in (one, other):
        each.take_all(items)
    for each in (one, colleague, other):
        for record, reason in ((first, "wrong person"), (space, "opened by mistake")):
            view = each.connection.reads.show(record.hex())
            assert view.recalled is not None
            assert (view.recalled.by.ministry, view.recalled.by.device) == ("SN", colleague.device.hex())
            assert view.recalled.reason == reason
            assert view.fields == {}
        assert each.titles() == [""]
        assert verify(each.connection).problems == []


def test_what_was_written_offline_on_a_recalled_record_is_sent_without_its_content(
    two: tuple[Desk, Desk, bytes],
) -> None:
    one, other, space = two
    first, second = make(one, space)
    other.take_all(one.send())
    other.set(space, first, "name", MARKERS[3])  # not sealed yet
    other.connection.log.append(
        space, [RecordEdit(first, [Set("name", MARKERS[2], [])]), RecordEdit(second, [Set("name", "Amina Diop", [])])]
    )
    one.write(space, first, Recall(one.device, NONCE, "wrong person"))
    other.take_all(one.send())
    assert not any(holds(other, marker) for marker in MARKERS)
    one.take_all(other.send())
    for desk in (one, other):
        assert desk.connection.reads.show(first.hex()).recalled is not None
        assert not any(holds(desk, marker) for marker in MARKERS)
        assert verify(desk.connection).problems == []
    names = one.connection.reads.show(second.hex()).fields["name"].values
    assert {each.value for each in names} == {"Amina Sow", "Amina Diop"}
    assert one.state(first) == other.state(first)


def test_a_segment_that_waits_to_be_sent_is_cut_once_it_was(two: tuple[Desk, Desk, bytes]) -> None:
    one, other, space = two
    first, _ = make(one, space)
    waiting = one.seal()
    one.write(space, first, Recall(one.device, NONCE, "wrong person"))
    assert [read_segment(data)[0].sealed != b"" for data in waiting] == [True]
    items = one.send()
    assert next(data for kind, _, data in items if kind == "segment") == waiting[0]
    assert not any(holds(one, marker) for marker in MARKERS)
    assert one.connection.database.all("SELECT * FROM purges") == []
    other.take_all(items)
    assert not any(holds(other, marker) for marker in MARKERS)
    for desk in (one, other):
        assert verify(desk.connection).problems == []


def test_a_change_that_meets_a_recall_later_loses_its_content_too(alliance: Alliance) -> None:
    one, other, third = alliance.desk("SN"), alliance.desk("AE"), alliance.desk("SN")
    for each in (one, other, third):
        each.learn()
    space = one.found()
    first, _ = make(one, space)
    items = one.send()
    for each in (other, third):
        each.take_key(one, space)
        each.take_all(items)
    one.write(space, first, Recall(one.device, NONCE, "wrong person"))
    other.set(space, first, "name", secrets.token_hex(20) + MARKERS[3])
    late, recall = other.send(), one.send()
    third.take_all(recall)
    third.take_all(late)
    assert not any(holds(third, marker) for marker in MARKERS)
    one.take_all(late)
    other.take_all(recall)
    assert one.state(first) == other.state(first) == third.state(first)
    for desk in (one, other, third):
        assert verify(desk.connection).problems == []


def test_a_desk_that_did_not_know_recall_purges_once_it_was_upgraded(two: tuple[Desk, Desk, bytes]) -> None:
    one, other, space = two
    with without("recall", "recalled"):
        other.reopen()
        first, _ = make(one, space)
        other.take_all(one.send())
    one.write(space, first, Recall(one.device, NONCE, "wrong person"))
    sent = one.send()
    with without("recall", "recalled"):
        other.take_all(sent)
        assert other.connection.reads.show(first.hex()).unknown_operations == 1
        assert holds(other, MARKERS[0])
    other.reopen()
    while other.connection.upgrade.step() is not None:
        pass
    index(other)
    assert other.connection.reads.show(first.hex()).recalled is not None
    other.connection.recalls.empty_log()
    assert not any(holds(other, marker) for marker in MARKERS)
    assert one.state(first) == other.state(first)
    assert verify(other.connection).problems == []


def test_somebody_who_reads_delays_the_emptying_of_the_log_and_nothing_else(two: tuple[Desk, Desk, bytes]) -> None:
    one, other, space = two
    first, second = make(one, space)
    other.take_all(one.send())
    reader = other.store.connect()
    reader.database.run("BEGIN")
    assert reader.database.value("SELECT count(*) FROM records") == 3
    one.write(space, first, Recall(one.device, NONCE, "wrong person"))
    other.take_all(one.send())
    assert waits(other)
    assert other.connection.reads.show(first.hex()).recalled is not None
    reader.database.run("COMMIT")
    one.set(space, second, "name", "Amina Diop")
    other.take_all(one.send())
    assert not waits(other)
    assert not any(holds(other, marker) for marker in MARKERS)
    reader.close()
