"""What a desk shows of its store."""

from __future__ import annotations

from desktop.casework.record_types import RecordType, RecordTypes
from desktop.casework.templates import FOLDER, TemplateBook, read_templates
from desktop.casework.trust_views import EnrolmentView
from desktop.casework.views import Author, ConflictView, HistoryEntry, ListRow, Query, RecordView
from desktop.desk.enrolment import confirm, enrolment, waits_for_confirmation
from desktop.desk.guarding import dismiss_rollback, rollback_notices
from desktop.profile import Profile
from desktop.refusals import Refused
from desktop.store import AsideView, Connection, Store, UnknownRecord
from desktop.store.history import ENTRIES
from desktop.store.listing import parse_name
from sync.wire.signing import fingerprint

_DRAFT = "draft."
MAX_DRAFT = 500_000  # characters

DAY_MS = 24 * 3600 * 1000
_RELEASED_MS = 1_790_000_000_000  # September 2026: no honest clock is before this version was made
_LONG_AWAY_MS = 3 * 365 * DAY_MS


class DeskReads:
    """The reading half of a desk, bound to the thread that opened it. Reads raise StoreError."""

    def __init__(self, store: Store, connection: Connection, profile: Profile) -> None:
        self.profile = profile
        self.types = RecordTypes.load()
        self._store = store
        self._connection = connection

    def identity(self) -> Author:
        """The officer, ministry and desk of this device; `at_ms` is 0."""
        own = self._connection.identity
        return Author(own.officer, own.ministry, own.device.hex(), own.desk, 0, mine=True)

    def fingerprint(self) -> str:
        """The twenty characters that the officer reads out when the ministry's administrator enrols this desk."""
        return fingerprint(self._connection.identity.device)

    def enrolment(self) -> EnrolmentView:
        """Who enrolled this desk, whether its officer confirmed it, and whether it was revoked."""
        return enrolment(self._connection)

    def enrolment_waits(self) -> bool:
        """Whether this desk is enrolled and its officer has not confirmed by whom; cheap."""
        return waits_for_confirmation(self._connection)

    def confirm_enrolment(self) -> None:
        """Keep that the officer compared who enrolled the desk. Raises Refused (not_enrolled)."""
        confirm(self._connection, self._store.now_ms())

    def set_aside(self) -> list[AsideView]:
        """What did not verify when it was received, and what the server refused of ours."""
        return self._connection.reads.aside()

    def type(self, name: str) -> RecordType:
        """A record type; raises Refused (unknown_type) for one that this version does not know."""
        found = self.types.get(name)
        if found is None:
            raise Refused("unknown_type", type=name)
        return found

    def templates(self) -> TemplateBook:
        """The templates of cases that ship with the desk, and those that the ministry put into the home."""
        return read_templates(self._store.home / FOLDER)

    def query(self, query: Query) -> list[str]:
        """Ids of the records asked for, in order."""
        return self._connection.listing.query(query)

    def rows(self, ids: list[str]) -> list[ListRow]:
        """Rows in the order of `ids`; unknown ones are left out."""
        return self._connection.listing.rows(ids)

    def types_of(self, space: str) -> dict[str, int]:
        """How many records of each type a space has."""
        return self._connection.listing.types_of(space)

    def records(self, space: str, kind: str = "") -> list[ListRow]:
        """The records of a space, of one type or of all, by title."""
        return self.rows(self.query(Query(type=kind, space=space, order="title", with_merged=True)))

    def show(self, record: str) -> RecordView:
        """A record as it stands. Raises UnknownRecord."""
        return self._connection.reads.show(record)

    def history(
        self, record: str, field: str = "", *, limit: int = ENTRIES, before: str = ""
    ) -> tuple[HistoryEntry, ...]:
        """At most `limit` things done to a record or one of its fields, newest first; `before`: older than that change.

        Raises UnknownRecord.
        """
        name = parse_name(record)
        if name is None:
            raise UnknownRecord
        self._connection.reads.standing(record)
        return self._connection.history.history(name, field=field, limit=limit, before=before)

    def conflicts(self) -> tuple[ConflictView, ...]:
        """Every field that holds several values."""
        return self._connection.reads.conflicts()

    def counts(self) -> dict[str, int]:
        """Numbers of cases, unread records, conflicts and unsent changes."""
        return self._connection.listing.counts()

    def attention(self) -> tuple[int, int]:
        """Numbers of conflicts and of unread records; cheap whatever the number of cases."""
        return self._connection.listing.attention()

    def unsent(self) -> int:
        """Number of changes that the server has not acknowledged; cheap."""
        return self._connection.replica.unsent()

    def as_of_ms(self) -> int:
        """When this desk last had everything that the server had; 0: never."""
        return self._connection.reads.as_of_ms()

    def mark_read(self, record: str) -> bool:
        """Note that the officer has looked at a record; whether that was news."""
        if self._connection.database.read_only or not any(row.unread for row in self.rows([record])):
            return False
        self._connection.reads.mark_read(record)
        return True

    def draft(self, key: str) -> str:
        """Text that was typed under this key and not saved, or an empty string."""
        found = self._connection.notes.get(_DRAFT + key)
        return found.decode() if found else ""

    def set_draft(self, key: str, text: str) -> None:
        """Keep text that is typed and not yet saved; an empty one forgets it."""
        if text:
            kept = text[:MAX_DRAFT].encode("utf-8", "replace")  # a lone surrogate must not cost the rest
            self._connection.notes.put(_DRAFT + key, kept)
        else:
            self._connection.notes.remove(_DRAFT + key)

    def notices(self) -> list[tuple[str, dict[str, object]]]:
        """What the officer should know of this machine: codes and parameters. Nothing is refused for any of them."""
        found: list[tuple[str, dict[str, object]]] = []
        if self._store.notice:
            found.append((self._store.notice, {}))
        if self._store.reading_only:
            found.append(("open_read_only", {}))
        now, seen = self._store.now_ms(), self.as_of_ms()
        if now < max(seen - DAY_MS, _RELEASED_MS):
            found.append(("clock_behind", {"at_ms": max(seen, _RELEASED_MS)}))
        elif seen and now > seen + _LONG_AWAY_MS:
            found.append(("clock_ahead", {"at_ms": seen}))
        return found + rollback_notices(self._connection, now)

    def dismiss_rollback(self) -> None:
        """The officer has read the notice of a rollback."""
        dismiss_rollback(self._connection)
