"""The look as data: colours, sizes and fonts from tokens.json, made into a palette and one style sheet."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from desktop.ui.accessible import install_roles
from desktop.ui.fonts import load_fonts, make_font
from desktop.ui.style_sheet import build_style_sheet

SCHEMES: Final = ("light", "dark", "contrast")
SCALES: Final = (1.0, 2.0)
WEIGHTS: Final = {"caption": 400, "body": 400, "strong": 600, "h3": 600, "h2": 600, "h1": 600}
# A tone is a state that colour helps to see; its words always stand beside it.
TONES: Final = {
    "info": ("link", "primary_soft"),
    "ok": ("ok", "ok_soft"),
    "warn": ("warn", "warn_soft"),
    "bad": ("bad", "bad_soft"),
    "neutral": ("neutral", "neutral_soft"),
    "violet": ("violet", "violet_soft"),
    "offline": ("offline", "offline_soft"),
}


class Tokens(msgspec.Struct, frozen=True):
    """What tokens.json holds: colours of each scheme, TLP colours (text, ground), sizes in pixels at 100 %."""

    light: dict[str, str]
    dark: dict[str, str]
    contrast: dict[str, str]
    tlp: dict[str, tuple[str, str]]
    text_px: dict[str, int]
    space_px: dict[str, int]
    control_px: dict[str, int]


@cache
def load_tokens() -> Tokens:
    """The tokens, read once; a malformed file raises msgspec.ValidationError."""
    return msgspec.json.decode(resources.files("desktop.ui").joinpath("tokens.json").read_bytes(), type=Tokens)


class Theme:
    """One scheme at one text scale. Every colour and size on screen is asked of it."""

    def __init__(self, scheme: str = "light", scale: float = 1.0) -> None:
        if scheme not in SCHEMES:
            raise ValueError(scheme)
        self.scheme = scheme
        self.scale = min(max(scale, SCALES[0]), SCALES[1])
        self.tokens = load_tokens()
        self.colors: dict[str, str] = getattr(self.tokens, scheme)
        self._qcolors: dict[str, QColor] = {}
        self._fonts: dict[tuple[str, int], QFont] = {}
        self._metrics: dict[tuple[str, int], QFontMetrics] = {}

    def hex(self, name: str) -> str:
        """A colour token as #RRGGBB. Raises KeyError for a name that no token has."""
        return self.colors[name]

    def color(self, name: str) -> QColor:
        """A colour token; the object is shared, do not change it."""
        found = self._qcolors.get(name)
        if found is None:
            found = self._qcolors[name] = QColor(self.colors[name])
        return found

    def tone(self, tone: str) -> tuple[QColor, QColor]:
        """Text colour and soft ground of a tone (info, ok, warn, bad, neutral, violet, offline)."""
        front, ground = TONES.get(tone, TONES["neutral"])
        return self.color(front), self.color(ground)

    def tlp(self, label: str) -> tuple[QColor, QColor]:
        """Text and ground of a TLP label; one that this version does not know looks like the strictest."""
        front, ground = self.tokens.tlp.get(label, self.tokens.tlp["TLP:RED"])
        return QColor(front), QColor(ground)

    def px(self, pixels: float) -> int:
        """A length given in pixels at 100 %, at this text scale."""
        return max(1, round(pixels * self.scale)) if pixels else 0

    def space(self, name: str) -> int:
        """A distance by its token (xs, s, m, l, xl), scaled."""
        return self.px(self.tokens.space_px[name])

    def control(self, name: str) -> int:
        """A size by its token (control, row, rail, list, band, radius, card_radius, icon, ring, target), scaled."""
        return self.px(self.tokens.control_px[name])

    def font(self, role: str = "body", weight: int = 0) -> QFont:
        """The font of a text role (caption, body, strong, h3, h2, h1); `weight` 0 takes the role's own."""
        key = (role, weight or WEIGHTS[role])
        found = self._fonts.get(key)
        if found is None:
            found = self._fonts[key] = make_font(self.px(self.tokens.text_px[role]), key[1])
        return found

    def metrics(self, role: str = "body", weight: int = 0) -> QFontMetrics:
        """Font metrics of a text role, cached."""
        key = (role, weight or WEIGHTS[role])
        found = self._metrics.get(key)
        if found is None:
            found = self._metrics[key] = QFontMetrics(self.font(role, weight))
        return found

    def palette(self) -> QPalette:
        """The palette for Qt's own widgets and dialogs."""
        palette = QPalette()
        roles = QPalette.ColorRole
        for role, name in (
            (roles.Window, "win"),
            (roles.WindowText, "text"),
            (roles.Base, "surface"),
            (roles.AlternateBase, "sunken"),
            (roles.Text, "text"),
            (roles.Button, "surface"),
            (roles.ButtonText, "text"),
            (roles.BrightText, "on_primary"),
            (roles.Highlight, "primary"),
            (roles.HighlightedText, "on_primary"),
            (roles.ToolTipBase, "surface"),
            (roles.ToolTipText, "text"),
            (roles.PlaceholderText, "text3"),
            (roles.Link, "link"),
            (roles.LinkVisited, "violet"),
            (roles.Accent, "primary"),
            (roles.Light, "surface"),
            (roles.Midlight, "hover"),
            (roles.Mid, "border"),
            (roles.Dark, "border_strong"),
            (roles.Shadow, "border_strong"),
        ):
            palette.setColor(role, self.color(name))
        for role in (roles.WindowText, roles.Text, roles.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("text3"))
        return palette


class _Look(QObject):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme = Theme()


@cache
def _look() -> _Look:
    return _Look()


def current_theme() -> Theme:
    """The theme in force; a light one at 100 % until apply_theme is called."""
    return _look().theme


def theme_changed() -> SignalInstance:
    """The signal that follows apply_theme; connect methods of QObjects to it (painters, delegates, models)."""
    return _look().changed


def apply_theme(app: QApplication, scheme: str = "light", scale: float = 1.0) -> Theme:
    """Give the application a scheme (light, dark, contrast) and a text scale (1.0 to 2.0), at any time.

    Raises ValueError for an unknown scheme, FontMissingError when the installation lacks a font.
    """
    theme = Theme(scheme, scale)
    load_fonts()
    install_roles()
    look = _look()
    if app.style().objectName().lower() != "fusion":
        app.setStyle("Fusion")
    look.theme = theme
    app.setPalette(theme.palette())
    app.setFont(theme.font("body"))
    app.setStyleSheet(build_style_sheet(theme.colors, theme.px, theme.tokens.text_px))
    look.changed.emit()
    return theme
