"""Lists and search: every filter finds what it names and nothing else, in the order asked for."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.casework.views import Query
from desktop.store import Interrupted, listing, shelves
from i18n import folding
from sync.changes import Add, Create, Delete, Set, Write
from sync.wire.codec import new_id
from tests.store.desks import Desk

CASES = {
    "a": {"title": "Réseau de Dakar", "status": "open", "tlp": "TLP:AMBER", "due": "2026-12-01", "reference": "SN-3"},
    "b": {"title": "Élan", "status": "closed", "tlp": "TLP:RED", "due": "2026-11-25", "reference": "SN-1"},
    "c": {"title": "شبكة تهريب الأسلحة", "status": "open", "tlp": "TLP:RED", "reference": "AE-2"},
}


@pytest.fixture
def ids(dakar: Desk) -> dict[str, str]:
    """Three cases, `c` the newest."""
    made: dict[str, str] = {}
    for name, values in CASES.items():
        space = dakar.found(title=values["title"])
        dakar.write(space, space, *(Set(key, value, []) for key, value in values.items() if key != "title"))
        made[name] = space.hex()
    record = bytes.fromhex(made["a"])
    dakar.write(record, record, Add("countries", "SN", []), Add("countries", "FR", []))
    dakar.write(record, record, Write("summary", "Téléphone +221 77 123 45 67, rue de l'Œuvre"))
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(), "acb"),
        (Query(limit=2), "ac"),
        (Query(statuses=("open",)), "ac"),
        (Query(statuses=("open", "closed")), "acb"),
        (Query(without_statuses=("closed",)), "ac"),
        (Query(statuses=("open", "closed"), without_statuses=("open",)), "b"),
        (Query(tlps=("TLP:RED",)), "cb"),
        (Query(statuses=("open",), tlps=("TLP:RED",)), "c"),
        (Query(countries=("FR",)), "a"),
        (Query(countries=("FR", "IT")), "a"),
        (Query(countries=("F",)), ""),
        (Query(due_before="2026-12-01"), "b"),
        (Query(order="due"), "bac"),
        (Query(order="reference"), "abc"),
        (Query(order="title"), "bac"),
        (Query(order="no such order"), "acb"),
        (Query(mine=True), "acb"),
        (Query(unread=True), ""),
        (Query(conflicts=True), ""),
        (Query(deleted=True), ""),
        (Query(type="person"), ""),
        (Query(type=""), "acb"),
        (Query(text="reseau"), "a"),
        (Query(text="RÉSEAU dak"), "a"),
        (Query(text="oeuvre"), "a"),
        (Query(text="221771234567"), "a"),
        (Query(text="اسلحه"), "c"),
        (Query(text="الشبكة"), "c"),
        (Query(text="elan"), "b"),
        (Query(text="reseau elan"), ""),
        (Query(text="   "), "acb"),
        (Query(text="!!!"), ""),
        (Query(space="nonsense"), ""),
    ],
)
def test_a_query_finds_what_it_names(dakar: Desk, ids: dict[str, str], query: Query, found: str) -> None:
    assert dakar.connection.listing.query(query) == [ids[name] for name in found]
    if not query.limit:
        assert dakar.connection.listing.count(query) == len(found)


@pytest.mark.parametrize("text", ["", "dakar"])
def test_what_waits_for_a_person_is_found_with_and_without_words(dakar: Desk, ids: dict[str, str], text: str) -> None:
    space = bytes.fromhex(ids["a"])
    dakar.write(space, space, Set("title", "Autre Dakar", []))
    dakar.connection.database.run("UPDATE rows SET unread = 1 WHERE name = ?", (space,))
    listing = dakar.connection.listing
    for query in (
        Query(conflicts=True, text=text),
        Query(unread=True, text=text),
        Query(unread=True, conflicts=True, text=text),
        Query(type="", conflicts=True, text=text),
    ):
        assert listing.query(query) == [ids["a"]]
        assert listing.count(query) == 1


def test_the_records_of_one_space(dakar: Desk, ids: dict[str, str]) -> None:
    space, person = bytes.fromhex(ids["a"]), new_id()
    dakar.write(space, person, Create("person"), Set("name", "Mariam", []))
    assert dakar.connection.listing.query(Query(type="", space=ids["a"])) == [person.hex(), ids["a"]]
    assert dakar.connection.listing.query(Query(type="person", space=ids["a"])) == [person.hex()]


def test_rows_come_in_the_order_asked_and_unknown_ones_are_left_out(dakar: Desk, ids: dict[str, str]) -> None:
    rows = dakar.connection.listing.rows([ids["b"], "ab" * 16, ids["a"]])
    assert [row.title for row in rows] == ["Élan", "Réseau de Dakar"]
    assert rows[1].countries == ("FR", "SN")
    assert dakar.connection.listing.rows([]) == []


def test_updated_since(dakar: Desk, ids: dict[str, str]) -> None:
    moment = dakar.connection.listing.rows([ids["c"]])[0].updated_ms
    assert dakar.connection.listing.query(Query(updated_since_ms=moment)) == [ids["a"], ids["c"]]


def test_references_known_here(dakar: Desk, ids: dict[str, str]) -> None:
    assert sorted(dakar.connection.listing.references("SN-")) == ["SN-1", "SN-3"]
    assert ids


def test_a_reference_is_taken_by_a_case_in_the_bin_too(dakar: Desk, ids: dict[str, str]) -> None:
    space = bytes.fromhex(ids["a"])
    dakar.write(space, space, Delete([]))
    known = dakar.connection.listing.has_reference
    assert [known(each) for each in ("SN-1", "SN-3", "SN-", "sn-1", "")] == [True, True] + 3 * [False]


def test_a_limited_search_looks_further_where_the_newest_are_not_enough(
    dakar: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaces = [dakar.found(title=f"Kairouan {number}").hex() for number in range(4)]
    dakar.set(bytes.fromhex(spaces[0]), bytes.fromhex(spaces[0]), "status", "closed")
    monkeypatch.setattr(listing, "FIRST_CAP", 2)
    query = dakar.connection.listing.query
    assert query(Query(text="kairouan", limit=2)) == [spaces[3], spaces[2]]
    assert query(Query(text="kairouan", statuses=("closed",), limit=2)) == [spaces[0]]
    assert query(Query(text="kairouan")) == [spaces[0], *reversed(spaces[1:])]


def test_a_search_goes_from_shelf_to_shelf_newest_first(dakar: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "SHELF_BITS", 1)
    spaces = [dakar.found(title=f"Kairouan {number} AB 12{number}").hex() for number in range(7)]
    query = dakar.connection.listing.query
    assert query(Query(text="kairouan")) == spaces[::-1]
    assert query(Query(text="k", limit=3)) == spaces[:3:-1]
    assert [query(Query(text=f"AB12{number}")) for number in (0, 3, 6)] == [[spaces[n]] for n in (0, 3, 6)]
    assert query(Query(text="kairouan 0")) == [spaces[0]]
    assert dakar.connection.listing.count(Query(text="kairouan")) == 7
    monkeypatch.setattr(listing, "SEARCH_CAP", 3)
    assert query(Query(text="kairouan")) == spaces[:3:-1]


def test_a_limited_search_that_fills_the_screen_goes_no_further_once_its_time_is_over(
    dakar: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "SHELF_BITS", 1)
    spaces = [dakar.found(title=f"Kairouan {number}").hex() for number in range(7)]
    dakar.set(bytes.fromhex(spaces[0]), bytes.fromhex(spaces[0]), "status", "closed")
    query = dakar.connection.listing.query
    assert query(Query(text="kairouan", limit=2)) == [spaces[0], spaces[6]]
    monkeypatch.setattr(listing, "PATIENCE_S", 0)
    assert query(Query(text="kairouan", limit=2)) == [spaces[6], spaces[5]]
    assert query(Query(text="kairouan", limit=2, statuses=("closed",))) == [spaces[0]]
    assert query(Query(text="kairouan")) == [spaces[0], *spaces[:0:-1]]


def test_a_changed_text_is_no_longer_found_by_what_it_was(dakar: Desk, ids: dict[str, str]) -> None:
    space = bytes.fromhex(ids["b"])
    dakar.set(space, space, "title", "Autre chose")
    assert dakar.connection.listing.query(Query(text="elan")) == []
    assert dakar.connection.listing.query(Query(text="autre")) == [ids["b"]]


def test_received_text_is_found_once_it_is_indexed(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found(title="Kairouan")
    abu_dhabi.take_key(dakar, space)
    abu_dhabi.take_all(dakar.send())
    index = abu_dhabi.connection.index
    assert index.waiting() == 1
    assert abu_dhabi.connection.listing.query(Query()) == [space.hex()]
    assert index.index_pending() == 0
    assert index.waiting() == 0
    assert abu_dhabi.connection.listing.query(Query(text="kairouan")) == [space.hex()]


def test_indexing_goes_on_in_batches(dakar: Desk) -> None:
    for _ in range(5):
        dakar.found()
    dakar.connection.database.run("INSERT INTO index_queue SELECT n FROM records")
    assert [dakar.connection.index.index_pending(2) for _ in range(3)] == [2, 2, 0]


def test_indexing_ends_early_when_somebody_waits_to_write(
    ids: dict[str, str], dakar: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, index = dakar.connection.database, dakar.connection.index
    database.run("INSERT INTO index_queue SELECT n FROM records")
    monkeypatch.setattr("desktop.store.search.PORTION", 1)
    with database.turns.wanted():
        assert [index.index_pending(), index.waiting()] == [1, len(ids) - 1]
    assert [index.index_pending(), index.waiting()] == [0, 0]
    assert dakar.connection.listing.query(Query(text="dakar")) == [ids["a"]]


def test_everything_is_indexed_anew_when_the_folding_changes(dakar: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    space = dakar.found(title="Kairouan")
    monkeypatch.setattr("desktop.store.search.FOLD_VERSION", folding.FOLD_VERSION + 1)
    dakar.reopen()
    assert dakar.connection.index.waiting() == 1
    assert dakar.connection.database.value("SELECT count(*) FROM search_docsize") == 0
    dakar.connection.index.index_pending()
    assert dakar.connection.listing.query(Query(text="kairouan")) == [space.hex()]
    dakar.reopen()
    assert dakar.connection.index.waiting() == 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_nothing_that_a_person_types_breaks_the_search(dakar: Desk, text: str) -> None:
    dakar.connection.listing.query(Query(text=text))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(categories=("Lu", "Ll", "Lo", "Mn", "Mc", "Nd")), min_size=1, max_size=12))
def test_a_title_is_found_by_its_own_words(dakar: Desk, title: str) -> None:
    space = dakar.found(title=title)
    if folding.fold_query(title):
        assert space.hex() in dakar.connection.listing.query(Query(text=title))


def test_a_superseded_query_ends_at_once(dakar: Desk) -> None:
    """`interrupt` before a statement starts does nothing; within one it raises."""
    dakar.connection.interrupt()
    assert dakar.connection.listing.query(Query()) == []
    database = dakar.connection.database
    database._connection.set_progress_handler(lambda: 1, 1)
    with pytest.raises(Interrupted):
        database.all("SELECT count(*) FROM rows")
