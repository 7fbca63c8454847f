"""Words across a region: what happened, what to do, an empty place, a short-lived note, the status bar's items."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.accessible import announce
from desktop.ui.icons import icon_pixmap
from desktop.ui.kit.binding import Living
from desktop.ui.kit.buttons import Button, IconButton
from desktop.ui.kit.labels import ElidedLabel, Label
from desktop.ui.theme import TONES, current_theme
from i18n import _
from i18n.bidi import strip_isolates

_ICONS = {
    "violet": "git-compare",
    "warn": "triangle-alert",
    "bad": "circle-alert",
    "ok": "circle-check",
    "info": "info",
    "neutral": "info",
    "offline": "cloud-off",
}


class IconLabel(Living, QLabel):
    """An icon in a tone, on a soft square when `boxed`. It decorates words: it has no accessible name of its own."""

    def __init__(
        self, icon: str, tone: str = "neutral", size: int = 18, *, boxed: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon, self._tone, self._size, self._boxed = icon, tone, size, boxed
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow(self.updateGeometry)

    def set_icon(self, icon: str, tone: str = "") -> None:
        """Change icon and tone."""
        self._icon, self._tone = icon, tone or self._tone
        self.update()

    def sizeHint(self) -> QSize:
        """The icon, or its square."""
        side = current_theme().px(self._size + 16 if self._boxed else self._size)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint square and icon."""
        theme = current_theme()
        front, ground = theme.tone(self._tone) if self._tone in TONES else (theme.color(self._tone),) * 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._boxed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(self.rect()), theme.control("radius"), theme.control("radius"))
        side = theme.px(self._size)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        spot = self.rect().center()
        painter.drawPixmap(
            spot.x() - side // 2 + 1, spot.y() - side // 2 + 1, icon_pixmap(self._icon, front, side, rtl=rtl)
        )


class Banner(Living, QWidget):
    """A coloured strip with an icon, words, and up to two actions: `quiet` and `strong`.

    Tones: violet (conflict), warn, bad (an error), ok, info, offline.
    """

    quiet_clicked = Signal()
    strong_clicked = Signal()

    def __init__(
        self, tone: str = "info", text: str = "", quiet: str = "", strong: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self.icon = IconLabel(_ICONS[tone], tone)
        self.text = Label("", "body", "", wrap=True)
        self.quiet = Button(quiet, "link")
        self.strong = Button(strong, "secondary")
        self.quiet.clicked.connect(self.quiet_clicked)
        self.strong.clicked.connect(self.strong_clicked)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.icon)
        self._row.addWidget(self.text, 1)
        self._row.addWidget(self.quiet)
        self._row.addWidget(self.strong)
        self.set_actions(quiet, strong)
        self.set_text(text)
        self.set_tone(tone)
        self.follow(self._space)

    def set_text(self, text: str) -> None:
        """Set the words; they are announced to assistive technology when the banner is in view."""
        self.text.setText(text)
        self.setAccessibleName(strip_isolates(text))
        announce(self, text)

    def set_actions(self, quiet: str = "", strong: str = "") -> None:
        """Set the words of the actions; none hides the button."""
        for button, words in ((self.quiet, quiet), (self.strong, strong)):
            button.setText(words)
            button.setVisible(bool(words))

    def set_tone(self, tone: str) -> None:
        """Change colour and icon."""
        self._tone = tone
        self.icon.set_icon(_ICONS[tone], tone)
        self.text.set_tone("warn" if tone == "offline" else "" if tone == "neutral" else tone)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the soft ground."""
        theme = current_theme()
        front, ground = theme.tone(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(ground)
        painter.setPen(QPen(front, 1) if theme.scheme == "contrast" else Qt.PenStyle.NoPen)
        radius = theme.control("radius")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _space(self) -> None:
        theme = current_theme()
        self._row.setContentsMargins(theme.space("l"), theme.space("s"), theme.space("s"), theme.space("s"))
        self._row.setSpacing(theme.space("m"))
        self.setMinimumHeight(theme.px(52))


class EmptyState(Living, QWidget):
    """What stands where nothing is: an icon, a title, a sentence that says what to do, and one action."""

    action_clicked = Signal()

    def __init__(
        self, icon: str, title: str = "", sentence: str = "", action: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.icon = IconLabel(icon, "neutral", 28, boxed=True)
        self.title = Label(title, "h3")
        self.sentence = Label(sentence, "body", "muted", wrap=True)
        self.action = Button(action, "secondary")
        self.action.clicked.connect(self.action_clicked)
        center = Qt.AlignmentFlag.AlignHCenter
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._column = QVBoxLayout(self)
        self._column.addStretch(1)
        self._column.addWidget(self.icon, 0, center)
        self._column.addWidget(self.title)
        self._column.addWidget(self.sentence)
        self._column.addWidget(self.action, 0, center)
        self._column.addStretch(2)
        self.set_texts(title, sentence, action)
        self.follow(self._space)

    def set_texts(self, title: str, sentence: str, action: str = "") -> None:
        """Set all words; no action hides the button."""
        self.title.setText(title)
        self.sentence.setText(sentence)
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self.setAccessibleName(strip_isolates(f"{title}. {sentence}"))

    def _space(self) -> None:
        theme = current_theme()
        self._column.setContentsMargins(*(theme.space("xl"),) * 4)
        self._column.setSpacing(theme.space("s"))


class Toast(Living, QWidget):
    """A note over the lower edge of a window that goes by itself: "Deleted. Undo". It never takes the focus."""

    action_clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.text = Label("", "body", "rail_strong")
        self.action = Button("", "secondary")
        self.close_button = IconButton("x", tone="rail_text", size=24)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.text, 1)
        self._row.addWidget(self.action)
        self._row.addWidget(self.close_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.action.clicked.connect(self.action_clicked)
        self.action.clicked.connect(self.hide)
        self.close_button.clicked.connect(self.hide)
        self.bind(self.close_button.set_name, lambda: _("Close"))
        self.follow(self._space)
        self.hide()

    def show_note(self, text: str, action: str = "", seconds: float = 8.0) -> None:
        """Show words, and an action if given, for a time."""
        self.text.setText(text)
        self.setAccessibleName(strip_isolates(text))
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self._place()
        self.show()
        self.raise_()
        self._timer.start(round(seconds * 1000))
        announce(self, text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dark ground."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.color("rail"))
        painter.setPen(QPen(theme.color("border_strong"), 1))
        radius = theme.control("radius")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _place(self) -> None:
        parent = self._window
        room = parent.width() - 2 * current_theme().space("xl")
        self.text.setWordWrap(False)
        wanted = self.sizeHint()
        if wanted.width() > room:
            self.text.setWordWrap(True)
            wanted = QSize(room, max(wanted.height(), self._row.heightForWidth(room)))
        self.resize(wanted)
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - current_theme().px(48))

    def _space(self) -> None:
        theme = current_theme()
        self._row.setContentsMargins(theme.space("l"), theme.space("s"), theme.space("s"), theme.space("s"))
        self._row.setSpacing(theme.space("m"))


class StatusItem(Living, QWidget):
    """A small icon and words in the status bar; changes are announced when `live`."""

    def __init__(
        self, icon: str, text: str = "", tone: str = "text2", *, live: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._live = live
        self.icon = IconLabel(icon, tone, 14)
        self.text = ElidedLabel("", "caption", "muted")
        self.text.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.icon)
        self._row.addWidget(self.text)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_state(icon, text, tone)
        self.follow(lambda: self._row.setSpacing(current_theme().px(6)))

    def set_state(self, icon: str, text: str, tone: str = "") -> None:
        """Show another state."""
        self.icon.set_icon(icon, tone)
        if self.text.text() != text:
            self.text.setText(text)
            self.setAccessibleName(strip_isolates(text))
            if self._live:
                announce(self, text)
