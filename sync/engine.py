"""The engine: carries sealed changes between a replica and the secretariat; killed anywhere, it loses nothing."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue

from sync.errors import BadReply, Refused, Revoked, RevokedUnproven
from sync.link import Link
from sync.listener import Listener
from sync.pull import Puller
from sync.push import push
from sync.replica import Applied, Replica
from sync.run import Run
from sync.shortcut import GROWTH, Book, Shortcut
from sync.transport import CALL_S, Transport
from sync.wire.calls import PollReply
from sync.witness import Witness

WAIT_S = 50  # of a long poll: under the minute after which many proxies cut a silent connection
ROUNDS = 10_000  # polls in one run: a server that always has more is not believed for ever


class Engine:
    """One replica's way to one server. One thread runs it; `wake` and `close` may be called from any."""

    def __init__(
        self,
        replica: Replica,
        transport: Transport,
        *,
        clock: Callable[[], float] = time.time,
        on_applied: Callable[[Applied], None] | None = None,
        timeout_s: float = CALL_S,
        witness: Witness | None = None,
        snapshots: Book | None = None,
    ) -> None:
        """Take the replica, the way to the server, the wall clock in seconds, and who hears of records that moved.

        `timeout_s` bounds each call but the long poll. `witness` looks at the server's log after what moved.
        With `snapshots` new spaces begin from one, and spaces that grew are given one.
        """
        self._witness = witness
        self._replica = replica
        self._transport = transport
        self._clock = clock
        self._link = Link(transport, replica.device_keys(), timeout_s=timeout_s)
        tell = on_applied or (lambda _: None)
        self._puller = Puller(replica, self._link, tell)
        self._shortcut = Shortcut(replica, snapshots, self._link, self._puller, tell) if snapshots else None
        self._events: SimpleQueue[PollReply | Exception | None] = SimpleQueue()
        self._listener = Listener(self._link, self._events.put)
        self._woken = threading.Event()

    def run_once(self) -> Run:
        """Send and fetch until neither side has more. Raises a SyncError; what was done stays done."""
        run = Run()
        with self._measured(run), self._revocation():
            for _ in range(ROUNDS):
                reply = self._link.call("poll", self._puller.poll_request(0), PollReply)
                if not self._take(reply, run) and not self._look(run, patient=False):
                    return run
            raise BadReply("the server always has more")

    def listen(self, timeout_s: float) -> Run:
        """Wait at most so long for news or for `wake`, and do what there is to do. Raises a SyncError.

        The long poll stays open between calls, so that a local edit is sent beside it at once.
        """
        run = Run()
        self._listener.start(lambda: self._puller.poll_request(WAIT_S))
        try:
            event = self._events.get(timeout=timeout_s)
        except Empty:
            with self._measured(run):
                self._look(run, patient=True)
            return run
        with self._measured(run), self._revocation():
            if event is None:
                self._woken.clear()
                while self._send(run):
                    pass
            else:
                self._listener.finish()
                if isinstance(event, Exception):
                    raise event
                while self._take(event, run):
                    event = self._link.call("poll", self._puller.poll_request(0), PollReply)
            self._look(run, patient=True)
        return run

    def snapshot(self, growth: int = GROWTH) -> int:
        """Give the server snapshots of spaces that grew by so many items; returns how many. Raises a SyncError."""
        return self._shortcut.offer(Run(), growth) if self._shortcut is not None else 0

    def backfill(self) -> bool:
        """Fetch and verify a part of the history behind snapshots; False when none is left, or none comes.

        Raises a SyncError.
        """
        return self._shortcut is not None and self._shortcut.backfill(Run())

    def wake(self) -> None:
        """Say that there is something to send."""
        if not self._woken.is_set():
            self._woken.set()
            self._events.put(None)

    def close(self) -> None:
        """End the listening; a call in flight is cut."""
        self._listener.close()
        self._transport.cancel()

    def _take(self, reply: PollReply, run: Run) -> bool:
        """Take a poll's reply, send, pull; returns whether to ask again."""
        before = run.pushed + len(run.refused_items)
        self._puller.take(reply, run)
        if self._replica.revoked():
            raise Revoked
        failure, anew, held = None, False, self._replica.relays_held()
        try:
            anew = self._send(run)
        except Refused as refusal:  # a full quota, say: reading goes on all the same
            failure = refusal
        if self._shortcut is not None:
            self._shortcut.take(run)
        complete = self._puller.pull(run)
        if failure is not None:
            raise failure
        again = anew or reply.more or reply.reset or run.pushed + len(run.refused_items) > before
        again = again or bool(self._replica.unsealed(1))  # it waited for what its space's log had to say
        again = again or bool(self._replica.receipts_due())
        again = again or (held and not self._replica.relays_held())
        if not again:
            run.complete = complete
            if complete:
                self._replica.keep_feed(self._replica.feed()[0], self._now_ms())
        return again

    def _send(self, run: Run) -> bool:
        """Push; returns whether some spaces begin anew because the server lost what it had of them."""
        doubted = push(self._replica, self._link, run, self._now_ms())
        return bool(doubted) and self._puller.probe(doubted, run)

    def _look(self, run: Run, *, patient: bool) -> bool:
        """Look at the server's log; returns whether it names more than was delivered, so that asking again is due."""
        if self._shortcut is not None and run.pushed:
            self._shortcut.offer(run)
        witness, keys = self._witness, self._replica.device_keys()
        return witness is not None and witness.look(self._link, keys, run, self._now_ms(), patient=patient)

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)

    @contextlib.contextmanager
    def _revocation(self) -> Iterator[None]:
        """Believe a server that refuses this device as revoked only once our own ministry's directory says so."""
        try:
            yield
        except Refused as refusal:
            if refusal.code != Revoked.code:
                raise
            with contextlib.suppress(Refused):
                self._puller.fetch_directories()
            raise (Revoked if self._replica.revoked() else RevokedUnproven)(refusal.detail) from refusal

    @contextlib.contextmanager
    def _measured(self, run: Run) -> Iterator[None]:
        traffic, start = self._transport.traffic, time.monotonic()
        requests, sent, received = traffic.requests, traffic.sent, traffic.received
        try:
            yield
        finally:
            run.requests = traffic.requests - requests
            run.bytes_sent = traffic.sent - sent
            run.bytes_received = traffic.received - received
            run.seconds = time.monotonic() - start
            run.unsent = self._replica.unsent()
