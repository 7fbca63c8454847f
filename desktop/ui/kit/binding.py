"""How a widget follows the language, the direction and the theme while it lives: setters that are run again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    _Base = QWidget
else:
    _Base = object

_LOOK_EVENTS = frozenset({QEvent.Type.StyleChange, QEvent.Type.LayoutDirectionChange})


class Living(_Base):
    """Mixin before a QWidget class: `class Page(Living, QWidget)`.

    bind(label.setText, lambda: _("Cases"))   runs now, and again whenever the language changes
    follow(self.update_icons)                 runs now, and again when theme, scale, direction or language changes
    """

    _texts: list[tuple[Callable[[str], object], Callable[[], str]]] | None = None
    _looks: list[Callable[[], object]] | None = None
    _refreshing = False

    def bind(self, setter: Callable[[str], object], text: Callable[[], str]) -> None:
        """Give `setter` the text now and after each change of language.

        The widget of `setter` must live as long as this one (children do).
        """
        if self._texts is None:
            self._texts = []
        self._texts.append((setter, text))
        setter(text())

    def follow(self, refresh: Callable[[], object]) -> None:
        """Call `refresh` now and after each change of theme, text scale, direction or language."""
        if self._looks is None:
            self._looks = []
        self._looks.append(refresh)
        refresh()

    def retranslate(self) -> None:
        """Run the bound setters again; call it also when data behind a bound text changed."""
        for setter, text in self._texts or ():
            setter(text())

    def refresh_look(self) -> None:
        """Run the followers again. One that itself changes a style does not start it over."""
        if self._refreshing:
            return
        self._refreshing = True
        try:
            for refresh in self._looks or ():
                refresh()
        finally:
            self._refreshing = False

    def changeEvent(self, event: QEvent) -> None:
        """Follow LanguageChange, StyleChange and LayoutDirectionChange."""
        super().changeEvent(event)
        kind = event.type()
        if kind == QEvent.Type.LanguageChange:
            self.retranslate()
            self.refresh_look()
        elif kind in _LOOK_EVENTS:
            self.refresh_look()


def announce_language(app: QApplication, *, rtl: bool) -> None:
    """Tell every window, after i18n.set_language, that language and direction changed."""
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
    for window in app.topLevelWidgets():
        QCoreApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
