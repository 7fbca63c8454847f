"""Fails a test that logs a warning or worse without having said so.

A test says so in one of two ways:

- ``with expect_log("sync.engine", logging.WARNING, "retry"):`` (the fixture below), which also fails when nothing of
  the kind was logged;
- ``with caplog.at_level(logging.WARNING):``, pytest's own, which accepts records of exactly that level. The assertions
  about them are then the test's.

Records are seen where they are made, not at a handler: a logger that does not propagate, or one whose handlers were
replaced by the code under test, is heard all the same. Qt's messages are watched by pytest-qt (see pyproject.toml);
``@pytest.mark.qt_log_ignore("pattern")`` declares one.
"""

from __future__ import annotations

import logging
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from contextlib import AbstractContextManager

LIMIT = logging.WARNING


class ExpectLog(Protocol):
    """Opens a context in which one logger must write, at one level, a message that matches a pattern."""

    def __call__(self, logger: str, level: int, pattern: str = "") -> AbstractContextManager[list[logging.LogRecord]]:
        """Return the matching records, in the order in which they were written."""


class Expectation:
    """The records that one context of a test has declared."""

    def __init__(self, logger: str, level: int, pattern: str) -> None:
        self.logger = logger
        self.level = level
        self.pattern = re.compile(pattern)
        self.records: list[logging.LogRecord] = []

    def takes(self, record: logging.LogRecord) -> bool:
        """Tell whether the record is one of those declared, and keep it if so."""
        of_ours = record.name == self.logger or record.name.startswith(f"{self.logger}.")
        if not (of_ours and record.levelno == self.level and self.pattern.search(record.getMessage())):
            return False
        self.records.append(record)
        return True


class LogWatch:
    """Hears every record made in the process and keeps those that no test has declared."""

    def __init__(self) -> None:
        self.expectations: list[Expectation] = []
        self.caplog: pytest.LogCaptureFixture | None = None
        self._make_record: Callable[..., logging.LogRecord] = logging.getLogRecordFactory()
        self._unexpected: list[logging.LogRecord] = []
        self._lock = threading.Lock()

    def install(self) -> None:
        """Stand between the loggers and the maker of their records."""
        logging.setLogRecordFactory(self._hear)

    def remove(self) -> None:
        """Put the maker of records back."""
        logging.setLogRecordFactory(self._make_record)

    def take_unexpected(self) -> list[logging.LogRecord]:
        """Return the undeclared records heard since the last call."""
        with self._lock:
            records, self._unexpected = self._unexpected, []
        return records

    def _hear(self, *args: object, **kwargs: object) -> logging.LogRecord:
        record = self._make_record(*args, **kwargs)
        if record.levelno >= LIMIT:
            with self._lock:
                declared = [expectation.takes(record) for expectation in self.expectations]
                captured = self.caplog is not None and record.levelno == self.caplog.handler.level
                if not any(declared) and not captured:
                    self._unexpected.append(record)
        return record


WATCH = pytest.StashKey[LogWatch]()


def pytest_configure(config: pytest.Config) -> None:
    """Start listening before the first test module is imported."""
    watch = LogWatch()
    config.stash[WATCH] = watch
    watch.install()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop listening."""
    config.stash[WATCH].remove()


def _fail_for_unexpected(item: pytest.Item) -> Generator[None, object, object]:
    """Run one phase of a test; if it passed, let the undeclared records fail it."""
    watch = item.config.stash[WATCH]
    try:
        result = yield
    except BaseException:
        watch.take_unexpected()
        raise
    unexpected = watch.take_unexpected()
    if unexpected:
        lines = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in unexpected]
        pytest.fail("logged without being declared (expect_log):\n" + "\n".join(lines), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the fixtures."""
    return (yield from _fail_for_unexpected(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the test; take ``caplog.at_level`` for a declaration, if it asked for caplog."""
    watch = item.config.stash[WATCH]
    caplog = item.funcargs.get("caplog") if isinstance(item, pytest.Function) else None
    watch.caplog = caplog if isinstance(caplog, pytest.LogCaptureFixture) else None
    try:
        return (yield from _fail_for_unexpected(item))
    finally:
        watch.caplog = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Watch the fixtures' ends."""
    return (yield from _fail_for_unexpected(item))


@pytest.fixture
def expect_log(request: pytest.FixtureRequest) -> ExpectLog:
    """Declare records that the code under test is to write."""
    watch = request.config.stash[WATCH]

    @contextmanager
    def declare(logger: str, level: int, pattern: str = "") -> Iterator[list[logging.LogRecord]]:
        expectation = Expectation(logger, level, pattern)
        watch.expectations.append(expectation)
        try:
            yield expectation.records
        finally:
            watch.expectations.remove(expectation)
        if not expectation.records:
            pytest.fail(f"{logger} logged no {logging.getLevelName(level)} matching {pattern!r}")

    return declare
