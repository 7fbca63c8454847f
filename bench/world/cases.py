"""Invents cases and persons from phrases.toml, the same ones for the same seed."""

from __future__ import annotations

import random
import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

LANGUAGES = ("fr", "ar", "it", "es", "en")
DIALLING = {"SN": "221", "MA": "212", "FR": "33", "IT": "39", "ES": "34", "AE": "971", "BH": "973"}
STATUSES = ("open", "active", "active", "open", "suspended", "waiting_for_partner", "draft", "closed", "archived")
TLPS = ("TLP:AMBER", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:GREEN", "TLP:RED", "TLP:CLEAR")
PRECEDENCES = ("ROUTINE", "ROUTINE", "PRIORITY", "PRIORITY", "IMMEDIATE", "FLASH")
ROLES = ("suspect", "suspect", "witness", "victim", "associate")


class InventedPerson(msgspec.Struct, frozen=True):
    """A person of a case: field values as a desk takes them."""

    values: dict[str, Any]


class InventedCase(msgspec.Struct, frozen=True):
    """A case: its language, the ministry that opens it, field values as a desk takes them, its persons."""

    language: str
    ministry: str
    values: dict[str, Any]
    persons: list[InventedPerson]


def invent(count: int, seed: int = 2026, today: date = date(2026, 11, 24)) -> list[InventedCase]:
    """Return `count` invented cases, in turn in the five languages."""
    source = random.Random(seed)
    return [_case(source, number, today) for number in range(count)]


def _case(source: random.Random, number: int, today: date) -> InventedCase:
    phrases = _phrases()
    language = LANGUAGES[number % len(LANGUAGES)]
    theme = source.choice(phrases["theme"])
    home, away = source.sample(sorted(DIALLING), 2)
    words = _words(source, language, home, away)
    title, opening = theme[language]
    summary = " ".join(
        sentence.format(**words) for sentence in (opening, *source.sample(phrases["follow_up"][language], 2))
    )
    opened = today - timedelta(days=source.randrange(5, 420))
    values: dict[str, Any] = {
        "title": title.format(**words),
        "reference": f"{home}-{opened.year}-{number + 101:05d}",
        "status": source.choice(STATUSES),
        "priority": source.choice(PRECEDENCES),
        "tlp": source.choice(TLPS),
        "handling": sorted({"H0", *source.sample(("H1", "H2"), source.randrange(3))}),
        "crime_areas": [theme["area"]],
        "iccs": theme["iccs"],
        "countries": [home, away],
        "lead": source.choice(phrases["names"]["officers"]),
        "opened": opened.isoformat(),
        "due": (today + timedelta(days=source.randrange(-10, 120))).isoformat(),
        "evaluation": source.choice("ABCX") + source.choice("1234"),
        "summary": summary,
    }
    persons = [_person(source, home) for _ in range(source.randrange(3))]
    return InventedCase(language, home, values, persons)


def _words(source: random.Random, language: str, home: str, away: str) -> dict[str, str]:
    names = _phrases()["names"]
    return {
        "a": _place(source, home, language),
        "b": _place(source, away, language),
        "n": str(source.randrange(3, 90)),
        "month": source.choice(_phrases()["months"][language]),
        "plate": f"{source.randrange(100, 999)} {source.choice('ABCDEFGHJKLMNPRSTVWXYZ')}{source.choice('ABCDEFGHJK')} "
        f"{source.randrange(10, 99)}",
        "phone": _phone(source, home),
        "container": f"{source.choice(('MSKU', 'TGHU', 'CMAU', 'HLBU'))} {source.randrange(100000, 999999)}-"
        f"{source.randrange(10)}",
        "firm": source.choice(names["firms"]),
        "vessel": source.choice(names["vessels"]),
    }


def _person(source: random.Random, home: str) -> InventedPerson:
    latin, original = source.choice(_phrases()["names"]["latin"]).split(":")
    values: dict[str, Any] = {
        "name": latin,
        "case_role": source.choice(ROLES),
        "nationality": [home],
        "birth_date": f"{source.randrange(1955, 2004)}-{source.randrange(1, 13):02d}",
        "phones": [_phone(source, home)],
        "passport_numbers": [f"{home}{source.randrange(10**6, 10**7)}"],
    }
    if original:
        values["name_original"] = original
    return InventedPerson(values)


def _phone(source: random.Random, home: str) -> str:
    groups = [source.randrange(low, high) for low, high in ((50, 80), (100, 999), (10, 99), (10, 99))]
    return " ".join([f"+{DIALLING[home]}", *map(str, groups)])


def _place(source: random.Random, member: str, language: str) -> str:
    latin, arabic = source.choice(_phrases()["places"][member]).split(":")
    return str(arabic if language == "ar" else latin)


@cache
def _phrases() -> dict[str, Any]:
    return tomllib.loads(files("bench.world").joinpath("phrases.toml").read_text(encoding="utf-8"))
