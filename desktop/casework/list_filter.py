"""What a list is filtered by and ordered by, as a value: it becomes a query, is kept by name, and travels as a line.

A line comes from a colleague's message and may hold anything: it is measured, decoded and checked member by member
before it becomes a filter, and no more than a filter comes of it.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from desktop.casework.views import Query

ENDED = ("closed", "archived")
DUE_DAYS = 7
ORDERS = ("updated", "due", "reference", "title")
QUICK = ("open", "mine", "due", "unread")
SUBJECTS = "subject"
Facet = Literal["types", "statuses", "tlps", "countries", "precedences", "evaluations", "handling", "assignees"]
FACETS: tuple[Facet, ...] = (
    "types", "statuses", "precedences", "assignees", "countries", "tlps", "handling", "evaluations"
)  # fmt: skip
RANGES = ("due", "start")

PREFIX = "tahaluf-filter:1:"
MAX_LINE = 4_000  # characters
MAX_NAME = 60
_MAX_PLAIN = 16_000
_MAX_CODES, _MAX_CODE, _MAX_TEXT, _MAX_DAYS = 40, 200, 200, 36_600
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class BadFilter(Exception):
    """A line that is no filter."""

    code = "bad_filter"


class ListFilter(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A list's filter. Quick ones are switches; of a facet, any of the chosen codes will do."""

    quick: frozenset[str] = frozenset()
    statuses: tuple[str, ...] = ()
    tlps: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    conflicts: bool = False
    text: str = ""
    order: str = "updated"
    types: tuple[str, ...] = ()
    precedences: tuple[str, ...] = ()
    evaluations: tuple[str, ...] = ()
    handling: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    due: tuple[str, str] = ("", "")  # first and last day, ISO, both included; either may be open
    start: tuple[str, str] = ("", "")
    days: int = 0  # changed within so many days

    def query(self, place: str, now: datetime | None = None) -> Query:
        """The query of a list of this type, or of all subjects for any type that is one; `now` gives today."""
        moment = now or datetime.now(UTC)
        today = moment.astimezone(now.tzinfo if now else None).date()
        before = [(today + timedelta(days=DUE_DAYS + 1)).isoformat()] if "due" in self.quick else []
        before += [_day_after(self.due[1])] if self.due[1] else []
        listed = (
            {"type": place} if place == "case" else {"types": self.types} if self.types else {"families": (SUBJECTS,)}
        )
        return Query(
            **listed,
            text=self.text,
            statuses=self.statuses,
            # A case without a status, or with one of a newer version, has not ended as far as is known here.
            without_statuses=ENDED if "open" in self.quick else (),
            tlps=self.tlps,
            countries=self.countries,
            mine="mine" in self.quick,
            unread="unread" in self.quick,
            conflicts=self.conflicts,
            due_from=self.due[0],
            due_before=min(before, default=""),
            start_from=self.start[0],
            start_before=_day_after(self.start[1]) if self.start[1] else "",
            updated_since_ms=int((moment - timedelta(days=self.days)).timestamp() * 1000) if self.days else 0,
            precedences=self.precedences,
            evaluations=self.evaluations,
            handling=self.handling,
            assignees=self.assignees,
            order=self.order,
        )

    def is_empty(self) -> bool:
        """Whether every record is shown."""
        return self == ListFilter(order=self.order)

    def has(self, facet: Facet, code: str) -> bool:
        """Whether a code of a facet is chosen."""
        return code in self.chosen(facet)

    def chosen(self, facet: Facet) -> tuple[str, ...]:
        """The codes of a facet that are chosen."""
        found: tuple[str, ...] = getattr(self, facet)
        return found

    def without(self, facet: Facet) -> ListFilter:
        """The filter with no code of a facet: what its counts are counted among."""
        return msgspec.structs.replace(self, **{facet: ()})

    def toggled(self, facet: Facet, code: str) -> ListFilter:
        """The filter with a code chosen, or no longer."""
        chosen = self.chosen(facet)
        rest = tuple(each for each in chosen if each != code)
        return msgspec.structs.replace(self, **{facet: rest if code in chosen else (*chosen, code)})

    def switched(self, quick: str, on: bool) -> ListFilter:
        """The filter with a quick one switched."""
        return msgspec.structs.replace(self, quick=self.quick | {quick} if on else self.quick - {quick})


class SavedFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A filter under a name; `place`: "case", or "person" for the list of all subjects."""

    name: str
    place: str
    filter: ListFilter


def to_line(saved: SavedFilter) -> str:
    """A filter as a line of text that can be sent in a message."""
    packed = zlib.compress(msgspec.json.encode(saved), 9)
    return PREFIX + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def from_line(line: str) -> SavedFilter:
    """The filter of a line that somebody sent. Raises BadFilter for anything else."""
    line = line.strip()
    if len(line) > MAX_LINE or not line.startswith(PREFIX):
        raise BadFilter
    data = line.removeprefix(PREFIX)
    try:
        packed = base64.b64decode(data + "=" * (-len(data) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        plain = unpacking.decompress(packed, _MAX_PLAIN)
        if unpacking.unconsumed_tail or not unpacking.eof or unpacking.unused_data:
            raise BadFilter
        return checked(msgspec.json.decode(plain, type=SavedFilter))
    except (binascii.Error, ValueError, zlib.error, msgspec.MsgspecError, RecursionError) as wrong:
        raise BadFilter from wrong


def checked(saved: SavedFilter) -> SavedFilter:
    """A filter whose every member is of the size and kind that a list takes. Raises BadFilter."""
    kept = saved.filter
    lists = [kept.chosen(facet) for facet in FACETS]
    right = (
        clean_name(saved.name) == saved.name != ""
        and saved.place in ("case", "person")
        and kept.order in ORDERS
        and kept.quick <= set(QUICK)
        and len(kept.text) <= _MAX_TEXT
        and not _HIDDEN.search(kept.text)
        and 0 <= kept.days <= _MAX_DAYS
        and all(len(codes) <= _MAX_CODES for codes in lists)
        and all(0 < len(code) <= _MAX_CODE and not _HIDDEN.search(code) for codes in lists for code in codes)
        and all(_is_day(day) for span in (kept.due, kept.start) for day in span)
    )
    if not right:
        raise BadFilter
    return saved


def clean_name(typed: str) -> str:
    """A name of one line without anything hidden in it; empty when nothing is left."""
    return _HIDDEN.sub("", " ".join(typed.split()))[:MAX_NAME].strip()


def _is_day(day: str) -> bool:
    if not day:
        return True
    if not _DATE.fullmatch(day):
        return False
    try:
        datetime.fromisoformat(day)
    except ValueError:
        return False
    return day < "9999-01-01"


def _day_after(day: str) -> str:
    return (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()
