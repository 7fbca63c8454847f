"""The first screen: the passphrase, and in plain words what stands in the way."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.session import Session
from desktop.ui.kit import Banner, BrandMark, Button, DropDown, IconButton, Label, Living, Panel, announce
from desktop.ui.look import product_name
from desktop.ui.scroll_page import ScrollPage
from desktop.ui.theme import current_theme
from i18n import LANGUAGES, _, ngettext
from i18n.formats import number

_IN_SECONDS = 120  # a longer wait is shown in minutes
_TONES = {"no_store": "info", "tries_before": "warn"}


def wait_words(seconds: int) -> str:
    """When the next passphrase is tried."""
    if seconds <= _IN_SECONDS:
        return ngettext("Next try in {n} second.", "Next try in {n} seconds.", seconds).format(n=number(seconds))
    minutes = -(-seconds // 60)
    return ngettext("Next try in {n} minute.", "Next try in {n} minutes.", minutes).format(n=number(minutes))


class UnlockView(Living, QWidget):
    """Asks for the passphrase. `language_chosen` lets somebody in who cannot read the words."""

    language_chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._code = ""
        self._params: dict[str, object] | None = None  # of the code, when the session was not told them
        self._busy = False
        self._salvage = False
        self.mark = BrandMark(44)
        self.title = Label("", "h1")
        self.sentence = Label("", "body", "muted", wrap=True)
        self.label = Label("", "caption_strong")
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setMaxLength(1_000)
        self.field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.show_button = IconButton("eye")
        self.show_button.setCheckable(True)
        self.unlock_button = Button("", "primary", "lock-open")
        self.problem = Banner("bad")
        self.problem.hide()
        self.languages = DropDown()
        self._tick = QTimer(self)
        self._tick.setInterval(1_000)
        self._tick.timeout.connect(self._on_tick)
        self._lay_out()
        self._connect()
        self._bind()
        self.follow(self._space)
        self.prepare()

    def prepare(self) -> None:
        """Empty the field and put the focus there; say so if no desk was set up here."""
        self.field.clear()
        self.show_button.setChecked(False)
        self._code, self._params = self._session.absence(), None
        waiting = self._session.waiting()
        if not self._code and waiting.wrong:
            self._code, self._params = "tries_before", {"left": waiting.left}
        if waiting.wait_s:
            self._tick.start()
        self._tell()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def offer_salvage(self) -> None:
        """The store is damaged: the passphrase now saves what verifies, then opens."""
        self._salvage = True
        self._code = "store_damaged"
        self._tell()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        """Try the passphrase. The field is emptied at once, whatever comes of it."""
        passphrase = self.field.text()
        if not passphrase or self._busy or self._session.wait_s():
            return
        self._busy = True
        self._code = ""
        self.field.clear()
        self._tell()
        self._session.unlock(passphrase, salvage=self._salvage)

    def _connect(self) -> None:
        self.field.returnPressed.connect(self.submit)
        self.field.textChanged.connect(self._tell)
        self.unlock_button.clicked.connect(self.submit)
        self.show_button.toggled.connect(self._on_show)
        self.languages.activated.connect(self._on_language)
        self.problem.strong_clicked.connect(self.offer_salvage)
        self._session.unlock_failed.connect(self._on_failed)
        self._session.unlocked.connect(self._on_unlocked)
        self._session.salvage_progressed.connect(self._on_salvaged)

    def _bind(self) -> None:
        self.bind(self.label.setText, lambda: _("Passphrase"))
        self.bind(self.field.setAccessibleName, lambda: _("Passphrase"))
        self.bind(self.languages.setAccessibleName, lambda: _("Language"))
        self.bind(self.title.setText, product_name)
        self.bind(lambda _text: self._fill_languages(), str)
        self.bind(lambda _text: self._tell(), str)

    def _tell(self, _typed: str = "") -> None:
        here = self._session.exists()
        if not here:
            self.sentence.setText(_("There is no desk here."))
        elif self._salvage:
            self.sentence.setText(_("Type the passphrase again. The damaged store is kept beside the new one."))
        else:
            self.sentence.setText(_("Type the passphrase of this desk to open its cases."))
        action = _("Save what verifies and open") if self._salvage else _("Unlock")
        self.unlock_button.setText(_("Opening…") if self._busy else action)
        wait_s = self._session.wait_s()
        self.unlock_button.setEnabled(bool(self.field.text()) and not self._busy and not wait_s and here)
        self.field.setEnabled(here and not self._busy)
        shown = self.show_button.isChecked()
        self.show_button.set_name(_("Hide the passphrase") if shown else _("Show the passphrase"))
        told = self._code or ("tries_before" if wait_s else "")
        params: dict[str, object] | None = {"wait_s": float(wait_s)} if told == "try_later" and wait_s else self._params
        words = self._session.message(told, params) if told else ""
        if words and wait_s and told != "try_later":
            words = f"{words} {wait_words(wait_s)}"
        self.problem.set_tone(_TONES.get(told, "bad"))
        if words != self.problem.text.text():
            self.problem.set_text(words)
        offered = self._code == "store_damaged" and not self._salvage
        self.problem.set_actions("", _("Repair…") if offered else "")
        self.problem.setVisible(bool(words))

    def _on_failed(self, code: str) -> None:
        self._busy = False
        self._code, self._params = code, None
        if self._session.wait_s():
            self._tick.start()
        self._tell()
        announce(self, self.problem.text.text())
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_salvaged(self, done: int, total: int) -> None:
        words = _("Saving what verifies: {done} of {total}").format(done=number(done), total=number(total))
        self.sentence.setText(words)

    def _on_unlocked(self) -> None:
        self._busy = self._salvage = False
        self.prepare()

    def _on_tick(self) -> None:
        if not self._session.wait_s():
            self._tick.stop()
            if self._code == "try_later":
                self._code = ""
        self._tell()

    def _on_show(self, shown: bool) -> None:
        self.field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._tell()

    def _on_language(self, place: int) -> None:
        self.language_chosen.emit(self.languages.itemData(place))

    def _fill_languages(self) -> None:
        self.languages.blockSignals(True)
        self.languages.clear()
        for code, language in LANGUAGES.items():
            self.languages.addItem(language.own_name, code)
        self.languages.setCurrentIndex(max(0, self.languages.findData(self._session.settings.language)))
        self.languages.blockSignals(False)

    def _lay_out(self) -> None:
        self.card = Panel("card")
        self._entry = QHBoxLayout()
        self._entry.addWidget(self.field, 1)
        self._entry.addWidget(self.show_button)
        self._inner = QVBoxLayout(self.card)
        for widget in (self.mark, self.title, self.sentence, self.label):
            self._inner.addWidget(widget)
        self._inner.addLayout(self._entry)
        self._inner.addWidget(self.problem)
        self._inner.addWidget(self.unlock_button)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.card)
        row.addStretch(1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.languages)
        foot.addStretch(1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch(3)
        column.addLayout(row)
        column.addLayout(foot)
        column.addStretch(4)
        self._column = column
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(ScrollPage(page))

    def _space(self) -> None:
        theme = current_theme()
        edge = theme.px(28)
        self._inner.setContentsMargins(edge, edge, edge, edge)
        self._inner.setSpacing(theme.space("m"))
        self._entry.setSpacing(theme.space("s"))
        self._column.setSpacing(theme.space("l"))
        self.card.setFixedWidth(theme.px(440))
