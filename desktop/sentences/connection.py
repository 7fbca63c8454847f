"""The connection: never a reproach, since nothing is lost by it."""

from __future__ import annotations

from desktop.sentences.texts import Texts
from i18n import _


def _misunderstood() -> str:
    return _(
        "The secretariat and this desk do not understand each other ({code}). Your work is kept here. "
        "Install the newest version; if it lasts, send the diagnostics to your administrator."
    )


def _set_aside() -> str:
    return _(
        "The secretariat did not take something that this desk sent ({code}). It is kept here and not sent again by "
        "itself. Send the diagnostics to your administrator."
    )


TEXTS: Texts = {
    "no_connection": lambda: _("No connection to the secretariat. Your work is kept here and sent when it returns."),
    "wrong_address": lambda: _(
        "The server's address cannot be used: it must be https, or http on this very machine. Nothing was sent. "
        "Correct it in the settings."
    ),
    "unavailable": lambda: _("The secretariat is not available at the moment. Your work is kept here."),
    "too_slow": lambda: _("The secretariat answers too slowly. Your work is kept here; the desk will try again."),
    "wrong_certificate": lambda: _(
        "The server's certificate is not the secretariat's. Nothing was sent. "
        "You may be on a network that intercepts connections: use another one or tell your administrator."
    ),
    "redirected": lambda: _(
        "The server sends this desk to another address, which it does not follow. Nothing was sent. "
        "Check the address in the settings."
    ),
    "bad_reply": lambda: _(
        "The server's answer cannot be understood. Your work is kept here; the desk will try again. "
        "If it lasts, check the address in the settings."
    ),
    "too_large": lambda: _("The server's answer is too large to be right. Your work is kept here."),
    "not_enrolled": lambda: _(
        "The secretariat does not know this desk yet. Give your administrator the certificate request "
        "and read out its fingerprint. Until then your work is kept here."
    ),
    "revoked": lambda: _(
        "Your ministry has revoked this desk: it exchanges nothing any more. What is here stays here. "
        "Ask your administrator for a new one."
    ),
    "revoked_unproven": lambda: _(
        "The server refuses this desk as revoked, but shows no order of your ministry that says so. It was not "
        "believed, and your work is kept here. Tell your administrator."
    ),
    "server_rewound": lambda: _(
        "The server's history is not the one this desk has seen; it may have been restored from a copy. "
        "Nothing is lost here: the desk sends again what the server lacks."
    ),
    "no_server": lambda: _("No server address is set. Your work is kept here. Add the address in the settings."),
    "quota": lambda: _(
        "The server's quota for your ministry is used up. Your work is kept here; tell your administrator."
    ),
    "storage_full": lambda: _("The secretariat's disk is full. Your work is kept here; the desk will try again."),
    "storage_failed": lambda: _(
        "The secretariat cannot store at the moment. Your work is kept here; the desk will try again."
    ),
    "token_expired": lambda: _("The server no longer accepts this session. The desk signs in again by itself."),
    "busy": lambda: _("The secretariat is busy. Your work is kept here; the desk will try again."),
    "sync": lambda: _("The exchange with the secretariat failed. Your work is kept here; the desk will try again."),
    "sync_running": lambda: _("Another program of this desk is exchanging with the secretariat at the moment."),
    "malformed": _misunderstood,
    "bad_signature": _misunderstood,
    "unknown_suite": _misunderstood,
    "broken_chain": _misunderstood,
    "not_found": _misunderstood,
    "method_not_allowed": _misunderstood,
    "too_many_changes": _misunderstood,
    "nonce_expired": _misunderstood,
    "internal": lambda: _("The secretariat failed; the fault is recorded there. Your work is kept here."),
    "no_such_member": lambda: _("The secretariat does not know your ministry as a member. Your work is kept here."),
    "directory_full": lambda: _(
        "The secretariat takes no more entries into your ministry's directory. Nothing was changed. Ask the operator."
    ),
    "device_elsewhere": lambda: _("This desk is enrolled by another ministry already. Nothing was changed."),
    "not_entitled": _set_aside,
    "no_such_space": _set_aside,
    "no_such_device": _set_aside,
    "unknown_epoch": _set_aside,
    "stale": _set_aside,
    "fork": _set_aside,
    "gap": _set_aside,
    "server_data_changed": lambda: _(
        "The server's data is not the one this desk knew; it may have been set up anew. "
        "Nothing is lost here: the desk sends again what the server lacks."
    ),
    "no_such_evidence": lambda: _("There is no finding {number} on this desk."),
    "bad_proof": lambda: _(
        "This is not a proof file that can be judged ({reason}): it is damaged, or made by a desk that none "
        "of the trusted ministries enrolled."
    ),
    "bad_bundle": lambda: _("This is not a whole bundle ({reason}). Nothing was taken from it."),
    "no_roots": lambda: _("Without a desk here, name the profile whose roots are to be trusted: --profile FILE."),
    "evidence_found": lambda: _(
        "What the server showed this desk does not hold together. What proves it is kept: see “Integrity”. "
        "Nothing you wrote was lost."
    ),
}
