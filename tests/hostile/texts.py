"""Text that nobody should send, and a look at everything that a window shows, says and paints of it."""

from __future__ import annotations

import re

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLabel, QLineEdit, QTextEdit, QWidget

MARKUP = '<b>bold</b><img src=x onerror=alert(1)><a href="http://evil.invalid">here</a>&amp;&lt;i&gt;'
BIDI = "evil\u202egpj.exe\u2066x\u2069\u2069 \u202b\u200f\u061c\u202c"
HIDDEN = "nul\x00bell\x07esc\x1b[31m del\x7f nel\x85 ls\u2028 ps\u2029end"
FORMAT = "{0.__class__} {officer} %s %(n)d &File && \\u202e"
LONG = "long " * 2_000

# What a member sends whose program checks nothing. All are Unicode: a lone surrogate is not, and no change can hold it.
RECEIVED = {"markup and controls": f"{MARKUP} {BIDI} {HIDDEN} {FORMAT}", "long": LONG}

# Nothing on a screen, spoken or on a clipboard may hold these: the display would obey them. Isolates and marks of our
# own are allowed where people look, never where a machine listens.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\u2028\u2029]")
ISOLATES = re.compile("[\u2066-\u2069]")
TAGS = re.compile(r"<(img|a |b>)")
_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)


def faults(root: QWidget) -> list[str]:
    """What the widgets under `root` would obey instead of showing; what is typed in a field is the field's own."""
    found: list[str] = []
    for widget in [root, *root.findChildren(QWidget)]:
        name = type(widget).__name__
        for what, text in (
            ("window title", widget.windowTitle()),
            ("accessible name", widget.accessibleName()),
            ("accessible description", widget.accessibleDescription()),
            ("status tip", widget.statusTip()),
            ("what's this", widget.whatsThis()),
        ):
            found += _obeyed(f"{what} of {name}", text)
            if ISOLATES.search(text):
                found.append(f"{what} of {name} speaks an isolate: {text[:60]!r}")
        found += _marked(f"tool tip of {name}", widget.toolTip())
        found += _contents(name, widget)
    for action in root.findChildren(QAction):
        found += _obeyed("action", action.text())
    return found


def shown(root: QWidget) -> str:
    """Every text of labels, buttons, lists, tool tips and accessible names, put together."""
    pieces: list[str] = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible():
            continue
        pieces += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        if isinstance(widget, QLabel | QAbstractButton):
            pieces.append(widget.text())
        elif isinstance(widget, QAbstractItemView):
            pieces += [text for _role, text in _items(widget.model())]
    return "\n".join(pieces)


def _contents(name: str, widget: QWidget) -> list[str]:
    if isinstance(widget, QLabel):
        plain = widget.textFormat() == Qt.TextFormat.PlainText or "<" not in widget.text()
        return [*([] if plain else [f"{name} reads markup: {widget.text()[:60]!r}"]), *_obeyed(name, widget.text())]
    if isinstance(widget, QAbstractButton):
        alone = re.search(r"(?<!&)(&&)*&(?!&)", widget.text())
        return [*([f"{name} has a mnemonic: {widget.text()[:60]!r}"] if alone else []), *_obeyed(name, widget.text())]
    if isinstance(widget, QTextEdit):
        page = widget.toHtml()
        return [f"{name} made markup of it"] if re.search("<img|<a href|<b>", page) else []
    if isinstance(widget, QComboBox):
        return [fault for row in range(widget.count()) for fault in _obeyed(name, widget.itemText(row))]
    if isinstance(widget, QAbstractItemView):
        return [
            fault
            for role, text in _items(widget.model())
            for fault in (_marked(name, text) if role == Qt.ItemDataRole.ToolTipRole else _obeyed(name, text))
        ]
    if isinstance(widget, QLineEdit):
        return _obeyed(f"placeholder of {name}", widget.placeholderText())
    return []


def _items(model: QAbstractItemModel | None) -> list[tuple[Qt.ItemDataRole, str]]:
    if model is None:
        return []
    found = []
    for row in range(min(model.rowCount(QModelIndex()), 200)):
        index = model.index(row, 0)
        for role in _ROLES:
            text = model.data(index, role)
            if isinstance(text, str):
                found.append((role, text))
    return found


def _obeyed(where: str, text: str) -> list[str]:
    faulty = OBEYED.search(text)
    opened = 0
    for line in text.split("\n"):
        for sign in ISOLATES.findall(line):
            opened += -1 if sign == "\u2069" else 1
            if opened < 0:
                return [f"{where} closes more isolates than it opens: {text[:60]!r}"]
    return [f"{where} holds U+{ord(faulty.group()):04X}: {text[:60]!r}"] if faulty else []


def _marked(where: str, tip: str) -> list[str]:
    markup = [f"{where} reads markup: {tip[:80]!r}"] if TAGS.search(tip) else []
    return [*markup, *_obeyed(where, tip)]
