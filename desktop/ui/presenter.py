"""The one place that turns stored values into what people read: labels of codes, dates in words, data isolated.

Everything returned is ready for a plain-text label. `strip_isolates` before it goes to the clipboard or a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from desktop.casework.attachments import shown_name
from desktop.casework.handling import Marking
from desktop.casework.passing_on import inherited
from desktop.casework.record_types import RECEIPTS, Field, RecordType, RecordTypes
from desktop.casework.views import Author, FieldView, ListRow, RecallView, RecordView, Scalar, ValueView
from i18n import _, current, ngettext, pgettext
from i18n.bidi import LRI, PDI, isolate, ltr, one_line
from i18n.formats import date_text, moment, newer_by, number
from i18n.names import country_name

NOTHING = "—"
_VALUES = 24  # of a field in conflict, in one piece of text
_NO_BREAK = "\u00a0"
_NUMBERS = re.compile(r"\+?\d[\d .\-/()]{4,}\d", re.ASCII)  # phones, dates, accounts: several groups of digits
SEPARATOR = " · "
_CODED_KINDS = frozenset({"tlp", "handling", "evaluation"})


def value_text(field: Field | None, value: Scalar, *, limit: int = 0) -> str:
    """One value of a field as people read it; `limit` cuts free text to that many characters on one line."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return number(value, 6)
    if field is None:
        return isolate(one_line(value, limit or 500))
    return _coded_or_dated(field, value) or _free_text(field, value, limit)


def _coded_or_dated(field: Field, value: str) -> str:
    if field.kind in _CODED_KINDS:
        return ltr(value)
    if field.kind == "file":
        return isolate(one_line(shown_name(value), 100))
    if field.list:
        return coded_text(field, value)
    if field.kind == "date":
        return date_text(value, numeric=True)
    return _datetime_text(value) if field.kind == "datetime" else ""


def _free_text(field: Field, value: str, limit: int) -> str:
    if field.verbatim:
        return ltr(one_line(value, limit or 500))
    return prose(one_line(value, limit) if limit else value)


def prose(text: str) -> str:
    """Free text for display: isolated line by line, and numbers such as phones in it kept from left to right.

    Without that, «+39 351 204 88 16» comes out back to front in an Arabic sentence.
    """
    return _NUMBERS.sub(_whole_number, isolate(text))


def _whole_number(found: re.Match[str]) -> str:
    """From left to right, and not torn apart at the end of a line."""
    return f"{LRI}{found.group().replace(' ', _NO_BREAK)}{PDI}"


def coded_text(field: Field, code: str) -> str:
    """The label of a code; a code that this version does not know is shown as it is."""
    choice = field.choice(code)
    return choice.label if choice else ltr(code)


def choice_text(field: Field, code: str) -> str:
    """A code as a list to choose from offers it: codes that are never translated stand before their meaning."""
    choice = field.choice(code)
    if choice is None:
        return ltr(code)
    if field.kind == "tlp":
        return ltr(code)
    if field.kind in _CODED_KINDS or field.list == "iccs":
        return f"{ltr(code)} — {choice.label}"
    return choice.label


def listed(pieces: Iterable[str]) -> str:
    """Pieces that are ready for display, one after the other with the language's comma."""
    return ("، " if current().language == "ar" else ", ").join(pieces)


def elements_text(field: Field | None, elements: Iterable[str], *, limit: int = 0) -> str:
    """The elements of a set in one line."""
    return listed(value_text(field, element, limit=limit) for element in elements) or NOTHING


def field_text(field: Field | None, view: FieldView | None, *, limit: int = 0) -> str:
    """What a field holds now, in one piece of text; several values in conflict stand beside each other."""
    if view is None:
        return NOTHING
    if view.merge == "set":
        return elements_text(field, view.elements, limit=limit)
    if view.merge == "text":
        return prose(one_line(view.text, limit) if limit else view.text) or NOTHING
    distinct = list(dict.fromkeys(value_text(field, each.value, limit=limit) for each in view.values[:_VALUES]))
    more = ["…"] if len(view.values) > _VALUES else []
    return " / ".join(distinct + more) or NOTHING


def label_of(types: RecordTypes, type_name: str, field_name: str) -> str:
    """The label of a field; the bare name of one that this version does not know."""
    field = types.field(type_name, field_name)
    return field.label if field else ltr(field_name)


def role_value(record_type: RecordType | None, view: RecordView, role: str) -> Scalar:
    """The value that plays a role in a record (`title`, `due` …); None when there is none."""
    name = record_type.role_name(role) if record_type else ""
    found = view.fields.get(name)
    if found is None:
        return None
    return found.text if found.merge == "text" else found.value


def role_elements(record_type: RecordType | None, view: RecordView, role: str) -> tuple[str, ...]:
    """The elements of the set that plays a role (`handling`, `countries`)."""
    name = record_type.role_name(role) if record_type else ""
    found = view.fields.get(name)
    return found.elements if found else ()


def marking_of(_types: RecordTypes, view: RecordView) -> Marking:
    """TLP, handling codes and restrictions of a record and of its values; of values in conflict, the strictest."""
    return inherited([view]) if view.fields else Marking()


def notes_text(record_type: RecordType, view: RecordView, name: str) -> str:
    """What is noted on the value of a field, in one line: evaluation, codes, source, dates; empty if nothing is."""
    told: list[str] = []
    for note in record_type.notes_on(name):
        held = view.fields.get(note.name)
        if held is None or not (held.elements or any(each.value for each in held.values)):
            continue
        text = field_text(note, held, limit=60)
        coded = note.kind in _CODED_KINDS
        told.append(text if coded else _("{name}: {value}").format(name=_(note.label_id), value=text))
    return SEPARATOR.join(told)


def title_text(record_type: RecordType | None, view: RecordView, *, limit: int = 300) -> str:
    """The title of a record, isolated; its type when it has none, or was recalled."""
    if view.recalled is not None:
        return record_type.label if record_type else _("Recalled")
    title = role_value(record_type, view, "title")
    if title:
        return isolate(one_line(str(title), limit))
    return record_type.label if record_type else _("Without a title")


def full_title(record_type: RecordType | None, view: RecordView) -> str:
    """The title, and the same name in its original script if the record has one."""
    other = role_value(record_type, view, "subtitle")
    title = title_text(record_type, view)
    return SEPARATOR.join((title, isolate(one_line(str(other), 300)))) if other else title


def row_title(row: ListRow, *, limit: int = 300) -> str:
    """The title of a listed record, isolated; its type when it has none."""
    if row.recalled:
        return _("Recalled")
    if row.title:
        return isolate(one_line(row.title, limit))
    record_type = RecordTypes.load().get(row.type)
    return record_type.label if record_type else _("Without a title")


def tone_of(field: Field | None, code: Scalar) -> str:
    """The colour hint of a coded value."""
    choice = field.choice(code) if field else None
    return choice.tone if choice else "neutral"


def author_text(author: Author) -> str:
    """Who wrote it and on which desk: «A. Rossi (Rome 1)»."""
    desk = author.desk or author.device[:8]
    return _("{officer} ({desk})").format(
        officer=isolate(one_line(author.officer, 80)), desk=isolate(one_line(desk, 60))
    )


def author_line(author: Author) -> str:
    """Who, on which desk, when."""
    return SEPARATOR.join((author_text(author), moment(author.at_ms)))


def desk_text(author: Author) -> str:
    """The desk's label, isolated; the beginning of its id when the directory gives none."""
    return isolate(one_line(author.desk or author.device[:8], 60))


def countries_text(codes: Iterable[str]) -> str:
    """Names of countries or members, in the language in use."""
    return listed(country_name(code) for code in codes)


def newer_text(values: tuple[ValueView, ...], value: ValueView) -> str:
    """By how much the newest of some values is newer than the next one; nothing for the others.

    These are the desks' own clocks: a hint for people, never what decides.
    """
    others = [each.author.at_ms for each in values if each is not value]
    if not others or value.author.at_ms - max(others) < 1_000:
        return ""
    return newer_by(value.author.at_ms - max(others))


def conflicts_text(fields: Iterable[FieldView]) -> str:
    """How many fields were changed in two places, and where: the words of the conflict banner."""
    found = [each for each in fields if each.conflict]
    authors = [value.author for each in found for value in each.values]
    mine = any(author.mine for author in authors)
    desks = list(dict.fromkeys(desk_text(author) for author in authors if not author.mine))
    count = len(found)
    if mine and len(desks) == 1:
        return ngettext(
            "{n} field was changed both here and at {desk}.", "{n} fields were changed both here and at {desk}.", count
        ).format(n=number(count), desk=desks[0])
    return ngettext(
        "{n} field was changed in several places: {desks}.",
        "{n} fields were changed in several places: {desks}.",
        count,
    ).format(n=number(count), desks=listed([_("this desk")] * mine + desks))


def recall_text(recall: RecallView) -> str:
    """Who recalled a record, when and why, in one piece of text."""
    reason = isolate(one_line(recall.reason, 500))
    return _("{officer} recalled this on {time}: nothing of it is left here. Reason: {reason}").format(
        officer=author_text(recall.by), time=moment(recall.by.at_ms), reason=reason
    )


def asks_receipts(view: RecordView) -> bool:
    """Whether somebody else asked that those who read a record say so."""
    field = view.fields.get(RECEIPTS.name)
    return field is not None and any(each.value is True and not each.author.mine for each in field.values)


def version_text(author: Author) -> str:
    """The heading of one of several versions."""
    return _("My version (this desk)") if author.mine else _("Version of {desk}").format(desk=desk_text(author))


def unsent_text(sent: bool) -> str:
    """Whether others can have it already."""
    return "" if sent else pgettext("change", "not sent yet")


def _datetime_text(value: str) -> str:
    try:
        return moment(round(datetime.fromisoformat(value).timestamp() * 1000))
    except (ValueError, OverflowError, OSError):
        return ltr(value)
