"""The dialogs that ask a provider for permission, and that answer as the provider."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtWidgets import QButtonGroup, QWidget

from desktop.casework.exchanges import PERMISSION, HandlingView
from desktop.casework.passing_on import PERMITTED
from desktop.casework.provenance import PermissionView
from desktop.casework.validation import InvalidValue, validate
from desktop.session import Session
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.editors import make_editor
from desktop.ui.field_row import FieldRow
from desktop.ui.kit import Button, DropDown, Label, RadioButton, TextBox
from desktop.ui.presenter import countries_text, row_title
from desktop.ui.theme import current_theme
from desktop.ui.tick_list import TickList
from i18n import _
from i18n.bidi import isolate, ltr, one_line
from i18n.names import country_name

_WIDTH = 600  # pixels at 100 %
_LINES = 3
MAX_WORDS = 1_000  # characters


def title_of(session: Session, record: str) -> str:
    """The title of a record, ready for display; a dash when it is not on this desk."""
    rows = session.rows([record])
    return row_title(rows[0], limit=120) if rows else "—"


class AskDialog(DeskDialog):
    """Which codes, for whom, why. What is asked is signed with the desk's key and cannot be changed afterwards."""

    def __init__(
        self,
        session: Session,
        held: HandlingView,
        codes: Collection[str] = (),
        audience: Collection[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, parent, Button("", "primary", "send"), width=_WIDTH)
        self.record = held.record
        own = session.identity().ministry
        self._held = held
        self.about = Label("", "strong", wrap=True)
        self.told = Label("", "body", "muted", wrap=True)
        others = [code for code in held.providers if code != own]
        self.provider = DropDown()
        for code in others:
            self.provider.addItem(country_name(code), code)
        self.provider.setVisible(len(others) > 1)
        possible = [code for code in held.marking.handling if code in PERMITTED]
        words = session.types[PERMISSION].fields["codes"].choice_label
        self.codes = TickList(
            lambda: _("Handling codes concerned"), possible, lambda code: f"{ltr(code)} {words(code)}"
        )
        members = [code for code in session.members() if code not in held.providers]
        self.audience = TickList(lambda: _("For whom"), members, country_name)
        self.codes.tick(codes or possible)
        self.audience.tick(audience or (own,))
        self.reason_label = Label("", "strong")
        self.reason = TextBox()
        self.reason_label.setBuddy(self.reason)
        for signal in (self.codes.changed, self.audience.changed, self.reason.textChanged):
            signal.connect(self._look)
        session.failed.connect(self._on_failed)
        self.button.setDefault(True)
        self.lay_out((self.about, self.told, self.provider, self.codes, self.audience, self.reason_label, self.reason))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._fit)
        self._look()
        self.reason.setFocus()

    def text(self) -> str:
        """The reason, without edges."""
        return self.reason.toPlainText().strip()

    def submit(self) -> None:
        """Ask, and close."""
        self.problem.hide()
        provider = str(self.provider.currentData() or "")
        if self.button.isEnabled() and self.session.ask_permission(
            self.record, self.codes.ticked(), self.audience.ticked(), self.text(), provider
        ):
            self.accept()

    def _on_failed(self, code: str, params: dict[str, object]) -> None:
        if params.get("record") == self.record:
            self.show_problem(self.session.message(code, params))

    def _look(self) -> None:
        ready = bool(self.codes.ticked() and self.audience.ticked() and 0 < len(self.text()) <= MAX_WORDS)
        self.button.setEnabled(ready)

    def _tell(self) -> None:
        self.name(_("Ask for permission"))
        self.about.setText(title_of(self.session, self.record))
        self.told.setText(
            _(
                "{providers} provided this. Their desks see the request at the next exchange and answer it, also"
                " without a connection. It is signed, and stays as you write it now."
            ).format(providers=countries_text(self._held.providers))
        )
        self.provider.setAccessibleName(_("Whom to ask"))
        self.reason_label.setText(_("Reason"))
        self.reason.setAccessibleName(_("Reason"))
        self.button.setText(_("Ask"))

    def _fit(self) -> None:
        theme = current_theme()
        self.reason.setFixedHeight(_LINES * theme.metrics("body").lineSpacing() + theme.px(20))


class AnswerDialog(DeskDialog):
    """Granted with conditions and a last day, or refused with a reason."""

    def __init__(self, session: Session, asked: PermissionView, parent: QWidget | None = None) -> None:
        super().__init__(session, parent, Button("", "primary", "check"), width=_WIDTH)
        self.record = asked.id
        self._asked = asked
        fields = session.types[PERMISSION].fields
        self.about = Label("", "strong", wrap=True)
        self.asked = Label("", "body", wrap=True)
        self.reason = Label("", "body", wrap=True)
        self.grant, self.refuse = RadioButton(), RadioButton()
        self._group = QButtonGroup(self)
        for choice in (self.grant, self.refuse):
            self._group.addButton(choice)
            choice.toggled.connect(self._tell)
        self.until = FieldRow(fields["until"], make_editor(fields["until"]), history=False)
        self.words_label = Label("", "strong")
        self.words = TextBox()
        self.words_label.setBuddy(self.words)
        self.words.textChanged.connect(self._look)
        self.note = Label("", "caption", "muted", wrap=True)
        session.failed.connect(self._on_failed)
        self.button.setDefault(True)
        parts = (self.about, self.asked, self.reason, self.grant, self.refuse, self.until, self.words_label, self.words)
        self.lay_out((*parts, self.note))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._fit)
        self.grant.setFocus()

    def text(self) -> str:
        """Conditions, or the reason of a refusal."""
        return self.words.toPlainText().strip()

    def submit(self) -> None:
        """Answer, and close."""
        self.problem.hide()
        try:
            until = str(validate(self.until.field, self.until.editor.value()) or "")
        except InvalidValue as error:
            self.until.show_error(error)
            self.until.editor.main_widget().setFocus()
            return
        granted = self.grant.isChecked()
        if self.button.isEnabled() and self.session.answer_permission(
            self.record, granted=granted, words=self.text(), until=until if granted else ""
        ):
            self.accept()

    def _on_failed(self, code: str, params: dict[str, object]) -> None:
        if params.get("record") == self.record:
            self.show_problem(self.session.message(code, params))

    def _look(self) -> None:
        long = len(self.text()) > MAX_WORDS
        ready = self.grant.isChecked() or (self.refuse.isChecked() and bool(self.text()))
        self.button.setEnabled(ready and not long)

    def _tell(self) -> None:
        asked, refusing = self._asked, self.refuse.isChecked()
        self.name(_("Answer a permission request"))
        self.about.setText(title_of(self.session, asked.about))
        self.asked.setText(
            _("{requesting} asks to lift {codes} for: {audience}.").format(
                requesting=isolate(country_name(asked.requesting)),
                codes=ltr(", ".join(asked.codes)),
                audience=countries_text(asked.audience),
            )
        )
        self.reason.setText(_("Reason: {reason}").format(reason=isolate(one_line(asked.reason, MAX_WORDS))))
        self.grant.setText(_("Grant it"))
        self.refuse.setText(_("Refuse it"))
        self.until.setVisible(not refusing)
        words = _("Reason of the refusal") if refusing else _("Conditions")
        self.words_label.setText(words)
        self.words.setAccessibleName(words)
        self.note.setText(
            _(
                "Your answer is signed with this desk's key and goes out with the next exchange."
                " You can change it later."
            )
        )
        self.button.setText(_("Refuse") if refusing else _("Grant"))
        self._look()

    def _fit(self) -> None:
        theme = current_theme()
        self.words.setFixedHeight(_LINES * theme.metrics("body").lineSpacing() + theme.px(20))
