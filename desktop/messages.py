"""Codes of failures as sentences for people: what happened, what was kept, what to do. The only place that makes them.

    describe("no_connection")                      in the current language
    describe("disk_full", {"path": "…"})          parameters are shown isolated

A code from elsewhere (a server's problem document) that is not known here gives a general sentence that shows the code.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Callable, Mapping
from importlib import metadata

from desktop.casework.validation import InvalidValue
from desktop.casework.validation import describe as describe_value
from desktop.casework.views import SyncState
from desktop.store.verify import VerifyReport
from i18n import _, current, ngettext
from i18n.bidi import ltr, one_line
from i18n.formats import duration, moment, number

_SHOWN = 120  # characters of a parameter
_INIT = "tahaluf init --profile FILE"
_COMMANDS = {
    "no_store": _INIT,
    "erased_attempts": _INIT,
    "erased_order": _INIT,
    "erased_officer": _INIT,
    "store_damaged": "tahaluf salvage --replace",
}


def describe(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence of a code in the current language."""
    make = _SENTENCES.get(code) or (_bad_directory if code.startswith("directory_") else None)
    if make is None:
        return _("Something went wrong ({code}). Nothing you wrote was lost.").format(code=_shown(code))
    told = make().format_map(_Shown({"code": code, "command": _COMMANDS.get(code, ""), **(params or {})}))
    left = (params or {}).get("left")
    return f"{told} {_warning(left)}" if isinstance(left, int) and left > 0 else told


def describe_refused(error: InvalidValue) -> str:
    """The sentence of a refused value, for the command line (a form says it under the field)."""
    return describe_value(error, in_form=False)


def describe_problem(kind: str, where: str) -> str:
    """One finding of a verification in the current language; `where` names the place without case data."""
    make = _PROBLEMS.get(kind)
    text = make() if make else _shown(kind)
    return _("{problem}: {where}").format(problem=text, where=_shown(where))


def describe_report(report: VerifyReport) -> str:
    """What a verification came to."""
    if not report.ok:
        return describe("verify_failed", {"problems": number(len(report.problems))})
    figures = {name: number(getattr(report, name)) for name in ("spaces", "segments", "changes", "records")}
    told = _("Everything verifies. Spaces: {spaces}, segments: {segments}, changes: {changes}, records: {records}.")
    return told.format(**figures)


def describe_aside(code: str, *, ours: bool) -> str:
    """Why something was set aside: one of our own that the server refused, or a received one that did not verify."""
    if ours:
        return describe(code)
    make = _UNVERIFIED.get(code)
    return make() if make else _("It did not verify ({code}).").format(code=_shown(code))


def diagnostics(state: SyncState, counts: Mapping[str, int], server_url: str) -> str:
    """Lines for a technician: versions, figures, the connection. English, without case data or names."""
    lines = [
        f"tahaluf {_version('tahaluf')}, Python {platform.python_version()}, {platform.platform(terse=True)}",
        f"PySide6 {_version('PySide6-Essentials')}, sqlcipher3 {_version('sqlcipher3')}, pycrdt {_version('pycrdt')}",
        f"language {current().code}",
        f"server {one_line(server_url, _SHOWN) or 'none'}",
        f"connection {state.phase}, error {one_line(state.error, _SHOWN) or 'none'}",
        f"detail {one_line(state.detail, 400) or 'none'}",
        f"up to date at {state.as_of_ms} ms, next try at {state.retry_at_ms} ms",
        ", ".join(f"{name} {number}" for name, number in sorted(counts.items())),
    ]
    return "\n".join(lines)


class _Shown(dict[str, str]):
    """Parameters made safe to stand in a sentence; one that is missing is shown as a dash."""

    def __init__(self, params: Mapping[str, object]) -> None:
        super().__init__({name: _shown(value) for name, value in params.items()})
        for name in ("at_ms", "since_ms", "until_ms"):
            if isinstance(value := params.get(name), int):
                self[name.removesuffix("_ms")] = moment(value)
        if isinstance(value := params.get("wait_s"), float):
            self["wait"] = duration(math.ceil(value))

    def __missing__(self, name: str) -> str:
        return "—"


def _shown(value: object) -> str:
    return ltr(one_line(str(value), _SHOWN))


def _warning(left: int) -> str:
    return ngettext(
        "{n} more wrong passphrase, and the keys of this desk are destroyed.",
        "{n} more wrong passphrases, and the keys of this desk are destroyed.",
        left,
    ).format(n=number(left))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(not installed)"


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


def _bad_directory() -> str:
    return _(
        "A ministry's directory that the server sent does not verify ({code}). It was not believed, "
        "and nothing was changed. Tell your administrator."
    )


def _unreadable() -> str:
    return _("It cannot be read: it is damaged, or of a newer version of the desk.")


def _contradicts() -> str:
    return _("It contradicts what its desk had sent before.")


_UNVERIFIED: dict[str, Callable[[], str]] = {
    "bad_signature": lambda: _("It is not signed by the desk that it names."),
    "unknown_device": lambda: _("Its desk is in no ministry's directory yet. It is fetched again when it is."),
    "unnamed_file": lambda: _("An evidence file that no record here names. It was not kept."),
    "blob_damaged": lambda: _("A part of an evidence file is not what was sealed. It was not kept."),
    "not_entitled": lambda: _("Its desk may not write in that space."),
    "recalled_since": lambda: _(
        "The server lost it, and its content was recalled since: what this desk wrote there goes by bundle from now on."
    ),
    "broken_chain": _contradicts,
    "fork": _contradicts,
    "gap": _contradicts,
    "bad_proof": _contradicts,
    "malformed": _unreadable,
    "unknown_suite": _unreadable,
}

_PROBLEMS: dict[str, Callable[[], str]] = {
    "damaged": lambda: _("The file is damaged and could not be read to its end"),
    "page": lambda: _("A page of the file was altered or damaged"),
    "structure": lambda: _("The structure of the file does not hold"),
    "directory": lambda: _("A ministry's directory does not verify"),
    "device": lambda: _("A desk is listed that no directory names"),
    "founding": lambda: _("The first entry of a space does not verify"),
    "members": lambda: _("The members of a case are not what the entries of its log give"),
    "unknown_device": lambda: _("Something is signed by a desk that no directory names"),
    "segment": lambda: _("A sealed segment does not verify"),
    "chain": lambda: _("A desk's chain of segments has a gap or a fork"),
    "receipt": lambda: _("A receipt is not as its desk signed it"),
    "change": lambda: _("A change is not the one that was signed"),
    "order": lambda: _("Changes stand in an order that cannot be"),
    "record": lambda: _("A record is not what its changes make of it"),
    "list": lambda: _("A row of the lists is not what its record says"),
    "index": lambda: _("The search index lacks records"),
}

_SENTENCES: dict[str, Callable[[], str]] = {
    # unlocking
    "wrong_passphrase": lambda: _("This passphrase does not open the desk. Nothing was changed; try again."),
    "passphrase_changed": lambda: _("The passphrase is changed. The one before opens nothing any more."),
    "new_passphrases_differ": lambda: _("The two new passphrases differ. Nothing was changed."),
    "tries_before": lambda: _("There were wrong passphrases since this desk was last opened."),
    "try_later": lambda: _(
        "There were several wrong passphrases in a row, so nothing is tried for a while. Time left: {wait}."
    ),
    "erased_attempts": lambda: _(
        "The keys of this desk were destroyed on {at}, after too many wrong passphrases. What had been sent is with "
        "the secretariat. To work here again, set up a new desk: {command}"
    ),
    "erased_order": lambda: _(
        "The keys of this desk were destroyed on {at}, by order of its own ministry. What had been sent is with the "
        "secretariat. Ask your administrator before you set up a new desk: {command}"
    ),
    "erased_officer": lambda: _(
        "The keys of this desk were destroyed on {at}, as its officer wished. What had been sent is with the "
        "secretariat. To work here again, set up a new desk: {command}"
    ),
    "erase_not_confirmed": lambda: _("That is not the name of this desk, {desk}. Nothing was destroyed."),
    "home_read_only": lambda: _(
        "The desk's folder cannot be written to, so the desk was not opened; nothing in it was changed. Check the "
        "rights of the folder, and whether its disk is there for reading only."
    ),
    "limit_out_of_range": lambda: _("The number has to be 0 or between {least} and {most}. Nothing was changed."),
    "erase_by_ministry": lambda: _(
        "Your ministry's profile says that the keys are destroyed after at most {limit} wrong passphrases. "
        "Nothing was changed."
    ),
    "rolled_back": lambda: _(
        "The case store is older than it was on {since}: changes of your own that are missing: {missing}. Somebody put "
        "an older copy in its place, or the disk lost what it had confirmed. If you did not do that yourself, tell "
        "your administrator. What had been sent comes back with a sync."
    ),
    "rolled_back_copy": lambda: _(
        "The case store is another copy than the one that was open on {since}: it went on by itself elsewhere. If you "
        "did not put it here yourself, tell your administrator. What had been sent comes back with a sync."
    ),
    "keyring_missing": lambda: _(
        "The system's keyring is not available, and this desk needs the secret kept in it. "
        "Nothing was changed. Unlock the keyring, then try again."
    ),
    "weak_passphrase": lambda: _(
        "This passphrase is too short. Take at least {minimum} characters; where the system has no keyring, "
        "six different words or {minimum_alone} characters. Nothing was changed."
    ),
    "no_store": lambda: _("No desk has been set up here yet. Set one up with: {command}"),
    "store_exists": lambda: _("A desk is set up here already. It was left as it is."),
    "vault_damaged": lambda: _(
        "The file that holds the keys of this desk is damaged ({where}). The cases themselves were not touched. "
        "Put the file back from a copy, or ask your administrator."
    ),
    "no_keyring": lambda: _(
        "This system has no keyring that remembers: only the passphrase protects this desk. "
        "Keep it long and to yourself."
    ),
    "no_terminal": lambda: _("There is no terminal to ask for the passphrase. Name a file with --passphrase-file."),
    "passphrases_differ": lambda: _("The two passphrases differ. Nothing was set up."),
    # the store
    "store_damaged": lambda: _(
        "The case store is damaged ({where}). Nothing more was written to it. "
        "Everything that still verifies can be saved into a new store: {command}"
    ),
    "disk_full": lambda: _(
        "The disk is full. What you saved before is safe; this last step was not saved. Make room, then try again."
    ),
    "open_read_only": lambda: _(
        "The disk is full, so the desk is open for reading only. Nothing new can be saved. Make room, then lock and "
        "unlock the desk."
    ),
    "disk_error": lambda: _(
        "The disk did not take or give what was asked of it. What you saved before is safe; this last step was not "
        "saved. If it happens again, have the disk looked at."
    ),
    "read_only": lambda: _(
        "The case store cannot be written to. You can read; nothing new can be saved. "
        "Check the rights of the desk's folder."
    ),
    "store_too_new": lambda: _(
        "This store was written by a newer version of Tahaluf. Nothing was changed. Install the newer version."
    ),
    "store_busy": lambda: _("The case store is busy: another program is using it. Nothing was changed; try again."),
    "own_changes_missing": lambda: _(
        "After the salvage, changes of your own have to come back from the server before new ones can follow them. "
        "Nothing was saved now; connect, let the desk sync, then try again."
    ),
    "store": lambda: _("The case store gave an error ({detail}). What you saved before is safe."),
    # the connection: never a reproach, since nothing is lost by it
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
    # the clock
    "clock_behind": lambda: _(
        "This computer's clock is behind: it was already {at} when the desk was last used. "
        "Your work is kept; the times shown with it will be wrong until the clock is set."
    ),
    "clock_ahead": lambda: _(
        "This computer's clock may be ahead: the desk was last used on {at}. "
        "Your work is kept; the times shown with it will be wrong until the clock is set."
    ),
    "interrupted": lambda: _("This search was replaced by a newer one."),
    # edits
    "unknown_record": lambda: _("There is no record {record} on this desk."),
    "unknown_type": lambda: _("This version of Tahaluf knows no record type {type}. Install the newer version."),
    "offline_unsent": lambda: _(
        "Something of this case is on this desk alone. Exchange with the secretariat first; nothing was removed."
    ),
    "unknown_space": lambda: _("There is no space {space} on this desk, or its key has not arrived yet."),
    "unknown_member": lambda: _("{ministry} is not a member of the alliance according to this desk's profile."),
    "no_member": lambda: _(
        "You are not a member of this case any more: it stands as it was when you were let go. Nothing was changed."
    ),
    "not_lead": lambda: _("Only a lead of this case decides who belongs to it. Nothing was changed."),
    "last_lead": lambda: _(
        "This case would be left without a lead. Make another member lead first. Nothing was changed."
    ),
    "already_member": lambda: _("{subject} belongs to this case already. Nothing was changed."),
    "not_a_member": lambda: _("{subject} does not belong to this case. Nothing was changed."),
    "unknown_desk": lambda: _("No trusted ministry has enrolled the desk {subject}. Nothing was changed."),
    "unknown_role": lambda: _("There is no role {role}: lead, contributor or reader. Nothing was changed."),
    "reader_only": lambda: _("Your ministry may read this space but not write in it. Nothing was changed."),
    "recalled": lambda: _("This was recalled. Nothing of it is left, and nothing can be written on it any more."),
    "not_yours_to_recall": lambda: _("Only the ministry that made this can recall it. Nothing was changed."),
    "recall_not_confirmed": lambda: _(
        "The recall was not confirmed. Nothing was changed. With {option} it is not asked."
    ),
    "recall_reason": lambda: _("A recall needs a reason of at most {limit} characters. Nothing was changed."),
    "no_conflict": lambda: _("{field} is not in conflict: it holds one value. Use an ordinary edit."),
    "nothing_to_undo": lambda: _("There is nothing to undo."),
    "nothing_to_redo": lambda: _("There is nothing to redo."),
    "undo_overtaken": lambda: _(
        "This was written again since, so it is not undone by itself. Both versions are in the history."
    ),
    "too_much_at_once": lambda: _("This is too much for one edit. Nothing was saved; write it in smaller parts."),
    "not_a_pair": lambda: _("{value} is not of the form field=value. Nothing was saved."),
    "verify_failed": lambda: _(
        "The store does not verify (findings: {problems}). Nothing was changed. "
        "What verifies can be saved into a new store with the command salvage."
    ),
    "settings_unsaved": lambda: _(
        "This setting could not be saved: the desk's folder cannot be written to. It holds until the program ends."
    ),
    # files, keys, bundles, evidence
    "bad_profile": lambda: _("The profile is not right at {key} ({reason}). Nothing was set up."),
    "not_a_bundle": lambda: _("The file {path} is neither a bundle nor a ministry's directory. Nothing was taken."),
    "bundle_damaged": lambda: _(
        "The file {path} is damaged or cut short. What stands before the damage was verified and taken; copy the file "
        "again and read it once more, and the rest follows."
    ),
    "bundle_not_for_us": lambda: _(
        "The bundle {path} is sealed to other desks. Ask for one that names your ministry or this desk."
    ),
    "unknown_device": lambda: _(
        "The bundle {path} was written by a desk that no ministry's directory names. Nothing of its cases was taken."
    ),
    "bundle_not_enrolled": lambda: _(
        "This desk is not enrolled as far as it knows, so nobody would read its bundles. Read your ministry's "
        "directory.log first."
    ),
    "no_reader": lambda: _("Say who can open the bundle: a ministry or a desk."),
    "unknown_reader": lambda: _("No ministry or desk {reader} is known here that a bundle could be sealed to."),
    "too_many_readers": lambda: _("A bundle cannot be sealed to {n} desks. Choose fewer."),
    "reader_not_a_member": lambda: _(
        "{reader} of {ministry} is no member of that case, so it is not carried there. Nothing was written."
    ),
    "unknown_file": lambda: _("The record has no file {file}."),
    "file_not_here": lambda: _("The file {file} is not on this desk yet. It is fetched when the secretariat is there."),
    "file_not_in_bundle": lambda: _(
        "The file {file} belongs to a case that this bundle does not carry. Nothing was written."
    ),
    "file_damaged": lambda: _(
        "What this desk has of the file {file} is not what was sealed. Nothing was written; ask for it again."
    ),
    "file_too_large": lambda: _("The file {path} is too large to be attached: 29 GiB is the most."),
    "no_files_here": lambda: _("Records of the type {type} take no files."),
    "file_unreadable": lambda: _("The file {path} cannot be read."),
    "file_disk_full": lambda: _("There is no room for the file {path}. Nothing was written; choose another place."),
    "file_unwritable": lambda: _("The file {path} cannot be written. Nothing was changed."),
    "bad_request": lambda: _("This is not a certificate request that can be trusted ({reason}). Nobody was enrolled."),
    "wrong_ministry": lambda: _("This request comes from {ministry}; only its own administrator can enrol it."),
    "fingerprint_differs": lambda: _(
        "The fingerprint is not the one of this request: {fingerprint}. Nobody was enrolled. "
        "Ask the officer to read it out again."
    ),
    "already_enrolled": lambda: _("This desk is enrolled already. Nothing was changed."),
    "keys_exist": lambda: _("The folder holds a ministry's keys already. They were left as they are."),
    "bad_code": lambda: _("{value} is not a ministry's code (two to eight capital letters), or the name is too long."),
    "no_keys": lambda: _("The folder {path} holds no ministry's keys."),
    "keys_damaged": lambda: _("The ministry's keys in this folder are damaged ({where})."),
    "directory_differs": lambda: _(
        "The server's directory of your ministry is not the one in this folder. Nothing was changed. "
        "Look for the folder that was used last, before anybody is enrolled."
    ),
    "enrolled_by_another": lambda: _(
        "This is not the fingerprint of the administrator who enrolled the desk. Nothing was confirmed. "
        "Ask your ministry before you work on."
    ),
    "bad_proposal": lambda: _("This is not a proposal of a change of the list of members. Nothing was signed."),
    "charter_differs": lambda: _(
        "The server's list of members does not follow from this profile's ({reason}). Nothing was changed. "
        "Compare the profiles of the ministries."
    ),
    "file_exists": lambda: _("The file {path} is there already. It was left as it is."),
    "proposal_refused": lambda: _("The secretariat did not take this change ({reason}). The list stays as it is."),
    "no_such_entry": lambda: _("The directory has no entry {number}. Nothing was changed."),
    "no_such_desk": lambda: _("Your ministry's directory names no such desk. Nothing was changed."),
    "already_revoked": lambda: _("This desk is revoked already. Nothing was changed."),
    "no_root_key": lambda: _(
        "Only the ministry's root may say this, and its key is not in this folder. Nothing was changed."
    ),
    "not_administrator": lambda: _(
        "The server's directory of your ministry does not name the administrator of this folder. Nothing was changed. "
        "Ask the holder of the root key, or give a newer directory with --directory."
    ),
    "no_such_administrator": lambda: _("Your ministry's directory names no such administrator. Nothing was changed."),
    "order_refused": lambda: _("This order does not hold ({reason}). Nothing was changed."),
    "not_a_key": lambda: _("This is not a public key that may be used (64 hexadecimal digits). Nothing was changed."),
    "shares_exist": lambda: _("The folder {path} holds shares already. They were left as they are."),
    "two_shares": lambda: _("The shares of two different holders are needed. Nothing was changed."),
    "shares_differ": lambda: _(
        "These two shares do not belong together, or a word in them is wrong. Nothing was changed. Read them again."
    ),
    "not_continuity_key": lambda: _(
        "These shares are of another key than the one that your ministry's directory names now. Nothing was changed."
    ),
    "nothing_to_recover": lambda: _("Nothing was granted to your ministry's continuity key yet."),
    "confirmation_needed": lambda: _(
        "The fingerprint must be confirmed. Read it to the officer, then repeat with: {command}"
    ),
}
