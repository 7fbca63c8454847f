"""The connection in words: what the chip, the status bar and the page of the exchange say of it."""

from __future__ import annotations

from desktop.casework.views import SyncState
from i18n import _, ngettext
from i18n.formats import data_age, number


def phase_text(state: SyncState) -> str:
    """How the desk stands with the secretariat, in a word or two."""
    return {
        "online": _("Connected"),
        "syncing": _("Exchanging…"),
        "connecting": _("Connecting…"),
        "paused": _("Working offline"),
        "refused": _("Not exchanging"),
    }.get(state.phase, _("Offline"))


def unsent_text(count: int) -> str:
    """How many changes wait to be sent."""
    return ngettext("{n} change to send", "{n} changes to send", count).format(n=number(count))


def history_text(state: SyncState) -> str:
    """How many of the cases that began from a snapshot are verified by their history; empty once all are."""
    if state.verified >= state.from_snapshots:
        return ""
    told = ngettext(
        "History of {done} of {n} case verified", "History of {done} of {n} cases verified", state.from_snapshots
    )
    return told.format(done=number(state.verified), n=number(state.from_snapshots))


def chip_lines(state: SyncState) -> tuple[str, str]:
    """The two lines of the chip: the state with what waits, and the age of what one sees."""
    first = phase_text(state)
    if state.unsent:
        first = _("{state} · {waiting}").format(state=first, waiting=unsent_text(state.unsent))
    return first, data_age(state.as_of_ms)


def saved_text(state: SyncState) -> str:
    """What the status bar says of one's own work; offline is never an error."""
    if state.phase in ("online", "syncing"):
        if told := history_text(state):
            return told
        if state.unsent:
            return _("Saved — {waiting}").format(waiting=unsent_text(state.unsent))
        return _("Connected — everything is saved and sent")
    return _("Offline — everything is saved on this desk")
