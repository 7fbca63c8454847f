"""A real store taken back to an earlier version's schema: what a desk that was not opened since would bring."""

from __future__ import annotations

from desktop.store import migrations
from desktop.store.database import DATABASE_FILE, open_keyed
from tests.store.desks import Desk

MADE_BY_STEPS = ("sqlite_", "search", "index_queue")  # tables that a step fills, or SQLite


def take_back(desk: Desk, version: int) -> None:
    """Make the desk's store anew as `version` had it, with every row that this one could have held; closes the desk."""
    path, old = desk.home / DATABASE_FILE, desk.home / "earlier.db"
    old.touch()
    source, target = desk.connection.database, open_keyed(old, desk.store.key.key)
    for step in migrations.STEPS[:version]:
        for statement in step.split(";\n"):
            target.execute(statement)
    for (table,) in target.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if not table.startswith(MADE_BY_STEPS):
            columns = [row[1] for row in target.execute(f"PRAGMA table_info({table})").fetchall()]
            there = {row[1] for row in source.all(f"PRAGMA table_info({table})")}
            names = ", ".join(name for name in columns if name in there)
            rows = source.all(f"SELECT {names} FROM {table}")  # noqa: S608 - our own names
            target.execute(f"DELETE FROM {table}")  # noqa: S608
            marks = ", ".join("?" * len(names.split(", ")))
            target.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608
    target.execute("DELETE FROM meta WHERE key IN ('types', 'operations')")
    target.execute("DELETE FROM index_queue")
    target.execute(f"PRAGMA user_version = {version}")
    target.close()
    desk.close()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    old.rename(path)
