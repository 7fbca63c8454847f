"""The dialog that recalls a record: what will happen, who has it, and the reason that everybody is told."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.kit import Banner, Button, Label, TextBox, mark_invalid
from desktop.ui.member_words import in_order, readers_sentence
from desktop.ui.presenter import SEPARATOR, role_value, title_text
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import ltr, one_line
from i18n.formats import number

MAX_REASON = 500  # characters
_WIDTH = 560  # pixels at 100 %
_LINES = 3


class RecallDialog(DeskDialog):
    """Nothing takes a recall back: the way out has the focus, and a reason must be given."""

    def __init__(self, session: Session, view: RecordView, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "danger", "circle-x"), width=_WIDTH)
        self.record = view.id
        self._of_case = view.id == view.space
        members = session.space_members(view.space)
        self._members = in_order(members.members if members is not None else ())
        record_type = session.types.get(view.type)
        reference, title = role_value(record_type, view, "reference"), title_text(record_type, view)
        name = [ltr(one_line(str(reference), 40))] if reference else []
        self.about = Label(SEPARATOR.join([*name, title]), "strong", wrap=True)
        self.warning = Banner("bad")
        self.sentences = [Label("", "body", "", wrap=True) for _place in range(3)]
        self.reason_label = Label("", "caption_strong")
        self.reason = TextBox()
        self.reason_label.setBuddy(self.reason)
        self.reason_note = Label("", "caption", "muted", wrap=True)
        self.reason.textChanged.connect(self._on_typed)
        self.cancel_button.setDefault(True)
        session.failed.connect(self._on_failed)
        self.lay_out((self.about, self.warning, *self.sentences, self.reason_label, self.reason, self.reason_note))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._fit)
        self.reason.setFocus()

    def text(self) -> str:
        """The reason as it will be written: on one line, without edges."""
        return " ".join(self.reason.toPlainText().split())

    def submit(self) -> None:
        """Recall it, and close."""
        self.problem.hide()
        if 0 < len(self.text()) <= MAX_REASON and self.session.recall(self.record, self.text()):
            self.accept()

    def _on_failed(self, code: str, params: dict[str, object]) -> None:
        if params.get("record") == self.record:
            self.show_problem(self.session.message(code, params))

    def _on_typed(self) -> None:
        length = len(self.text())
        self.button.setEnabled(0 < length <= MAX_REASON)
        mark_invalid(self.reason, length > MAX_REASON)
        over = length - MAX_REASON
        if over > 0:
            words = ngettext("{n} character too many.", "{n} characters too many.", over).format(n=number(over))
        else:
            words = _("Everybody who has it is told the reason, and it stays. Write nothing of the content into it.")
        self.reason_note.setText(words)
        self.reason_note.set_tone("bad" if over > 0 else "muted")

    def _tell(self) -> None:
        self.name(_("Recall for ever"))
        self.warning.set_text(_("Nobody can undo this, and nothing can be written into it any more."))
        words = (
            _(
                "Its content, its history, its files and what was typed into it are destroyed here, and on every desk"
                " as soon as that desk hears of it. Who recalled it, when and why stays."
            ),
            readers_sentence(self._members) if self._members else "",
            _(
                "What was printed or copied elsewhere stays there, and the secretariat keeps sealed bytes that it"
                " cannot read. The desks say when they have deleted it: look under Receipts."
            ),
        )
        for label, text in zip(self.sentences, words, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        if self._of_case:
            only = _("This recalls the sheet of the case alone: recall its people and objects one by one.")
            self.sentences[0].setText(f"{words[0]} {only}")
        self.reason_label.setText(_("Reason"))
        self.reason.setAccessibleName(_("Reason of the recall"))
        self.button.setText(_("Recall for ever"))
        self._on_typed()

    def _fit(self) -> None:
        theme = current_theme()
        self.reason.setFixedHeight(_LINES * theme.metrics("body").lineSpacing() + theme.px(20))
