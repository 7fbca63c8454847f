"""Taking what stands of a space off this desk, and asking for it anew."""

from __future__ import annotations

from desktop.store.chains import Ordering
from desktop.store.context import Context, change_number
from desktop.store.states import States
from desktop.store.stepping import step_back
from sync.wire.codec import NO_HASH

TAKING, UNVERIFIED, VERIFIED, FALSE, NO_HISTORY = range(5)
"""How a snapshot stands: arriving; in use; found right; found false; in use where history was not granted."""

_RECORDS = "SELECT n FROM records WHERE space = ?"
_BY_RECORD = (
    ("touches", "record"),
    ("search", "rowid"),
    ("index_queue", "record"),
    ("unknown", "record"),
    ("again", "record"),
    ("recalled", "record"),
    ("rows", "n"),
)


def remove_records(context: Context, space: int) -> None:
    """Take out what stands of a space and what came of its chains; own changes must be elsewhere by now."""
    run = context.database.run
    for table, column in _BY_RECORD:
        run(f"DELETE FROM {table} WHERE {column} IN ({_RECORDS})", (space,))  # noqa: S608 - our own words
    run("DELETE FROM records WHERE space = ?", (space,))
    run("DELETE FROM parts WHERE space = ?", (space,))
    for chain, own in context.database.all("SELECT n, own FROM chains WHERE space = ?", (space,)):
        span = (change_number(chain, 0), change_number(chain + 1, 0))
        run("DELETE FROM segments WHERE n > ? AND n < ?", span)
        run("DELETE FROM changes WHERE n > ? AND n < ?", span)
        for table in ("late", "cut", "purges", "had"):
            run(f"DELETE FROM {table} WHERE segment > ? AND segment < ?", span)  # noqa: S608 - our own words only
        if not own:
            run("DELETE FROM chains WHERE n = ?", (chain,))


def begin_anew(context: Context, states: States, space: tuple[int, bytes]) -> frozenset[bytes]:
    """Take out what stands of a space, to be fetched from the start of its log; returns the records.

    Own changes that the server does not have are kept, and written again behind what it has.
    """
    number, database = space[0], context.database
    names = database.all("SELECT name FROM records WHERE space = ?", (number,))
    try:
        with database.transaction():
            ordering = Ordering(context, states, space)
            own = ordering.chains.get(context.device)
            if own is not None and own.applied:
                step_back(ordering, context, states, own, 1, NO_HASH)
            states.clear()
            remove_records(context, number)
            database.run(
                "UPDATE spaces SET behind = max(behind, seq, 1), seq = 0, head = ? WHERE n = ?", (NO_HASH, number)
            )
            database.run("UPDATE entries SET seq = NULL WHERE space = ?", (number,))
            database.run("UPDATE snapshots SET phase = ? WHERE space = ?", (FALSE, number))
    finally:
        states.clear()
    return frozenset(row[0] for row in names)
