"""Whatever is pushed, by whom, together or apart, a reader who follows feed and cursors ends with the whole log."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.wire.calls import Cursor, Item
from sync.wire.codec import NO_HASH
from sync.wire.space import Role
from tests.server.conformance.bench import Bench
from tests.server.conformance.conftest import IMPLEMENTATIONS
from tests.support.bare_desk import follow
from tests.support.wire_items import Chain, Space, found_space

PUSH = st.tuples(st.sampled_from(["ae", "fr", "sn"]), st.integers(0, 2), st.integers(1, 3), st.booleans())
Push = tuple[str, int, int, bool]
STEP = st.one_of(st.lists(PUSH, min_size=1, max_size=4), st.just("read"), st.just("reopen"))


class Reader:
    """A desk of FR that only reads: it follows its feed, takes what comes inline, and pulls the rest."""

    def __init__(self, bench: Bench, budget: int) -> None:
        self._bench = bench
        self._budget = budget
        self._feed = b""
        self._cursors: dict[bytes, Cursor] = {}
        self.logs: dict[bytes, list[bytes]] = {}

    def read(self) -> None:
        """Take in all news there are."""
        while True:
            news = self._bench.news(self._bench.fr, self._feed)
            assert not news.reset
            inline = {part.space: part for part in news.inline}
            for moved in news.changed:
                cursor = self._cursors.get(moved.space, Cursor(moved.space, 0, NO_HASH))
                part = inline.get(moved.space)
                if part and part.items[0].sequence == cursor.sequence + 1:
                    self._take(cursor, part.items)
                while self._at(moved.space).sequence < moved.sequence:
                    at = self._at(moved.space)
                    reply = self._bench.pull(self._bench.fr, moved.space, at.sequence, at.head, self._budget)
                    assert reply.items
                    self._take(at, reply.items)
            self._feed = news.feed
            if not news.more:
                return

    def _at(self, space: bytes) -> Cursor:
        return self._cursors.get(space, Cursor(space, 0, NO_HASH))

    def _take(self, cursor: Cursor, items: list[Item]) -> None:
        self._cursors[cursor.space] = follow(cursor, items)
        self.logs.setdefault(cursor.space, []).extend(item.body for item in items)


@pytest.mark.parametrize("kind", sorted(IMPLEMENTATIONS))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=12), budget=st.sampled_from([1, 700, 1 << 20]))
def test_a_reader_ends_with_the_whole_log(kind: str, steps: list[list[Push] | str], budget: int) -> None:
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        bench = Bench(runner, lambda: IMPLEMENTATIONS[kind](Path(folder)))
        try:
            play(bench, steps, budget)
        finally:
            bench.close()


def play(bench: Bench, steps: list[list[Push] | str], budget: int) -> None:
    """Run the steps, and compare at the end what the reader has with what a pull from the start gives."""
    members: dict[str, Role] = {"AE": "lead", "FR": "contributor", "SN": "contributor"}
    spaces = [found_space(bench.ae, members) for _ in range(3)]
    reader = Reader(bench, budget)
    bench.push(bench.ae, spaces[0].item, spaces[1].item, spaces[2].item)
    chains: dict[tuple[str, int], Chain] = {}
    stored = 3
    for step in steps:
        if isinstance(step, list):
            stored += push_at_once(bench, spaces, chains, step)
        elif step == "read":
            reader.read()
        else:
            bench.reopen()
    reader.read()
    for space in spaces:
        assert reader.logs[space.id] == [item.body for item in bench.pull(bench.ae, space.id).items]
    assert sum(len(log) for log in reader.logs.values()) == stored
    assert len({body for log in reader.logs.values() for body in log}) == stored


def push_at_once(
    bench: Bench,
    spaces: list[Space],
    chains: dict[tuple[str, int], Chain],
    pushes: list[Push],
) -> int:
    """Push several devices' segments at the same moment, some of them twice; return how many segments there were."""

    async def run() -> int:
        waiting = []
        for name, place, count, twice in pushes:
            chain = chains.setdefault((name, place), Chain(getattr(bench, name), spaces[place]))
            items = [chain.extend(bytes(100)) for _ in range(count)]
            waiting += [bench.push_now(chain.keys, *items) for _ in range(2 if twice else 1)]
        results = [result for part in await asyncio.gather(*waiting) for result in part]
        assert {result.status for result in results} <= {"stored", "known"}
        return sum(result.status == "stored" for result in results)

    stored = bench.run(run())
    assert stored == sum(count for _, _, count, _ in pushes)
    return stored
