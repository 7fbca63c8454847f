"""The rows of a case's records of some families, read beside the window and read again as news come."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.casework.views import ListRow
from desktop.session import Session
from i18n.folding import fold

_NEWS_MS = 300  # news of a sync come in bursts
_BLOCK = 200  # rows made searchable in a turn of the event loop: 10,000 at once would hold the window up


class CaseRows(QObject):
    """`changed` comes when there are other rows than before. Nothing is read until `show_space`."""

    changed = Signal()

    def __init__(self, session: Session, families: tuple[str, ...], channel: str, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._families = families
        self._channel = channel
        self._space = ""
        self._asked = 0
        self.rows: list[ListRow] = []
        self.by_id: dict[str, ListRow] = {}
        self._news = QTimer(self)
        self._news.setSingleShot(True)
        self._news.setInterval(_NEWS_MS)
        self._news.timeout.connect(self._ask)
        session.records_ready.connect(self._on_rows)
        session.locked.connect(self.forget)

    def show_space(self, space: str) -> None:
        """Read the rows of a space; of the one shown already soon, and not put off by what comes meanwhile."""
        if space != self._space:
            self.forget()
            self._space = space
            self._ask()
        elif not self._news.isActive():
            self._news.start()

    def get(self, ids: list[str]) -> list[ListRow]:
        """Rows by their ids, for a list that fetches them."""
        return [self.by_id[each] for each in ids if each in self.by_id]

    def forget(self) -> None:
        """Forget what was read."""
        self._news.stop()
        self._space, self._asked = "", 0
        self.rows, self.by_id = [], {}

    def _ask(self) -> None:
        if self._space and not self._session.is_locked():
            self._asked = self._session.ask_records(self._space, self._families, self._channel)

    def _on_rows(self, request: int, rows: list[ListRow]) -> None:
        if request == self._asked and self._space:
            self._asked = 0
            self.rows = rows
            self.by_id = {row.id: row for row in rows}
            self.changed.emit()


class RowMatcher(QObject):
    """Matches rows by words of their title, other name, reference or type, in any script variant.

    `more` comes when more can be found than before.
    """

    more = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._rows: list[ListRow] = []
        self._sought: list[str] = []
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self._on_turn)

    def set_rows(self, rows: list[ListRow]) -> None:
        """Match these from now on."""
        self._rows, self._sought = rows, []
        self._turn.stop()
        if rows:
            self._on_turn()

    def matching(self, text: str, most: int = 0) -> list[ListRow]:
        """The rows that have every word typed, in their order; at most so many, 0: all."""
        wanted = fold(text).split()
        if not wanted:
            return self._rows[:most] if most else self._rows
        found: list[ListRow] = []
        for row, sought in zip(self._rows, self._sought, strict=False):
            if all(word in sought for word in wanted):
                found.append(row)
                if len(found) == most:
                    break
        return found

    def _on_turn(self) -> None:
        start, types = len(self._sought), self._session.types
        for row in self._rows[start : start + _BLOCK]:
            known = types.get(row.type)
            label = known.label if known else ""
            self._sought.append(fold(f"{row.title} {row.subtitle} {row.reference} {label}"))
        if len(self._sought) < len(self._rows):
            self._turn.start(0)
        else:
            self.more.emit()
