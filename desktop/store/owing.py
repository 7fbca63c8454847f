"""What this desk owes the others: that it has, read or destroyed a record. Said once, in one receipt an exchange."""

from __future__ import annotations

from desktop.casework.record_types import RECEIPTS
from desktop.store.context import Context
from sync.changes import Dependency, Dot
from sync.merge import RecordState
from sync.wire.codec import MAX_HEADS, encode

RECEIVED, READ, DELETED = "received", "read", "deleted"


def asks(state: RecordState) -> bool:
    """Whether receipts are asked for; where one officer asks and another stops at once, they are."""
    return any(one.value is True for one in state.registers.get(RECEIPTS.name, ()))


def owe(context: Context, space: int, record: bytes, state: RecordState, kind: str) -> bool:
    """Owe a statement on what others wrote in a record, within the caller's transaction; whether there is news in it.

    `record`: the id that changes give.
    """
    if not asks(state):
        context.database.run("DELETE FROM owing WHERE space = ? AND record = ? AND kind != ?", (space, record, DELETED))
        return False
    upto = foreign(context, state)
    if not upto:
        return False
    named = encode(upto)
    said = context.database.value(
        "SELECT upto FROM owing WHERE space = ?1 AND record = ?2 AND kind = ?4 UNION ALL"
        " SELECT upto FROM statements WHERE space = ?1 AND record = ?2 AND device = ?3 AND kind = ?4 LIMIT 1",
        (space, record, context.device, kind),
    )
    if said == named:
        return False
    put(context, space, record, kind, context.now_ms(), named)
    return True


def owe_deleted(context: Context, space: int, record: bytes, dot: Dot) -> None:
    """Owe, within the caller's transaction, that this desk destroyed what a recall (`dot`) asked to be destroyed.

    Said of that recall already, it is not said again. What was owed of the record beside that is void.
    """
    named, database = encode(dot), context.database
    database.run("DELETE FROM owing WHERE space = ? AND record = ? AND kind != ?", (space, record, DELETED))
    said = database.value(
        "SELECT upto FROM statements WHERE space = ? AND record = ? AND device = ? AND kind = ?",
        (space, record, context.device, DELETED),
    )
    if said != named:
        put(context, space, record, DELETED, context.now_ms(), named)


def put(context: Context, space: int, record: bytes, kind: str, at_ms: int, upto: bytes) -> None:
    """Note a statement to make; it takes the place of an earlier one of its kind."""
    context.database.run("INSERT OR REPLACE INTO owing VALUES (?, ?, ?, ?, ?)", (space, record, kind, at_ms, upto))


def foreign(context: Context, state: RecordState) -> list[Dependency]:
    """The last change of each other device in a record."""
    return [one for one in state.touched if one.device != context.device][:MAX_HEADS]
