"""Which device is still owed which space's key: a table that events fill, so that an idle sync finds it empty.

The device that founded a space grants its key to every device of every member. A device of the same ministry that
enrols later gets it from any of its sisters as well, since the founder may be away.
"""

from __future__ import annotations

from desktop.store.context import Context


def note_founded(context: Context, space: int) -> None:
    """Owe a space's key to every known device of its members."""
    context.database.run(
        "INSERT OR IGNORE INTO due SELECT d.device, m.space FROM members m JOIN devices d ON d.ministry = m.ministry"
        " WHERE m.space = ? AND d.device != ?",
        (space, context.device),
    )


def note_enrolled(context: Context, device: bytes, ministry: str) -> None:
    """Owe a new device the keys of the spaces that we founded, and, if it is a sister of ours, of all we can read."""
    if device == context.device:
        return
    context.database.run(
        "INSERT OR IGNORE INTO due SELECT ?, s.n FROM members m JOIN spaces s ON s.n = m.space"
        " WHERE m.ministry = ? AND s.epoch IS NOT NULL AND (s.own = 1 OR ? = 1)",
        (device, ministry, int(ministry == context.identity.ministry)),
    )


def owe_again(context: Context) -> int:
    """Owe every grant again that was ours to make, because the server lost them; returns how many keys."""
    return context.database.run(
        "INSERT OR IGNORE INTO due SELECT d.device, s.n FROM spaces s JOIN members m ON m.space = s.n"
        " JOIN devices d ON d.ministry = m.ministry"
        " WHERE s.epoch IS NOT NULL AND d.device != ? AND (s.own = 1 OR d.ministry = ?)",
        (context.device, context.identity.ministry),
    )
