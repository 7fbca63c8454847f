"""Handling of information: what a list, a report or an export inherits from the records in it, and the marking line.

TLP 2.0 codes are ordered; handling codes add up. A code that this version does not know is treated as stricter than
any known one, and a record without a TLP counts as TLP:AMBER: when in doubt, less is passed on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from desktop.casework.record_types import RecordTypes
from i18n import _, pgettext
from i18n.bidi import isolate, ltr

TLP_ORDER = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
DEFAULT_TLP = "TLP:AMBER"
HANDLING_CODES = ("H0", "H1", "H2", "H3")
_RANK = {code: rank for rank, code in enumerate(TLP_ORDER)}
_UNKNOWN_RANK = len(TLP_ORDER)
_SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Marking:
    """The strictest TLP, every handling code and every restriction in words of some records. Empty: no records."""

    tlp: str = ""
    handling: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def strictest_tlp(codes: Iterable[str]) -> str:
    """The strictest of some TLP codes; an empty one counts as TLP:AMBER; nothing at all gives an empty string."""
    return max(
        (code or DEFAULT_TLP for code in codes), key=lambda code: (_RANK.get(code, _UNKNOWN_RANK), code), default=""
    )


def all_handling(sets: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The union of handling codes, H0 to H3 first and unknown ones after them."""
    found = {code for codes in sets for code in codes if code}
    known = [code for code in HANDLING_CODES if code in found]
    return tuple(known + sorted(found.difference(HANDLING_CODES)))


def combine(markings: Iterable[Marking]) -> Marking:
    """What a copy, a report line or an export inherits from the records it holds."""
    each = list(markings)
    notes = dict.fromkeys(note for marking in each for note in marking.notes if note)
    return Marking(
        strictest_tlp(marking.tlp for marking in each), all_handling(marking.handling for marking in each), tuple(notes)
    )


def code_line(marking: Marking) -> str:
    """The codes alone, isolated for display: «TLP:AMBER · H0 · H2». Codes are never translated."""
    return _SEPARATOR.join(ltr(code) for code in (marking.tlp, *marking.handling) if code)


def marking_line(marking: Marking) -> str:
    """The line of the marking band: codes, then what they hold for, in the current language."""
    if not marking.tlp and not marking.handling:
        return _("Police cooperation — restricted")
    return _SEPARATOR.join((code_line(marking), pgettext("marking", "Police cooperation")))


def explain(marking: Marking) -> list[str]:
    """One line a code with its meaning, and the restrictions in words, for tooltips and accessible descriptions."""
    case = RecordTypes.load()["case"].fields
    tlp = case["tlp"].choice(marking.tlp)
    lines = [f"{ltr(marking.tlp)}: {tlp.help}"] if tlp else [ltr(marking.tlp)] if marking.tlp else []
    lines += [
        f"{ltr(code)}: {case['handling'].choice_label(code)}" if code in HANDLING_CODES else ltr(code)
        for code in marking.handling
    ]
    return lines + [isolate(note) for note in marking.notes]
