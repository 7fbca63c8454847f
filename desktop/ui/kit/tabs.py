"""Tabs with an underline and counts; what does not fit goes behind "More"."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QMenu, QSizePolicy, QWidget

from desktop.ui.kit.binding import Living
from desktop.ui.kit.buttons import Button
from desktop.ui.kit.hints import Whole
from desktop.ui.kit.painting import CENTER, hovered, keyboard_focus, paint_ring
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import strip_isolates


class Tab(Living, Whole, QAbstractButton):
    """One tab: words, and a count if there is one."""

    def __init__(self, key: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self._caption = ""
        self._count: int | None = None
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_caption(text)
        self.follow(self.updateGeometry)

    def set_caption(self, text: str, count: int | None = None) -> None:
        """Set words and count."""
        self._caption, self._count = text, count
        shown = self.shown_text()
        self.setText(shown.replace("&", "&&"))
        self.setAccessibleName(strip_isolates(shown))
        self.updateGeometry()
        self.update()

    def shown_text(self) -> str:
        """Words with count."""
        return self._caption if self._count is None else f"{self._caption} {self._count}"

    def sizeHint(self) -> QSize:
        """The bold width, so that choosing a tab moves nothing."""
        theme = current_theme()
        return QSize(theme.metrics("body", 600).horizontalAdvance(self.shown_text()) + theme.px(6), theme.px(42))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint words and underline."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        painter.setFont(theme.font("body", 600 if chosen else 500))
        painter.setPen(theme.color("link" if chosen else "text" if hovered(self) else "text2"))
        painter.drawText(self.rect().adjusted(0, 0, 0, -theme.px(4)), CENTER, self.shown_text())
        if chosen:
            thick = theme.px(3)
            painter.fillRect(QRect(0, self.height() - thick, self.width(), thick), theme.color("link"))
        if keyboard_focus(self):
            paint_ring(painter, self.rect(), theme.color("focus"), theme.control("radius"), theme)


class TabBar(Living, QWidget):
    """A row of tabs. Arrow keys move between them in reading order; tabs that do not fit are in the More menu."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs: list[Tab] = []
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.more = Button("", "link", menu=True)
        self._menu = QMenu(self)
        self.more.clicked.connect(self._open_menu)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addStretch(1)
        self._row.addWidget(self.more)
        self.more.hide()
        self.bind(self.more.setText, lambda: _("More"))
        self.follow(self._space)

    def add_tab(self, key: str, text: str) -> Tab:
        """Append a tab; the first one is chosen."""
        tab = Tab(key, text)
        self._group.addButton(tab)
        tab.clicked.connect(self._on_clicked)
        self._row.insertWidget(len(self._tabs), tab)
        self._tabs.append(tab)
        if len(self._tabs) == 1:
            tab.setChecked(True)
        self._fit()
        return tab

    def choose(self, key: str) -> None:
        """Choose a tab by its key and say so; an unknown key does nothing."""
        for tab in self._tabs:
            if tab.key == key and not tab.isChecked():
                tab.setChecked(True)
                self._fit()
                self.chosen.emit(key)

    def key(self) -> str:
        """Key of the chosen tab, empty when there is none."""
        return next((tab.key for tab in self._tabs if tab.isChecked()), "")

    def minimumSizeHint(self) -> QSize:
        """Room for one tab and More."""
        wide = max((tab.sizeHint().width() for tab in self._tabs), default=0)
        return QSize(wide + self.more.sizeHint().width() + current_theme().space("xl"), current_theme().px(42))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide what does not fit."""
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right follow the eye, Home and End the reading order."""
        shown = [tab for tab in self._tabs if not tab.isHidden()]
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            step = -step
        if step and shown:
            place = next((i for i, tab in enumerate(shown) if tab.isChecked()), 0)
            self._go(shown[(place + step) % len(shown)])
        elif event.key() == Qt.Key.Key_Home and shown:
            self._go(shown[0])
        elif event.key() == Qt.Key.Key_End and shown:
            self._go(shown[-1])
        else:
            super().keyPressEvent(event)

    def _go(self, tab: Tab) -> None:
        tab.setFocus(Qt.FocusReason.TabFocusReason)
        self.choose(tab.key)

    def _on_clicked(self) -> None:
        self.chosen.emit(self.key())

    def _open_menu(self) -> None:
        self._menu.clear()
        for tab in self._tabs:
            if tab.isHidden():
                action = QAction(tab.shown_text().replace("&", "&&"), self._menu)
                action.setData(tab.key)
                action.triggered.connect(self._on_menu)
                self._menu.addAction(action)
        self._menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _on_menu(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.choose(str(action.data()))

    def _fit(self) -> None:
        gap = self._row.spacing()
        wide = [tab.sizeHint().width() + gap for tab in self._tabs]
        room = self.width()
        if sum(wide) > room:
            room -= self.more.sizeHint().width() + gap
        chosen = next((i for i, tab in enumerate(self._tabs) if tab.isChecked()), -1)
        left = room - (wide[chosen] if chosen >= 0 else 0)
        fits = True
        for place, tab in enumerate(self._tabs):
            if place == chosen:
                tab.setVisible(True)
                continue
            fits = fits and wide[place] <= left
            left -= wide[place] if fits else 0
            tab.setVisible(fits)
        self.more.setVisible(any(tab.isHidden() for tab in self._tabs))

    def _space(self) -> None:
        self._row.setSpacing(current_theme().px(22))
        self._fit()
