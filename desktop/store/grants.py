"""Who is still owed which epoch's key: a table that events fill, so that an idle sync finds it empty.

Who founded a space or began an epoch grants its key to every device of every member, and to their ministries'
continuity keys. Who enrols later gets the keys from its sisters, the founder and the leads: any of them may be away.
"""

from __future__ import annotations

from desktop.store.context import Context


def note_founded(context: Context, space: int, epoch: bytes) -> None:
    """Owe the key of a space's first epoch to every known device and continuity key of its members."""
    context.database.run(
        "INSERT OR IGNORE INTO due SELECT d.device, m.space, ?2 FROM members m"
        " JOIN devices d ON d.ministry = m.ministry WHERE m.space = ?1 AND d.device != ?3 AND d.revoked = 0",
        (space, epoch, context.device),
    )
    context.database.run(
        "INSERT OR IGNORE INTO due SELECT c.id, m.space, ?2 FROM members m JOIN continuity c ON c.ministry = m.ministry"
        " WHERE m.space = ?1 AND c.seq = (SELECT max(seq) FROM continuity WHERE ministry = m.ministry)",
        (space, epoch),
    )


def owe(context: Context, space: int, recipients: list[bytes], epochs: list[bytes]) -> None:
    """Owe keys of some epochs of a space, as far as they are here, to devices and continuity keys other than ours."""
    context.database.many(
        "INSERT OR IGNORE INTO due SELECT ?, space, epoch FROM epochs WHERE space = ? AND epoch = ?",
        [(each, space, epoch) for each in recipients if each != context.device for epoch in epochs],
    )


def note_enrolled(context: Context, device: bytes, ministry: str) -> None:
    """Owe a new device or continuity key the keys of spaces whose members did not change since they were founded.

    Of those that we founded or lead; if it is a sister of ours, of all that we can read.
    """
    if device == context.device:
        return
    sister = int(ministry == context.identity.ministry)
    context.database.run(
        "INSERT OR IGNORE INTO due SELECT ?1, s.n, s.epoch FROM members m JOIN spaces s ON s.n = m.space"
        " LEFT JOIN members o ON o.space = s.n AND o.ministry = ?4"
        " WHERE m.ministry = ?2 AND s.entered = 1 AND s.epoch IS NOT NULL AND (s.own = 1 OR ?3 = 1 OR o.role = 'lead')",
        (device, ministry, sister, context.identity.ministry),
    )
