"""Records, spaces, members."""

from __future__ import annotations

from desktop.sentences.texts import Texts
from i18n import _

TEXTS: Texts = {
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
    "bad_template": lambda: _(
        "{file} is no template of a case ({place}: {reason}). It was left out; the other templates are there."
    ),
    "unknown_template": lambda: _("There is no template {template} on this desk. Nothing was saved."),
    "bulk_no_field": lambda: _("This type of record has no such field."),
    "bulk_one_by_one": lambda: _("This has rules of its own, and is written one by one."),
    "bulk_text": lambda: _("Long texts are written one by one."),
    "bulk_conflict": lambda: _("Two values stand side by side here: decide between them first."),
    "merge_other_case": lambda: _(
        "The two are in different cases, so neither can stand for the other. Link them instead."
    ),
    "merge_other_type": lambda: _("These are not two records of the same kind. Nothing was changed."),
    "merged_already": lambda: _("These two are merged already. Nothing was changed."),
    "not_merged": lambda: _("This is not merged with another record. Nothing was changed."),
    "link_not_theirs": lambda: _(
        "The link would tell {ministries} of a case that they cannot read. Nothing was changed."
    ),
    "bad_filter": lambda: _("This line is no filter of Tahaluf, or it was damaged on its way. Nothing was saved."),
    "too_many_filters": lambda: _("At most {limit} filters are kept. Forget one first."),
    "no_conflict": lambda: _("{field} is not in conflict: it holds one value. Use an ordinary edit."),
    "nothing_to_undo": lambda: _("There is nothing to undo."),
    "nothing_to_redo": lambda: _("There is nothing to redo."),
    "undo_overtaken": lambda: _(
        "This was written again since, so it is not undone by itself. Both versions are in the history."
    ),
    "too_much_at_once": lambda: _("This is too much for one edit. Nothing was saved; write it in smaller parts."),
    "not_a_pair": lambda: _("{value} is not of the form field=value. Nothing was saved."),
    "table_too_large": lambda: _("The table {path} is too large: 64 MB is the most. Nothing was written."),
    "table_too_many_rows": lambda: _("The table {path} has too many rows: 100,000 is the most. Nothing was written."),
    "table_unreadable": lambda: _(
        "The table {path} cannot be read as it is encoded or separated. Say how; nothing was written."
    ),
    "table_empty": lambda: _("The table {path} has no rows under a first line that names its columns."),
    "not_a_column": lambda: _("{value} does not name a column of the table and a field of the record."),
    "verify_failed": lambda: _(
        "The store does not verify (findings: {problems}). Nothing was changed. "
        "What verifies can be saved into a new store with the command salvage."
    ),
    "settings_unsaved": lambda: _(
        "This setting could not be saved: the desk's folder cannot be written to. It holds until the program ends."
    ),
}
