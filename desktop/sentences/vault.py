"""Unlocking, passphrases, keys of a desk."""

from __future__ import annotations

from desktop.sentences.texts import Texts
from i18n import _

TEXTS: Texts = {
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
}
