"""Evidence files on their way: text first, paused, held to a bandwidth, cut and gone on with."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, TypeVar

import msgspec
import pytest

from desktop.casework.carry_views import BlobMove
from desktop.desk import Desk
from desktop.desk.moving import Pace
from desktop.desk.syncer import Listeners, Syncer
from desktop.settings import Settings
from sync.errors import Cancelled, NoConnection
from sync.mover import Throttle
from sync.transport import CALL_S, HttpTransport
from sync.wire.chunks import CHUNK_PLAIN
from tests.support.alliance import Alliance, running_alliance

T = TypeVar("T", bound=msgspec.Struct)
CHUNKS = 5


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat and two desks."""
    with running_alliance(tmp_path) as made:
        yield made


class Cutting(HttpTransport):
    """A way that breaks at the n-th call of a name, and counts those before."""

    calls: ClassVar[list[str]] = []
    breaks_at: ClassVar[int] = 0

    def call(
        self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = CALL_S
    ) -> T:
        """Call, unless it is time to break."""
        if name.startswith("chunk_") and name != "chunk_have":
            if self.breaks_at and len(self.calls) >= self.breaks_at:
                raise NoConnection("cut")
            self.calls.append(name)
        return super().call(name, request, reply, token=token, timeout_s=timeout_s)


def cutting(at: int) -> type[Cutting]:
    return type("CutAt", (Cutting,), {"calls": [], "breaks_at": at})


def sync(desk: Desk, way: type[Cutting]) -> None:
    desk.sync_once(make_transport=lambda url, _: way(url))


def attached(alliance: Alliance) -> tuple[Desk, Desk, str]:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    film = alliance.dakar.home.parent / "film"
    film.write_bytes(secrets.token_bytes(CHUNKS * CHUNK_PLAIN - 7))
    dakar.attach(case, film)
    return dakar, abu_dhabi, case


def test_what_was_cut_goes_on_where_it_was_both_ways(alliance: Alliance, tmp_path: Path) -> None:
    dakar, abu_dhabi, case = attached(alliance)
    first = cutting(3)
    with pytest.raises(NoConnection):
        sync(dakar, first)
    assert not dakar.files(case)[0].sent
    rest = cutting(0)
    sync(dakar, rest)
    assert dakar.files(case)[0].sent
    assert len(first.calls) + len(rest.calls) == CHUNKS + 1  # the manifest goes last
    abu_dhabi.sync_once()
    abu_dhabi.fetch_file(case, "film")
    first = cutting(4)  # the manifest and three chunks
    with pytest.raises(NoConnection):
        sync(abu_dhabi, first)
    (move,) = abu_dhabi.moves()
    assert (move.way, 0 < move.moved < move.size) == ("fetch", True)
    rest = cutting(0)
    sync(abu_dhabi, rest)
    assert len(rest.calls) < CHUNKS
    abu_dhabi.open_file(case, "film", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == (tmp_path / "film").read_bytes()


def test_text_goes_before_files(alliance: Alliance) -> None:
    dakar, _, case = attached(alliance)
    dakar.edit(case, "title", "Sud")
    names: list[str] = []

    class Noting(HttpTransport):
        def call(
            self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = CALL_S
        ) -> T:
            names.append(name)
            return super().call(name, request, reply, token=token, timeout_s=timeout_s)

    dakar.sync_once(make_transport=lambda url, _: Noting(url))
    assert max(n for n, name in enumerate(names) if name == "push") < names.index("chunk_put")


def test_a_pace_waits_for_text_and_for_the_officer_and_ends_when_it_is_told() -> None:
    waits, paused = [True], [False]
    pace = Pace(paused=lambda: paused[0], text_waits=lambda: waits[0])
    done = threading.Event()

    def go_on() -> None:
        pace.go_on()
        done.set()

    thread = threading.Thread(target=go_on)
    thread.start()
    assert not done.wait(0.3)
    waits[0] = False
    assert done.wait(5)
    thread.join()
    paused[0] = True
    ended: list[str] = []

    def until_told() -> None:
        try:
            pace.go_on()
        except Cancelled:
            ended.append("cancelled")

    thread = threading.Thread(target=until_told)
    thread.start()
    pace.stopped.set()
    thread.join(5)
    assert ended == ["cancelled"]


def test_a_throttle_holds_bytes_to_the_limit_and_follows_a_change_of_it() -> None:
    now, slept, limit = [0.0], list[float](), [1_000]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    throttle = Throttle(lambda: limit[0], clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        throttle.wait(2_000)
    assert slept == [2.0, 2.0]
    limit[0] = 0
    throttle.wait(1_000_000)
    assert slept == [2.0, 2.0]


def test_files_move_while_the_desk_listens_and_stop_while_they_are_paused(alliance: Alliance) -> None:
    dakar, _, case = attached(alliance)
    settings = Settings(alliance.dakar.home, dakar.profile)
    settings.set(blobs_paused=True)
    moves: list[BlobMove] = []
    listeners = Listeners(lambda _: None, lambda _: None, lambda _: None, moves.append)
    syncer = Syncer(dakar._store, dakar.profile, alliance.server.url, listeners)
    thread = threading.Thread(target=syncer.run)
    thread.start()
    until = time.monotonic() + 60
    while dakar.unsent() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    assert all(move.moved == 0 for move in moves)
    Settings(alliance.dakar.home, dakar.profile).set(blobs_paused=False)
    while not dakar.files(case)[0].sent and time.monotonic() < until:
        time.sleep(0.05)
    syncer.stop()
    thread.join(30)
    assert dakar.files(case)[0].sent
    assert [move.moved for move in moves if move.way == "send"] == sorted(
        move.moved for move in moves if move.way == "send"
    )
    assert moves[-1].sent
