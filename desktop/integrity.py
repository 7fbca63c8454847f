"""Findings in plain words: what somebody did against the rules, who, when, and what a proof of it comes to."""

from __future__ import annotations

from collections.abc import Callable

from desktop.casework.trust_views import EvidenceView
from desktop.casework.views import Author
from i18n import _
from i18n.bidi import isolate, one_line
from i18n.formats import date_text, local_time, number
from i18n.names import country_name

_SHOWN = 60  # characters of a name


def tell(finding: EvidenceView) -> str:
    """One finding as a sentence."""
    make = _SENTENCES.get(finding.kind)
    if make is None:
        return _("This desk found something that a newer version explains ({kind}).").format(kind=finding.kind)
    facts = {name: number(value) if isinstance(value, int) else str(value) for name, value in finding.facts.items()}
    return make().format_map(
        _Facts({**facts, "who": name_of(finding.by), "whose": name_of(finding.about), "day": day(finding.at_ms)})
    )


def advise(kind: str) -> str:
    """What it means for the officer, and what to do."""
    return _ADVICE.get(kind, _server_advice)()


def judge(judgement: str) -> str:
    """What a proof file comes to, as a sentence."""
    match judgement:
        case "proven":
            return _("Proven: the signed data alone shows it, whoever handed over the file.")
        case "attested":
            return _("Attested: every signature holds; that it happened so is the word of the desk that made the file.")
    return _("Refuted: the file does not show what it says.")


def name_of(author: Author | None) -> str:
    """A desk and its ministry's country, each isolated."""
    if author is None:
        return _("an unknown desk")
    desk = one_line(author.desk, _SHOWN) or author.device[:8]
    return _("{desk} ({ministry})").format(desk=isolate(desk), ministry=isolate(country_name(author.ministry)))


def day(at_ms: int) -> str:
    """The day of a moment, such as «3 June 2026»."""
    when = local_time(at_ms)
    return date_text(when.date().isoformat()) if when else "—"


class _Facts(dict[str, str]):
    """Facts that a sentence may name; one that is missing is a dash."""

    def __missing__(self, name: str) -> str:
        return "—"


def _server_advice() -> str:
    return _(
        "Your work is kept here. Export the proof and give it to your administrator: the ministries should compare "
        "what they were shown."
    )


def _member_advice() -> str:
    return _(
        "What arrived first stands; the other version is kept as proof. Export it and give it to your administrator: "
        "the desk may have been restored from a copy, or be in wrong hands."
    )


_ADVICE: dict[str, Callable[[], str]] = {
    "fork": _member_advice,
    "space_fork": _member_advice,
    "snapshot_false": _member_advice,
    "store_rolled_back": lambda: _(
        "If nobody put a copy back, somebody replaced this desk's files. Tell your administrator. "
        "What the server has comes back with the next exchange."
    ),
    "new_log": lambda: _(
        "This is right after the secretariat put a copy back or began anew, and then it will have told you. "
        "Otherwise export the proof and give it to your administrator."
    ),
}

_SENTENCES: dict[str, Callable[[], str]] = {
    "fork": lambda: _("{who} signed two different versions of its own history. Found on {day}."),
    "split_history": lambda: _("{who} and your desk were shown different histories of {whose}. Found on {day}."),
    "space_fork": lambda: _("Two different member lists were signed for one case. Found on {day}."),
    "gap": lambda: _(
        "Change {first} of {who} arrived on {day}, but what came before it was not delivered: "
        "the last one here is {have}."
    ),
    "server_rewound": lambda: _("On {day} the server showed an older history of a case than it had shown before."),
    "new_log": lambda: _("On {day} the server began its log anew; what it had confirmed before no longer counts."),
    "log_forked": lambda: _("On {day} the server showed this desk two histories that exclude each other."),
    "split_view": lambda: _("{who} and your desk were shown different histories by the server. Found on {day}."),
    "not_in_log": lambda: _("On {day} the server delivered a history of a case that does not stand in its own log."),
    "withheld": lambda: _(
        "On {day} the server's log named item {named} of a case; delivered was {sequence}, and no more."
    ),
    "log_key": lambda: _("On {day} the server's log was signed with another key than the secretariat's."),
    "store_rolled_back": lambda: _("On {day} this desk's store was older than when it was last used."),
    "snapshot_false": lambda: _(
        "A snapshot that {who} made is not what the history gives. The history stands. Found on {day}."
    ),
}
