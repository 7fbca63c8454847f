"""The editor of coordinates: typed in any form that is read, shown below in the other forms."""

from __future__ import annotations

from desktop.casework.coordinates import FORMS, BadCoordinates, parse, written
from desktop.casework.record_types import Field
from desktop.ui.editors.codes import CodeEditor
from desktop.ui.kit import Label
from i18n.bidi import ltr


class PlaceEditor(CodeEditor):
    """A code edit over a line with decimal degrees, degrees with minutes and seconds, and the square of the grid."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.forms = Label("", "caption", "muted", wrap=True)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self.forms)
        self.box.textChanged.connect(self._on_text)
        self._on_text(self.box.text())

    def _on_text(self, text: str) -> None:
        try:
            kept = parse(text)
        except BadCoordinates:
            self.forms.setText("")
        else:
            self.forms.setText(" · ".join(ltr(written(kept, form)) for form in FORMS))
        self.forms.setVisible(bool(self.forms.text()))
