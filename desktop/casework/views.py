"""What screens and commands are shown of records: immutable rows, with no Qt, no SQL and no keys in them."""

from __future__ import annotations

import msgspec

Scalar = str | int | float | bool | None


class ListRow(msgspec.Struct, frozen=True, gc=False):
    """One row of a list. Text is data as stored: isolate and neutralise it when you show it."""

    id: str
    space: str
    type: str
    reference: str = ""
    title: str = ""
    subtitle: str = ""
    status: str = ""
    priority: str = ""
    tlp: str = ""
    handling: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    due: str = ""  # ISO date or empty
    assignee: str = ""
    updated_ms: int = 0  # authored time of the newest change applied, Unix milliseconds
    unread: bool = False
    conflicts: int = 0  # fields in conflict
    revived: bool = False  # deleted by one officer while another edited it
    unsent: bool = False
    source: str = ""  # of a link: ids of the two records that it joins
    target: str = ""
    start: str = ""  # ISO date or time, for the timeline
    end: str = ""
    where: str = ""  # "latitude,longitude" in degrees, for the map
    where_to: str = ""
    recalled: bool = False  # then nothing else of it is left
    until_ms: int = 0  # of a case: until when this desk keeps it, Unix milliseconds; 0: for good
    evaluation: str = ""  # 4x4


class Author(msgspec.Struct, frozen=True):
    """Who wrote a change, from which device, and when by that device's clock (Unix milliseconds)."""

    officer: str
    ministry: str
    device: str  # hexadecimal device id
    desk: str  # the device's label in the directory, "Dakar 1"
    at_ms: int
    mine: bool = False  # written on this very desk


class ValueView(msgspec.Struct, frozen=True):
    """One value that a field holds, with its author. `dot` names the write: «device.seq.index»."""

    value: Scalar
    dot: str
    author: Author
    server_ms: int = 0  # when the server first had it, by its clock; 0: not sent yet, or not known


class FieldView(msgspec.Struct, frozen=True):
    """A field: one value usually, several in conflict; `elements` for a set, `text` for a long text."""

    name: str
    merge: str  # "register", "set" or "text"
    values: tuple[ValueView, ...] = ()
    elements: tuple[str, ...] = ()
    text: str = ""
    known: bool = True  # declared by the record type that this version knows
    hidden: int = 0  # values that stand there beside those in `values`: far more than anybody can look at

    @property
    def conflict(self) -> bool:
        """Whether two or more different values stand side by side."""
        return len({str(v.value) for v in self.values}) > 1

    @property
    def value(self) -> Scalar:
        """The value of a register without conflict, the first one (by dot) of a register in conflict."""
        return self.values[0].value if self.values else None


class RecallView(msgspec.Struct, frozen=True):
    """A record was recalled: its content is gone from every desk that hears of it, for ever. `reason` is their words.

    `RecordView.recalled` holds it. `Session.recall(record, reason)` recalls and returns whether it did (a refusal comes
    by `failed`: not_yours_to_recall, recalled, recall_reason); `Session.may_recall(record)` says beforehand.
    """

    by: Author
    reason: str


class RecordView(msgspec.Struct, frozen=True):
    """A record as it stands now."""

    id: str
    space: str
    type: str
    fields: dict[str, FieldView]
    known: bool = True  # False: "needs a newer version"
    deleted: bool = False
    revived: bool = False
    updated_ms: int = 0
    readers: tuple[str, ...] = ()  # codes of the ministries that can read the space
    unknown_operations: int = 0
    recalled: RecallView | None = None  # then it has no fields any more, and nothing can be done to it


class HistoryEntry(msgspec.Struct, frozen=True):
    """One operation of one change, newest first in lists."""

    change: str  # «device.seq»
    operation: str  # create, set, text, add, remove, delete, restore, recall, recall_refused, recalled, unknown
    field: str
    value: Scalar  # written; for text, the whole text after the change; a recall's reason; how many were recalled
    before: tuple[Scalar, ...]  # the values it superseded
    author: Author
    sent: bool
    late: bool = False  # it came after its desk was known to be revoked


class ConflictView(msgspec.Struct, frozen=True):
    """One field of one record that waits for a person."""

    record: str
    space: str
    type: str
    reference: str
    title: str
    tlp: str
    field: str
    values: tuple[ValueView, ...]
    before: tuple[Scalar, ...]  # what stood there before they diverged, if known


class Query(msgspec.Struct, frozen=True):
    """What a list asks for. Empty members ask for nothing in particular."""

    type: str = "case"
    space: str = ""
    text: str = ""  # typed by a person; folded by the search
    statuses: tuple[str, ...] = ()
    without_statuses: tuple[str, ...] = ()  # none of these: a status that this version does not know stays in
    tlps: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    mine: bool = False  # assigned to me, or created on this desk
    unread: bool = False
    conflicts: bool = False
    unsent: bool = False  # changed here and not sent yet
    due_before: str = ""  # ISO date
    updated_since_ms: int = 0
    deleted: bool = False  # the bin instead of the list
    order: str = "updated"  # updated, due, reference, title
    limit: int = 0  # 0: all
    types: tuple[str, ...] = ()  # any of these, and those of `families`; `type` then counts for nothing
    families: tuple[str, ...] = ()
    precedences: tuple[str, ...] = ()
    evaluations: tuple[str, ...] = ()  # 4x4
    handling: tuple[str, ...] = ()  # any of these codes
    assignees: tuple[str, ...] = ()  # names of officers; an empty one: nobody
    due_from: str = ""  # ISO date, included; `due_before` is not
    start_from: str = ""
    start_before: str = ""
    updated_before_ms: int = 0
    with_merged: bool = False  # also records in whose place another one stands; a search by words finds them anyway


class Facets(msgspec.Struct, frozen=True):
    """How many of the records that a query asks for have each code, by what is counted, the most frequent first."""

    counts: dict[str, dict[str, int]]
    whole: bool  # whether all were looked at; otherwise the newest, and there may be more of each


class Hit(msgspec.Struct, frozen=True):
    """A record that was found, and why: the field that holds what was typed, and its text around that."""

    row: ListRow
    field: str = ""  # empty where no single field holds all of it
    excerpt: str = ""
    stands: str = ""  # id of the record that stands in lists in the place of this one; empty for most


class SyncState(msgspec.Struct, frozen=True):
    """What the connection chip and the status bar show."""

    phase: str = "offline"  # offline, connecting, online, syncing, refused, paused
    unsent: int = 0
    as_of_ms: int = 0  # when this desk last had everything the server had; 0: never
    error: str = ""  # code of sync.errors, empty when all is well
    detail: str = ""  # for diagnostics, without case data
    retry_at_ms: int = 0
    verified: int = 0  # cases that began from a snapshot and whose history was verified since,
    from_snapshots: int = 0  # of so many


class SyncReport(msgspec.Struct, frozen=True):
    """Figures of one sync run; the `--json` of `tahaluf sync`."""

    pushed: int = 0  # changes
    pulled: int = 0
    applied: int = 0
    pending: int = 0  # waiting for changes they depend on
    refused: int = 0  # set aside: bad signature, unreadable
    unsent: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    requests: int = 0
    seconds: float = 0.0
