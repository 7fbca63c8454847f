"""The only thread that writes: what arrives while one transaction is on its way to disk shares the next one.

A future is resolved after the commit, so an answer means that the bytes are on disk (WAL, synchronous=FULL).
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from server.sqlite_ledger import Ledger
from server.sqlite_schema import failure, open_connection, read_moved
from server.storage import Commit

T = TypeVar("T")
Listener = Callable[[Commit], None]

MAX_BATCH = 64  # jobs in one transaction


@dataclass(slots=True)
class _Job:
    work: Callable[[Ledger], Any]
    future: asyncio.Future[Any]


class _Aborted(Exception):
    """A job failed and the transaction with it."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Writer:
    """Runs jobs on its own thread and connection. A job checks before it changes anything; only then may it raise.

    What a job raises of the types in `refusals` is its own answer; anything else aborts the transaction.
    """

    def __init__(self, folder: Path, store_bytes: int, refusals: tuple[type[Exception], ...]) -> None:
        self._folder = folder
        self._store_bytes = store_bytes
        self._refusals = refusals
        self._connection: sqlite3.Connection | None = open_connection(folder, store_bytes=store_bytes)
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._listeners: list[Listener] = []
        self.moved = read_moved(self._connection)  # the counter of the last commit, for who asks on another thread
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def add_listener(self, listener: Listener) -> None:
        """Call `listener` on the loop of the first job of each batch, after its commit."""
        self._listeners.append(listener)

    async def run(self, work: Callable[[Ledger], T]) -> T:
        """Run `work` in a transaction and return what it returned, once that is committed."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Job(work, future))
        return await future

    def stop(self) -> None:
        """Finish the queued jobs and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            batch = [job]
            last = False
            while len(batch) < MAX_BATCH and not last:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    last = True
                else:
                    batch.append(more)
            self._run(batch)
            if last:
                break
        if self._connection:
            self._connection.close()

    def _run(self, batch: list[_Job]) -> None:
        try:
            answers, commit = self._transact(batch)
        except _Aborted as aborted:
            if len(batch) > 1:  # one of them is at fault: the others must not suffer for it
                for job in batch:
                    self._run([job])
                return
            answers, commit = [aborted.cause], None
        loop = batch[0].future.get_loop()
        try:
            loop.call_soon_threadsafe(self._deliver, batch, answers, commit)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return

    def _transact(self, batch: list[_Job]) -> tuple[list[Any], Commit]:
        try:
            if self._connection is None:
                self._connection = open_connection(self._folder, store_bytes=self._store_bytes)
            self._connection.execute("BEGIN IMMEDIATE")
            ledger = Ledger(self._connection)
            answers: list[Any] = []
            for job in batch:
                try:
                    answers.append(job.work(ledger))
                except self._refusals as refusal:
                    answers.append(refusal)
            ledger.flush()
            self._connection.execute("COMMIT")
            self.moved = ledger.moved or self.moved
        except sqlite3.Error as error:
            self._roll_back()
            raise _Aborted(failure(error)) from error
        except Exception as error:
            self._roll_back()
            raise _Aborted(error) from error
        return answers, ledger.commit

    def _roll_back(self) -> None:
        """Leave no transaction open; a connection that cannot even do that is opened anew for the next job."""
        if self._connection is None:
            return
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._connection.close()
            self._connection = None

    def _deliver(self, batch: list[_Job], answers: list[Any], commit: Commit | None) -> None:
        if commit and (commit.ministries or commit.devices):  # first, for others wait longer than who pushed
            for listener in self._listeners:
                listener(commit)
        for job, answer in zip(batch, answers, strict=True):
            if job.future.cancelled():
                continue
            if isinstance(answer, Exception):
                job.future.set_exception(answer)
            else:
                job.future.set_result(answer)
