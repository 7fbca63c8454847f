"""What the officer should know now, above the pages: not enrolled, enrolled by whom, disk full, clock wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.session import Session
from desktop.ui.kit import Banner, Living
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import ltr

_MILD = frozenset({"no_keyring", "clock_behind", "clock_ahead", "nothing_to_undo", "nothing_to_redo", "undo_overtaken"})
MOST = 3


class Notices(Living, QWidget):
    """A banner for each failure that was told, newest last, until it is dismissed; and one for the enrolment."""

    details_requested = Signal()
    repair_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._codes: dict[str, Banner] = {}
        self.enrolment = Banner("warn")
        self.enrolment.hide()
        self.enrolment.strong_clicked.connect(self.details_requested)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.enrolment)
        session.failed.connect(self.tell)
        session.sync_state_changed.connect(self.refresh)
        session.enrolment_changed.connect(self.refresh)
        self.bind(lambda _text: self.refresh(), str)
        self.follow(self._space)

    def codes(self) -> list[str]:
        """What is told at the moment."""
        return list(self._codes)

    def banners(self) -> list[Banner]:
        """The banners of failures, oldest first."""
        return list(self._codes.values())

    def tell(self, code: str, _params: object = None) -> None:
        """Show a failure once, however often it happens."""
        banner = self._codes.get(code)
        if banner is None:
            while len(self._codes) >= MOST:
                self.dismiss(next(iter(self._codes)))
            banner = self._codes[code] = Banner("warn" if code in _MILD else "bad")
            banner.quiet_clicked.connect(lambda: self._on_dismissed(code))
            banner.strong_clicked.connect(self.repair_requested)
            self._column.addWidget(banner)
        banner.show()
        self.refresh()

    def dismiss(self, code: str) -> None:
        """Take a notice away."""
        banner = self._codes.pop(code, None)
        if banner is not None:
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self._show()

    def _on_dismissed(self, code: str) -> None:
        self._session.dismiss(code)
        self.dismiss(code)

    def refresh(self, _state: object = None) -> None:
        """Say everything again, in the language in use."""
        for code, banner in self._codes.items():
            words = self._session.message(code)
            if banner.text.text() != words:
                banner.set_text(words)
            banner.set_actions(_("Dismiss"), _("Lock and repair…") if code == "store_damaged" else "")
        self._tell_enrolment()
        self._show()

    def _tell_enrolment(self) -> None:
        words, action = "", ""
        if self._session.sync_state().error == "not_enrolled":
            words = _(
                "Your administrator has not enrolled this desk yet. Fingerprint to read out: {fingerprint}"
            ).format(fingerprint=ltr(self._session.fingerprint()))
            action = _("How to be enrolled")
        elif self._session.enrolment_waits():
            words = _("Your ministry has enrolled this desk. Compare by whom, and confirm it once.")
            action = _("Compare and confirm")
        if words and self.enrolment.text.text() != words:
            self.enrolment.set_text(words)
        self.enrolment.set_actions("", action)
        self.enrolment.setVisible(bool(words))

    def _show(self) -> None:
        self.setVisible(bool(self._codes) or not self.enrolment.isHidden())

    def _space(self) -> None:
        theme = current_theme()
        edge = theme.space("l")
        self._column.setContentsMargins(edge, theme.space("s"), edge, theme.space("s"))
        self._column.setSpacing(theme.space("s"))
