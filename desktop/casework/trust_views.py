"""What screens and commands are shown of trust: who belongs to a space, and what somebody did against the rules."""

from __future__ import annotations

import msgspec

from desktop.casework.views import Author


class EvidenceView(msgspec.Struct, frozen=True):
    """One finding. `by`: the device whose signed bytes show it; `about`: whose history was shown in two ways.

    `kind` is one of `sync.evidence.KINDS`; "unknown" for one of a later version.
    """

    id: int
    kind: str
    space: str
    at_ms: int  # when it was found first
    last_ms: int  # and last
    times: int
    seen: bool
    bytes: int
    by: Author | None = None
    about: Author | None = None
    facts: dict[str, int | str] = {}


class WitnessView(msgspec.Struct, frozen=True):
    """A ministry whose desk confirmed the server's log as this desk was shown it, up to `size`, by its own clock."""

    ministry: str
    size: int
    at_ms: int


class MemberView(msgspec.Struct, frozen=True):
    """Who belongs to a space: a ministry with all its desks, or one officer's desk.

    `subject` is what the commands and the session's methods take: a ministry's code, or a device's id in hexadecimal.
    """

    subject: str
    ministry: str
    role: str  # lead, contributor, reader
    officer: str = ""  # of a single desk; empty for a ministry
    desk: str = ""
    desks: int = 1  # enrolled and not revoked, that read because of this membership
    since_ms: int = 0
    by: Author | None = None  # who let them in; None for those the space was founded with
    from_start: bool = True  # whether the history before `since_ms` was granted
    own: bool = False  # this desk's own ministry, or this very desk


class MemberEvent(msgspec.Struct, frozen=True):
    """One entry of a space's own log, in the order in which they count; `number` 0: one of ours that did not hold."""

    number: int
    what: str  # invite, role, remove, leave, rotate; newer: an event of a later version
    subject: str  # a ministry's code or a device's id; empty for a rotation
    ministry: str
    officer: str
    role: str
    from_start: bool
    author: Author
    late: bool = False  # it came from a desk that was known to be revoked
    refused: str = ""  # code of why it did not hold


class CandidateView(msgspec.Struct, frozen=True):
    """Who may be invited into a space: a ministry that is no member, or a desk of such a ministry."""

    subject: str
    ministry: str
    officer: str = ""
    desk: str = ""


class MembersView(msgspec.Struct, frozen=True):
    """The members of a space as the signed entries of its log give them, and what this desk may do there.

    `Session.space_members(space)` returns it. `invite(space, subject, role, from_start)`, `set_role(space, subject,
    role)`, `remove_member(space, subject)` and `leave(space)` change it and return whether they did; a refusal comes
    by `failed`.
    """

    space: str
    members: tuple[MemberView, ...]
    role: str  # of this desk; empty when it is no member any more
    may_manage: bool  # invite, change roles, remove
    may_leave: bool
    candidates: tuple[CandidateView, ...] = ()
    waiting: bool = False  # a new key is due, or an entry of ours waits to be sent: changes wait until then


class EnrolmentView(msgspec.Struct, frozen=True):
    """How a desk stands with its ministry. Fingerprints are twenty characters in fours.

    Until it is enrolled only its own and the root's are there. `revoked`: the reason; empty while it is trusted.
    """

    fingerprint: str
    root: str
    administrator: str = ""
    administrator_fingerprint: str = ""
    enrolled_ms: int = 0  # by the administrator's clock
    confirmed_ms: int = 0
    revoked: str = ""


class ReceiptView(msgspec.Struct, frozen=True):
    """What one desk said of a record. Times are Unix milliseconds by that desk's clock; 0: it did not say so.

    Whatever it says is its own claim; `verified` is False where the claim cannot be true as far as this desk can tell
    (changes that do not exist, a time that has not come, a recall that was not), or was made by a revoked desk.
    """

    device: str  # hexadecimal id
    officer: str
    desk: str
    ministry: str
    received_ms: int = 0
    read_ms: int = 0
    deleted_ms: int = 0
    behind: bool = False  # it has not said that it has the newest changes of others than its own
    verified: bool = True
    mine: bool = False  # this very desk


class ReceiptsView(msgspec.Struct, frozen=True):
    """Who has a record, as far as their desks said so.

    `Session.receipts(record)` asks for it, `ask_receipts(record, on)` asks the members' desks for receipts or stops;
    `seen(record)` tells that the officer had the record open. `silent`: desks that can read it and said nothing.
    """

    record: str
    asked: bool
    may_ask: bool  # whether this desk writes in the space
    receipts: tuple[ReceiptView, ...] = ()  # by ministry and desk
    silent: tuple[ReceiptView, ...] = ()
    waiting: bool = False  # this desk owes statements that were not sent yet
