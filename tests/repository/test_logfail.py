"""The suite fails for warnings that nobody declared: Python's, the log's and Qt's."""

from __future__ import annotations

import logging
import re
import textwrap
from pathlib import Path

import pytest

from tests.plugins.logfail import ExpectLog

pytest_plugins = ("pytester",)
ROOT = Path(__file__).parents[2]


def run(pytester: pytest.Pytester, bodies: dict[str, str], *more: str) -> tuple[set[str], set[str]]:
    """Run one module for each body under this repository's settings; return which ones passed and which did not."""
    pytester.makefile(".toml", pyproject=(ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folder = pytester.mkdir("tests")
    modules = {f"test_{number}.py": label for number, label in enumerate(bodies)}
    for module, body in zip(modules, bodies.values(), strict=True):
        text = "import logging, threading, warnings\nimport pytest\n" + textwrap.dedent(body)
        (folder / module).write_text(text, encoding="utf-8")
    options = ("-p", "tests.plugins.logfail", "-p", "no:cacheprovider", "-rA", "--continue-on-collection-errors")
    lines = pytester.runpytest_subprocess(*options, *more).outlines
    outcomes = re.findall(r"^(PASSED|FAILED|ERROR) tests/(test_\d+\.py)", "\n".join(lines), flags=re.MULTILINE)
    bad = {modules[module] for outcome, module in outcomes if outcome != "PASSED"}
    return {modules[module] for _, module in outcomes} - bad, bad


@pytest.fixture(autouse=True)
def _see_this_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


SEEDED = {
    "a log warning": "def test_it(): logging.getLogger('sync').warning('odd')",
    "a log warning of a logger that does not propagate": """
        def test_it():
            quiet = logging.getLogger('quiet')
            quiet.propagate = False
            quiet.warning('odd')
    """,
    "a log error on another thread": """
        def test_it():
            thread = threading.Thread(target=lambda: logging.getLogger('sync').error('odd'))
            thread.start()
            thread.join()
    """,
    "a log warning while a fixture ends": """
        @pytest.fixture
        def thing():
            yield
            logging.getLogger('sync').warning('odd')

        def test_it(thing): pass
    """,
    "a log warning worse than the declared one": """
        def test_it(caplog):
            with caplog.at_level(logging.WARNING):
                logging.getLogger('sync').error('odd')
    """,
    "a log warning of another logger than the declared one": """
        def test_it(expect_log):
            with expect_log('sync', logging.WARNING):
                logging.getLogger('sync').warning('odd')
                logging.getLogger('syncopation').warning('odd')
    """,
    "a declared log warning that never comes": """
        def test_it(expect_log):
            with expect_log('sync', logging.WARNING): pass
    """,
    "a Python warning": "def test_it(): warnings.warn('odd', stacklevel=1)",
    "a Qt warning": """
        from PySide6.QtCore import qWarning

        def test_it(qtbot): qWarning('odd')
    """,
    "a mark nobody registered": "@pytest.mark.slwo\ndef test_it(): pass",
    "an expected failure that passes": "@pytest.mark.xfail(reason='odd')\ndef test_it(): pass",
}


def test_an_undeclared_warning_fails_its_test(pytester: pytest.Pytester) -> None:
    assert run(pytester, SEEDED) == (set(), set(SEEDED))


def test_an_undeclared_warning_fails_its_test_on_every_process(pytester: pytest.Pytester) -> None:
    bodies = {what: body for what, body in SEEDED.items() if "log" in what}
    assert run(pytester, bodies, "-n", "2") == (set(), set(bodies))


DECLARED = {
    "by expect_log": """
        def test_it(expect_log):
            with expect_log('sync', logging.WARNING, 'od+'):
                logging.getLogger('sync.engine').warning('odd')
    """,
    "by caplog": """
        def test_it(caplog):
            with caplog.at_level(logging.WARNING):
                logging.getLogger('sync').warning('odd')
    """,
    "as a Qt message": """
        from PySide6.QtCore import qWarning

        @pytest.mark.qt_log_ignore('^odd')
        def test_it(qtbot): qWarning('odd')
    """,
    "nothing above information": "def test_it(): logging.getLogger('sync').info('usual')",
}


def test_a_declared_warning_passes(pytester: pytest.Pytester) -> None:
    assert run(pytester, DECLARED) == (set(DECLARED), set())


def test_the_declared_records_are_handed_to_the_test(expect_log: ExpectLog) -> None:
    with expect_log("desktop.store", logging.ERROR, "disk") as records:
        logging.getLogger("desktop.store").error("the disk is full: %d", 3)
    assert [record.getMessage() for record in records] == ["the disk is full: 3"]
