"""What the screens show of the members of a space and do to them."""

from __future__ import annotations

from collections.abc import Callable

from desktop.casework.trust_views import MemberEvent, MembersView
from desktop.desk import Desk
from desktop.session.editing import Editing


class Membering(Editing):
    """The part of the session that is about members.

    `subject` is a ministry's code or the hexadecimal id of one desk. What cannot be done is told by `failed`; the
    method then returns False, and nothing was changed. What was done is sent at the next exchange.
    """

    def space_members(self, space: str) -> MembersView | None:
        """The members of a space; None while the desk is locked, or for a space that is not here."""
        return self._look(lambda desk: desk.space_members(space), None)

    def member_events(self, space: str) -> tuple[MemberEvent, ...]:
        """What happened to the members of a space, in the order in which it counts."""
        return self._look(lambda desk: desk.member_events(space), ())

    def invite(self, space: str, subject: str, role: str, from_start: bool = True) -> bool:
        """Let a ministry or one desk into a space, with or without what was written before."""
        return self._does(lambda desk: desk.invite(space, subject, role, from_start=from_start))

    def set_role(self, space: str, subject: str, role: str) -> bool:
        """Give a member another role: lead, contributor or reader."""
        return self._does(lambda desk: desk.set_role(space, subject, role))

    def remove_member(self, space: str, subject: str) -> bool:
        """End a membership."""
        return self._does(lambda desk: desk.remove_member(space, subject))

    def leave(self, space: str) -> bool:
        """Leave a space, with the whole ministry unless this desk was invited by itself."""
        return self._does(lambda desk: desk.leave(space))

    def _does(self, work: Callable[[Desk], None]) -> bool:
        with self._reporting():
            work(self._open_desk())
            self._wake()
            return True
        return False
