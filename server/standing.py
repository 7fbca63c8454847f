"""Who may do what in a space, as its row says: members, their roles, and former members with where they were let go.

`spaces.members` reads ` AE=lead FR=reader 00112233…=contributor IT=-57`: ministries, single devices by their id, and
whoever was a member until the item with that number, which is the last that it is shown.
"""

from __future__ import annotations

from server.storage import Caller
from sync.wire.membership import Membership
from sync.wire.space import Subject

END = (1 << 53) - 1  # as far as a member is shown the log
_RANK: dict[str | None, int] = {None: 0, "": 1, "reader": 2, "contributor": 3, "lead": 4}


def needles(caller: Caller) -> tuple[str, str]:
    """Return what stands, one or the other, in the column of a space that the caller is or was a member of."""
    return f" {caller.ministry}=", f" {caller.device.hex()}="


def horizon(members: str, caller: Caller) -> int:
    """Return the number of the last item that the caller is shown: END for a member, 0 for who never was one."""
    last = 0
    for needle in needles(caller):
        place = members.find(needle)
        if place >= 0:
            value = members[place + len(needle) :].partition(" ")[0]
            last = max(last, int(value[1:]) if value[0] == "-" else END)
    return last


def role_of(members: dict[str, str], caller: Caller) -> str | None:
    """Return the stronger of the caller's own role and its ministry's; "" for a former member, None for a stranger."""
    found = members.get(caller.ministry), members.get(caller.device.hex())
    return max(("" if role and role[0] == "-" else role for role in found), key=_RANK.__getitem__)


def name_of(subject: Subject) -> str:
    """Return a subject as the column names it."""
    return subject if isinstance(subject, str) else subject.hex()


def pack_members(members: dict[str, str]) -> str:
    """Write members as the column has them. Ministries are capital letters only (codec.Ministry)."""
    return "".join(f" {name}={role}" for name, role in members.items())


def unpack_members(text: str) -> dict[str, str]:
    """Read the column."""
    return dict(member.split("=") for member in text.split())


def follow(members: dict[str, str], membership: Membership, sequence: int) -> dict[str, str]:
    """Return the members after an entry that is the log's item number `sequence`."""
    now: dict[str, str] = {name_of(subject): role for subject, role in membership.roles.items()}
    gone = {name: f"-{sequence}" if role[0] != "-" else role for name, role in members.items() if name not in now}
    return now | gone
