"""What may go to whom: the handling of information as rules that hold a copy, a report, an export or a link back.

    marking = inherited(views)                                    what a copy of these records is marked with
    check(marking, "MA", ("FR", "IT"), receiving=("FR",))         [Obstacle("h2_onward", …)]: Italy would be new
    check(marking, "MA", ("FR",), "judicial", permissions=given)  what Morocco granted lifts what it names, no more
    describe(obstacle)                                            what is in the way and what to do, in words

Whatever is unknown, in doubt or in conflict counts as the strictest. Nothing here is loosened by what is added: more
records, more values side by side, more readers give the same obstacles or more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from desktop.casework.handling import DEFAULT_TLP, HANDLING_CODES, TLP_ORDER, Marking, combine, strictest_tlp
from desktop.casework.record_types import NOTE
from desktop.casework.views import FieldView, RecordView
from desktop.sentences.passing import TEXTS
from i18n.bidi import isolate, ltr, one_line
from i18n.names import country_name

EVERYBODY = "*"
"""In an audience: somebody outside the alliance. What is published goes to everybody."""
PERMITTED = ("H1", "H2")
"""Handling codes that a provider's permission lifts."""
Purpose = Literal["police", "judicial"]
PURPOSES: tuple[Purpose, ...] = ("police", "judicial")
Way = Literal["audience", "permission", "confirm"]
"""The way out: leave readers out, ask the provider, or read the restriction and answer for it."""
_RED, _STRICT, _AMBER, _GREEN, _CLEAR = reversed(TLP_ORDER)
_OF_MEMBERS: dict[str, tuple[str, Way]] = {
    _RED: ("tlp_red", "audience"),
    _STRICT: ("tlp_amber_strict", "audience"),
    _AMBER: ("tlp_amber", "confirm"),
}
_WORDS = 300  # characters of a restriction that a sentence shows


@dataclass(frozen=True, slots=True)
class Permission:
    """What one provider granted: these codes are lifted for these ministries, until the end of a day (ISO, or open)."""

    provider: str
    codes: frozenset[str]
    audience: frozenset[str]
    until: str = ""
    conditions: str = ""

    def lifts(self, code: str, provider: str, ministry: str, today: date) -> bool:
        """Whether this frees a ministry from a code of that provider on a day."""
        if code not in self.codes or provider != self.provider or ministry not in self.audience:
            return False
        try:
            return not self.until or today <= date.fromisoformat(self.until)
        except ValueError:  # an end that cannot be read is past
            return False


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in the way: for whom it stands, who could lift it, which code says so, and its words if it has any."""

    code: str
    way: Way
    ministries: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    rule: str = ""
    words: str = ""


def inherited(views: Iterable[RecordView]) -> Marking:
    """The strictest TLP, all handling codes and restrictions of some records, of their values and of what conflicts."""
    return combine(_marking(view) for view in views)


def is_tlp(field: str) -> bool:
    """Whether a field holds the TLP of a record, or of one of its values."""
    return field.rpartition(NOTE)[2] == "tlp"


def is_handling(field: str) -> bool:
    """Whether a field holds the handling codes of a record, or of one of its values."""
    return field.rpartition(NOTE)[2] == "handling"


def tightened(floor: Marking, wanted: Marking) -> Marking:
    """What was inherited, made stricter where that is wanted: it is never laxer than the floor.

    A floor without a TLP counts as TLP:AMBER as everywhere; one that holds nothing at all is no floor.
    """
    least = floor.tlp or (DEFAULT_TLP if floor != Marking() and wanted.tlp else "")
    return replace(combine([floor, wanted]), tlp=strictest_tlp(code for code in (least, wanted.tlp) if code))


def check(
    marking: Marking,
    provider: str | Collection[str],
    audience: Collection[str],
    purpose: str = "police",
    *,
    receiving: Collection[str] = (),
    named: Collection[str] | None = None,
    permissions: Collection[Permission] = (),
    today: date | None = None,
) -> list[Obstacle]:
    """What stands in the way of giving something to the ministries of an audience; an empty list: nothing does.

    `provider`: whose information it is, one ministry or several that must all agree. `receiving`: who has it already.
    `named`: whom a TLP:RED names; who has it already, unless said. A purpose that is not known counts as judicial.
    """
    providers = tuple(sorted(({provider} if isinstance(provider, str) else set(provider)) - {""}))
    wanted = set(audience) - set(providers)
    new = wanted - set(receiving)
    judicial = purpose != "police"
    found = _of_tlp(marking.tlp, new, wanted - set(receiving if named is None else named))
    lifting = _Lifting(providers, permissions, today or date.today())  # noqa: DTZ011 - the officer's own calendar
    for code in marking.handling:
        if code == "H1" and judicial:
            found += lifting.left("h1_judicial", code, wanted)
        elif code == "H2":
            found += lifting.left("h2_onward", code, new)
        elif code not in HANDLING_CODES:
            found += lifting.left("handling_unknown", code, wanted if judicial else new)
    if (new or (judicial and wanted)) and ("H3" in marking.handling or marking.notes):
        concerned = tuple(sorted(wanted if judicial else new))
        found += [Obstacle("h3_words", "confirm", concerned, providers, "H3", note) for note in marking.notes or ("",)]
    return found


def describe(obstacle: Obstacle) -> str:
    """What is in the way and what to do about it, in the current language."""
    code = obstacle.code if obstacle.words or obstacle.code != "h3_words" else "h3_wordless"
    return TEXTS[code]().format(
        ministries=_named(obstacle.ministries),
        providers=_named(obstacle.providers),
        code=ltr(one_line(obstacle.rule, 40)),
        words=isolate(one_line(obstacle.words, _WORDS)),
    )


def forbidden(obstacles: Iterable[Obstacle]) -> list[Obstacle]:
    """Those that no confirmation gets past."""
    return [each for each in obstacles if each.way != "confirm"]


def to_ask(obstacles: Iterable[Obstacle]) -> dict[str, tuple[set[str], set[str]]]:
    """By provider: the codes that a permission must lift, and the ministries for whom."""
    asked: dict[str, tuple[set[str], set[str]]] = {}
    for each in obstacles:
        for provider in each.providers if each.way == "permission" else ():
            codes, ministries = asked.setdefault(provider, (set(), set()))
            codes.add(each.rule)
            ministries.update(each.ministries)
    return asked


class _Lifting:
    """What is left of an obstacle once permissions were looked at: each provider must have freed each ministry."""

    def __init__(self, providers: tuple[str, ...], permissions: Collection[Permission], today: date) -> None:
        self._providers = providers
        self._permissions = permissions
        self._today = today

    def left(self, obstacle: str, code: str, ministries: Collection[str]) -> list[Obstacle]:
        if not ministries:
            return []
        pairs = [(whose, whom) for whose in self._providers or ("",) for whom in ministries]
        held = [pair for pair in pairs if not any(p.lifts(code, *pair, self._today) for p in self._permissions)]
        if not held:
            return []
        whom = tuple(sorted({ministry for _provider, ministry in held}))
        whose = tuple(sorted({provider for provider, _ministry in held} - {""}))
        return [Obstacle(obstacle, "permission", whom, whose, code)]


def _of_tlp(tlp: str, new: set[str], unnamed: set[str]) -> list[Obstacle]:
    """What the TLP says; without one it is TLP:AMBER, and one that is not known counts as TLP:RED."""
    code = tlp or DEFAULT_TLP
    if code == _CLEAR:
        return []
    outside = [Obstacle("tlp_outside", "audience", rule=code)] if EVERYBODY in new | unnamed else []
    if code == _GREEN:
        return outside
    obstacle, way = _OF_MEMBERS.get(code, ("tlp_unknown", "audience"))
    whom = (new if code in (_AMBER, _STRICT) else unnamed) - {EVERYBODY}
    return [Obstacle(obstacle, way, tuple(sorted(whom)), rule=code), *outside] if whom else outside


def _marking(view: RecordView) -> Marking:
    """A record's own marking and that of each of its values. Several values side by side all count."""
    codes = _values(view.fields.get("tlp")) or [""]
    handling = list(_values(view.fields.get("handling")))
    for name, field in view.fields.items():
        if NOTE in name and is_tlp(name):
            codes += _values(field)
        elif NOTE in name and is_handling(name):
            handling += _values(field)
    whole = combine(Marking(tlp=code) for code in codes)
    return Marking(whole.tlp, combine([Marking(handling=tuple(handling))]).handling, tuple(_notes(view)))


def _notes(view: RecordView) -> Iterable[str]:
    return dict.fromkeys(_values(view.fields.get("handling_note")))


def _values(field: FieldView | None) -> list[str]:
    """Whatever a field holds, as text; values too many to be shown count as one that is not known."""
    if field is None:
        return []
    shown = [str(each.value) for each in field.values if each.value is not None]
    more = ["?"] if field.hidden else []
    return [*shown, *field.elements, *([field.text] if field.text else []), *more]


def _named(codes: Iterable[str]) -> str:
    return ", ".join(isolate(one_line(country_name(code), 80)) for code in codes if code != EVERYBODY) or "—"
