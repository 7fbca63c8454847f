"""Margins given in reading order: layouts do not mirror theirs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget


def set_margins(widget: QWidget, layout: QLayout, leading: int, top: int, trailing: int, bottom: int) -> None:
    """Give a layout margins in pixels, swapped where the widget is right to left; call it again when that changes."""
    if widget.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        leading, trailing = trailing, leading
    layout.setContentsMargins(leading, top, trailing, bottom)
