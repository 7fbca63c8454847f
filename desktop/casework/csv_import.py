"""Tables from elsewhere: a CSV file read with what its writer left unsaid, mapped to fields, judged row by row.

    table = read_table(data)                          encoding and separator found; raises BadTable
    mapping = suggest(table.header, record_type)      column → field, by names in any of the languages
    judged = judge(table, mapping, record_type)       every row: the values to write, or why it is refused
    write_refused(judged, table)                      the refused rows with their reasons, as a file to mend

Nothing is executed: a cell that a spreadsheet would compute is text here, and stands behind an apostrophe in what is
written for a spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from charset_normalizer import from_bytes

from desktop.casework.record_types import Field, RecordType
from desktop.casework.validation import InvalidValue, Value, describe, parse, validate_new
from i18n.bidi import strip_isolates
from i18n.folding import fold_words
from i18n.locales import LANGUAGES
from i18n.translations import translations_for

MAX_BYTES = 64 << 20  # of a file
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_CELL = 200_000  # characters, as many as the longest text of a record
ENCODINGS = ("utf-8", "utf-16", "windows-1256", "windows-1252", "iso-8859-6")
DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 256 << 10  # bytes that the encoding is guessed by
_SNIFFED = 20  # lines that the separator is found by
_COMPUTED = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = frozenset("+-0123456789.,() /")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class BadTable(Exception):
    """Not a table that can be read; `code`: table_too_large, table_too_many_rows, table_unreadable, table_empty."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text. Rows are as long as the header: what is missing is empty."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]  # of the file, where each row begins


@dataclass(frozen=True, slots=True)
class Judged:
    """One row: what would be written, or why nothing is. `computed`: cells that a spreadsheet would compute."""

    line: int
    row: tuple[str, ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    refused: str = ""
    computed: int = 0


def read_table(data: bytes, encoding: str = "", delimiter: str = "") -> Table:
    """Read a CSV file whose first line names its columns. Raises BadTable."""
    if len(data) > MAX_BYTES:
        raise BadTable("table_too_large")
    encoding = encoding or _encoding_of(data)
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (UnicodeError, LookupError):
        raise BadTable("table_unreadable") from None
    delimiter = delimiter or _delimiter_of(text)
    lines: list[int] = []
    rows: list[tuple[str, ...]] = []
    previous_limit = csv.field_size_limit(MAX_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        begins = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(tuple(cells[:MAX_COLUMNS]))
                lines.append(begins)
            begins = reader.line_num + 1
            if len(rows) > MAX_ROWS + 1:
                raise BadTable("table_too_many_rows")
    except csv.Error:
        raise BadTable("table_unreadable") from None
    finally:
        csv.field_size_limit(previous_limit)
    if len(rows) < 2:
        raise BadTable("table_empty")
    header, width = tuple(cell.strip() for cell in rows[0]), len(rows[0])
    filled = tuple((row + ("",) * width)[:width] for row in rows[1:])
    return Table(encoding, delimiter, header, filled, tuple(lines[1:]))


def suggest(header: Sequence[str], record_type: RecordType) -> dict[int, str]:
    """Fields by column, where a column is named as the field is in one of the languages; a field is taken once."""
    known: dict[str, str] = {}
    for each in _mappable(record_type):
        known.setdefault(fold_words(each.name.replace("_", " ")), each.name)
        for language in LANGUAGES:
            known.setdefault(fold_words(translations_for(language).gettext(each.label_id)), each.name)
    found: dict[int, str] = {}
    for column, name in enumerate(header):
        wanted = known.get(fold_words(name.replace("_", " ")), "")
        if wanted and wanted not in found.values():
            found[column] = wanted
    return found


def judge(table: Table, mapping: Mapping[int, str], record_type: RecordType) -> Iterator[Judged]:
    """Every row with the values that it gives, or the sentence of what is wrong with it."""
    fields = {column: record_type.fields[name] for column, name in mapping.items() if name in record_type.fields}
    for line, row in zip(table.lines, table.rows, strict=True):
        computed = sum(is_computed(row[column]) for column in fields)
        try:
            given = {each.name: parse(each, row[column]) for column, each in fields.items() if row[column].strip()}
            yield Judged(line, row, validate_new(record_type, given), computed=computed)
        except InvalidValue as wrong:
            yield Judged(line, row, refused=strip_isolates(describe(wrong, in_form=False)), computed=computed)


def write_refused(judged: Sequence[Judged], table: Table, line_label: str, reason_label: str) -> bytes:
    """The refused rows as a CSV file (UTF-8 with its mark, as spreadsheets like it), with line and reason in front."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=table.delimiter)
    writer.writerow([line_label, reason_label, *map(harmless, table.header)])
    for each in judged:
        if each.refused:
            writer.writerow([each.line, harmless(each.refused), *map(harmless, each.row)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def is_computed(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula; a number or a telephone number with its sign is none."""
    return cell.startswith(_COMPUTED) and not set(cell) <= _PLAIN_NUMBER


def harmless(cell: str) -> str:
    """A cell as a spreadsheet shows it and never computes it."""
    return f"'{cell}" if cell.startswith(_COMPUTED) else cell


def mappable(record_type: RecordType) -> list[Field]:
    """The fields that a column can be mapped to."""
    return list(_mappable(record_type))


def _mappable(record_type: RecordType) -> Iterator[Field]:
    return (each for each in record_type.fields.values() if each.kind not in ("file", "reference"))


def _encoding_of(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    best = from_bytes(data[:_SAMPLE], cp_isolation=["cp1256", "cp1252", "iso8859_6", "utf_16"]).best()
    names = {"cp1256": "windows-1256", "cp1252": "windows-1252", "iso8859_6": "iso-8859-6", "utf_16": "utf-16"}
    return names.get(best.encoding, "windows-1252") if best is not None else "windows-1252"


def _delimiter_of(text: str) -> str:
    """The separator that stands most often, and as often in the first lines as in the header."""
    lines = [line for line in text.splitlines()[:_SNIFFED] if line.strip()]
    if not lines:
        return ","

    def evenness(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        return (sum(width == widths[0] for width in widths) if widths[0] > 1 else 0, widths[0])

    return max(DELIMITERS, key=evenness)
