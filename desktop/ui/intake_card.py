"""How far the files are that are being taken in; and what was passed over, and why."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.casework.evidence_views import Intake
from desktop.session import Session
from desktop.ui.kit import Banner, Button, Label, Living, Panel, announce
from desktop.ui.presenter import SEPARATOR
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, one_line
from i18n.formats import number, size

_STEPS = 1_000
_TOLD = 5  # of what was passed over


class IntakeCard(Living, QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._state: Intake | None = None
        self.panel = Panel("card")
        self.words = Label("", "strong", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.stop = Button("", "secondary", "x")
        self.stop.clicked.connect(session.stop_intake)
        self.passed = Banner("warn")
        self.passed.quiet_clicked.connect(self._on_read)
        self._row = QHBoxLayout(self.panel)
        lines = QVBoxLayout()
        lines.addWidget(self.words)
        lines.addWidget(self.bar)
        self._row.addLayout(lines, 1)
        self._row.addWidget(self.stop)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.panel)
        self._column.addWidget(self.passed)
        self.hide()
        session.locked.connect(self._on_read)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_state(self, state: Intake) -> None:
        """Show how far it is. What a watched folder did not bring is not told."""
        self._state = state
        self._tell()
        if state.ended:
            announce(self, self.sentence())

    def sentence(self) -> str:
        """What came of it, or how far it is."""
        state = self._state
        if state is None:
            return ""
        count = ngettext("{n} exhibit taken in", "{n} exhibits taken in", state.taken).format(n=number(state.taken))
        if not state.ended:
            done = _("{done} of {all}").format(done=size(state.done), all=size(max(state.size, state.done)))
            return SEPARATOR.join((isolate(one_line(state.name, 80)), done, count))
        known = ngettext("{n} was here already", "{n} were here already", state.known).format(n=number(state.known))
        parts = [count, known if state.known else "", _("stopped") if state.stopped else ""]
        return SEPARATOR.join(part for part in parts if part)

    def _tell(self) -> None:
        state = self._state
        self.setVisible(state is not None)
        if state is None:
            return
        self.words.setText(self.sentence())
        self.bar.setVisible(not state.ended)
        self.bar.setValue(int(state.done / max(state.size, state.done, 1) * _STEPS))
        self.bar.setAccessibleName(_("Taking in"))
        self.stop.setText(_("Stop"))
        self.stop.setVisible(not state.ended)
        told = [self._session.message(code, dict(params)) for code, params in state.passed if code != "same_exhibit"]
        more = len(told) - _TOLD
        rest = [ngettext("{n} more", "{n} more", more).format(n=number(more))] if more > 0 else []
        self.passed.set_text("\n".join(told[:_TOLD] + rest))
        self.passed.set_actions(_("Dismiss"))
        self.passed.setVisible(bool(told))

    def _on_read(self) -> None:
        self._state = None
        self._tell()

    def _space(self) -> None:
        theme = current_theme()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space("s"))
        self._row.setContentsMargins(theme.space("l"), theme.space("s"), theme.space("s"), theme.space("s"))
