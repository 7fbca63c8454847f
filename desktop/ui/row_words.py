"""The words of a list row: what the delegate paints and what assistive technology reads, from one place."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import NamedTuple

from desktop.casework.record_types import Field, RecordTypes
from desktop.casework.views import ListRow
from desktop.casework.work_views import ENDED
from i18n import Locale, _, current, ngettext
from i18n.bidi import neutralise, one_line, strip_isolates
from i18n.formats import moment, relative_time, short_date, urgency
from i18n.names import country_list

# How pressing a due date is (i18n.formats.urgency) → tone; a tone never stands without the date's words.
_URGENCY_TONES = {"late": "bad", "soon": "bad", "near": "warn"}
_NOON = time(12)
_ENDED = frozenset(ENDED)


class Mark(NamedTuple):
    """Words with a tone (see desktop.ui.theme.TONES); "" is no colour at all."""

    text: str
    tone: str


def _role(row: ListRow, role: str) -> Field | None:
    record_type = RecordTypes.load().get(row.type)
    return record_type.role(role) if record_type else None


def _coded(row: ListRow, role: str, code: str) -> Mark:
    field = _role(row, role)
    choice = field.choice(code) if field else None
    return Mark(choice.label, choice.tone) if choice else Mark(one_line(code, 40), "neutral")


def type_label(row: ListRow) -> str:
    """The row's type in words; a type that this version does not know keeps its name."""
    record_type = RecordTypes.load().get(row.type)
    return record_type.label if record_type else one_line(row.type, 40)


def status_mark(row: ListRow) -> Mark | None:
    """The status in words, or None when the record has none."""
    return _coded(row, "status", row.status) if row.status else None


def priority_mark(row: ListRow) -> Mark | None:
    """A precedence that asks for attention, or None for the ordinary one."""
    if not row.priority:
        return None
    mark = _coded(row, "priority", row.priority)
    return mark if mark.tone in ("warn", "bad") else None


def conflict_mark(row: ListRow) -> Mark | None:
    """That fields wait for a person, a deleted record came back, or all was recalled; None when nothing does."""
    if row.recalled:
        return Mark(_("Recalled"), "bad")
    if row.conflicts:
        return Mark(_("Conflict"), "violet")
    return Mark(_("Deleted and edited"), "violet") if row.revived else None


def due_mark(row: ListRow, now: datetime) -> Mark | None:
    """When it is due, with the tone of its urgency; None without a due date."""
    if not row.due:
        return None
    day = _short(row.due, now.date(), current())
    if row.status in _ENDED:
        return Mark(_("Due {date}").format(date=day), "")
    pressing = urgency(row.due, now)
    words = _("Overdue since {date}") if pressing == "late" else _("Due {date}")
    return Mark(words.format(date=day), _URGENCY_TONES.get(pressing, ""))


def due_day(row: ListRow, now: datetime) -> Mark | None:
    """The day alone, for where the sentence has no room; None without a due date."""
    due = due_mark(row, now)
    return due._replace(text=_short(row.due, now.date(), current())) if due else None


@lru_cache(maxsize=2_048)
def _short(due: str, today: date, _locale: Locale) -> str:
    """A day in words; kept, since writing one out costs as much as the rest of a row."""
    return short_date(due, datetime.combine(today, _NOON, UTC))


def row_summary(row: ListRow, now: datetime) -> str:
    """One line for screen readers (and for the model's AccessibleTextRole): everything that the row shows, in words."""
    status, priority, due = status_mark(row), priority_mark(row), due_mark(row, now)
    conflicts = ngettext("{n} field in conflict", "{n} fields in conflict", row.conflicts).format(n=row.conflicts)
    parts = [
        _("Unread") if row.unread else "",
        neutralise(row.reference) or type_label(row),
        one_line(row.title, 300),
        status.text if status else "",
        priority.text if priority else "",
        conflicts if row.conflicts else "",
        _("Deleted and edited") if row.revived else "",
        _("Recalled") if row.recalled else "",
        neutralise(" ".join((row.tlp, *row.handling))).strip(),
        country_list(tuple(neutralise(code) for code in row.countries)),
        due.text if due else "",
        relative_time(row.updated_ms, now) if row.updated_ms else "",
        _("Not sent yet") if row.unsent else "",
        _("Kept until {time}").format(time=moment(row.until_ms)) if row.until_ms else "",
    ]
    return strip_isolates(", ".join(part for part in parts if part))
