"""Exchanges as they are composed: what a copy holds, what it is marked with, and what screens are shown of readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from desktop.casework.handling import DEFAULT_TLP, HANDLING_CODES, TLP_ORDER, Marking
from desktop.casework.passing_on import Obstacle, tightened
from desktop.casework.provenance import PermissionView
from desktop.casework.record_types import NOTE, Field, RecordTypes
from desktop.casework.views import RecordView
from i18n import _

EXCHANGE, PERMISSION = "exchange", "permission"
MAX_WORDS = 1_000  # characters of a restriction in words
_OWN_WORDS = frozenset({"tlp", "handling", "handling_note", "receipts", "recipients", "provider", "original", "sent"})


class ReaderView(msgspec.Struct, frozen=True):
    """A ministry that reads a space, with its desks by name: «A. Rossi (Rome 1)» as officer and label."""

    ministry: str
    role: str
    desks: tuple[tuple[str, str], ...] = ()
    own: bool = False


class HandlingView(msgspec.Struct, frozen=True):
    """What holds for a record: its marking, whose information it is, who has it, what was asked and granted."""

    record: str
    marking: Marking
    providers: tuple[str, ...]
    receiving: tuple[str, ...]  # codes of the ministries that can read its space
    named: tuple[str, ...]  # whom a TLP:RED names
    permissions: tuple[PermissionView, ...] = ()


class PassingView(msgspec.Struct, frozen=True):
    """What a copy would be marked with, and what stands in its way."""

    marking: Marking
    obstacles: tuple[Obstacle, ...] = ()


def writable(marking: Marking) -> Marking:
    """A marking in codes that this version can write: what it does not know becomes the strictest that it knows."""
    unknown = [code for code in marking.handling if code not in HANDLING_CODES]
    handling = tuple(code for code in marking.handling if code in HANDLING_CODES)
    if unknown:
        handling = tuple(code for code in HANDLING_CODES if code in {*handling, "H1", "H2", "H3"})
    known = not marking.tlp or marking.tlp in TLP_ORDER
    return Marking(marking.tlp if known else TLP_ORDER[-1], handling, (*marking.notes, *unknown))


def marking_of_values(values: Mapping[str, object]) -> Marking:
    """The marking that the values of a new record say."""
    handling = values.get("handling")
    note = str(values.get("handling_note") or "").strip()
    codes = tuple(map(str, handling)) if isinstance(handling, Iterable) and not isinstance(handling, str) else ()
    return Marking(str(values.get("tlp") or ""), codes, (note,) if note else ())


def marked(values: Mapping[str, object], floor: Marking) -> dict[str, object]:
    """The values of a new record with a marking that is at least as strict as what it was made from."""
    wanted = marking_of_values({"tlp": DEFAULT_TLP, **values} if not floor.tlp else values)
    whole = writable(tightened(floor, wanted))
    if not whole.tlp and not whole.handling:
        return dict(values)
    words = "; ".join(whole.notes)
    cut = words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…"
    made: dict[str, object] = {**values, "tlp": whole.tlp or DEFAULT_TLP, "handling": whole.handling or ("H0",)}
    return {**made, "handling_note": cut} if cut else made


def copied_text(types: RecordTypes, view: RecordView) -> str:
    """What a copy says of a record: its text, or a line for each of its fields, in the current language."""
    known = types.get(view.type)
    content = view.fields.get("content") if view.type == EXCHANGE else None
    if content is not None and content.text:
        return content.text
    lines = []
    for name, field in view.fields.items():
        if name in _OWN_WORDS or NOTE in name:
            continue
        declared = known.get(name) if known else None
        shown = [*(str(one.value) for one in field.values if one.value is not None), *field.elements]
        words = field.text or ", ".join(_shown(declared, one) for one in shown)
        if words and (declared is None or declared.kind != "file"):
            lines.append(_("{name}: {value}").format(name=declared.label if declared else name, value=words))
    return "\n".join(lines)


def _shown(field: Field | None, value: str) -> str:
    return field.choice_label(value) if field is not None else value
