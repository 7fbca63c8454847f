"""Short lives of a desk and of a server: forked from a process that has all loaded, so that many can be killed."""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
from collections.abc import Callable
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from desktop.casework.record_types import RecordTypes
from desktop.desk import Desk
from desktop.profile import Profile
from desktop.store import Store
from desktop.store.context import wall_clock_ms
from desktop.store.vault import DataKey
from server.cli import main as run_secretariat
from sync.errors import SyncError

SYNC_EVERY = 4  # edits
TYPES = RecordTypes.load()  # once for all lives
START_S = 60.0


def nursery() -> ForkServerContext:
    """A context whose processes start in milliseconds: pytest, the desk and the server are loaded before they fork."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", __name__])
    return context


class Life:
    """One process and what it has said; what was said before it was killed was true when it was said."""

    def __init__(self, context: ForkServerContext, work: Callable[..., None], *arguments: Any) -> None:
        self._heard, said = context.Pipe(duplex=False)
        self._process: BaseProcess = context.Process(target=work, args=(said, *arguments), daemon=True)
        self._process.start()
        said.close()
        self._words: list[tuple[str, int]] = []

    def wait(self, word: str) -> Any:
        """Wait until it says a word; returns what came with it."""
        while self._heard.poll(START_S):
            said, value = self._heard.recv()
            self._words.append((said, value))
            if said == word:
                return value
        raise TimeoutError(f"never said {word}")

    def heard(self) -> list[tuple[str, int]]:
        """All that it has said so far."""
        with contextlib.suppress(EOFError, OSError):
            while self._heard.poll():
                self._words.append(self._heard.recv())
        return self._words

    def kill(self) -> list[tuple[str, int]]:
        """End it at once (SIGKILL); returns all that it had said."""
        self._process.kill()
        self._process.join()
        words = self.heard()
        self._heard.close()
        return words


def serve(said: Connection, data: str, port: int) -> None:
    """Be a secretariat; says `listening` with its port."""
    sys.stdout = _Told(said)
    with (Path(data).parent / "lives.log").open("a") as sys.stderr:
        run_secretariat(["serve", "--data", data, "--listen", f"127.0.0.1:{port}"])


class _Told:
    """A standard output that tells the parent the port."""

    def __init__(self, said: Connection) -> None:
        self._said = said

    def write(self, text: str) -> None:
        if text.startswith("listening on "):
            self._said.send(("listening", int(text.strip().rpartition(":")[2])))

    def flush(self) -> None:
        """Nothing is kept back."""


def write(said: Connection, home: str, key: bytes, profile: Profile, case: str, first: int) -> None:
    """Be a desk: write `edit N` from `first` on and sync now and then; says `saved` and `acknowledged` with N."""
    store = Store(Path(home), DataKey(key, "", ""), TYPES, wall_clock_ms)
    desk = Desk(store, store.connect(), profile)
    said.send(("ready", first))
    for number in count(first):
        desk.edit(case, "lead", f"edit {number}")
        said.send(("saved", number))
        if number % SYNC_EVERY == 0:
            with contextlib.suppress(SyncError):
                if desk.sync_once().unsent == 0:
                    said.send(("acknowledged", number))
