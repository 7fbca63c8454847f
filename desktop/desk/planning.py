"""A new case as a template plans it: its values, and its tasks as part of the change that opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from desktop.casework.record_types import RecordType
from desktop.casework.templates import Plan, TemplateBook, opening_day, plan_case
from desktop.casework.validation import Value, validate_new
from desktop.desk import operations
from desktop.desk.checking import check_new
from desktop.refusals import Refused
from sync.changes import RecordEdit
from sync.recall import record_id
from sync.wire.codec import new_id

_MARKING = ("tlp", "handling", "handling_note")


def plan_opening(
    templates: Callable[[], TemplateBook],
    key: str,
    values: Mapping[str, object],
    roles: Mapping[str, str],
    opener: str,
) -> Plan:
    """What to write for a new case. Raises Refused (unknown_template); without a key there is nothing but the values.

    A role that nobody is named for is left open, but for that of whoever opens the case.
    """
    if not key:
        return Plan(dict(values))
    template = templates().templates.get(key)
    if template is None:
        raise Refused("unknown_template", template=key[:40])
    named = {role.key: opener for role in template.roles if role.opener} | dict(roles)
    plan = plan_case(template, named, opening_day(values))
    return Plan({**plan.case, **values}, plan.tasks)


def planned_task(
    record_type: RecordType, values: Mapping[str, object], case: Mapping[str, Value], device: bytes
) -> RecordEdit:
    """The edit that makes a task of a new case, marked as the case is. Raises InvalidValue."""
    marking = {name: case[name] for name in _MARKING if name in case}
    clean = validate_new(record_type, {**marking, **values})
    check_new(record_type, clean)
    nonce = new_id()
    return RecordEdit(record_id(device, nonce), operations.create_record(record_type, clean, nonce))
