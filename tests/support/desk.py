"""Desks for tests: real stores in temporary homes, with a keyring in memory and little work for the passphrase."""

from __future__ import annotations

import itertools
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop.armour import unarmour
from desktop.desk import Desk, Opening
from desktop.desk.opening import REQUEST_FILE
from desktop.ministry import Cost as MinistryCost
from desktop.profile import Profile
from desktop.store import KeyringMissing
from desktop.store.vault import Cost
from sync.wire.signing import public_key

PASSPHRASE = "correct horse battery staple"
MEMBERS = ("AE", "BH", "ES", "FR", "IT", "MA", "SN")
QUICK = Cost(1, 1 << 20)
QUICK_MINISTRY = MinistryCost(1, 1 << 20)


class MemoryKeyring:
    """A keyring that remembers as long as the test."""

    def __init__(self) -> None:
        self.secrets: dict[str, bytes] = {}

    def copy(self) -> MemoryKeyring:
        """A keyring that holds the same and goes its own way."""
        other = MemoryKeyring()
        other.secrets.update(self.secrets)
        return other

    def write(self, home: str) -> bytes | None:
        """Make and keep a secret."""
        self.secrets[home] = secrets.token_bytes(32)
        return self.secrets[home]

    def read(self, home: str) -> bytes:
        """Return the secret; raises KeyringMissing."""
        if home not in self.secrets:
            raise KeyringMissing("no entry")
        return self.secrets[home]

    def forget(self, home: str) -> None:
        """Remove the secret."""
        self.secrets.pop(home, None)

    def keep(self, name: str, value: bytes) -> bool:
        """Keep a value."""
        self.secrets[name] = value
        return True

    def kept(self, name: str) -> bytes | None:
        """Return a value."""
        return self.secrets.get(name)


def quick_opening() -> Opening:
    """A way to open desks that takes milliseconds. Keep it: the secrets of its homes are in its memory.

    At each look an hour has passed, so that nobody waits who is not testing the wait.
    """
    hours = itertools.count(0.0, 3600.0)
    return Opening(place=MemoryKeyring(), cost=QUICK, ministry_cost=QUICK_MINISTRY, uptime=lambda: next(hours))


def made_up_trust() -> dict[str, bytes]:
    """Roots of the founding members that nobody holds."""
    return {code: public_key(bytes([number + 1]) * 32) for number, code in enumerate(MEMBERS)}


@dataclass
class HomeOfDesk:
    """A home in which a desk was set up."""

    home: Path
    opening: Opening
    profile: Profile
    desks: list[Desk] = field(default_factory=list)

    def copied(self, folder: Path) -> HomeOfDesk:
        """A copy of the closed home with a keyring of its own: one keyring would see the other copy as an older one."""
        shutil.copytree(self.home, folder)
        place = self.opening.place
        assert isinstance(place, MemoryKeyring)
        return HomeOfDesk(folder, replace(self.opening, place=place.copy()), self.profile)

    def open(self) -> Desk:
        """Open the desk in this thread; `close` closes all of them."""
        desk = self.opening.open(self.home, PASSPHRASE)
        self.desks.append(desk)
        return desk

    def request(self) -> bytes:
        """The desk's certificate request."""
        return unarmour((self.home / REQUEST_FILE).read_text())

    def close(self) -> None:
        """Close every desk that was opened here."""
        while self.desks:
            self.desks.pop().close()


def set_up(
    home: Path,
    *,
    ministry: str = "SN",
    officer: str = "Awa Diop",
    desk: str = "Dakar 1",
    trust: Mapping[str, bytes] | None = None,
    url: str = "",
    language: str = "fr",
    opening: Opening | None = None,
) -> HomeOfDesk:
    """Set a desk up: keys, store, request. Without `trust`, no root of it belongs to anybody."""
    roots = dict(trust or made_up_trust())
    profile = Profile(
        ministry=ministry,
        trust=roots,
        alliance="International Security Alliance",
        officer=officer,
        desk=desk,
        url=url,
        language=language,
        territory=ministry,
        default_members=tuple(dict.fromkeys((ministry, *(code for code in ("AE", "FR") if code in roots)))),
    )
    way = opening or quick_opening()
    way.create(home, profile, PASSPHRASE)
    return HomeOfDesk(home, way, profile)
