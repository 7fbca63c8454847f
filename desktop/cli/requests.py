"""The commands of requests for assistance."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

import msgspec

from desktop.casework import request_words as words
from desktop.casework.request_clock import Clock, Rules
from desktop.casework.request_views import Given, TimedRequest
from desktop.casework.requests import possible
from desktop.cli.desks import opened
from desktop.cli.edits import MAX_INPUT
from desktop.cli.output import columns, dump, say
from desktop.desk import Desk, Opening
from i18n import _, ngettext
from i18n.bidi import one_line
from i18n.formats import duration, moment, number

_WIDTH = 60  # characters of a title in a list
_TEXT = 500


def request(options: argparse.Namespace, opening: Opening) -> None:
    """`request ACTION`."""
    with opened(options, opening) as desk:
        match options.action:
            case "list":
                _list(options, desk)
            case "show":
                _show(options, desk)
            case "deadlines":
                _deadlines(options, desk)
            case "clock":
                _clock(options, desk)
            case step:
                reason, answer = _said(options.reason), _said(options.answer)
                given = Given(options.at, reason, options.until, answer, options.due)
                changed = desk.request_step(options.record, step, given)
                if options.json:
                    dump({"record": changed.record, "records": sorted(changed.records)})
                else:
                    timed = desk.request(options.record)
                    say(", ".join(words.state_words(part) for part in timed.request.parts))


def _list(options: argparse.Namespace, desk: Desk) -> None:
    own = desk.identity().ministry
    found = [
        each
        for each in desk.requests(options.space)
        if (not options.for_us or own in each.request.requested)
        and (not options.from_us or own == each.request.requesting)
    ]
    if options.json:
        dump({"count": len(found), "requests": [_told(each, own) for each in found]})
        return
    for line in columns([_row(each) for each in found]):
        say(line)
    say(ngettext("{n} request", "{n} requests", len(found)).format(n=number(len(found))))


def _row(timed: TimedRequest) -> tuple[str, ...]:
    stands = timed.request
    clocks = [words.clock_words(clock) for clock in timed.clocks]
    return (
        stands.id,
        words.between_words(stands),
        stands.precedence,
        " | ".join(words.state_words(part) for part in stands.parts),
        " | ".join(each for each in clocks if each),
        one_line(stands.title, _WIDTH),
    )


def _show(options: argparse.Namespace, desk: Desk) -> None:
    timed, own = desk.request(options.record), desk.identity().ministry
    if options.json:
        dump(_told(timed, own))
        return
    stands = timed.request
    say(f"{words.between_words(stands)}  {one_line(stands.title, _WIDTH)}  {stands.id}")
    for stamp in stands.stamps:
        say(f"  {_('Sent on')}: {words.stamp_words(stamp)}")
    for part, clock in zip(stands.parts, timed.clocks, strict=True):
        pieces = [words.state_words(part), words.clock_words(clock), words.working_words(clock)]
        say(f"{one_line(part.member, 8) or '—'}: {' · '.join(each for each in pieces if each)}")
        lines = [words.irregular_words(part), words.ends_words(clock)]
        lines += [words.day_words(day) for day in clock.days]
        if part.due:
            lines.append(f"{_('Due date')}: {words.moment_of(part.due)}")
        for label, text in (
            (_("Reason of the pause"), part.pause_reason),
            (_("Expected until"), part.pause_until),
            (_("Reason of the refusal"), part.refusal),
            (_("Answer"), part.answer),
        ):
            if text:
                lines.append(f"{label}: {one_line(text, _TEXT)}")
        lines += [words.stamp_words(stamp) for stamp in part.stamps]
        for line in lines:
            if line:
                say(f"    {line}")
    steps = [deed.step for deed in possible(stands, own)]
    say(_("Possible now: {steps}").format(steps=", ".join(steps) or "—"))


def _deadlines(options: argparse.Namespace, desk: Desk) -> None:
    found = desk.deadlines(within_s=max(options.hours, 0) * 3600)
    if options.json:
        dump({"count": len(found), "deadlines": found})
        return
    for line in columns([(each.record, each.member, moment(each.due_ms), _left(each.left_s)) for each in found]):
        say(line)


def _left(seconds: int) -> str:
    if seconds < 0:
        return _("late by {duration}").format(duration=duration(seconds))
    return _("{duration} left").format(duration=duration(seconds))


def _clock(options: argparse.Namespace, desk: Desk) -> None:
    changes = options.use is not None or options.shipped
    rules = desk.use_request_rules(options.use) if changes else desk.request_rules()
    if options.json:
        dump(_rules(rules))
        return
    for limit in rules.limits:
        urgency = _("any request") if limit.urgent is None else _("urgent") if limit.urgent else _("not urgent")
        access = {"direct": _("directly accessible"), "indirect": _("indirectly accessible")}.get(limit.access, "")
        say("  ".join(each for each in (duration(limit.length.total_seconds()), urgency, access) if each))


def _rules(rules: Rules) -> dict[str, object]:
    return {
        "urgent": sorted(rules.urgent),
        "limits": [
            {"seconds": _seconds(each.length), "urgent": each.urgent, "access": each.access} for each in rules.limits
        ],
        "office": [rules.opens.isoformat("minutes"), rules.closes.isoformat("minutes")],
    }


def _told(timed: TimedRequest, own: str) -> dict[str, object]:
    return {
        "request": msgspec.to_builtins(timed.request),
        "clocks": [_clock_told(clock) for clock in timed.clocks],
        "possible": [deed.step for deed in possible(timed.request, own)],
        "waits_for_us": timed.request.waits_for(own),
    }


def _clock_told(clock: Clock) -> dict[str, object]:
    return {
        "state": clock.state,
        "due": clock.due.isoformat() if clock.due else "",
        "left_s": _seconds(clock.left),
        "working_s": _seconds(clock.working),
        "days_off": [{"day": day.day.isoformat(), "name": day.name, "estimated": day.estimated} for day in clock.days],
        "ends_on_day_off": clock.ends_on is not None,
    }


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def _said(value: str) -> str:
    return sys.stdin.buffer.read(MAX_INPUT).decode("utf-8", "surrogateescape") if value == "-" else value
