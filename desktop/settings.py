"""The officer's own settings: language, theme, text size, server, auto-lock; in `settings.toml` beside the store.

They are needed before the store is unlocked, so they hold no secret and nothing of any case. A value that does not
hold is replaced by its default: a damaged settings file must never keep an officer from the cases.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from desktop.files import write_private
from desktop.profile import BadProfile, Profile, check_url
from desktop.toml_text import render_tables
from i18n import LANGUAGES, Locale, locale_for

FILE = "settings.toml"
REMINDERS = ("all", "overdue", "off")
THEMES = ("system", "light", "dark", "contrast")
MIN_SCALE, MAX_SCALE = 1.0, 2.0
MAX_AUTO_LOCK_MINUTES = 240
MAX_LIMIT_KB = 1_000_000
MAX_SETTINGS_BYTES = 64 * 1024


class Values(msgspec.Struct, frozen=True):
    """One state of the settings."""

    language: str = "en"
    territory: str = ""
    digits: str = "latn"
    theme: str = "system"
    text_scale: float = 1.0
    server_url: str = ""
    auto_lock_minutes: int = 10  # 0: never by itself
    blob_limit_kb: int = 0  # of evidence files, kilobytes a second; 0: no limit
    blobs_paused: bool = False
    reminders: str = "all"


def _is_server(value: str) -> bool:
    try:
        if value:
            check_url(value)
    except BadProfile:
        return False
    return True


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "language": lambda value: value in LANGUAGES,
    "territory": lambda value: value == "" or (len(value) == 2 and value.isascii() and value.isupper()),
    "digits": lambda value: value in ("latn", "arab"),
    "theme": lambda value: value in THEMES,
    "text_scale": lambda value: math.isfinite(value) and MIN_SCALE <= value <= MAX_SCALE,
    "server_url": _is_server,
    "auto_lock_minutes": lambda value: 0 <= value <= MAX_AUTO_LOCK_MINUTES,
    "blob_limit_kb": lambda value: 0 <= value <= MAX_LIMIT_KB,
    "blobs_paused": lambda value: isinstance(value, bool),
    "reminders": lambda value: value in REMINDERS,
}


class Settings:
    """The settings of one home; every change is saved at once, then told to `on_change` with whether it was saved.

    Neither a bad file nor one that cannot be written is an error: a choice then holds until the program ends.
    """

    def __init__(
        self, home: Path, profile: Profile | None = None, on_change: Callable[[bool], None] = lambda _saved: None
    ) -> None:
        self._on_change = on_change
        self._path = home / FILE
        self._ministry = profile.ministry if profile else ""
        self._values = _read(self._path, _defaults(profile))

    @property
    def language(self) -> str:
        """Code of the language of the screens."""
        return self._values.language

    @property
    def theme(self) -> str:
        """`system`, `light`, `dark` or `contrast`."""
        return self._values.theme

    @property
    def text_scale(self) -> float:
        """1.0 to 2.0."""
        return self._values.text_scale

    @property
    def server_url(self) -> str:
        """The secretariat's address; empty when none is known."""
        return self._values.server_url

    @property
    def auto_lock_minutes(self) -> int:
        """Minutes without a key or a movement after which the desk locks itself; 0 for never."""
        return self._values.auto_lock_minutes

    @property
    def blob_limit_kb(self) -> int:
        """Kilobytes a second that evidence files may take of the connection; 0 for no limit."""
        return self._values.blob_limit_kb

    @property
    def blobs_paused(self) -> bool:
        """Whether evidence files wait until the officer lets them move."""
        return self._values.blobs_paused

    @property
    def reminders(self) -> str:
        """Of which deadlines the officer is reminded: `all`, `overdue` or `off`."""
        return self._values.reminders

    @property
    def digits(self) -> str:
        """`latn` or `arab`: how numbers are written in Arabic."""
        return self._values.digits

    @property
    def locale(self) -> Locale:
        """The locale of the screens: the language, in the officer's territory or else that of the ministry."""
        digits = "arab" if self._values.digits == "arab" else "latn"
        territory = self._values.territory or self._ministry[:2]
        return locale_for(self._values.language, territory, digits=digits)  # type: ignore[arg-type]  # narrowed above

    def set(self, **changes: object) -> None:
        """Change and save some settings: `set(theme="dark", text_scale=1.5)`. Raises ValueError, changing nothing."""
        values = {name: _checked(name, value) for name, value in changes.items()}
        new = msgspec.structs.replace(self._values, **values)
        try:
            write_private(self._path, render_tables({"settings": msgspec.structs.asdict(new)}).encode())
            saved = True
        except OSError:
            saved = False
        self._values = new
        self._on_change(saved)


def _defaults(profile: Profile | None) -> Values:
    if profile is None:
        return Values()
    return Values(language=profile.language, territory=profile.territory, digits=profile.digits, server_url=profile.url)


def _read(path: Path, defaults: Values) -> Values:
    try:
        with path.open("rb") as stream:
            table = tomllib.loads(stream.read(MAX_SETTINGS_BYTES).decode()).get("settings", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return defaults
    found = {}
    for name, value in table.items() if isinstance(table, dict) else ():
        try:
            found[name] = _checked(name, value)
        except ValueError:
            continue  # the default stands in for what does not hold
    return msgspec.structs.replace(defaults, **found)


def _checked(name: str, value: object) -> object:
    check = _CHECKS.get(name)
    if check is None:
        raise ValueError(f"no setting is called {name}")
    default = getattr(Values(), name)
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(default) or not check(value):
        raise ValueError(f"{name} cannot be {value!r}")
    return value
