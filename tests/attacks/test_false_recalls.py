"""Recalls that lie: of what others made, by copied names and nonces, of records elsewhere. None destroys anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from desktop.desk import Desk
from desktop.store.listing import parse_name
from sync.changes import Create, Recall, Set
from sync.recall import record_id
from tests.attacks.ledger import tried
from tests.hostile.member import Attack, running_attack
from tests.support.storm import states

TITLE = "kept whatever they say"
OFTEN = 1_000
STRANGER = b"s" * 16
STATE_BYTES = 1_000


@dataclass
class Theirs:
    """A case of the hostile member with a record of the victim in it."""

    case: str
    record: str
    device: bytes
    nonce: bytes


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    with running_attack(tmp_path_factory.mktemp("recalls")) as running:
        running.dakar.open()
        yield running


@pytest.fixture
def victim(attack: Attack) -> Desk:
    return attack.dakar.desks[0]


@pytest.fixture
def theirs(attack: Attack, victim: Desk) -> Theirs:
    case = attack.found(Set("title", "Un", []))
    attack.deliver(victim)
    record = victim.new_record("person", case, {"name": TITLE}).record
    victim.sync_once()
    attack.hostile.sync_once()
    made = victim._connection.reads.standing(record).state.types[0]
    return Theirs(case, record, made.dot.device, made.nonce)


def holds(attack: Attack, victim: Desk, theirs: Theirs, *recalls: Recall) -> None:
    """The recalls go out, and nothing of the record goes with them, at either desk."""
    for recall in recalls:
        attack.write(theirs.case, theirs.record, recall)
    attack.deliver(victim)
    for desk in (victim, attack.hostile):
        assert desk.show(theirs.record).fields["name"].value == TITLE
        assert desk.show(theirs.record).recalled is None
        assert desk.verify().problems == []
    assert states(victim) == states(attack.hostile)
    told = [one.operation for one in victim.history(theirs.record)]
    assert told[: len(recalls)] == ["recall_refused"] * len(recalls)
    assert not {"recall", "recalled"} & set(told)


def test_nobody_recalls_what_another_ministry_made(attack: Attack, victim: Desk, theirs: Theirs) -> None:
    own = attack.hostile._connection.identity.device
    false = [
        Recall(theirs.device, theirs.nonce, "in its maker's name"),
        Recall(own, theirs.nonce, "with the nonce of another"),
        Recall(own, b"", "with none"),
        Recall(theirs.device, b"n" * 16, "with one that gives another record"),
    ]
    with tried("malicious member", "a recall of what another ministry made", times=len(false)):
        holds(attack, victim, theirs, *false)


def test_a_record_that_was_created_again_by_another_is_not_theirs(attack: Attack, victim: Desk, theirs: Theirs) -> None:
    with tried("malicious member", "a second creation of another's record, and a recall by it"):
        own = attack.hostile._connection.identity.device
        attack.write(theirs.case, theirs.record, Create("person", theirs.nonce))
        attack.write(theirs.case, theirs.record, Recall(own, theirs.nonce, "I made it too"))
        attack.deliver(victim)
        assert victim.show(theirs.record).fields["name"].value == TITLE
        assert victim.show(theirs.record).recalled is None
        assert victim.may_recall(theirs.record)
        assert not attack.hostile.may_recall(theirs.record)
        assert states(victim) == states(attack.hostile)


def test_a_copy_of_a_record_in_another_case_takes_nothing_with_it(attack: Attack, victim: Desk, theirs: Theirs) -> None:
    with tried("malicious member", "a record's id taken into another case and recalled there"):
        elsewhere = attack.found(Set("title", "Deux", []))
        own, nonce = attack.hostile._connection.identity.device, b"m" * 16
        mine = record_id(own, nonce).hex()
        attack.write(elsewhere, theirs.record, Create("person", theirs.nonce), Recall(own, theirs.nonce, "here"))
        attack.write(elsewhere, mine, Create("person", nonce), Set("name", "mine", []))
        attack.write(elsewhere, mine, Recall(own, nonce, "this one holds"))
        attack.deliver(victim)
        assert victim.show(theirs.record).fields["name"].value == TITLE
        assert victim.show(mine).recalled is not None
        assert victim.verify().problems == []


def test_a_case_is_its_founder_s_to_recall(attack: Attack, victim: Desk, theirs: Theirs) -> None:
    with tried("malicious member", "a recall of a case that another ministry founded"):
        case = victim.new_case({"title": TITLE}, ("AE",)).record
        victim.sync_once()
        attack.hostile.sync_once()
        attack.write(case, case, Recall(theirs.device, b"", "in its founder's name"))
        attack.write(case, case, Recall(attack.hostile._connection.identity.device, b"", "as a member"))
        attack.deliver(victim)
        assert victim.show(case).fields["title"].value == TITLE
        assert states(victim) == states(attack.hostile)


def test_who_recalls_its_own_a_thousand_times_makes_no_state_grow(attack: Attack, victim: Desk) -> None:
    with tried("malicious member", "a thousand recalls of one record", times=OFTEN):
        case = attack.found(Set("title", "Trois", []))
        own, nonce = attack.hostile._connection.identity.device, b"k" * 16
        record = record_id(own, nonce).hex()
        attack.write(case, record, Create("person", nonce), Set("name", "mine", []))
        for _ in range(2):
            attack.write(case, record, *[Recall(own, nonce, "x" * 500)] * (OFTEN // 2))
        attack.deliver(victim)
        view = victim.show(record)
        assert view.recalled is not None
        state = victim._connection.database.value("SELECT state FROM records WHERE name = ?", (parse_name(record),))
        assert len(state) < STATE_BYTES
        assert states(victim) == states(attack.hostile)


def test_a_recall_that_names_a_device_nobody_knows_waits_and_keeps_nobody_else_back(
    attack: Attack, victim: Desk, theirs: Theirs
) -> None:
    with tried("malicious member", "a recall in the name of a device that no directory names"):
        attack.write(theirs.case, record_id(STRANGER, b"n" * 16).hex(), Recall(STRANGER, b"n" * 16, "of nobody"))
        attack.deliver(victim)
        victim.edit(theirs.record, "name", f"{TITLE}, and more")
        victim.sync_once()
        attack.hostile.sync_once()
        assert attack.hostile.show(theirs.record).fields["name"].value == f"{TITLE}, and more"
        assert victim.verify().problems == []
