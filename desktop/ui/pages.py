"""Makes the pages of a workspace and ties their wishes to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.ui.bin_view import BinView
from desktop.ui.conflicts_view import ConflictsView
from desktop.ui.integrity_page import IntegrityPage
from desktop.ui.records_page import RecordsPage
from desktop.ui.requests_page import RequestsPage
from desktop.ui.settings_view import SettingsView
from desktop.ui.sync_page import SyncPage
from desktop.ui.work_page import WorkPage

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace


def make_page(space: Workspace, key: str) -> QWidget:
    """The page of a place of the rail, made where it stands. Raises KeyError for a key that is no place.

    A tree of widgets that gets its parent when it is whole has the style sheet worked out once more for each of them.
    """
    makers: dict[str, Callable[[Workspace], QWidget]] = {
        "work": _work,
        "cases": partial(_records, record_type="case"),
        "people": partial(_records, record_type="person"),
        "requests": _requests,
        "conflicts": _conflicts,
        "bin": _bin,
        "sync": _sync,
        "integrity": _integrity,
        "settings": _settings,
    }
    return makers[key](space)


def _work(space: Workspace) -> QWidget:
    page = WorkPage(space.session, space.stack)
    page.record_opened.connect(space.open_work)
    page.conflict_opened.connect(space.compare)
    page.waiting_changed.connect(space.counts.show_work)
    page.marking_changed.connect(space.marking_changed)
    return page


def _records(space: Workspace, record_type: str) -> QWidget:
    page = RecordsPage(space.session, record_type, space.stack)
    page.offline_requested.connect(partial(space.show_page, "sync"))
    page.compare_requested.connect(space.compare)
    page.marking_changed.connect(space.marking_changed)
    return page


def _requests(space: Workspace) -> QWidget:
    page = RequestsPage(space.session, space.stack)
    page.record_opened.connect(space.open_record)
    page.marking_changed.connect(space.marking_changed)
    return page


def _conflicts(space: Workspace) -> QWidget:
    view = ConflictsView(space.session, space.stack)
    view.record_opened.connect(space.open_record)
    view.marking_changed.connect(space.marking_changed)
    return view


def _bin(space: Workspace) -> QWidget:
    view = BinView(space.session, space.stack)
    view.marking_changed.connect(space.marking_changed)
    return view


def _sync(space: Workspace) -> QWidget:
    page = SyncPage(space.session, space.stack)
    page.record_chosen.connect(space.open_record)
    page.settings_requested.connect(partial(space.show_page, "settings"))
    return page


def _integrity(space: Workspace) -> QWidget:
    return IntegrityPage(space.session, parent=space.stack)


def _settings(space: Workspace) -> QWidget:
    view = SettingsView(space.session, space.stack)
    view.changed.connect(space.look_changed)
    return view
