"""A client that holds a device's keys, or none, and sends the real server what it likes: nothing written or learnt."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from server.throttle import ADDRESSES, Throttle
from sync.errors import NotEnrolled
from sync.keys import new_device_keys
from sync.link import Link
from sync.transport import CALL_S, HttpTransport
from sync.wire import calls
from sync.wire.chunks import ChunkGetRequest, ChunkHaveRequest, ChunkPutRequest
from sync.wire.codec import MAX_CALL, NO_HASH, encode
from sync.wire.snapshot import SnapshotRequest, SnapshotWanted
from tests.attacks.ledger import tried
from tests.server.conftest import Alliance, make_alliance
from tests.server.test_limits import is_well, status_of, talk
from tests.support.bare_desk import Answer, BareDesk
from tests.support.secretariat import free_port
from tests.support.wire_items import Chain, Space, found_space, grant_to

T = TypeVar("T", bound=msgspec.Struct)
ROUNDS = 150  # of each kind of probe: what differs by a tenth is seen, what a busy machine does is not


@pytest.fixture(scope="module")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    """A running secretariat, with a device each of AE, FR and SN."""
    made = make_alliance(tmp_path_factory.mktemp("clients"), "body_idle_s = 1\nbody_total_s = 2\n")
    with made.secretariat:
        yield made


@pytest.fixture
def ae(alliance: Alliance) -> Iterator[BareDesk]:
    """The device that owns the spaces."""
    desk = BareDesk(alliance.secretariat.url, alliance.ae).sign_in()
    yield desk
    desk.close()


@pytest.fixture
def intruder(alliance: Alliance) -> Iterator[BareDesk]:
    """A device of a ministry that is no member of them."""
    desk = BareDesk(alliance.secretariat.url, alliance.sn).sign_in()
    yield desk
    desk.close()


@pytest.fixture
def space(alliance: Alliance, ae: BareDesk) -> Space:
    """A space of AE and FR with one segment."""
    space = found_space(alliance.ae, {"AE": "lead", "FR": "reader"})
    assert {result.status for result in ae.push(space.item, Chain(alliance.ae, space).extend())} == {"stored"}
    return space


def test_nobody_writes_where_it_is_no_member_or_only_reads(
    alliance: Alliance, ae: BareDesk, intruder: BareDesk, space: Space
) -> None:
    with tried("malicious client", "writing where it is no member, or only reads, or as another", times=5):
        before = ae.pull_all(space.id)
        foreign = Chain(alliance.sn, space).extend()
        assert [result.code for result in intruder.push(foreign)] == ["no_such_space"]
        reader = BareDesk(alliance.secretariat.url, alliance.fr).sign_in()
        assert [result.code for result in reader.push(Chain(alliance.fr, space).extend())] == ["not_entitled"]
        as_another = Chain(alliance.ae, space).extend()
        assert [result.code for result in intruder.push(as_another)] == ["no_such_space"]
        signed_by_me = Chain(alliance.ae, space).make(signer=alliance.sn)
        assert [result.code for result in ae.push(calls.PushItem("segment", signed_by_me))] == ["bad_signature"]
        founded_for_others = found_space(alliance.sn, {"AE": "lead"})
        assert [result.code for result in intruder.push(founded_for_others.item)] == ["not_entitled"]
        assert ae.pull_all(space.id) == before
        reader.close()


def test_a_number_that_was_used_is_not_used_again_for_other_bytes(alliance: Alliance, ae: BareDesk) -> None:
    with tried("malicious client", "a sequence used again with other bytes", times=3):
        space = found_space(alliance.ae, {"AE": "lead"})
        chain = Chain(alliance.ae, space)
        first = chain.extend()
        second = chain.extend()
        ae.push(space.item, first, second)
        before = ae.pull_all(space.id)
        again = [
            Chain(alliance.ae, space).extend(),
            calls.PushItem("segment", chain.make(first=2, previous=NO_HASH)),
            calls.PushItem("segment", chain.make(first=1, count=3, previous=NO_HASH)),
        ]
        assert [result.code for result in ae.push(*again)] == ["fork"] * 3
        assert [result.status for result in ae.push(first, second)] == ["known", "known"]
        assert ae.pull_all(space.id) == before


def test_what_is_too_large_or_too_slow_is_turned_away_and_the_others_are_served(alliance: Alliance) -> None:
    url = alliance.secretariat.url
    with tried("malicious client", "an oversized or a slow upload", times=4):
        head = b"POST /v1/push HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %s\r\n"
        desk = BareDesk(url, alliance.ae).sign_in()
        head %= desk.token.encode()
        assert status_of(talk(url, head + b"content-length: %d\r\n\r\n" % (MAX_CALL + 1))) == 413
        piece = b"10000\r\n" + bytes(0x10000) + b"\r\n"
        assert status_of(talk(url, head + b"transfer-encoding: chunked\r\n\r\n", *[piece] * 17)) == 413
        started = time.monotonic()
        assert status_of(talk(url, head + b"content-length: 100\r\n\r\n", b"x")) == 408
        assert status_of(talk(url, head + b"content-length: 100\r\n\r\n", *[b"x"] * 5, pause_s=0.45)) == 408
        assert time.monotonic() - started < 10
        assert is_well(alliance)
        desk.close()


def probes(space: bytes, chain: Chain) -> dict[str, Callable[[BareDesk], Answer]]:
    """Everything that names a space."""
    segment = calls.PushItem("segment", chain.make())
    return {
        "pull": lambda desk: desk.ask("pull", calls.PullRequest([calls.Cursor(space, 0, NO_HASH)], 1_000)),
        "pull further on": lambda desk: desk.ask("pull", calls.PullRequest([calls.Cursor(space, 1, bytes(32))], 1_000)),
        "push": lambda desk: desk.ask("push", calls.PushRequest([segment])),
        "snapshot": lambda desk: desk.send(
            calls.PATHS["snapshot"], encode(SnapshotRequest([SnapshotWanted(space, 0)], 1_000))
        ),
        "chunks there": lambda desk: desk.send(calls.PATHS["chunk_have"], encode(ChunkHaveRequest(space, [bytes(32)]))),
        "a chunk": lambda desk: desk.send(calls.PATHS["chunk_get"], encode(ChunkGetRequest(space, bytes(32)))),
        "a chunk sent": lambda desk: desk.send(
            calls.PATHS["chunk_put"], encode(ChunkPutRequest(space, bytes(32), bytes(64)))
        ),
    }


def test_a_space_of_others_and_none_are_answered_with_the_same_bytes(
    alliance: Alliance, intruder: BareDesk, space: Space
) -> None:
    absent = found_space(alliance.ae, {"AE": "lead"})
    for name in probes(space.id, Chain(alliance.sn, space)):
        with tried("malicious client", "probing for a space: the answers"):
            there = probes(space.id, Chain(alliance.sn, space))[name](intruder)
            nowhere = probes(absent.id, Chain(alliance.sn, absent))[name](intruder)
            if there.status == 200:
                mentioned = there.body.replace(space.id, absent.id)
                assert (there.status, there.headers, mentioned) == (nowhere.status, nowhere.headers, nowhere.body)
            else:
                assert (there.status, there.code) == (nowhere.status, nowhere.code)
    with tried("malicious client", "probing for a space: the answers", times=2):
        assert space.id not in intruder.ask("heads", calls.HeadsRequest(b"", 5_000)).body
        assert space.id not in intruder.ask("poll", calls.PollRequest(b"", 0, [], 0)).body


def test_a_space_of_others_and_none_take_the_same_time(alliance: Alliance, intruder: BareDesk, space: Space) -> None:
    absent = found_space(alliance.ae, {"AE": "lead"})
    for name in ("pull", "push"):
        with tried("malicious client", "probing for a space: the time", times=2 * ROUNDS):
            there = probes(space.id, Chain(alliance.sn, space))[name]
            nowhere = probes(absent.id, Chain(alliance.sn, absent))[name]
            took: dict[bool, list[float]] = {True: [], False: []}
            for number in range(2 * ROUNDS):  # by turns, so that what else the machine does falls on both alike
                started = time.perf_counter()
                (there if number % 2 else nowhere)(intruder)
                took[bool(number % 2)].append(time.perf_counter() - started)
            lower = [statistics.quantiles(times, n=4)[0] for times in took.values()]
            assert abs(lower[0] - lower[1]) < 0.25 * max(lower) + 0.000_2, lower


def test_nothing_is_told_without_a_token_and_none_is_given_to_a_stranger(alliance: Alliance) -> None:
    stranger = BareDesk(alliance.secretariat.url, new_device_keys())
    named = BareDesk(alliance.secretariat.url, alliance.ae)
    with tried("malicious client", "calls without a token, or with another's name", times=len(calls.PATHS) + 2):
        for name in sorted(set(calls.PATHS) - {"challenge", "token", "enrol"}):
            assert stranger.send(calls.PATHS[name], b"\x90").status == 401
        challenge = stranger.call("challenge", calls.ChallengeRequest(stranger.keys.device))
        unknown = stranger.ask("token", stranger.answer_to(challenge))
        challenge = named.call("challenge", calls.ChallengeRequest(alliance.ae.device))
        forged = named.ask("token", named.answer_to(challenge, signer=alliance.sn))
        assert (unknown.status, unknown.code) == (forged.status, forged.code) == (403, "not_enrolled")
    stranger.close()
    named.close()


class Elsewhere(HttpTransport):
    """Reaches the server that it was made for, whatever address the desk was told since."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._true = self.url

    def call(
        self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = CALL_S
    ) -> T:
        """Call the one that it was made for."""
        told, self.url = self.url, self._true
        try:
            return super().call(name, request, reply, token=token, timeout_s=timeout_s)
        finally:
            self.url = told


def test_a_sign_in_that_another_server_hands_on_opens_nothing(tmp_path: Path) -> None:
    port = free_port()
    own = make_alliance(tmp_path, f'addresses = ["127.0.0.1:{port}"]\n')
    own.secretariat._port = port
    with own.secretariat, tried("malicious server", "a sign-in handed on to the real server"):
        way = Elsewhere(own.secretariat.url)
        poll = calls.PollRequest(b"", 0, [], 0)
        assert Link(way, own.ae).call("poll", poll, calls.PollReply).feed
        way.url = "https://secretariat.example"  # where the desk believes to be
        with pytest.raises(NotEnrolled):
            Link(way, own.ae).call("poll", poll, calls.PollReply)


def test_an_address_that_calls_without_end_is_told_to_wait(tmp_path: Path) -> None:
    own = make_alliance(tmp_path, "open_calls_per_minute = 30\n")
    with own.secretariat, tried("malicious client", "a flood of calls that need no token", times=60):
        desk = BareDesk(own.secretariat.url, own.ae)
        asked = [desk.ask("challenge", calls.ChallengeRequest(secrets.token_bytes(16))) for _ in range(60)]
        refused = [answer for answer in asked if answer.status != 200]
        assert 25 <= len(refused) <= 30
        assert {(answer.status, answer.code) for answer in refused} == {(503, "busy")}
        assert all(answer.problem["retry_after_s"] >= 1 for answer in refused)
        assert desk.send("/healthz", b"", method="GET").status == 200
        desk.close()


def test_the_memory_of_a_throttle_is_bounded_and_a_bucket_fills_again() -> None:
    now = [0.0]
    throttle = Throttle(60, lambda: now[0])
    assert [throttle.wait_s("a") for _ in range(60)] == [0.0] * 60
    assert throttle.wait_s("a") == pytest.approx(1.0)
    now[0] = 1.0
    assert [throttle.wait_s("a") for _ in range(2)] == [0.0, pytest.approx(1.0)]
    for number in range(ADDRESSES + 5):
        throttle.wait_s(f"b{number}")
    assert len(throttle._buckets) == ADDRESSES


def test_quotas_hold_for_one_ministry_and_not_for_the_others(tmp_path: Path) -> None:
    own = make_alliance(tmp_path, "ministry_bytes = 1048576\nspaces_per_hour = 5\ninbox_grants = 3\n")
    with own.secretariat, tried("malicious client", "storing, founding and granting without end", times=3):
        greedy, other = (BareDesk(own.secretariat.url, keys).sign_in() for keys in (own.ae, own.fr))
        spaces = [found_space(own.ae, {"AE": "lead"}) for _ in range(8)]
        results = greedy.push(*(one.item for one in spaces))
        assert [result.code for result in results] == [""] * 5 + ["quota"] * 3
        grants = [grant_to(own.ae, own.members["FR"].certificate(own.fr), [spaces[0]]) for _ in range(5)]
        assert [result.code for result in greedy.push(*grants)] == [""] * 3 + ["quota"] * 2
        chain = Chain(own.ae, spaces[0])
        codes = [greedy.push(chain.extend(bytes(300_000)))[0].code for _ in range(4)]
        assert codes[:3] == ["", "", ""]
        assert codes[3] == "quota"
        theirs = found_space(own.fr, {"FR": "lead"})
        assert [result.status for result in other.push(theirs.item)] == ["stored"]
        greedy.close()
        other.close()
