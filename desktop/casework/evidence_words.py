"""What codes of chains of custody mean, as sentences in the current language."""

from __future__ import annotations

from collections.abc import Callable

from desktop.casework.evidence_chain import Finding
from desktop.casework.record_types import RecordTypes
from i18n import _
from i18n.bidi import isolate, one_line

_SHOWN = 120  # characters


def action_text(action: str) -> str:
    """What an entry did."""
    return _choice("custody", "action", action)


def status_text(status: str) -> str:
    """How an exhibit stands; "nothing was entered" for one without a chain."""
    return _choice("exhibit", "custody_status", status) if status else _("Nothing was entered yet")


def file_state_text(state: str) -> str:
    """What reading a file through came to."""
    return {
        "whole": _("Read again now: it is what was taken in."),
        "damaged": _("READ AGAIN NOW: IT IS NOT WHAT WAS TAKEN IN."),
        "absent": _("Not on this desk, so it was not read."),
    }.get(state, _("Not read again for this report."))


def finding_text(finding: Finding) -> str:
    """What does not fit in a chain."""
    make = _FINDINGS.get(finding.code)
    text = make() if make else _("An entry does not fit ({code}).")
    shown = {name: isolate(one_line(value, _SHOWN)) for name, value in _params(finding).items()}
    return text.format(**shown)


def _params(finding: Finding) -> dict[str, str]:
    return {"about": finding.about, "other": finding.other, "code": finding.code}


def _choice(type_name: str, field: str, code: str) -> str:
    declared = RecordTypes.load().field(type_name, field)
    return declared.choice_label(code) if declared is not None else code


_FINDINGS: dict[str, Callable[[], str]] = {
    "no_start": lambda: _("Gap: there is no entry that says how the exhibit was taken in."),
    "gap": lambda: _("Gap: an entry follows one that is not here. It may still arrive."),
    "out_of_nowhere": lambda: _("Gap: an entry does not say which one it follows."),
    "circle": lambda: _("Entries name each other in a circle, which no honest desk writes."),
    "entered_twice": lambda: _("The exhibit was taken in a second time."),
    "two_holders": lambda: _(
        "Two holders at once: by one entry {about} holds it, by another one {other}. Neither knew of the other."
    ),
    "fork": lambda: _("Two entries, of {about} and of {other}, were written without knowledge of each other."),
    "after_end": lambda: _("An entry follows the end of the chain: the exhibit was returned or destroyed by then."),
    "not_holder": lambda: _("{about} made an entry while {other} held the exhibit."),
    "while_open": lambda: _("An entry was made while it was open whether {about} has received the exhibit."),
    "nothing_open": lambda: _("Something was confirmed that nobody had handed over."),
    "not_addressee": lambda: _("{about} confirmed what was handed over to {other}."),
    "own_confirmation": lambda: _("{about} confirmed on the very desk that handed it over."),
    "sealed_twice": lambda: _("It was sealed while the seal {about} was on it."),
    "no_seal_number": lambda: _("It was sealed without a seal number."),
    "not_sealed": lambda: _("A seal was opened that was not on it."),
    "seal_differs": lambda: _("The seal {about} was put on, and the seal {other} was opened."),
    "examined_sealed": lambda: _("It was examined while the seal {about} was on it."),
    "time_back": lambda: _("An entry gives an earlier time than the one it follows."),
    "altered": lambda: _("An entry was changed after it was signed ({about}). What counts is what it said first."),
    "deleted": lambda: _("An entry was put into the bin. It still counts."),
    "file_gone": lambda: _("The file that was taken in (SHA-256 {about}…) is not among the files of the exhibit."),
    "file_added": lambda: _("A file (SHA-256 {about}…) was added without an entry in the chain."),
    "late": lambda: _("An entry came from the desk {about} after that desk was known to be revoked."),
    "unknown_action": lambda: _("An entry does something that this version does not know ({about})."),
}
