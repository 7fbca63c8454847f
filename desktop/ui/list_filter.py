"""What a list is filtered by and ordered by, in words: every part of it has a chip that takes it away."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from desktop.casework.list_filter import DUE_DAYS, ENDED, FACETS, Facet, ListFilter
from desktop.casework.record_types import Choice, Field, RecordTypes
from desktop.ui.presenter import choice_text
from i18n import _, ngettext, pgettext
from i18n.bidi import isolate, one_line
from i18n.formats import date_text, number

__all__ = [
    "DUE_DAYS",
    "ENDED",
    "ORDERS",
    "QUICK",
    "Facet",
    "ListFilter",
    "facet_choices",
    "facet_label",
    "facet_text",
    "parts",
]

ORDERS: dict[str, Callable[[], str]] = {
    "updated": lambda: _("Recently updated"),
    "due": lambda: _("Due date"),
    "reference": lambda: _("Reference"),
    "title": lambda: _("Title"),
}
QUICK: dict[str, Callable[[], str]] = {
    "open": lambda: pgettext("filter", "Open"),
    "mine": lambda: pgettext("filter", "Mine"),
    "due": lambda: _("≤ 7 days"),
    "unread": lambda: pgettext("filter", "Unread"),
}
_FIELDS: dict[Facet, str] = {
    "statuses": "status", "tlps": "tlp", "countries": "countries", "precedences": "priority",
    "evaluations": "evaluation", "handling": "handling"
}  # fmt: skip


def parts(shown: ListFilter) -> Iterator[tuple[str, ListFilter]]:
    """Every part of a filter that has a removable chip: its words, and the filter without it."""
    for facet in FACETS:
        for code in shown.chosen(facet):
            yield facet_text(facet, code), shown.toggled(facet, code)
    replace = msgspec.structs.replace
    if any(shown.due):
        yield _("Due: {span}").format(span=span_text(shown.due)), replace(shown, due=("", ""))
    if any(shown.start):
        yield _("Start: {span}").format(span=span_text(shown.start)), replace(shown, start=("", ""))
    if shown.days:
        words = ngettext("Changed within {n} day", "Changed within {n} days", shown.days)
        yield words.format(n=number(shown.days)), replace(shown, days=0)
    if shown.conflicts:
        yield _("In conflict"), replace(shown, conflicts=False)


def span_text(span: tuple[str, str]) -> str:
    """A range of days, which may be open at either end."""
    first, last = (date_text(day) if day else "" for day in span)
    if first and last:
        return _("{first} to {last}").format(first=first, last=last)
    return _("from {day}").format(day=first) if first else _("until {day}").format(day=last)


def facet_choices(facet: Facet) -> tuple[Choice, ...]:
    """The codes that a facet offers; none where they are names or types."""
    field = _field(facet)
    return field.choices if field else ()


def facet_text(facet: Facet, code: str) -> str:
    """A code of a facet in words."""
    if facet == "types":
        known = RecordTypes.load().get(code)
        return known.plural if known else one_line(code, 40)
    if facet == "assignees":
        return isolate(one_line(code, 60))
    if facet == "statuses":
        return _status_text(code)
    field = _field(facet)
    return choice_text(field, code) if field else one_line(code, 40)


def facet_label(facet: Facet) -> str:
    """The facet in words."""
    if facet == "types":
        return _("Type")
    if facet == "assignees":
        return _("Assigned to")
    field = _field(facet)
    return field.label if field else ""


def _field(facet: Facet) -> Field | None:
    """The field of a case that has the codes of a facet."""
    role = _FIELDS.get(facet)
    return RecordTypes.load()["case"].role(role) or RecordTypes.load()["person"].role(role) if role else None


def _status_text(code: str) -> str:
    """A status in words: the first type that knows the code says them, a case before all."""
    types = RecordTypes.load()
    for known in (types["case"], *types.values()):
        field = known.role("status")
        if field is not None and field.choice(code) is not None:
            return choice_text(field, code)
    return one_line(code, 40)
