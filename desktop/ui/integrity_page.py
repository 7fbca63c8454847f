"""The page of integrity: whether anybody broke the rules, in plain words, with proofs to hand on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop import integrity
from desktop.casework.trust_views import EvidenceView
from desktop.session import Session
from desktop.ui.card_page import CardPage
from desktop.ui.kit import Button, Card, IconLabel, Label, announce
from desktop.ui.presenter import SEPARATOR
from desktop.ui.theme import current_theme
from i18n import _, current, ngettext
from i18n.bidi import isolate, ltr
from i18n.formats import moment, number
from i18n.names import country_name

_SHOWN = 50  # findings in view, the newest

ChoosePath = Callable[[QWidget, str], str]
"""Asks where to write a file; gives an empty text when the officer thinks better of it."""


def ask_path(parent: QWidget, name: str) -> str:
    """Ask with the system's dialog."""
    return QFileDialog.getSaveFileName(parent, _("Export the proof"), name)[0]


class IntegrityPage(CardPage):
    """Cards: how things stand and a check of everything, who confirmed the same history, and each finding."""

    def __init__(self, session: Session, choose: ChoosePath = ask_path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._choose = choose
        self._checking = 0
        self._done = (0, 0)  # cases that were checked, of how many
        self._found = ""
        self._told: tuple[str, list[tuple[int, int]]] = ("", [])
        self.cards: list[FindingCard] = []
        self._make_state()
        self._make_confirmed()
        self._findings = QVBoxLayout()
        self.column.addLayout(self._findings)
        self.column.addStretch(1)
        session.evidence_changed.connect(self.on_news)
        session.sync_state_changed.connect(self.on_news)
        session.verified.connect(self._on_verified)
        session.verify_progressed.connect(self._on_progress)
        self.bind(self.title.setText, lambda: _("Integrity"))
        self.bind(lambda _text: self.refresh(), str)
        self.follow(self._space)

    def refresh(self) -> None:
        """Say everything again."""
        findings = self._session.evidence()
        self._tell_state(findings)
        self._tell_confirmed()
        self._tell_findings(findings[:_SHOWN])

    def showEvent(self, event: QShowEvent) -> None:
        """What is in view counts as looked at."""
        super().showEvent(event)
        self._session.mark_evidence_seen()

    def export(self, finding: EvidenceView) -> None:
        """Write a finding's proof where the officer says."""
        path = self._choose(self, f"tahaluf-{finding.kind}-{finding.id}.proof")
        if path and self._session.export_evidence(finding.id, Path(path)):
            self.toast.show_note(_("Exported. It holds signed data and names of officers, and no content of a case."))

    def check_all(self) -> None:
        """Check every signature and every chain of this desk, beside the window's work."""
        self._checking = self._session.verify_all()
        self._found, self._done = "", (0, 0)
        self.refresh()
        if self._checking:
            self.stop_button.setFocus()

    def stop_checking(self) -> None:
        """Give the check up: nothing of it is kept, and nothing was changed by it."""
        self._session.stop_verifying()
        self._checking, self._found = 0, _("The check was stopped before its end.")
        self.refresh()
        self.check_button.setFocus()

    def _make_state(self) -> None:
        self.state = Card()
        self.icon = IconLabel("shield-check", "ok", boxed=True)
        self.words = Label("", "strong", wrap=True)
        self.caption = Label("", "body", "muted", wrap=True)
        self.unguarded = Label("", "body", "", wrap=True)
        self.checked = Label("", "body", "", wrap=True)
        self.check_button = Button("", "primary", "shield-check")
        self.check_button.clicked.connect(self.check_all)
        self.stop_button = Button("", "secondary", "x")
        self.stop_button.clicked.connect(self.stop_checking)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        column = QVBoxLayout()
        column.setSpacing(2)
        for part in (self.words, self.caption, self.unguarded, self.checked, self.bar):
            column.addWidget(part)
        self._row = QHBoxLayout()
        self._row.addWidget(self.icon)
        self._row.addLayout(column, 1)
        actions = QHBoxLayout()
        actions.addWidget(self.check_button)
        actions.addWidget(self.stop_button)
        actions.addStretch(1)
        self.state.add(self._row)
        self.state.add(actions)
        self.column.addWidget(self.state)

    def _make_confirmed(self) -> None:
        self.confirmed = Card()
        self.confirmed_words = Label("", "body", "muted", wrap=True)
        self.confirmed_list = Label("", "body", "", wrap=True)
        self.confirmed.add(self.confirmed_words)
        self.confirmed.add(self.confirmed_list)
        self.column.addWidget(self.confirmed)

    def _tell_state(self, findings: tuple[EvidenceView, ...]) -> None:
        self.state.set_title(_("How things stand"))
        self.icon.set_icon(*(("triangle-alert", "bad") if findings else ("shield-check", "ok")))
        told = ngettext(
            "{n} finding: somebody did not keep to the rules.",
            "{n} findings: somebody did not keep to the rules.",
            len(findings),
        )
        self.words.setText(
            told.format(n=number(len(findings))) if findings else _("No sign that anybody broke the rules.")
        )
        self.caption.setText(
            _(
                "At each exchange this desk checks every signature, every desk's chain of changes and the server's "
                "log. What does not hold changes nothing here, and is kept as proof."
            )
        )
        self.unguarded.setText(
            _(
                "This system has no keyring that remembers. So this desk cannot notice by itself that somebody put an "
                "older copy of its files in their place; it shows only once the server has more of it than is here."
            )
        )
        self.unguarded.setVisible(any(code == "no_keyring" for code, _params in self._session.notices()))
        self.check_button.setText(_("Check everything now"))
        self.check_button.setEnabled(not self._checking and not self._session.is_locked())
        self.stop_button.setText(_("Stop"))
        self._tell_check()

    def _tell_check(self) -> None:
        """How far the check is, or what it came to."""
        done, whole = self._done
        words = ngettext("Checking: {done} of {n} case", "Checking: {done} of {n} cases", whole)
        told = words.format(done=number(done), n=number(whole)) if whole else _("Checking…")
        self.checked.setText(told if self._checking else self._found)
        self.checked.setVisible(bool(self.checked.text()))
        self.bar.setRange(0, max(1, whole))
        self.bar.setValue(done)
        self.bar.setAccessibleName(told)
        for part in (self.bar, self.stop_button):
            part.setVisible(bool(self._checking))

    def _tell_confirmed(self) -> None:
        confirmed = self._session.confirmed()
        self.confirmed.set_title(_("Confirmed by others"))
        self.confirmed_words.setText(
            _("Desks of these ministries confirmed that the server showed them the same history as this desk:")
            if confirmed
            else _("No desk of another ministry has confirmed yet that the server showed it the same history.")
        )
        lines = [
            _("{ministry}: on {time}").format(ministry=isolate(country_name(one.ministry)), time=moment(one.at_ms))
            for one in confirmed
        ]
        self.confirmed_list.setText("\n".join(lines))
        self.confirmed_list.setVisible(bool(lines))

    def _tell_findings(self, findings: tuple[EvidenceView, ...]) -> None:
        shown = (current().code, [(one.id, one.times) for one in findings])
        if shown == self._told:
            return
        self._told = shown
        while (taken := self._findings.takeAt(0)) is not None:
            widget = taken.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.cards = [FindingCard(finding, partial(self.export, finding)) for finding in findings]
        for card in self.cards:
            self._findings.addWidget(card)

    def _on_verified(self, request: int, report: object) -> None:
        if request == self._checking:
            self._checking = 0
            self._found = self._session.tell_report(report)
            self.refresh()
            announce(self.checked, self._found)

    def _on_progress(self, request: int, done: int, whole: int) -> None:
        if request == self._checking:
            self._done = (done, whole)
            self._tell_check()

    def _space(self) -> None:
        theme = current_theme()
        self._findings.setSpacing(theme.space("l"))
        self._row.setSpacing(theme.space("m"))


class FindingCard(Card):
    """One finding: what happened, what to do, when and where, and its proof."""

    def __init__(self, finding: EvidenceView, export: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.set_title(moment(finding.at_ms))
        self.sentence = Label(integrity.tell(finding), "strong", wrap=True)
        self.advice = Label(integrity.advise(finding.kind), "body", "muted", wrap=True)
        times = ngettext("seen {n} time", "seen {n} times", finding.times).format(n=number(finding.times))
        last = _("last on {time}").format(time=moment(finding.last_ms)) if finding.times > 1 else ""
        case = _("case {id}").format(id=ltr(finding.space[:8])) if finding.space else ""
        self.caption = Label(
            SEPARATOR.join(part for part in (times, last, case) if part), "caption", "muted", wrap=True
        )
        self.export_button = Button(_("Export the proof…"), "secondary", "download")
        self.export_button.clicked.connect(export)
        for label in (self.sentence, self.advice, self.caption):
            self.add(label)
        actions = QHBoxLayout()
        actions.addWidget(self.export_button)
        actions.addStretch(1)
        self.add(actions)
