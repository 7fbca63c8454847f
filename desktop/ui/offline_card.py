"""The card of the cases that are not on this desk, and of those that are here for a time."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.carry_views import OfflineView
from desktop.session import Session
from desktop.ui.kit import Button, Card, Label, Living, announce
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, ltr, one_line
from i18n.formats import moment, number

_SHOWN = 50


class OfflineRow(Living, QWidget):
    """One case: its reference, since when or until when, and what can be done."""

    def __init__(self, case: OfflineView) -> None:
        super().__init__()
        self.case = case
        self.name = Label("", "strong", wrap=True)
        self.state = Label("", "caption", "muted", wrap=True)
        self.button = Button("", "secondary", "archive" if case.kept else "download")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.name)
        words.addWidget(self.state)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addLayout(words, 1)
        self._row.addWidget(self.button)
        self.bind(lambda _text: self._tell(), str)
        self.follow(lambda: self._row.setSpacing(current_theme().space("m")))

    def title(self) -> str:
        """What the case is called here: nothing but its reference is left of one that was removed."""
        reference = ltr(one_line(self.case.reference, 40)) if self.case.reference else _("A case")
        return f"{reference}  {isolate(one_line(self.case.title, 60))}" if self.case.title else reference

    def _tell(self) -> None:
        case = self.case
        self.name.setText(self.title())
        if case.kept:
            self.state.setText(_("Kept until {time}").format(time=moment(case.until_ms)))
            self.button.setText(_("Keep always"))
            spoken = _("Keep {case} always")
        else:
            self.state.setText(_("Not on this desk since {time}").format(time=moment(case.dropped_ms)))
            self.button.setText(_("Fetch again"))
            spoken = _("Fetch {case} again")
        self.button.setAccessibleName(spoken.format(case=self.title()))


class ElsewhereLink(Button):
    """Below the list of cases: how many are not on this desk; hidden while there are none."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("", "link", "cloud", parent=parent)
        self._session = session
        self.hide()

    def refresh(self, *, wanted: bool) -> None:
        """Count again."""
        gone = sum(not case.kept for case in self._session.limited_cases()) if wanted else 0
        text = ngettext("{n} case is not on this desk", "{n} cases are not on this desk", gone)
        self.setText(text.format(n=number(gone)))
        self.setVisible(gone > 0)


class OfflineCard(Card):
    """Hidden while every case is here for good and nothing was just chosen."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._coming = ""  # what was just asked for
        self.rows: list[OfflineRow] = []
        self.words = Label("", "body", "muted", wrap=True)
        self.news = Label("", "body", "", wrap=True)
        self._list = QVBoxLayout()
        self.add(self.words)
        self.add(self._list)
        self.add(self.news)
        session.keeping_changed.connect(self.refresh)
        session.records_changed.connect(self._on_records)
        session.locked.connect(self._on_locked)
        self.bind(self.set_title, lambda: _("Kept on this desk"))
        self.bind(lambda _text: self._tell(), str)
        self.follow(lambda: self._list.setSpacing(current_theme().space("m")))

    def refresh(self) -> None:
        """Ask which cases are not here, or not for good."""
        cases = self._session.limited_cases()
        if [row.case for row in self.rows] != list(cases[:_SHOWN]):
            self._show(cases[:_SHOWN])
        self._tell()

    def _show(self, cases: tuple[OfflineView, ...]) -> None:
        focused = next((place for place, row in enumerate(self.rows) if row.button.hasFocus()), None)
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [OfflineRow(case) for case in cases]
        for row in self.rows:
            row.button.clicked.connect(partial(self._on_keep, row))
            self._list.addWidget(row)
        if focused is not None and self.rows:
            self.rows[min(focused, len(self.rows) - 1)].button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_keep(self, row: OfflineRow) -> None:
        coming = "" if row.case.kept else row.title()
        if self._session.keep_case(row.case.space) and coming:
            self._coming = coming
            self._tell()
            announce(self, self.news.text())

    def _on_records(self, _ids: object) -> None:
        if self.isVisible():
            self.refresh()

    def _on_locked(self) -> None:
        self._coming = ""
        self.refresh()

    def _tell(self) -> None:
        gone = sum(not row.case.kept for row in self.rows)
        self.setVisible(bool(self.rows or self._coming))
        self.words.setText(
            ngettext(
                "{n} case is not on this desk. The secretariat and the others keep it.",
                "{n} cases are not on this desk. The secretariat and the others keep them.",
                gone,
            ).format(n=number(gone))
        )
        self.words.setVisible(bool(gone))
        self.news.setText(_("{case} comes with the next exchange.").format(case=self._coming) if self._coming else "")
        self.news.setVisible(bool(self._coming))
