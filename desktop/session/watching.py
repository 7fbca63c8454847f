"""What the screens are told of who kept to the rules: findings, their proofs, and who confirmed the server's log."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal

from desktop.casework.trust_views import EvidenceView, WitnessView
from desktop.desk import Desk, Refused
from desktop.files import write_private
from desktop.session.reading import Reading


class Watching(Reading):
    """The part of the session that watches the others."""

    evidence_changed = Signal(int)
    """Number of findings that the officer has not looked at."""
    verified = Signal(int, object)
    """Request id and VerifyReport of `verify_all`."""
    verify_progressed = Signal(int, int, int)
    """Request id of `verify_all`; how many cases are verified, of how many."""

    def notices(self) -> list[tuple[str, dict[str, object]]]:
        """What the officer should know of this machine: codes and parameters."""
        return self._look(Desk.notices, [])

    def evidence(self) -> tuple[EvidenceView, ...]:
        """What shows that somebody did not keep to the protocol, newest first."""
        return self._look(Desk.evidence, ())

    def unseen_evidence(self) -> int:
        """Number of findings that the officer has not looked at; cheap."""
        return self._look(Desk.unseen_evidence, 0)

    def confirmed(self) -> tuple[WitnessView, ...]:
        """Which ministries' desks confirmed the history that this desk was shown, newest first."""
        return self._look(Desk.confirmed, ())

    def mark_evidence_seen(self) -> None:
        """Note that the officer has looked at all findings."""
        if self._look(Desk.unseen_evidence, 0):
            self._look(Desk.mark_evidence_seen, None)
            self.tell_evidence()

    def export_evidence(self, number: int, path: Path) -> bool:
        """Write a finding into a proof file; what stands in the way is told by `failed`."""
        with self._reporting():
            data = self._open_desk().export_evidence(number)
            try:
                write_private(path, data)
            except OSError as wrong:
                raise Refused("file_unwritable", path=str(path)) from wrong
            return True
        return False

    def tell_evidence(self) -> None:
        """Emit how many findings wait to be looked at."""
        self.evidence_changed.emit(self.unseen_evidence())
