"""Small things of this desk alone, encrypted like all else: unsaved text of a form, the stack of undo."""

from __future__ import annotations

from desktop.store.context import Context


class Notes:
    """A drawer of named bytes."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    def put(self, key: str, value: bytes) -> None:
        """Keep a note, flushed to the disk."""
        with self._database.transaction():
            self._database.run("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", (key, self._context.now_ms(), value))

    def get(self, key: str) -> bytes | None:
        """Return a note, or None."""
        value: bytes | None = self._database.value("SELECT value FROM notes WHERE key = ?", (key,))
        return value

    def remove(self, key: str) -> None:
        """Remove a note, if it is there."""
        with self._database.transaction():
            self._database.run("DELETE FROM notes WHERE key = ?", (key,))

    def keys(self, prefix: str = "") -> list[str]:
        """Names of notes that begin with `prefix`, oldest first."""
        rows = self._database.all(
            "SELECT key FROM notes WHERE substr(key, 1, ?) = ? ORDER BY at_ms, key", (len(prefix), prefix)
        )
        return [row[0] for row in rows]
