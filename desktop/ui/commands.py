"""What can be done from anywhere in the window: one list for keys, command bar and sheet of shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from i18n.bidi import ltr
from i18n.folding import fold


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do. `text` gives its words in the language in use; `keys` are portable («Ctrl+K»)."""

    key: str
    text: Callable[[], str]
    run: Callable[[], object]
    icon: str
    group: Callable[[], str]
    keys: tuple[str, ...] = ()
    usable: Callable[[], bool] = lambda: True
    while_locked: bool = False


class Commands:
    """The commands of a window, in the order in which they are shown."""

    def __init__(self, window: QWidget, is_locked: Callable[[], bool]) -> None:
        self._window = window
        self._is_locked = is_locked
        self._commands: dict[str, Command] = {}
        self._shortcuts: list[QShortcut] = []

    def add(self, command: Command) -> None:
        """Add a command and its keys."""
        self._commands[command.key] = command
        for keys in command.keys:
            shortcut = QShortcut(QKeySequence(keys), self._window)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(lambda: self.run(command.key))
            self._shortcuts.append(shortcut)

    def run(self, key: str) -> None:
        """Do it, if it can be done now."""
        command = self._commands[key]
        if self.can(command):
            command.run()

    def can(self, command: Command) -> bool:
        """Whether it can be done now."""
        return (command.while_locked or not self._is_locked()) and command.usable()

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def matching(self, typed: str) -> list[Command]:
        """The usable commands whose words hold every word typed, the same words in any accent or script variant."""
        wanted = fold(typed).split()
        return [
            command for command in self if self.can(command) and all(word in fold(command.text()) for word in wanted)
        ]


def keys_text(keys: Iterable[str]) -> str:
    """Keys as they are written on the keyboards of this system, isolated; nothing for a command without any."""
    native = QKeySequence.SequenceFormat.NativeText
    return "  ".join(ltr(QKeySequence(each).toString(native)) for each in keys)
