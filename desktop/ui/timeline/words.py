"""When a record was, in words: as precisely as it says it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from desktop.casework.handling import Marking, code_line
from desktop.casework.views import ListRow
from desktop.ui.presenter import row_title
from desktop.ui.timeline.spans import read_moment
from i18n import _, ngettext
from i18n.formats import date_text, moment, number

_TOLD = 6  # records of a mark


def when_text(value: str) -> str:
    """A stored date or time for display: «juin 2026», «14 juin 2026», «14/06/2026 08:14»; what is none as it came."""
    if "T" not in value or read_moment(value) is None:
        return date_text(value)
    when = datetime.fromisoformat(value)
    if when.tzinfo is None:
        when = when.astimezone()
    return moment(round(when.timestamp() * 1000), now=datetime(1, 1, 3, tzinfo=UTC))


def period_text(row: ListRow) -> str:
    """From when to when a record was; says it when the end lies before the beginning."""
    if not row.end or row.end == row.start:
        return when_text(row.start)
    if not row.start:
        return _("until {date}").format(date=when_text(row.end))
    start, end = read_moment(row.start), read_moment(row.end)
    text = _("{start} to {end}").format(start=when_text(row.start), end=when_text(row.end))
    return _("{period} (ends before it begins)").format(period=text) if start and end and end[1] < start[0] else text


def tip_of(rows: Sequence[ListRow]) -> str:
    """What a mark holds: its first records with when they were and how they are marked."""
    lines = [_told(row) for row in rows[:_TOLD]]
    if len(rows) > _TOLD:
        more = len(rows) - _TOLD
        lines.append(ngettext("{n} more", "{n} more", more).format(n=number(more)))
    return "\n".join(lines)


def _told(row: ListRow) -> str:
    when = period_text(row) if row.start or row.end else ""
    codes = code_line(Marking(row.tlp, row.handling))
    return " · ".join(part for part in (row_title(row, limit=80), when, codes) if part)
