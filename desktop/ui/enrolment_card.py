"""The card of this desk's enrolment: what to read out, who enrolled it, the officer's confirmation, a revocation."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.trust_views import EnrolmentView
from desktop.ui.kit import Button, Card, Label
from desktop.ui.kit.qr import QrCode
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import isolate, ltr, neutralise
from i18n.formats import moment


class EnrolmentCard(Card):
    """Shows one EnrolmentView at a time; hidden when there is nothing to do and nothing to know."""

    confirmed = Signal()
    """The officer compared who enrolled the desk."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.words = Label("", "body", "", wrap=True)
        self.fingerprint = Label("", "h2", "", selectable=True)
        self.code = QrCode()
        self.facts = Label("", "body", "", wrap=True, selectable=True)
        self.confirm_button = Button("", "primary", "check")
        self.confirm_button.clicked.connect(self.confirmed)
        column = QVBoxLayout()
        for widget in (self.words, self.fingerprint, self.facts):
            column.addWidget(widget)
        column.addWidget(self.confirm_button, 0, Qt.AlignmentFlag.AlignLeading)
        column.addStretch(1)
        self._row = QHBoxLayout()
        self._row.addLayout(column, 1)
        self._row.addWidget(self.code, 0, Qt.AlignmentFlag.AlignTop)
        self.add(self._row)

    def show_enrolment(self, view: EnrolmentView | None) -> None:
        """Show how the desk stands with its ministry."""
        self.setVisible(view is not None)
        if view is None:
            return
        self._row.setSpacing(current_theme().space("l"))
        waiting = not view.administrator_fingerprint
        self.set_title(_title(view))
        self.words.setText(_words(view))
        self.fingerprint.setText(ltr(view.fingerprint))
        self.fingerprint.setVisible(waiting)
        self.code.setVisible(waiting)
        if waiting:
            self.code.show_characters(view.fingerprint)
        self.facts.setText(_facts(view))
        self.facts.setVisible(not waiting)
        self.confirm_button.setText(_("It was my administrator"))
        self.confirm_button.setVisible(not waiting and not view.confirmed_ms and not view.revoked)


def _title(view: EnrolmentView) -> str:
    if view.revoked:
        return _("This desk is revoked")
    return _("Enrolment of this desk")


def _words(view: EnrolmentView) -> str:
    if view.revoked:
        return {
            "lost": _("Your ministry has revoked it as lost. It exchanges nothing any more."),
            "stolen": _("Your ministry has revoked it as stolen. It exchanges nothing any more."),
            "left": _("Your ministry has revoked it because its officer left. It exchanges nothing any more."),
            "compromised": _("Your ministry has revoked it because others may hold its keys. It exchanges nothing."),
        }.get(view.revoked, _("Your ministry has revoked it. It exchanges nothing any more."))
    if not view.administrator_fingerprint:
        return _(
            "1. Give your administrator the file request.txt of this desk's folder.\n"
            "2. Read out the fingerprint below, or let the code be read; the administrator compares it and enrols "
            "the desk.\n"
            "3. The exchange then begins by itself, and this page shows who enrolled the desk."
        )
    if view.confirmed_ms:
        return _("You confirmed on {date} who enrolled it.").format(date=moment(view.confirmed_ms))
    return _(
        "Your ministry has enrolled this desk. Let your administrator read out both fingerprints, compare them, and "
        "confirm once. If they differ, work on paper and tell the secretariat."
    )


def _facts(view: EnrolmentView) -> str:
    lines = (
        (_("Enrolled by"), isolate(neutralise(view.administrator))),
        (_("On"), moment(view.enrolled_ms) if view.enrolled_ms else ""),
        (_("Administrator's fingerprint"), ltr(view.administrator_fingerprint)),
        (_("Fingerprint of the ministry's root"), ltr(view.root)),
        (_("Fingerprint of this desk"), ltr(view.fingerprint)),
    )
    return "\n".join(_("{name}: {value}").format(name=name, value=value) for name, value in lines if value)
