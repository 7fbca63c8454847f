"""The page of a case: its tabs (see `case_tabs`), and the way to add any record to it."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.casework.views import RecordView
from desktop.ui.add_menu import AddButton
from desktop.ui.case_tabs import TABS, CaseTab, CaseTools, ShowsCase
from desktop.ui.import_dialog import ImportDialog
from desktop.ui.keep_dialogs import KeepDialog, RemoveDialog
from desktop.ui.kit import Button, Tab
from desktop.ui.record_page import RecordPage
from desktop.ui.report_dialog import ReportDialog
from desktop.ui.scroll_page import ScrollPage
from i18n import _


class CasePage(RecordPage):
    """Has a tab for each of `TABS` before those of any record. A tab is made when it is first looked at."""

    record_opened = Signal(str)
    add_requested = Signal(str)
    """A record of this type is to be added."""

    def make_tabs(self) -> None:
        self.tools = CaseTools(self.session, self)
        self._tabs = {tab.key: tab for tab in TABS}
        self._widgets: dict[str, QWidget] = {}
        self._counts: dict[str, int] = {}
        for tab in TABS:
            self.add_page(tab.key, partial(self._make, tab))
        super().make_tabs()

    def make_actions(self) -> None:
        self.add = AddButton(self.session)
        self.add.type_chosen.connect(self.add_requested)
        self.header.add_action(self.add)
        self.report = Button("", "secondary", "printer")
        self.report.clicked.connect(self._on_report)
        self.header.add_action(self.report)
        self.bind(self.report.setText, lambda: _("PDF report"))
        super().make_actions()
        self.menu.of_case = True
        self.menu.keep_chosen.connect(self._on_keep)
        self.menu.remove_chosen.connect(self._on_remove)
        self.menu.import_chosen.connect(self._on_import)

    def widget(self, key: str) -> QWidget | None:
        """What stands in a tab; None before it is first looked at."""
        return self._widgets.get(key)

    def show_record(self, view: RecordView, steps: list[str]) -> None:
        if self.view is None or self.view.id != view.id:
            self.tools.selection.clear()
        self._counts = self.session.family_counts(view.space)
        self.add.setVisible(view.recalled is None)
        super().show_record(view, steps)

    def name_tab(self, key: str, tab: Tab) -> None:
        declared = self._tabs.get(key)
        if declared is None:
            super().name_tab(key, tab)
        elif key == "evidence" and self.view is not None:
            count = _number_of_files(self.view) + self.session.exhibit_count(self.view.space)
            tab.set_caption(declared.caption(), count)
        elif declared.families:
            tab.set_caption(declared.caption(), sum(self._counts.get(family, 0) for family in declared.families))
        else:
            tab.set_caption(declared.caption())

    def refresh_page(self, key: str, view: RecordView) -> None:
        widget = self._widgets.get(key)
        if widget is not None:
            cast("ShowsCase", widget).show_case(view)
        else:
            super().refresh_page(key, view)

    def flush(self) -> None:
        for widget in self._widgets.values():
            if flush := getattr(widget, "flush", None):
                flush()
        super().flush()

    def _make(self, tab: CaseTab) -> QWidget:
        widget = self._widgets[tab.key] = tab.make(self.tools)
        for name, then in (
            ("record_opened", self.record_opened),
            ("add_requested", self.add_requested),
            ("tab_requested", self.tabs.choose),
        ):
            if signal := getattr(widget, name, None):
                signal.connect(then)
        return ScrollPage(widget, self.pages) if tab.scrolls else widget

    def _on_report(self) -> None:
        self.flush()
        if self.view is not None:
            ReportDialog(self.session, self.view, self).open()

    def _on_import(self) -> None:
        if self.view is not None:
            ImportDialog(self.session, self.view.space, self).open()

    def _on_keep(self) -> None:
        if self.view is not None:
            KeepDialog(self.session, self.view.space, self).open()

    def _on_remove(self) -> None:
        self.flush()
        if self.view is not None:
            RemoveDialog(self.session, self.view.space, self).open()


def _number_of_files(view: RecordView) -> int:
    field = view.fields.get("files")
    return len(field.elements) if field is not None else 0
