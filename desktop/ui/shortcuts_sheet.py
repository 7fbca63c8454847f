"""The sheet of shortcuts: every command of the window with its keys, in groups."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.commands import Commands, keys_text
from desktop.ui.kit import Button, Label, Living
from desktop.ui.scroll_page import ScrollPage
from desktop.ui.theme import current_theme
from i18n import _


class ShortcutsSheet(Living, QDialog):
    """Words on the leading side, keys on the other. Escape closes."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self.heading = Label("", "h2")
        self.close_button = Button("", "primary")
        self.close_button.clicked.connect(self.accept)
        page = QWidget()
        self._grid = QGridLayout(page)
        self._grid.setColumnStretch(0, 1)
        self.area = ScrollPage(page)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.area, 1)
        self._column.addLayout(foot)
        self._fill()
        self.bind(self._name, lambda: _("Keyboard shortcuts"))
        self.bind(self.close_button.setText, lambda: _("Close"))
        self.follow(self._space)

    def _name(self, text: str) -> None:
        self.heading.setText(text)
        self.setWindowTitle(text)
        self.setAccessibleName(text)

    def _fill(self) -> None:
        with_keys = [command for command in self._commands if command.keys]
        row = 0
        for _group, commands in groupby(with_keys, key=lambda command: command.group()):
            members = list(commands)
            heading = Label("", "strong", "muted")
            self.bind(heading.setText, members[0].group)
            self._grid.addWidget(heading, row, 0, 1, 2)
            row += 1
            for command in members:
                words, keys = Label("", "body"), Label("", "body")
                self.bind(words.setText, command.text)
                keys.setText(keys_text(command.keys))
                self._grid.addWidget(words, row, 0)
                self._grid.addWidget(keys, row, 1)
                row += 1
        self._grid.setRowStretch(row, 1)

    def _space(self) -> None:
        theme = current_theme()
        self._column.setContentsMargins(*(theme.space("xl"),) * 4)
        self._column.setSpacing(theme.space("m"))
        self._grid.setVerticalSpacing(theme.space("s"))
        self._grid.setHorizontalSpacing(theme.space("xl"))
        parent = self.parentWidget()
        room = parent.height() - theme.px(60) if parent is not None else theme.px(700)
        self.resize(theme.px(520), min(theme.px(640), room))
