"""What a single field cannot tell: a deadline before its start, a record that comes to follow itself.

Only what this desk writes is refused. What others wrote meanwhile may say either all the same, once it is merged: who
shows it copes (a chart with a circle, a clock that counts nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from desktop.casework.record_types import NOTE, Field, RecordType
from desktop.casework.validation import InvalidValue, Value
from desktop.store import Connection, UnknownRecord
from sync.merge import RecordState

_ORDER = (("start", "end"), ("start", "due"))  # roles of fields, the earlier one first
_CIRCLES = frozenset({"note", "request", "exchange", "custody"})  # whose records follow each other in trees
MAX_STEPS = 10_000


def check_new(record_type: RecordType, values: Mapping[str, object]) -> None:
    """Refuse what the values of a new record cannot be together. Raises InvalidValue."""
    check_order(record_type, values)
    check_ends(record_type, values)


def check_edit(
    connection: Connection, record_type: RecordType, record: str, state: RecordState, field: Field, value: Value
) -> None:
    """Refuse what a value cannot be beside what stands. Raises InvalidValue."""
    values = {name: written[0].value for name, written in state.registers.items() if written}
    values[field.name] = None if isinstance(value, tuple) else value
    check_order(record_type, values, field.name)
    check_ends(record_type, values, field.name)

    def follow(other: str) -> str:
        try:
            written = connection.reads.standing(other).state.registers.get(field.name)
        except UnknownRecord:
            return ""
        return str(written[0].value or "") if written else ""

    check_circle(field, record, value, follow)


def check_order(record_type: RecordType, values: Mapping[str, object], changed: str = "") -> None:
    """Refuse an end or a deadline before its start. `changed`: the field being written; empty: all of a new record.

    Raises InvalidValue (before_start, after_end).
    """
    pairs = [(record_type.role(earlier), record_type.role(later)) for earlier, later in _ORDER]
    noted, separator, _ = changed.rpartition(NOTE)
    if separator:  # since and until when a value holds
        pairs = [(record_type.get(f"{noted}{NOTE}from"), record_type.get(f"{noted}{NOTE}until"))]
    for start, end in pairs:
        if start is None or end is None or changed not in ("", start.name, end.name):
            continue
        first, last = values.get(start.name), values.get(end.name)
        if isinstance(first, str) and isinstance(last, str) and is_before(last, first):
            if changed == start.name:
                raise InvalidValue("after_end", start, value=first, other=last)
            raise InvalidValue("before_start", end, value=last, other=first)


def is_before(one: str, other: str) -> bool:
    """Whether an ISO date or time is surely before another: a year alone is before no day of that year."""
    if "T" in one and "T" in other:
        left, right = datetime.fromisoformat(one), datetime.fromisoformat(other)
        if (left.tzinfo is None) == (right.tzinfo is None):
            return left < right
    length = min(len(one), len(other), len("yyyy-mm-dd"))
    return one[:length] < other[:length]


def check_ends(record_type: RecordType, values: Mapping[str, object], changed: str = "") -> None:
    """Refuse a link of a record with itself. Raises InvalidValue (joins_itself)."""
    source, target = record_type.role("source"), record_type.role("target")
    if source is None or target is None or changed not in ("", source.name, target.name):
        return
    one = values.get(source.name)
    if one is not None and one == values.get(target.name):
        raise InvalidValue("joins_itself", target if changed != source.name else source)


def check_circle(field: Field, record: str, value: object, follow: Callable[[str], str]) -> None:
    """Refuse a record that would follow itself, over however many others; `follow` gives what a record follows.

    Raises InvalidValue (circle).
    """
    if field.accepts not in _CIRCLES or not isinstance(value, str):
        return
    seen: set[str] = set()
    step = value
    while step and step not in seen and len(seen) < MAX_STEPS:
        if step == record:
            raise InvalidValue("circle", field)
        seen.add(step)
        step = follow(step)
