"""Receipts that lie: forged, copied, carried elsewhere, without number or end. None is believed, none is a burden."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
import zstandard

from desktop.casework.trust_views import ReceiptView
from desktop.desk import Desk
from sync.changes import Create, Dependency, Dot, Set
from sync.receipts import DeletedRecord, ReadRecord, ReceivedRecord
from sync.wire.calls import Item, PushItem, PushResult
from sync.wire.codec import new_id
from sync.wire.receipt import MAX_RECEIPT
from sync.wire.space import SEGMENT_DOMAIN
from tests.attacks.forger import Forger
from tests.attacks.ledger import tried
from tests.attacks.liar import retell, sync_with
from tests.hostile.member import Attack, running_attack
from tests.server.conftest import Alliance, make_alliance
from tests.support.bare_desk import BareDesk
from tests.support.wire_items import Chain, Space, found_space
from tests.support.wire_receipts import around, header_of, make, signed

HOUR = 3  # receipts that the server takes of one device in one space
AT_MS = 1_795_000_000_000


@pytest.fixture(scope="module")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    """A server that takes few receipts an hour, and a device each of AE, FR and SN."""
    made = make_alliance(tmp_path_factory.mktemp("receipts"), f"receipts_per_hour = {HOUR}\n")
    with made.secretariat:
        yield made


@pytest.fixture
def ae(alliance: Alliance) -> Iterator[BareDesk]:
    with closing(BareDesk(alliance.secretariat.url, alliance.ae).sign_in()) as desk:
        yield desk


@pytest.fixture
def fr(alliance: Alliance) -> Iterator[BareDesk]:
    with closing(BareDesk(alliance.secretariat.url, alliance.fr).sign_in()) as desk:
        yield desk


@pytest.fixture
def space(alliance: Alliance, ae: BareDesk) -> Space:
    """A space that AE leads and FR reads."""
    space = found_space(alliance.ae, {"AE": "lead", "FR": "reader"})
    ae.push(space.item, Chain(alliance.ae, space).extend())
    return space


def push(desk: BareDesk, *bodies: bytes) -> list[PushResult]:
    return desk.push(*(PushItem("receipt", body) for body in bodies))


def codes(desk: BareDesk, *bodies: bytes) -> list[str]:
    return [result.code or result.status for result in push(desk, *bodies)]


def test_a_reader_gives_receipts_once_each_and_in_order(alliance: Alliance, fr: BareDesk, space: Space) -> None:
    first, second, third = (make(alliance.fr, space.id, space.key, number=number) for number in (1, 2, 3))
    assert codes(fr, second) == ["gap"]
    (stored,) = push(fr, first)
    assert (stored.status, stored.sequence) == ("stored", 3)
    assert codes(fr, first, second, third, first) == ["known", "stored", "stored", "known"]
    assert push(fr, first)[0].sequence == 3
    assert [item.kind for item in fr.pull_all(space.id)] == ["entry", "segment", "receipt", "receipt", "receipt"]


def test_the_server_takes_no_receipt_that_its_device_did_not_sign(
    alliance: Alliance, ae: BareDesk, fr: BareDesk, space: Space
) -> None:
    with tried(
        "malicious client", "a receipt forged, of another's device, of another domain, of another space", times=5
    ):
        assert codes(fr, make(alliance.fr, space.id, space.key, device=alliance.ae.device)) == ["bad_signature"]
        assert codes(fr, make(alliance.fr, space.id, space.key, domain=SEGMENT_DOMAIN)) == ["bad_signature"]
        assert codes(fr, make(alliance.fr, space.id, space.key, epoch=new_id())) == ["unknown_epoch"]
        elsewhere = found_space(alliance.ae, {"AE": "lead"})
        ae.push(elsewhere.item)
        assert codes(fr, make(alliance.fr, elsewhere.id, elsewhere.key)) == ["no_such_space"]
        assert codes(fr, make(alliance.fr, new_id(), space.key)) == ["no_such_space"], "alike for what does not exist"
        assert len(fr.pull_all(space.id)) == 2


def test_a_number_that_was_given_is_not_given_again_for_other_bytes(
    alliance: Alliance, fr: BareDesk, space: Space
) -> None:
    with tried("malicious client", "the number of a receipt used again with other bytes"):
        assert codes(fr, make(alliance.fr, space.id, space.key)) == ["stored"]
        other = make(alliance.fr, space.id, space.key, [ReadRecord(space.id, [], AT_MS)])
        assert codes(fr, other, make(alliance.fr, space.id, space.key, number=1)) == ["fork", "fork"]


def test_a_storm_of_receipts_meets_a_quota_and_nobody_elses(
    alliance: Alliance, ae: BareDesk, fr: BareDesk, space: Space
) -> None:
    with tried("malicious client", "a storm of receipts", times=40):
        storm = [make(alliance.fr, space.id, space.key, number=number) for number in range(1, 41)]
        results = codes(fr, *storm)
        assert results[:HOUR] == ["stored"] * HOUR
        assert set(results[HOUR:]) == {"quota", "gap"}
        assert len(fr.pull_all(space.id)) == 2 + HOUR
        assert codes(ae, make(alliance.ae, space.id, space.key)) == ["stored"], "the others' receipts go on"


def test_a_receipt_beyond_its_size_is_refused(alliance: Alliance, fr: BareDesk, space: Space) -> None:
    with tried("malicious client", "a receipt beyond its size, or that is none", times=3):
        large = signed(alliance.fr, header_of(alliance.fr, space.id, space.key), bytes(MAX_RECEIPT))
        assert codes(fr, large) == ["malformed"]
        segment = Chain(alliance.fr, space).make()
        assert codes(fr, segment, make(alliance.fr, space.id, space.key)[:-1]) == ["malformed", "malformed"]


# desks


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    """A hostile member, a victim, a real server, for all tests of this module: each has a case of its own."""
    with running_attack(tmp_path_factory.mktemp("member")) as running:
        running.dakar.open()
        yield running


@pytest.fixture
def case(attack: Attack) -> str:
    """A case that the hostile member founded, the victim wrote in and asks about."""
    case = attack.found(Set("title", "Un", []))
    victim = attack.dakar.desks[0]
    attack.deliver(victim)
    victim.edit(case, "title", "Deux")
    victim.ask_receipts(case, on=True)
    victim.sync_once()
    attack.deliver(victim)
    return case


@pytest.fixture
def victim(attack: Attack, case: str) -> Desk:
    return attack.dakar.desks[0]


@pytest.fixture
def forger(attack: Attack, case: str) -> Forger:
    """The hostile device."""
    return Forger(attack.hostile, case)


def slip(victim: Desk, space: bytes, *receipts: bytes) -> None:
    """Have a server that is in league put receipts into the log that a desk pulls."""

    def add(of: bytes, items: list[Item]) -> list[Item]:
        return [*items, *(Item(1, "receipt", each) for each in receipts if of == space)]

    _, told = sync_with(victim, retell(add))
    assert told, "the desk pulled"


def said(victim: Desk, case: str) -> dict[str, ReceiptView]:
    return {one.ministry: one for one in victim.receipts(case).receipts}


def aside(victim: Desk) -> list[str]:
    return [view.code for view in victim.set_aside()]


def nudge(attack: Attack, case: str) -> None:
    """Something to pull."""
    attack.record(case, Create("person"), Set("name", "Awa", []))
    attack.send()


def test_a_desk_believes_no_receipt_that_its_author_did_not_sign_there(
    attack: Attack, forger: Forger, victim: Desk, case: str
) -> None:
    other = attack.found(Set("title", "Trois", []))
    attack.deliver(victim)
    with tried("malicious server", "a receipt forged, of another's device, replayed into another space", times=4):
        own = victim._connection.identity
        statement = [ReadRecord(forger.space, [Dependency(own.device, 2)], AT_MS)]
        forged = make(forger.keys, forger.space, forger.key, statement, number=90, device=own.device)
        unsigned = make(forger.keys, forger.space, forger.key, statement, number=91, domain="segment")
        elsewhere = make(forger.keys, bytes.fromhex(other), forger.key, statement, number=92)
        unknown = make(forger.keys, forger.space, forger.key, statement, number=93, device=new_id())
        before = said(victim, case)
        nudge(attack, case)
        slip(victim, forger.space, forged, unsigned, elsewhere, unknown)
        assert sorted(aside(victim)[:4]) == ["bad_signature", "bad_signature", "not_entitled", "unknown_device"]
        assert said(victim, case) == before
        assert victim.verify().ok


def test_the_same_number_with_other_bytes_is_set_aside_and_the_first_stands(
    attack: Attack, forger: Forger, victim: Desk, case: str
) -> None:
    with tried("malicious member", "the number of a receipt used again with other bytes, with the server's help"):
        first = make(forger.keys, forger.space, forger.key, [ReceivedRecord(forger.space, [], AT_MS)], number=50)
        other = make(forger.keys, forger.space, forger.key, [ReadRecord(forger.space, [], AT_MS)], number=50)
        nudge(attack, case)
        slip(victim, forger.space, first, first, other)
        assert said(victim, case)["AE"].read_ms == 0
        assert aside(victim)[0] == "fork"
        hashes = victim._connection.database.all("SELECT number FROM receipts WHERE number = 50")
        assert len(hashes) == 1


def test_a_bomb_opens_nowhere_and_costs_its_sender_the_number(
    attack: Attack, forger: Forger, victim: Desk, case: str
) -> None:
    with tried("malicious member", "a receipt that opens to far too much, or to none", times=4):
        zeros = zstandard.ZstdCompressor().compress(bytes(1 << 28))
        bombs = [
            around(forger.keys, forger.space, forger.key, zeros, number=60),
            around(forger.keys, forger.space, forger.key, b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8, number=61),
            make(forger.keys, forger.space, forger.key, [["x"]] * 100_000, number=62),
            make(forger.keys, forger.space, forger.key, {"a": 1}, number=63),
        ]
        assert max(map(len, bombs)) <= MAX_RECEIPT
        before = said(victim, case)
        nudge(attack, case)
        slip(victim, forger.space, *bombs)
        assert aside(victim)[:4] == ["malformed"] * 4
        assert said(victim, case) == before
        assert victim.verify().ok


def test_what_cannot_be_so_is_shown_as_a_claim(attack: Attack, forger: Forger, victim: Desk, case: str) -> None:
    own = victim._connection.identity.device
    there = [Dependency(own, 1)]
    now = victim.store.now_ms()
    claims = [
        ReadRecord(forger.space, [Dependency(own, 9_999)], now),
        ReadRecord(forger.space, [Dependency(new_id(), 1)], now),
        ReadRecord(forger.space, there, now + 10 * 365 * 86_400_000),
        DeletedRecord(forger.space, Dot(own, 1, 0), now),
    ]
    with tried("malicious member", "a receipt for changes, a time or a recall that are not", times=len(claims)):
        for number, claim in enumerate(claims, 70):
            nudge(attack, case)
            slip(victim, forger.space, make(forger.keys, forger.space, forger.key, [claim], number=number))
            assert not said(victim, case)["AE"].verified
    nudge(attack, case)
    right = make(forger.keys, forger.space, forger.key, [ReadRecord(forger.space, there, now)], number=80)
    slip(victim, forger.space, right)
    assert said(victim, case)["AE"].read_ms == now


def test_statements_on_records_that_are_elsewhere_or_nowhere_fill_no_disk(
    attack: Attack, forger: Forger, victim: Desk, case: str
) -> None:
    other = attack.found(Set("title", "Quatre", []))
    attack.deliver(victim)
    foreign = ReadRecord(bytes.fromhex(other), [], AT_MS)
    with tried("malicious member", "statements on another space's record, on records that nobody has", times=10):
        storm = [
            make(
                forger.keys,
                forger.space,
                forger.key,
                [foreign, *(ReadRecord(new_id(), [], AT_MS) for _ in range(499))],
                number=number,
            )
            for number in range(100, 110)
        ]
        nudge(attack, case)
        slip(victim, forger.space, *storm)
        kept = victim._connection.database.value(
            "SELECT count(*) FROM statements WHERE device = ?", (forger.keys.device,)
        )
        assert kept <= 1_500
        assert victim.receipts(other).receipts == ()


def test_statements_of_a_later_version_are_passed_over(attack: Attack, forger: Forger, victim: Desk, case: str) -> None:
    newer = [["forwarded", forger.space, "x"], ReadRecord(forger.space, [], 7), ["read"]]
    nudge(attack, case)
    slip(victim, forger.space, make(forger.keys, forger.space, forger.key, newer[:2], number=120))
    assert said(victim, case)["AE"].read_ms == 7
    slipped = make(forger.keys, forger.space, forger.key, newer, number=121)
    nudge(attack, case)
    slip(victim, forger.space, slipped)
    assert aside(victim)[0] == "malformed", "a known one that is not well formed"
