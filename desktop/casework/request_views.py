"""What is shown of a request for assistance: immutable views, whoever wrote what stands there."""

from __future__ import annotations

import msgspec

from desktop.casework.request_clock import Clock, Times, read_moment

STATES = ("draft", "sent", "received", "accepted", "refused", "answered", "closed", "withdrawn")
ENDED = frozenset({"closed", "withdrawn"})
DONE = ENDED | {"answered", "refused"}  # the clock stands still


class Given(msgspec.Struct, frozen=True):
    """What an officer says with a step; empty: nothing. Moments as fields hold them."""

    at: str = ""  # when it happened; empty: now
    reason: str = ""
    until: str = ""  # the expected end of a pause, a day
    answer: str = ""
    due: str = ""  # instead of what the rules give
    files: bool = False  # files are attached to the request, which may be the whole answer


class Stamp(msgspec.Struct, frozen=True):
    """A moment that somebody states, and what is known of when it was written.

    `stated`: what they say; `written_ms`: by the clock of their desk; `server_ms`: when the server first had it, by its
    own clock, 0 where that is not known. `verdict`: plain, offline (the server had it later), backdated (stated earlier
    than written), ahead (stated later than written), clock (a clock is off).
    """

    field: str
    stated: str
    by: str  # officer
    ministry: str
    desk: str
    written_ms: int
    server_ms: int = 0
    verdict: str = "plain"


class Part(msgspec.Struct, frozen=True):
    """What stands of a request for one requested member."""

    member: str
    state: str = ""
    states: tuple[str, ...] = ()  # side by side in conflict
    known: bool = True  # False: a state of a newer version
    irregular: str = ""  # code of the ministry that gave the state and could not
    conflict: bool = False  # in any field of this part
    received: str = ""
    due: str = ""
    paused: str = ""
    pause_reason: str = ""
    pause_until: str = ""
    answer: str = ""
    answered: str = ""
    refusal: str = ""
    stamps: tuple[Stamp, ...] = ()

    @property
    def times(self) -> Times:
        """The moments that the clock goes by."""
        stopped = read_moment(self.answered) if self.state in DONE else None
        due, received = read_moment(self.due), read_moment(self.received)
        if self.state in DONE and stopped is None and due is not None:
            stopped = due  # when it ended is not said: nothing is counted
        paused = read_moment(self.paused) if self.state in ("received", "accepted") else None
        return Times(received, due, paused, stopped)


class RequestView(msgspec.Struct, frozen=True):
    """A request as it stands."""

    id: str
    space: str
    title: str
    reference: str
    requesting: str
    requested: tuple[str, ...]
    precedence: str
    access: str
    state: str  # of the request; where several are asked, what the requesting member gave
    parts: tuple[Part, ...]
    follows: str = ""
    assignee: str = ""
    question: str = ""
    tlp: str = ""
    handling: tuple[str, ...] = ()
    files: int = 0
    readers: tuple[str, ...] = ()
    several: bool = False
    known: bool = True
    deleted: bool = False
    updated_ms: int = 0
    unread: bool = False
    stamps: tuple[Stamp, ...] = ()

    @property
    def conflict(self) -> bool:
        """Whether anything of its states waits for a person."""
        return any(part.conflict for part in self.parts)

    @property
    def open(self) -> bool:
        """Whether somebody still has something to do."""
        return self.state not in ENDED

    def part(self, member: str) -> Part | None:
        """What stands for a member."""
        return next((each for each in self.parts if each.member == member), None)

    def waits_for(self, member: str) -> bool:
        """Whether the next step is that member's: a conflict waits for both sides."""
        if not self.known or self.deleted or not self.open:
            return False
        if self.conflict:
            return member == self.requesting or member in self.requested
        part = self.part(member)
        if part is not None and part.state in ("sent", "received", "accepted"):
            return True
        return member == self.requesting and all(each.state in ("draft", "answered", "refused") for each in self.parts)


class Deed(msgspec.Struct, frozen=True):
    """A step that can be taken now, and for which of the requested members (empty: the requesting one takes it)."""

    step: str
    member: str = ""


class TimedRequest(msgspec.Struct, frozen=True):
    """A request and what the clock of each requested member shows, in the order of its parts."""

    request: RequestView
    clocks: tuple[Clock, ...]


class Deadline(msgspec.Struct, frozen=True):
    """When something of a request is due, for reminders: no word of its content is in it."""

    record: str
    space: str
    member: str
    due_ms: int
    left_s: int
    mine: bool  # it is our ministry that must answer
