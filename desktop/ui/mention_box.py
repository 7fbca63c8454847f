"""Where a note is typed: "@" completes the desks of the case, Ctrl+Enter posts, and what is typed survives a lock."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop.casework.mentions import desk_label
from desktop.casework.views import Author
from desktop.ui.kit import TextBox
from desktop.ui.theme import current_theme
from i18n.bidi import isolate
from i18n.folding import fold
from i18n.names import country_name

_TYPED = re.compile(r"@([^\s@][^@\n]{0,40})?\Z")
_OFFERED = 8


class MentionBox(TextBox):
    """A text box that offers names after "@". `posted` and `left` tell its owner."""

    posted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desks: tuple[Author, ...] = ()
        self.names = QListWidget(self)
        self.names.setWindowFlags(Qt.WindowType.ToolTip)
        self.names.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.names.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.names.itemClicked.connect(self._take)
        self.names.hide()
        self.textChanged.connect(self._offer)
        self.follow(self._space)

    def set_desks(self, desks: Sequence[Author]) -> None:
        """Who can be mentioned."""
        self._desks = tuple(desks)

    def offered(self) -> list[str]:
        """The labels that are offered now."""
        if self.names.isHidden():
            return []
        return [str(self.names.item(place).data(Qt.ItemDataRole.UserRole)) for place in range(self.names.count())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and Enter go to the names while they are offered; Ctrl+Enter posts."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not self.names.isHidden():
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step:
                self.names.setCurrentRow((self.names.currentRow() + step) % self.names.count())
                return
            if enter or event.key() == Qt.Key.Key_Tab:
                self._take(self.names.currentItem())
                return
            if event.key() == Qt.Key.Key_Escape:
                self.names.hide()
                return
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.posted.emit()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Tab and Escape for the names while they are offered."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not self.names.isHidden():
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab takes a name while they are offered."""
        if forward and not self.names.isHidden():
            self._take(self.names.currentItem())
            return True
        return super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Offer nothing any more, and let the draft be kept."""
        super().focusOutEvent(event)
        self.names.hide()
        self.left.emit()

    def _started(self) -> str | None:
        """What was typed after the last "@", None when no name is being typed."""
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        found = _TYPED.search(before)
        if found is None or (found.start() and (before[found.start() - 1].isalnum())):
            return None
        return found[1] or ""

    def _offer(self) -> None:
        typed = self._started() if self.hasFocus() else None
        wanted = fold(typed or "")
        labels = [(desk_label(each.officer, each.desk), each) for each in self._desks]
        found = [(label, each) for label, each in labels if label and typed is not None and wanted in fold(label)]
        found = [] if any(label == typed for label, _ in found) else found[:_OFFERED]
        self.names.clear()
        for label, author in found:
            item = QListWidgetItem(f"{isolate(label)} · {country_name(author.ministry)}")
            item.setData(Qt.ItemDataRole.UserRole, label)
            self.names.addItem(item)
        if not found:
            self.names.hide()
            return
        self.names.setCurrentRow(0)
        self._place()
        self.names.show()

    def _take(self, item: QListWidgetItem | None) -> None:
        typed = self._started()
        self.names.hide()
        if item is None or typed is None:
            return
        cursor = self.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(typed))
        cursor.insertText(f"{item.data(Qt.ItemDataRole.UserRole)} ")
        self.names.hide()

    def _place(self) -> None:
        theme, caret = current_theme(), self.cursorRect()
        height = self.names.count() * theme.px(34) + 4
        self.names.setLayoutDirection(self.layoutDirection())
        corner = self.viewport().mapToGlobal(QPoint(caret.left(), caret.bottom() + theme.px(4)))
        screen = self.screen().availableGeometry()
        wide = theme.px(300)
        left = corner.x() - (wide if self.isRightToLeft() else 0)
        top = (
            corner.y() if corner.y() + height < screen.bottom() else corner.y() - height - caret.height() - theme.px(8)
        )
        self.names.setGeometry(max(screen.left(), min(left, screen.right() - wide)), top, wide, height)

    def _space(self) -> None:
        self.names.setFont(current_theme().font("body"))
