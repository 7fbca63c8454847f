"""What was tried against desks and the server, and what held: counted while the tests run, printed at their end.

A test says what it is about to try; the attack has held once the block ends without an error::

    with tried("malicious server", "a head that was rolled back"):
        ...

    @tried("malicious member", "a signature with S + L")       # the whole test, each of its parameters by itself
    def test_...

`times` counts one block for many attempts of one kind. The counts of every suite stand in pytest's terminal summary;
`-v` lists what was tried. A test that is skipped has tried nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, get_args

import pytest

Suite = Literal["malicious server", "malicious client", "malicious member", "stolen laptop", "faults"]
SUITES: tuple[Suite, ...] = get_args(Suite)


@dataclass
class Ledger:
    """How often each thing was tried, and how often it held, by suite and words."""

    tried: Counter[tuple[Suite, str]] = field(default_factory=Counter)
    held: Counter[tuple[Suite, str]] = field(default_factory=Counter)

    def totals(self, suite: Suite) -> tuple[int, int]:
        """Return how much was tried in a suite and how much of it held."""
        tried = sum(count for (of, _), count in self.tried.items() if of == suite)
        return tried, sum(count for (of, _), count in self.held.items() if of == suite)

    def lines(self, *, each: bool) -> list[str]:
        """Return the lines of the summary, one a suite; with `each`, one below for everything that was tried."""
        found = []
        for suite in SUITES:
            tried, held = self.totals(suite)
            if not tried:
                continue
            found.append(f"{suite}: {tried:,} tried, {held:,} held")
            found += [
                f"    {what}: {count:,} tried, {self.held[of, what]:,} held"
                for (of, what), count in sorted(self.tried.items())
                if each and of == suite
            ]
        return found


LEDGER = Ledger()


@contextmanager
def tried(suite: Suite, what: str, *, times: int = 1, ledger: Ledger = LEDGER) -> Iterator[None]:
    """Count an attack as tried, and as held if the block ends without an error. Decorates a test as well."""
    assert suite in SUITES
    ledger.tried[suite, what] += times
    try:
        yield
    except pytest.skip.Exception:
        ledger.tried[suite, what] -= times
        raise
    ledger.held[suite, what] += times


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was tried and what held."""
    lines = LEDGER.lines(each=terminalreporter.verbosity > 0)
    if lines:
        terminalreporter.section("attacks")
        for line in lines:
            terminalreporter.write_line(line)
