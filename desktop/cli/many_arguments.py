"""The command line of what concerns many records: one value for all of them, duplicates, merges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from i18n import _


def add_many(commands: Any, ending: Callable[[Any], None]) -> None:
    """Add `bulk`, `duplicates`, `merge` and `separate`; `ending` adds what every command takes."""
    bulk = commands.add_parser("bulk", help=_("write one value into a field of many records; one undo takes it back"))
    bulk.add_argument("records", metavar="RECORD", nargs="+", help=_("ids of the records"))
    bulk.add_argument("--field", metavar="FIELD", required=True, help=_("the field to write"))
    how = bulk.add_mutually_exclusive_group(required=True)
    how.add_argument("--value", metavar="VALUE", help=_("what the field holds afterwards; empty: nothing"))
    how.add_argument("--add", metavar="VALUES", help=_("elements that are added, with commas between them"))
    how.add_argument("--remove", metavar="VALUES", help=_("elements that are removed, with commas between them"))
    bulk.add_argument("--dry-run", action="store_true", help=_("say what would change and write nothing"))
    duplicates = commands.add_parser("duplicates", help=_("list records of a case that may be one, with the reasons"))
    duplicates.add_argument("space", metavar="SPACE", help=_("id of the case"))
    duplicates.add_argument("--elsewhere", action="store_true", help=_("look in the other cases of this desk"))
    merge = commands.add_parser("merge", help=_("let a record stand for another one in lists; nothing is lost by it"))
    merge.add_argument("record", metavar="RECORD", help=_("id of the record that lists show"))
    merge.add_argument("other", metavar="OTHER", help=_("id of the record that it stands for"))
    separate = commands.add_parser("separate", help=_("take back the merges of a record"))
    separate.add_argument("record", metavar="RECORD", help=_("id of the record"))
    for each in (bulk, duplicates, merge, separate):
        ending(each)
