"""The dialog that adds a record of any type to a case."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from desktop.casework.record_types import RecordType
from desktop.session import Session
from desktop.ui.creation_dialog import CreationDialog
from i18n import _

_ROLES = ("title", "subtitle", "status", "due", "assignee", "start", "tlp", "handling")


def asked_fields(record_type: RecordType) -> list[str]:
    """What a new record is asked for: the ends of a link, what is required, and what a list shows of it."""
    roles = [name for role in _ROLES if (name := record_type.role_name(role))]
    needed = [field.name for field in record_type.fields.values() if field.required]
    ends = [name for role in ("source", "target") if (name := record_type.role_name(role))]
    first = [name for name in roles if name not in ("tlp", "handling")]
    wanted = dict.fromkeys((*ends, *first, *needed, *roles))
    return [name for name in wanted if not record_type.fields[name].stepped]


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
        super().__init__(session, record_type, asked_fields(record_type), defaults, parent, space=space)
        self.bind(self._name, lambda: _("Add: {type}").format(type=record_type.label))
        self.bind(self.create_button.setText, lambda: _("Add"))

    def write(self, values: dict[str, object]) -> str:
        return self.session.new_record(self.record_type.name, self.space, values)

    def _name(self, text: str) -> None:
        self.heading.setText(text)
        self.setWindowTitle(text)
