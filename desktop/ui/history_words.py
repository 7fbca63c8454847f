"""What a change did, in words: for the history of a record and for the recent activity of a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from desktop.casework.record_types import Field, RecordTypes
from desktop.casework.views import Author, HistoryEntry, Scalar
from desktop.ui.presenter import NOTHING, label_of, listed, value_text
from desktop.ui.word_diff import NEAR, Piece, around, diff_words, shorten
from i18n import _, ngettext
from i18n.bidi import ELLIPSIS, isolate, one_line, strip_isolates
from i18n.formats import number

_ICONS = {
    "recall": "circle-x",
    "recall_refused": "circle-alert",
    "recalled": "circle-x",
    "create": "plus",
    "delete": "trash-2",
    "restore": "rotate-ccw",
    "text": "file-text",
    "add": "plus",
    "remove": "x",
    "set": "pencil",
}
_OF_ALL = frozenset({"create", "delete", "restore", "recall", "recall_refused", "recalled"})  # the record as a whole
_LONGEST_LINE = 4_000  # characters; the longest that a field of lines takes is a quarter of it
_LEFT_TO_RIGHT = frozenset({"date", "datetime", "number", "reference", "tlp", "handling", "evaluation"})


class Change(NamedTuple):
    """What one officer saved at one moment, newest operation last."""

    id: str
    author: Author
    sent: bool
    entries: tuple[HistoryEntry, ...]


def group_changes(entries: Iterable[HistoryEntry]) -> list[Change]:
    """Entries, newest first, put together by change; changes keep that order."""
    grouped: dict[str, list[HistoryEntry]] = {}
    for entry in entries:
        grouped.setdefault(entry.change, []).append(entry)
    return [Change(key, rows[0].author, rows[0].sent, tuple(reversed(rows))) for key, rows in grouped.items()]


def heading(types: RecordTypes, type_name: str, entry: HistoryEntry) -> str:
    """What an operation was about: the field's label, or what happened to the whole record."""
    record_type = types.get(type_name)
    if entry.operation == "create":
        return _("Created: {type}").format(type=record_type.label if record_type else one_line(type_name, 40))
    if entry.operation == "delete":
        return _("Put into the bin")
    if entry.operation == "restore":
        return _("Taken out of the bin")
    if entry.operation == "recall":
        return _("Recalled for ever: {reason}").format(reason=isolate(one_line(str(entry.value), 300)))
    if entry.operation == "recall_refused":
        return _("A recall that does not hold, because it was not theirs to recall")
    if entry.operation == "recalled":
        count = entry.value if isinstance(entry.value, int) else 1
        words = ngettext("{n} entry whose content was recalled", "{n} entries whose content was recalled", count)
        return words.format(n=number(count))
    if entry.operation in _ICONS:
        return label_of(types, type_name, entry.field)
    return _("A change that needs a newer version of the desk")


def difference(types: RecordTypes, type_name: str, entry: HistoryEntry) -> tuple[list[Piece], bool]:
    """What an operation took away and brought, and whether it reads from left to right everywhere."""
    if entry.operation not in ("set", "text", "add", "remove"):
        return [], False
    field = types.field(type_name, entry.field)
    code = field is not None and (field.verbatim or field.kind in _LEFT_TO_RIGHT)
    if entry.operation == "remove":
        return [Piece(shown(field, entry.value), "removed")], code
    if entry.operation == "add":
        return [Piece(shown(field, entry.value), "added")], code
    return compare(field, entry.before, entry.value), code


def compare(field: Field | None, before: tuple[Scalar, ...], after: Scalar) -> list[Piece]:
    """A value against what stood there before: word by word for text, as a whole for codes, dates and numbers."""
    if len(before) == 1 and isinstance(before[0], str) and isinstance(after, str) and words_count(field):
        near, after = around(before[0], after)
        before = (near,)
    elif not before and isinstance(after, str) and words_count(field):
        after = after[:NEAR]  # of what is all new, `shorten` leaves less
    old = [shown(field, each) for each in before if each not in (None, "")]
    new = shown(field, after) if after not in (None, "") else ""
    if len(old) == 1 and new and words_count(field):
        return shorten(diff_words(old[0], new))
    pieces = [Piece(text, "removed") for text in old if text != new]
    if new:
        pieces.append(Piece(new, "added" if pieces or not old else "kept"))
    return shorten(pieces) or [Piece(NOTHING, "kept")]


def words_count(field: Field | None) -> bool:
    """Whether a field holds words that can be compared one by one."""
    return field is not None and field.kind in ("line", "text") and not field.verbatim


def shown(field: Field | None, value: Scalar) -> str:
    """A value as people read it, without isolates: whoever paints it isolates the whole.

    Only a long text may be long: of what no desk of ours would have written, the beginning is enough.
    """
    if isinstance(value, str) and len(value) > _LONGEST_LINE and not (field and field.kind == "text"):
        value = value[:_LONGEST_LINE] + ELLIPSIS
    return strip_isolates(value_text(field, value))


def icon_of(change: Change) -> str:
    """The icon that tells most about a change."""
    operations = {entry.operation for entry in change.entries}
    for name, icon in _ICONS.items():
        if name in operations:
            return icon
    return "circle-alert"


def subject_of(types: RecordTypes, type_name: str, change: Change) -> str:
    """What a change was about: the fields it wrote, else the type of the record."""
    if not _OF_ALL.isdisjoint(entry.operation for entry in change.entries):
        record_type = types.get(type_name)
        return record_type.label if record_type else one_line(type_name, 40)
    fields = dict.fromkeys(label_of(types, type_name, entry.field) for entry in change.entries if entry.field)
    return listed(fields) or NOTHING


def deed_of(change: Change) -> str:
    """What was done, and by whom."""
    operations = {entry.operation for entry in change.entries}
    if "recall" in operations:
        template = _("Recalled by {officer}")
    elif "create" in operations:
        template = _("Created by {officer}")
    elif "delete" in operations:
        template = _("Put into the bin by {officer}")
    elif "restore" in operations:
        template = _("Taken out of the bin by {officer}")
    elif any(len(entry.before) > 1 for entry in change.entries):
        template = _("Conflict decided by {officer}")
    else:
        template = _("Changed by {officer}")
    return template.format(officer=isolate(one_line(change.author.officer, 60)))
