"""Requests for assistance: why a step cannot be taken."""

from __future__ import annotations

from desktop.sentences.texts import Texts
from i18n import _

TEXTS: Texts = {
    "no_request": lambda: _("{record} is not a request for assistance."),
    "set_by_steps": lambda: _("{field} is written by the steps of the request, not by hand. Nothing was changed."),
    "undo_sent": lambda: _("This step was sent: the members act on it by now. Withdraw the request instead."),
    "request_is_sent": lambda: _(
        "The request was sent, so whom it asks is settled. Ask others by a request that follows it."
    ),
    "request_step_unknown": lambda: _("There is no such step: {step}."),
    "request_newer": lambda: _("This request needs a newer version of Tahaluf. Nothing was changed."),
    "request_in_bin": lambda: _("This request is in the bin. Take it out first."),
    "request_conflict": lambda: _(
        "Two desks took a step at the same time. Compare what they wrote and choose; nobody's step is lost until then."
    ),
    "request_nobody": lambda: _("The request asks nobody yet. Name at least one member."),
    "request_not_yours": lambda: _("This step is another ministry's to take. Nothing was changed."),
    "request_not_from_here": lambda: _("This step cannot be taken from where the request stands now."),
    "request_not_readers": lambda: _(
        "These ministries cannot read the case, so the request would not reach them: {ministries}. Invite them first."
    ),
    "request_reason": lambda: _("A reason is needed. Nothing was changed."),
    "request_until": lambda: _("Say until when the delay is expected to last: a day that is not past."),
    "request_answer": lambda: _("An answer is needed: some words, or a file that is attached to the request."),
    "request_moment": lambda: _("{at} cannot be when it happened: it is in the future, or years ago."),
    "request_due": lambda: _("{due} cannot be the deadline: it is not after the receipt."),
    "bad_request_clock": lambda: _("The rules of the deadlines cannot be read ({key}: {reason}). Nothing was changed."),
}
