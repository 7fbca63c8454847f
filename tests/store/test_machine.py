"""Three desks edit, exchange in any order, restart; in the end all stand the same, and each store verifies."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from desktop.store.verify import verify
from sync.changes import Add, Create, Delete, Remove, Restore, Set
from tests.store.desks import Alliance, Desk

DESKS = st.integers(0, 2)
RECORDS = [bytes([number]) * 16 for number in range(1, 4)]
TEXTS = st.text(alphabet="abc é\u0301ستش😀\n", max_size=10)


class Desks(RuleBasedStateMachine):
    """`sent`: every device's segments, in the order of its chain. `taken`: how many of them each desk has."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.alliance = Alliance(self.folder)
        self.desks: list[Desk] = [self.alliance.desk("SN"), self.alliance.desk("SN"), self.alliance.desk("AE")]
        self.sent: list[list[bytes]] = [[], [], []]
        self.taken = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]
        self.space = b""

    @initialize()
    def begin(self) -> None:
        """The first desk founds the case; the second learns of it at once, the third gets its key later."""
        for desk in self.desks:
            desk.learn()
        self.space = self.desks[0].found()
        ((_, _, founding), (_, _, first)) = self.desks[0].send()
        self.sent[0].append(first)
        for desk in self.desks[1:]:
            desk.receive(self.space, founding=founding)
        self.desks[1].take_key(self.desks[0], self.space)

    def writable(self, number: int) -> bool:
        """Whether a desk has the key."""
        return number < 2 or self.desks[2].connection.database.value("SELECT epoch FROM spaces") is not None

    @rule(number=DESKS, record=st.sampled_from(RECORDS), field=st.sampled_from(["name", "gender"]), value=TEXTS)
    def set(self, number: int, record: bytes, field: str, value: str) -> None:
        """Set a register, of a record that may not be here yet."""
        if self.writable(number):
            self.make(number, record)
            self.desks[number].set(self.space, record, field, value)

    def make(self, number: int, record: bytes) -> None:
        desk = self.desks[number]
        if not desk.state(record):
            desk.write(self.space, record, Create("person"))

    @rule(number=DESKS, record=st.sampled_from(RECORDS), text=TEXTS)
    def write_text(self, number: int, record: bytes, text: str) -> None:
        """Write or edit a long text."""
        if self.writable(number):
            self.make(number, record)
            self.desks[number].type_text(self.space, record, "notes", text)

    @rule(number=DESKS, record=st.sampled_from(RECORDS), element=st.sampled_from(["دبي", "Dakar"]))
    def toggle(self, number: int, record: bytes, element: str) -> None:
        """Add an element, or remove it where it is."""
        if self.writable(number):
            self.make(number, record)
            desk = self.desks[number]
            dots = desk.connection.reads.standing(record.hex()).state.sets.get("aliases", {}).get(element, [])
            desk.write(self.space, record, Remove("aliases", element, dots) if dots else Add("aliases", element, []))

    @rule(number=DESKS, record=st.sampled_from(RECORDS))
    def delete_or_restore(self, number: int, record: bytes) -> None:
        """Delete a record, or bring it back."""
        if self.writable(number):
            self.make(number, record)
            desk = self.desks[number]
            state = desk.connection.reads.standing(record.hex()).state
            dots = [each.dot for each in state.deletions]
            desk.write(self.space, record, Restore(dots) if state.deleted else Delete(list(state.touched)))

    @rule(number=DESKS, record=st.sampled_from(RECORDS))
    def write_two_records_at_once(self, number: int, record: bytes) -> None:
        """One change that touches a person and the case."""
        if self.writable(number):
            self.make(number, record)
            desk = self.desks[number]
            with desk.connection.transaction():
                desk.write(self.space, record, Set("name", "both", []))
                desk.write(self.space, record, Set("birth_place", "Dakar", []))

    @rule(number=DESKS)
    def send(self, number: int) -> None:
        """Seal and send what waits."""
        self.sent[number] += [data for kind, _, data in self.desks[number].send() if kind == "segment"]

    @rule(to=DESKS, of=DESKS)
    def deliver(self, to: int, of: int) -> None:
        """Deliver the next segment of one device to one desk, before or after those it depends on."""
        at = self.taken[to][of]
        if to != of and at < len(self.sent[of]):
            self.desks[to].receive(self.space, self.sent[of][at])
            self.taken[to][of] += 1

    @rule(to=DESKS, of=DESKS)
    def deliver_again(self, to: int, of: int) -> None:
        """A segment comes twice, also back to its author."""
        at = len(self.sent[of]) if to == of else self.taken[to][of]
        if at:
            assert self.desks[to].receive(self.space, self.sent[of][at - 1]).changes == 0

    @precondition(lambda self: self.space != b"" and not self.writable(2))
    @rule()
    def grant(self) -> None:
        """The third desk gets the key."""
        self.desks[2].take_key(self.desks[0], self.space)

    @rule(number=DESKS)
    def restart(self, number: int) -> None:
        """Close and open."""
        self.desks[number].reopen()

    @invariant()
    def unsent_agrees(self) -> None:
        """The number of unsent changes is what the outbox and the chain say."""
        for desk in self.desks:
            assert desk.connection.replica.unsent() >= 0

    def teardown(self) -> None:
        """Everything is delivered: all desks have the same bytes, and every store verifies."""
        try:
            if self.space:
                self.settle()
        finally:
            for desk in self.desks:
                desk.close()
            shutil.rmtree(self.folder)

    def settle(self) -> None:
        if not self.writable(2):
            self.grant()
        for number in range(3):
            self.send(number)
        for to in range(3):
            for of in range(3):
                while to != of and self.taken[to][of] < len(self.sent[of]):
                    self.deliver(to, of)
        states = [
            desk.connection.database.all("SELECT name, type, card, state_of(n, state) FROM records ORDER BY name")
            for desk in self.desks
        ]
        assert states[0] == states[1] == states[2]
        for desk in self.desks:
            report = verify(desk.connection)
            assert report.problems == []
            assert (report.pending, report.refused) == (0, 0)


TestDesks = Desks.TestCase
TestDesks.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
