"""The one style sheet, generated from tokens: what Qt's own widgets look like. Kit widgets paint themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

# `$name` is a colour token, `@n` a length of n pixels at 100 %, `@name` a length of _lengths, `%name` a text size.
_SHEET = """
QWidget { color: $text; }
QMainWindow, QDialog, QWidget#page { background: $win; }
QLabel { background: transparent; border: none; }
QLabel[role="caption"] { font-size: %caption; }
QLabel[role="caption_strong"] { font-size: %caption; font-weight: 600; }
QLabel[role="body"] { font-size: %body; }
QLabel[role="strong"] { font-size: %body; font-weight: 600; }
QLabel[role="h3"] { font-size: %h3; font-weight: 600; }
QLabel[role="h2"] { font-size: %h2; font-weight: 600; }
QLabel[role="h1"] { font-size: %h1; font-weight: 600; }
QLabel[tone="muted"] { color: $text2; }
QLabel[tone="faint"] { color: $text3; }
QLabel[tone="info"] { color: $link; }
QLabel[tone="ok"] { color: $ok; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="bad"] { color: $bad; }
QLabel[tone="violet"] { color: $violet; }
QLabel[tone="gold"] { color: $gold; }
QLabel[tone="rail"] { color: $rail_text; }
QLabel[tone="rail_strong"] { color: $rail_text_sel; }
QLabel:disabled { color: $text3; }

QFrame[panel="surface"] { background: $surface; border: none; }
QFrame[panel="sunken"] { background: $sunken; border: none; }
QFrame[panel="win"] { background: $win; border: none; }
QFrame[panel="rail"] { background: $rail; border: none; }
QFrame[panel="top"] { background: $surface; border: none; border-bottom: 1px solid $border; }
QFrame[panel="bottom"] { background: $surface; border: none; border-top: 1px solid $border; }
QFrame[panel="card"] { background: $surface; border: 1px solid $border; border-radius: @10; }
QFrame[panel="choice"] { background: $surface; border: 1px solid $border; border-radius: @10; }
QFrame[panel="chosen"] { background: $sel; border: @2 solid $focus; border-radius: @10; }
QFrame[line="plain"] { background: $border; border: none; max-height: 1px; min-height: 1px; }
QFrame[line="rail"] { background: $rail_line; border: none; max-height: 1px; min-height: 1px; }
QFrame[line="upright"] { background: $border; border: none; max-width: 1px; min-width: 1px; }

QAbstractScrollArea { border: none; background: transparent; }
QLineEdit, QTextEdit, QPlainTextEdit, QComboBox, QSpinBox, QDateEdit, QDateTimeEdit {
  background: $surface; color: $text; border: 1px solid $border_strong; border-radius: @6;
  padding: 0 @pad; placeholder-text-color: $text3; selection-background-color: $primary; selection-color: $on_primary; }
QLineEdit, QComboBox, QSpinBox, QDateEdit, QDateTimeEdit { min-height: @field; }
QTextEdit, QPlainTextEdit { padding: @text_pad; }
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus,
QDateTimeEdit:focus { border: @2 solid $focus; }
QLineEdit[invalid="true"], QTextEdit[invalid="true"], QComboBox[invalid="true"] { border: @2 solid $bad; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus, QDateTimeEdit:focus, QLineEdit[invalid="true"],
QComboBox[invalid="true"] { min-height: @field_ring; padding: 0 @pad_ring; }
QTextEdit:focus, QPlainTextEdit:focus, QTextEdit[invalid="true"] { padding: @text_pad_ring; }
QLineEdit:disabled, QTextEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QSpinBox:disabled {
  background: $sunken; color: $text3; border-color: $border; }
QLineEdit:read-only, QTextEdit[readOnly="true"] { background: $sunken; }
QComboBox::drop-down { border: none; width: @28; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border_strong; outline: none; padding: @4;
  selection-background-color: $sel; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: @32; padding: 0 @8; }

QScrollArea, QScrollArea > QWidget > QWidget[scroll="content"] { background: transparent; border: none; }
QListView, QTreeView, QTableView { background: $surface; border: none; outline: none; color: $text;
  selection-background-color: $sel; selection-color: $text; alternate-background-color: $sunken; }
QListView[ring="true"]:focus, QTreeView:focus, QTableView:focus { border: @2 solid $focus; }
QTableView { gridline-color: $border; }
QTableView::item, QTreeView::item { padding: @4 @8; }
QTableView::item:selected, QTreeView::item:selected { background: $sel; color: $text; }
QHeaderView { background: $sunken; border: none; }
QHeaderView::section { background: $sunken; color: $text2; border: none; border-bottom: 1px solid $border;
  padding: @6 @8; font-size: %caption; font-weight: 600; }

QScrollBar:vertical { background: transparent; width: @12; margin: 0; border: none; }
QScrollBar:horizontal { background: transparent; height: @12; margin: 0; border: none; }
QScrollBar::handle { background: $scroll; border-radius: @3; margin: @3; }
QScrollBar::handle:vertical { min-height: @32; }
QScrollBar::handle:horizontal { min-width: @32; }
QScrollBar::handle:hover { background: $border_strong; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; background: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }

QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QMenu { background: $surface; border: 1px solid $border_strong; border-radius: @6; padding: @4; }
QMenu::item { padding: @8 @24 @8 @12; border-radius: @4; color: $text; }
QMenu::item:selected { background: $sel; color: $text; }
QMenu::item:disabled { color: $text3; }
QMenu::separator { height: 1px; background: $border; margin: @4 @8; }
QToolTip { background: $surface; color: $text; border: 1px solid $border_strong; padding: @4 @8; }
.QPushButton { background: $surface; color: $text; border: 1px solid $border_strong; border-radius: @6;
  min-height: @field; padding: 0 @16; font-weight: 500; }
.QPushButton:hover { background: $hover; }
.QPushButton:focus { border: @2 solid $focus; min-height: @field_ring; }
.QPushButton:default { background: $primary; color: $on_primary; border-color: $primary; }
.QPushButton:disabled { color: $text3; border-color: $border; }
QProgressBar { background: $neutral_soft; border: none; border-radius: @3; max-height: @6; min-height: @6; }
QProgressBar::chunk { background: $ok; border-radius: @3; }
QGroupBox { border: 1px solid $border; border-radius: @10; margin-top: @16; padding: @12; }
QGroupBox::title { subcontrol-origin: margin; left: @12; padding: 0 @4; font-weight: 600; }
"""


def _lengths(px: Callable[[float], int]) -> dict[str, int]:
    """Lengths that make room for a ring inside a field, so that getting the focus moves nothing."""
    wider = px(2) - 1  # the ring instead of the hairline
    field = px(36) - 2
    return {
        "field": field,
        "field_ring": field - 2 * wider,
        "pad": px(8),
        "pad_ring": px(8) - wider,
        "text_pad": px(5),
        "text_pad_ring": px(5) - wider,
    }


def build_style_sheet(colors: Mapping[str, str], px: Callable[[float], int], text_px: Mapping[str, int]) -> str:
    """The style sheet of a scheme; `px` turns pixels at 100 % into pixels at the text scale.

    A name that no token has raises KeyError: a typing error in the template must not pass as "no rule".
    """
    lengths = _lengths(px)
    out: list[str] = []
    position = 0
    while position < len(_SHEET):
        mark = _SHEET[position]
        if mark not in "$@%":
            out.append(mark)
            position += 1
            continue
        end = position + 1
        while end < len(_SHEET) and (_SHEET[end].isalnum() or _SHEET[end] == "_"):
            end += 1
        name = _SHEET[position + 1 : end]
        if mark == "$":
            out.append(colors[name])
        elif mark == "@":
            out.append(f"{px(int(name)) if name.isdigit() else lengths[name]}px")
        else:
            out.append(f"{px(text_px[name])}px")
        position = end
    return "".join(out)
