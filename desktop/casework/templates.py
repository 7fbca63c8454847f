"""Templates of cases: what a new case of a kind begins with, its tasks, their deadlines and who does them, as data.

    book = read_templates(home / FOLDER)
    book.templates["drugs"].label                   in the language in use
    book.problems                                   files that are no templates, and why: the others hold
    plan = plan_case(template, roles, opened)       values of the case and of its tasks, ready to be validated

A file is TOML. Words are written in one or more languages, `{ en = "…", fr = "…" }`, or once for all of them. Days
count from the opening of the case. A ministry's file takes the place of a shipped one with the same key.

    key = "drugs"
    label = { en = "Drug trafficking", fr = "Trafic de stupéfiants" }
    [case]                                          fields of the record type `case`
    crime_areas = ["drugs"]
    due_days = 90
    [[role]]
    key = "analyst"
    label = { en = "Analyst", fr = "Analyste" }
    opener = true                                   whoever opens the case; at most one role
    [[task]]
    title = { en = "Ask the laboratory", fr = "Saisir le laboratoire" }
    role = "analyst"
    start_days = 0
    due_days = 7

Files come from outside: sizes, keys, lengths and values are checked, nothing in them becomes a path or is carried out.
"""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from desktop.casework.record_types import RecordType, RecordTypes
from desktop.casework.validation import InvalidValue, validate
from i18n import _, current
from i18n.locales import SOURCE

FOLDER = "templates"  # in a desk's home: where a ministry puts its own
MAX_BYTES = 64 * 1024
MAX_FILES, MAX_TASKS, MAX_ROLES, MAX_LANGUAGES = 100, 100, 20, 40
MAX_DAYS = 3_650
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_OUTER = {"key", "label", "help", "case", "role", "task"}
_ROLE = {"key", "label", "opener"}
_TASK = {"title", "description", "role", "precedence", "start_days", "due_days"}
_DAYS = "due_days"


class BadTemplate(Exception):
    """A file that is no template: `place` names what in it (`task[2].due_days`), `reason` is a stable word for why."""

    code = "bad_template"

    def __init__(self, file: str, place: str, reason: str) -> None:
        super().__init__(f"{file}: {place}: {reason}")
        self.params = {"file": file, "place": place or file, "reason": reason}

    def shown(self) -> dict[str, str | int]:
        """The parameters for people: the reason in words, in the current language."""
        return {**self.params, "reason": _reason(str(self.params["reason"]))}


def _reason(word: str) -> str:
    reasons = {
        "no_toml": _("it is not TOML"),
        "required": _("this is missing"),
        "unknown_field": _("there is no such field"),
        "unknown_role": _("the template has no such role"),
        "before_start": _("this is before its start"),
        "no_days": _("a number of days from 0 to {most} is expected").format(most=MAX_DAYS),
        "too_long": _("this is too long"),
        "too_many": _("these are too many"),
        "twice": _("this stands there twice"),
        "not_in_list": _("this is not in the list"),
        "no_file": _("it is not an ordinary file"),
        "unreadable": _("it cannot be read as text"),
    }
    return reasons.get(word) or _("this is not the kind of value that belongs here")


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in some languages; the empty code stands for all others."""

    by_language: Mapping[str, str]

    def __str__(self) -> str:
        """In the language in use; else in English, else in the one that is there."""
        words = self.by_language
        return words.get(current().language) or words.get(SOURCE) or words.get("") or next(iter(words.values()), "")


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody whom tasks wait for."""

    key: str
    label: Words
    opener: bool = False


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """A task of a template; days count from the opening, None: no deadline."""

    title: Words
    description: Words
    role: str = ""
    precedence: str = ""
    start_days: int = 0
    due_days: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """What a new case of a kind begins with."""

    key: str
    label: Words
    help: Words
    case: Mapping[str, object]
    due_days: int | None = None
    roles: tuple[Role, ...] = ()
    tasks: tuple[TaskPlan, ...] = ()
    own: bool = False  # the ministry's, not shipped


@dataclass(frozen=True, slots=True)
class TemplateBook:
    """The templates by key, in the order of their labels, and the files that are none."""

    templates: dict[str, Template]
    problems: tuple[BadTemplate, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Values of a new case and of its tasks."""

    case: dict[str, object]
    tasks: tuple[dict[str, object], ...] = field(default=())


def read_templates(folder: Path | None = None) -> TemplateBook:
    """The templates that ship with the desk, and those of a folder, whose files may be missing, broken or hostile."""
    found = dict(_shipped())
    problems: list[BadTemplate] = []
    for name, text in _files(folder, problems):
        try:
            template = read_template(text, name, own=True)
        except BadTemplate as problem:
            problems.append(problem)
            continue
        found[template.key] = template
    in_order = sorted(found.values(), key=lambda each: str(each.label).casefold())
    return TemplateBook({each.key: each for each in in_order}, tuple(problems))


def plan_case(template: Template, roles: Mapping[str, str], opened: date) -> Plan:
    """What to write for a case opened on a day; `roles`: names of officers by the key of their role."""
    case = dict(template.case)
    if template.due_days is not None:
        case["due"] = (opened + timedelta(days=template.due_days)).isoformat()
    tasks: list[dict[str, object]] = []
    for task in template.tasks:
        values: dict[str, object] = {"title": str(task.title)}
        if text := str(task.description):
            values["description"] = text
        if task.due_days is not None:
            values["due"] = (opened + timedelta(days=task.due_days)).isoformat()
        if task.start_days:
            values["start"] = (opened + timedelta(days=task.start_days)).isoformat()
        if task.precedence:
            values["precedence"] = task.precedence
        if task.role:
            values["role"] = str(next(role.label for role in template.roles if role.key == task.role))
            if name := roles.get(task.role, "").strip():
                values["assignee"] = name
        tasks.append(values)
    return Plan(case, tuple(tasks))


def opening_day(values: Mapping[str, object]) -> date:
    """The day on which a case with these values is opened: the one they name, if it is a whole one, else today."""
    given = values.get("opened")
    try:
        return date.fromisoformat(given) if isinstance(given, str) else date.today()  # noqa: DTZ011 - the officer's own
    except ValueError:
        return date.today()  # noqa: DTZ011


def read_template(text: str, file: str = "", *, own: bool = False) -> Template:
    """A template from TOML. Raises BadTemplate."""
    return _Reader(file).template(text, own=own)


@cache
def _shipped() -> dict[str, Template]:
    folder = resources.files("desktop.casework").joinpath("templates")
    texts = [(each.name, each.read_text("utf-8")) for each in folder.iterdir() if each.name.endswith(".toml")]
    return {template.key: template for template in (read_template(text, name) for name, text in sorted(texts))}


def _files(folder: Path | None, problems: list[BadTemplate]) -> Iterator[tuple[str, str]]:
    """Names and texts of the files of a folder: real files of a sensible size in UTF-8, and not too many."""
    try:
        paths = sorted(each for each in folder.iterdir() if each.suffix == ".toml") if folder is not None else []
    except OSError:
        return
    for path in paths[:MAX_FILES]:
        name = path.name[:80]
        try:
            about = path.lstat()
            if not stat.S_ISREG(about.st_mode):
                raise BadTemplate(name, name, "no_file")
            if about.st_size > MAX_BYTES:
                raise BadTemplate(name, name, "too_long")
            yield name, path.read_bytes()[: MAX_BYTES + 1].decode("utf-8")
        except BadTemplate as problem:
            problems.append(problem)
        except (OSError, UnicodeDecodeError):
            problems.append(BadTemplate(name, name, "unreadable"))
    if len(paths) > MAX_FILES:
        problems.append(BadTemplate(FOLDER, FOLDER, "too_many"))


class _Reader:
    """Reads one file, and knows its name for what it refuses."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._types = RecordTypes.load()

    def template(self, text: str, *, own: bool) -> Template:
        try:
            outer = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError, ValueError):
            raise self.refuse("", "no_toml") from None
        self.keys(outer, _OUTER, "")
        key = self.key(outer, "key", "")
        case = dict(self.table(outer.get("case", {}), "case"))
        due = self.days(case.pop(_DAYS, None), f"case.{_DAYS}")
        roles = tuple(self.role(each, f"role[{n}]") for n, each in self.rows(outer, "role", MAX_ROLES))
        if len({role.key for role in roles}) < len(roles) or sum(role.opener for role in roles) > 1:
            raise self.refuse("role", "twice")
        names = frozenset(role.key for role in roles)
        tasks = tuple(self.task(each, f"task[{n}]", names) for n, each in self.rows(outer, "task", MAX_TASKS))
        self.values(self._types["case"], case, "case")
        label, help_words = self.words(outer, "label", "", needed=True), self.words(outer, "help", "")
        return Template(key, label, help_words, case, due, roles, tasks, own)

    def role(self, row: dict[str, Any], place: str) -> Role:
        self.keys(row, _ROLE, place)
        opener = row.get("opener", False)
        if not isinstance(opener, bool):
            raise self.refuse(f"{place}.opener", "wrong_type")
        return Role(self.key(row, "key", place), self.words(row, "label", place, needed=True), opener)

    def task(self, row: dict[str, Any], place: str, roles: frozenset[str]) -> TaskPlan:
        self.keys(row, _TASK, place)
        role, precedence = row.get("role", ""), row.get("precedence", "")
        if role and role not in roles:
            raise self.refuse(f"{place}.role", "unknown_role")
        start = self.days(row.get("start_days"), f"{place}.start_days") or 0
        due = self.days(row.get(_DAYS), f"{place}.{_DAYS}")
        if due is not None and due < start:
            raise self.refuse(f"{place}.{_DAYS}", "before_start")
        title, description = self.words(row, "title", place, needed=True), self.words(row, "description", place)
        declared = self._types["task"]
        for name, words in (("title", title), ("description", description)):
            for each in words.by_language.values():
                self.values(declared, {name: each}, place)
        if precedence:
            self.values(declared, {"precedence": precedence}, place)
        return TaskPlan(title, description, role, precedence, start, due)

    def values(self, record_type: RecordType, values: Mapping[str, object], place: str) -> None:
        for name, value in values.items():
            declared = record_type.fields.get(name)
            if declared is None:
                raise self.refuse(f"{place}.{name}"[:80], "unknown_field")
            try:
                validate(declared, value)
            except InvalidValue as error:
                raise self.refuse(f"{place}.{name}", error.code) from None

    def words(self, row: Mapping[str, Any], name: str, place: str, *, needed: bool = False) -> Words:
        given, where = row.get(name, {}), _under(place, name)
        by_language = {"": given} if isinstance(given, str) else self.table(given, where)
        if len(by_language) > MAX_LANGUAGES:
            raise self.refuse(where, "too_many")
        for code, text in by_language.items():
            if (code and not _LANGUAGE.fullmatch(code)) or not isinstance(text, str) or not text.strip():
                raise self.refuse(f"{where}.{code[:8]}", "wrong_type")
            if len(text) > 2_000 or (name == "label" and (len(text) > 80 or not text.isprintable())):
                raise self.refuse(f"{where}.{code[:8]}", "too_long")
        if needed and not by_language:
            raise self.refuse(where, "required")
        return Words(by_language)

    def days(self, given: object, place: str) -> int | None:
        if given is None:
            return None
        if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= MAX_DAYS:
            raise self.refuse(place, "no_days")
        return given

    def key(self, row: Mapping[str, Any], name: str, place: str) -> str:
        given = row.get(name)
        if given is None:
            raise self.refuse(_under(place, name), "required")
        if not isinstance(given, str) or not _KEY.fullmatch(given):
            raise self.refuse(_under(place, name), "wrong_type")
        return given

    def rows(self, outer: Mapping[str, Any], name: str, most: int) -> Iterator[tuple[int, dict[str, Any]]]:
        given = outer.get(name, [])
        if not isinstance(given, list):
            raise self.refuse(name, "wrong_type")
        if len(given) > most:
            raise self.refuse(name, "too_many")
        for place, each in enumerate(given, 1):
            yield place, self.table(each, f"{name}[{place}]")

    def table(self, given: object, place: str) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise self.refuse(place, "wrong_type")
        return given

    def keys(self, row: Mapping[str, Any], known: set[str], place: str) -> None:
        if unknown := sorted(set(row) - known):
            raise self.refuse(_under(place, unknown[0][:40]), "unknown_field")

    def refuse(self, place: str, reason: str) -> BadTemplate:
        return BadTemplate(self._file, place, reason)


def _under(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
