"""What is sent: the same bytes at every try, in order, and grants to whom they are due."""

from __future__ import annotations

from desktop.store.verify import verify
from sync.keys import EpochKey, new_device_keys
from sync.replica import GrantDue
from sync.seal import Place, seal
from sync.wire.codec import MAX_CALL_CHANGES, NO_HASH
from sync.wire.space import Member, read_segment
from tests.store.desks import Alliance, Desk


def recipient_of(grant: GrantDue) -> bytes:
    """The device that a grant goes to."""
    assert grant.recipient is not None
    return grant.recipient.device


def test_the_oldest_waiting_space_is_sealed_first_and_each_once(dakar: Desk) -> None:
    one, two = dakar.found(), dakar.found()
    dakar.set(one, one, "title", "x")
    waiting = dakar.connection.replica.unsealed(10)
    assert [(each.space, each.last, each.previous, len(each.changes)) for each in waiting] == [
        (one, 0, NO_HASH, 2),
        (two, 0, NO_HASH, 1),
    ]
    assert [each.space for each in dakar.connection.replica.unsealed(1)] == [one]
    dakar.seal()
    dakar.set(two, two, "title", "x")
    dakar.set(one, one, "title", "y")
    assert [(each.space, each.last) for each in dakar.connection.replica.unsealed(10)] == [(two, 1), (one, 2)]


def test_a_segment_stays_within_its_limits(dakar: Desk) -> None:
    space = dakar.found()
    with dakar.connection.transaction():
        for _ in range(4):
            dakar.set(space, space, "title", "x" * 300_000)
        for _ in range(MAX_CALL_CHANGES + 5):
            dakar.set(space, space, "status", "open")
    counts = [read_segment(data)[1].count for data in dakar.seal()]
    assert sum(counts) == MAX_CALL_CHANGES + 10
    assert counts[0] == 3
    assert max(counts) <= MAX_CALL_CHANGES


def test_an_item_is_sent_with_the_same_bytes_until_the_server_has_it(dakar: Desk) -> None:
    dakar.found()
    dakar.seal()
    replica = dakar.connection.replica
    first = replica.outbox(1 << 20, 1_000)
    assert [item.item.kind for item in first] == ["entry", "segment"]
    dakar.reopen()
    replica = dakar.connection.replica
    assert replica.outbox(1 << 20, 1_000) == first
    assert replica.unsent() == 1
    replica.mark_sent([first[0].id])
    assert replica.outbox(1 << 20, 1_000) == first[1:]
    replica.mark_sent([first[1].id])
    replica.mark_sent([first[1].id])
    assert replica.outbox(1 << 20, 1_000) == []
    assert replica.unsent() == 0


def test_the_outbox_keeps_to_its_limits_but_always_gives_something(dakar: Desk) -> None:
    for _ in range(3):
        dakar.found()
    dakar.seal()
    replica = dakar.connection.replica
    assert len(replica.outbox(1, 1_000)) == 1
    every = replica.outbox(1 << 20, 1_000)
    assert len(every) == 6
    assert len(replica.outbox(1 << 20, 2)) == 5
    assert replica.outbox(1 << 20, 1_000, every[1].id) == every[2:]
    size = len(every[0].item.body) + len(every[1].item.body)
    assert replica.outbox(size, 1_000) == every[:2]


def test_a_row_is_unsent_until_its_last_change_is_at_the_server(dakar: Desk) -> None:
    space = dakar.found()
    dakar.seal()
    first = dakar.connection.replica.outbox(1 << 20, 1_000)
    dakar.set(space, space, "title", "newer")
    dakar.connection.replica.mark_sent([item.id for item in first])
    listing = dakar.connection.listing
    assert listing.rows([space.hex()])[0].unsent
    assert listing.counts()["unsent"] == 1
    assert [entry.sent for entry in dakar.connection.history.history(space, field="title")] == [False, True]
    dakar.send()
    assert not listing.rows([space.hex()])[0].unsent
    assert all(entry.sent for entry in dakar.connection.history.history(space))


def test_what_the_server_refused_is_kept_shown_and_not_sent_again(dakar: Desk) -> None:
    dakar.found()
    dakar.seal()
    replica = dakar.connection.replica
    item = replica.outbox(1 << 20, 1_000)[1]
    replica.mark_refused(item.id, "fork" * 100)
    assert [each.item.kind for each in replica.outbox(1 << 20, 1_000)] == ["entry"]
    aside = dakar.connection.reads.aside()
    assert [(each.ours, each.code) for each in aside] == [(True, ("fork" * 100)[:64])]
    assert replica.unsent() == 1


def test_all_of_a_space_is_sent_again_in_order_when_the_server_lost_it(dakar: Desk) -> None:
    space, other = dakar.found(), dakar.found()
    sent = [item for item in dakar.send() if item[1] == space]
    dakar.set(space, space, "title", "two")
    sent += dakar.send()
    dakar.set(space, space, "title", "three")
    late = dakar.seal()
    assert dakar.connection.replica.resend(space) == 4
    again = dakar.send()
    assert [data for _, _, data in again] == [data for _, _, data in sent] + late
    assert dakar.connection.replica.resend(other) == 2
    assert dakar.connection.replica.resend(b"?" * 16) == 0
    assert dakar.connection.replica.unsent() == 1


def test_heads_of_others_are_named_once(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found()
    abu_dhabi.take_key(dakar, space)
    abu_dhabi.take_all(dakar.send())
    abu_dhabi.set(space, space, "title", "x")
    headers = [read_segment(data)[1] for data in abu_dhabi.seal()]
    assert [(head.device, head.sequence) for head in headers[0].heads] == [(dakar.device, 1)]
    abu_dhabi.set(space, space, "title", "y")
    assert [read_segment(data)[1].heads for data in abu_dhabi.seal()] == [[]]


def test_the_founder_grants_to_every_device_of_every_member_and_to_nobody_else(alliance: Alliance) -> None:
    dakar, sister, guest = alliance.desk("SN"), alliance.desk("SN"), alliance.desk("AE")
    dakar.learn()
    dakar.found(members=[Member("SN", "lead")])
    assert [device for device, _ in dakar.grant_due()] == [sister.device]
    dakar.found()
    granted = dakar.grant_due()
    assert sorted(device for device, _ in granted) == sorted([sister.device, guest.device])
    assert dakar.grant_due() == []
    kinds = [kind for kind, _, _ in dakar.send()]
    assert kinds.count("grant") == 3
    for desk in (dakar, sister, guest):
        desk.close()


def test_a_device_that_enrols_later_is_granted_what_its_ministry_may_read(alliance: Alliance) -> None:
    dakar, guest = alliance.desk("SN"), alliance.desk("AE")
    dakar.learn()
    space, own = dakar.found(), dakar.found(members=[Member("SN", "lead")])
    dakar.grant_due()
    guest.take_key(dakar, space)
    guest.take_all(dakar.send())
    late = new_device_keys()
    alliance.enrol("AE", late, "Late", "AE late")
    for desk in (dakar, guest):
        desk.learn()
    due = dakar.connection.replica.grants_due()
    assert [(recipient_of(each), each.keys[0].space) for each in due] == [(late.device, space)]
    due = guest.connection.replica.grants_due()
    assert [(recipient_of(each), [key.space for key in each.keys]) for each in due] == [(late.device, [space])]
    sister = new_device_keys()
    alliance.enrol("SN", sister, "Sister", "SN late")
    dakar.learn()
    dakar.grant_due()
    guest.learn()
    assert [recipient_of(each) for each in guest.connection.replica.grants_due()] == [late.device]
    assert own
    for desk in (dakar, guest):
        desk.close()


def test_grants_that_the_server_lost_are_due_again(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found()
    assert len(dakar.grant_due()) == 1
    assert dakar.grant_due() == []
    assert dakar.connection.replica.resend(b"") == 1
    due = dakar.connection.replica.grants_due()
    assert [(recipient_of(each), [key.space for key in each.keys]) for each in due] == [(abu_dhabi.device, [space])]


def test_a_key_that_the_founding_does_not_name_is_never_written_under(dakar: Desk, abu_dhabi: Desk) -> None:
    space = dakar.found()
    abu_dhabi.connection.replica.take_grant(1, [EpochKey(space, b"z" * 32)])
    abu_dhabi.take_all(dakar.send())
    abu_dhabi.connection.replica.take_grant(2, [EpochKey(space, b"y" * 32)])
    assert abu_dhabi.connection.database.value("SELECT epoch FROM spaces WHERE id = ?", (space,)) is None
    abu_dhabi.take_key(dakar, space)
    assert abu_dhabi.connection.database.value("SELECT epoch FROM spaces WHERE id = ?", (space,)) is not None
    assert abu_dhabi.titles() == ["Réseau de Dakar"]


def test_changes_that_two_connections_seal_at_once_leave_in_one_segment(alliance: Alliance, dakar: Desk) -> None:
    space = dakar.found()
    window = alliance.reopen(dakar.home).connect()
    keys = dakar.connection.replica.device_keys()
    [theirs], [ours] = dakar.connection.replica.unsealed(9), window.replica.unsealed(9)
    for replica, one in ((window.replica, ours), (dakar.connection.replica, theirs)):
        replica.keep_segments([seal(keys, Place(space), one.key.key, one.heads, one.changes)])
    sent = [item for item in dakar.connection.replica.outbox(1 << 20, 1_000) if item.item.kind == "segment"]
    assert len(sent) == 1
    assert window.replica.unsealed(9) == []
    assert verify(dakar.connection).problems == []
    window.close()
