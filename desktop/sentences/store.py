"""The case store and its disk."""

from __future__ import annotations

from desktop.sentences.texts import Texts
from i18n import _

TEXTS: Texts = {
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
    "clock_behind": lambda: _(
        "This computer's clock is behind: it was already {at} when the desk was last used. "
        "Your work is kept; the times shown with it will be wrong until the clock is set."
    ),
    "clock_ahead": lambda: _(
        "This computer's clock may be ahead: the desk was last used on {at}. "
        "Your work is kept; the times shown with it will be wrong until the clock is set."
    ),
    "interrupted": lambda: _("This search was replaced by a newer one."),
}
