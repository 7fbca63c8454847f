"""A real server and desks of three ministries that exchange over a socket, for suites that tell stories of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from desktop.desk import Desk
from desktop.store import UnknownRecord
from sync.transport import HttpTransport
from sync.wire.calls import EnrolReply, EnrolRequest
from sync.wire.directory import DeviceRevoked, make_entry
from sync.wire.space import read_segment
from tests.support.desk import HomeOfDesk, quick_opening, set_up
from tests.support.secretariat import AT_MS, Ministry, Secretariat


@dataclass
class World:
    """A server, three ministries, and desks by name: SN, SN2, AE, IT."""

    server: Secretariat
    ministries: dict[str, Ministry]
    homes: dict[str, HomeOfDesk] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Desk:
        return self.desks[name]

    def set_up(self, name: str) -> Desk:
        """Set up a desk of the ministry that the name begins with, enrol and open it."""
        code = name[:2]
        home = set_up(
            self.server.data.parent / name,
            ministry=code,
            officer=f"Officer {name}",
            desk=f"Desk {name}",
            trust={one: each.keys.root for one, each in self.ministries.items()},
            url=self.server.url,
            opening=quick_opening(),
        )
        self.ministries[code].enrol(home.request())
        self.server.publish(self.ministries[code])
        self.homes[name] = home
        self.desks[name] = home.open()
        return self.desks[name]

    def sync(self, *names: str) -> None:
        """Let desks exchange, one after the other, and once more: grants and rotations take a round."""
        for _ in range(2):
            for name in names or tuple(self.desks):
                self.desks[name].sync_once()

    def revoke(self, name: str) -> None:
        """Revoke a desk by its ministry's directory, and tell the server."""
        member = self.ministries[name[:2]]
        event = DeviceRevoked(self.id(name), "stolen", wipe=False)
        entry = make_entry(member.keys.administrator_seed, member.directory, event, AT_MS)
        member.directory.append(entry)
        member.entries.append(entry)
        transport = HttpTransport(self.server.url)
        transport.call("enrol", EnrolRequest(member.code, len(member.entries), [entry]), EnrolReply)
        transport.close()

    def id(self, name: str) -> bytes:
        """The device's id."""
        return self.desks[name]._connection.identity.device

    def case(self, by: str = "SN", members: tuple[str, ...] = ("SN", "AE")) -> str:
        """A case that everybody has."""
        record = self.desks[by].new_case({"title": "first"}, members).record
        self.sync()
        return record

    def title(self, name: str, record: str) -> object:
        """The title as a desk has it."""
        try:
            return self.desks[name].show(record).fields["title"].value
        except UnknownRecord:
            return None

    def epochs(self, name: str, record: str) -> int:
        """Number of keys of the case that a desk has."""
        database = self.desks[name]._connection.database
        return int(
            database.value(
                "SELECT count(*) FROM epochs e JOIN spaces s ON s.n = e.space WHERE s.id = ?", (bytes.fromhex(record),)
            )
        )

    def sealed_under(self, name: str, record: str) -> list[bytes]:
        """The epochs of a desk's own segments of a case, in order."""
        database = self.desks[name]._connection.database
        rows = database.all(
            "SELECT g.data FROM segments g JOIN chains c ON c.n = g.n >> 32 JOIN spaces s ON s.n = c.space"
            " WHERE s.id = ? AND c.own = 1 ORDER BY g.n",
            (bytes.fromhex(record),),
        )
        return [read_segment(data)[1].epoch for (data,) in rows]


@contextmanager
def three_ministries(folder: Path) -> Iterator[World]:
    """A world of one desk each of Senegal, the Emirates and Italy."""
    with Secretariat(folder / "server") as server:
        made = World(server, server.provision(["SN", "AE", "IT"]))
        for name in ("SN", "AE", "IT"):
            made.set_up(name)
        made.sync()
        yield made
        for home in made.homes.values():
            home.close()
