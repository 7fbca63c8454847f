"""`bulk`, `duplicates`, `merge`, `separate`: many records at once, and records that are one."""

from __future__ import annotations

import argparse

from desktop.casework.bulk import BulkOrder, BulkPlan, Mode
from desktop.casework.record_types import Field
from desktop.casework.validation import Value, parse
from desktop.cli.desks import opened
from desktop.cli.output import dump, safe, say
from desktop.desk import Desk, Opening
from desktop.messages import describe
from desktop.refusals import Refused
from i18n import ngettext
from i18n.formats import number


def bulk(options: argparse.Namespace, opening: Opening) -> None:
    """Plan, then write what can be written. Raises Refused, InvalidValue."""
    with opened(options, opening) as desk:
        plan = desk.bulk_plan(options.records, _order(options, desk))
        written = passed = 0
        for part in () if options.dry_run else desk.bulk_slices(plan):
            written, passed = written + len(part.records), passed + part.passed
    if options.json:
        rows = [
            {"id": row.row.id, "before": row.before, "after": row.after, "refused": row.refused} for row in plan.rows
        ]
        dump({"rows": rows, "changing": len(plan.changing), "written": written, "passed": passed})
        return
    _tell(plan, written, dry=options.dry_run)


def duplicates(options: argparse.Namespace, opening: Opening) -> None:
    """List the pairs."""
    with opened(options, opening) as desk:
        desk.index()
        found = desk.duplicates(options.space, elsewhere=options.elsewhere)
    if options.json:
        dump({"pairs": [{"one": p.one.id, "other": p.other.id, "reasons": p.reasons} for p in found]})
        return
    for pair in found:
        reasons = ", ".join(f"{why.field}: {safe(why.one)} = {safe(why.other)}" for why in pair.reasons)
        say(f"{pair.one.id} {pair.other.id}  {safe(pair.one.title)} / {safe(pair.other.title)}  {reasons}")
    say(ngettext("{n} pair may be one", "{n} pairs may be one", len(found)).format(n=number(len(found))))


def merge(options: argparse.Namespace, opening: Opening) -> None:
    """Let one record stand for another."""
    with opened(options, opening) as desk:
        link = desk.merge(options.record, options.other).record
    dump({"record": link}) if options.json else say(link)


def separate(options: argparse.Namespace, opening: Opening) -> None:
    """Take the merges of a record back."""
    with opened(options, opening) as desk:
        links = sorted(desk.separate(options.record).records)
    dump({"records": links}) if options.json else say("\n".join(links))


def _order(options: argparse.Namespace, desk: Desk) -> BulkOrder:
    field = _field(options, desk)
    mode: Mode = "set" if options.value is not None else "add" if options.add is not None else "remove"
    typed = next(each for each in (options.value, options.add, options.remove) if each is not None)
    if mode != "set" and field.merge != "set":
        raise Refused("bulk_no_field")
    value: Value = parse(field, typed)
    return BulkOrder(field.name, value, mode)


def _field(options: argparse.Namespace, desk: Desk) -> Field:
    """The field as the first of the records that has it declares it."""
    for row in desk.rows(options.records):
        known = desk.types.get(row.type)
        field = known.get(options.field) if known else None
        if field is not None:
            return field
    raise Refused("bulk_no_field")


def _tell(plan: BulkPlan, written: int, *, dry: bool) -> None:
    for row in plan.rows:
        if row.refused:
            say(f"{row.row.id}  {row.reason or describe(row.refused, {})}")
        elif row.changes:
            before, after = (", ".join(safe(str(each)) for each in side) or "—" for side in (row.before, row.after))
            say(f"{row.row.id}  {before} → {after}")
    if dry:
        count = len(plan.changing)
        say(ngettext("{n} changes", "{n} change", count).format(n=number(count)))
    else:
        say(ngettext("{n} record was changed.", "{n} records were changed.", written).format(n=number(written)))
