"""Where a new case gets what it begins with: a template, and who has its roles."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.casework.templates import Template
from desktop.session import Session
from desktop.ui.column_grid import ColumnGrid
from desktop.ui.kit import DropDown, Label, Living
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, one_line, strip_isolates
from i18n.formats import number

_NAME_LENGTH = 200  # characters of an officer's name, as the field of a task takes them


class TemplateBox(Living, QWidget):
    """A list of templates; `chosen` is told with the one chosen, or None. Files that are no templates are named."""

    chosen = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._book = session.templates()
        self.names: dict[str, QLineEdit] = {}
        self.label = Label("", "strong")
        self.list = DropDown()
        self.sentence = Label("", "body", "muted", wrap=True)
        self.problem = Label("", "caption", "warn", wrap=True)
        self._roles: ColumnGrid | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.label, self.list, self.sentence, self.problem):
            self._column.addWidget(widget)
        self.label.setBuddy(self.list)
        self._fill()
        self.list.activated.connect(self._on_activated)
        self.bind(self._name, lambda: _("Template"))
        self.follow(lambda: self._column.setSpacing(current_theme().space("xs")))

    def template(self) -> Template | None:
        """The template chosen."""
        return self._book.templates.get(str(self.list.currentData() or ""))

    def roles(self) -> dict[str, str]:
        """Names of officers by role, of those that are named."""
        return {key: line.text().strip() for key, line in self.names.items() if line.text().strip()}

    def choose(self, key: str) -> None:
        """Choose a template by its key; an empty one: none."""
        self.list.setCurrentIndex(max(0, self.list.findData(key)))
        self._on_activated()

    def _fill(self) -> None:
        self.list.addItem(_("None: an empty case"), "")
        for template in self._book.templates.values():
            self.list.addItem(isolate(one_line(str(template.label), 80)), template.key)
            spoken = strip_isolates(str(template.label))
            self.list.setItemData(self.list.count() - 1, spoken, Qt.ItemDataRole.AccessibleTextRole)

    def _on_activated(self) -> None:
        self._show_roles()
        self._tell()
        self.chosen.emit(self.template())

    def _show_roles(self) -> None:
        if self._roles is not None:
            self._roles.hide()
            self._roles.deleteLater()
            self._roles = None
        self.names = {}
        template = self.template()
        if template is None or not template.roles:
            return
        grid = self._roles = ColumnGrid(2, 230, gaps=("s", "l"))
        for role in template.roles:
            holder, line = QWidget(), QLineEdit()
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(current_theme().space("xs"))
            words = isolate(one_line(str(role.label), 80))
            label = Label(words, "caption", "muted")
            line.setMaxLength(_NAME_LENGTH)
            line.setAccessibleName(strip_isolates(words))
            line.setPlaceholderText(_("Name of the officer"))
            if role.opener:
                line.setText(self._session.identity().officer)
            column.addWidget(label)
            column.addWidget(line)
            self.names[role.key] = line
            grid.add(holder)
        self._column.insertWidget(3, grid)

    def _name(self, text: str) -> None:
        self.label.setText(text)
        self.list.setAccessibleName(text)
        self._tell()

    def _tell(self) -> None:
        template = self.template()
        words = ""
        if template is not None:
            count = len(template.tasks)
            told = ngettext("Begins with {n} task.", "Begins with {n} tasks.", count).format(n=number(count))
            words = " ".join(part for part in (isolate(one_line(str(template.help), 300)), told) if part)
        self.sentence.setText(words)
        self.sentence.setVisible(bool(words))
        problems = [self._session.message(each.code, dict(each.shown())) for each in self._book.problems[:3]]
        self.problem.setText("\n".join(problems))
        self.problem.setVisible(bool(problems))
