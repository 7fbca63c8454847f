"""Gives the whole application the officer's look: language, direction, Qt's own words, theme and text size."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTranslator, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from desktop.session import Session
from desktop.ui.kit import announce_language
from desktop.ui.theme import apply_theme, current_theme
from i18n import _
from i18n.direction import is_rtl


def scheme_of(theme: str, *, system_is_dark: bool) -> str:
    """The colour scheme of a setting; `system` follows the system's."""
    if theme == "system":
        return "dark" if system_is_dark else "light"
    return theme


class Look(QObject):
    """Applies the settings at the start and again whenever `apply` is called; nothing is started anew for it."""

    changed = Signal()

    def __init__(self, application: QApplication, session: Session) -> None:
        super().__init__(application)
        self._application = application
        self._session = session
        self._translator = QTranslator(self)
        self._shown: tuple[object, ...] = ()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.apply)

    def apply(self) -> None:
        """Show what the settings say now; what is shown already is left alone."""
        settings = self._session.settings
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        scheme = scheme_of(settings.theme, system_is_dark=dark)
        theme = current_theme()
        if (scheme, settings.text_scale) != (theme.scheme, theme.scale) or not self._shown:
            apply_theme(self._application, scheme, settings.text_scale)
        locale = settings.locale
        shown = (locale, scheme, settings.text_scale)
        if not self._shown or self._shown[0] != locale:
            self._speak(locale.language, locale.code)
        if shown != self._shown:
            self._shown = shown
            self.changed.emit()

    def _speak(self, language: str, code: str) -> None:
        """Qt's own words (file dialogs, menus of fields), then everybody's."""
        QLocale.setDefault(QLocale(code))
        self._application.removeTranslator(self._translator)
        folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        if self._translator.load(f"qtbase_{language}", str(folder)):
            self._application.installTranslator(self._translator)
        announce_language(self._application, rtl=is_rtl())


def window_title(name: str) -> str:
    """The title of a window: what is shown, then the product."""
    return f"{name} — {product_name()}" if name else product_name()


def product_name() -> str:
    """The product's name in the script of the language in use."""
    return _("Tahaluf")
