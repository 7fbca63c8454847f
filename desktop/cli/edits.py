"""Commands that write: each is one change, saved before the command ends."""

from __future__ import annotations

import argparse
import sys

from desktop.casework.record_types import RecordType
from desktop.casework.validation import InvalidValue, Value, parse
from desktop.cli.desks import opened
from desktop.cli.output import dump, say
from desktop.desk import Changed, Desk, Opening
from desktop.refusals import Refused

MAX_INPUT = 4 << 20  # bytes read of the standard input


def new_case(options: argparse.Namespace, opening: Opening) -> None:
    """`case new`: open a case and print its id."""
    with opened(options, opening) as desk:
        values = values_of(desk.type("case"), options.sets)
        values["title"] = parse(desk.type("case").fields["title"], options.title)
        members = None if options.members is None else tuple(filter(None, options.members.upper().split(",")))
        tell(options, desk.new_case(values, members), desk)


def new_record(options: argparse.Namespace, opening: Opening) -> None:
    """`record new`: add a record to a case and print its id."""
    with opened(options, opening) as desk:
        values = values_of(desk.type(options.type), options.sets)
        tell(options, desk.new_record(options.type, options.space, values), desk)


def write(options: argparse.Namespace, opening: Opening) -> None:
    """`set`: write a field."""
    with opened(options, opening) as desk:
        value = _value(desk.type(desk.show(options.record).type), options.field, _typed(options.value))
        tell(options, desk.edit(options.record, options.field, value), desk)


def resolve(options: argparse.Namespace, opening: Opening) -> None:
    """`resolve`: settle a conflict."""
    with opened(options, opening) as desk:
        value = _value(desk.type(desk.show(options.record).type), options.field, _typed(options.value))
        tell(options, desk.resolve(options.record, options.field, value), desk)


def delete(options: argparse.Namespace, opening: Opening) -> None:
    """`delete`: put a record into the bin."""
    with opened(options, opening) as desk:
        tell(options, desk.delete(options.record), desk)


def restore(options: argparse.Namespace, opening: Opening) -> None:
    """`restore`: take a record out of the bin."""
    with opened(options, opening) as desk:
        tell(options, desk.restore(options.record), desk)


def undo(options: argparse.Namespace, opening: Opening) -> None:
    """`undo`: take back one's last edit."""
    with opened(options, opening) as desk:
        tell(options, desk.undo(), desk)


def redo(options: argparse.Namespace, opening: Opening) -> None:
    """`redo`: do again what was undone."""
    with opened(options, opening) as desk:
        tell(options, desk.redo(), desk)


def tell(options: argparse.Namespace, changed: Changed, desk: Desk) -> None:
    """Say what an edit did."""
    if not options.json:
        say(changed.record)
        return
    reference = desk.rows([changed.record])
    dump(
        {
            "record": changed.record,
            "changed": bool(changed.records),
            "reference": reference[0].reference if reference else "",
            "unsent": desk.counts()["unsent"],
        }
    )


def values_of(record_type: RecordType, pairs: list[str]) -> dict[str, object]:
    """The values of `--set field=value`. Raises Refused (not_a_pair), InvalidValue."""
    values: dict[str, object] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator:
            raise Refused("not_a_pair", value=pair)
        values[name.strip()] = _value(record_type, name.strip(), text)
    return values


def _value(record_type: RecordType, name: str, text: str) -> Value:
    field = record_type.get(name)
    if field is None:
        raise InvalidValue("unknown_field", name=name)
    return parse(field, text)


def _typed(text: str) -> str:
    """The value of the command line, or of the standard input for `-`: long texts do not fit an argument."""
    return sys.stdin.buffer.read(MAX_INPUT).decode("utf-8", "surrogateescape") if text == "-" else text
