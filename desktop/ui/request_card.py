"""What stands of a request: its way as steps, each member's state and clock, and the steps that can be taken now."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.casework import request_words as words
from desktop.casework.request_clock import Clock
from desktop.casework.request_views import Deed, Part, TimedRequest
from desktop.casework.requests import possible
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.files_card import FilesCard
from desktop.ui.kit import Banner, Button, Card, FlowLayout, Label, Living, StatusPill
from desktop.ui.new_record_dialog import NewRecordDialog
from desktop.ui.presenter import prose
from desktop.ui.request_dialog import DIALOGS, StepDialog
from desktop.ui.request_steps import StepsStrip
from desktop.ui.requests_page import MINUTE_MS
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import isolate, one_line
from i18n.formats import date_text
from i18n.names import country_name

_PRIMARY = ("send", "receive", "accept", "answer", "resume", "close")
_SHOWN = 4_000  # characters of an answer


class PartView(Living, QWidget):
    """One requested member: its state, its clock, its days off, what it said, and its stamps."""

    def __init__(self) -> None:
        super().__init__()
        self.name = Label("", "strong")
        self.state = StatusPill()
        self.clock = StatusPill(dot=False)
        self.working = Label("", "caption", "muted")
        self.lines = Label("", "caption", "muted", wrap=True)
        self.warning = Banner("warn")
        self.said = Label("", "body", "", wrap=True)
        self._flow = FlowLayout()
        heads: tuple[QWidget, ...] = (self.name, self.state, self.clock, self.working)
        for widget in heads:
            self._flow.addWidget(widget)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(self._flow)
        for below in (self.warning, self.said, self.lines):
            self._column.addWidget(below)
        self.follow(lambda: self._column.setSpacing(current_theme().space("xs")))

    def show_part(self, part: Part, clock: Clock) -> None:
        """Show what stands for a member."""
        self.name.setText(isolate(country_name(part.member)) if part.member else _("Nobody is asked yet"))
        self.state.set_state(words.state_words(part), words.state_tone(part))
        told = words.clock_words(clock)
        self.clock.setVisible(bool(told))
        self.clock.set_state(told, words.TONES.get(clock.state, "neutral"))
        self.working.setText(words.working_words(clock))
        self.working.setVisible(bool(self.working.text()))
        warnings = [words.irregular_words(part), words.ends_words(clock)]
        self.warning.set_text(" ".join(each for each in warnings if each))
        self.warning.setVisible(any(warnings))
        said = [
            _("Reason of the pause: {text}").format(text=_text(part.pause_reason)) if part.pause_reason else "",
            _("Expected until {day}").format(day=date_text(part.pause_until)) if part.pause_until else "",
            _("Reason of the refusal: {text}").format(text=_text(part.refusal)) if part.refusal else "",
            prose(part.answer[:_SHOWN]) if part.answer else "",
        ]
        self.said.setText("\n".join(each for each in said if each))
        self.said.setVisible(bool(self.said.text()))
        lines = [_("Due {time}").format(time=words.moment_of(part.due))] if part.due else []
        if clock.days:
            off = " · ".join(words.day_words(day) for day in clock.days)
            lines.append(_("Nobody works there on: {days}").format(days=off))
        labels = {"received": _("Received"), "paused": _("Paused"), "answered": _("Answered")}
        for stamp in part.stamps:
            label = labels.get(stamp.field.partition("__")[0], "")
            lines.append(_("{label}: {stamp}").format(label=label, stamp=words.stamp_words(stamp)))
        self.lines.setText("\n".join(lines))
        self.lines.setVisible(bool(lines))


class RequestCard(Living, QWidget):
    """Stands above the form of a request. The clocks are read beside the window, and again each minute."""

    compare_requested = Signal(str)
    record_opened = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._record = ""
        self._asked = 0
        self._timed: TimedRequest | None = None
        self.card = Card()
        self.steps = StepsStrip()
        self.between = Label("", "body", "muted", wrap=True)
        self.conflict = Banner("violet")
        self.conflict.strong_clicked.connect(lambda: self.compare_requested.emit(self._record))
        self.problem = Banner("bad")
        self.problem.hide()
        self.parts: list[PartView] = []
        self._parts = QVBoxLayout()
        self._parts.setContentsMargins(0, 0, 0, 0)
        self.buttons: dict[str, Button] = {}
        self._actions = FlowLayout()
        for item in (self.steps, self.between, self.conflict, self.problem):
            self.card.add(item)
        self.card.add(self._parts)
        self.card.add(self._actions)
        self.files = FilesCard(session, over=self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.card)
        self._column.addWidget(self.files)
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE_MS)
        self._minute.timeout.connect(self._ask)
        self._minute.start()
        session.requests_ready.connect(self._on_ready)
        session.failed.connect(self._on_failed)
        self.card.action.clicked.connect(self.ask_further)
        self.bind(lambda _text: self._show(), str)
        self.follow(self._space)

    def show_record(self, view: RecordView) -> None:
        """Show a request, or the same one as it stands now."""
        if view.id != self._record:
            self._record, self._timed = view.id, None
            self.problem.hide()
            self.card.setEnabled(False)
        self.files.show_record(view)
        self._ask()

    def take(self, deed: Deed) -> None:
        """Take a step, at once or after what it needs was said."""
        self.problem.hide()
        if deed.step in DIALOGS and self._timed is not None:
            StepDialog(self._session, self._timed.request, deed, self).open()
        else:
            self._session.request_step(self._record, deed.step)

    def ask_further(self) -> None:
        """Draft a request that follows this one, under its marking, and open it."""
        if self._timed is None:
            return
        request = self._timed.request
        defaults = {"title": request.title, "tlp": request.tlp, "handling": request.handling}
        dialog = NewRecordDialog(self._session, "request", request.space, defaults, self)
        dialog.created.connect(partial(self._on_followed, request.id))
        dialog.open()

    def _on_followed(self, followed: str, record: str) -> None:
        self._session.edit(record, "follows", followed)
        self.record_opened.emit(record)

    def _ask(self) -> None:
        if self._record and not self._session.is_locked():
            self._asked = self._session.ask_request(self._record, "card")

    def _on_ready(self, request: int, found: object) -> None:
        if request == self._asked and isinstance(found, list) and found:
            self._timed = found[0]
            self._show()

    def _on_failed(self, code: str, params: object) -> None:
        if isinstance(params, dict) and params.get("record") == self._record and code.startswith("request_"):
            self.problem.set_text(self._session.message(code, params))
            self.problem.show()

    def _show(self) -> None:
        self.card.set_title(_("Where it stands"))
        if self._timed is None or self._session.is_locked():
            return
        request = self._timed.request
        self.card.setEnabled(True)
        self.card.set_action(_("Ask further…") if request.state != "draft" and not request.deleted else "")
        self.steps.show_request(request)
        between = [words.between_words(request)]
        between += [_("Sent: {stamp}").format(stamp=words.stamp_words(stamp)) for stamp in request.stamps]
        self.between.setText(" · ".join(between))
        self.conflict.setVisible(request.conflict)
        self.conflict.set_text(self._session.message("request_conflict", {}))
        self.conflict.set_actions("", _("Compare and choose"))
        while len(self.parts) < len(request.parts):
            made = PartView()
            self.parts.append(made)
            self._parts.addWidget(made)
        for place, shown in enumerate(self.parts):
            shown.setVisible(place < len(request.parts))
        for shown, part, clock in zip(self.parts, request.parts, self._timed.clocks, strict=False):
            shown.show_part(part, clock)
        self._show_actions(possible(request, self._session.identity().ministry))

    def _show_actions(self, deeds: tuple[Deed, ...]) -> None:
        if [deed.step for deed in deeds] != list(self.buttons):
            held = next((step for step, button in self.buttons.items() if button.hasFocus()), "")
            self._actions.clear()
            self.buttons = {}
            first = next((deed.step for deed in deeds if deed.step in _PRIMARY), "")
            for deed in deeds:
                button = Button("", "primary" if deed.step == first else "secondary")
                button.clicked.connect(partial(self.take, deed))
                self.buttons[deed.step] = button
                self._actions.addWidget(button)
            if held and self.buttons:  # the step was taken: the keyboard goes on with the next one
                next(iter(self.buttons.values())).setFocus()
        for step, button in self.buttons.items():
            button.setText(words.step_label(step))

    def _space(self) -> None:
        theme = current_theme()
        self._column.setSpacing(theme.space("l"))
        self._parts.setSpacing(theme.space("m"))


def _text(text: str) -> str:
    return isolate(one_line(text, 1_000))
