"""The card of the passphrase in the settings: a new one, and whether many wrong ones destroy the keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.session import Session
from desktop.ui.kit import Banner, Button, Card, CheckBox, DropDown, Label, announce, mark_invalid
from i18n import _, ngettext
from i18n.formats import number

LIMITS = (5, 10, 20, 50, 100)  # wrong passphrases after which the keys may be destroyed


class PassphraseCard(Card):
    """Asks for the old passphrase and twice for the new one; the work is done on another thread."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._code = ""
        self._busy = False
        self.bind(self.set_title, lambda: _("Passphrase"))
        self.old = self._add_field(lambda: _("Passphrase until now"))
        self.new = self._add_field(lambda: _("New passphrase"))
        self.guidance = Label("", "caption", "muted", wrap=True)
        self.add(self.guidance)
        self.again = self._add_field(lambda: _("The new passphrase again"))
        self.shown = CheckBox()
        self.add(self.shown)
        self.answer = Banner("bad")
        self.answer.hide()
        self.add(self.answer)
        self.button = Button("", "primary", "key-round")
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        self.add(row)
        self._add_limit()
        self.bind(self.shown.setText, lambda: _("Show what is typed"))
        self.bind(lambda _text: self._tell(), str)
        self.shown.toggled.connect(self._on_shown)
        self.button.clicked.connect(self.submit)
        session.passphrase_changed.connect(self._on_changed)
        session.passphrase_refused.connect(self._on_refused)

    def show_limit(self) -> None:
        """Show the choice that holds."""
        found = self._session.waiting().limit
        self.limit.setCurrentIndex(max(0, self.limit.findData(found)))

    def submit(self) -> None:
        """Change the passphrase, if the new one was typed twice alike."""
        old, new = self.old.text(), self.new.text()
        if not (old and new) or self._busy:
            return
        differs = new != self.again.text()
        mark_invalid(self.again, differs)
        if differs:
            self._answer("new_passphrases_differ")
            return
        self._busy = True
        self._code = ""
        self._tell()
        self._session.change_passphrase(old, new)

    def _add_field(self, label: Callable[[], str]) -> QLineEdit:
        words = Label("", "caption_strong")
        field = QLineEdit()
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setMaxLength(1_000)
        field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        words.setBuddy(field)
        self.bind(words.setText, label)
        self.bind(field.setAccessibleName, label)
        field.textChanged.connect(self._tell)
        field.returnPressed.connect(self.submit)
        self.add(words)
        self.add(field)
        return field

    def _add_limit(self) -> None:
        words = Label("", "caption_strong")
        self.limit = DropDown()
        words.setBuddy(self.limit)
        note = Label("", "caption", "muted", wrap=True)
        self.bind(words.setText, lambda: _("Destroy the keys of this desk"))
        self.bind(self.limit.setAccessibleName, lambda: _("Destroy the keys of this desk"))
        self.bind(
            note.setText,
            lambda: _(
                "For a desk that may be stolen. Nobody can bring the keys back: what was not sent is lost then, "
                "and the desk has to be set up anew. The lock says how many tries are left."
            ),
        )
        self.bind(lambda _text: self._fill_limits(), str)
        self.limit.activated.connect(self._on_limit)
        for widget in (words, self.limit, note):
            self.add(widget)

    def _fill_limits(self) -> None:
        self.limit.blockSignals(True)
        self.limit.clear()
        self.limit.addItem(_("Never"), 0)
        for each in LIMITS:
            words = ngettext("After {n} wrong passphrase in a row", "After {n} wrong passphrases in a row", each)
            self.limit.addItem(words.format(n=number(each)), each)
        self.show_limit()
        self.limit.blockSignals(False)

    def _tell(self, _typed: str = "") -> None:
        least, alone = self._session.passphrase_rules()
        missing = least - len(self.new.text().strip())
        if self.new.text() and missing > 0:
            short = ngettext("{n} character more is needed.", "{n} characters more are needed.", missing)
            self.guidance.setText(short.format(n=number(missing)))
        else:
            self.guidance.setText(
                _(
                    "At least {least} characters; several words that do not belong together are best. Where the system "
                    "has no keyring: six different words or {alone} characters. Nobody can bring back a passphrase "
                    "that was forgotten."
                ).format(least=number(least), alone=number(alone))
            )
        self.button.setText(_("Changing…") if self._busy else _("Change the passphrase"))
        typed = all(each.text() for each in (self.old, self.new, self.again))
        self.button.setEnabled(typed and not self._busy)
        for each in (self.old, self.new, self.again):
            each.setEnabled(not self._busy)
        self._answer(self._code)

    def _answer(self, code: str) -> None:
        """Show what came of it in the current language; no code hides the banner."""
        self._code = code
        good = code == "passphrase_changed"
        self.answer.set_tone("ok" if good else "bad")
        if code:
            words = self._session.message(code)
            if wait := self._session.wait_s():
                left = ngettext("Next try in {n} second.", "Next try in {n} seconds.", wait)
                words = words if code == "try_later" or good else f"{words} {left.format(n=number(wait))}"
            if words != self.answer.text.text():
                self.answer.set_text(words)
        self.answer.setVisible(bool(code))

    def _on_changed(self) -> None:
        if not self._busy:  # it was the limit
            self.show_limit()
            return
        self._busy = False
        for each in (self.old, self.new, self.again):
            each.clear()
        self.shown.setChecked(False)
        self._code = "passphrase_changed"
        self._tell()
        announce(self, self.answer.text.text())

    def _on_refused(self, code: str) -> None:
        if self._busy:
            self._busy = False
            self.old.clear()
        else:
            self.show_limit()
        self._code = code
        self._tell()
        announce(self, self.answer.text.text())

    def _on_limit(self, place: int) -> None:
        self._answer("")
        self._session.limit_attempts(self.limit.itemData(place))

    def _on_shown(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        for each in (self.old, self.new, self.again):
            each.setEchoMode(mode)
