"""`import`: records of a case from a CSV file, tried first if asked, and what was refused into a file of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop.casework.csv_import import MAX_BYTES, BadTable, Judged, judge, read_table, suggest, write_refused
from desktop.casework.record_types import RecordType
from desktop.cli.desks import opened
from desktop.cli.output import dump, say
from desktop.desk import Opening
from desktop.refusals import Refused
from i18n import _, ngettext
from i18n.formats import number


def import_table(options: argparse.Namespace, opening: Opening) -> None:
    """Read, judge, write. Raises Refused; a table that cannot be read changes nothing."""
    data = _read(options.file)
    try:
        table = read_table(data, options.encoding or "", options.delimiter or "")
    except BadTable as bad:
        raise Refused(bad.code, path=str(options.file)) from bad
    with opened(options, opening) as desk:
        record_type = desk.type(options.type)
        mapping = suggest(table.header, record_type) | _named(options.map or [], table.header, record_type)
        judged = list(judge(table, mapping, record_type))
        good = [each.values for each in judged if not each.refused]
        if options.errors and len(good) < len(judged):
            _write(options.errors, write_refused(judged, table, _("Line"), _("Reason")))
        written = 0 if options.dry_run else len(desk.import_records(record_type.name, options.space, good).records)
    if options.json:
        dump(
            {
                "rows": len(judged),
                "good": len(good),
                "refused": [{"line": each.line, "reason": each.refused} for each in judged if each.refused],
                "written": written,
                "encoding": table.encoding,
                "columns": {table.header[column]: name for column, name in mapping.items()},
            }
        )
        return
    _tell(judged, len(good), written, dry=options.dry_run)


def _tell(judged: list[Judged], good: int, written: int, *, dry: bool) -> None:
    for each in judged:
        if each.refused:
            say(_("Line {line}: {reason}").format(line=number(each.line), reason=each.refused))
    computed = sum(each.computed for each in judged)
    if computed:
        say(
            ngettext(
                "{n} cell looks like a formula. It is kept as text.",
                "{n} cells look like formulas. They are kept as text.",
                computed,
            ).format(n=number(computed))
        )
    if dry:
        words = ngettext("{n} record would be added.", "{n} records would be added.", good)
        say(words.format(n=number(good)))
    else:
        say(ngettext("{n} record was added.", "{n} records were added.", written).format(n=number(written)))


def _named(pairs: list[str], header: tuple[str, ...], record_type: RecordType) -> dict[int, str]:
    """`--map Column=field`, by the column's name."""
    found: dict[int, str] = {}
    for pair in pairs:
        column, mark, name = pair.rpartition("=")
        if not mark or column not in header or name not in record_type.fields:
            raise Refused("not_a_column", value=pair)
        found[header.index(column)] = name
    return found


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused("file_unreadable", path=str(path)) from error


def _write(path: Path, data: bytes) -> None:
    try:
        with path.open("xb") as stream:
            stream.write(data)
    except FileExistsError as error:
        raise Refused("file_exists", path=str(path)) from error
    except OSError as error:
        raise Refused("file_unwritable", path=str(path)) from error
