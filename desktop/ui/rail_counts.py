"""The gold counts of the rail: each follows what the session tells."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop.casework.views import Query
from desktop.session import Session
from desktop.ui.rail import Rail
from desktop.ui.requests_page import RequestsWatch

_UNREAD = {"cases": ("case",), "people": ("subject",)}  # families whose unread records are counted, by place


class RailCounts(QObject):
    """Keeps the counts of a rail."""

    def __init__(self, session: Session, rail: Rail) -> None:
        super().__init__(rail)
        self._session = session
        self._rail = rail
        self._asked: dict[str, int] = {}
        self._watch = RequestsWatch(session, self)
        self._watch.waiting_changed.connect(self.show_requests)
        session.conflicts_changed.connect(self.show_conflicts)
        session.evidence_changed.connect(self.show_evidence)
        session.unread_changed.connect(self.ask_unread)
        session.rows_ready.connect(self._on_rows)
        self.show_conflicts(session.attention()[0])
        self.show_evidence(session.unseen_evidence())
        self.ask_unread()

    def show_work(self, count: int) -> None:
        """How much of one's own work waits."""
        self._rail.show_counts({"work": count})

    def show_requests(self, count: int) -> None:
        """How many requests wait for one's own country."""
        self._rail.show_counts({"requests": count})

    def show_conflicts(self, count: int) -> None:
        """How many fields are in conflict."""
        self._rail.show_counts({"conflicts": count})

    def show_evidence(self, count: int) -> None:
        """How many findings nobody has looked at."""
        self._rail.show_counts({"integrity": count})

    def ask_unread(self, _count: int = 0) -> None:
        """Count what has news, beside the window."""
        for place, families in _UNREAD.items():
            query = Query(type="", families=families, unread=True)
            self._asked[place] = self._session.query(query, f"unread {place}")

    def _on_rows(self, request: int, ids: list[str]) -> None:
        for place, asked in self._asked.items():
            if asked == request:
                self._rail.show_counts({place: len(ids)})
