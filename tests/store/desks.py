"""Desks with real stores for the tests, and the way of segments between them without engine and server."""

from __future__ import annotations

import itertools
from pathlib import Path

from desktop.casework.views import Query
from desktop.store import Connection, Identity, Store
from desktop.store.vault import MIB, Cost
from sync.changes import Create, Dot, Edit, Operation, RecordEdit, Set, Unknown, Write
from sync.keys import DeviceKeys, EpochKey, make_grant, make_request, new_device_keys, open_grant
from sync.merge import origin
from sync.ministry import MinistryKeys, enrol, new_ministry, open_directory
from sync.replica import Applied, Opened, Received
from sync.seal import Place, open_segment, seal
from sync.text import edit as text_delta
from sync.wire.calls import Cursor
from sync.wire.codec import NO_HASH
from sync.wire.directory import Directory
from sync.wire.space import Member, read_grant, read_segment, verify_segment

PASSPHRASE = "liaison officers abroad"  # enough beside a keyring
CHEAP = Cost(1, 8 * MIB)  # a test cannot wait for the real work
DAY = 1_795_500_000_000  # Unix milliseconds


class Drawer(dict[str, bytes]):
    """A keyring in memory."""

    def write(self, home: str) -> bytes | None:
        """Keep a secret."""
        self[home] = home.encode()[:32]
        return self[home]

    def read(self, home: str) -> bytes:
        """Give it back."""
        return self[home]

    def forget(self, home: str) -> None:
        """Lose it."""
        self.pop(home, None)

    def keep(self, name: str, value: bytes) -> bool:
        """Keep a value."""
        self[name] = value
        return True

    def kept(self, name: str) -> bytes | None:
        """Give it back."""
        return self.get(name)


class Clock:
    """A wall clock that a test moves; it ticks one millisecond at each reading."""

    def __init__(self) -> None:
        self.now = DAY

    def __call__(self) -> int:
        self.now += 1
        return self.now


class Alliance:
    """Ministries, their directories, and desks of theirs under one folder."""

    def __init__(self, folder: Path, codes: tuple[str, ...] = ("SN", "AE")) -> None:
        self.folder = folder
        self.clock = Clock()
        self.drawer = Drawer()
        self.ministries: dict[str, MinistryKeys] = {}
        self.directories: dict[str, Directory] = {}
        self.entries: dict[str, list[bytes]] = {}
        self._numbers = itertools.count(1)
        for code in codes:
            keys = new_ministry(code, f"Administrator {code}")
            self.ministries[code] = keys
            self.directories[code], first = open_directory(keys, DAY)
            self.entries[code] = [first]

    @property
    def roots(self) -> dict[str, bytes]:
        """Root keys by code."""
        return {code: keys.root for code, keys in self.ministries.items()}

    def members(self) -> list[Member]:
        """Every ministry, the first one leading."""
        return [Member(code, "lead" if i == 0 else "contributor") for i, code in enumerate(self.ministries)]

    def enrol(self, code: str, keys: DeviceKeys, officer: str, desk: str) -> None:
        """Enrol a device with its ministry."""
        request = make_request(keys, code, officer, desk, DAY)
        self.entries[code].append(enrol(self.ministries[code], self.directories[code], request, DAY))

    def desk(self, code: str = "SN", name: str = "") -> Desk:
        """Set up and enrol a desk; it knows the directories as they stand."""
        number = next(self._numbers)
        name = name or f"{code} desk {number}"
        keys = new_device_keys()
        self.enrol(code, keys, f"Officer {number}", name)
        home = self.folder / f"home{number}"
        store = Store.create(
            home,
            PASSPHRASE,
            Identity(code, f"Officer {number}", name, keys),
            self.roots,
            place=self.drawer,
            cost=CHEAP,
            now_ms=self.clock,
        )
        desk = Desk(self, store)
        desk.learn()
        return desk

    def reopen(self, home: Path, passphrase: str = PASSPHRASE) -> Store:
        """Unlock a desk's home again."""
        return Store.open(home, passphrase, place=self.drawer, cost=CHEAP, now_ms=self.clock)


class Desk:
    """A desk with one open connection."""

    def __init__(self, alliance: Alliance, store: Store) -> None:
        self.alliance = alliance
        self.store = store
        self.home = store.home
        self.connection: Connection = store.connect()
        self._taken: dict[bytes, int] = {}

    @property
    def device(self) -> bytes:
        """The device's id."""
        return self.connection.identity.device

    def learn(self) -> None:
        """Take the directories as they stand."""
        for code, entries in self.alliance.entries.items():
            self.connection.replica.add_directory_entries(code, 1, entries)

    def found(self, members: list[Member] | None = None, title: str = "Réseau de Dakar") -> bytes:
        """Found a case; its record has the space's id."""
        with self.connection.transaction():
            space = self.connection.log.found_space("case", members or self.alliance.members())
            self.write(space, space, Create("case"), Set("title", title, []))
        return space

    def write(self, space: bytes, record: bytes, *operations: Operation | Unknown) -> int:
        """Append one change on one record; returns its number."""
        return self.connection.log.append(space, [RecordEdit(record, list(operations))]).sequence

    def set(self, space: bytes, record: bytes, field: str, value: str) -> int:
        """Set a register over all that stands there."""
        written = self.connection.reads.standing(record.hex()).state.registers.get(field, [])
        return self.write(space, record, Set(field, value, [one.dot for one in written]))

    def type_text(self, space: bytes, record: bytes, field: str, text: str) -> int:
        """Write or edit a long text."""
        log = self.connection.log
        standing = self.connection.reads.standing(record.hex()).state.texts.get(field)
        if standing is None:
            return self.write(space, record, Write(field, text))
        dot = Dot(self.device, log.next_sequence(space), 0)
        return self.write(space, record, Edit(field, text_delta(standing.load(), origin(dot), text)))

    def state(self, record: bytes) -> bytes:
        """A record's state, encoded."""
        found: bytes | None = self.connection.database.value(
            "SELECT state_of(n, state) FROM records WHERE name = ?", (record,)
        )
        return found or b""

    def titles(self) -> list[str]:
        """Titles in the list of cases, newest first."""
        listing = self.connection.listing
        return [row.title for row in listing.rows(listing.query(Query()))]

    def seal(self) -> list[bytes]:
        """Seal everything that waits; returns the segments."""
        replica = self.connection.replica
        made: list[bytes] = []
        while waiting := replica.unsealed(100):
            sealed = [
                seal(
                    replica.device_keys(), Place(one.space, one.last, one.previous), one.key.key, one.heads, one.changes
                )
                for one in waiting
            ]
            replica.keep_segments(sealed)
            made += [one.data for one in sealed]
        return made

    def send(self) -> list[tuple[str, bytes, bytes]]:
        """Seal, and take everything out of the outbox as if a server had stored it: kind, space, bytes."""
        self.seal()
        replica = self.connection.replica
        sent: list[tuple[str, bytes, bytes]] = []
        while items := replica.outbox(1 << 20, 1_000):
            replica.mark_sent([item.id for item in items])
            sent += [(item.item.kind, item.space, item.item.body) for item in items]
        return sent

    def grant_due(self) -> list[tuple[bytes, bytes]]:
        """Make the grants that are due: recipient device and grant."""
        replica = self.connection.replica
        made: list[tuple[bytes, bytes]] = []
        while due := replica.grants_due():
            for each in due:
                assert each.recipient is not None
                data = make_grant(replica.device_keys(), each.recipient, each.keys, DAY)
                replica.keep_grants([(each, data)])
                made.append((each.recipient.device, data))
        return made

    def take_key(self, other: Desk, space: bytes) -> Applied:
        """Be granted a space's key by another desk, through a real grant."""
        key: bytes = other.connection.database.value(
            "SELECT e.key FROM epochs e JOIN spaces s ON s.n = e.space WHERE s.id = ?", (space,)
        )
        own = self.connection.identity
        found = other.connection.replica.certificate(own.device)
        assert found is not None
        data = make_grant(other.connection.identity.keys, found[1], [EpochKey(space, key)], DAY)
        replica = self.connection.replica
        return replica.take_grant(replica.feed()[1] + 1, open_grant(own.keys, read_grant(data)[0]))

    def opened(self, data: bytes) -> Opened:
        """A segment verified, and opened if the key is here, as the engine does it."""
        replica = self.connection.replica
        segment, header = read_segment(data)
        found = replica.certificate(header.device)
        assert found is not None
        hash_ = verify_segment(segment, found[1].sign_key)
        key = replica.epoch_key(header.space, header.epoch)
        return Opened(data, hash_, header, open_segment(segment, header, key) if key else [], locked=key is None)

    def receive(self, space: bytes, *segments: bytes, founding: bytes = b"") -> Applied:
        """Receive segments of one space."""
        self._taken[space] = self._taken.get(space, 0) + len(segments)
        news = Received(
            space, founding, [self.opened(each) for each in segments], [], Cursor(space, self._taken[space], NO_HASH)
        )
        return self.connection.replica.receive([news])

    def take_all(self, items: list[tuple[str, bytes, bytes]]) -> None:
        """Receive what another desk sent, one item at a time."""
        for kind, space, data in items:
            if kind == "entry":
                self.receive(space, founding=data)
            elif kind == "segment":
                self.receive(space, data)

    def reopen(self) -> None:
        """Close and open again, as after a restart."""
        self.connection.close()
        self.connection = self.store.connect()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
