"""The discussion of a case: threads of notes, oldest first, and a box to write the next one."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.handling import Marking
from desktop.casework.mentions import names_of
from desktop.casework.views import RecordView
from desktop.casework.work_views import DiscussionView, NoteView
from desktop.session import Session
from desktop.ui.kit import Button, EmptyState, IconButton, Label, Living, Panel, announce
from desktop.ui.margins import set_margins
from desktop.ui.mention_box import MentionBox
from desktop.ui.note_card import ThreadCard
from desktop.ui.presenter import author_text, marking_of
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.formats import number

PAGE = 20  # threads that are shown, and that come with each look further back
NEWS_MS, DRAFT_MS, SEEN_MS = 150, 500, 1_000


class DiscussionTab(Living, QWidget):
    """What is typed is a draft until it is posted; notes that were in view for a second count as read."""

    record_opened = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._space_id, self._asked, self._threads = "", 0, PAGE
        self._answers = ""
        self._marking = Marking()
        self._view: DiscussionView | None = None
        self.cards: dict[str, ThreadCard] = {}
        self.earlier = Button("", "link", "history")
        self.earlier.clicked.connect(self._on_earlier)
        self.empty = EmptyState("message-square")
        self._holder = QWidget()
        self._list = QVBoxLayout(self._holder)
        self._list.addWidget(self.earlier, 0, Qt.AlignmentFlag.AlignHCenter)
        self._list.addWidget(self.empty)
        self._list.addStretch(1)
        self.area = ScrollPage(self._holder)
        self.box = MentionBox()
        self.box.posted.connect(self.post)
        self.box.left.connect(self.flush)
        self.box.textChanged.connect(self._on_typed)
        self.to_whom = Label("", "caption", "muted")
        self.stop_answer = IconButton("x")
        self.stop_answer.clicked.connect(self._on_stop)
        self.post_button = Button("", "primary", "send")
        self.post_button.clicked.connect(self.post)
        self._draft, self._news, self._seen = (self._timer(ms) for ms in (DRAFT_MS, NEWS_MS, SEEN_MS))
        self._draft.timeout.connect(self.flush)
        self._news.timeout.connect(self._ask)
        self._seen.timeout.connect(self._mark_seen)
        self._lay_out()
        session.discussion_ready.connect(self._on_ready)
        session.locked.connect(self._on_locked)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_case(self, view: RecordView) -> None:
        """Show the discussion of a case, and the draft that waits there."""
        self._marking = marking_of(self._session.types, view)
        if view.space != self._space_id:
            self.flush()
            self._clear()
            self._space_id = view.space
            self.box.set_text(self._session.draft(self._key()))
            self._ask()
        elif not self._news.isActive():
            self._news.start()

    def post(self) -> None:
        """Post what was typed; what is refused stays in the box."""
        typed, marking = self.box.toPlainText(), self._marking
        given: dict[str, object] = {"tlp": marking.tlp, "handling": marking.handling} if marking.tlp else {}
        if self._session.post_note(self._space_id, typed, self._answers, **given):
            self._on_stop()
            self.box.clear()
            self.flush()
            announce(self.box, _("Posted"))
            self._ask()

    def answer(self, note: str) -> None:
        """Let what is typed answer a thread."""
        self._answers = note
        self._tell()
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Keep what is typed, in the encrypted store."""
        self._draft.stop()
        if self._space_id and not self._session.is_locked():
            self._session.set_draft(self._key(), self.box.toPlainText())

    def _key(self) -> str:
        return f"note.{self._space_id}"

    def _timer(self, ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        return timer

    def _ask(self) -> None:
        if self._space_id and not self._session.is_locked():
            self._asked = self._session.ask_discussion(self._space_id, self._threads, str(id(self)))

    def _on_ready(self, request: int, view: object) -> None:
        if request != self._asked or not isinstance(view, DiscussionView) or view.space != self._space_id:
            return
        first = self._view is None
        bar = self.area.verticalScrollBar()
        at_end = first or bar.value() >= bar.maximum() - current_theme().px(40)
        self._view = view
        self.box.set_desks([each for each in view.desks if not each.mine])
        self._show(view)
        self._tell()
        if at_end:
            QTimer.singleShot(0, self, lambda: bar.setValue(bar.maximum()))
        if any(note.unread for note in self._notes()):
            self._seen.start()

    def _show(self, view: DiscussionView) -> None:
        """Keep the cards of threads that stand as they did."""
        name = names_of((*view.desks, self._session.identity()))  # ours may not be enrolled yet
        old, self.cards = self.cards, {}
        for place, thread in enumerate(view.threads):
            card = old.pop(thread[0].id, None)
            if card is None or card.notes != thread:
                if card is not None:
                    self._drop(card)
                card = ThreadCard(thread, name, self._holder)
                card.answer_asked.connect(self.answer)
                card.record_opened.connect(self.record_opened)
            self.cards[thread[0].id] = card
            if self._list.indexOf(card) != place + 1:
                self._list.insertWidget(place + 1, card)
        for card in old.values():
            self._drop(card)

    def _drop(self, card: ThreadCard) -> None:
        self._list.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _notes(self) -> list[NoteView]:
        return [note for thread in (self._view.threads if self._view else ()) for note in thread]

    def _mark_seen(self) -> None:
        if self.isVisible() and not self._session.is_locked():
            for note in [each for each in self._notes() if each.unread]:
                self._session.mark_read(note.id)

    def _on_typed(self) -> None:
        self.post_button.setEnabled(bool(self.box.toPlainText().strip()))
        self._draft.start()

    def _on_stop(self) -> None:
        self._answers = ""
        self._tell()

    def _on_earlier(self) -> None:
        self._threads += PAGE
        self._ask()

    def _on_locked(self) -> None:
        """Nothing that was decrypted stays."""
        self._draft.stop()
        self._clear()
        self._space_id = ""

    def _clear(self) -> None:
        for card in self.cards.values():
            self._drop(card)
        self.cards, self._view, self._answers, self._threads = {}, None, "", PAGE
        self.box.blockSignals(True)
        self.box.clear()
        self.box.blockSignals(False)
        self._tell()

    def _tell(self) -> None:
        earlier = self._view.earlier if self._view else 0
        words = ngettext("{n} earlier thread", "{n} earlier threads", earlier).format(n=number(earlier))
        self.earlier.setText(words)
        self.earlier.setVisible(earlier > 0)
        self.empty.set_texts(
            _("Nothing was said yet"), _("Write to those who read this case. Type @ and a name to call somebody.")
        )
        self.empty.setVisible(self._view is not None and not self._view.threads)
        self.box.setAccessibleName(_("Note"))
        self.box.setPlaceholderText(_("Write a note; @ calls somebody; Ctrl+Enter posts it"))
        answered = next((note for note in self._notes() if note.id == self._answers), None)
        self.to_whom.setText(_("Answer to {author}").format(author=author_text(answered.author)) if answered else "")
        self.to_whom.setVisible(answered is not None)
        self.stop_answer.set_name(_("Do not answer, begin a thread"))
        self.stop_answer.setVisible(answered is not None)
        self.post_button.setText(_("Post"))
        self.post_button.setEnabled(bool(self.box.toPlainText().strip()))

    def _lay_out(self) -> None:
        self._composer = Panel("card")
        inner = QVBoxLayout(self._composer)
        head = QHBoxLayout()
        head.addWidget(self.to_whom, 1)
        head.addWidget(self.stop_answer)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.post_button)
        inner.addLayout(head)
        inner.addWidget(self.box)
        inner.addLayout(foot)
        self._inner = inner
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.area, 1)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self._composer)
        self._column.addLayout(self._foot)

    def _space(self) -> None:
        theme = current_theme()
        set_margins(self, self._column, 0, 0, 0, theme.px(18))
        set_margins(self, self._foot, 0, 0, theme.px(BAR), 0)
        self._column.setSpacing(theme.space("m"))
        self._list.setSpacing(theme.space("m"))
        pad = theme.space("m")
        self._inner.setContentsMargins(pad, pad, pad, pad)
        self._inner.setSpacing(theme.space("s"))
        self.box.setFixedHeight(theme.px(84))
