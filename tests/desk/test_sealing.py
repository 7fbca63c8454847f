"""An edit that is sealed as it is saved, because the server is there."""

from __future__ import annotations

from desktop.desk import Desk


def waiting(desk: Desk) -> int:
    """Changes that are sealed and wait to be sent."""
    return sum(one.changes for one in desk._connection.replica.outbox(1 << 20, 1_000))


def test_a_connected_desk_seals_what_it_saves_in_the_same_flush(desk: Desk) -> None:
    case = desk.new_case({"title": "Réseau de Dakar"}).record
    desk.edit(case, "status", "active")
    assert waiting(desk) == 0
    desk.sealing = True
    desk.edit(case, "status", "closed")
    assert desk._connection.replica.unsealed(9) == []
    assert waiting(desk) == 3
