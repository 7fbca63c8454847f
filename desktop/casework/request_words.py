"""What is said of requests in the current language: steps, clocks, days off, stamps. Names and codes are isolated."""

from __future__ import annotations

from datetime import timedelta

from desktop.casework.record_types import RecordTypes
from desktop.casework.request_clock import Clock, Day, read_moment
from desktop.casework.request_views import Part, RequestView, Stamp
from i18n import _, ngettext
from i18n.bidi import isolate, ltr, one_line
from i18n.formats import date_text, duration, moment, number
from i18n.names import country_name

TONES = {"running": "ok", "soon": "warn", "late": "bad", "paused": "info", "stopped": "neutral", "odd": "bad"}
"""The colour of a clock, always beside its words."""
_NAME = 80  # characters


def step_label(step: str) -> str:
    """The words of the button that takes a step."""
    labels = {
        "send": _("Send the request"),
        "receive": _("Confirm receipt"),
        "accept": _("Accept"),
        "answer": _("Answer…"),
        "refuse": _("Refuse…"),
        "pause": _("Pause the clock…"),
        "resume": _("Resume the clock"),
        "close": _("Close the request"),
        "withdraw": _("Withdraw the request"),
    }
    return labels.get(step, step)


def state_label(state: str) -> str:
    """A state's label; the code of one of a newer version, safe to show."""
    field = RecordTypes.load()["request"].fields["status"]
    return field.choice_label(state) if field.choice(state) else ltr(one_line(state, 40))


def state_tone(part: Part) -> str:
    """The colour of a state: a conflict's own while there is one."""
    if part.conflict:
        return "violet"
    choice = RecordTypes.load()["request"].fields["status"].choice(part.state)
    return choice.tone if choice else "warn"


def state_words(part: Part) -> str:
    """The state of a part: both, where two stand side by side."""
    if len(part.states) > 1:
        return _("In conflict: {states}").format(states=" / ".join(state_label(each) for each in part.states))
    label = state_label(part.state)
    if not part.known:
        return _("{state} (needs a newer version)").format(state=label)
    return label


def clock_words(clock: Clock) -> str:
    """What a clock shows: «3 jours restants», «en retard de 2 heures»; empty before receipt."""
    left = duration(clock.left.total_seconds())
    words = {
        "running": _("{duration} left"),
        "soon": _("{duration} left"),
        "late": _("late by {duration}"),
        "paused": _("paused, {duration} left") if clock.left >= timedelta() else _("paused, late by {duration}"),
        "stopped": _("in time") if clock.left >= timedelta() else _("done late, by {duration}"),
        "odd": _("these dates cannot be: check the clocks"),
    }
    return words.get(clock.state, "").format(duration=left)


def working_words(clock: Clock) -> str:
    """The working time left; empty where none is counted."""
    if clock.state not in ("running", "soon", "paused"):
        return ""
    hours = int(clock.working.total_seconds() // 3600)
    return ngettext("{n} working hour left", "{n} working hours left", hours).format(n=number(hours))


def day_words(day: Day) -> str:
    """One day off: «sam. 28 nov. : week-end», with the holiday's name, and that it is an estimate where it is."""
    name = isolate(one_line(day.name, _NAME)) if day.name else _("weekend")
    words = _("{day}: {name}").format(day=date_text(day.day.isoformat()), name=name)
    return _("{words} (an estimate: it follows the moon)").format(words=words) if day.estimated else words


def ends_words(clock: Clock) -> str:
    """That a deadline falls on a day on which nobody works there; empty where it does not."""
    day = clock.ends_on
    if day is None:
        return ""
    country = isolate(country_name(day.member))
    if not day.name:
        return _("The deadline falls on a weekend in {country}.").format(country=country)
    name = isolate(one_line(day.name, _NAME))
    if day.estimated:
        return _("The deadline falls on a holiday in {country}: {name}. That day is an estimate.").format(
            country=country, name=name
        )
    return _("The deadline falls on a holiday in {country}: {name}.").format(country=country, name=name)


def stamp_words(stamp: Stamp) -> str:
    """When something is said to have happened, and what is known of when it was written. Plain stamps say who."""
    stated = moment_of(stamp.stated)
    who = isolate(one_line(stamp.by or "?", _NAME))
    ministry = ltr(one_line(stamp.ministry or "?", 8))
    words = _("{time}, by {officer} ({ministry})").format(time=stated, officer=who, ministry=ministry)
    written = moment(stamp.written_ms)
    told = {
        "offline": _("written offline {written}"),
        "backdated": _("backdated: it was written {written}"),
        "ahead": _("dated ahead: it was written {written}"),
        "clock": _("the clock of that desk is off: it said {written}"),
    }.get(stamp.verdict, "")
    parts = [words, told.format(written=written)] if told else [words]
    if stamp.server_ms:
        parts.append(_("at the secretariat {time}").format(time=moment(stamp.server_ms)))
    return " · ".join(parts)


def moment_of(stated: str) -> str:
    """A moment as a field holds it, for people; as it came where it is none."""
    when = read_moment(stated)
    if when is None:
        return ltr(one_line(stated, 40)) if stated else "—"
    try:
        return moment(int(when.timestamp() * 1000))
    except (OverflowError, ValueError):
        return ltr(one_line(stated, 40))


def irregular_words(part: Part) -> str:
    """That a state was given by a ministry that could not; empty where it was not."""
    if not part.irregular:
        return ""
    return _("{ministry} wrote this state, and it was not theirs to give.").format(
        ministry=ltr(one_line(part.irregular, 8))
    )


def between_words(request: RequestView) -> str:
    """Who asks whom: «FR → AE, MA» in codes, isolated from left to right as one."""
    asked = ", ".join(one_line(each, 8) for each in request.requested) or "—"
    return ltr(f"{one_line(request.requesting, 8) or '—'} → {asked}")
