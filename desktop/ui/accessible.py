"""Roles that Qt does not guess from a class, and words said aloud when something changes."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QWidget

from i18n.bidi import strip_isolates

# Class of the kit → role. The name is the widget's own accessible name.
_ROLES: Final = {
    "TabBar": QAccessible.Role.PageTabList,
    "Card": QAccessible.Role.Grouping,
    "Banner": QAccessible.Role.AlertMessage,
    "Toast": QAccessible.Role.AlertMessage,
    "StatusItem": QAccessible.Role.StatusBar,
    "ChangeRow": QAccessible.Role.ListItem,
    "ConflictCard": QAccessible.Role.Grouping,
    "DiffText": QAccessible.Role.StaticText,
    "FieldRow": QAccessible.Role.Grouping,
    "Fact": QAccessible.Role.Grouping,
    "ReadersBox": QAccessible.Role.Grouping,
    "RecordHead": QAccessible.Role.Grouping,
    "ChecksEditor": QAccessible.Role.Grouping,
}


class TabFace(QAccessibleWidget):
    """A tab for assistive technology: selectable, selected when chosen, chosen by Press."""

    def __init__(self, tab: QWidget) -> None:
        super().__init__(tab, QAccessible.Role.PageTab, "")

    def state(self) -> QAccessible.State:
        """Qt's state with selection."""
        state = super().state()
        tab = self.object()
        state.selectable = 1
        state.selected = int(isinstance(tab, QAbstractButton) and tab.isChecked())
        return state

    def actionNames(self) -> list[str]:
        """Press, and what every widget can."""
        return ["Press", *super().actionNames()]

    def doAction(self, actionName: str) -> None:  # noqa: N803 - a name that Qt may pass by keyword
        """Choose the tab, or do what every widget can."""
        tab = self.object()
        if actionName == "Press" and isinstance(tab, QAbstractButton):
            tab.click()
        else:
            super().doAction(actionName)


def _make_interface(key: str, widget: QObject | None) -> QAccessibleInterface | None:
    if not isinstance(widget, QWidget):
        return None
    if key == "Tab":
        return TabFace(widget)
    role = _ROLES.get(key)
    return QAccessibleWidget(widget, role, "") if role is not None else None


@cache
def install_roles() -> None:
    """Tell Qt the roles of the kit's widgets, once a process."""
    QAccessible.installFactory(_make_interface)


def announce(widget: QWidget, text: str) -> None:
    """Have a screen reader say words now: a save, a sync, a number of results. Only for a widget in view."""
    if text and widget.isVisible():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, strip_isolates(text)))
