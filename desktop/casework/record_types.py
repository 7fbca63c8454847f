"""Record types as data: what a case or a person is, read from `types/*.toml`.

    types = RecordTypes.load()
    types["case"].fields["status"].choices     # in the order of the screen
    types.get("submarine")                     # None: a type of a newer version, kept and shown as such
    types["person"].get("birth_date__source")  # what is known about one value, see `NOTES`
    types.of_family("subject")                 # what a link may join

Labels, helps and groups are properties translated in the language that is current when they are read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

from i18n import _, pgettext
from i18n.names import country_codes, country_name

MERGE_OF_KIND = {
    "line": "register",
    "text": "text",
    "choice": "register",
    "choices": "set",
    "set": "set",
    "date": "register",
    "datetime": "register",
    "number": "register",
    "coordinates": "register",
    "reference": "register",
    "handling": "set",
    "tlp": "register",
    "evaluation": "register",
    "file": "set",
    "flag": "register",
}
ROLES = frozenset(
    {
        "reference",
        "title",
        "subtitle",
        "summary",
        "status",
        "priority",
        "tlp",
        "handling",
        "countries",
        "due",
        "assignee",
        "source",
        "target",
        "start",
        "end",
        "where",
        "where_to",
        "evaluation",
        "stands",
    }
)
FAMILIES = ("case", "subject", "link", "request", "exchange", "task", "exhibit", "note", "decision")
NOTE = "__"  # between a field's name and that of a note on its value
_SHARED, _ABOUT = "shared.toml", "about"
DEFAULT_LIMITS = {"line": 300, "text": 200_000, "set": 500, "file": 1_000}  # characters; of an element for a set
HARD_LIMITS = {"line": 2_000, "text": 200_000, "set": 500, "file": 1_000}
COUNTRIES = "countries"
_MEMBER = re.compile(r"[a-z]{2,8}", re.ASCII)
_VERBATIM_KINDS = frozenset({"date", "datetime", "number", "coordinates", "reference", "tlp", "evaluation", "handling"})


class DeclarationError(Exception):
    """A record type's file is wrong: a mistake of ours, found when the desk starts or by the tests."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One code of a coded list. `tone` is a hint for colour: neutral, info, ok, warn or bad."""

    code: str
    list: str
    message_ids: tuple[str, ...] = ()
    help_id: str = ""
    tone: str = "neutral"
    contexts: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The code's label in the current language; a country's name comes from the locale data."""
        if self.list == COUNTRIES:
            return country_name(self.code)
        pairs = zip(self.contexts or (self.list,) * len(self.message_ids), self.message_ids, strict=True)
        return "; ".join(pgettext(context, message) for context, message in pairs)

    @property
    def help(self) -> str:
        """What the code means, in the current language; empty when the label says it all."""
        return pgettext(self.list, self.help_id)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record type. `label_id`, `group_id` and `help_id` are message ids."""

    name: str
    kind: str
    label_id: str
    group_id: str = ""
    help_id: str = ""
    required: bool = False
    role: str = ""
    searched: bool = False
    listed: bool = False
    filtered: bool = False
    choices: tuple[Choice, ...] = ()
    list: str = ""  # name of the coded list, empty when values are free
    max_length: int = 0  # characters of a line, a text or one element of a set; 0 where it has no meaning
    multiline: bool = False
    verbatim: bool = False  # a code read from left to right whatever surrounds it: phone, plate, reference
    default: str | tuple[str, ...] = ""
    accepts: str = ""  # of a reference: the type or family that it may name; empty for any record of the space
    noted: Field | None = None  # of a note: the field whose value it is about
    stepped: bool = False  # written by the steps of a request only (`desktop.casework.requests`), in no form
    each: bool = False  # where several members are asked, each has one of its own: `received__ae`
    member: str = ""  # of such a one: the member's code
    _by_code: dict[str, Choice] = field(default_factory=dict, repr=False, compare=False)

    @property
    def merge(self) -> str:
        """How concurrent edits meet: `register` (side by side), `set` (add-wins) or `text` (woven together)."""
        return MERGE_OF_KIND[self.kind]

    @property
    def label(self) -> str:
        """The field's name in the current language; a note's after that of the field it is about."""
        if self.member:
            return _("{field} ({member})").format(field=_(self.label_id), member=country_name(self.member))
        if self.noted is not None:
            return _("{field}: {note}").format(field=self.noted.label, note=_(self.label_id))
        return _(self.label_id)

    @property
    def group(self) -> str:
        """The heading under which the form shows the field, in the current language."""
        return _(self.group_id)

    @property
    def help(self) -> str:
        """One line of help in the current language, or nothing."""
        return _(self.help_id)

    def choice(self, code: object) -> Choice | None:
        """The choice with this code; None for a code that this version does not know."""
        return self._by_code.get(code) if isinstance(code, str) else None

    def choice_label(self, code: str) -> str:
        """The label of a code, or the code itself when this version does not know it."""
        found = self.choice(code)
        return found.label if found else code


RECEIPTS = Field("receipts", "flag", "Receipts asked for")
"""Whether the desks that have a record are to say so. Every type knows it; no form shows it."""
COMMON = {RECEIPTS.name: RECEIPTS}


@dataclass(frozen=True, slots=True)
class RecordType:
    """A type of record: its fields in the order of the form, and which field plays which role."""

    name: str
    label_id: str
    plural_id: str
    icon: str
    fields: dict[str, Field]
    roles: dict[str, Field]
    family: str = "subject"  # one of FAMILIES
    receipts: bool = False  # whether a new record asks its readers for receipts
    notes: dict[str, Field] = field(default_factory=dict, repr=False)  # what may be said of each value, by suffix

    @property
    def label(self) -> str:
        """The type's name in the current language ("Case")."""
        return _(self.label_id)

    @property
    def plural(self) -> str:
        """The name of many ("Cases")."""
        return _(self.plural_id)

    def get(self, name: str) -> Field | None:
        """The field of that name, or the note on a value that it names; None when this version does not know it."""
        return self.fields.get(name) or COMMON.get(name) or self._note(name)

    def notes_on(self, name: str) -> list[Field]:
        """The notes that the value of a field may carry: source, evaluation, TLP, handling codes, dates.

        None for fields that are handling themselves.
        """
        return [found for suffix in self.notes if (found := self._note(name + NOTE + suffix)) is not None]

    def _note(self, name: str) -> Field | None:
        base, _, suffix = name.rpartition(NOTE)
        noted, note = self.fields.get(base), self.notes.get(suffix)
        if noted is not None and noted.each and note is None and _MEMBER.fullmatch(suffix):
            return replace(noted, name=name, member=suffix.upper(), each=False, required=False, role="")
        if noted is None or note is None or noted.group_id == note.group_id:
            return None
        return replace(note, name=name, noted=noted)

    def role(self, role: str) -> Field | None:
        """The field that plays a role (`title`, `status` …), if any does."""
        return self.roles.get(role)

    def role_name(self, role: str) -> str:
        """The name of the field that plays a role, or an empty string."""
        found = self.roles.get(role)
        return found.name if found else ""

    def groups(self) -> dict[str, list[Field]]:
        """Fields under their group's message id, both in the order of the form.

        Files are attached, not typed; what the steps of a request write is on its own card.
        """
        grouped: dict[str, list[Field]] = {}
        for each in self.fields.values():
            if each.kind == "file" or each.stepped:
                continue
            grouped.setdefault(each.group_id, []).append(each)
        return grouped


class RecordTypes(Mapping[str, RecordType]):
    """Every record type that this version knows, by name."""

    def __init__(self, types: dict[str, RecordType]) -> None:
        self._types = types

    @classmethod
    def load(cls) -> RecordTypes:
        """The types that ship with the desk, read once."""
        return _shipped()

    def __getitem__(self, name: str) -> RecordType:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def of_family(self, *families: str) -> list[RecordType]:
        """The types of some families, in the order of FAMILIES and then of their names."""
        return [each for family in FAMILIES if family in families for each in self.values() if each.family == family]

    def accepted(self, field: Field) -> list[RecordType]:
        """The types that a reference may name."""
        if not field.accepts:
            return list(self.values())
        found = self.get(field.accepts)
        return [found] if found else self.of_family(field.accepts)

    def field(self, type_name: str, field_name: str) -> Field | None:
        """The field of a type, or None when either is unknown to this version."""
        record_type = self._types.get(type_name)
        return record_type.get(field_name) if record_type else None


@cache
def _shipped() -> RecordTypes:
    folder = resources.files("desktop.casework").joinpath("types")
    lists = read_lists(folder.joinpath("lists.toml").read_text("utf-8"))
    shared = tomllib.loads(folder.joinpath(_SHARED).read_text("utf-8"))
    types: dict[str, RecordType] = {}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".toml") and entry.name not in ("lists.toml", _SHARED):
            declared = read_type(entry.read_text("utf-8"), lists, shared)
            types[declared.name] = declared
    known = {*types, *FAMILIES}
    for each in types.values():
        if unknown := {field.accepts for field in each.fields.values()} - known - {""}:
            raise DeclarationError(f"type {each.name!r} refers to the unknown {sorted(unknown)}")
    return RecordTypes(types)


def read_lists(text: str) -> dict[str, tuple[Choice, ...]]:
    """Coded lists from TOML, plus the two that are made: countries, and the sixteen codes of the 4x4 evaluation."""
    lists = {
        name: tuple(
            Choice(row["code"], name, (row["label"],), row.get("help", ""), row.get("tone", "neutral")) for row in rows
        )
        for name, rows in tomllib.loads(text).items()
    }
    lists[COUNTRIES] = tuple(Choice(code, COUNTRIES) for code in country_codes())
    sources, information = lists.get("evaluation_source", ()), lists.get("evaluation_information", ())
    lists["evaluation"] = tuple(
        Choice(
            source.code + piece.code,
            "evaluation",
            source.message_ids + piece.message_ids,
            contexts=(source.list, piece.list),
        )
        for source in sources
        for piece in information
    )
    return lists


def read_type(
    text: str, lists: Mapping[str, tuple[Choice, ...]], shared: Mapping[str, list[dict[str, Any]]] | None = None
) -> RecordType:
    """One record type from TOML. Raises DeclarationError when the file says something that nothing would honour.

    `shared`: groups of fields that a type takes in by `include`, after its own.
    """
    declared, shared = tomllib.loads(text), shared or {}
    fields: dict[str, Field] = {}
    roles: dict[str, Field] = {}
    name, family = declared["name"], declared.get("family", "subject")
    for group in (included := declared.pop("include", [])):
        if group not in shared:
            raise DeclarationError(f"type {name!r} includes the unknown group {group!r}")
    for row in (*declared.pop("field"), *(row for group in included for row in shared[group])):
        each = _read_field(row, lists)
        if each.name in fields or each.name in COMMON:
            raise DeclarationError(f"field {each.name!r} is declared twice, or one that every type has")
        fields[each.name] = each
        if each.role:
            if each.role in roles or each.role not in ROLES:
                raise DeclarationError(f"role {each.role!r} of field {each.name!r} is unknown or taken")
            roles[each.role] = each
    if "title" not in roles or family not in FAMILIES:
        raise DeclarationError(f"type {name!r} has no title, or is of no known family")
    notes = {note.name: note for row in shared.get(_ABOUT, []) for note in (_read_field(row, lists),)}
    receipts = bool(declared.get("receipts", False))
    return RecordType(
        name, declared["label"], declared["plural"], declared["icon"], fields, roles, family, receipts, notes
    )


def _read_field(row: dict[str, Any], lists: Mapping[str, tuple[Choice, ...]]) -> Field:
    row = dict(row)
    name, kind = row["name"], row.get("kind")
    if kind not in MERGE_OF_KIND:
        raise DeclarationError(f"field {name!r} has the unknown kind {kind!r}")
    row["label_id"] = row.pop("label")
    row["group_id"] = row.pop("group", "")
    row["help_id"] = row.pop("help", "")
    row["verbatim"] = row.get("verbatim", False) or kind in _VERBATIM_KINDS
    limit = row.get("max_length", DEFAULT_LIMITS.get(kind, 0))
    if limit > HARD_LIMITS.get(kind, 0):
        raise DeclarationError(f"field {name!r} may not be that long")
    row["max_length"] = limit
    if kind in ("tlp", "handling", "evaluation"):
        row["list"] = kind
    if kind in ("choice", "choices", "tlp", "handling", "evaluation"):
        if row.get("list") not in lists:
            raise DeclarationError(f"field {name!r} names the unknown list {row.get('list')!r}")
        row["choices"] = lists[row["list"]]
    if isinstance(row.get("default"), list):
        row["default"] = tuple(row["default"])
    choices: tuple[Choice, ...] = row.get("choices", ())
    try:
        return Field(**row, _by_code={choice.code: choice for choice in choices})
    except TypeError as wrong:
        raise DeclarationError(f"field {name!r}: {wrong}") from wrong
