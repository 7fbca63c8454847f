"""One thread's connection to the encrypted database: opened, seen to be encrypted, its failures typed."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from sqlcipher3 import dbapi2 as sqlcipher

from desktop.store import migrations
from desktop.store.calm import without_collecting
from desktop.store.errors import (
    DiskFailed,
    Interrupted,
    NoStore,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
)
from desktop.store.turns import turns_at

DATABASE_FILE = "store.db"
PAGE_BYTES = 4096
CACHE_KIB = 32_768
CHECKPOINT_PAGES = 4_000  # of the log, before they go into the database: a page that a batch writes often goes once
BUSY_MS = 15_000
STATEMENTS = 256  # prepared ones kept
STEP_ROWS = 1_000  # changes in one transaction of a batch: pages that it writes often are encrypted once
FLUSH_ROWS = 250  # of them, that are written at a time, so that little is left to do when the window wants the lock
PORTION = 50  # of them, after which a batch looks whether somebody waits
PLAIN_HEADER = b"SQLite format 3\0"

_DENY, _OK = 1, 0  # answers of an authorizer
_ATTACH, _DETACH = 24, 25

Parameters: TypeAlias = Sequence[Any]
Flush: TypeAlias = Callable[[], None]

_BY_CODE: dict[int, type[StoreError]] = {
    5: StoreBusy,
    6: StoreBusy,
    8: StoreReadOnly,
    9: Interrupted,
    13: StoreFull,
    14: StoreReadOnly,
}
_DAMAGE = {11: "page", 26: "header"}
_DISK = 10
ROOM = 1 << 20  # bytes below which a disk that fails counts as full


class Database:
    """Runs SQL with prepared statements. Bound to the thread that opened it; only `interrupt` may come from another."""

    def __init__(self, path: Path, key: bytes, *, create: bool = False, read_only: bool = False) -> None:
        """Open with a 32-byte raw key. Raises NoStore, StoreDamaged, StoreTooNew and what the disk refuses.

        `read_only` needs no room at all: for a full disk, while nobody else has the database open. Raises StoreFull
        when a log still waits to be written into it, or its schema is an earlier one.
        """
        self.path = path
        self.read_only = read_only
        self._depth = 0
        self._full = True  # whether commits are flushed
        self._barrier = False  # whether a commit inside a soft one asked to be flushed
        self._soft = False  # whether something was committed without flushing
        self._stepping: Step | None = None
        self._raised: Exception | None = None  # by a function that SQL called
        self.turns = turns_at(path)
        _check_file(path, create=create)
        with translated(self.path):
            self._connection: Any = open_keyed(path, key, read_only=read_only)
            try:
                self._prepare_reading() if read_only else self._prepare()
                migrations.migrate(self)
                if create:
                    self.run("PRAGMA wal_checkpoint(TRUNCATE)")
                _check_encrypted(path)
            except BaseException:
                self._connection.close()
                raise

    def _prepare_reading(self) -> None:
        log = self.path.with_name(self.path.name + "-wal")
        if log.exists() and log.stat().st_size:
            raise StoreFull("a log waits")
        run = self._connection.execute
        run("PRAGMA query_only = ON")
        run("PRAGMA temp_store = MEMORY")
        run("PRAGMA trusted_schema = OFF")
        run("PRAGMA cell_size_check = ON")
        run(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._connection.set_authorizer(_authorize)

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA foreign_keys = ON")
        run("PRAGMA temp_store = MEMORY")
        run("PRAGMA trusted_schema = OFF")
        run("PRAGMA cell_size_check = ON")
        run("PRAGMA secure_delete = FAST")
        run(f"PRAGMA cache_size = -{CACHE_KIB}")
        run("PRAGMA journal_size_limit = 67108864")
        run(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        self._connection.set_authorizer(_authorize)

    def define(self, name: str, function: Callable[[int, bytes], bytes]) -> None:
        """Let SQL call a function of a row's number and what stands in it; what it raises, the statement raises."""

        def call(number: int, stands: bytes) -> bytes:
            try:
                return function(number, stands)
            except Exception as error:
                self._raised = error
                raise

        self._connection.create_function(name, 2, call)

    # statements
    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Run a statement and return how many rows it changed."""
        try:
            cursor = self._connection.execute(sql, parameters)
        except sqlcipher.Error as error:
            raise self._explain(error) from error
        return int(cursor.rowcount)

    def many(self, sql: str, rows: Sequence[Parameters]) -> None:
        """Run a statement once for each row of parameters."""
        try:
            self._connection.executemany(sql, rows)
        except sqlcipher.Error as error:
            raise self._explain(error) from error

    def one(self, sql: str, parameters: Parameters = ()) -> Any:
        """Return the first row as a tuple, or None."""
        try:
            return self._connection.execute(sql, parameters).fetchone()
        except sqlcipher.Error as error:
            raise self._explain(error) from error

    def all(self, sql: str, parameters: Parameters = ()) -> list[Any]:
        """Return every row as a tuple."""
        try:
            return self._connection.execute(sql, parameters).fetchall()  # type: ignore[no-any-return]
        except sqlcipher.Error as error:
            raise self._explain(error) from error

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.one(sql, parameters)
        return row[0] if row else None

    def _explain(self, error: Exception) -> Exception:
        raised, self._raised = self._raised, None
        return raised if raised is not None else explain(error, self.path)

    # transactions
    @contextlib.contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """All or nothing, flushed to the disk when `durable`; inside another transaction, part of that one."""
        if self._depth:
            self._barrier = self._barrier or durable
            yield
            return
        self._begin(durable=durable)
        try:
            yield
        except BaseException:
            self._rollback()
            raise
        self._commit()

    @contextlib.contextmanager
    def steps(self) -> Iterator[Step]:
        """A batch in transactions of STEP_ROWS rows, flushed by a later `barrier`; inside another, part of it."""
        if self._stepping is not None:
            yield self._stepping
            return
        if self._depth:
            yield Step(self, inside=True)
            return
        self._begin(durable=False)
        self._stepping = step = Step(self, inside=False)
        try:
            with without_collecting():
                yield step
                step.flush()
        except BaseException:
            self._rollback()
            raise
        finally:
            self._stepping = None
        self._commit()

    def barrier(self) -> None:
        """Flush what batches have committed, so that it may be relied on outside this machine."""
        if self._depth:
            self._barrier = True
        elif self._soft:
            with self.transaction():
                self.run("UPDATE meta SET value = value + 1 WHERE key = 'barrier'")

    def _begin(self, *, durable: bool) -> None:
        if self.read_only:
            raise StoreFull("open for reading only")
        if durable != self._full:
            self.run(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._full = durable
        with self.turns.wanted():
            self.run("BEGIN IMMEDIATE")
        self._depth = 1

    def _commit(self) -> None:
        try:
            self.run("COMMIT")
        except BaseException:
            self._rollback()
            raise
        self._depth = 0
        self._soft = not self._full
        if self._barrier:
            self._barrier = False
            self.barrier()

    def _rollback(self) -> None:
        self._depth, self._barrier = 0, False
        with contextlib.suppress(sqlcipher.Error):  # a full disk or damage has rolled back already
            self._connection.rollback()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._depth > 0

    # life
    def interrupt(self) -> None:
        """Stop the running query, which raises Interrupted; may be called from any thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close; a second time does nothing."""
        with translated(self.path):
            self._connection.close()


class Step:
    """Counts rows of a batch and commits when there are enough, after calling what registered itself."""

    def __init__(self, database: Database, *, inside: bool) -> None:
        self._database = database
        self._inside = inside
        self._rows = 0
        self._written = 0  # of these rows, those that were there at the last flush
        self._before: Flush = _nothing
        self._after: Flush = _nothing

    def around_commits(self, before: Flush, after: Flush) -> None:
        """Call `before` before every commit of this batch, and `after` when it goes on: others may have written."""
        self._before, self._after = before, after

    @property
    def left(self) -> int:
        """How many rows may be taken before the next call of `count`; at least one."""
        return min(PORTION, STEP_ROWS - self._rows)

    def flush(self) -> None:
        """Write what waits, without committing."""
        self._written = self._rows
        self._before()

    def count(self, rows: int = 1) -> None:
        """Count rows; commits and begins anew when there are enough, or when somebody else waits for the lock."""
        self._rows += rows
        turns = self._database.turns
        if self._rows < STEP_ROWS and not (self._rows >= PORTION and turns.waited_for):
            if self._rows >= self._written + FLUSH_ROWS and not self._inside:
                self.flush()
            return
        self._rows = self._written = 0
        if not self._inside:
            self._before()
            self._database._commit()  # noqa: SLF001 - one class in two parts
            turns.give_way()
            self._database._begin(durable=False)  # noqa: SLF001
            self._after()


def open_keyed(path: Path, key: bytes, *, read_only: bool = False) -> Any:
    """Open SQLCipher with a raw key that fits. Raises StoreDamaged, and SQLCipher's own errors."""
    connection = sqlcipher.connect(
        f"{path.absolute().as_uri()}?immutable=1" if read_only else str(path),
        isolation_level=None,
        cached_statements=STATEMENTS,
        timeout=BUSY_MS / 1000,
        uri=read_only,
    )
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # our errors say it; the library would write to stderr
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        if connection.execute("PRAGMA cipher_status").fetchone() != ("1",):  # or SQLite would write plain text
            raise StoreDamaged("encryption")
        connection.execute(f"PRAGMA cipher_page_size = {PAGE_BYTES}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # fails with another key
    except BaseException:
        connection.close()
        raise
    return connection


def _nothing() -> None:
    """Wait for nothing."""


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLCipher's errors on the file at `path` into errors of the store."""
    try:
        yield
    except sqlcipher.Error as error:
        raise explain(error, path) from error


def explain(error: Exception, path: Path) -> Exception:
    """Return the error of ours that SQLCipher's stands for; a mistake in our SQL comes back as it is."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return error
    primary = code & 0xFF
    if primary == _DISK:
        full = shutil.disk_usage(path.parent).free < ROOM
        return (StoreFull if full else DiskFailed)(error.sqlite_errorname)  # type: ignore[attr-defined]
    if primary in _DAMAGE:
        return StoreDamaged(_DAMAGE[primary])
    kind = _BY_CODE.get(primary)
    return kind(error.sqlite_errorname) if kind else error  # type: ignore[attr-defined]


def _authorize(action: int, *_: object) -> int:
    return _DENY if action in (_ATTACH, _DETACH) else _OK


def _check_file(path: Path, *, create: bool) -> None:
    """Make the file readable by its owner only, before SQLite makes it otherwise; refuse one that is not encrypted."""
    try:
        if create:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            return
        if path.stat().st_size == 0:
            raise StoreDamaged("empty")
        if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
            raise StoreReadOnly("permissions")
    except FileNotFoundError as error:
        raise NoStore from error
    except OSError as error:
        raise StoreReadOnly(type(error).__name__) from error
    _check_encrypted(path)


def _check_encrypted(path: Path) -> None:
    with path.open("rb") as stream:
        header = stream.read(len(PLAIN_HEADER))
    if header == PLAIN_HEADER or not header:
        raise StoreDamaged("encryption")
