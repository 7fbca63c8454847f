"""Waiting before another try, and the clock that orders history."""

from __future__ import annotations

import pytest

from sync import clock
from sync.backoff import Backoff
from sync.errors import NoConnection, Redirected, Refused


def test_waits_double_up_to_five_minutes() -> None:
    backoff = Backoff(lambda: 1.0)
    assert [backoff.wait_s(NoConnection()) for _ in range(10)] == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_a_success_starts_the_count_again() -> None:
    backoff = Backoff(lambda: 1.0)
    backoff.wait_s(NoConnection())
    backoff.wait_s(NoConnection())
    backoff.reset()
    assert backoff.wait_s(NoConnection()) == 2


@pytest.mark.parametrize(("random", "wait"), [(0.0, 1.0), (0.5, 4.0), (0.99, 7.92)])
def test_jitter_spreads_the_whole_wait(random: float, wait: float) -> None:
    backoff = Backoff(lambda: random)
    backoff.failures = 2
    assert backoff.wait_s(NoConnection()) == pytest.approx(wait)


def test_what_the_server_asks_for_is_honoured() -> None:
    assert Backoff(lambda: 0.0).wait_s(Refused("busy", retry_after_s=90)) == 90


def test_what_trying_again_cannot_mend_is_tried_seldom() -> None:
    assert Backoff(lambda: 1.0).wait_s(Redirected()) == 300


def test_very_many_failures_do_not_overflow() -> None:
    backoff = Backoff(lambda: 1.0)
    backoff.failures = 10**9
    assert backoff.wait_s(NoConnection()) == 300


def test_stamps_grow_even_when_the_clock_goes_back() -> None:
    last = 0
    for wall in (1_000, 1_000, 500, 2_000, -5):
        stamp = clock.advance(last, wall)
        assert stamp > last
        last = stamp
    assert clock.wall_ms(clock.advance(0, 1_700_000_000_000)) == 1_700_000_000_000


def test_a_clock_far_ahead_does_not_pull_ours_along() -> None:
    ours, day = 1_000 << clock.COUNTER_BITS, clock.MAX_LEAD_MS
    assert clock.observe(ours, (1_000 + day) << clock.COUNTER_BITS, 1_000) == (1_000 + day) << clock.COUNTER_BITS
    assert clock.observe(ours, (1_001 + day) << clock.COUNTER_BITS, 1_000) == ours
    assert clock.observe(ours, 5, 1_000) == ours
