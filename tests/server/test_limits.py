"""What a request may be: its method, path, size, speed and shape, tried over raw sockets."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.problems import PROBLEMS, Refusal
from sync.wire import calls
from sync.wire.codec import MAX_CALL, encode
from tests.attacks.ledger import tried
from tests.server.conftest import Alliance, Dial
from tests.support.bare_desk import BareDesk
from tests.support.secretariat import ROOT

OPEN_PATHS = ("challenge", "token", "enrol")


def talk(url: str, *parts: bytes, pause_s: float = 0, wait_s: float = 10) -> bytes:
    """Send parts as they are and return all that comes until the server closes or is silent."""
    address = urlsplit(url)
    heard = b""
    with socket.create_connection((address.hostname, address.port), timeout=wait_s) as line:
        try:
            for part in parts:
                line.sendall(part)
                time.sleep(pause_s)
            while piece := line.recv(1 << 16):
                heard += piece
        except (TimeoutError, ConnectionError):
            pass
    return heard


def status_of(heard: bytes) -> int:
    """Return the status of an answer."""
    return int(heard.split(b" ", 2)[1]) if heard else 0


def is_well(alliance: Alliance) -> bool:
    """Say whether the secretariat answers as before."""
    desk = BareDesk(alliance.secretariat.url, alliance.ae)
    try:
        return desk.sign_in().ask("pull", calls.PullRequest([], 1_000)).status == 200
    finally:
        desk.close()


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/push/", "/v1//push", "/v1/../healthz", "/V1/push", "/v1/%2e%2e/x", "//x"]
)
@tried("malicious client", "a path that is none")
def test_other_paths_are_not_found_and_lead_nowhere_else(dial: Dial, alliance: Alliance, path: str) -> None:
    answer = dial(alliance.ae).send(path, b"")
    assert (answer.status, answer.code) == (404, "not_found")
    assert "location" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_calls_are_made_with_post_only(dial: Dial, alliance: Alliance, method: str) -> None:
    answer = dial(alliance.ae).send("/v1/challenge", b"", method=method)
    assert (answer.status, answer.code, answer.headers["allow"]) == (405, "method_not_allowed", "POST")


def test_a_head_request_is_answered_at_once(alliance: Alliance) -> None:
    heard = talk(alliance.secretariat.url, b"HEAD /v1/push HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert status_of(heard) == 405
    assert heard.endswith(b"\r\n\r\n")


def test_replies_carry_no_header_that_nobody_needs(dial: Dial, alliance: Alliance) -> None:
    desk = dial(alliance.ae)
    answer = desk.ask("challenge", calls.ChallengeRequest(alliance.ae.device))
    assert answer.headers == {"content-length": str(len(answer.body))}


def test_a_problem_document_is_complete_and_its_time_is_the_server_s(dial: Dial, alliance: Alliance) -> None:
    answer = dial(alliance.ae).ask("push", calls.PushRequest([]))
    problem = msgspec.json.decode(answer.body, type=calls.Problem)
    assert problem.type == "urn:tahaluf:problem:token_expired"
    assert (problem.title, problem.status, problem.code) == ("Authenticate again", 401, "token_expired")
    assert abs(problem.at_ms - time.time() * 1_000) < 60_000


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_code_has_a_document(code: str) -> None:
    document = json.loads(Refusal(code, "d" * 1_000, retry_after_s=3).document(5))
    assert document["status"] == PROBLEMS[code][0] >= 400
    assert (document["code"], document["at_ms"], document["retry_after_s"]) == (code, 5, 3)
    assert len(document["detail"]) == 300


@tried("malicious client", "an oversized or a slow upload")
def test_an_announced_body_beyond_the_limit_is_refused_before_it_comes(alliance: Alliance) -> None:
    for size in (MAX_CALL + 1, 10**15, 10**400):
        head = b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % size
        heard = talk(alliance.secretariat.url, head)
        assert status_of(heard) in (400, 413)
        assert b"connection: close" in heard
    assert is_well(alliance)


def test_a_body_that_grows_beyond_the_limit_is_cut_off(alliance: Alliance) -> None:
    head = b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    piece = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    heard = talk(alliance.secretariat.url, head, *[piece] * 17)
    assert status_of(heard) == 413
    assert is_well(alliance)


def test_a_body_of_exactly_the_limit_is_read(dial: Dial, alliance: Alliance) -> None:
    answer = dial(alliance.ae).send("/v1/enrol", b"\xc6" + (MAX_CALL - 5).to_bytes(4, "big") + bytes(MAX_CALL - 5))
    assert (answer.status, answer.code) == (400, "malformed")


@tried("malicious client", "an oversized or a slow upload")
def test_a_body_that_stalls_or_dribbles_is_given_up(own_alliance: Callable[[str], Alliance]) -> None:
    alliance = own_alliance("body_idle_s = 2\nbody_total_s = 3")
    head = b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n"
    started = time.monotonic()
    assert status_of(talk(alliance.secretariat.url, head, b"x")) == 408
    assert 1.9 < time.monotonic() - started < 2.9, "the silence, not the whole"
    started = time.monotonic()
    assert status_of(talk(alliance.secretariat.url, head, *[b"x"] * 6, pause_s=0.4)) == 408
    assert 2.9 < time.monotonic() - started < 3.9, "the whole, not the silence after the last byte"
    assert is_well(alliance)


def test_headers_are_limited(alliance: Alliance) -> None:
    start = b"POST /v1/enrol HTTP/1.1\r\n"
    assert status_of(talk(alliance.secretariat.url, start, b"x: " + b"y" * 9_000 + b"\r\n\r\n")) == 400
    assert status_of(talk(alliance.secretariat.url, start, b"x: y\r\n" * 9_000)) == 400
    assert status_of(talk(alliance.secretariat.url, b"POST /" + b"y" * 9_000 + b" HTTP/1.1\r\n\r\n")) == 400
    assert is_well(alliance)


@pytest.mark.parametrize(
    "line",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /v1/enrol HTTP/9.9\r\n\r\n",
        b"POST http://[::1 HTTP/1.1\r\n\r\n",
        b"POST /v1/enrol HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/enrol HTTP/1.1\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc",
        b"POST /v1/enrol HTTP/1.1\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/enrol HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"GET /v1/push HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade, close\r\n\r\n",
        b"\0" * 5_000,
    ],
)
@tried("malicious client", "what is no request")
def test_what_is_no_proper_request_is_turned_away(alliance: Alliance, line: bytes) -> None:
    heard = talk(alliance.secretariat.url, line, wait_s=2)
    assert status_of(heard) in (0, 400, 404, 405)
    assert is_well(alliance)


@pytest.mark.parametrize("name", sorted(calls.PATHS))
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        b"\x80",
        b"\x91" * 100_000,
        b"\x81\xa1a" * 50_000,
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\x92\xc4\x10../../etc/passwd\x00\xc4\x00",
        b"\x92\xa4\xed\xa0\x80x\x01",
        b"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00",
        encode([["../..", 0]]),
        encode(["' OR 1=1 --", 1, [b"x"]]),
        encode([b"", -1, [], 1 << 40]),
    ],
)
@tried("malicious client", "a body that is not the call's: deep, endless, a path, a statement")
def test_bodies_that_are_not_the_call_s_are_malformed(
    connect: Dial, alliance: Alliance, name: str, body: bytes
) -> None:
    answer = connect(alliance.ae).send(calls.PATHS[name], body)
    assert (answer.status, answer.code) == (400, "malformed")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_bring_a_fault(connect: Dial, alliance: Alliance, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(set(calls.PATHS) - {"poll"})))
    body = data.draw(
        st.one_of(
            st.binary(max_size=300),
            st.recursive(
                st.one_of(st.binary(max_size=40), st.integers(-(2**63), 2**64 - 1), st.text(max_size=20), st.none()),
                lambda inner: st.lists(inner, max_size=4),
                max_leaves=12,
            ).map(encode),
        )
    )
    desk = connect(alliance.ae)
    answer = desk.send(calls.PATHS[name], body)
    desk.close()
    assert answer.status < 500


def test_a_reply_to_a_request_cut_short_is_not_waited_for(alliance: Alliance) -> None:
    head = b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n"
    address = urlsplit(alliance.secretariat.url)
    for _ in range(20):
        with socket.create_connection((address.hostname, address.port)) as line:
            line.sendall(head + b"x")
    assert is_well(alliance)


def test_requests_sent_ahead_are_answered_in_order(alliance: Alliance) -> None:
    body = encode(calls.ChallengeRequest(alliance.ae.device))
    one = b"POST /v1/challenge HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    last = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    heard = talk(alliance.secretariat.url, one + one + last)
    assert heard.count(b"HTTP/1.1 200") == 3
    assert heard.endswith(b'"version":"0.1.0"}')


def test_as_many_desks_may_wait_as_the_settings_say() -> None:
    script = (
        "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (100, 500))\n"
        "from server.running import allow_connections as allow\n"
        "for number in (20, 300, 9_000): allow(number); print(r.getrlimit(r.RLIMIT_NOFILE))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:3] == ["(100, 500)", "(364, 500)", "(500, 500)"]


def test_health_says_little(dial: Dial, alliance: Alliance) -> None:
    answer = dial(alliance.ae).send("/healthz", b"", method="GET")
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok", "version": "0.1.0"})


def test_open_calls_need_no_token_and_the_others_do(dial: Dial, alliance: Alliance) -> None:
    for name, path in calls.PATHS.items():
        expected = 400 if name in OPEN_PATHS else 401
        assert dial(alliance.ae).send(path, b"").status == expected
