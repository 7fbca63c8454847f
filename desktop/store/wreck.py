"""Reading a damaged database: every row that can still be read, around the pages that cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from sqlcipher3 import dbapi2 as sqlcipher

from desktop.store.database import open_keyed
from desktop.store.errors import StoreDamaged, StoreError

ATTEMPTS = 4_000  # failed reads after which what is left of a table is given up
Row: TypeAlias = tuple[Any, ...]


class Wreck:
    """A damaged database, read only. After a page that fails, SQLCipher needs a new connection: it gets one."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Open it; raises StoreDamaged when not even its list of tables can be read."""
        self._path = path
        self._key = key
        self._connection: Any = None
        self.failures = 0
        if self._read("SELECT count(*) FROM sqlite_schema") is None:
            raise StoreDamaged("header")

    def table(self, name: str, columns: str, order: str) -> list[Row]:
        """The rows of a small table by its key, from both ends towards what cannot be read."""
        found: dict[Row, None] = {}
        for direction in ("ASC", "DESC"):
            sql = f"SELECT {columns} FROM {name} ORDER BY {order} {direction}"  # noqa: S608 - our own words only
            rows, whole = self._until_failure(sql)
            found.update(dict.fromkeys(rows))
            if whole:
                break
        return list(found)

    def numbered(self, name: str, columns: str, first: int, last: int) -> list[Row]:
        """The rows numbered `first` to `last` of a table whose key is `n`, in order, without the unreadable ones."""
        sql = f"SELECT {columns} FROM {name} WHERE n >= ? AND n <= ? ORDER BY n"  # noqa: S608 - our own words only
        rows = self._read(sql, (first, last))
        if rows is not None:
            return rows
        if first >= last or self.failures > ATTEMPTS:
            return []
        middle = (first + last) // 2
        return self.numbered(name, columns, first, middle) + self.numbered(name, columns, middle + 1, last)

    def close(self) -> None:
        """Close; a second time does nothing."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> Any:
        if self._connection is None:
            self._connection = open_keyed(self._path, self._key)
            self._connection.execute("PRAGMA query_only = ON")
        return self._connection

    def _read(self, sql: str, parameters: tuple[int, ...] = ()) -> list[Row] | None:
        """All rows, or None when some page cannot be read."""
        try:
            return self._open().execute(sql, parameters).fetchall()  # type: ignore[no-any-return]
        except (sqlcipher.Error, StoreError):
            self._fail()
            return None

    def _until_failure(self, sql: str) -> tuple[list[Row], bool]:
        rows: list[Row] = []
        try:
            for row in self._open().execute(sql):
                rows.append(row)  # noqa: PERF402 - what came before a failure is kept
        except (sqlcipher.Error, StoreError):
            self._fail()
            return rows, False
        return rows, True

    def _fail(self) -> None:
        self.failures += 1
        self.close()
