"""What was tried against desks and the server, and what held: counted while the tests run, printed at their end.

A test says what it is about to try; the attack has held once the block ends without an error::

    with tried("malicious server", "a head that was rolled back"):
        ...

    @tried("malicious member", "a signature with S + L")       # the whole test, each of its parameters by itself
    def test_...

`times` counts one block for many attempts of one kind. The counts of every suite stand in pytest's terminal summary;
`-v` lists what was tried. A test that is skipped has tried nothing. Where the tests run on several processes, each of
them hands its counts to the one that writes the summary.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol, cast, get_args

import pytest

Suite = Literal["malicious server", "malicious client", "malicious member", "stolen laptop", "faults"]
SUITES: tuple[Suite, ...] = get_args(Suite)
OUTPUT = "attacks"  # what a process's counts are called among what it hands over

Row = tuple[Suite, str, int, int]
"""A suite, what was tried, how often, and how often it held."""


class Worker(Protocol):
    """A process of pytest-xdist that has ended, as its own hook knows it."""

    workeroutput: dict[str, object]


@dataclass
class Ledger:
    """How often each thing was tried, and how often it held, by suite and words."""

    tried: Counter[tuple[Suite, str]] = field(default_factory=Counter)
    held: Counter[tuple[Suite, str]] = field(default_factory=Counter)

    def totals(self, suite: Suite) -> tuple[int, int]:
        """Return how much was tried in a suite and how much of it held."""
        tried = sum(count for (of, _), count in self.tried.items() if of == suite)
        return tried, sum(count for (of, _), count in self.held.items() if of == suite)

    def rows(self) -> list[Row]:
        """Return the counts as what can go to another process."""
        return [(suite, what, count, self.held[suite, what]) for (suite, what), count in self.tried.items()]

    def add(self, rows: list[Row]) -> None:
        """Take the counts of another process on top."""
        for suite, what, tried, held in rows:
            self.tried[suite, what] += tried
            self.held[suite, what] += held

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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the counts over, if this is one of several processes."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[OUTPUT] = LEDGER.rows()


@pytest.hookimpl(optionalhook=True)  # only where pytest-xdist is loaded
def pytest_testnodedown(node: Worker) -> None:
    """Take the counts of a process that has ended; one that crashed has left none."""
    LEDGER.add(cast(list[Row], getattr(node, "workeroutput", {}).get(OUTPUT, [])))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was tried and what held."""
    lines = LEDGER.lines(each=terminalreporter.verbosity > 0)
    if lines:
        terminalreporter.section("attacks")
        for line in lines:
            terminalreporter.write_line(line)
