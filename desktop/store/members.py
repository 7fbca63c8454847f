"""The members of spaces as screens and commands show them: from the signed entries, and what waits here."""

from __future__ import annotations

from desktop.casework.trust_views import CandidateView, MemberEvent, MembersView, MemberView
from desktop.casework.views import Author
from desktop.store.authors import Authors
from desktop.store.context import Context
from desktop.store.entries import Entries
from desktop.store.intents import Intents
from desktop.store.listing import parse_name
from sync.wire.membership import Membership
from sync.wire.space import Event, Invited, Left, NewerEvent, Removed, RoleGiven, Rotated, Subject, read_entry

_WHAT: dict[type[object], str] = {
    Invited: "invite",
    RoleGiven: "role",
    Removed: "remove",
    Left: "leave",
    Rotated: "rotate",
    NewerEvent: "newer",
}


class Members:
    """Views of the spaces' own logs, and what the officer decides of them."""

    def __init__(self, context: Context, authors: Authors) -> None:
        self._context = context
        self._database = context.database
        self._authors = authors
        self._entries = Entries(context)
        self._intents = Intents(context, self._entries)

    def number(self, space: str) -> int | None:
        """The number of a space whose founding is here."""
        found: int | None = self._database.value(
            "SELECT n FROM spaces WHERE id = ? AND founding IS NOT NULL", (parse_name(space) or b"",)
        )
        return found

    def expected(self, space: str) -> Membership | None:
        """The members of a space once what waits here is done."""
        number = self.number(space)
        return self._intents.expected(number) if number is not None else None

    def role(self, space: str) -> str:
        """What this desk may do in a space, by what is here of its log; empty for none."""
        number, identity = self.number(space), self._context.identity
        if number is None:
            return ""
        rows = self._database.all(
            "SELECT role FROM members WHERE space = ?1 AND ministry = ?2"
            " UNION SELECT role FROM guests WHERE space = ?1 AND device = ?3",
            (number, identity.ministry, identity.device),
        )
        roles = {row[0] for row in rows}
        return next((role for role in ("lead", "contributor", "reader") if role in roles), "")

    def desks(self, space: str) -> dict[str, tuple[tuple[str, str], ...]]:
        """By ministry, officer and label of each desk that reads a space and is not revoked."""
        number = self.number(space)
        rows = self._database.all(
            "SELECT d.device FROM devices d WHERE d.revoked = 0"
            " AND (d.ministry IN (SELECT ministry FROM members WHERE space = ?1)"
            " OR d.device IN (SELECT device FROM guests WHERE space = ?1)) ORDER BY d.ministry",
            (number,),
        )
        found: dict[str, list[tuple[str, str]]] = {}
        for (device,) in rows:
            author = self._authors.author(device, 0)
            found.setdefault(author.ministry, []).append((author.officer, author.desk))
        return {ministry: tuple(sorted(desks)) for ministry, desks in found.items()}

    def decide(self, space: str, event: Event) -> None:
        """Keep what the officer decided until the next exchange. Raises a WireError if it would not hold."""
        self._intents.add(parse_name(space) or b"", event)

    def view(self, space: str, trusted: tuple[str, ...]) -> MembersView | None:
        """The members of a space; `trusted`: the codes of the alliance. None for a space that is not here."""
        number = self.number(space)
        membership = self._intents.expected(number) if number is not None else None
        if number is None or membership is None:
            return None
        identity = self._context.identity
        role = membership.role_of(identity.device, identity.ministry) or ""
        leads = [subject for subject, one in membership.roles.items() if one == "lead"]
        own = [subject for subject in (identity.device, identity.ministry) if subject in membership.roles]
        sealing = self._database.value("SELECT sealing FROM spaces WHERE n = ?", (number,))
        return MembersView(
            space=space,
            members=tuple(self._members(number, membership)),
            role=role,
            may_manage=role == "lead",
            may_leave=any(leads != [subject] for subject in own),
            candidates=tuple(self._candidates(membership, trusted)) if role == "lead" else (),
            waiting=self._intents.any_waiting(number) or (bool(own) and role != "reader" and not sealing),
        )

    def events(self, space: str) -> tuple[MemberEvent, ...]:
        """What happened to the members of a space, oldest first, and at the end what did not hold or waits."""
        number = self.number(space)
        if number is None:
            return ()
        found: list[MemberEvent] = []
        for data, late in self._database.all(
            "SELECT data, late FROM entries WHERE space = ? ORDER BY number", (number,)
        ):
            entry = read_entry(data)[0]
            author = self._authors.author(entry.device, entry.at_ms)
            found.append(self._event(entry.read_event(), author, number=entry.number, late=bool(late)))
        for event, at_ms, code in self._intents.refused(number):
            author = self._authors.author(self._context.device, at_ms)
            found.append(self._event(event, author, refused=code))
        return tuple(found)

    def _event(
        self, event: Event | NewerEvent, author: Author, *, number: int = 0, late: bool = False, refused: str = ""
    ) -> MemberEvent:
        subject: Subject = getattr(event, "subject", "")
        about = self._authors.author(subject, 0) if isinstance(subject, bytes) else None
        return MemberEvent(
            number=number,
            what=_WHAT[type(event)],
            subject=subject.hex() if isinstance(subject, bytes) else subject,
            ministry=about.ministry if about else str(subject),
            officer=about.officer if about else "",
            role=getattr(event, "role", ""),
            from_start=getattr(event, "history", "start") == "start",
            author=author,
            late=late,
            refused=refused,
        )

    def _members(self, number: int, membership: Membership) -> list[MemberView]:
        invited: dict[Subject, tuple[int, Author | None, bool]] = {}
        for (data,) in self._database.all("SELECT data FROM entries WHERE space = ? ORDER BY number", (number,)):
            entry = read_entry(data)[0]
            event = entry.read_event()
            if isinstance(event, Invited):
                author = self._authors.author(entry.device, entry.at_ms)
                invited[event.subject] = (entry.at_ms, author, event.history == "start")
        views: list[MemberView] = []
        for subject, role in membership.roles.items():
            nobody: tuple[int, Author | None, bool] = (0, None, membership.since[subject] == 0)
            since_ms, by, from_start = invited.get(subject, nobody)
            views.append(
                self._single(subject, role, since_ms, by, from_start=from_start)
                if isinstance(subject, bytes)
                else self._ministry(subject, role, since_ms, by, from_start=from_start)
            )
        return sorted(views, key=lambda view: (view.ministry, view.officer, view.subject))

    def _ministry(self, code: str, role: str, since_ms: int, by: Author | None, *, from_start: bool) -> MemberView:
        desks = self._database.value("SELECT count(*) FROM devices WHERE ministry = ? AND revoked = 0", (code,))
        return MemberView(
            subject=code,
            ministry=code,
            role=role,
            desks=int(desks),
            since_ms=since_ms,
            by=by,
            from_start=from_start,
            own=code == self._context.identity.ministry,
        )

    def _single(self, device: bytes, role: str, since_ms: int, by: Author | None, *, from_start: bool) -> MemberView:
        about = self._authors.author(device, 0)
        trusted = self._database.value("SELECT 1 FROM devices WHERE device = ? AND revoked = 0", (device,))
        return MemberView(
            subject=device.hex(),
            ministry=about.ministry,
            role=role,
            officer=about.officer,
            desk=about.desk,
            desks=int(trusted or 0),
            since_ms=since_ms,
            by=by,
            from_start=from_start,
            own=device == self._context.device,
        )

    def _candidates(self, membership: Membership, trusted: tuple[str, ...]) -> list[CandidateView]:
        found = [CandidateView(code, code) for code in trusted if code not in membership.roles]
        for device, ministry in self._database.all(
            "SELECT device, ministry FROM devices WHERE revoked = 0 ORDER BY ministry, device"
        ):
            if ministry not in membership.roles and device not in membership.roles:
                about = self._authors.author(device, 0)
                found.append(CandidateView(device.hex(), ministry, about.officer, about.desk))
        return found
