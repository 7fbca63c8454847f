"""A permission request in a list: what is asked, how it stands, who answered, and the way to answer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.exchanges import PERMISSION
from desktop.casework.provenance import AnswerView, PermissionView
from desktop.session import Session
from desktop.ui.kit import Button, Label, Panel, StatusPill
from desktop.ui.permission_dialogs import AnswerDialog, title_of
from desktop.ui.presenter import SEPARATOR, author_line, countries_text, tone_of
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import isolate, ltr, one_line, strip_isolates
from i18n.formats import date_text
from i18n.names import country_name

_WORDS = 300  # characters shown of what was written


class PermissionRow(Panel):
    """Shows one request. `opened` asks for the record that it is about."""

    opened = Signal(str)

    def __init__(self, session: Session, asked: PermissionView, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._session = session
        self.asked = asked
        self._field = session.types[PERMISSION].fields["status"]
        self._answers = asked.provider == session.identity().ministry
        self.title = Label("", "strong", wrap=True)
        self.what = Label("", "body", wrap=True)
        self.reason = Label("", "caption", "muted", wrap=True)
        self.pill = StatusPill("", "neutral")
        self.lines = [Label("", "caption", "" if each.counts else "muted", wrap=True) for each in asked.answers]
        self.answer = Button("", "secondary", "check")
        self.answer.setVisible(self._answers)
        self.answer.clicked.connect(self._on_answer)
        self.look = Button("", "link")
        self.look.clicked.connect(self._on_look)
        self._words = QVBoxLayout()
        for label in (self.title, self.what, self.reason, *self.lines):
            self._words.addWidget(label)
        self._side = QVBoxLayout()
        self._side.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignRight)
        self._side.addStretch(1)
        self._side.addWidget(self.look)
        self._side.addWidget(self.answer)
        self._row = QHBoxLayout(self)
        self._row.addLayout(self._words, 1)
        self._row.addLayout(self._side)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def _tell(self) -> None:
        asked = self.asked
        self.title.setText(title_of(self._session, asked.about))
        self.what.setText(
            _("{requesting} asks to lift {codes} for: {audience}.").format(
                requesting=isolate(country_name(asked.requesting)),
                codes=ltr(", ".join(asked.codes)),
                audience=countries_text(asked.audience),
            )
        )
        by = author_line(asked.asked_by) if asked.asked_by else ""
        reason = _("Reason: {reason}").format(reason=isolate(one_line(asked.reason, _WORDS)))
        self.reason.setText(SEPARATOR.join(filter(None, (reason, by))))
        self.pill.set_state(self._field.choice_label(asked.status), tone_of(self._field, asked.status))
        for label, answer in zip(self.lines, asked.answers, strict=True):
            label.setText(self._words_of(answer))
        self.answer.setText(_("Answer…") if not asked.answers else _("Answer anew…"))
        self.look.setText(_("Open"))
        spoken = (self.title.text(), self.what.text(), self.pill.text())
        self.setAccessibleName(strip_isolates(", ".join(spoken)))
        for button in (self.answer, self.look):
            button.setAccessibleName(strip_isolates(f"{button.text()} {self.title.text()}"))

    def _words_of(self, answer: AnswerView) -> str:
        parts = [self._field.choice_label(answer.status), author_line(answer.author)]
        if answer.until:
            parts.append(_("until {date}").format(date=date_text(answer.until)))
        if answer.conditions:
            parts.append(isolate(one_line(answer.conditions, _WORDS)))
        if answer.author.ministry != self.asked.provider:
            parts.append(_("void: not given by the provider"))
        elif not answer.counts:
            parts.append(_("answered anew since"))
        return SEPARATOR.join(parts)

    def _on_answer(self) -> None:
        AnswerDialog(self._session, self.asked, self.window()).open()

    def _on_look(self) -> None:
        self.opened.emit(self.asked.about)

    def _space(self) -> None:
        theme = current_theme()
        pad = theme.space("m")
        self._row.setContentsMargins(pad, pad, pad, pad)
        self._row.setSpacing(theme.space("m"))
        self._words.setSpacing(2)
        self._side.setSpacing(theme.space("xs"))
