"""What a report of a case says: sections of records in the reader's language, each with the codes it is bound by.

    report = compose(types, case, views, SECTIONS, author)
    report.marking        the strictest of all that is in it: it stands on every page

Values are text for people, isolated; nothing of them is markup to whoever lays the report out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from desktop.casework.handling import Marking, code_line
from desktop.casework.passing_on import inherited
from desktop.casework.record_types import Field, RecordType, RecordTypes
from desktop.casework.views import Author, FieldView, RecordView
from desktop.ui.presenter import NOTHING, field_text, full_title, listed, title_text
from i18n import _
from i18n.bidi import isolate, one_line

SECTIONS = ("case", "subject", "link", "request", "exchange", "task", "exhibit", "decision", "note")
_HANDLING = ("tlp", "handling")  # stand in the heading of each record
_MISSING = "?"


@dataclass(frozen=True, slots=True)
class Line:
    """One field: its label and what it holds."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One record. `codes`: its TLP and handling codes."""

    heading: str
    kind: str
    codes: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The records of one family."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report."""

    title: str
    reference: str
    marking: Marking
    author: Author
    made_ms: int
    sections: tuple[Section, ...] = field(default=())

    @property
    def records(self) -> int:
        """How many records it tells of."""
        return sum(len(section.entries) for section in self.sections)


def section_title(key: str) -> str:
    """The heading of a section."""
    return {
        "case": _("Summary"),
        "subject": _("People & objects"),
        "link": _("Links"),
        "request": _("Requests for assistance"),
        "exchange": _("Exchanges"),
        "task": _("Tasks"),
        "exhibit": _("Exhibits"),
        "decision": _("Decisions"),
        "note": _("Notes"),
    }[key]


def compose(
    types: RecordTypes,
    case: RecordView,
    views: Iterable[RecordView],
    wanted: Sequence[str],
    author: Author,
    made_ms: int,
) -> Report:
    """The report of a case. `wanted`: keys of SECTIONS; `made_ms`: when, Unix milliseconds.

    What was deleted or recalled is not in it. The marking is that of what is in it alone.
    """
    standing = [view for view in (case, *views) if not view.deleted and view.recalled is None]
    names = {view.id: title_text(types.get(view.type), view, limit=120) for view in standing}
    by_section: dict[str, list[RecordView]] = {key: [] for key in SECTIONS if key in wanted}
    for view in standing:
        key = _family(types, view)
        if key in by_section:
            by_section[key].append(view)
    sections = tuple(
        Section(section_title(key), tuple(_entry(types, view, names) for view in _in_order(types, found)))
        for key, found in by_section.items()
        if found
    )
    marking = inherited(view for found in by_section.values() for view in found)
    record_type = types.get(case.type)
    reference = case.fields.get(record_type.role_name("reference")) if record_type else None
    shown = str(reference.value) if reference is not None and reference.value else ""
    return Report(full_title(record_type, case), shown, marking, author, made_ms, sections)


def providers(views: Iterable[RecordView]) -> frozenset[str]:
    """The ministries whose officers wrote what some records hold."""
    return frozenset(
        value.author.ministry for view in views for found in view.fields.values() for value in found.values
    )


def count(types: RecordTypes, views: Iterable[RecordView]) -> Mapping[str, int]:
    """How many records each section would hold."""
    counts = dict.fromkeys(SECTIONS, 0)
    for view in views:
        key = _family(types, view)
        if key in counts and not view.deleted and view.recalled is None:
            counts[key] += 1
    return counts


def _family(types: RecordTypes, view: RecordView) -> str:
    record_type = types.get(view.type)
    return record_type.family if record_type else ""


def _in_order(types: RecordTypes, views: list[RecordView]) -> list[RecordView]:
    """By type as the vocabulary has them, then by title."""
    place = {name: at for at, name in enumerate(types)}
    return sorted(views, key=lambda view: (place.get(view.type, -1), title_text(types.get(view.type), view).casefold()))


def _entry(types: RecordTypes, view: RecordView, names: Mapping[str, str]) -> Entry:
    record_type = types.get(view.type)
    heading = full_title(record_type, view)
    if record_type is not None and record_type.family == "link":
        ends = [_named(view.fields.get(record_type.role_name(role)), names) for role in ("source", "target")]
        heading = _("{from_name} → {to_name}").format(from_name=ends[0], to_name=ends[1])
    kind = record_type.label if record_type else isolate(one_line(view.type, 64))
    return Entry(heading, kind, code_line(inherited([view])), tuple(_lines(record_type, view, names)))


def _lines(record_type: RecordType | None, view: RecordView, names: Mapping[str, str]) -> Iterator[Line]:
    if record_type is None:
        return
    told = {record_type.role_name(role) for role in _HANDLING}
    for each in record_type.fields.values():
        found = view.fields.get(each.name)
        value = _value(each, found, names)
        if found is None or each.name in told or value in ("", NOTHING):
            continue
        yield Line(each.label, _("{value} (in conflict)").format(value=value) if found.conflict else value)
        for note in record_type.notes_on(each.name):
            said = _value(note, view.fields.get(note.name), names)
            if said not in ("", NOTHING):
                yield Line(note.label, said)


def _value(declared: Field, found: FieldView | None, names: Mapping[str, str]) -> str:
    if declared.kind == "reference":
        return _named(found, names) if found is not None and found.value else ""
    return field_text(declared, found)


def _named(found: FieldView | None, names: Mapping[str, str]) -> str:
    """The titles of the records that a reference names."""
    if found is None:
        return _MISSING
    return listed(names.get(str(value.value), _MISSING) for value in found.values) or _MISSING
