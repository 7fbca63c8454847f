"""The settings: language, digits, theme, text size, server, automatic lock. Each is applied and saved at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.session import Session
from desktop.ui.kit import Card, CodeEdit, DropDown, Label, Living, mark_invalid
from desktop.ui.passphrase_card import PassphraseCard
from desktop.ui.scroll_page import ScrollPage
from desktop.ui.theme import current_theme
from i18n import LANGUAGES, _, ngettext
from i18n.formats import number, percent, size

SCALES = (1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
LOCKS = (1, 2, 5, 10, 15, 30, 60)  # minutes
LIMITS_KB = (50, 200, 1_000, 5_000)
_WIDE = 760  # pixels at 100 %

Choices = Callable[[], Sequence[tuple[str, object]]]


class SettingsView(Living, QWidget):
    """Cards of settings; there is no button to save. `changed` asks for the look to be applied."""

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.title = Label("", "h1")
        self.problem = Label("", "body", "bad", wrap=True)
        self.problem.hide()
        self.choices: dict[str, DropDown] = {}
        self._page = QWidget()
        self._column = QVBoxLayout(self._page)
        self._outer = QVBoxLayout(self)
        self._outer.addWidget(self.title)
        self._outer.addWidget(self.problem)
        self._outer.addWidget(ScrollPage(self._page, self), 1)
        self._labels: list[Label] = []
        look, desk = self._card(lambda: _("Language and appearance")), self._card(lambda: _("This desk"))
        self._add(look, "language", lambda: _("Language"), _languages)
        self._add(
            look, "digits", lambda: _("Digits in Arabic"), lambda: (("0123456789", "latn"), ("٠١٢٣٤٥٦٧٨٩", "arab"))
        )
        self._add(look, "theme", lambda: _("Theme"), _themes)
        self._add(look, "text_scale", lambda: _("Text size"), lambda: [(percent(scale), scale) for scale in SCALES])
        self._add(desk, "auto_lock_minutes", lambda: _("Lock after"), _locks)
        self._add(desk, "reminders", lambda: _("Reminders of deadlines"), _reminders)
        self._add(desk, "blob_limit_kb", lambda: _("Evidence files take at most"), _limits)
        self.server = CodeEdit()
        self.server.setMaxLength(500)
        self.server.editingFinished.connect(self._on_server)
        self.server_problem = Label("", "caption", "bad", wrap=True)
        self.server_problem.hide()
        self._put(desk, lambda: _("Address of the secretariat"), self.server)
        desk.add(self.server_problem)
        note = Label("", "caption", "muted", wrap=True)
        desk.add(note)
        self.bind(note.setText, lambda: _("Changes are saved at once. None of them leaves this desk."))
        self.passphrase = PassphraseCard(session)
        self._column.addWidget(self.passphrase)
        self._column.addStretch(1)
        self.bind(self.title.setText, lambda: _("Settings"))
        self.follow(self._space)
        self.show_settings()

    def show_settings(self) -> None:
        """Show the values that hold now."""
        settings = self._session.settings
        for name, choice in self.choices.items():
            choice.setCurrentIndex(_place(choice, getattr(settings, name)))
        self.server.setText(settings.server_url)
        self.passphrase.show_limit()

    def showEvent(self, event: QShowEvent) -> None:
        """The page may have been made long before it is looked at."""
        super().showEvent(event)
        self.show_settings()

    def _card(self, title: Callable[[], str]) -> Card:
        card = Card()
        self.bind(card.set_title, title)
        self._column.addWidget(card)
        return card

    def _add(self, card: Card, name: str, label: Callable[[], str], choices: Choices) -> None:
        choice = self.choices[name] = DropDown()

        def fill(_text: str) -> None:
            chosen = choice.currentData()
            choice.blockSignals(True)
            choice.clear()
            for words, value in choices():
                choice.addItem(words, value)
            choice.setCurrentIndex(_place(choice, chosen))
            choice.blockSignals(False)

        self.bind(fill, str)
        choice.activated.connect(lambda place: self._set(**{name: choice.itemData(place)}))
        self._put(card, label, choice)

    def _put(self, card: Card, label: Callable[[], str], field: QWidget) -> None:
        words = Label("", "caption_strong")
        words.setBuddy(field)
        self.bind(words.setText, label)
        self.bind(field.setAccessibleName, label)
        card.add(words)
        card.add(field)

    def _set(self, **values: object) -> None:
        try:
            self._session.settings.set(**values)
            problem = ""
        except OSError:
            problem = self._session.message("read_only")
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.changed.emit()

    def _on_server(self) -> None:
        url = self.server.text().strip()
        if url == self._session.settings.server_url:
            problem = ""
        else:
            try:
                self._set(server_url=url)
                problem = ""
            except ValueError:
                problem = self._session.message("wrong_address")
        mark_invalid(self.server, bool(problem))
        self.server_problem.setText(problem)
        self.server_problem.setVisible(bool(problem))

    def _space(self) -> None:
        theme = current_theme()
        side = theme.px(28)
        self._outer.setContentsMargins(side, theme.px(18), side - theme.px(12), theme.px(18))
        self._outer.setSpacing(theme.space("m"))
        self._column.setSpacing(theme.space("l"))
        self._page.setMaximumWidth(theme.px(_WIDE))


def _place(choice: DropDown, value: object) -> int:
    """Where a value stands; the nearest number for one that is not offered."""
    values = [choice.itemData(place) for place in range(choice.count())]
    if value in values:
        return values.index(value)
    if isinstance(value, int | float) and values:
        return min(range(len(values)), key=lambda place: abs((values[place] or 0) - value))
    return 0


def _languages() -> list[tuple[str, object]]:
    return [(language.own_name, code) for code, language in LANGUAGES.items()]


def _themes() -> list[tuple[str, object]]:
    return [
        (_("As the system"), "system"),
        (_("Light"), "light"),
        (_("Dark"), "dark"),
        (_("High contrast"), "contrast"),
    ]


def _reminders() -> list[tuple[str, object]]:
    return [
        (_("On the day, and once overdue"), "all"),
        (_("Only what is overdue"), "overdue"),
        (_("None"), "off"),
    ]


def _limits() -> list[tuple[str, object]]:
    limits: list[tuple[str, object]] = [
        (_("{size} a second").format(size=size(each * 1_000)), each) for each in LIMITS_KB
    ]
    return [(_("All of the connection"), 0), *limits]


def _locks() -> list[tuple[str, object]]:
    minutes: list[tuple[str, object]] = [
        (ngettext("{n} minute", "{n} minutes", each).format(n=number(each)), each) for each in LOCKS
    ]
    return [*minutes, (_("Never by itself"), 0)]
