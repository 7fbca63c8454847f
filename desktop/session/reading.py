"""What the screens may ask for: lists, records, history, conflicts, figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from desktop.casework.record_types import RecordTypes
from desktop.casework.templates import TemplateBook
from desktop.casework.trust_views import EnrolmentView
from desktop.casework.views import Author, ConflictView, HistoryEntry, ListRow, Query, RecordView
from desktop.desk import Desk, UnknownRecord, params_of
from desktop.session.base import SessionBase
from desktop.store import AsideView, StoreError
from i18n import current
from i18n.locales import SOURCE

T = TypeVar("T")
HISTORY_PAGE = 200  # entries


class Reading(SessionBase):
    """The reading half of the session. Everything here answers at once; long lists come from `query` (see Session).

    A failure of the store is told by `failed`, and the answer is then empty.
    """

    @property
    def types(self) -> RecordTypes:
        """The record types that this version knows."""
        return RecordTypes.load()

    def identity(self) -> Author:
        """The officer, ministry and desk of this device; `at_ms` is 0."""
        return self._open_desk().identity()

    def members(self) -> tuple[str, ...]:
        """Codes of the alliance's members, as the profile trusts them."""
        return self._desk.profile.members if self._desk else ()

    def alliance_marking(self) -> str:
        """The marking that the alliance puts on everything, in the language in use; the profile holds it."""
        marking = self._desk.profile.marking if self._desk else {}
        return marking.get(current().language) or marking.get(SOURCE) or ""

    def fingerprint(self) -> str:
        """The twenty characters that the officer reads out when this desk is enrolled."""
        return self._open_desk().fingerprint()

    def enrolment(self) -> EnrolmentView | None:
        """Who enrolled this desk, whether that was confirmed, whether it was revoked; None when that cannot be read."""
        return self._look(Desk.enrolment, None)

    def confirm_enrolment(self) -> None:
        """The officer compared who enrolled the desk."""
        self._look(Desk.confirm_enrolment, None)
        self.enrolment_changed.emit()

    def enrolment_waits(self) -> bool:
        """Whether this desk is enrolled and its officer has not confirmed by whom; cheap."""
        return self._look(Desk.enrolment_waits, otherwise=False)

    def set_aside(self) -> list[AsideView]:
        """What did not verify when it was received, and what the server refused of ours."""
        return self._look(Desk.set_aside, [])

    def default_members(self) -> tuple[str, ...]:
        """Codes of the ministries that a new case is shared with unless the officer says otherwise."""
        return self._desk.profile.default_members if self._desk else ()

    def templates(self) -> TemplateBook:
        """The templates of cases, and the files that are none."""
        return self._look(Desk.templates, TemplateBook({}))

    def rows(self, ids: Iterable[str]) -> list[ListRow]:
        """The rows of records in the order of `ids`; unknown ones are left out."""
        return self._look(lambda desk: desk.rows(list(ids)), [])

    def records(self, space: str, type: str = "") -> list[ListRow]:  # noqa: A002 - the word of the vocabulary
        """The records of a space, of one type or of all; deleted ones are left out."""
        return self._look(lambda desk: desk.records(space, type), [])

    def record_ids(self, space: str) -> list[str]:
        """Ids of the records of a space, the last changed ones first, without deleted ones; do not change the list.

        Read once until something moves: every part of a page of a case asks, and a case may have 10,000.
        """
        if self._listed[0] != space or not self._listed[1]:
            everything = Query(type="", space=space, with_merged=True)
            self._listed = (space, self._look(lambda desk: desk.query(everything), []))
        return self._listed[1]

    def family_counts(self, space: str) -> dict[str, int]:
        """How many records of each family a space has; those whose type this version does not know are left out."""
        counts: dict[str, int] = {}
        nothing: dict[str, int] = {}
        for name, count in self._look(lambda desk: desk.types_of(space), nothing).items():
            if (known := self.types.get(name)) is not None:
                counts[known.family] = counts.get(known.family, 0) + count
        return counts

    def newest(self, space: str, families: tuple[str, ...], limit: int) -> list[ListRow]:
        """The rows of a space's records of some families that changed last."""
        query = Query(space=space, families=families, limit=limit)
        return self._look(lambda desk: desk.rows(desk.query(query)), [])

    def show(self, record: str) -> RecordView:
        """A record as it stands. Raises UnknownRecord, Locked."""
        return self._look_at(lambda desk: desk.show(record))

    def history(
        self, record: str, field: str = "", *, limit: int = HISTORY_PAGE, before: str = ""
    ) -> tuple[HistoryEntry, ...]:
        """At most `limit` things done to a record or one of its fields, newest first; `before`: older than that change.

        Raises UnknownRecord, Locked.
        """
        return self._look_at(lambda desk: desk.history(record, field, limit=limit, before=before))

    def conflicts(self) -> tuple[ConflictView, ...]:
        """Every field of every record that waits for a person."""
        return self._look(Desk.conflicts, ())

    def counts(self) -> dict[str, int]:
        """Numbers for the rail and the status bar: cases, unread, conflicts, unsent."""
        return self._look(Desk.counts, {"cases": 0, "unread": 0, "conflicts": 0, "unsent": 0})

    def attention(self) -> tuple[int, int]:
        """Numbers of fields in conflict and of unread records; cheap whatever the number of cases."""
        return self._look(Desk.attention, (0, 0))

    def draft(self, key: str) -> str:
        """Text that was typed under this key and not yet saved, or an empty string."""
        return self._look(lambda desk: desk.draft(key), "")

    def _look(self, ask: Callable[[Desk], T], otherwise: T) -> T:
        """What the desk answers, or `otherwise` while it is locked or when the store fails, which is told."""
        if self._desk is not None:
            with self._reporting():
                return ask(self._desk)
        return otherwise

    def _look_at(self, ask: Callable[[Desk], T]) -> T:
        """What the desk answers; a record that cannot be read for whatever reason is one that is not there."""
        try:
            return ask(self._open_desk())
        except UnknownRecord:
            raise
        except StoreError as error:
            self.tell_failure(error.code, params_of(error))
            raise UnknownRecord from error
