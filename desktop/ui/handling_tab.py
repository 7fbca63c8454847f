"""What holds for a record: its codes, whose it is, who has it, what stands in the way of others, what was permitted."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.casework.exchanges import EXCHANGE, PERMISSION, HandlingView
from desktop.casework.handling import explain
from desktop.casework.passing_on import PERMITTED, Obstacle
from desktop.casework.provenance import PermissionView
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.kit import Button, Card, HandlingBadge, Label, Living, TlpBadge
from desktop.ui.obstacle_list import ObstacleList
from desktop.ui.pass_on_dialog import PassOnDialog
from desktop.ui.permission_dialogs import AskDialog, title_of
from desktop.ui.permission_row import PermissionRow
from desktop.ui.presenter import countries_text
from desktop.ui.theme import current_theme
from i18n import _

_AT_ONCE = 20  # permission requests


class HandlingTab(Living, QWidget):
    """For any record. Of a permission request, the request itself stands on top."""

    record_opened = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._view: RecordView | None = None
        self._held: HandlingView | None = None
        self.codes = Card()
        self.tlp, self.badge = TlpBadge(), HandlingBadge()
        self.meaning = Label("", "caption", "muted", wrap=True)
        self.whose = Label("", "body", wrap=True)
        self.who_has = Label("", "body", wrap=True)
        self.origin = Button("", "link")
        self.origin.clicked.connect(self._on_origin)
        badges = QHBoxLayout()
        badges.addWidget(self.tlp)
        badges.addWidget(self.badge)
        badges.addStretch(1)
        self.codes.add(badges)
        for label in (self.meaning, self.whose, self.who_has, self.origin):
            self.codes.add(label)
        self.ways = Card()
        self.pass_on = Button("", "secondary", "send")
        self.pass_on.clicked.connect(self._on_pass_on)
        self.ask = Button("", "secondary", "shield-check")
        self.ask.clicked.connect(self._on_ask)
        self.others_label, self.court_label = Label("", "strong", wrap=True), Label("", "strong", wrap=True)
        self.others, self.court = ObstacleList(), ObstacleList()
        self.others_clear, self.court_clear = Label("", "caption", "ok"), Label("", "caption", "ok")
        for part in (self.others_label, self.others, self.others_clear):
            self.ways.add(part)
        for part in (self.court_label, self.court, self.court_clear):
            self.ways.add(part)
        buttons = QHBoxLayout()
        buttons.addWidget(self.pass_on)
        buttons.addWidget(self.ask)
        buttons.addStretch(1)
        self.ways.add(buttons)
        self.permissions = Card()
        self.rows: list[PermissionRow] = []
        self.nothing = Label("", "caption", "muted", wrap=True)
        self.permissions.add(self.nothing)
        for list_ in (self.others, self.court):
            list_.ask_requested.connect(self._on_obstacle)
        self._column = QVBoxLayout(self)
        for card in (self.codes, self.ways, self.permissions):
            self._column.addWidget(card)
        self._column.addStretch(1)
        session.records_changed.connect(self._on_changed)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)

    def show_record(self, view: RecordView) -> None:
        """Show what holds for a record."""
        self._view = view
        self._held = self._session.handling(view.id)
        self._tell()

    def _tell(self) -> None:
        view, held = self._view, self._held
        self._name()
        if view is None or held is None or self._session.is_locked():
            return
        self.tlp.set_label(held.marking.tlp)
        self.badge.set_codes(held.marking.handling)
        self.meaning.setText("\n".join(explain(held.marking)))
        self.whose.setText(_("Provided by: {ministries}").format(ministries=countries_text(held.providers)))
        self.who_has.setText(_("Read by: {ministries}").format(ministries=countries_text(held.receiving)))
        original = self._original()
        self.origin.setVisible(bool(original))
        self.origin.setText(_("Passed on from: {record}").format(record=title_of(self._session, original)))
        of_permission = view.type == PERMISSION
        self.ways.setVisible(not of_permission and view.recalled is None)
        if not of_permission and view.recalled is None:
            self._show_ways(held)
        asked = self._session.permission(view.id) if of_permission else None
        self._show_permissions((asked,) if asked is not None else held.permissions)

    def _show_ways(self, held: HandlingView) -> None:
        own = self._session.identity().ministry
        others = [code for code in self._session.members() if code not in held.receiving]
        for audience, purpose, list_, clear in (
            (others, "police", self.others, self.others_clear),
            ([own], "judicial", self.court, self.court_clear),
        ):
            found = self._session.passing([held.record], audience, purpose).obstacles
            list_.show_obstacles(found)
            clear.setVisible(not found)
        asks = any(code in PERMITTED for code in held.marking.handling)
        self.ask.setVisible(asks and any(code != own for code in held.providers))

    def _show_permissions(self, found: tuple[PermissionView, ...]) -> None:
        for row in self.rows:
            self.permissions.body.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [PermissionRow(self._session, each) for each in found[:_AT_ONCE]]
        for row in self.rows:
            row.opened.connect(self.record_opened)
            self.permissions.add(row)
        self.nothing.setVisible(not found)

    def _name(self) -> None:
        self.codes.set_title(_("Handling"))
        self.ways.set_title(_("Passing on"))
        self.permissions.set_title(_("Permissions"))
        self.others_label.setText(_("To members that do not have it"))
        self.court_label.setText(_("In judicial proceedings of your ministry's country"))
        for label in (self.others_clear, self.court_clear):
            label.setText(_("Nothing stands in the way."))
        self.pass_on.setText(_("Pass on…"))
        self.ask.setText(_("Ask for permission…"))
        self.nothing.setText(_("Nobody asked for permission yet."))

    def _original(self) -> str:
        field = self._view.fields.get("original") if self._view and self._view.type == EXCHANGE else None
        return str(field.value or "") if field is not None else ""

    def _on_changed(self, ids: object) -> None:
        if self._view is not None and self.isVisible() and not self._session.is_locked() and ids:
            self._held = self._session.handling(self._view.id)
            self._tell()

    def _on_origin(self) -> None:
        self.record_opened.emit(self._original())

    def _on_pass_on(self) -> None:
        if self._view is not None:
            PassOnDialog(self._session, self._view, self.window()).open()

    def _on_ask(self) -> None:
        if self._held is not None:
            AskDialog(self._session, self._held, (), (), self.window()).open()

    def _on_obstacle(self, obstacle: Obstacle) -> None:
        if self._held is not None:
            AskDialog(self._session, self._held, (obstacle.rule,), obstacle.ministries, self.window()).open()

    def _space(self) -> None:
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(current_theme().space("m"))
