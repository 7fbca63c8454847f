"""Finds the records that a reference may name: read beside the window, then matched as one types."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop.casework.record_types import FAMILIES, Field
from desktop.casework.views import ListRow
from desktop.session import Session
from desktop.ui.case_rows import RowMatcher
from desktop.ui.link_words import row_words

MOST = 50  # shown at once; more are found by typing more


class RecordFinder(QObject):
    """For one field. `found` comes when more can be found than before."""

    found = Signal()

    def __init__(
        self,
        session: Session,
        space: Callable[[], str],
        field: Field,
        parent: QObject | None = None,
        *,
        own: Callable[[], str] = str,
    ) -> None:
        """`own`: the record that has the field, which is not offered."""
        super().__init__(parent)
        self._session = session
        self._space = space
        self._own = own
        self._types = frozenset(each.name for each in session.types.accepted(field))
        wanted = {each.family for each in session.types.accepted(field)}
        self._families = tuple(family for family in FAMILIES if family in wanted)
        self._asked = 0
        self._matcher = RowMatcher(session, self)
        self._matcher.more.connect(self.found)
        session.records_ready.connect(self._on_rows)
        session.locked.connect(self.forget)

    def words(self, record: str) -> str:
        """The title of a record, ready for display; empty when it is not on this desk."""
        found = self._session.rows([record])
        return row_words(self._session, found[0], limit=120) if found else ""

    def refresh(self) -> None:
        """Read the records of the case anew."""
        self._asked = self._session.ask_records(self._space(), self._families, f"reference {id(self)}")

    def matching(self, text: str) -> list[ListRow]:
        """At most `MOST` records, the last changed first, whose title, other name or reference has the words typed."""
        return self._matcher.matching(text, MOST)

    def forget(self) -> None:
        """Forget what was read."""
        self._asked = 0
        self._matcher.set_rows([])

    def _on_rows(self, request: int, rows: list[ListRow]) -> None:
        if request == self._asked:
            own = self._own()
            offered = [row for row in rows if row.type in self._types and not row.recalled and row.id != own]
            self._matcher.set_rows(offered)
            self.found.emit()
