"""Finding, counting, comparing, changing many: long reads are beside the window, the writing is cut in slices."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from functools import partial

from PySide6.QtCore import QTimer, Signal

from desktop.casework.bulk import BulkOrder, BulkPlan, BulkProgress
from desktop.casework.list_filter import SavedFilter
from desktop.casework.views import Query
from desktop.desk import Desk
from desktop.desk.bulk import plan_bulk
from desktop.desk.merging import find_duplicates
from desktop.session.connecting import Connecting
from desktop.store.finding import MOST_HITS

_HITS, _FACETS, _PLANS, _PAIRS = "hits ", "facets ", "plan ", "pairs "
SLICE_S = 0.02  # of writing before the window is looked after


class Searching(Connecting):
    """The part of the session that is about many records at once. Requests supersede as in `query`."""

    hits_ready = Signal(int, object)
    """Request id and list[Hit]."""
    facets_ready = Signal(int, object)
    """Request id and Facets."""
    bulk_planned = Signal(int, object)
    """Request id and BulkPlan."""
    bulk_progressed = Signal(object)
    """BulkProgress: a slice of many records was written."""
    bulk_ended = Signal(int, int)
    """Records written, and passed over as somebody wrote there meanwhile: the work is done or was stopped."""
    pairs_ready = Signal(int, object)
    """Request id and list[Candidate]."""
    filters_changed = Signal()

    _slices: Iterator[BulkProgress] | None = None
    _written = _passed = 0

    def ask_hits(self, text: str, channel: str, *, limit: int = MOST_HITS, query: Query | None = None) -> int:
        """Start to find what holds a text and why; the request id comes back with `hits_ready`."""
        return self._read(lambda connection: connection.finding.find(text, limit, query), _HITS + channel)

    def ask_facets(self, query: Query, facets: Iterable[str], channel: str) -> int:
        """Start to count the codes of facets; the request id comes back with `facets_ready`."""
        wanted = tuple(facets)
        return self._read(lambda connection: connection.listing.facets(query, wanted), _FACETS + channel)

    def ask_bulk(self, ids: Iterable[str], order: BulkOrder, channel: str) -> int:
        """Start to plan an order over many records; the request id comes back with `bulk_planned`."""
        chosen, types = tuple(ids), self.types
        return self._read(lambda connection: plan_bulk(connection, types, chosen, order), _PLANS + channel)

    def ask_pairs(self, space: str, channel: str, *, elsewhere: bool = False) -> int:
        """Start to look for duplicates in a case, or of its records in others; answered by `pairs_ready`.

        On the thread of checks: it may take seconds, and lists do not wait for it.
        """
        if self._checks is None:
            return 0
        self._checks.start()
        key = _PAIRS + channel
        self._asked[key] = self._checks.ask(partial(find_duplicates, space=space, elsewhere=elsewhere), key)
        return self._asked[key]

    def on_answered(self, number: int, channel: str, answer: object) -> None:
        """A thread has an answer."""
        if self._desk is None or self._asked.get(channel) != number:
            return
        signals = {
            _HITS: self.hits_ready,
            _FACETS: self.facets_ready,
            _PLANS: self.bulk_planned,
            _PAIRS: self.pairs_ready,
        }
        for prefix, signal in signals.items():
            if channel.startswith(prefix):
                signal.emit(number, answer)
                return
        super().on_answered(number, channel, answer)

    # many records

    def start_bulk(self, plan: BulkPlan) -> bool:
        """Begin to write what was planned; tells by `bulk_progressed` and, at the end, `bulk_ended`."""
        return self._run(self._look(lambda desk: desk.bulk_slices(plan), None))

    def stop_bulk(self) -> None:
        """Write no more of it; what was written is one step of undo."""
        if self._slices is not None:
            self._end()

    def undo(self) -> bool:
        """Undo one's last edit; one of many records goes on in slices, and ends with `bulk_ended`."""
        if self._look(Desk.undo_is_long, otherwise=False):
            return self._run(self._look(Desk.undo_slices, None))
        return self._slices is None and super().undo()

    def redo(self) -> bool:
        """Do again what was undone last."""
        if self._look(lambda desk: desk.undo_is_long(again=True), otherwise=False):
            return self._run(self._look(lambda desk: desk.undo_slices(again=True), None))
        return self._slices is None and super().redo()

    def _run(self, slices: Iterator[BulkProgress] | None) -> bool:
        if slices is None or self._slices is not None:
            return False
        self._slices, self._written, self._passed = slices, 0, 0
        QTimer.singleShot(0, self, self.on_slice)
        return True

    def on_slice(self) -> None:
        """Write a little, then let the window live."""
        until = time.perf_counter() + SLICE_S
        if self._desk is None:
            self._slices = None
        while self._slices is not None:
            done: BulkProgress | None = None
            with self._reporting():
                done = next(self._slices, None)
            if done is None:
                self._end()
                return
            self._written += len(done.records)
            self._passed += done.passed
            self._announce(done.records)
            self.bulk_progressed.emit(done)
            if time.perf_counter() > until:
                QTimer.singleShot(0, self, self.on_slice)
                return

    def _end(self) -> None:
        self._slices = None
        self.tell_undo()
        self._wake()
        self.bulk_ended.emit(self._written, self._passed)

    # duplicates and filters

    def merge(self, stands: str, other: str) -> bool:
        """Let a record stand in lists for another one."""
        with self._reporting(stands):
            self._told(self._open_desk().merge(stands, other))
            return True
        return False

    def separate(self, record: str) -> bool:
        """Take back the merges of a record."""
        with self._reporting(record):
            self._told(self._open_desk().separate(record))
            return True
        return False

    def is_merged(self, record: str) -> bool:
        """Whether a merge joins a record with another one."""
        return self._look(lambda desk: bool(desk.merges_of(record)), otherwise=False)

    def link_across(self, here: str, there: str) -> bool:
        """Link a record with the same subject in another case."""
        with self._reporting(here):
            self._told(self._open_desk().link_across(here, there))
            return True
        return False

    def keep_apart(self, one: str, other: str) -> None:
        """Note that two records are two."""
        self._look(lambda desk: desk.keep_apart(one, other), None)

    def saved_filters(self, place: str = "") -> tuple[SavedFilter, ...]:
        """The filters kept for a place."""
        return self._look(lambda desk: desk.saved_filters(place), ())

    def save_filter(self, saved: SavedFilter) -> bool:
        """Keep a filter under its name."""
        with self._reporting():
            self._open_desk().save_filter(saved)
            self.filters_changed.emit()
            return True
        return False

    def forget_filter(self, place: str, name: str) -> None:
        """Forget a filter."""
        self._look(lambda desk: desk.forget_filter(place, name), None)
        self.filters_changed.emit()

    def take_filter(self, line: str) -> SavedFilter | None:
        """Keep the filter of a line that somebody sent; None when it is none, which `failed` tells."""
        with self._reporting():
            taken = self._open_desk().take_filter(line)
            self.filters_changed.emit()
            return taken
        return None
