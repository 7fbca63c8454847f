"""Changes and states that are not written twice: they come out of the segment that a desk received."""

from __future__ import annotations

import pytest

from desktop.casework.views import Query
from desktop.store import StoreDamaged
from desktop.store.bodies import KEPT_BYTES, Bodies
from desktop.store.verify import verify
from sync.changes import Create, Set
from sync.merge import decode_state
from sync.wire.codec import new_id
from tests.store.desks import Desk
from tests.store.test_receive import share


def raw(desk: Desk) -> list[tuple[int, int]]:
    """Lengths of the bodies of changes and of the states as they stand in the rows."""
    return list(
        zip(
            [row[0] for row in desk.connection.database.all("SELECT length(body) FROM changes ORDER BY n")],
            [row[0] for row in desk.connection.database.all("SELECT length(state) FROM records ORDER BY n")],
            strict=False,
        )
    )


def test_what_arrives_is_kept_once_and_reads_as_if_it_were_written_out(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    record = new_id()
    dakar.write(space, record, Create("person"), Set("name", "Moussa Faye", []))
    abu_dhabi.take_all(dakar.send())
    assert raw(abu_dhabi)[-1] == (0, 0)
    assert all(body and state for body, state in raw(dakar))
    assert abu_dhabi.state(record) == dakar.state(record)
    assert abu_dhabi.connection.reads.show(record.hex()).fields["name"].values[0].value == "Moussa Faye"
    assert [one.value for one in abu_dhabi.connection.history.history(record)] == ["Moussa Faye", "person"]
    while abu_dhabi.connection.index.index_pending():
        pass
    assert abu_dhabi.connection.listing.query(Query(type="person", text="moussa")) == [record.hex()]


def test_a_second_change_writes_the_state_that_follows_from_both(dakar: Desk, abu_dhabi: Desk) -> None:
    space = share(dakar, abu_dhabi)
    record = new_id()
    dakar.write(space, record, Create("person"), Set("name", "Moussa Faye", []))
    abu_dhabi.take_all(dakar.send())
    dakar.set(space, record, "name", "Moussa Faye alias Pape")
    abu_dhabi.take_all(dakar.send())
    found = abu_dhabi.connection.database.value("SELECT state FROM records WHERE name = ?", (record,))
    assert decode_state(found).registers["name"][0].value == "Moussa Faye alias Pape"
    assert abu_dhabi.state(record) == dakar.state(record)
    assert verify(abu_dhabi.connection).problems == []


def test_a_field_written_twice_by_the_change_that_makes_a_record_is_a_conflict_at_once(
    dakar: Desk, abu_dhabi: Desk
) -> None:
    space = share(dakar, abu_dhabi)
    record = new_id()
    dakar.write(space, record, Create("person"), Set("name", "Moussa", []), Set("name", "Pape", []))
    abu_dhabi.take_all(dakar.send())
    assert abu_dhabi.connection.listing.query(Query(type="person", conflicts=True)) == [record.hex()]
    assert abu_dhabi.state(record) == dakar.state(record)


def test_a_record_whose_segment_is_damaged_is_a_damaged_store_and_verification_names_it(
    dakar: Desk, abu_dhabi: Desk
) -> None:
    space = share(dakar, abu_dhabi)
    record = new_id()
    dakar.write(space, record, Create("person"), Set("name", "Moussa Faye", []))
    abu_dhabi.take_all(dakar.send())
    abu_dhabi.connection.database.run("UPDATE segments SET data = substr(data, 1, 20), hash = randomblob(32)")
    with pytest.raises(StoreDamaged):
        abu_dhabi.connection.reads.show(record.hex())
    assert {problem.kind for problem in verify(abu_dhabi.connection).problems} >= {"segment", "record"}


def test_opened_segments_are_kept_within_a_limit_of_memory(dakar: Desk) -> None:
    bodies = Bodies(dakar.connection.database)
    half = [bytes(KEPT_BYTES // 2)]
    for number in range(5):
        bodies.keep(bytes([number]) * 32, half)
    assert list(bodies._opened) == [bytes([3]) * 32, bytes([4]) * 32]
