"""Who belongs to a space: what a desk shows of it, and what its officer decides. Sent at the next exchange."""

from __future__ import annotations

from desktop.casework.trust_views import MemberEvent, MembersView
from desktop.desk.edits import DeskEdits
from desktop.refusals import Refused
from sync.wire.codec import ID_BYTES, parse_id
from sync.wire.errors import WireError
from sync.wire.membership import Membership
from sync.wire.space import Event, Invited, Left, Removed, Role, RoleGiven, Subject

ROLES: dict[str, Role] = {"lead": "lead", "contributor": "contributor", "reader": "reader"}


class DeskMembers(DeskEdits):
    """The part of a desk that is about members.

    `subject` is a ministry's code or the hexadecimal id of one desk. Raises Refused for what cannot be done, and
    StoreError; nothing was changed then.
    """

    def space_members(self, space: str) -> MembersView:
        """The members of a space as its own log gives them, with what was decided here and waits to be sent."""
        view = self._connection.members.view(space, self.profile.members)
        if view is None:
            raise Refused("unknown_space", space=space[:64])
        return view

    def member_events(self, space: str) -> tuple[MemberEvent, ...]:
        """What happened to the members of a space, in the order in which it counts."""
        self._expected(space)
        return self._connection.members.events(space)

    def invite(self, space: str, subject: str, role: str, *, from_start: bool = True) -> None:
        """Let a ministry, or one desk, into a space; from_start: with all that was written before."""
        membership, whom = self._managed(space), self._subject(subject)
        if whom in membership.roles:
            raise Refused("already_member", subject=subject)
        self._decide(space, Invited(whom, _role(role), "start" if from_start else "now"))

    def set_role(self, space: str, subject: str, role: str) -> None:
        """Give a member another role."""
        membership, whom = self._managed(space), self._subject(subject)
        _check_goes(membership, whom, subject, stays_lead=role == "lead")
        if membership.roles[whom] != role:
            self._decide(space, RoleGiven(whom, _role(role)))

    def remove_member(self, space: str, subject: str) -> None:
        """End a membership: what is written from then on is sealed under a key that the member does not get."""
        membership, whom = self._managed(space), self._subject(subject)
        _check_goes(membership, whom, subject)
        self._decide(space, Removed(whom))

    def leave(self, space: str) -> None:
        """Leave a space: as a single desk if this one was invited by itself, else with the whole ministry."""
        membership, identity = self._expected(space), self._connection.identity
        subjects: tuple[Subject, ...] = (identity.device, identity.ministry)
        whom = next((each for each in subjects if each in membership.roles), None)
        if whom is None:
            raise Refused("no_member")
        _check_goes(membership, whom, identity.ministry)
        self._decide(space, Left(whom))

    def _decide(self, space: str, event: Event) -> None:
        try:
            self._connection.members.decide(space, event)
        except WireError as error:
            raise Refused(error.code) from error

    def _expected(self, space: str) -> Membership:
        membership = self._connection.members.expected(space)
        if membership is None:
            raise Refused("unknown_space", space=space[:64])
        return membership

    def _managed(self, space: str) -> Membership:
        membership, identity = self._expected(space), self._connection.identity
        if membership.role_of(identity.device, identity.ministry) != "lead":
            raise Refused("not_lead")
        return membership

    def _subject(self, text: str) -> Subject:
        if len(text) == 2 * ID_BYTES:
            try:
                device = parse_id(text)
            except WireError:
                device = b""
            if self._connection.replica.certificate(device) is None:
                raise Refused("unknown_desk", subject=text)
            return device
        if text not in self.profile.trust:
            raise Refused("unknown_member", ministry=text[:64])
        return text


def _role(text: str) -> Role:
    if text not in ROLES:
        raise Refused("unknown_role", role=text[:64])
    return ROLES[text]


def _check_goes(membership: Membership, whom: Subject, subject: str, *, stays_lead: bool = False) -> None:
    """Refuse what concerns no member, or would take the space its last lead."""
    if whom not in membership.roles:
        raise Refused("not_a_member", subject=subject)
    leads = [each for each, role in membership.roles.items() if role == "lead"]
    if leads == [whom] and not stays_lead:
        raise Refused("last_lead")
