"""A member that holds proper keys and breaks every other rule: others' desks neither differ, nor stop, nor swell."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

import pytest
import zstandard

from desktop.desk import Desk
from desktop.store import states as store_states
from sync.changes import Add, Create, Set, Write
from sync.wire.codec import MAX_HEADS, encode, new_id
from sync.wire.space import Segment, read_segment
from tests.attacks.forger import Forger, malleable
from tests.attacks.ledger import tried
from tests.hostile.member import Attack, running_attack
from tests.support.storm import states

BOMB = 100_000  # values of one field, side by side
AT_ONCE = 1_000  # operations in a change
SWELL_MIB = 200  # what the bomb may cost in memory
LATEST_OWN = (
    "SELECT g.data FROM segments g JOIN chains c ON c.n = g.n >> 32 WHERE c.own = 1 AND c.space ="
    " (SELECT max(n) FROM spaces WHERE founding IS NOT NULL)"
)
FROZEN_S = 30.0  # what no machine may need, however busy


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    """A hostile member, a victim, a real server, for all tests of this module: each has a case of its own."""
    with running_attack(tmp_path_factory.mktemp("member")) as running:
        running.dakar.open()
        yield running


@pytest.fixture
def case(attack: Attack) -> str:
    """A case that the hostile member founded and the victim has."""
    case = attack.found(Set("title", "Un", []))
    attack.deliver(attack.dakar.desks[0])
    return case


@pytest.fixture
def victim(attack: Attack, case: str) -> Desk:
    """The desk that is attacked."""
    return attack.dakar.desks[0]


@pytest.fixture
def forger(attack: Attack, case: str) -> Forger:
    """The hostile device."""
    return Forger(attack.hostile, case)


def title(desk: Desk, case: str) -> object:
    """The title that stands alone."""
    return desk.show(case).fields["title"].value


def aside(desk: Desk) -> set[str]:
    """Codes of what was set aside."""
    return {view.code for view in desk.set_aside()}


def goes_on(attack: Attack, forger: Forger, victim: Desk, case: str) -> None:
    """The next proper segment is taken, what is shown is what was said, and the store verifies."""
    over = [value.dot for value in victim._connection.reads.standing(case).state.registers["title"]]
    proper = forger.go_on(forger.segment(forger.change(forger.space, Set("title", "Proper", over))))
    assert [result.status for result in forger.push(attack.server.url, proper)] == ["stored"]
    for _ in range(2):
        victim.sync_once()
    assert title(victim, case) == "Proper"
    assert victim.verify().ok


def test_a_second_signature_made_from_a_first_is_refused_by_server_and_desk(
    attack: Attack, forger: Forger, victim: Desk, case: str
) -> None:
    with tried("malicious member", "a malleable signature (S + L)", times=2):
        segment = malleable(forger.segment(forger.change(forger.space, Set("title", "Malleable", []))))
        assert [result.code for result in forger.push(attack.server.url, segment)] == ["bad_signature"]
        proper = forger.go_on(forger.segment(forger.change(forger.space, Set("lead", "x", []))))
        forger.push(attack.server.url, proper)
        forger.slip(victim, segment)
        assert title(victim, case) == "Un"
        assert aside(victim)
        goes_on(attack, forger, victim, case)


def test_anothers_ciphertext_under_ones_own_header_does_not_open(
    attack: Attack, forger: Forger, victim: Desk, case: str
) -> None:
    with tried("malicious member", "another's ciphertext copied"):
        victim.edit(case, "title", "Dakar wrote this")
        victim.sync_once()
        database = victim._connection.database
        stolen = read_segment(database.value(LATEST_OWN))[0]
        copied = forger.go_on(forger.signed(forger.header(), stolen.sealed))
        assert [result.status for result in forger.push(attack.server.url, copied)] == ["stored"], "it is a signed one"
        report = victim.sync_once()
        assert (report.applied, report.refused) == (0, 1)
        assert title(victim, case) == "Dakar wrote this"
        goes_on(attack, forger, victim, case)


def test_anothers_signature_and_name_do_not_make_a_segment_theirs(
    attack: Attack, forger: Forger, victim: Desk, case: str
) -> None:
    with tried("malicious member", "another's signature copied, another's name written", times=3):
        victim.edit(case, "title", "Dakar wrote this")
        victim.sync_once()
        database = victim._connection.database
        (data,) = database.one(LATEST_OWN)
        theirs, _ = read_segment(data)
        mine, _ = read_segment(forger.segment(forger.change(forger.space, Set("title", "Forged", []))))
        forged = [
            encode(Segment(mine.header, mine.sealed, theirs.signature)),
            encode(Segment(theirs.header, mine.sealed, theirs.signature)),
            forger.signed(theirs.header, mine.sealed),
        ]
        codes = [result.code for result in forger.push(attack.server.url, *forged)]
        assert set(codes) <= {"bad_signature", "not_entitled"}
        proper = forger.go_on(forger.segment(forger.change(forger.space, Set("lead", "x", []))))
        forger.push(attack.server.url, proper)
        forger.slip(victim, *forged)
        assert title(victim, case) == "Dakar wrote this"
        goes_on(attack, forger, victim, case)


def test_a_member_that_forks_its_own_chain_is_kept_to_what_it_said_first(
    attack: Attack, forger: Forger, victim: Desk, case: str
) -> None:
    with tried("malicious member", "forking its own chain", times=2):
        one = forger.segment(forger.change(forger.space, Set("lead", "To Dakar", [])))
        two = forger.segment(forger.change(forger.space, Set("lead", "To Rome", [])))
        results = forger.push(attack.server.url, one, two)
        assert [(result.status, result.code) for result in results] == [("stored", ""), ("refused", "fork")]
        forger.go_on(one)
        forger.slip(victim, two)
        assert victim.show(case).fields["lead"].value == "To Dakar"
        assert "fork" in aside(victim)
        goes_on(attack, forger, victim, case)


@pytest.mark.parametrize("at_ms", [-(2**53) + 1, 0, 2**53 - 1])
@pytest.mark.parametrize("stamp", [0, 2**63 - 1])
def test_no_time_that_a_member_claims_decides_anything(
    attack: Attack, forger: Forger, victim: Desk, case: str, at_ms: int, stamp: int
) -> None:
    with tried("malicious member", "a time that is long past or far ahead"):
        victim.edit(case, "lead", "Dakar")
        forger.at_ms, forger.stamp = at_ms, stamp
        segment = forger.go_on(forger.segment(forger.change(forger.space, Set("lead", "Claimed", []))))
        forger.push(attack.server.url, segment)
        for _ in range(2):
            victim.sync_once()
        assert {value.value for value in victim.show(case).fields["lead"].values} == {"Dakar", "Claimed"}
        later = victim.new_case({"title": "Deux"}).record
        assert victim.edit(later, "title", "Trois").records
        assert victim.resolve(case, "lead", "Decided").records
        assert victim.show(case).fields["lead"].value == "Decided"
        goes_on(attack, forger, victim, case)


def bombs() -> dict[str, tuple[bytes, int]]:
    """Bodies that are far more, or other, than they look."""
    packer = zstandard.ZstdCompressor(level=3, write_content_size=True)
    unsized = zstandard.ZstdCompressor(level=3, write_content_size=False)
    deep = b"\x91" * 200_000 + b"\xc0"
    return {
        "8 MiB of zeros": (packer.compress(encode([bytes(8 << 20)])), 1),
        "a gigabyte of zeros": (zeros(1 << 30), 1),
        "no size given": (unsized.compress(encode([b"x"])), 1),
        "200,000 levels deep": (packer.compress(encode([deep])), 1),
        "fewer changes than it says": (packer.compress(encode([b"x"])), 7),
        "no frame at all": (b"\x00" * 200, 1),
        "not a list": (packer.compress(b"\xcb\x7f\xf8" + bytes(6)), 1),
    }


def zeros(size: int) -> bytes:
    """So many zeros as one frame, made without holding them."""
    packer = zstandard.ZstdCompressor(level=3).compressobj(size=size)
    parts = [packer.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join(parts) + packer.flush()


@pytest.mark.parametrize("what", bombs())
def test_a_body_that_is_a_bomb_is_an_unreadable_change_and_no_more(
    attack: Attack, forger: Forger, victim: Desk, case: str, what: str
) -> None:
    with tried("malicious member", "a sealed body made to break its reader"):
        plain, count = bombs()[what]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        forger.push(attack.server.url, forger.go_on(forger.around(plain, count)))
        report = victim.sync_once()
        assert (report.applied, report.refused) == (0, count)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10
        goes_on(attack, forger, victim, case)


def test_more_values_than_one_operation_can_supersede_are_decided_alike_everywhere(attack: Attack, case: str) -> None:
    with tried("malicious member", "more values than one list may name"):
        for number in range(5):
            attack.write(case, case, *(Set("lead", f"{number}.{n}", []) for n in range(AT_ONCE)))
            attack.write(case, case, *(Add("countries", "SN", []) for _ in range(AT_ONCE)))
        victim = attack.dakar.desks[0]
        attack.deliver(victim)
        assert len(victim._connection.reads.standing(case).state.registers["lead"]) > MAX_HEADS
        victim.resolve(case, "lead", "Decided")
        victim.edit(case, "countries", [])
        victim.sync_once()
        attack.hostile.sync_once()
        assert states(victim)[case] == states(attack.hostile)[case]
        assert victim.show(case).fields["lead"].value == "Decided"
        assert victim.show(case).fields["countries"].elements == ()
        assert victim.verify().ok


def test_a_record_beyond_all_use_takes_no_more_and_nothing_else_waits_for_it(
    attack: Attack, victim: Desk, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tried("malicious member", "a record that grows without end"):
        person = attack.record(case, Create("person"), Set("name", "P", []))
        attack.send()
        forger = Forger(attack.hostile, case)
        segments = [
            forger.go_on(forger.segment(forger.change(forger.space, Set("lead", f"{number}" + "x" * 200_000, []))))
            for number in range(8)
        ]
        segments.append(forger.go_on(forger.segment(forger.change(forger.space, Write("summary", "too late")))))
        pilot = forger.change(bytes.fromhex(person), Set("occupation", "Pilot", []))
        segments.append(forger.go_on(forger.segment(pilot)))
        monkeypatch.setattr(store_states, "MAX_STATE", 500_000)
        for segment in segments:
            forger.push(attack.server.url, segment)
            victim.sync_once()
        assert victim.show(person).fields["occupation"].value == "Pilot"
        assert 0 < len(victim.show(case).fields["lead"].values) < 8
        refused = victim._connection.database.all("SELECT refused FROM changes WHERE refused = 'record_too_large'")
        assert len(refused) == 6
        assert victim.verify().ok
        assert victim.new_case({"title": "Deux"}).records


def test_ids_of_others_records_are_not_taken_over_from_another_space(attack: Attack, victim: Desk, case: str) -> None:
    with tried("malicious member", "another space's record written to"):
        secret = victim.new_case({"title": "Secret"}, ("SN",)).record
        victim.sync_once()
        attack.write(case, secret, Set("title", "Taken over", []))
        attack.write(case, new_id().hex(), Create("person"), Set("name", "P", []))
        attack.deliver(victim)
        assert title(victim, secret) == "Secret"
        assert victim.verify().ok


def test_a_hundred_thousand_values_of_one_field_neither_hang_nor_swell_a_desk_and_can_be_decided(
    attack: Attack, forger: Forger, victim: Desk, case: str
) -> None:
    with tried("malicious member", "a merge bomb of 100,000 values side by side"):
        segments = [
            forger.go_on(
                forger.segment(
                    forger.change(forger.space, *(Set("lead", f"Officer {number}.{n}", []) for n in range(AT_ONCE)))
                )
            )
            for number in range(BOMB // AT_ONCE)
        ]
        assert {result.status for result in forger.push(attack.server.url, *segments)} == {"stored"}
        before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
        victim.edit(case, "lead", "Dakar")
        for _ in range(2):
            victim.sync_once()
        field = victim.show(case).fields["lead"]
        assert len(field.values) + field.hidden == BOMB + 1
        assert len(field.values) <= 1_000
        assert "Dakar" in {value.value for value in field.values}, "nobody's own value is pushed out of sight"
        (conflict,) = [one for one in victim.conflicts() if one.record == case]
        assert len(conflict.values) <= 1_000
        assert victim.resolve(case, "lead", "Decided").records
        assert victim.show(case).fields["lead"].value == "Decided"
        assert time.monotonic() - started < FROZEN_S * 2
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < SWELL_MIB << 10
        goes_on(attack, forger, victim, case)
