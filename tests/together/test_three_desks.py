"""Whatever three desks and their server go through, they end in the same state, byte for byte."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from desktop.casework.views import Query
from desktop.desk import Desk, Refused
from desktop.store import Connection, UnknownRecord
from sync.errors import NoConnection
from sync.merge import encode_state
from tests.support.bad_way import BadWay, Fault
from tests.support.desk import HomeOfDesk, quick_opening, set_up
from tests.support.secretariat import Ministry, Secretariat

DESKS = ("SN", "AE", "IT")
ROUNDS = 20  # of everybody syncing, far above what any history needs

desks = st.sampled_from(DESKS)
lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)
texts = st.text(st.sampled_from("ab é\nسلام🙂"), max_size=30)
faults = st.lists(
    st.sampled_from(["lose_request", "lose_reply", "duplicate", "reorder", "no_inline"]), min_size=1, max_size=4
)


class ThreeDesks(RuleBasedStateMachine):
    """Three desks of three ministries edit, delete, resolve, go away, come back, and are lied to by the network."""

    records = Bundle("records")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tahaluf-three-"))
        self.secretariat = Secretariat(self.folder / "secretariat")
        self.homes: dict[str, HomeOfDesk] = {}
        self.desks: dict[str, Desk] = {}

    @initialize()
    def found(self) -> None:
        """Admit the ministries, enrol a desk of each."""
        ministries: dict[str, Ministry] = self.secretariat.provision(list(DESKS))
        self.secretariat.start()
        trust = {code: each.keys.root for code, each in ministries.items()}
        opening = quick_opening()
        for code in DESKS:
            home = set_up(
                self.folder / code,
                ministry=code,
                officer=f"Officer {code}",
                desk=f"Desk {code}",
                trust=trust,
                url=self.secretariat.url,
                opening=opening,
            )
            ministries[code].enrol(home.request())
            self.homes[code] = home
            self.desks[code] = home.open()
        self.secretariat.publish(*ministries.values())
        for desk in self.desks.values():
            desk.sync_once()

    @rule(target=records, code=desks, title=lines)
    def open_case(self, code: str, title: str) -> str:
        """A case that all three can read."""
        return self.desks[code].new_case({"title": title}, DESKS).record

    @rule(target=records, code=desks, record=records, name=lines)
    def add_person(self, code: str, record: str, name: str) -> Any:
        """A person in the space of a record, where the desk has it."""
        desk = self.desks[code]
        if not self._has(code, record):
            return multiple()
        return desk.new_record("person", desk.show(record).space, {"name": name}).record

    @rule(code=desks, record=records, value=lines)
    def edit_line(self, code: str, record: str, value: str) -> None:
        """A register."""
        self._edit(code, record, {"case": "lead", "person": "occupation"}, value)

    @rule(code=desks, record=records, value=texts)
    def edit_text(self, code: str, record: str, value: str) -> None:
        """A long text."""
        self._edit(code, record, {"case": "summary", "person": "description"}, value)

    @rule(code=desks, record=records, values=st.sets(st.sampled_from(["AE", "FR", "IT", "SN"])))
    def edit_set(self, code: str, record: str, values: set[str]) -> None:
        """A set."""
        self._edit(code, record, {"case": "countries", "person": "nationality"}, sorted(values))

    @rule(code=desks, record=records)
    def delete(self, code: str, record: str) -> None:
        """Into the bin."""
        if self._has(code, record):
            self.desks[code].delete(record)

    @rule(code=desks, record=records)
    def restore(self, code: str, record: str) -> None:
        """Out of the bin."""
        if self._has(code, record):
            self.desks[code].restore(record)

    @rule(code=desks)
    def undo(self, code: str) -> None:
        """Take the last edit back."""
        with contextlib.suppress(Refused):  # nothing to undo, or somebody wrote there since
            self.desks[code].undo()

    @rule(code=desks, value=lines)
    def resolve(self, code: str, value: str) -> None:
        """Decide the first conflict that the desk sees."""
        for conflict in self.desks[code].conflicts()[:1]:
            desk = self.desks[code]
            field = desk.type(conflict.type).get(conflict.field)
            assert field is not None
            desk.resolve(conflict.record, conflict.field, value if field.kind == "line" else conflict.values[-1].value)
            assert (conflict.record, conflict.field) not in [(one.record, one.field) for one in desk.conflicts()]

    @rule(code=desks)
    def sync(self, code: str) -> None:
        """A good connection."""
        report = self.desks[code].sync_once()
        assert report.unsent == 0
        assert report.refused == 0

    @rule(code=desks, wrong=faults, seed=st.integers(0, 1_000))
    def sync_badly(self, code: str, wrong: list[Fault], seed: int) -> None:
        """A connection that loses, doubles and shuffles."""
        with contextlib.suppress(NoConnection):
            self.desks[code].sync_once(make_transport=lambda url, _: BadWay(url, wrong, seed))

    @rule()
    def kill_server(self) -> None:
        """The power fails at the secretariat."""
        self.secretariat.kill()
        self.secretariat.start()

    @rule(code=desks)
    def reopen(self, code: str) -> None:
        """The desk is closed and opened again."""
        self.homes[code].close()
        self.desks[code] = self.homes[code].open()

    @invariant()
    def lists_agree_with_records(self) -> None:
        """What the list counts as conflicts is what the records hold."""
        for desk in self.desks.values():
            shown = sum(row.conflicts for row in desk.rows(desk.query(Query(type="", conflicts=True))))
            assert shown == len(desk.conflicts())

    def teardown(self) -> None:
        """All connect until nobody has news; then all stand the same, and every store verifies."""
        try:
            if self.desks:
                self._settle()
                standing = {code: self._states(code) for code in DESKS}
                assert standing["SN"] == standing["AE"] == standing["IT"]
                for desk in self.desks.values():
                    report = desk.verify()
                    assert report.ok, report.problems
        finally:
            for home in self.homes.values():
                home.close()
            self.secretariat.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    def _settle(self) -> None:
        for _ in range(ROUNDS):
            reports = [desk.sync_once() for desk in self.desks.values()]
            if not any(report.pushed or report.applied for report in reports):
                assert not any(report.unsent or report.pending for report in reports)
                return
        raise AssertionError("the desks never came to rest")

    def _states(self, code: str) -> dict[str, bytes]:
        desk = self.desks[code]
        connection: Connection = desk._connection
        names = desk.query(Query(type="")) + desk.query(Query(type="", deleted=True))
        return {name: encode_state(connection.reads.standing(name).state) for name in names}

    def _has(self, code: str, record: str) -> bool:
        try:
            return bool(self.desks[code].show(record).type)
        except UnknownRecord:
            return False

    def _edit(self, code: str, record: str, fields: dict[str, str], value: object) -> None:
        if self._has(code, record):
            desk = self.desks[code]
            desk.edit(record, fields[desk.show(record).type], value)


class MoreOfThreeDesks(ThreeDesks):
    """The same again: half of the histories each, so that neither test lasts long and two processes share them."""


# No shrinking: each step runs servers and desks, and a failure would be looked into for longer than a run may last.
ThreeDesks.TestCase.settings = MoreOfThreeDesks.TestCase.settings = settings(
    max_examples=int(os.environ.get("TAHALUF_HISTORIES", "16")) // 2,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    print_blob=True,
)
TestThreeDesks = ThreeDesks.TestCase
TestMoreOfThreeDesks = MoreOfThreeDesks.TestCase
