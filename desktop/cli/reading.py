"""Commands that show: records, lists, history, conflicts."""

from __future__ import annotations

import argparse
import sys

import msgspec

from desktop.casework.attachments import shown_name
from desktop.casework.record_types import Field, RecordTypes
from desktop.casework.views import Author, ConflictView, FieldView, HistoryEntry, ListRow, Query, RecordView, Scalar
from desktop.cli.desks import opened
from desktop.cli.output import columns, dump, say
from desktop.desk import Desk, Opening
from i18n import _, ngettext
from i18n.bidi import one_line
from i18n.formats import moment, number

_WIDTH = 60  # characters of a title in a list


def show(options: argparse.Namespace, opening: Opening) -> None:
    """`show`: a record as it stands."""
    with opened(options, opening) as desk:
        view = desk.show(options.record)
        if options.json:
            record = msgspec.to_builtins(view)
            for name, field in view.fields.items():
                record["fields"][name]["conflict"] = field.conflict
            dump(record)
        else:
            _print_record(view)
            desk.seen(options.record)


def log(options: argparse.Namespace, opening: Opening) -> None:
    """`log`: what was done to a record, newest first."""
    with opened(options, opening) as desk:
        entries = desk.history(options.record, options.field, limit=sys.maxsize)
        if options.json:
            dump({"record": options.record, "entries": entries})
            return
        types = RecordTypes.load()
        kind = desk.show(options.record).type
        for entry in entries:
            _print_entry(entry, types.field(kind, entry.field))


def rows(options: argparse.Namespace, opening: Opening) -> None:
    """`list`: the records of a type."""
    with opened(options, opening) as desk:
        desk.type(options.type)
        _print_rows(
            options,
            desk,
            Query(
                type=options.type,
                space=options.space,
                deleted=options.deleted,
                order=options.order,
                limit=max(options.limit, 0),
            ),
        )


def search(options: argparse.Namespace, opening: Opening) -> None:
    """`search`: the records in which the words stand."""
    with opened(options, opening) as desk:
        desk.index()
        query = Query(type=options.type, text=options.text, order=options.order, limit=max(options.limit, 0))
        _print_rows(options, desk, query)


def conflicts(options: argparse.Namespace, opening: Opening) -> None:
    """`conflicts`: the fields that hold several values."""
    with opened(options, opening) as desk:
        found = desk.conflicts()
        if options.json:
            dump({"conflicts": found})
            return
        for conflict in found:
            _print_conflict(conflict)
        say(ngettext("{n} field in conflict", "{n} fields in conflict", len(found)).format(n=number(len(found))))


def _print_rows(options: argparse.Namespace, desk: Desk, query: Query) -> None:
    found = desk.rows(desk.query(query))
    if options.json:
        dump({"count": len(found), "rows": found})
        return
    for line in columns([_cells(row) for row in found]):
        say(line)
    say(ngettext("{n} record", "{n} records", len(found)).format(n=number(len(found))))


def _cells(row: ListRow) -> tuple[str, ...]:
    marks = (_("conflict") if row.conflicts else "") or (_("unsent") if row.unsent else "")
    return (row.id, one_line(row.reference, 20), row.tlp, row.status, marks, one_line(row.title, _WIDTH))


def _print_record(view: RecordView) -> None:
    types = RecordTypes.load()
    kind = types.get(view.type)
    say(f"{kind.label if kind else view.type}  {view.id}")
    if not view.known:
        say(_("This record needs a newer version of Tahaluf."))
    if view.recalled is not None:
        say(_("Recalled: {reason}").format(reason=one_line(view.recalled.reason, 200)))
        say(f"    [{_author(view.recalled.by)}]")
    if view.deleted:
        say(_("In the bin"))
    if view.revived:
        say(_("Deleted by one officer while another edited it: it came back"))
    if view.readers:
        say(_("Readers: {ministries}").format(ministries=", ".join(view.readers)))
    for name, field in view.fields.items():
        _print_field(name, field, types.field(view.type, name))


def _print_field(name: str, view: FieldView, field: Field | None) -> None:
    label = field.label if field else name
    if view.merge == "register" and view.conflict:
        say(f"{label} ({name}): {_('in conflict')}")
        for value in view.values:
            say(f"    {_shown(value.value, field)}  [{_author(value.author)}]")
        return
    shown: str
    if view.merge == "set":
        shown = ", ".join(_shown(element, field) for element in view.elements)
    elif view.merge == "text":
        shown = "\n    ".join(["", *view.text.split("\n")]) if "\n" in view.text else view.text
    else:
        shown = _shown(view.value, field)
    if shown:
        say(f"{label} ({name}): {shown}")


def _print_entry(entry: HistoryEntry, field: Field | None) -> None:
    before = ", ".join(_shown(value, field) for value in entry.before)
    value = _shown(entry.value, field)
    told = f"{before} → {value}" if before else value
    mark = "" if entry.sent else f"  ({_('unsent')})"
    if entry.late:
        mark += f"  ({_('After its desk was revoked')})"
    say(f"{_author(entry.author)}  {entry.operation} {entry.field}  {one_line(told, 200)}{mark}")


def _print_conflict(conflict: ConflictView) -> None:
    field = RecordTypes.load().field(conflict.type, conflict.field)
    title = one_line(conflict.title, _WIDTH)
    say(f"{conflict.record}  {one_line(conflict.reference, 20)}  {title}")
    say(f"  {field.label if field else conflict.field} ({conflict.field})")
    for value in conflict.values:
        say(f"    {_shown(value.value, field)}  [{_author(value.author)}]")


def _author(author: Author) -> str:
    who = one_line(author.officer, 60) or author.device
    return f"{moment(author.at_ms)} {who}, {author.ministry} ({one_line(author.desk, 40)})"


def _shown(value: Scalar, field: Field | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return str(value)
    if field and field.kind == "file":
        return shown_name(value)
    return field.choice_label(value) if field and field.choices else value
