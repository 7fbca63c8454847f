"""One editor for each kind of field that a record type can declare.

    editor = make_editor(field, find)
    editor.show_value(view)                 what the record holds
    editor.committed.connect(…)             the person left the field, pressed Enter or chose: the value to write
    editor.typed.connect(…)                 something was typed; `value()` is what would be written

An editor never validates and never writes: the form does, through the session.
"""

from __future__ import annotations

from collections.abc import Callable

from desktop.casework.record_types import Field
from desktop.ui.editors.base import Editor
from desktop.ui.editors.choice import ChoiceEditor
from desktop.ui.editors.codes import CodeEditor, NumberEditor
from desktop.ui.editors.date import DateEditor
from desktop.ui.editors.line import LineEditor
from desktop.ui.editors.place import PlaceEditor
from desktop.ui.editors.reference import ReferenceEditor
from desktop.ui.editors.sets import ChecksEditor, ChipsEditor
from desktop.ui.editors.text import TextEditor
from desktop.ui.record_finder import RecordFinder

__all__ = ["Editor", "make_editor"]

_FEW = 6  # so many choices of a set are shown as check boxes, more as chips with a list to add from

_BY_KIND: dict[str, Callable[[Field], Editor]] = {
    "date": DateEditor,
    "number": NumberEditor,
    "coordinates": PlaceEditor,
}


def make_editor(field: Field, find: Callable[[Field], RecordFinder] | None = None) -> Editor:
    """The editor of a field; `find` makes what finds the records that a reference may name."""
    if field.kind == "text":
        return TextEditor(field)
    if field.kind in ("choice", "tlp", "evaluation"):
        return ChoiceEditor(field)
    if field.merge == "set":
        return ChecksEditor(field) if 0 < len(field.choices) <= _FEW else ChipsEditor(field)
    if make := _BY_KIND.get(field.kind):
        return make(field)
    if field.kind == "reference":
        return ReferenceEditor(field, find(field) if find is not None else None)
    if field.kind == "datetime" or (field.verbatim and not field.multiline):
        return CodeEditor(field)
    return TextEditor(field, lines=2) if field.multiline else LineEditor(field)
