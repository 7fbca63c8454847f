"""What a desk knows of who kept to the rules: evidence, its export as proof, and who confirmed the server's log."""

from __future__ import annotations

from desktop.casework.trust_views import EvidenceView, WitnessView
from desktop.casework.views import Author
from desktop.desk.edits import DeskEdits
from desktop.refusals import Refused
from desktop.store.authors import Authors
from desktop.store.proofs import export


class DeskTrust(DeskEdits):
    """The part of a desk that watches. Reads raise StoreError."""

    def evidence(self) -> tuple[EvidenceView, ...]:
        """What shows that somebody did not keep to the protocol, newest first."""
        return self._connection.evidence.findings()

    def unseen_evidence(self) -> int:
        """Number of findings that the officer has not looked at; cheap."""
        return self._connection.evidence.unseen()

    def mark_evidence_seen(self) -> None:
        """Note that the officer has looked at all findings."""
        self._connection.evidence.mark_seen()

    def confirmed(self) -> tuple[WitnessView, ...]:
        """Which ministries' desks confirmed the history that this desk was shown, newest first."""
        return self._connection.logbook.confirmed()

    def export_evidence(self, number: int) -> bytes:
        """A finding as a self-contained proof file, signed by this desk. Raises Refused (no_such_evidence)."""
        connection = self._connection
        data = export(connection.context, connection.evidence, connection.logbook, number, self.profile.log_key)
        if data is None:
            raise Refused("no_such_evidence", number=number)
        return data

    def author_of(self, device: bytes) -> Author | None:
        """Whose device it is, as the directories here say; None for a device that none names."""
        found = Authors(self._connection.context).author(device, 0)
        return found if found.ministry else None
