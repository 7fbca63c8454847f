"""A line of check boxes with a name: ministries, handling codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.kit import CheckBox, FlowLayout, Label, Living
from desktop.ui.theme import current_theme
from i18n.bidi import strip_isolates


class TickList(Living, QWidget):
    """`ticked` in the order of the choices. What is fixed stays ticked and cannot be taken away."""

    changed = Signal()

    def __init__(
        self,
        name: Callable[[], str],
        choices: Iterable[str],
        words: Callable[[str], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.label = Label("", "strong")
        self.boxes = {code: CheckBox() for code in choices}
        self._flow = FlowLayout()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.label)
        self._column.addLayout(self._flow)
        for code, box in self.boxes.items():
            self._flow.addWidget(box)
            box.toggled.connect(self.changed)
            self.bind(box.setText, lambda code=code: words(code))  # type: ignore[misc]
        self.bind(self.label.setText, name)
        self.bind(self._name_boxes, name)
        self.follow(self._space)

    def ticked(self) -> tuple[str, ...]:
        """What is chosen."""
        return tuple(code for code, box in self.boxes.items() if box.isChecked())

    def tick(self, codes: Iterable[str]) -> None:
        """Choose these and no others, but for what is fixed."""
        wanted = set(codes)
        for code, box in self.boxes.items():
            if box.isEnabled():
                box.setChecked(code in wanted)

    def fix(self, codes: Iterable[str]) -> None:
        """These are chosen whatever one wants."""
        fixed = set(codes)
        for code, box in self.boxes.items():
            box.setEnabled(code not in fixed)
            if code in fixed:
                box.setChecked(True)

    def _name_boxes(self, name: str) -> None:
        for box in self.boxes.values():
            box.setAccessibleName(f"{strip_isolates(name)}: {strip_isolates(box.text())}".replace("&&", "&"))

    def _space(self) -> None:
        self._column.setSpacing(current_theme().space("xs"))
