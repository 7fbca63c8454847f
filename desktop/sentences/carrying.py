"""Files, bundles, and the keys and directories of ministries."""

from __future__ import annotations

from desktop.sentences.texts import Texts
from i18n import _

TEXTS: Texts = {
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
