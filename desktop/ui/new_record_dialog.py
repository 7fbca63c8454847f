"""The dialog that adds a person (or another record) to a case."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from desktop.session import Session
from desktop.ui.creation_dialog import CreationDialog
from i18n import _

_ROLES = ("title", "subtitle", "status", "tlp", "handling")


class NewRecordDialog(CreationDialog):
    """Asks for what a list shows of a record; the rest is filled in on its own page."""

    def __init__(
        self,
        session: Session,
        type_name: str,
        space: str,
        defaults: Mapping[str, object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        record_type = session.types[type_name]
        names = [record_type.role_name(role) for role in _ROLES if record_type.role(role)]
        super().__init__(session, record_type, names, defaults, parent)
        self._space_id = space
        self.bind(self._name, lambda: _("Add: {type}").format(type=record_type.label))
        self.bind(self.create_button.setText, lambda: _("Add"))

    def write(self, values: dict[str, object]) -> str:
        return self.session.new_record(self.record_type.name, self._space_id, values)

    def _name(self, text: str) -> None:
        self.heading.setText(text)
        self.setWindowTitle(text)
