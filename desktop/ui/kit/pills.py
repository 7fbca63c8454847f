"""Small words on a ground: status pills, TLP and handling badges, gold counts, initials."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop.ui.kit.binding import Living
from desktop.ui.kit.hints import Square, Whole
from desktop.ui.kit.painting import (
    CENTER,
    PillLook,
    handling_look,
    paint_pill,
    pill_height,
    pill_width,
    tlp_look,
    tone_look,
)
from desktop.ui.kit.visibility import show_if
from desktop.ui.theme import Theme, current_theme
from i18n import _
from i18n.bidi import ltr, neutralise, strip_isolates


class Pill(Living, Whole, QLabel):
    """A label painted as a pill. Subclasses say how it looks."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if text:
            self.setText(text)
        self.follow(self.updateGeometry)

    def setText(self, text: str) -> None:
        """Set the words and the accessible name."""
        super().setText(text)
        self.setAccessibleName(strip_isolates(text))
        self.updateGeometry()

    def look(self, theme: Theme) -> PillLook:
        """Colours and shape."""
        return tone_look(theme, "neutral", dot=False)

    def sizeHint(self) -> QSize:
        """Words and padding."""
        theme = current_theme()
        return QSize(pill_width(theme, self.text(), self.look(theme)), pill_height(theme))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pill."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_pill(painter, self.rect(), self.text(), self.look(theme), theme)


class StatusPill(Pill):
    """A state in words on a soft ground, with a dot. Tones: info, ok, warn, bad, neutral, violet."""

    def __init__(
        self, text: str = "", tone: str = "neutral", *, dot: bool = True, parent: QWidget | None = None
    ) -> None:
        self._tone = tone
        self._dot = dot
        super().__init__(text, parent)

    def set_state(self, text: str, tone: str) -> None:
        """Change words and tone together."""
        self._tone = tone
        self.setText(text)
        self.update()

    def look(self, theme: Theme) -> PillLook:
        """The tone's colours."""
        return tone_look(theme, self._tone, dot=self._dot)


class TlpBadge(Pill):
    """A TLP label, exactly as the standard writes it; hidden while there is none."""

    def __init__(self, label: str = "", parent: QWidget | None = None) -> None:
        self._label = ""
        super().__init__("", parent)
        self.set_label(label)

    def set_label(self, label: str) -> None:
        """Show a label such as TLP:AMBER."""
        self._label = label
        self.setText(ltr(label))
        show_if(self, bool(label))

    def look(self, theme: Theme) -> PillLook:
        """The label's own colours."""
        return tlp_look(theme, self._label)


class HandlingBadge(Pill):
    """The handling codes of what it stands beside (H0 to H3), in one outlined badge; hidden while there are none."""

    def __init__(self, codes: tuple[str, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.set_codes(codes)

    def set_codes(self, codes: tuple[str, ...]) -> None:
        """Show the codes in order."""
        self.setText(ltr(" ".join(sorted(codes))))
        show_if(self, bool(codes))
        if codes:
            self.setAccessibleName(_("Handling codes: {codes}").format(codes=neutralise(" ".join(sorted(codes)))))

    def look(self, theme: Theme) -> PillLook:
        """Outlined."""
        return handling_look(theme)


def count_text(count: int, cap: int = 999) -> str:
    """A count as a badge shows it: exact, or the cap with a plus."""
    return ltr(str(count) if count <= cap else f"{cap}+")


def paint_count(painter: QPainter, rect: QRect, text: str, theme: Theme) -> None:
    """Paint a gold count badge."""
    radius = rect.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("gold"))
    painter.drawRoundedRect(rect, radius, radius)
    painter.setFont(theme.font("caption", 600))
    painter.setPen(theme.color("on_gold"))
    painter.drawText(rect, CENTER, text)


class CountBadge(Pill):
    """A gold count; hidden at zero."""

    def __init__(self, count: int = 0, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.set_count(count)

    def set_count(self, count: int) -> None:
        """Show a count."""
        self.setText(count_text(count))
        show_if(self, count > 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the badge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_count(painter, self.rect(), self.text(), current_theme())


def initials(name: str) -> str:
    """Up to two initials of a name; Arabic has no custom of several, so one letter there."""
    parts = [part for part in neutralise(name).replace(".", " ").split() if part[:1].isalpha()]
    if not parts:
        return "?"
    if "\u0590" <= parts[-1][0] <= "\u08ff":
        return parts[-1][0]
    # The last two words: a rank may stand before them.
    return "".join(part[0] for part in parts[-2:]).upper()


class Avatar(Living, Square, QLabel):
    """A disc with a person's initials."""

    def __init__(self, name: str = "", size: int = 34, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_name(name)
        self.follow(self.updateGeometry)

    def set_name(self, name: str) -> None:
        """Show somebody else; the whole name is the accessible name."""
        self.setText(initials(name))
        self.setAccessibleName(neutralise(name))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint disc and initials."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("rail_sel"))
        painter.drawEllipse(self.rect())
        painter.setFont(theme.font("caption", 600))
        painter.setPen(theme.color("rail_text_sel"))
        painter.drawText(self.rect(), CENTER, self.text())
