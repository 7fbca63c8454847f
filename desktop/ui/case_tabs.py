"""The tabs of a case: one line and one module each.

    CaseTab(key, caption, make, families)

`make` gets the tools that the tabs of a page share and returns a widget with `show_case(view: RecordView)`. It may have
`flush()`, and the signals `record_opened(str)`, `tab_requested(str)` and `add_requested(str)` (a record type); each is
tied to the page if it is there. The records of `families` are counted beside the caption. A tab that `scrolls` is put
into a page that does; others fill the room themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from PySide6.QtWidgets import QWidget

from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.case_selection import Selection
from desktop.ui.chart.chart_tab import ChartTab
from desktop.ui.discussion_tab import DiscussionTab
from desktop.ui.evidence_tab import EvidenceTab
from desktop.ui.exchanges_tab import ExchangesTab
from desktop.ui.links_tab import LinksTab
from desktop.ui.map.map_tab import MapTab
from desktop.ui.members_tab import MembersTab
from desktop.ui.records_tab import RecordsTab
from desktop.ui.requests_tab import RequestsTab
from desktop.ui.summary_tab import SummaryTab
from desktop.ui.tasks_tab import TasksTab
from desktop.ui.timeline.timeline_tab import TimelineTab
from i18n import _


class ShowsCase(Protocol):
    """What the widget of a tab can do."""

    def show_case(self, view: RecordView) -> object:
        """Show a case, or the same one as it stands now."""


@dataclass(frozen=True, slots=True)
class CaseTools:
    """What the tabs of one page of a case share. Dialogs open over `page`."""

    session: Session
    page: QWidget
    selection: Selection = field(default_factory=Selection)


class CaseTab(NamedTuple):
    """One tab; `caption` gives its words in the language in use."""

    key: str
    caption: Callable[[], str]
    make: Callable[[CaseTools], QWidget]
    families: tuple[str, ...] = ()
    scrolls: bool = False


TABS = (
    CaseTab("summary", lambda: _("Summary"), lambda tools: SummaryTab(tools.session), scrolls=True),
    CaseTab("subjects", lambda: _("Subjects"), lambda tools: RecordsTab(tools.session), ("subject",)),
    CaseTab("links", lambda: _("Links"), lambda tools: LinksTab(tools.session, tools.selection), ("link",)),
    CaseTab("chart", lambda: _("Chart"), lambda tools: ChartTab(tools.session, tools.selection)),
    CaseTab("timeline", lambda: _("Timeline"), lambda tools: TimelineTab(tools.session, tools.selection)),
    CaseTab("map", lambda: _("Map"), lambda tools: MapTab(tools.session, tools.selection)),
    CaseTab("requests", lambda: _("Requests"), lambda tools: RequestsTab(tools.session), ("request",)),
    CaseTab("exchanges", lambda: _("Exchanges"), lambda tools: ExchangesTab(tools.session, tools.page), ("exchange",)),
    CaseTab("tasks", lambda: _("Tasks"), lambda tools: TasksTab(tools.session), ("task",)),
    CaseTab("discussion", lambda: _("Discussion"), lambda tools: DiscussionTab(tools.session), ("note",)),
    CaseTab("evidence", lambda: _("Evidence"), lambda tools: EvidenceTab(tools.session, tools.page)),
    CaseTab("members", lambda: _("Members"), lambda tools: MembersTab(tools.session), scrolls=True),
)
"""In the order of the screen; the form of the case and its history stand after them."""
