"""The summary of a case as text, or in place in its editor; and who wrote it last."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.casework.views import HistoryEntry, RecordView
from desktop.session import Session
from desktop.ui.kit import Card, Label
from desktop.ui.presenter import author_text, prose, role_value
from desktop.ui.record_form import RecordForm, draft_key
from i18n import _
from i18n.formats import moment

LETTERS_SHOWN = 2_500  # of a summary on this page; a longer one is read whole in its form


class SummaryCard(Card):
    """The author is read on the query thread: it may be far back in a long history."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._view: RecordView | None = None
        self._asked = 0
        self._last: HistoryEntry | None = None
        self.text = Label("", "body", wrap=True, selectable=True)
        self.byline = Label("", "caption", "muted", wrap=True)
        self.form: RecordForm | None = None
        self.add(self.text)
        self.add(self.byline)
        self.body.addStretch(1)
        self.action.clicked.connect(self._on_action)
        session.history_ready.connect(self._on_history)
        self.bind(lambda _text: self._show(), str)

    def show_record(self, view: RecordView) -> None:
        """Show a case's summary; typed text that was not saved opens the editor by itself."""
        old, self._view = self._view, view
        if old is None or old.id != view.id:
            self._last = None
            self.stop_editing()
            if self._session.draft(draft_key(view.id, "summary")):
                self.start_editing()
        elif self.form is not None:
            self.form.show_record(view)
        if old is None or old.id != view.id or old.fields.get("summary") != view.fields.get("summary"):
            self._ask()
        self._show()

    def is_editing(self) -> bool:
        """Whether the editor is open."""
        return self.form is not None

    def start_editing(self) -> None:
        """Put the editor in place of the text."""
        record_type = self._session.types.get(self._view.type) if self._view else None
        if self._view is None or record_type is None or self.form is not None:
            return
        self.form = RecordForm(self._session, record_type, only="summary")
        self.form.complete()
        self.form.rows["summary"].label.hide()
        self.form.rows["summary"].history_button.hide()
        self.body.insertWidget(0, self.form)
        self.form.show_record(self._view)
        self.form.focus_field("summary")
        self._show()

    def stop_editing(self) -> None:
        """Save and show the text again."""
        if self.form is not None:
            form, self.form = self.form, None
            form.flush()
            form.hide()
            form.deleteLater()
            if self._view is not None and not self._session.is_locked():
                self._view = self._session.show(self._view.id)
                self._ask()
            self._show()

    def _on_action(self) -> None:
        if self.form is None:
            self.start_editing()
        else:
            self.stop_editing()
            self.action.setFocus()

    def _show(self) -> None:
        self.set_title(_("Summary"))
        self.set_action(_("Done") if self.form else _("Edit"))
        if self._view is None:
            return
        record_type = self._session.types.get(self._view.type)
        text = str(role_value(record_type, self._view, "summary") or "")
        shown = text if len(text) <= LETTERS_SHOWN else text[:LETTERS_SHOWN] + "…"
        self.text.setText(prose(shown) or _("No summary yet."))
        self.text.set_tone("" if text else "muted")
        self.text.setVisible(self.form is None)
        self.byline.setText(self._byline())
        self.byline.setVisible(bool(text) and self.form is None)

    def _byline(self) -> str:
        if self._last is None:
            return ""
        author = self._last.author
        return _("Edited by {author}, {moment}").format(author=author_text(author), moment=moment(author.at_ms))

    def _ask(self) -> None:
        if self._view is not None:
            channel = f"byline {id(self)}"
            self._asked = self._session.ask_history(self._view.id, "summary", limit=1, words=False, channel=channel)

    def _on_history(self, request: int, entries: tuple[HistoryEntry, ...]) -> None:
        if request == self._asked and self._view is not None:
            self._last = entries[0] if entries else None
            self.byline.setText(self._byline())
