"""Records that may be one: the same number, plate or document, or a name of the same words; each with its reasons.

Simple on purpose, so that an officer can see why: nothing is weighed that is not shown. Only records of one type are
compared, and nothing is merged by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from desktop.casework.record_types import RecordType
from desktop.casework.views import ListRow
from i18n.folding import fold_words, stem

_NUMBERS = {
    "vehicle": ("plate", "vin"),
    "phone": ("number", "imei", "imsi"),
    "person": ("passport_numbers", "id_numbers", "phones"),
    "company": ("registration_number", "tax_number", "phones"),
    "organization": ("registration_number", "phones"),
    "vessel": ("imo", "mmsi", "call_sign"),
    "airplane": ("registration", "serial"),
    "firearm": ("serial",),
    "passport": ("number",),
    "identification": ("number",),
    "document": ("number",),
    "bank_account": ("number",),
    "crypto_wallet": ("address",),
    "user_account": ("username", "emails", "phones"),
}
"""Fields that tell records of a type apart, by type."""
_NAMES = ("name", "name_original", "aliases")
_BIRTH = "birth_date"
_LEAST = 4  # letters and digits of a number that tells anything
_TAIL = 8  # digits that the national and the international spelling of a telephone number have in common
MOST_OF_A_KEY = 40  # records that share one key: beyond it the key tells nothing


class Trait(NamedTuple):
    """Something that may be the same in two records: the field, what is compared, and how it is written."""

    field: str
    key: str
    value: str


class Reason(msgspec.Struct, frozen=True):
    """Why two records may be one: the field, and how each of the two writes it."""

    field: str
    one: str
    other: str


class Candidate(msgspec.Struct, frozen=True):
    """Two records that may be one, and why; `same_space`: they are in one case, and can be merged."""

    one: ListRow
    other: ListRow
    reasons: tuple[Reason, ...]
    same_space: bool = True


def traits_of(known: RecordType, values: Mapping[str, Iterable[str]]) -> list[Trait]:
    """What a record may share with another; `values`: of its fields."""
    found: list[Trait] = []
    for field in _NUMBERS.get(known.name, ()):
        for value in values.get(field, ()):
            key = "".join(fold_words(value).split())
            telephone = field == "phones" or (known.name, field) == ("phone", "number")
            if telephone and key.isdecimal() and len(key) > _TAIL:
                key = key[-_TAIL:]
            if len(key) >= _LEAST:
                found.append(Trait(field, f"{field}:{key}", value))
    for field in _NAMES:
        for value in values.get(field, ()):
            words = sorted({stem(word) for word in fold_words(value).split() if len(word) > 1})
            if len(words) > 1:
                found.append(Trait(field, f"name:{' '.join(words)}", value))
    return found


def reasons_for(one: Iterable[Trait], other: Iterable[Trait]) -> tuple[Reason, ...]:
    """What two records share, each thing once."""
    theirs = {trait.key: trait for trait in other}
    shared = {
        trait.key: Reason(trait.field, trait.value, theirs[trait.key].value) for trait in one if trait.key in theirs
    }
    return tuple(shared.values())


def contradict(one: Mapping[str, Iterable[str]], other: Mapping[str, Iterable[str]]) -> bool:
    """Whether what is known of two people's births cannot be of one: then a name alone is no reason."""
    births = [list(values.get(_BIRTH, ())) for values in (one, other)]
    if not births[0] or not births[1]:
        return False
    return not any(left.startswith(right) or right.startswith(left) for left in births[0] for right in births[1])


def by_name_only(reasons: Iterable[Reason]) -> bool:
    """Whether nothing but names is the same."""
    return all(reason.field in _NAMES for reason in reasons)
