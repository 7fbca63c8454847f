"""What a newer version of the desk wrote and this one does not know: kept, passed on, shown as it came."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.casework.record_types import COMMON, RecordTypes
from desktop.casework.views import RecordView
from desktop.ui.kit import Card, IconLabel, Label
from desktop.ui.presenter import field_text
from i18n import _, ngettext
from i18n.bidi import ltr, one_line
from i18n.formats import number

_SHOWN = 30


class NewerCard(Card):
    """Shown where `has_news` is true of the record."""

    def __init__(self, types: RecordTypes, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._types = types
        self._view: RecordView | None = None
        self.head.insertWidget(0, IconLabel("info", "info"))
        self.sentence = Label("", "body", wrap=True)
        self.unknown = Label("", "body", "muted", wrap=True, selectable=True)
        self.add(self.sentence)
        self.add(self.unknown)
        self.bind(lambda _text: self._show(), str)

    def show_record(self, view: RecordView) -> None:
        """Look for what this version does not know."""
        self._view = view
        self._show()

    def has_news(self) -> bool:
        """Whether the record holds anything that this version does not know."""
        view = self._view
        return view is not None and (not view.known or view.unknown_operations > 0 or bool(self._unknown(view)))

    def _unknown(self, view: RecordView) -> list[str]:
        record_type = self._types.get(view.type)
        known = record_type.get if record_type and view.known else COMMON.get
        return [name for name in view.fields if known(name) is None]

    def _show(self) -> None:
        self.set_title(_("Needs a newer version of the desk"))
        view = self._view
        if view is None:
            return
        unknown = self._unknown(view)
        if self._types.get(view.type) is None or not view.known:
            what = _("This is a record of a type that this version does not know: {type}.").format(
                type=ltr(one_line(view.type, 60))
            )
        else:
            count = len(unknown) + view.unknown_operations
            what = ngettext(
                "This version does not know {n} thing that was written here.",
                "This version does not know {n} things that were written here.",
                count,
            ).format(n=number(count))
        kept = _("It is kept and passed on as it came; nothing is lost.")
        self.sentence.setText(f"{what} {kept}")
        lines = [f"{ltr(one_line(name, 60))}: {field_text(None, view.fields[name], limit=300)}" for name in unknown]
        self.unknown.setText("\n".join(lines[:_SHOWN]))
        self.unknown.setVisible(bool(unknown))
