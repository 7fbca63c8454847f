"""This desk's copy of its spaces, as the sync engine asks for it (`sync.replica.Replica`)."""

from __future__ import annotations

from desktop.store.authors import Authors
from desktop.store.context import Context
from desktop.store.directories import Directories
from desktop.store.inbox import Inbox
from desktop.store.keeping import NO_HISTORY, UNVERIFIED, begin_anew
from desktop.store.outbox import Outbox
from desktop.store.states import States
from sync.evidence import Finding
from sync.keys import DeviceKeys
from sync.receipts import MadeReceipt, ReceiptDue
from sync.replica import Applied, Received
from sync.wire.directory import Certificate


class DeskReplica(Outbox, Inbox):
    """Who this desk is and whom it believes, beside what it sends and what it receives."""

    def __init__(self, context: Context, states: States, authors: Authors) -> None:
        Outbox.__init__(self, context, states)
        Inbox.__init__(self, context, states)
        self._authors = authors
        self.moved: set[bytes] = set()
        self._directories = Directories(context)

    def device_keys(self) -> DeviceKeys:
        """The keys of this device."""
        return self._context.identity.keys

    def ministry(self) -> str:
        """The code of this device's ministry."""
        return self._context.identity.ministry

    def certificate(self, device: bytes) -> tuple[str, Certificate] | None:
        """The ministry and certificate of an enrolled device, from the verified directories."""
        return self._authors.certificate(device)

    def administrator(self, name: bytes) -> bytes | None:
        """The key of an administrator of our own ministry by the id that its grants name."""
        return self._directories.administrator(self.ministry(), name)

    def revoked(self) -> bool:
        """Whether the directory of our own ministry revokes this device."""
        return self._authors.standing(self._context.device).revoked

    def wipe_ordered(self) -> bool:
        """Whether our own ministry orders this device to destroy its keys."""
        return self._authors.standing(self._context.device).wiped

    def directory_heads(self) -> dict[str, int]:
        """How many entries of each trusted ministry's directory are here; 0 for one that is trusted and unknown."""
        return self._directories.heads()

    def add_directory_entries(self, ministry: str, first: int, entries: list[bytes]) -> int:
        """Verify and take entries from number `first` on (known ones are skipped); returns how many were new."""
        return self._directories.add(ministry, first, entries)

    def receipts_due(self) -> list[ReceiptDue]:
        """What this desk has to say of records, one receipt a space at most (see Given)."""
        return self._given.due()

    def keep_receipts(self, made: list[MadeReceipt]) -> None:
        """Persist receipts of our own for sending; what they say is owed no more. One transaction."""
        self._given.keep(made)

    def receipt_hash(self, space: bytes, device: bytes, number: int) -> bytes | None:
        """The hash of the receipt here of that device with that number."""
        return self._given.hash(space, device, number)

    def receive(self, news: list[Received]) -> Applied:
        """Store and apply news (see Inbox), and remember which spaces moved, for the witness of the server's log."""
        self.moved.update(each.space for each in news)
        return super().receive(news)

    def rewind(self, space: bytes) -> None:
        """Start a space over (see Positions), and keep that the server has not the history that it had."""
        cursor = self.standing(space).cursor
        unverified = self._database.one(
            "SELECT s.n FROM spaces s JOIN snapshots p ON p.space = s.n WHERE s.id = ? AND p.phase IN (?, ?)",
            (space, UNVERIFIED, NO_HISTORY),
        )
        if unverified is None:
            super().rewind(space)
        else:  # what stands came from a snapshot, and has no history to compare the log with
            begin_anew(self._context, self._states, (unverified[0], space))
        facts: dict[str, int | str] = {"sequence": cursor.sequence, "head": cursor.head.hex()}
        self.keep_finding(Finding("server_rewound", space, facts=facts, once=cursor.head))

    def keep_finding(self, finding: Finding) -> None:
        """Keep what shows that somebody did not keep to the protocol."""
        self._evidence.note(finding)

    def directory_place(self) -> int:
        """This device's place among those of its ministry, from 1; 0 while it is not enrolled as far as we know."""
        return self._directories.place(self.ministry(), self._context.device)

    def trust(self, ministry: str, root: bytes) -> None:
        """Trust a ministry's root from now on; raises NotEntitled where another one is trusted."""
        self._directories.trust(ministry, root)
