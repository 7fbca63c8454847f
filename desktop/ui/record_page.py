"""The page of one record: its head, its tabs, what waits for a decision, its form and its history."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.case_header import RecordHeader
from desktop.ui.handling_tab import HandlingTab
from desktop.ui.history_panel import HistoryPanel
from desktop.ui.kit import EmptyState, IconButton, Living, Panel, Tab, TabBar
from desktop.ui.link_words import view_words
from desktop.ui.margins import set_margins
from desktop.ui.notes_dialog import NotesDialog
from desktop.ui.record_banners import RecordBanners
from desktop.ui.record_cards import make_card
from desktop.ui.record_deeds import RecordDeeds
from desktop.ui.record_form import RecordForm
from desktop.ui.record_menu import RecordMenu
from desktop.ui.request_card import RequestCard
from desktop.ui.scroll_page import BAR, ScrollPage
from desktop.ui.slices import Slices
from desktop.ui.theme import current_theme
from i18n import _

_SHORT = 400  # pixels at 100 %: below it the head gives up a line


class FormPage(QWidget):
    """Holds the form of whatever type the record in view has; made when it is first looked at."""

    history_requested = Signal(str)
    compare_requested = Signal(str)
    record_opened = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._type = ""
        self.form: RecordForm | None = None
        self.card: RequestCard | None = None
        self.gone = EmptyState("circle-x")
        self.gone.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(current_theme().space("l"))
        self._column.addWidget(self.gone)

    def show_record(self, view: RecordView) -> None:
        """Show a record in the form of its type; a type that this version does not know has none, nor what is gone."""
        recalled = view.recalled is not None
        record_type = None if recalled else self._session.types.get(view.type)
        self.gone.setVisible(recalled)
        self.gone.set_texts(_("Nothing of it is left"), _("What was written here was recalled, for ever."))
        if self.form is not None and (recalled or self._type != view.type):
            form, self.form = self.form, None
            form.flush()
            for gone in (form, self.card):
                if gone is not None:
                    gone.hide()
                    gone.deleteLater()
            self.card = None
        if record_type is None:
            return
        if self.form is None:
            self._type = view.type
            card = self.card = make_card(self._session, view.type)
            if card is not None:
                card.compare_requested.connect(self.compare_requested)
                card.record_opened.connect(self.record_opened)
                self._column.addWidget(card)
            self.form = RecordForm(self._session, record_type)
            self.form.history_requested.connect(self.history_requested)
            self.form.compare_requested.connect(self.compare_requested)
            self.form.notes_asked.connect(self.show_notes)
            self._column.addWidget(self.form)
        self.form.show_record(view)
        if self.card is not None:
            self.card.show_record(view)

    def show_notes(self, record: str, field: str) -> None:
        """Show what is known of a value, and let it be written."""
        dialog = NotesDialog(self._session, record, field, self)
        dialog.history_requested.connect(self.history_requested)
        dialog.compare_requested.connect(self.compare_requested)
        dialog.open()

    def flush(self) -> None:
        """Save what is typed now."""
        if self.form is not None:
            self.form.flush()


class RecordPage(Living, QWidget):
    """Shows any record; of one whose type is not known, what can be shown. Pages are made when first looked at."""

    compare_requested = Signal(str)
    delete_requested = Signal(str)
    step_followed = Signal(int)
    record_opened = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.view: RecordView | None = None
        self._steps: list[str] = []
        self._slices = Slices(self)
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._tab_of: dict[str, Tab] = {}
        self._page_of: dict[str, QWidget] = {}
        self.details: FormPage | None = None
        self.history: HistoryPanel | None = None
        self.handling: HandlingTab | None = None
        self._lay_out()
        self.header.step_followed.connect(self.step_followed)
        self.more.clicked.connect(self._on_more)
        self.tabs.chosen.connect(self._on_tab)
        self.deeds.history_requested.connect(lambda: self.show_tab("history", ""))
        self.deeds.compare_requested.connect(self.compare_requested)
        self.deeds.delete_requested.connect(self.delete_requested)
        self.make_tabs()
        self.make_actions()
        self.bind(self.more.set_name, lambda: _("More actions"))
        self.bind(lambda _text: self.retell(), str)
        self.follow(self._space)

    def make_tabs(self) -> None:
        """Add the tabs; the page of a case has more of them."""
        self.add_page("details", self._make_details)
        self.add_page("handling", self._make_handling)
        self.add_page("history", self._make_history)

    def make_actions(self) -> None:
        """Put the actions into the head."""
        self.header.add_action(self.more)

    def show_record(self, view: RecordView, steps: list[str]) -> None:
        """Show a record, or the same one as it stands now; `steps` are the words of the way to it."""
        if self.view is not None and self.view.id != view.id:
            self.flush()
            self.tabs.choose(next(iter(self._makers)))
        self.view, self._steps = view, steps
        self.deeds.view = view
        self.retell()
        self._slices.start(lambda: self._on_tab(self.tabs.key()))

    def finish(self) -> None:
        """Show at once what would come in the next turns of the event loop."""
        self._slices.finish()

    def show_tab(self, key: str, field: str | None = None) -> None:
        """Show a tab; `field` filters the history, an empty one takes the filter away."""
        self.tabs.choose(key)
        if key == "history" and self.view is not None and self.history is not None and field is not None:
            self.history.show_record(self.view, field)

    def flush(self) -> None:
        """Save what is typed now."""
        if self.details is not None:
            self.details.flush()

    def retell(self) -> None:
        """Show head, tabs and banners again, in the language in use."""
        for key, tab in self._tab_of.items():
            self.name_tab(key, tab)
        if self.view is not None:
            record_type = self.session.types.get(self.view.type)
            title = view_words(self.session, record_type, self.view) if not self.session.is_locked() else ""
            self.header.show_record(record_type, self.view, self._steps, title)
            self.banners.show_record(self.view)

    def name_tab(self, key: str, tab: Tab) -> None:
        """Name a tab in the language in use."""
        tab.set_caption({"details": _("Details"), "handling": _("Passing on"), "history": _("History")}[key])

    def refresh_page(self, key: str, view: RecordView) -> None:
        """Bring a page up to date with the record."""
        if key == "history" and self.history is not None:
            self.history.show_record(view)
        elif key == "handling" and self.handling is not None:
            self.handling.show_record(view)
        elif key == "details" and self.details is not None:
            self.details.show_record(view)

    def add_page(self, key: str, make: Callable[[], QWidget]) -> None:
        """Add a tab, and the way to make its page."""
        self._makers[key] = make
        self._tab_of[key] = self.tabs.add_tab(key, key)

    def page(self, key: str) -> QWidget:
        """The page of a tab, made if need be."""
        if key not in self._page_of:
            page = self._page_of[key] = self._makers[key]()
            self.pages.addWidget(page)
            if key == next(iter(self._makers)):
                self._place_banners(page)
        return self._page_of[key]

    def _make_details(self) -> QWidget:
        self.details = FormPage(self.session)
        self.details.history_requested.connect(lambda field: self.show_tab("history", field))
        self.details.compare_requested.connect(self.compare_requested)
        self.details.record_opened.connect(self.record_opened)
        return ScrollPage(self.details, self.pages)

    def _make_handling(self) -> QWidget:
        self.handling = HandlingTab(self.session)
        self.handling.record_opened.connect(self.record_opened)
        return ScrollPage(self.handling, self.pages)

    def _make_history(self) -> QWidget:
        self.history = HistoryPanel(self.session, self.pages)
        return self.history

    def _on_tab(self, key: str) -> None:
        if self.view is None or self.session.is_locked():
            return
        self.pages.setCurrentWidget(self.page(key))
        self.refresh_page(key, self.view)

    def _place_banners(self, page: QWidget) -> None:
        """What waits stands on top of the first page and scrolls with it; the head tells of it on the others."""
        layout = page.page.layout() if isinstance(page, ScrollPage) else None
        if isinstance(layout, QVBoxLayout):
            self.banners.place(layout)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the facts out of the head where the height is short for the text size."""
        super().resizeEvent(event)
        self.header.set_short(self.height() < current_theme().px(_SHORT))

    def _on_more(self) -> None:
        self.menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _lay_out(self) -> None:
        top, body = Panel("top", self), Panel("win", self)
        self.header = RecordHeader(top)
        self.more = IconButton("ellipsis")
        self.deeds = RecordDeeds(self.session, self)
        self.menu = RecordMenu(self.deeds, self)
        self.tabs = TabBar(top)
        self.banners = RecordBanners(self.session.types, self)
        self.deeds.answer(self.banners)
        self.pages = QStackedWidget(body)
        # It scrolls: where height is short, it gives way rather than the head.
        self.pages.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._head = QVBoxLayout(top)
        self._head.addWidget(self.header)
        self._head.addWidget(self.tabs)
        self._body = QVBoxLayout(body)
        self._body.addWidget(self.pages, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(body, 1)

    def _space(self) -> None:
        theme = current_theme()
        side = theme.px(26)
        self._head.setContentsMargins(side, theme.space("m"), side, 0)
        self._head.setSpacing(theme.space("s"))
        set_margins(self, self._body, side, theme.px(18), side - theme.px(BAR), 0)
        self._body.setSpacing(theme.space("l"))
