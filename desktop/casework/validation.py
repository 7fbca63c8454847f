"""What a field may hold: checks and cleans a value before it is written, and reads one typed on a command line.

    clean = validate(field, value)            raises InvalidValue
    values = validate_new(record_type, {...}) adds defaults, asks for what is required
    value = parse(field, "FR, SN")            for `--set field=value`
    describe(error)                           the sentence for people, in the current language

What a value may not be: too long, not in its list, not a date, of another type, or holding NUL, a lone surrogate or a
control character. Markup and bidi controls are data and kept as they came: showing them safely is the display's duty.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from desktop.casework.attachments import PREFIX
from desktop.casework.coordinates import BadCoordinates
from desktop.casework.coordinates import parse as parse_coordinates
from desktop.casework.record_types import Field, RecordType
from desktop.casework.views import Scalar
from i18n import _
from i18n.bidi import isolate, ltr
from i18n.formats import number

MAX_ELEMENTS = 500
Value = Scalar | tuple[str, ...]

_PARTIAL_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z", re.ASCII)
_RECORD_ID = re.compile(r"[0-9A-Za-z_-]{8,64}\Z", re.ASCII)
# Category Cc without tab and newline, and lone surrogates (Cs), which no UTF-8 file can hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_LARGEST = 2**53  # beyond it a float no longer counts by ones


class InvalidValue(Exception):
    """A value that the field refuses: `code` says why, `params` holds the figures for the sentence."""

    def __init__(self, code: str, field: Field | None = None, **params: str | int) -> None:
        super().__init__(f"{field.name if field else params.get('name', '')}: {code}")
        self.code = code
        self.field = field
        self.params = params


def validate(field: Field, value: object) -> Value:
    """The clean value to write: text in NFC, a tuple for a set, None for a register that is emptied.

    Raises InvalidValue; codes: required, wrong_type, forbidden_character, too_long, too_many, not_in_list,
    malformed_date, malformed_number, malformed_coordinates, malformed_reference.
    """
    if field.merge == "set":
        return _validate_set(field, value)
    if field.kind == "flag" and isinstance(value, bool):
        return value
    if value is None or (isinstance(value, str) and not value.strip()):
        if field.required:
            raise InvalidValue("required", field)
        return "" if field.kind == "text" else None
    if field.kind == "number":
        return _validate_number(field, value)
    if not isinstance(value, str) or field.kind == "flag":
        raise InvalidValue("wrong_type", field)
    text = _clean(field, value)
    check = _CHECKS.get(field.kind)
    return check(field, text) if check else text


def validate_element(field: Field, value: object) -> str:
    """One element of a set, clean. Raises InvalidValue as `validate` does."""
    if not isinstance(value, str):
        raise InvalidValue("wrong_type", field)
    text = _clean(field, value)
    if not text:
        raise InvalidValue("required", field)
    if field.kind == "file" and not text.startswith(PREFIX):  # one that only a later version can read stays
        raise InvalidValue("wrong_type", field)
    return _validate_choice(field, text) if field.list else text


def validate_new(
    record_type: RecordType, values: Mapping[str, object], *, today: date | None = None
) -> dict[str, Value]:
    """The clean values of a new record: defaults filled in, required fields asked for, empty ones left out.

    A field that the caller gave, even empty, keeps its default out. Raises InvalidValue, also for an unknown field.
    """
    for name in values:
        if name not in record_type.fields:
            raise InvalidValue("unknown_field", name=name)
    clean: dict[str, Value] = {}
    for field in record_type.fields.values():
        given = values[field.name] if field.name in values else _default(field, today)
        value = validate(field, given)
        if value not in (None, "", ()):
            clean[field.name] = value
    return clean


def parse(field: Field, text: str) -> Value:
    """A value as typed on a command line: sets separated by commas, digits of any script, codes in any case.

    Raises InvalidValue.
    """
    if field.merge == "set":
        return validate(field, [_as_code(field, piece) for piece in re.split("[,،]", text) if piece.strip()])
    if field.kind == "number":
        return validate(field, _parse_number(field, text))
    return validate(field, _as_code(field, text))


def describe(error: InvalidValue, *, in_form: bool = True) -> str:
    """What is wrong, in the current language: which field, what was expected, and (in a form) that nothing is lost."""
    label = isolate(error.field.label) if error.field else ltr(str(error.params.get("name", "")))
    sentence = _sentence(error.code).format(field=label, **_shown(error.params))
    kept = _("Nothing was saved; your text is still in the form.") if in_form else _("Nothing was saved.")
    return f"{sentence} {kept}"


def _sentence(code: str) -> str:
    sentences = {
        "required": _("{field}: this is needed."),
        "wrong_type": _("{field}: this is not the kind of value that belongs here."),
        "forbidden_character": _("{field}: holds the hidden character {character} at position {position}."),
        "too_long": _("{field}: at most {limit} characters; yours has {length}."),
        "too_many": _("{field}: at most {limit} entries; yours has {length}."),
        "not_in_list": _("{field}: {value} is not in the list."),
        "malformed_date": _("{field}: {value} is not a date. Write year-month-day, year-month or the year alone."),
        "malformed_datetime": _("{field}: {value} is not a date and time. Write it like {example}."),
        "malformed_number": _("{field}: {value} is not a number."),
        "malformed_coordinates": _("{field}: {value} is not a place. Write it like {example}."),
        "malformed_reference": _("{field}: this does not name a record."),
        "before_start": _("{field}: {value} is before its start, {other}."),
        "after_end": _("{field}: {value} is after its end or its due date, {other}."),
        "joins_itself": _("{field}: a link joins two different records."),
        "circle": _("{field}: this would come to follow itself."),
        "unknown_field": _("{field}: this version knows no such field."),
    }
    return sentences.get(code, sentences["wrong_type"])


def _shown(params: Mapping[str, str | int]) -> dict[str, str]:
    return {name: number(value) if isinstance(value, int) else ltr(value) for name, value in params.items()}


def _clean(field: Field, value: str) -> str:
    """NFC, line ends as newlines, no space around (except in a long text); refused if forbidden or too long."""
    limit = field.max_length or 100
    if len(value) > limit * 4:  # NFC shortens by a factor of four at most; don't normalise a whole book
        raise InvalidValue("too_long", field, limit=limit, length=len(value))
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    many_lines = field.kind == "text" or field.multiline
    if not many_lines:
        text = re.sub(r"[\n\t\u2028\u2029]+", " ", text)
    found = _FORBIDDEN.search(text)
    if found:
        code_point = f"U+{ord(found.group()):04X}"
        raise InvalidValue("forbidden_character", field, character=code_point, position=found.start() + 1)
    text = unicodedata.normalize("NFC", text)
    if field.kind != "text":
        text = text.strip()
    if len(text) > limit:
        raise InvalidValue("too_long", field, limit=limit, length=len(text))
    return text


def _validate_set(field: Field, value: object) -> tuple[str, ...]:
    if value is None:
        value = ()
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidValue("wrong_type", field)
    given = list(value)
    if len(given) > MAX_ELEMENTS:
        raise InvalidValue("too_many", field, limit=MAX_ELEMENTS, length=len(given))
    elements = tuple(dict.fromkeys(validate_element(field, each) for each in given))
    if field.required and not elements:
        raise InvalidValue("required", field)
    return elements


def _validate_choice(field: Field, text: str) -> str:
    if field.choice(text) is None:
        raise InvalidValue("not_in_list", field, value=text)
    return text


def _validate_date(field: Field, text: str) -> str:
    iso = text.translate(_DIGITS)
    if _PARTIAL_DATE.match(iso):
        try:
            date.fromisoformat(iso + "-01-01"[len(iso) - 4 :])
        except ValueError:
            pass
        else:
            return iso
    raise InvalidValue("malformed_date", field, value=text)


def _validate_datetime(field: Field, text: str) -> str:
    iso = text.translate(_DIGITS)
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        when = None
    if when is None or len(iso) < len("yyyy-mm-ddThh:mm"):
        raise InvalidValue("malformed_datetime", field, value=text, example="2026-11-24T08:14+01:00")
    return when.isoformat(timespec="minutes" if not when.second else "seconds")


def _validate_coordinates(field: Field, text: str) -> str:
    try:
        return parse_coordinates(text)
    except BadCoordinates:
        raise InvalidValue("malformed_coordinates", field, value=text, example="36.8064, 10.1817") from None


def _validate_number(field: Field, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue("wrong_type", field)
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise InvalidValue("malformed_number", field, value=str(value)[:40])
    return value


def _validate_reference(field: Field, text: str) -> str:
    if not _RECORD_ID.match(text):
        raise InvalidValue("malformed_reference", field)
    return text


_CHECKS: dict[str, Callable[[Field, str], Value]] = {
    "choice": _validate_choice,
    "tlp": _validate_choice,
    "evaluation": _validate_choice,
    "date": _validate_date,
    "datetime": _validate_datetime,
    "coordinates": _validate_coordinates,
    "reference": _validate_reference,
}


def _parse_number(field: Field, text: str) -> int | float | None:
    digits = text.strip().translate(_DIGITS)
    if not digits:
        return None
    try:
        return int(digits) if re.fullmatch(r"[+-]?\d{1,17}", digits) else float(digits)
    except ValueError:
        raise InvalidValue("malformed_number", field, value=text[:40]) from None


def _as_code(field: Field, text: str) -> str:
    """The code that was meant: `amber`, `tlp:amber` and `fr` find TLP:AMBER and FR; other text stays as typed."""
    if not field.choices:
        return text
    wanted = text.strip().casefold()
    for choice in field.choices:
        if wanted in (choice.code.casefold(), choice.code.casefold().removeprefix("tlp:")):
            return choice.code
    return text


def _default(field: Field, today: date | None) -> object:
    if field.default == "@today":
        return (today or date.today()).isoformat()  # noqa: DTZ011 - the officer's own calendar day is meant
    return field.default or None
