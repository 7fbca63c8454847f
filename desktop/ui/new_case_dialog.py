"""The dialog that opens a case. It shows who will be able to read it before anything is written."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.casework.templates import Template
from desktop.session import Session
from desktop.ui.creation_dialog import CreationDialog
from desktop.ui.kit import CheckBox, FlowLayout, Label, Living
from desktop.ui.presenter import countries_text
from desktop.ui.template_box import TemplateBox
from desktop.ui.theme import current_theme
from i18n import _
from i18n.names import country_name

_FIELDS = ("title", "status", "tlp", "handling", "handling_note")
_IN_WORDS = "H3"  # the handling code whose restriction is written in words


class ReadersBox(Living, QWidget):
    """The ministries of the alliance: one's own always reads, the others are chosen."""

    def __init__(self, members: tuple[str, ...], own: str, chosen: tuple[str, ...]) -> None:
        super().__init__()
        self._own = own
        self.boxes: dict[str, CheckBox] = {}
        self.label = Label("", "strong")
        self.sentence = Label("", "body", "muted", wrap=True)
        flow_holder = QWidget()
        self._flow = FlowLayout(flow_holder)
        for code in dict.fromkeys((own, *members)):
            box = CheckBox()
            box.setChecked(code == own or code in chosen)
            box.setEnabled(code != own)
            box.toggled.connect(self._tell)
            self.boxes[code] = box
            self._flow.addWidget(box)
            self.bind(box.setText, partial(country_name, code))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.label, flow_holder, self.sentence):
            self._column.addWidget(widget)
        self.bind(self._name, lambda: _("Who can read it"))
        self.follow(self._space)

    def members(self) -> tuple[str, ...]:
        """Codes of the ministries that will read the case."""
        return tuple(code for code, box in self.boxes.items() if box.isChecked())

    def _name(self, text: str) -> None:
        self.label.setText(text)
        self.setAccessibleName(text)
        self._tell()

    def _tell(self) -> None:
        others = [code for code in self.members() if code != self._own]
        if others:
            text = _("Will be able to read everything in this case, also what is added later: {members}.")
            self.sentence.setText(text.format(members=countries_text((self._own, *others))))
        else:
            self.sentence.setText(_("Only your own ministry will be able to read this case."))

    def _space(self) -> None:
        theme = current_theme()
        self._column.setSpacing(theme.space("xs"))
        self._flow.set_gap(theme.space("m"))


class NewCaseDialog(CreationDialog):
    """Title, state, marking, what it begins with, and who reads it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        record_type = session.types["case"]
        super().__init__(session, record_type, [name for name in _FIELDS if name in record_type.fields], None, parent)
        self.readers = ReadersBox(session.members(), session.identity().ministry, session.default_members())
        self.templates = TemplateBox(session)
        self.templates.chosen.connect(self._on_template)
        self.add_below(self.templates)
        self.add_below(self.readers)
        handling = self.rows["handling"].editor
        handling.committed.connect(self._on_handling)
        self._on_handling(handling.value())
        self.bind(self._name, lambda: _("New case"))
        self.bind(self.create_button.setText, lambda: _("Open the case"))

    def write(self, values: dict[str, object]) -> str:
        template = self.templates.template()
        key = template.key if template is not None else ""
        return self.session.new_case(values, self.readers.members(), key, self.templates.roles())

    def _on_template(self, template: object) -> None:
        """Show what the template says of the fields that are asked for; it can be changed before the case is opened."""
        given = template.case if isinstance(template, Template) else {}
        for name, row in self.rows.items():
            if (value := given.get(name)) is not None:
                row.editor.show_value(tuple(value) if isinstance(value, list) else value)
        self._on_handling(self.rows["handling"].editor.value())

    def _on_handling(self, codes: object) -> None:
        self.rows["handling_note"].setVisible(isinstance(codes, tuple) and _IN_WORDS in codes)

    def _name(self, text: str) -> None:
        self.heading.setText(text)
        self.setWindowTitle(text)
