"""A member whose program checks nothing: it seals and signs properly whatever it is told, and sends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from desktop.casework.record_types import Field, RecordType
from desktop.casework.views import SyncReport
from desktop.desk import Desk
from sync.changes import Add, Create, Operation, RecordEdit, Set, Unknown, Write
from sync.keys import make_request
from sync.wire.codec import new_id
from sync.wire.space import Member
from tests.support.desk import HomeOfDesk, set_up
from tests.support.secretariat import AT_MS, Secretariat

Anything = Operation | Unknown
READERS = [Member("AE", "lead"), Member("SN", "contributor")]


class Attack:
    """A desk in Dakar that behaves, one in Abu Dhabi that does not, and a real secretariat between them."""

    def __init__(self, server: Secretariat, dakar: HomeOfDesk, hostile: HomeOfDesk) -> None:
        self.server = server
        self.dakar = dakar
        self.hostile: Desk = hostile.open()

    def found(self, *operations: Anything) -> str:
        """Found a case that both can read, its record made of these operations; returns its id."""
        log = self.hostile._connection.log
        space = log.found_space("case", READERS)
        self.write(space.hex(), space.hex(), Create("case"), *operations)
        return space.hex()

    def record(self, space: str, *operations: Anything) -> str:
        """Add a record made of these operations; returns its id."""
        record = new_id().hex()
        self.write(space, record, *operations)
        return record

    def write(self, space: str, record: str, *operations: Anything) -> int:
        """Write one change past every check of a field; returns its number."""
        edit = RecordEdit(bytes.fromhex(record), list(operations))
        return self.hostile._connection.log.append(bytes.fromhex(space), [edit]).sequence

    def rewrite(self, change: Callable[[bytes], bytes]) -> None:
        """Alter the bytes of every change that is not sealed yet: what no encoder of ours would write."""
        database = self.hostile._connection.database
        for number, body in database.all("SELECT n, body_of(n, body) FROM changes"):
            database.run("UPDATE changes SET body = ? WHERE n = ?", (change(body), number))

    def send(self) -> SyncReport:
        """Send everything."""
        return self.hostile.sync_once(patience_s=10)

    def deliver(self, victim: Desk) -> SyncReport:
        """Have the hostile member send and Dakar receive; a case and its key may take a round each."""
        self.send()
        victim.sync_once(patience_s=10)
        self.send()
        return victim.sync_once(patience_s=10)


@contextmanager
def running_attack(
    folder: Path, *, officer: str = "ليلى", desk: str = "Abu Dhabi 1", language: str = "en"
) -> Iterator[Attack]:
    """Start the server and set both desks up. `officer` and `desk` are what the hostile certificate says."""
    with Secretariat(folder / "server") as server:
        ministries = server.provision(["SN", "AE"])
        trust = {code: each.keys.root for code, each in ministries.items()}
        dakar = set_up(folder / "dakar", trust=trust, url=server.url, language=language)
        hostile = set_up(folder / "abu", ministry="AE", officer="L", desk="D", trust=trust, url=server.url)
        ministries["SN"].enrol(dakar.request())
        opened = hostile.open()
        keys = opened._connection.identity.keys
        ministries["AE"].enrol(make_request(keys, "AE", officer, desk, AT_MS))
        hostile.close()
        server.publish(*ministries.values())
        attack = Attack(server, dakar, hostile)
        victim = dakar.open()
        victim.sync_once(patience_s=10)
        dakar.close()
        attack.send()
        yield attack
        dakar.close()
        hostile.close()


def filled(record_type: RecordType, text: str, *, except_for: Mapping[str, object] | None = None) -> list[Anything]:
    """Operations that put a text into every field of a type, codes, dates and references included."""
    special = except_for or {}
    return [_written(field, special.get(name, text)) for name, field in record_type.fields.items()]


def _written(field: Field, value: object) -> Anything:
    if field.merge == "set":
        return Add(field.name, str(value), [])
    if field.merge == "text":
        return Write(field.name, str(value))
    return Set(field.name, value, [])  # type: ignore[arg-type]  # a scalar
