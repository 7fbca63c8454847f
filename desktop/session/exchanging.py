"""What the screens do with exchanges and permissions: who reads, what stands in the way, send, ask, answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from desktop.casework.exchanges import HandlingView, PassingView, ReaderView
from desktop.casework.handling import Marking
from desktop.casework.provenance import PermissionView
from desktop.desk import Desk
from desktop.session.membering import Membering


class Exchanging(Membering):
    """The part of the session that is about passing information on.

    What cannot be done is told by `failed` (its record is the one it was about, or the space of an exchange) or by
    `edit_refused`; the method then returns an empty string or False, and nothing was written.
    """

    def readers(self, space: str) -> tuple[ReaderView, ...]:
        """Every ministry that reads a space, with its desks by name, our own first."""
        return self._look(lambda desk: desk.readers(space), ())

    def handling(self, record: str) -> HandlingView | None:
        """The codes of a record that hold, whose it is and who has it; None while it cannot be read."""
        return self._look(lambda desk: desk.handling(record), None)

    def passing(self, records: Sequence[str], audience: Collection[str], purpose: str = "police") -> PassingView:
        """What copies of records would be marked with, and what stands in the way of an audience having them."""
        return self._look(lambda desk: desk.passing(records, audience, purpose), PassingView(Marking()))

    def sending(self, space: str, values: Mapping[str, object], original: str = "") -> PassingView:
        """What an exchange would be marked with, and what stands in the way of sending it."""
        return self._look(lambda desk: desk.sending(space, values, original), PassingView(Marking()))

    def send_exchange(
        self, space: str, values: Mapping[str, object], original: str = "", *, confirmed: bool = False
    ) -> str:
        """Send an exchange; returns its id."""
        with self._reporting(space):
            return self._told(self._open_desk().send(space, values, original, confirmed=confirmed))
        return ""

    def ask_permission(
        self, about: str, codes: Collection[str], audience: Collection[str], reason: str, provider: str = ""
    ) -> str:
        """Ask the provider of a record to lift codes for some ministries; returns the request's id."""
        with self._reporting(about):
            return self._told(self._open_desk().ask_permission(about, codes, audience, reason, provider))
        return ""

    def answer_permission(self, record: str, *, granted: bool, words: str = "", until: str = "") -> bool:
        """Answer a permission request as the provider; also without a connection."""
        with self._reporting(record):
            self._told(self._open_desk().answer_permission(record, granted=granted, words=words, until=until))
            return True
        return False

    def permission(self, record: str) -> PermissionView | None:
        """A permission request with its answers; None for another record."""
        return self._look(lambda desk: desk.permission(record), None)

    def waiting_permissions(self) -> tuple[PermissionView, ...]:
        """What waits for our ministry's permission, the last changed first."""
        return self._look(Desk.waiting_permissions, ())
