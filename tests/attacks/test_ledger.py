"""The recorder of attacks counts what was tried and what held, and nothing that was skipped."""

from __future__ import annotations

import pytest

from tests.attacks.ledger import Ledger, tried


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


def test_a_decorated_test_is_counted_at_every_run() -> None:
    ledger = Ledger()

    @tried("malicious client", "an oversized call", ledger=ledger)
    def attack(size: int) -> int:
        return size

    assert [attack(size) for size in (1, 2, 3)] == [1, 2, 3]
    assert ledger.totals("malicious client") == (3, 3)
