"""The profile of a desk's ministry: what its installer says about the alliance, the server and the roots to trust.

A profile is a TOML file and holds no secret. Everything in it is checked, and a key that is not known is refused by
its name: a mistyped `[trust]` must not pass for an empty one.

    [alliance]   name = "International Security Alliance"
                 marking = { en = "…", fr = "…" }           optional
    [ministry]   code = "SN"
    [desk]       officer = "…", desk = "Dakar 1"            optional; `init` can say them instead
    [server]     url = "https://…", ca_file = "…", timeout_s = 60
                 log_key = "<64 hexadecimal digits>"        optional; key of the server's log, else the first one seen
    [trust]      AE = "<64 hexadecimal digits>" …           root keys of all members, our own among them
    [ui]         language = "fr", territory = "SN", digits = "latn"
    [spaces]     default_members = ["SN", "AE", "FR"]
    [map]        boundaries = "<64 hexadecimal digits>"     optional; SHA-256 of the set that the secretariat approves
    [vault]      erase_after = 10                           optional; wrong passphrases that destroy a desk's keys
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from desktop.store.attempts import LEAST_LIMIT, MOST_LIMIT
from desktop.toml_text import render_tables
from i18n import LANGUAGES

MAX_PROFILE_BYTES = 256 * 1024
MAX_TIMEOUT_S = 300
MAX_MEMBERS = 64  # of one space on the wire
MAX_LABEL = 128  # characters of an officer's or desk's name, as on the wire

_MINISTRY = re.compile(r"[A-Z]{2,8}\Z", re.ASCII)
_TERRITORY = re.compile(r"[A-Z]{2}\Z", re.ASCII)
_ROOT = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_KEYS: dict[str, frozenset[str]] = {
    "alliance": frozenset({"name", "marking"}),
    "ministry": frozenset({"code"}),
    "desk": frozenset({"officer", "desk"}),
    "server": frozenset({"url", "ca_file", "timeout_s", "log_key"}),
    "ui": frozenset({"language", "territory", "digits"}),
    "spaces": frozenset({"default_members"}),
    "map": frozenset({"boundaries"}),
    "vault": frozenset({"erase_after"}),
}


class BadProfile(Exception):
    """A profile that is not one: `key` names the place, `code` is bad_profile, `reason` is a stable word for why."""

    code = "bad_profile"

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason
        self.params = {"key": key, "reason": reason}


class Profile(msgspec.Struct, frozen=True):
    """A checked profile. `trust` maps every member's code to its root key, 32 bytes."""

    ministry: str
    trust: dict[str, bytes]
    alliance: str = ""
    marking: dict[str, str] = {}
    officer: str = ""
    desk: str = ""
    url: str = ""
    ca_file: str = ""
    timeout_s: int = 60
    log_key: bytes = b""  # 32 bytes; empty: the first that is seen is kept
    language: str = "en"
    territory: str = ""
    digits: str = "latn"
    default_members: tuple[str, ...] = ()
    erase_after: int = 0  # wrong passphrases in a row after which a desk destroys its keys; 0: never
    boundaries: str = ""  # SHA-256, in hexadecimal, of the boundaries that maps show; empty: those that are shipped

    @property
    def members(self) -> tuple[str, ...]:
        """Codes of the alliance's members, in the order of the alphabet."""
        return tuple(sorted(self.trust))


def read_profile(path: Path) -> Profile:
    """Read and check a profile file. Raises BadProfile; OSError when the file cannot be read."""
    with path.open("rb") as stream:
        data = stream.read(MAX_PROFILE_BYTES + 1)
    if len(data) > MAX_PROFILE_BYTES:
        raise BadProfile("profile", "too_large")
    try:
        text = data.decode()
    except UnicodeDecodeError as wrong:
        raise BadProfile("profile", "not_text") from wrong
    return parse_profile(text)


def parse_profile(text: str) -> Profile:
    """Check the text of a profile. Raises BadProfile that names the key."""
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise BadProfile("profile", "not_toml") from wrong
    _refuse_unknown(tables)
    code = _text(_table(tables, "ministry"), "ministry.code", required=True)
    if not _MINISTRY.match(code):
        raise BadProfile("ministry.code", "not_a_code")
    trust = _trust(_table(tables, "trust"))
    if code not in trust:
        raise BadProfile(f"trust.{code}", "missing")
    alliance, desk, server, ui = (_table(tables, name) for name in ("alliance", "desk", "server", "ui"))
    url = _text(server, "server.url")
    if url:
        check_url(url)
    language = _text(ui, "ui.language") or "en"
    if language not in LANGUAGES:
        raise BadProfile("ui.language", "not_in_list")
    territory = _text(ui, "ui.territory")
    if territory and not _TERRITORY.match(territory):
        raise BadProfile("ui.territory", "not_a_code")
    digits = _text(ui, "ui.digits") or "latn"
    if digits not in ("latn", "arab"):
        raise BadProfile("ui.digits", "not_in_list")
    return Profile(
        ministry=code,
        trust=trust,
        alliance=_text(alliance, "alliance.name"),
        marking=_marking(alliance.get("marking", {})),
        officer=_label(desk, "desk.officer"),
        desk=_label(desk, "desk.desk"),
        url=url,
        ca_file=_text(server, "server.ca_file"),
        timeout_s=_timeout(server.get("timeout_s", 60)),
        log_key=_log_key(_text(server, "server.log_key")),
        language=language,
        territory=territory,
        digits=digits,
        default_members=_members(_table(tables, "spaces").get("default_members", []), code, trust),
        erase_after=_erase_after(_table(tables, "vault").get("erase_after", 0)),
        boundaries=_digest(_text(_table(tables, "map"), "map.boundaries")),
    )


def check_url(url: str) -> None:
    """Refuse an address that is not https, or plain http to this very machine. Raises BadProfile."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as wrong:
        raise BadProfile("server.url", "not_an_address") from wrong
    beyond = parts.query or parts.fragment or parts.path not in ("", "/")
    if not host or port == 0 or parts.username is not None or beyond:
        raise BadProfile("server.url", "not_an_address")
    if parts.scheme == "http" and not is_loopback(host):
        raise BadProfile("server.url", "not_encrypted")
    if parts.scheme not in ("http", "https"):
        raise BadProfile("server.url", "not_an_address")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very address; a name other than `localhost` is not looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def render_profile(profile: Profile) -> str:
    """The profile as TOML, such that `parse_profile` gives an equal one."""
    alliance: dict[str, object] = {"name": profile.alliance}
    if profile.marking:
        alliance["marking"] = profile.marking
    tables: dict[str, Mapping[str, object]] = {
        "alliance": alliance,
        "ministry": {"code": profile.ministry},
        "desk": {"officer": profile.officer, "desk": profile.desk},
        "server": {
            "url": profile.url,
            "ca_file": profile.ca_file,
            "timeout_s": profile.timeout_s,
            "log_key": profile.log_key.hex(),
        },
        "trust": {code: root.hex() for code, root in sorted(profile.trust.items())},
        "ui": {"language": profile.language, "territory": profile.territory, "digits": profile.digits},
        "spaces": {"default_members": list(profile.default_members)},
    }
    if profile.boundaries:
        tables["map"] = {"boundaries": profile.boundaries}
    if profile.erase_after:
        tables["vault"] = {"erase_after": profile.erase_after}
    return render_tables(tables)


def _refuse_unknown(tables: dict[str, Any]) -> None:
    for name, table in tables.items():
        if name != "trust" and name not in _KEYS:
            raise BadProfile(name, "unknown_key")
        if not isinstance(table, dict):
            raise BadProfile(name, "wrong_type")
        for key in table:
            if name != "trust" and key not in _KEYS[name]:
                raise BadProfile(f"{name}.{key}", "unknown_key")


def _table(tables: dict[str, Any], name: str) -> dict[str, Any]:
    table: dict[str, Any] = tables.get(name, {})
    return table


def _text(table: dict[str, Any], key: str, *, required: bool = False) -> str:
    value = table.get(key.rpartition(".")[2], "")
    if not isinstance(value, str):
        raise BadProfile(key, "wrong_type")
    if _CONTROL.search(value) or len(value) > 2_000:
        raise BadProfile(key, "not_text")
    if required and not value:
        raise BadProfile(key, "missing")
    return value


def _label(table: dict[str, Any], key: str) -> str:
    value = _text(table, key).strip()
    if len(value) > MAX_LABEL:
        raise BadProfile(key, "too_long")
    return value


def _trust(table: dict[str, Any]) -> dict[str, bytes]:
    trust: dict[str, bytes] = {}
    for code, root in table.items():
        if not _MINISTRY.match(code):
            raise BadProfile(f"trust.{code}"[:80], "not_a_code")
        if not isinstance(root, str) or not _ROOT.match(root):
            raise BadProfile(f"trust.{code}", "not_a_key")
        trust[code] = bytes.fromhex(root)
    if len(set(trust.values())) != len(trust):
        raise BadProfile("trust", "same_key_twice")
    return trust


def _marking(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BadProfile("alliance.marking", "wrong_type")
    for language in value:
        if language not in LANGUAGES:
            raise BadProfile(f"alliance.marking.{language}"[:80], "not_in_list")
    return {language: _text(value, f"alliance.marking.{language}") for language in value}


def _log_key(value: str) -> bytes:
    if value and not _ROOT.match(value):
        raise BadProfile("server.log_key", "not_a_key")
    return bytes.fromhex(value)


def _timeout(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadProfile("server.timeout_s", "wrong_type")
    if not 1 <= value <= MAX_TIMEOUT_S:
        raise BadProfile("server.timeout_s", "out_of_range")
    return value


def _erase_after(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadProfile("vault.erase_after", "wrong_type")
    if value and not LEAST_LIMIT <= value <= MOST_LIMIT:
        raise BadProfile("vault.erase_after", "out_of_range")
    return value


def _digest(text: str) -> str:
    if text and not _ROOT.match(text):
        raise BadProfile("map.boundaries", "not_a_digest")
    return text


def _members(value: object, own: str, trust: dict[str, bytes]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise BadProfile("spaces.default_members", "wrong_type")
    for code in value:
        if code not in trust:
            raise BadProfile("spaces.default_members", "not_a_member")
    members = tuple(dict.fromkeys([own, *value]))
    if len(members) > MAX_MEMBERS:
        raise BadProfile("spaces.default_members", "too_many")
    return members
