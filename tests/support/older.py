"""A version before this one, for tests: the same code, knowing fewer operations and record types."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Iterator
from functools import reduce
from importlib import resources
from operator import or_
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from desktop.casework.record_types import RecordTypes, read_lists, read_type
from sync import changes
from sync.wire.codec import Id, Moment


@contextlib.contextmanager
def without(*operations: str, types: RecordTypes | None = None) -> Iterator[None]:
    """Run what is inside as a version that does not know these operations, and knows these types only."""
    known = {name: kind for name, kind in changes._KNOWN.items() if name not in operations}
    union: Any = reduce(or_, known.values())
    some = Annotated[list[union], Meta(min_length=1, max_length=changes.MAX_OPERATIONS)]
    edit: Any = msgspec.defstruct("OlderEdit", [("record", Id), ("operations", some)], frozen=True, array_like=True)
    change = msgspec.defstruct(
        "OlderChange",
        [
            ("version", int),
            ("at_ms", Moment),
            ("stamp", changes.Stamp),
            ("after", list[changes.Dependency]),
            ("edits", Annotated[list[edit], Meta(min_length=1)]),
        ],
        frozen=True,
        array_like=True,
    )
    with pytest.MonkeyPatch.context() as older:
        older.setattr(changes, "_KNOWN", known)
        older.setattr(changes, "_KnownChange", change)
        older.setattr(changes, "_operation", msgspec.msgpack.Decoder(union))
        if types is not None:
            older.setattr(RecordTypes, "load", classmethod(lambda _cls: types))
        yield


def types_without(**fields: tuple[str, ...]) -> RecordTypes:
    """The types as an older folder declares them: only those named, each without the given fields."""
    folder = resources.files("desktop.casework").joinpath("types")
    lists = read_lists(folder.joinpath("lists.toml").read_text("utf-8"))
    shared = tomllib.loads(folder.joinpath("shared.toml").read_text("utf-8"))
    made: dict[str, Any] = {}
    for name, gone in fields.items():
        declared = folder.joinpath(f"{name}.toml").read_text("utf-8")
        rows = tomllib.loads(declared)["field"]
        assert set(gone) <= {row["name"] for row in rows}
        head, *parts = declared.split("[[field]]")
        kept = [part for part in parts if tomllib.loads("[[field]]" + part)["field"][0]["name"] not in gone]
        made[name] = read_type("[[field]]".join([head, *kept]), lists, shared)
    return RecordTypes(made)
