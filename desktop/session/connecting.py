"""Threads beside the window's: long reads on one, the exchange with the secretariat on the other."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import msgspec
from PySide6.QtCore import QObject, QTimer

from desktop.casework.views import Query, RecordView, SyncState
from desktop.desk import Desk
from desktop.desk.guarding import Marking
from desktop.profile import Profile
from desktop.session.exchanging import Exchanging
from desktop.session.query_thread import QueryThread, Read
from desktop.store import Connection, Store, UnknownRecord
from desktop.store.listing import parse_name
from desktop.store.verify import verify
from desktop.sync_worker import SyncThread

# The first word of a channel.
_LISTS, _RECORDS, _VIEWS, _HISTORIES, _CHECKS = "list ", "records ", "views ", "history ", "verify"
GATHER_MS = 100  # in which the news of a long pull become one signal


class Connecting(Exchanging):
    """The part of the session that owns the query thread and the sync thread while the desk is unlocked."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = SyncState()
        self._asked: dict[str, int] = {}
        self._connected = True
        self._queries: QueryThread | None = None
        self._checks: QueryThread | None = None  # begins when it is asked: what it reads takes long
        self._sync: SyncThread | None = None
        self._marking: Marking | None = None
        self._news: set[str] = set()
        self._gathering = QTimer(self)
        self._gathering.setSingleShot(True)
        self._gathering.timeout.connect(self.on_gathered)

    # long reads

    def query(self, query: Query, channel: str = "list") -> int:
        """Start a list on the query thread; returns the request id that comes back with `rows_ready`.

        A newer request of the same `channel` supersedes the older one, whose answer then never comes.
        """
        return self._read(lambda connection: connection.listing.query(query), _LISTS + channel)

    def ask_records(self, space: str, families: tuple[str, ...], channel: str) -> int:
        """Start to read the rows of a space's records of some families (see `RecordTypes.of_family`) beside the window.

        Returns the request id that comes back with `records_ready`. Requests supersede as in `query`.
        """
        types = tuple(each.name for each in self.types.of_family(*families))
        return self._read(lambda connection: connection.listing.of_space(space, types), _RECORDS + channel)

    def ask_views(self, space: str, families: tuple[str, ...], channel: str) -> int:
        """Start to read a space's records of some families whole, for a report, on the query thread.

        Returns the request id that comes back with `views_ready`. Requests supersede as in `query`.
        """
        types = tuple(each.name for each in self.types.of_family(*families))
        return self._read(lambda connection: _views(connection, space, types), _VIEWS + channel)

    def ask_history(
        self, record: str, field: str = "", *, limit: int, before: str = "", words: bool = True, channel: str
    ) -> int:
        """Start to read a history (see `history`) on the query thread; the request id comes back with `history_ready`.

        Without `words` the wording of long texts is left out, which makes it cheap. Requests supersede as in `query`.
        """
        name = parse_name(record) or b""
        return self._read(
            lambda connection: connection.history.history(name, field=field, limit=limit, before=before, words=words),
            _HISTORIES + channel,
        )

    def verify_all(self) -> int:
        """Start to verify the whole store, on a thread of its own; the request id comes back with `verified`.

        `verify_progressed` tells how far it is.
        """
        if self._checks is None:
            return 0
        self._checks.start()
        self._asked[_CHECKS] = self._checks.ask(partial(verify, progress=self._checks.tell), _CHECKS)
        return self._asked[_CHECKS]

    def stop_verifying(self) -> None:
        """Give up what `verify_all` began; it has no answer then."""
        self._asked.pop(_CHECKS, None)
        if self._checks is not None:
            self._checks.drop(_CHECKS)

    def _read(self, read: Read, channel: str) -> int:
        if self._queries is None:
            return 0
        self._asked[channel] = self._queries.ask(read, channel)
        return self._asked[channel]

    # connection

    @property
    def connected(self) -> bool:
        """Whether the desk is allowed to reach the server (the switch; it says nothing of whether it can)."""
        return self._connected

    def set_connected(self, connected: bool) -> None:
        """Cut or restore the connection. It is remembered only as long as the program runs."""
        self._connected = connected
        if self._sync:
            self._sync.set_connected(connected)

    def sync_now(self) -> None:
        """Try the server at once instead of waiting for the back-off to end."""
        if self._sync:
            self._sync.hurry()

    def sync_state(self) -> SyncState:
        """The state that `sync_state_changed` told last."""
        return self._state

    # answers of the threads, on the main thread

    def on_answered(self, number: int, channel: str, answer: object) -> None:
        """The query thread has an answer; one that a newer request of its channel has overtaken is dropped."""
        if self._desk is None or self._asked.get(channel) != number:
            return
        if channel.startswith(_HISTORIES):
            self.history_ready.emit(number, answer)
        elif channel.startswith(_RECORDS):
            self.records_ready.emit(number, answer)
        elif channel.startswith(_VIEWS):
            self.views_ready.emit(number, answer)
        elif channel == _CHECKS:
            self.verified.emit(number, answer)
        else:
            self.rows_ready.emit(number, answer)

    def on_sync_state(self, state: SyncState) -> None:
        """The sync thread tells how it stands."""
        if self._desk is None:
            return
        self._desk.sealing = state.phase == "online"
        # Its count may be older than an edit of our own that this thread has made since.
        self._state = msgspec.structs.replace(state, unsent=self._look(Desk.unsent, state.unsent))
        self.sync_state_changed.emit(self._state)
        self.tell_evidence()

    def on_synced(self, records: frozenset[str]) -> None:
        """The sync thread applied news: the first are told at once, more that follow closely are gathered."""
        self._news |= records
        if not self._gathering.isActive():
            self.on_gathered()
            self._gathering.start(GATHER_MS)

    def on_gathered(self) -> None:
        """Tell what was gathered."""
        if self._news and self._desk is not None:
            news, self._news = frozenset(self._news), set()
            self._announce(news)

    def on_moved(self, move: object) -> None:
        """The thread that moves evidence files tells how far one is."""

    def on_thread_failed(self, code: str, params: dict[str, object]) -> None:
        """A thread met a failure of the environment."""
        self.tell_failure(code, params)

    def _start_threads(self, store: Store, profile: Profile, server_url: str) -> None:
        self._queries, self._checks = QueryThread(store, self), QueryThread(store, self)
        for thread in (self._queries, self._checks):
            thread.answered.connect(self.on_answered)
            thread.broke.connect(self.on_thread_failed)
        self._checks.progressed.connect(self.verify_progressed)
        self._sync = SyncThread(store, profile, server_url, self)
        self._sync.state_changed.connect(self.on_sync_state)
        self._sync.synced.connect(self.on_synced)
        self._sync.moved.connect(self.on_moved)
        self._sync.broke.connect(self.on_thread_failed)
        self._sync.set_connected(self._connected)
        self._queries.start()
        self._sync.start()
        self._marking = Marking(store)

    def _stop_threads(self) -> None:
        """End both, whatever they are doing, and forget what they told."""
        queries, self._queries = self._queries, None
        checks, self._checks = self._checks, None
        sync, self._sync = self._sync, None
        for thread in (queries, checks, sync):
            if thread is not None:
                thread.stop()
                thread.deleteLater()
        marking, self._marking = self._marking, None
        if marking is not None:
            marking.stop()
        self._gathering.stop()
        self._news.clear()
        self._asked.clear()
        self._state = SyncState()

    def _wake(self) -> None:
        """Send an edit of our own, and let the screens know at once that it is not sent yet."""
        self.on_sync_state(self._state)
        if self._sync:
            self._sync.wake()


def _views(connection: Connection, space: str, types: tuple[str, ...]) -> list[RecordView]:
    """Records whole; one that goes while the others are read is left out."""
    found: list[RecordView] = []
    for row in connection.listing.of_space(space, types):
        with suppress(UnknownRecord):
            found.append(connection.reads.show(row.id))
    return found
