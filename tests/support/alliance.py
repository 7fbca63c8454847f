"""An alliance for tests: a real secretariat, two ministries, and an enrolled desk of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.desk import Desk
from tests.support.desk import HomeOfDesk, set_up
from tests.support.secretariat import Ministry, Secretariat


@dataclass
class Alliance:
    """A secretariat, two ministries, and an enrolled desk of each."""

    server: Secretariat
    ministries: dict[str, Ministry]
    dakar: HomeOfDesk
    abu_dhabi: HomeOfDesk

    def desks(self) -> tuple[Desk, Desk]:
        """Both desks, with the directories synced."""
        pair = self.dakar.open(), self.abu_dhabi.open()
        for desk in pair:
            desk.sync_once()
        return pair


@contextmanager
def running_alliance(folder: Path) -> Iterator[Alliance]:
    """Start the server and set the desks up; they have not synced yet."""
    with Secretariat(folder / "server") as server:
        ministries = server.provision(["SN", "AE"])
        trust = {code: each.keys.root for code, each in ministries.items()}
        dakar = set_up(folder / "dakar", trust=trust, url=server.url)
        abu_dhabi = set_up(
            folder / "abu", ministry="AE", officer="ليلى", desk="Abu Dhabi 1", trust=trust, url=server.url
        )
        for home in (dakar, abu_dhabi):
            ministries[home.profile.ministry].enrol(home.request())
        server.publish(*ministries.values())
        yield Alliance(server, ministries, dakar, abu_dhabi)
        dakar.close()
        abu_dhabi.close()
