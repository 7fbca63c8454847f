"""What a list is filtered by and ordered by: a value that becomes a query, and words for every part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from desktop.casework.record_types import Choice, RecordTypes
from desktop.casework.views import Query
from desktop.ui.presenter import choice_text
from i18n import _, pgettext

ENDED = ("closed", "archived")
DUE_DAYS = 7
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
Facet = Literal["statuses", "tlps", "countries"]
_FACET_FIELDS: dict[Facet, str] = {"statuses": "status", "tlps": "tlp", "countries": "countries"}


class ListFilter(msgspec.Struct, frozen=True):
    """A list's filter. Quick ones are switches; of a facet, any of the chosen codes will do."""

    quick: frozenset[str] = frozenset()
    statuses: tuple[str, ...] = ()
    tlps: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    conflicts: bool = False
    text: str = ""
    order: str = "updated"

    def query(self, record_type: str, now: datetime | None = None) -> Query:
        """The query of a list of this type; `now` gives today."""
        today = (now or datetime.now(UTC)).astimezone(now.tzinfo if now else None).date()
        return Query(
            type=record_type,
            text=self.text,
            statuses=self.statuses,
            # A case without a status, or with one of a newer version, has not ended as far as is known here.
            without_statuses=ENDED if "open" in self.quick else (),
            tlps=self.tlps,
            countries=self.countries,
            mine="mine" in self.quick,
            unread="unread" in self.quick,
            conflicts=self.conflicts,
            due_before=(today + timedelta(days=DUE_DAYS + 1)).isoformat() if "due" in self.quick else "",
            order=self.order,
        )

    def is_empty(self) -> bool:
        """Whether every record is shown."""
        return self == ListFilter(order=self.order)

    def has(self, facet: Facet, code: str) -> bool:
        """Whether a code of a facet is chosen."""
        return code in getattr(self, facet)

    def toggled(self, facet: Facet, code: str) -> ListFilter:
        """The filter with a code chosen, or no longer."""
        chosen: tuple[str, ...] = getattr(self, facet)
        rest = tuple(each for each in chosen if each != code)
        return msgspec.structs.replace(self, **{facet: rest if code in chosen else (*chosen, code)})

    def switched(self, quick: str, on: bool) -> ListFilter:
        """The filter with a quick one switched."""
        return msgspec.structs.replace(self, quick=self.quick | {quick} if on else self.quick - {quick})

    def parts(self) -> Iterator[tuple[str, ListFilter]]:
        """Every part that has a removable chip: its words, and the filter without it."""
        for facet in _FACET_FIELDS:
            for code in getattr(self, facet):
                yield facet_text(facet, code), self.toggled(facet, code)
        if self.conflicts:
            yield _("In conflict"), msgspec.structs.replace(self, conflicts=False)


def facet_choices(facet: Facet) -> tuple[Choice, ...]:
    """The codes that a facet offers."""
    return RecordTypes.load()["case"].fields[_FACET_FIELDS[facet]].choices


def facet_text(facet: Facet, code: str) -> str:
    """A code of a facet in words."""
    return choice_text(RecordTypes.load()["case"].fields[_FACET_FIELDS[facet]], code)


def facet_label(facet: Facet) -> str:
    """The facet in words."""
    return RecordTypes.load()["case"].fields[_FACET_FIELDS[facet]].label
