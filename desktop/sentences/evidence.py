"""Exhibits and chains of custody."""

from __future__ import annotations

from desktop.sentences.texts import Texts
from i18n import _

TEXTS: Texts = {
    "file_is_link": lambda: _(
        "{path} is a link to something else, so it was not taken in. Add the file itself; nothing was changed."
    ),
    "file_changed": lambda: _(
        "The file {path} was written to while it was read, so its hash would say nothing. It was not taken in. "
        "Wait until it is whole, and add it again."
    ),
    "folder_unreadable": lambda: _("The folder {path} cannot be read. What is in it was not taken in."),
    "folder_too_large": lambda: _(
        "There are more than 10,000 files in there. From {path} on nothing was taken in; add the rest separately."
    ),
    "folder_too_deep": lambda: _("The folder {path} lies too deep. Add it by itself; what is in it was not taken in."),
    "same_exhibit": lambda: _("The file {file} is in this case already, as {number}. It was not taken in again."),
    "no_exhibit": lambda: _("This is no exhibit. Nothing was changed."),
    "file_too_large_to_show": lambda: _("{file} is too large to be shown here. Save it, and look at it elsewhere."),
    "file_not_shown": lambda: _(
        "{file} cannot be shown: it is damaged, or made to do harm. The file itself is kept as it was taken in."
    ),
    "picture_too_large": lambda: _(
        "The picture {file} claims more points than this desk unpacks. It was not opened; the file is kept as it is."
    ),
    "custody_fork": lambda: _(
        "This chain has two ends: entries were written without knowledge of each other. "
        "Say first which of the two counts. Nothing was written."
    ),
    "custody_after_end": lambda: _("The exhibit was returned or destroyed: its chain has ended. Nothing was written."),
    "custody_not_holder": lambda: _("{other} holds this exhibit. It must be handed over to you first."),
    "custody_while_open": lambda: _(
        "It is open whether {about} has received the exhibit. That has to be confirmed, or taken back, first."
    ),
    "custody_nothing_open": lambda: _("Nobody has handed this exhibit over. There is nothing to confirm."),
    "custody_not_addressee": lambda: _("This exhibit was handed over to {other}, who has to confirm it."),
    "custody_own_confirmation": lambda: _("Who hands an exhibit over does not confirm that it arrived."),
    "custody_sealed_twice": lambda: _("The seal {about} is on it already. Open that one first."),
    "custody_no_seal_number": lambda: _("A seal needs its number. Nothing was written."),
    "custody_not_sealed": lambda: _("There is no seal on this exhibit. Nothing was written."),
    "custody_seal_differs": lambda: _("The seal on it is {about}, not {other}. Nothing was written."),
    "custody_examined_sealed": lambda: _("The seal {about} is on it. Open it before you examine the exhibit."),
    "custody_time_back": lambda: _("This time is before that of the entry it follows. Nothing was written."),
    "custody_entered_twice": lambda: _("The exhibit was taken in already. Nothing was written."),
}
