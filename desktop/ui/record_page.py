"""The page of one record: its head, its tabs, what waits for a decision, its form and its history."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.casework.handling import Marking
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.case_header import RecordHeader
from desktop.ui.clipboard import copy_marked
from desktop.ui.history_panel import HistoryPanel
from desktop.ui.kit import IconButton, Living, Panel, Tab, TabBar
from desktop.ui.presenter import role_elements, role_value, title_text
from desktop.ui.record_banners import RecordBanners
from desktop.ui.record_form import RecordForm
from desktop.ui.record_menu import RecordMenu
from desktop.ui.theme import current_theme
from i18n import _


class FormPage(QWidget):
    """Holds the form of whatever type the record in view has; made when it is first looked at."""

    history_requested = Signal(str)
    compare_requested = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._type = ""
        self.form: RecordForm | None = None
        self._column = QVBoxLayout(self)

    def show_record(self, view: RecordView) -> None:
        """Show a record in the form of its type; a type that this version does not know has none."""
        record_type = self._session.types.get(view.type)
        if self.form is not None and self._type != view.type:
            form, self.form = self.form, None
            form.flush()
            form.hide()
            form.deleteLater()
        if record_type is None:
            return
        if self.form is None:
            self._type = view.type
            self.form = RecordForm(self._session, record_type)
            self.form.history_requested.connect(self.history_requested)
            self.form.compare_requested.connect(self.compare_requested)
            self._column.setContentsMargins(0, 0, current_theme().space("m"), current_theme().px(18))
            self._column.addWidget(self.form)
        self.form.show_record(view)

    def flush(self) -> None:
        """Save what is typed now."""
        if self.form is not None:
            self.form.flush()


class RecordPage(Living, QWidget):
    """Shows any record; of one whose type is not known, what can be shown."""

    compare_requested = Signal(str)
    delete_requested = Signal(str)
    step_followed = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.view: RecordView | None = None
        self.tab_of: dict[str, Tab] = {}
        self._steps: list[str] = []
        self._page_of: dict[str, QWidget] = {}
        self.header = RecordHeader()
        self.header.step_followed.connect(self.step_followed)
        self.more = IconButton("ellipsis")
        self.menu = RecordMenu(lambda: self.view is not None and self.view.deleted, self)
        self.more.clicked.connect(self._on_more)
        self.menu.history_chosen.connect(lambda: self.show_tab("history", ""))
        self.menu.copy_chosen.connect(self._on_copy)
        self.menu.delete_chosen.connect(self._on_delete)
        self.menu.restore_chosen.connect(self._on_restore)
        self.tabs = TabBar()
        self.tabs.chosen.connect(self._on_tab)
        self.banners = RecordBanners(session.types)
        self.banners.compare_requested.connect(self._on_compare)
        self.banners.delete_requested.connect(self._on_delete)
        self.banners.restore_requested.connect(self._on_restore)
        self.details = FormPage(session)
        self.details.history_requested.connect(lambda field: self.show_tab("history", field))
        self.details.compare_requested.connect(self.compare_requested)
        self.history = HistoryPanel(session)
        self.pages = QStackedWidget()
        self._lay_out()
        self.make_tabs()
        self.make_actions()
        self.bind(self.more.set_name, lambda: _("More actions"))
        self.bind(lambda _text: self.retell(), str)
        self.follow(self._space)

    def make_tabs(self) -> None:
        """Add the tabs; the page of a case has more of them."""
        self.add_page("details", self.details)
        self.add_page("history", self.history, scrolls=False)

    def make_actions(self) -> None:
        """Put the actions into the head."""
        self.header.add_action(self.more)

    def show_record(self, view: RecordView, steps: list[str]) -> None:
        """Show a record, or the same one as it stands now; `steps` are the words of the way to it."""
        if self.view is not None and self.view.id != view.id:
            self.flush()
            self.tabs.choose(next(iter(self._page_of)))
        self.view, self._steps = view, steps
        self.retell()
        self.refresh_page(self.tabs.key())

    def show_tab(self, key: str, field: str | None = None) -> None:
        """Show a tab; `field` filters the history, an empty one takes the filter away."""
        self.tabs.choose(key)
        if key == "history" and self.view is not None and field is not None:
            self.history.show_record(self.view, field)

    def marking(self) -> Marking:
        """TLP, handling codes and restriction of the record shown."""
        if self.view is None:
            return Marking()
        record_type = self.session.types.get(self.view.type)
        note = self.view.fields.get("handling_note")
        return Marking(
            str(role_value(record_type, self.view, "tlp") or ""),
            role_elements(record_type, self.view, "handling"),
            (str(note.value),) if note is not None and note.value else (),
        )

    def flush(self) -> None:
        """Save what is typed now."""
        self.details.flush()

    def retell(self) -> None:
        """Show head, tabs and banners again, in the language in use."""
        for key, tab in self.tab_of.items():
            self.name_tab(key, tab)
        if self.view is not None:
            self.header.show_record(self.session.types.get(self.view.type), self.view, self._steps)
            self.banners.show_record(self.view)

    def name_tab(self, key: str, tab: Tab) -> None:
        """Name a tab in the language in use."""
        tab.set_caption({"details": _("Details"), "history": _("History")}[key])

    def refresh_page(self, key: str) -> None:
        """Bring a page up to date with the record."""
        if self.view is None or self.session.is_locked():
            return
        if key == "history":
            self.history.show_record(self.view)
        elif key == "details":
            self.details.show_record(self.view)

    def add_page(self, key: str, page: QWidget, *, scrolls: bool = True) -> None:
        """Add a tab and its page."""
        holder: QWidget = page
        if scrolls:
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            page.setProperty("scroll", "content")
            area.setWidget(page)
            holder = area
        self._page_of[key] = holder
        self.pages.addWidget(holder)
        self.tab_of[key] = self.tabs.add_tab(key, key)

    def _on_tab(self, key: str) -> None:
        self.pages.setCurrentWidget(self._page_of[key])
        self.refresh_page(key)

    def _on_more(self) -> None:
        self.menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _on_compare(self) -> None:
        if self.view is not None:
            self.compare_requested.emit(self.view.id)

    def _on_restore(self) -> None:
        if self.view is not None:
            self.session.restore(self.view.id)

    def _on_delete(self) -> None:
        if self.view is not None:
            self.delete_requested.emit(self.view.id)

    def _on_copy(self) -> None:
        if self.view is not None:
            record_type = self.session.types.get(self.view.type)
            reference = role_value(record_type, self.view, "reference")
            copy_marked(str(reference) if reference else title_text(record_type, self.view), self.marking())

    def _lay_out(self) -> None:
        top, body = Panel("top"), Panel("win")
        self._head = QVBoxLayout(top)
        self._head.addWidget(self.header)
        self._head.addWidget(self.tabs)
        self._body = QVBoxLayout(body)
        self._body.addWidget(self.banners)
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
        self._body.setContentsMargins(side, theme.px(18), theme.px(14), 0)
        self._body.setSpacing(theme.space("l"))
