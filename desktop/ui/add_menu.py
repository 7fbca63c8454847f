"""The button that adds any record to a case: every type by its family, found by typing, those used last on top."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.casework.record_types import RecordType
from desktop.session import Session
from desktop.ui.kit import Button
from desktop.ui.picker import Pick, Picker
from i18n import _
from i18n.folding import fold

FAMILY_WORDS: dict[str, Callable[[], str]] = {
    "subject": lambda: _("People & objects"),
    "link": lambda: _("Links"),
    "request": lambda: _("Requests for assistance"),
    "exchange": lambda: _("Exchanges"),
    "task": lambda: _("Tasks"),
    "exhibit": lambda: _("Evidence"),
    "note": lambda: _("Notes"),
    "decision": lambda: _("Decisions"),
}
_RECENT = 3  # types used last that stand on top
_KEPT = "add/recent"
_NOT_BY_HAND = frozenset({"custody", "permission"})  # signed where an exhibit is handed over, or a code is in the way


class AddButton(Button):
    """A button with a list of types; `type_chosen` is the name of the one chosen."""

    type_chosen = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("", "primary", "plus", menu=True, parent=parent)
        self._session = session
        self.picker = Picker(self)
        self.picker.typed.connect(self._on_typed)
        self.picker.picked.connect(self._on_picked)
        self.clicked.connect(self.open_list)
        session.locked.connect(self.picker.close)
        self.bind(self.setText, lambda: _("Add"))
        self.bind(lambda text: self.picker.set_names(text, text), lambda: _("What is to be added"))

    def open_list(self) -> None:
        """Open the list of types."""
        self.picker.open_under(self)

    def types(self) -> list[RecordType]:
        """What can be added, in the order of the families."""
        found = self._session.types.of_family(*FAMILY_WORDS)
        return [each for each in found if each.name not in _NOT_BY_HAND]

    def _on_typed(self, text: str) -> None:
        wanted = fold(text).split()
        found = [each for each in self.types() if all(word in _sought(each) for word in wanted)]
        picks: list[Pick] = []
        if not wanted:
            recent = [each for name in self._recent() for each in found if each.name == name]
            if recent:
                picks = [Pick("", _("Used last")), *map(_pick, recent)]
        else:  # what is called so itself comes before what only belongs to a family of that name
            named = [each for each in found if fold(each.label).startswith(" ".join(wanted))]
            picks = list(map(_pick, named))
            found = [each for each in found if each not in named]
        for family, types in groupby(found, key=lambda each: each.family):
            picks.append(Pick("", FAMILY_WORDS[family]()))
            picks += sorted(map(_pick, types), key=lambda pick: fold(pick.text))
        self.picker.show_picks(picks, "" if picks else _("No type of record is called that."))

    def _on_picked(self, name: str) -> None:
        recent = [name, *(each for each in self._recent() if each != name)]
        self._session.set_draft(_KEPT, " ".join(recent[:_RECENT]))
        self.type_chosen.emit(name)

    def _recent(self) -> list[str]:
        return self._session.draft(_KEPT).split()[:_RECENT]


def _pick(record_type: RecordType) -> Pick:
    return Pick(record_type.name, record_type.label, record_type.icon)


def _sought(record_type: RecordType) -> str:
    return fold(f"{record_type.label} {record_type.plural} {FAMILY_WORDS[record_type.family]()}")
