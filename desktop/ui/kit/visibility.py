"""Showing and hiding a widget that may not have its place yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def show_if(widget: QWidget, wanted: bool) -> None:
    """Hide a widget, or take the hiding back. A new one that was never hidden is left to its parent.

    `setVisible(True)` on a widget that has no parent yet would open a window of its own for a moment.
    """
    if not wanted:
        widget.hide()
    elif widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
        widget.show()
