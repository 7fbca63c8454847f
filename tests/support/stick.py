"""Desks of three ministries without a server: they know each other from directory files, and meet by a stick."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.casework.carry_views import BundleFile, BundleWritten, Order
from desktop.desk import Desk
from sync.wire.codec import encode
from tests.support.desk import HomeOfDesk, set_up
from tests.support.secretariat import Ministry, make_ministry

CODES = ("SN", "AE", "IT")


class StickAlliance:
    """Three ministries with a desk each, which know each other's directories from files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ministries: dict[str, Ministry] = {code: make_ministry(code) for code in CODES}
        trust = {code: each.keys.root for code, each in self.ministries.items()}
        self.homes: dict[str, HomeOfDesk] = {
            code: set_up(folder / code, ministry=code, officer=f"Officer {code}", desk=f"Desk {code}", trust=trust)
            for code in CODES
        }
        for code, home in self.homes.items():
            self.ministries[code].enrol(home.request())
        self.desks: dict[str, Desk] = {code: home.open() for code, home in self.homes.items()}
        for desk in self.desks.values():
            for ministry in self.ministries.values():
                log = folder / f"{ministry.code}.log"
                log.write_bytes(encode(ministry.entries))
                assert desk.bundle_read([log]).files[0].directories == 2

    def carry(
        self, source: str, target: str, *spaces: str, everything: bool = False
    ) -> tuple[BundleWritten, BundleFile]:
        """Write a bundle here and read it there."""
        stick = self.folder / "stick.tahaluf"
        written = self.desks[source].bundle_write(stick, Order((target,), spaces, everything=everything))
        return written, self.desks[target].bundle_read([stick]).files[0]

    def states(self, code: str) -> list[tuple[bytes, bytes]]:
        """Every record of a desk, encoded."""
        return self.desks[code]._connection.database.all("SELECT name, state_of(n, state) FROM records ORDER BY name")


@contextmanager
def without_server(folder: Path) -> Iterator[StickAlliance]:
    """Set the desks up; they are closed in the end."""
    made = StickAlliance(folder)
    yield made
    for home in made.homes.values():
        home.close()
