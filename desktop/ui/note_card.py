"""A thread of a discussion: a note and its answers, as text and nothing else, and the way to answer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.mentions import with_names
from desktop.casework.work_views import NoteView
from desktop.ui.kit import Avatar, Button, ElidedLabel, HandlingBadge, Label, Living, Panel, StatusPill, TlpBadge
from desktop.ui.margins import set_margins
from desktop.ui.presenter import SEPARATOR, author_line, prose
from desktop.ui.theme import current_theme
from i18n import _, pgettext

MOST_LETTERS = 5_000  # of a note that are shown here; the whole of it is on its own page
_INDENT = 34


class NoteRow(Living, QWidget):
    """One note: who, when, its text and its marking."""

    opened = Signal(str)

    def __init__(self, note: NoteView, name: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note = note
        self._avatar = Avatar()
        self._avatar.set_name(note.author.officer)
        self.head = ElidedLabel("", "strong")
        self.news = StatusPill("", "info")
        self.text = Label("", "body", wrap=True, selectable=True)
        self.open_button = Button("", "link")
        self.open_button.clicked.connect(lambda: self.opened.emit(note.id))
        self._top = QHBoxLayout()
        for widget in (self.head, self.news, TlpBadge(note.tlp), HandlingBadge(note.handling), self.open_button):
            self._top.addWidget(widget, int(widget is self.head))
        words = QVBoxLayout()
        words.addLayout(self._top)
        words.addWidget(self.text)
        self._words = words
        self._row = QHBoxLayout(self)
        column = QVBoxLayout()
        column.addWidget(self._avatar)
        column.addStretch(1)
        self._row.addLayout(column)
        self._row.addLayout(words, 1)
        self._name = name
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def _tell(self) -> None:
        note = self.note
        edited = pgettext("note", "edited") if note.edited else ""
        self.head.setText(SEPARATOR.join(part for part in (author_line(note.author), edited) if part))
        self.news.set_state(_("New"), "info")
        self.news.setVisible(note.unread)
        text = note.text if len(note.text) <= MOST_LETTERS else note.text[:MOST_LETTERS] + "…"
        self.text.setText(_("Nothing of it is left") if note.recalled else prose(with_names(text, self._name)))
        self.text.set_tone("muted" if note.recalled else "")
        self.open_button.setText(_("Open"))

    def _space(self) -> None:
        theme = current_theme()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.space("m"))
        self._top.setSpacing(theme.space("s"))
        self._words.setSpacing(theme.space("xs"))


class ThreadCard(Panel):
    """The rows of a thread, answers set in, and a button to answer it."""

    answer_asked = Signal(str)
    """Id of the first note."""
    record_opened = Signal(str)

    def __init__(self, thread: tuple[NoteView, ...], name: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.notes = thread
        self.answer = Button("", "link", "message-square")
        self.answer.clicked.connect(lambda: self.answer_asked.emit(thread[0].id))
        self._column = QVBoxLayout(self)
        self._set_in: list[QHBoxLayout] = []
        self.rows: list[NoteRow] = []
        for place, note in enumerate(thread):
            row = NoteRow(note, name)
            row.opened.connect(self.record_opened)
            self.rows.append(row)
            line = QHBoxLayout()
            line.addWidget(row)
            if place:
                self._set_in.append(line)
            self._column.addLayout(line)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.answer)
        self._column.addLayout(foot)
        self.bind(self.answer.setText, lambda: pgettext("note", "Answer"))
        self.follow(self._space)

    def _space(self) -> None:
        theme = current_theme()
        side = theme.px(18)
        self._column.setContentsMargins(side, theme.space("l"), side, theme.space("s"))
        self._column.setSpacing(theme.space("m"))
        for line in self._set_in:
            set_margins(self, line, theme.px(_INDENT), 0, 0, 0)
