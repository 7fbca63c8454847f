"""The recorder of attacks counts what was tried and what held, and nothing that was skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.ledger import Ledger, tried

pytest_plugins = ("pytester",)
ROOT = Path(__file__).parents[2]
ATTACKS = """
import pytest
from tests.attacks.ledger import tried

@pytest.mark.parametrize("number", range(8))
@tried("malicious client", "an oversized call")
def test_attack(number):
    assert number != 5
"""


def test_an_attack_that_raises_is_tried_and_not_held() -> None:
    ledger = Ledger()
    with tried("faults", "a cut", ledger=ledger):
        pass
    with pytest.raises(AssertionError), tried("faults", "a cut", ledger=ledger):
        raise AssertionError
    with tried("malicious member", "bits", times=1_300, ledger=ledger):
        pass
    assert ledger.totals("faults") == (2, 1)
    assert ledger.lines(each=False) == ["malicious member: 1,300 tried, 1,300 held", "faults: 2 tried, 1 held"]
    assert ledger.lines(each=True)[-1] == "    a cut: 2 tried, 1 held"


def test_a_skipped_attack_is_not_counted() -> None:
    ledger = Ledger()
    with pytest.raises(pytest.skip.Exception), tried("stolen laptop", "a wiped keyring", ledger=ledger):
        pytest.skip("no keyring here")
    assert ledger.lines(each=True) == []


def test_the_counts_of_several_processes_are_added_up() -> None:
    ledger, others = Ledger(), (Ledger(), Ledger())
    for number, other in enumerate(others):
        with tried("faults", "a cut", times=number + 1, ledger=other):
            pass
        with pytest.raises(AssertionError), tried("faults", f"a delay of {number}", ledger=other):
            raise AssertionError
        ledger.add(other.rows())
    assert ledger.lines(each=True) == [
        "faults: 5 tried, 3 held",
        "    a cut: 3 tried, 3 held",
        "    a delay of 0: 1 tried, 0 held",
        "    a delay of 1: 1 tried, 0 held",
    ]


@pytest.mark.parametrize("processes", ["0", "2"])
def test_the_summary_has_the_counts_of_all_processes(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, processes: str
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(ATTACKS)
    options = ("-p", "tests.attacks.ledger", "-p", "no:cacheprovider", "-n", processes)
    result = pytester.runpytest_subprocess(*options)
    assert result.parseoutcomes() == {"passed": 7, "failed": 1}
    assert "malicious client: 8 tried, 7 held" in result.outlines


def test_a_decorated_test_is_counted_at_every_run() -> None:
    ledger = Ledger()

    @tried("malicious client", "an oversized call", ledger=ledger)
    def attack(size: int) -> int:
        return size

    assert [attack(size) for size in (1, 2, 3)] == [1, 2, 3]
    assert ledger.totals("malicious client") == (3, 3)
