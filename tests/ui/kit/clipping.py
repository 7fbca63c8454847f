"""Finds words that do not fit: `clipped(window)` names every label and button that cuts its text."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QRadioButton, QWidget

from desktop.ui.kit import Button, ElidedLabel, FilterChip, Pill, Tab
from i18n.bidi import strip_isolates


def clipped(root: QWidget) -> list[str]:
    """Descriptions of the visible widgets under `root` that are smaller than their words."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, ElidedLabel):
            continue
        if isinstance(widget, QLabel) and widget.text():
            short = _label_short(widget)
        elif isinstance(widget, Button | FilterChip | Tab | QCheckBox | QRadioButton):
            short = widget.width() < widget.sizeHint().width() or widget.height() < widget.sizeHint().height()
        else:
            continue
        if short:
            found.append(f"{type(widget).__name__}: {_words(widget)} ({widget.width()}×{widget.height()})")
    return found


def _label_short(label: QLabel) -> bool:
    if isinstance(label, Pill):
        return label.width() < label.sizeHint().width()
    room = label.contentsRect()
    metrics = label.fontMetrics()
    if label.wordWrap():
        return label.height() < label.heightForWidth(label.width())
    plain = strip_isolates(label.text())
    wide = max(metrics.horizontalAdvance(line) for line in plain.split("\n"))
    # An unframed label may be one pixel narrower than hinting makes its last glyph.
    return wide > room.width() + 1 or metrics.height() > room.height() + 1


def _words(widget: QWidget) -> str:
    return strip_isolates(widget.text()) if isinstance(widget, QLabel | QAbstractButton) else ""
