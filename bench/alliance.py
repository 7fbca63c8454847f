"""An alliance on this machine: a real secretariat, the seven founding members, desks that their ministries enrolled."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.armour import unarmour
from desktop.desk import Desk, Opening
from desktop.desk.opening import PROFILE_FILE
from desktop.profile import Profile, read_profile
from desktop.store import Connection
from tests.support.secretariat import Ministry, Secretariat

MEMBERS = ("AE", "FR", "MA", "BH", "IT", "ES", "SN")
PASSPHRASE = "sept ministères, une alliance"  # noqa: S105 - of invented desks
MARKING = {
    "ar": "تداول محدود — التعاون الشرطي",
    "fr": "Diffusion restreinte — Coopération policière",
    "it": "Diffusione limitata — Cooperazione di polizia",
    "es": "Difusión restringida — Cooperación policial",
    "en": "Restricted — Police cooperation",
}


class Alliance:
    """Everything under one folder: the secretariat's data and a home for every desk."""

    def __init__(self, folder: Path, opening: Opening, members: tuple[str, ...] = MEMBERS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.opening = opening
        self.secretariat = Secretariat(folder / "secretariat")
        self._members = members
        self._ministries: dict[str, Ministry] = {}

    def __enter__(self) -> Self:
        """Admit the members and start the secretariat."""
        self._ministries = self.secretariat.provision(list(self._members))
        self.secretariat.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the secretariat."""
        self.secretariat.__exit__(kind, error, trace)

    def profile(self, ministry: str, language: str) -> Profile:
        """The profile that the ministry's installer would carry."""
        return Profile(
            ministry,
            {code: each.keys.root for code, each in self._ministries.items()},
            alliance="International Security Alliance",
            marking=MARKING,
            url=self.secretariat.url,
            language=language,
            territory=ministry,
            default_members=tuple(self._ministries),
        )

    def set_up(self, ministry: str, officer: str, desk: str, language: str) -> Path:
        """Set a desk up and have its ministry's administrator enrol it; returns its home."""
        home = self.folder / f"{ministry.lower()}-{len(list(self.folder.iterdir()))}"
        new = self.opening.create(home, self.profile(ministry, language), PASSPHRASE, officer=officer, desk=desk)
        self._ministries[ministry].enrol(unarmour(Path(new.request).read_text(encoding="utf-8")))
        self.secretariat.publish(self._ministries[ministry])
        return home

    def open(self, home: Path) -> tuple[Desk, Connection]:
        """Open a desk on the calling thread, and give its connection too: a measure looks behind the use cases."""
        store = self.opening.unlock(home, PASSPHRASE)
        connection = store.connect()
        return Desk(store, connection, read_profile(home / PROFILE_FILE)), connection
