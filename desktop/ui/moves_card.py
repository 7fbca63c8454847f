"""The card of evidence files on their way: a row and a bar for each, a pause for all."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.casework.carry_views import BlobMove
from desktop.session import Session
from desktop.ui.kit import Button, Card, Label, Living
from desktop.ui.presenter import SEPARATOR
from i18n import _, ngettext
from i18n.bidi import isolate, one_line
from i18n.formats import number, percent, size

_SHOWN = 20
_STEPS = 1_000


class MoveRow(Living, QWidget):
    """One file: its name, how far it is, a bar."""

    def __init__(self, session: Session, move: BlobMove) -> None:
        super().__init__()
        self._session = session
        self._move = move
        self.name = Label("", "strong", wrap=True)
        self.state = Label("", "caption", "muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.name, self.bar, self.state):
            column.addWidget(widget)
        self.bind(lambda _text: self.show_move(self._move), str)

    def show_move(self, move: BlobMove) -> None:
        """Show how far the file is."""
        self._move = move
        part = move.moved / move.size if move.size else 1.0
        self.name.setText(isolate(one_line(move.name, 100)))
        self.bar.setValue(int(part * _STEPS))
        self.bar.setAccessibleName(move.name)
        if move.refused:
            self.state.setText(self._session.message(move.refused))
            return
        way = _("being sent") if move.way == "send" else _("being fetched")
        done = _("{done} of {all}").format(done=size(move.moved), all=size(move.size))
        self.state.setText(SEPARATOR.join((way, done, percent(part))))


class MovesCard(Card):
    """Files that wait or move; hidden while there are none. Text always goes first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self.rows: dict[str, MoveRow] = {}
        self.words = Label("", "body", "muted", wrap=True)
        self.pause_button = Button("", "secondary", "clock")
        self._list = QVBoxLayout()
        line = QHBoxLayout()
        line.addWidget(self.words, 1)
        line.addWidget(self.pause_button)
        self.add(line)
        self.add(self._list)
        self.pause_button.clicked.connect(self._on_pause)
        session.moved.connect(self._on_moved)
        session.locked.connect(self.refresh)
        self.bind(self.set_title, lambda: _("Evidence files"))
        self.bind(lambda _text: self._tell(), str)

    def refresh(self) -> None:
        """Ask which files wait or move."""
        moves = {move.id: move for move in self._session.moves()[:_SHOWN]}
        for gone in set(self.rows) - set(moves):
            row = self.rows.pop(gone)
            row.hide()
            row.deleteLater()
        for id_, move in moves.items():
            if id_ in self.rows:
                if not self.rows[id_].bar.value():
                    self.rows[id_].show_move(move)
                continue
            self.rows[id_] = row = MoveRow(self._session, move)
            self._list.addWidget(row)
        self._tell()

    def _on_moved(self, move: object) -> None:
        if not isinstance(move, BlobMove):
            return
        row = self.rows.get(move.id)
        if row is None or move.way == "none":
            self.refresh()
        else:
            row.show_move(move)

    def _on_pause(self) -> None:
        settings = self._session.settings
        settings.set(blobs_paused=not settings.blobs_paused)
        self._tell()

    def _tell(self) -> None:
        count = len(self.rows)
        self.setVisible(bool(count))
        paused = self._session.settings.blobs_paused
        text = ngettext("{n} file on its way, after the text", "{n} files on their way, after the text", count)
        self.words.setText(_("Paused.") if paused else text.format(n=number(count)))
        self.pause_button.setText(_("Go on") if paused else _("Pause"))
        self.pause_button.set_icon("upload" if paused else "clock")
