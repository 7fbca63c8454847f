"""The map itself: moved by dragging and arrows, nearer by wheel, pinch and plus; spots are chosen and opened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QSizePolicy, QToolTip, QWidget

from desktop.casework.views import ListRow
from desktop.ui.background import background
from desktop.ui.case_selection import Selection
from desktop.ui.kit import Living, announce, plain_tip
from desktop.ui.kit.painting import keyboard_focus, paint_ring
from desktop.ui.map.base import Base
from desktop.ui.map.frame import STEP, Frame
from desktop.ui.map.marks import (
    in_view,
    name_of,
    paint_edges,
    paint_names,
    paint_places,
    paint_routes,
    paint_spots,
    radius_of,
)
from desktop.ui.map.spots import REACH, Cluster, Layer, Route, Spots
from desktop.ui.map.world import Approved, World, bring
from desktop.ui.theme import current_theme
from desktop.ui.timeline.words import tip_of
from i18n import _

_AT_ONCE = 1_500  # spots that are gathered without a thread
_SETTLE_MS = 90  # after the last step of coming nearer, until spots are gathered anew
_PAN = 80  # pixels at 100 %
_MOVES = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}


class MapView(Living, QWidget):
    """Spots and routes of rows over the world. Everything works from the keyboard, see `keyPressEvent`."""

    opened = Signal(str)
    """Id of a record that is to be opened."""
    shown_anew = Signal()
    """Other records are shown now."""
    refused = Signal(str)
    """Code of the failure to read the boundaries; the spots are shown all the same."""

    def __init__(self, selection: Selection, approved: Approved = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selection = selection
        self.frame = Frame()
        self.spots = Spots()
        self.base = Base(self.paint_marks)
        self._layer = Layer([], [])
        self._chosen: frozenset[int] = frozenset()
        self._current: Cluster | None = None
        self._names: dict[int, str] = {}
        self._ticket: object = None  # of what is computed beside the window
        self._fitted = False
        self._drag: QPointF | None = None
        self._dragged = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.gather)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        selection.chosen.connect(self._on_chosen)
        background().done.connect(self._on_done)
        self.bind(self.setAccessibleName, lambda: _("Map of the case"))
        self.bind(
            self.setAccessibleDescription,
            lambda: _("Arrows move, plus and minus zoom, Page Up and Page Down go from spot to spot, Enter opens."),
        )
        self.follow(self._on_look)
        bring(self._on_world, self._on_refused, approved)

    def set_rows(self, rows: Sequence[ListRow]) -> None:
        """Show the positions of these records. What is shown stays where it is unless nothing was fitted before."""
        if len(rows) <= _AT_ONCE:
            self._ticket = None
            self._take(Spots(rows))
            return
        kept = tuple(rows)
        self._ticket = object()
        background().do(self._ticket, lambda: Spots(kept))

    def set_members(self, codes: frozenset[str]) -> None:
        """The countries that are drawn on a lighter ground."""
        self.base.members = codes
        self.base.forget()
        self.update()

    def fit(self) -> None:
        """Show everything that is chosen, or every record when nothing is."""
        chosen = self.spots.places(self._chosen) if self._chosen else []
        places = chosen or self.spots.places()
        self._fitted = bool(places) and self.isVisible()
        self.frame.fit(places, current_theme().px(70))
        self.gather()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Come nearer, or go away, by a factor; what is under `at` (else the middle) stays there."""
        spot = at or QPointF(self.width() / 2, self.height() / 2)
        self.frame.zoom(factor, spot.x(), spot.y())
        self._settle.start()
        self.update()

    def pan(self, dx: float, dy: float) -> None:
        """Move what is shown by pixels."""
        self.frame.move(dx, dy)
        self.update()

    def gather(self) -> None:
        """Gather the spots for the scale of now."""
        self._settle.stop()
        theme = current_theme()
        spots, level, scale, reach = self.spots, self.frame.level(), self.frame.scale, theme.px(REACH)
        if len(spots.spots) > _AT_ONCE and not spots.has_layer(level, reach):
            self._ticket = object()
            background().do(self._ticket, lambda: (spots, spots.layer(level, scale, reach))[0])
            return
        self._layer = spots.layer(level, scale, reach)
        if self._current is not None:
            record = self._current.records[0]
            self._current = next((each for each in self._layer.clusters if record in each.records), None)
        self._names.clear()
        self.base.forget()
        self.update()

    def spots_ready(self) -> bool:
        """Whether nothing is computed beside the window any more."""
        return self._ticket is None and not self._settle.isActive()

    def shown(self) -> list[tuple[Cluster, float, float]]:
        """The spots in view with their pixels."""
        return in_view(self._layer.clusters, self.frame, current_theme().px(24))

    def cluster_at(self, at: QPointF) -> Cluster | None:
        """The spot under a pixel; a target of 24 pixels at least."""
        theme = current_theme()
        for cluster, x, y in reversed(self.shown()):
            reach = max(radius_of(len(cluster.records), theme), theme.px(12)) + 2
            if (at.x() - x) ** 2 + (at.y() - y) ** 2 <= reach**2:
                return cluster
        return None

    def rows_of(self, cluster: Cluster) -> list[ListRow]:
        """The records of a spot."""
        return [self.spots.rows[record] for record in cluster.records]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, routes, spots, names, places and edges."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.base.paint(painter, self.frame, self.devicePixelRatioF(), moving=self._settle.isActive())
        if self._current is not None:
            paint_spots(painter, in_view([self._current], self.frame, 24), theme, self._is_chosen, current=True)
        paint_edges(painter, self.frame, theme, self.base.source())
        if keyboard_focus(self):
            paint_ring(painter, self.rect(), theme.color("focus"), theme.control("card_radius"), theme)

    def paint_marks(self, painter: QPainter, frame: Frame) -> None:
        """Paint routes, spots, their names and the places around them."""
        theme = current_theme()
        paint_routes(painter, frame, self._layer.routes, theme, self._route_stands_out)
        shown = in_view(self._layer.clusters, frame, theme.px(24))
        taken = paint_spots(painter, shown, theme, self._is_chosen)
        paint_names(painter, shown, taken, theme, self.name_of)
        paint_places(painter, frame, taken, theme)

    def name_of(self, cluster: Cluster) -> str:
        """What a spot is called, ready for display; kept, since looking for a place near by takes time."""
        key = id(cluster)
        if key not in self._names:
            self._names[key] = name_of(cluster, lambda record: self.spots.rows[record].title)
        return self._names[key]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more or less of the world."""
        super().resizeEvent(event)
        self.frame.resize(self.width(), self.height())
        if not self._fitted and self.spots.spots:
            self.fit()
        self._settle.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Come nearer to what is under the pointer."""
        turns = event.angleDelta().y() / 120
        if turns:
            self.zoom(STEP**turns, event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, + and − zoom, Home fits, Page Down and Page Up step, Enter opens, Space chooses, Esc drops."""
        key = event.key()
        step = current_theme().px(_PAN)
        if key in _MOVES:
            dx, dy = _MOVES[Qt.Key(key)]
            self.pan(dx * step, dy * step)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(1 / STEP if key == Qt.Key.Key_Minus else STEP)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_F, Qt.Key.Key_0):
            self.fit()
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self._step(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            self._enter(self._current)
        elif key == Qt.Key.Key_Space and self._current is not None:
            self.choose(self._current, more=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key == Qt.Key.Key_Escape and (self._current is not None or self.selection.ids):
            self._current = None
            self.selection.clear()
            self.update()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the map under the hand."""
        if self._drag is None:
            over = self.cluster_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.OpenHandCursor)
            return
        by = event.position() - self._drag
        if self._dragged or by.manhattanLength() > 5:
            self._dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._drag = event.position()
            self.pan(by.x(), by.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what was clicked; a click beside everything chooses nothing."""
        if event.button() != Qt.MouseButton.LeftButton or self._drag is None:
            return
        self._drag = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if self._dragged:
            return
        found = self.cluster_at(event.position())
        more = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        if found is not None:
            self._current = found
            self.choose(found, more=more)
        elif not more:
            self._current = None
            self.selection.clear()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the record, part the spots, or come nearer."""
        found = self.cluster_at(event.position())
        if found is not None:
            self._enter(found)
        else:
            self.zoom(2.0, event.position())

    def event(self, event: QEvent) -> bool:
        """Pinches of a screen and of a touch pad, and tips."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self.cluster_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain_tip(tip_of(self.rows_of(found))) if found else "", self)
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1 + event.value(), event.position())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self.zoom(pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint())))
                return True
        return super().event(event)

    def choose(self, cluster: Cluster, *, more: bool = False) -> None:
        """Choose the records of a spot; `more`: beside what is chosen."""
        ids = frozenset(row.id for row in self.rows_of(cluster))
        self.selection.choose(self.selection.ids | ids if more else ids)

    def _enter(self, cluster: Cluster) -> None:
        if len(cluster.records) == 1:
            self.opened.emit(self.spots.rows[cluster.records[0]].id)
            return
        self.choose(cluster)
        if cluster.spread:
            self.frame.fit(self.spots.places(cluster.records), current_theme().px(90))
            self.gather()

    def _step(self, by: int) -> None:
        order = [cluster for cluster, _x, _y in sorted(self.shown(), key=lambda spot: (spot[1], spot[2]))]
        if not order:
            return
        at = next((place for place, each in enumerate(order) if each is self._current), -1 if by > 0 else 0)
        self._current = order[(at + by) % len(order)]
        announce(self, f"{self.name_of(self._current)}. {tip_of(self.rows_of(self._current))}")
        self.update()

    def _is_chosen(self, cluster: Cluster) -> bool:
        return bool(self._chosen) and not self._chosen.isdisjoint(cluster.records)

    def _route_stands_out(self, route: Route) -> bool:
        return bool(self._chosen) and not self._chosen.isdisjoint(route.records)

    def _on_chosen(self, ids: frozenset[str]) -> None:
        self._chosen = frozenset(place for place, row in enumerate(self.spots.rows) if row.id in ids)
        self.base.forget()
        self.update()

    def _on_done(self, ticket: object, result: object) -> None:
        if ticket is not self._ticket or not isinstance(result, Spots):
            return
        self._ticket = None
        if result is self.spots:
            self.gather()
        else:
            self._take(result)

    def _take(self, spots: Spots) -> None:
        self.spots = spots
        self._current = None
        if not self._fitted or not spots.rows:
            self.fit()
        self._on_chosen(self.selection.ids)
        self.gather()
        self.shown_anew.emit()

    def _on_world(self, world: World) -> None:
        self.base.world = world
        self.base.forget()
        self.update()

    def _on_refused(self, code: str) -> None:
        self.refused.emit(code)

    def _on_look(self) -> None:
        self.base.forget()
        self._settle.start()
        self.update()
