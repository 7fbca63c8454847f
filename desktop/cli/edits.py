"""Commands that write: each is one change, saved before the command ends."""

from __future__ import annotations

import argparse
import sys

from desktop.casework.record_types import RecordType
from desktop.casework.validation import InvalidValue, Value, parse
from desktop.cli.desks import opened
from desktop.cli.output import complain, dump, say
from desktop.desk import Changed, Desk, Opening
from desktop.messages import describe
from desktop.refusals import Refused

MAX_INPUT = 4 << 20  # bytes read of the standard input


def new_case(options: argparse.Namespace, opening: Opening) -> None:
    """`case new`: open a case and print its id."""
    with opened(options, opening) as desk:
        values = values_of(desk.type("case"), options.sets)
        values["title"] = parse(desk.type("case").fields["title"], options.title)
        members = None if options.members is None else tuple(filter(None, options.members.upper().split(",")))
        roles = dict(map(_pair, options.roles))
        tell(options, desk.new_case(values, members, options.template, roles), desk)


def list_templates(options: argparse.Namespace, opening: Opening) -> None:
    """`templates`: what a new case can begin with."""
    with opened(options, opening) as desk:
        book = desk.templates()
    if options.json:
        dump(
            {
                "templates": [
                    {
                        "key": each.key,
                        "label": str(each.label),
                        "own": each.own,
                        "due_days": each.due_days,
                        "roles": [role.key for role in each.roles],
                        "tasks": [{"title": str(task.title), "due_days": task.due_days} for task in each.tasks],
                    }
                    for each in book.templates.values()
                ],
                "problems": [problem.params for problem in book.problems],
            }
        )
        return
    for each in book.templates.values():
        say(f"{each.key}  {each.label}")
    for problem in book.problems:
        complain(describe(problem.code, problem.shown()))


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
    for name, text in map(_pair, pairs):
        values[name] = _value(record_type, name, text)
    return values


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise Refused("not_a_pair", value=text)
    return name.strip(), value


def _value(record_type: RecordType, name: str, text: str) -> Value:
    field = record_type.get(name)
    if field is None:
        raise InvalidValue("unknown_field", name=name)
    return parse(field, text)


def _typed(text: str) -> str:
    """The value of the command line, or of the standard input for `-`: long texts do not fit an argument."""
    return sys.stdin.buffer.read(MAX_INPUT).decode("utf-8", "surrogateescape") if text == "-" else text
