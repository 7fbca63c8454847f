"""The dialogs of steps that need words, or that cannot be taken back: who will read it, why, until when, the answer."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from desktop.casework.handling import Marking, marking_line
from desktop.casework.record_types import Field, RecordTypes
from desktop.casework.request_views import Deed, Given, RequestView
from desktop.casework.request_words import step_label
from desktop.casework.validation import InvalidValue, describe
from desktop.session import Session
from desktop.ui.creation_dialog import DRAFT_MS
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.editors import make_editor
from desktop.ui.editors.base import Editor
from desktop.ui.field_row import FieldRow
from desktop.ui.kit import Button, CodeEdit, Label
from i18n import _
from i18n.bidi import isolate, one_line
from i18n.names import country_list

DIALOGS = {
    "send": (),
    "withdraw": (),
    "receive": ("at",),
    "answer": ("answer",),
    "refuse": ("refusal",),
    "pause": ("pause_reason", "pause_until"),
}
"""Steps that ask first, and the fields that they ask for."""
_WIDTH = 560  # pixels at 100 %
_SAYS = {"answer": "answer", "refusal": "reason", "pause_reason": "reason", "pause_until": "until"}


class StepDialog(DeskDialog):
    """Asks for what a step needs. What was typed survives a lock and a crash, and a refusal by the desk."""

    def __init__(self, session: Session, request: RequestView, deed: Deed, parent: QWidget | None = None) -> None:
        danger = deed.step in ("withdraw", "refuse")
        super().__init__(session, parent, Button("", "danger" if danger else "primary"), width=_WIDTH)
        self.request = request
        self.step = deed.step
        self.about = Label(isolate(one_line(request.title, 200)), "strong", wrap=True)
        self.sentence = Label("", "body", "", wrap=True)
        self.marking = Label("", "caption", "muted", wrap=True)
        self.rows: dict[str, FieldRow] = {}
        self.at_label = Label("", "caption_strong")
        self.at = CodeEdit()
        self.at_label.setBuddy(self.at)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_MS)
        self._timer.timeout.connect(self._keep_drafts)
        parts: list[QWidget] = [self.about, self.sentence]
        for name in DIALOGS[deed.step]:
            if name == "at":
                parts += [self.at_label, self.at]
            else:
                parts.append(self._row(RecordTypes.load()["request"].fields[name]))
        parts.append(self.marking)
        session.failed.connect(self._on_failed)
        session.edit_refused.connect(self._on_refused)
        self.lay_out(parts)
        self.bind(lambda _text: self._tell(), str)
        first: Editor | None = next((row.editor for row in self.rows.values()), None)
        if first is not None:
            first.main_widget().setFocus()
        elif not danger:
            self.button.setDefault(True)
            self.button.setFocus()
        else:
            self.cancel_button.setDefault(True)

    def submit(self) -> None:
        """Take the step, and close."""
        self.problem.hide()
        said = {_SAYS[name]: str(row.editor.value() or "") for name, row in self.rows.items()}
        given = Given(
            at=self.at.text().strip(),
            reason=said.get("reason", ""),
            until=said.get("until", ""),
            answer=said.get("answer", ""),
        )
        if self.session.request_step(self.request.id, self.step, given):
            self._forget_drafts()
            self.accept()

    def _row(self, field: Field) -> FieldRow:
        editor = make_editor(field)
        row = FieldRow(field, editor, history=False)
        self.rows[field.name] = row
        editor.show_value(None)
        draft = self.session.draft(self._key(field.name))
        if draft:
            editor.restore(draft)
        editor.typed.connect(self._timer.start)
        return row

    def _key(self, name: str) -> str:
        return f"step/{self.request.id}/{self.step}/{name}"

    def _keep_drafts(self) -> None:
        for name, row in self.rows.items():
            self.session.set_draft(self._key(name), row.editor.text())

    def _forget_drafts(self) -> None:
        self._timer.stop()
        for name in self.rows:
            self.session.set_draft(self._key(name), "")

    def _on_failed(self, code: str, params: dict[str, object]) -> None:
        if params.get("record") == self.request.id:
            self.show_problem(self.session.message(code, params))

    def _on_refused(self, record: str, _field: str, error: object) -> None:
        if record == self.request.id and isinstance(error, InvalidValue):
            self.show_problem(describe(error))

    def _tell(self) -> None:
        self.name(step_label(self.step).rstrip("…"))
        readers = country_list(self.request.readers)
        sentences = {
            "send": _("Who can read the case reads it: {readers}. Once it was sent, it can only be withdrawn."),
            "withdraw": _("Nobody has to answer it any more. This is told to all who read the case: {readers}."),
            "receive": _("The deadline runs from the receipt. Leave the time empty if it is now."),
            "answer": _("This is read by: {readers}. Files that are attached to the request are part of the answer."),
            "refuse": _("A reason is needed; it is read by: {readers}."),
            "pause": _(
                "The clock stands still until it is resumed. Say which authorisation is needed and until when"
                " it is expected."
            ),
        }
        self.sentence.setText(sentences[self.step].format(readers=readers))
        self.marking.setText(marking_line(Marking(self.request.tlp, self.request.handling)))
        self.at_label.setText(_("Received on"))
        self.at.setPlaceholderText("2026-11-24T08:14+01:00")
        self.at.setAccessibleName(_("Received on"))
        self.button.setText(step_label(self.step).rstrip("…"))
