"""A network that does everything wrong between real desks and a real server: nothing is lost, all end alike."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from sync.transport import CALL_S, HttpTransport
from sync.wire.calls import PushReply, PushRequest, PushResult
from tests.attacks.ledger import tried
from tests.support.alliance import Alliance, running_alliance
from tests.support.faulty_proxy import FAULTS
from tests.support.storm import run_storm

T = TypeVar("T", bound=msgspec.Struct)
STORMS = 4  # apart from each other, so that two processes can share them; `make soak` has all requests in one
REQUESTS = int(os.environ.get("TAHALUF_STORM_REQUESTS", "10000")) // STORMS
SEED = int(os.environ.get("TAHALUF_STORM_SEED", "20261124"))


@pytest.mark.parametrize("number", range(STORMS))
def test_whatever_the_network_does_nothing_is_lost_and_all_desks_end_alike(tmp_path: Path, number: int) -> None:
    with tried("faults", "a request through a proxy that cuts, delays, doubles, truncates, corrupts", times=REQUESTS):
        outcome = run_storm(tmp_path, REQUESTS, SEED + number)
        assert outcome.requests >= REQUESTS
        assert set(FAULTS) <= set(outcome.befell)
        assert sum(outcome.failed.values()) > REQUESTS // 50, "the faults were felt"
        assert outcome.saved > REQUESTS // 10
        assert (outcome.lost, outcome.refused, outcome.unsent) == (0, 0, 0)
        assert outcome.same
        assert outcome.verified


class Misreading(HttpTransport):
    """A way on which the server says of the first pushes that their items are not as they were made."""

    def __init__(self, url: str, code: str, times: int) -> None:
        super().__init__(url)
        self._code = code
        self.left = times

    def call(
        self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = CALL_S
    ) -> T:
        """Call; a push may not get there."""
        if name == "push" and self.left:
            self.left -= 1
            assert isinstance(request, PushRequest)
            return PushReply([PushResult("refused", self._code) for _ in request.items])  # type: ignore[return-value]
        return super().call(name, request, reply, token=token, timeout_s=timeout_s)


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat and two desks."""
    with running_alliance(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    "code", ["malformed", "bad_signature", "unknown_suite", "not_entitled", "no_such_device", "no_such_member"]
)
def test_an_item_that_came_as_another_is_sent_again_and_not_set_aside(alliance: Alliance, code: str) -> None:
    with tried("faults", "a push whose bytes turned over on the way"):
        dakar, abu_dhabi = alliance.desks()
        case = dakar.new_case({"title": "Nord"}, ("AE",)).record
        way = Misreading(alliance.server.url, code, 2)
        report = dakar.sync_once(make_transport=lambda _url, _ca: way)
        assert (report.unsent, report.refused, way.left) == (0, 0, 0)
        abu_dhabi.sync_once()
        assert abu_dhabi.show(case).fields["title"].value == "Nord"


def test_a_server_that_goes_on_refusing_is_believed_and_the_item_is_shown_as_set_aside(alliance: Alliance) -> None:
    with tried("malicious server", "good items refused as badly signed for ever"):
        dakar, _ = alliance.desks()
        dakar.new_case({"title": "Nord"}, ("AE",))
        way = Misreading(alliance.server.url, "bad_signature", 1_000)
        report = dakar.sync_once(make_transport=lambda _url, _ca: way)
        assert report.refused > 0
        assert way.left > 980, "a few tries, not an endless number"
        assert {view.code for view in dakar.set_aside()} == {"bad_signature"}
