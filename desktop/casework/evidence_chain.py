"""The chain of custody: who held an exhibit, when, where and why, and what does not fit together in it.

Each step is a record of its own whose change was signed by the desk of who wrote it. What counts is what the step said
when it was written: whatever was changed in it afterwards is a finding, not a correction. A step names the one before
it, so that a gap, and two steps that were written without knowledge of each other, show by themselves. No clock
decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from desktop.casework.views import Author

ENDS = ("returned", "destroyed")
_MINUTE_S = 60  # people give times to the minute
_SHORT = 16  # digits of a hash that a sentence names
_HOLDERS_ALONE = ("transferred", "examined", "sealed", "unsealed", *ENDS)


class CustodyStep(msgspec.Struct, frozen=True):
    """One entry of a chain as it was written, with what became of it since."""

    id: str
    exhibit: str
    action: str  # entered, transferred, received, declined, examined, sealed, unsealed, returned, destroyed
    author: Author
    fingerprint: str  # of the desk that signed it
    change: str  # «device.seq»: the signed change that holds it
    why: str = ""
    from_holder: str = ""
    to_holder: str = ""
    to_ministry: str = ""
    at: str = ""  # ISO date and time, by the writer's word
    place: str = ""
    seal: str = ""
    sha256: str = ""
    previous: str = ""
    settles: str = ""
    sent: bool = True
    late: bool = False  # it came after its desk was known to be revoked
    altered: tuple[str, ...] = ()  # names of fields that were written again
    deleted: bool = False  # put into the bin


class Finding(msgspec.Struct, frozen=True):
    """Something in a chain that does not fit; `evidence_words.finding_text` is the sentence."""

    code: str
    step: str = ""  # id of the entry that it is about
    about: str = ""  # a name or a number that belongs into the sentence
    other: str = ""


class Custody(msgspec.Struct, frozen=True):
    """A chain as it stands: entries in their order, who holds the exhibit, what does not fit."""

    exhibit: str
    steps: tuple[CustodyStep, ...] = ()
    findings: tuple[Finding, ...] = ()
    holders: tuple[str, ...] = ()  # one; two or more where steps were written without knowledge of each other
    status: str = ""  # held, transferred, sealed, returned, destroyed; empty before anything was taken in
    seal: str = ""  # number of the seal that is on it
    open: CustodyStep | None = None  # handed over and not confirmed
    heads: tuple[str, ...] = ()  # ids of the entries that nothing follows

    @property
    def whole(self) -> bool:
        """Whether everything in it fits."""
        return bool(self.steps) and not self.findings


@dataclass(frozen=True, slots=True)
class _Stand:
    """What holds after a step."""

    holder: str = ""
    ministry: str = ""
    seal: str = ""
    open: CustodyStep | None = None
    ended: str = ""

    @property
    def status(self) -> str:
        return self.ended or ("transferred" if self.open else "sealed" if self.seal else "held")


def judge(exhibit: str, steps: Iterable[CustodyStep]) -> Custody:
    """Put the steps of an exhibit in order and say what does not fit."""
    by_id = {step.id: step for step in steps}
    order, findings = _ordered(by_id)
    stands: dict[str, _Stand] = {}
    for step in order:
        before = stands.get(step.previous)
        stands[step.id], found = _follow(step, before, by_id.get(step.previous))
        findings += found
    heads = _heads(order)
    starts = [step for step in order if step.action == "entered"]
    if order and not starts:
        findings.append(Finding("no_start", order[0].id))
    if len(heads) > 1:
        findings.append(_fork(heads, by_id, stands))
    ends = [stands[each] for each in heads]
    return Custody(
        exhibit,
        tuple(order),
        tuple(findings),
        tuple(dict.fromkeys(end.holder for end in ends)),
        ends[0].status if ends else "",
        ends[0].seal if ends else "",
        next((end.open for end in ends if end.open is not None), None),
        heads,
    )


def with_files(chain: Custody, hashes: Collection[str]) -> Custody:
    """The chain with what its signed hashes say of the files (SHA-256, hexadecimal) that the exhibit names now."""
    signed = {step.sha256: step.id for step in chain.steps if step.action == "entered" and step.sha256}
    gone = [Finding("file_gone", step, digest[:_SHORT]) for digest, step in signed.items() if digest not in hashes]
    added = [Finding("file_added", "", each[:_SHORT]) for each in sorted(hashes) if signed and each not in signed]
    return msgspec.structs.replace(chain, findings=(*chain.findings, *gone, *added))


def same_person(one: str, other: str) -> bool:
    """Whether two names are written alike, whatever their case, spaces and form of the letters."""
    return _plain(one) == _plain(other) != ""


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _ordered(by_id: Mapping[str, CustodyStep]) -> tuple[list[CustodyStep], list[Finding]]:
    """The steps, each behind those it names. Between others the clocks give the place, and nothing else."""
    findings: list[Finding] = []
    waiting: dict[str, set[str]] = {}
    for step in by_id.values():
        named = {each for each in (step.previous, step.settles) if each}
        findings += [Finding("gap", step.id) for each in sorted(named) if each not in by_id]
        waiting[step.id] = {each for each in named if each in by_id}
    order: list[CustodyStep] = []
    while waiting:
        ready = [name for name, named in waiting.items() if not named]
        if not ready:  # a circle, which no honest desk writes
            ready = list(waiting)
            findings += [Finding("circle", name) for name in sorted(ready)]
        following = min(ready, key=lambda name: (by_id[name].author.at_ms, name))
        order.append(by_id[following])
        del waiting[following]
        for named in waiting.values():
            named.discard(following)
    return order, findings


def _heads(order: list[CustodyStep]) -> tuple[str, ...]:
    named = {each for step in order for each in (step.previous, step.settles)}
    return tuple(step.id for step in order if step.id not in named)


def _fork(heads: tuple[str, ...], by_id: Mapping[str, CustodyStep], stands: Mapping[str, _Stand]) -> Finding:
    one, other = heads[0], heads[1]
    if same_person(stands[one].holder, stands[other].holder):
        return Finding("fork", other, by_id[one].author.officer, by_id[other].author.officer)
    return Finding("two_holders", other, stands[one].holder, stands[other].holder)


def _follow(step: CustodyStep, before: _Stand | None, parent: CustodyStep | None) -> tuple[_Stand, list[Finding]]:
    """What holds after a step, and what is wrong with it."""
    found = _of_itself(step, parent)
    if before is None:
        found += [Finding("out_of_nowhere", step.id)] if step.action != "entered" and not step.previous else []
        before = _Stand(step.from_holder or step.to_holder, seal=step.seal if step.action == "unsealed" else "")
        if step.action in ("received", "declined"):
            return _Stand(step.to_holder, step.to_ministry), found
    elif step.action == "entered":
        found.append(Finding("entered_twice", step.id))
    if before.ended:
        found.append(Finding("after_end", step.id))
    by_holder = same_person(step.author.officer, before.holder) and before.ministry in ("", step.author.ministry)
    if step.action in _HOLDERS_ALONE and not by_holder:
        found.append(Finding("not_holder", step.id, step.author.officer, before.holder))
    if before.open is not None and step.action in _HOLDERS_ALONE:
        found.append(Finding("while_open", step.id, before.open.to_holder))
    after, more = _effect(step, before)
    return after, found + more


def _of_itself(step: CustodyStep, parent: CustodyStep | None) -> list[Finding]:
    """What is wrong with a step whatever it does."""
    found = [Finding("altered", step.id, ", ".join(step.altered))] if step.altered else []
    if step.deleted:
        found.append(Finding("deleted", step.id))
    if step.late:
        found.append(Finding("late", step.id, step.author.desk))
    mine, theirs = _moment(step.at), _moment(parent.at) if parent else None
    if mine is not None and theirs is not None and (theirs - mine).total_seconds() >= _MINUTE_S:
        found.append(Finding("time_back", step.id))
    return found


def _effect(step: CustodyStep, before: _Stand) -> tuple[_Stand, list[Finding]]:
    match step.action:
        case "entered":
            holder = step.to_holder or step.author.officer
            return _Stand(holder, step.to_ministry or step.author.ministry), []
        case "transferred":
            return replace(before, open=step), []
        case "received" | "declined":
            return _confirmed(step, before)
        case "sealed" | "unsealed":
            return _sealing(step, before)
        case "examined":
            return before, [Finding("examined_sealed", step.id, before.seal)] if before.seal else []
        case "returned" | "destroyed":
            return replace(before, ended=step.action, open=None), []
    return before, [Finding("unknown_action", step.id, step.action)]


def _sealing(step: CustodyStep, before: _Stand) -> tuple[_Stand, list[Finding]]:
    """After a seal was put on, or opened."""
    if step.action == "sealed":
        twice = [Finding("sealed_twice", step.id, before.seal)] if before.seal else []
        unnamed = [] if step.seal else [Finding("no_seal_number", step.id)]
        return replace(before, seal=step.seal or "?"), twice + unnamed
    if not before.seal:
        return before, [Finding("not_sealed", step.id)]
    other = [Finding("seal_differs", step.id, before.seal, step.seal)] if step.seal != before.seal else []
    return replace(before, seal=""), other


def _confirmed(step: CustodyStep, before: _Stand) -> tuple[_Stand, list[Finding]]:
    """After a receipt, or a refusal, of what was handed over."""
    given = before.open
    if given is None:
        return before, [Finding("nothing_open", step.id)]
    named = same_person(step.author.officer, given.to_holder) and given.to_ministry in ("", step.author.ministry)
    if step.action == "declined":  # by the one it was meant for, or by who takes it back
        taken_back = step.author.device == given.author.device
        return replace(before, open=None), [] if named or taken_back else [_stranger(step, given)]
    found = [] if named else [_stranger(step, given)]
    if step.author.device == given.author.device:
        found.append(Finding("own_confirmation", step.id, step.author.officer))
    return replace(before, holder=given.to_holder, ministry=step.author.ministry, open=None), found


def _stranger(step: CustodyStep, given: CustodyStep) -> Finding:
    return Finding("not_addressee", step.id, step.author.officer, given.to_holder)


def _moment(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
