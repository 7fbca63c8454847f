"""Copies out of the desk: with their marking, marked as secret where the system allows, gone after a while."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QGuiApplication

from desktop.casework.handling import Marking
from i18n.bidi import neutralise, one_line, strip_isolates

KEPT_S = 60
_WORDS = 300  # characters of a restriction that go along
_SECRET = {  # what clipboard managers of the three systems look for before they remember a copy
    "x-kde-passwordManagerHint": b"secret",
    "application/x-nspasteboard-concealed-type": b"",
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"\x00",
}

_last: list[str] = []  # what the desk put on the clipboard last


def copy_marked(text: str, marking: Marking) -> str:
    """Put text on the clipboard with its TLP, handling codes and restrictions behind it; returns what was put there.

    The isolates that are ours go; what would be obeyed where it is pasted (an override, a control) becomes visible.
    """
    words = (one_line(note, _WORDS) for note in marking.notes)
    codes = ", ".join(neutralise(code) for code in (marking.tlp, *marking.handling, *words) if code)
    copied = neutralise(strip_isolates(text))
    marked = f"{copied} [{codes}]" if codes else copied
    data = QMimeData()
    data.setText(marked)
    for name, value in _SECRET.items():
        data.setData(name, value)
    clipboard = QGuiApplication.clipboard()
    clipboard.setMimeData(data)
    _last[:] = [marked]
    QTimer.singleShot(KEPT_S * 1000, clipboard, lambda: _forget(marked))
    return marked


def forget_copy() -> None:
    """Take the last copy off the clipboard, if it still stands there: the desk locks or ends."""
    if _last:
        _forget(_last.pop())


def _forget(text: str) -> None:
    clipboard = QGuiApplication.clipboard()
    if clipboard.text() == text:
        clipboard.clear()
