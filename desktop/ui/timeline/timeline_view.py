"""The timeline itself: lanes of records from minutes to years, moved and zoomed by wheel, pinch, keys and overview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QScrollBar, QSizePolicy, QToolTip, QWidget

from desktop.casework.views import ListRow
from desktop.ui.background import background
from desktop.ui.case_selection import Selection
from desktop.ui.kit import Living, announce, plain_tip
from desktop.ui.kit.painting import keyboard_focus, paint_ring
from desktop.ui.theme import current_theme
from desktop.ui.timeline.marks import (
    LANE,
    OVERVIEW,
    paint_axis,
    paint_folds,
    paint_lanes,
    paint_names,
    paint_overview,
    paint_today,
)
from desktop.ui.timeline.sheet import Found, Sheet
from desktop.ui.timeline.spans import Known, as_seconds, read_spans
from desktop.ui.timeline.words import tip_of
from i18n import _

_FACTOR = 1.25  # of one turn of the wheel
_PART = 0.15  # of what is in view that an arrow moves
_LABEL = 76  # pixels at 100 % between two lines of the axis
_AT_ONCE = 1_500  # records that are read without a thread
_SETTLE_MS = 60
_GRIP = 8  # pixels at 100 % at each edge of the window that take hold of it


class TimelineView(Living, QWidget):
    """Records over time. Everything works from the keyboard, see `keyPressEvent`."""

    opened = Signal(str)
    """Id of a record that is to be opened."""
    shown_anew = Signal()
    """Other records are shown now."""

    def __init__(self, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selection = selection
        self.sheet = Sheet()
        self._chosen: frozenset[int] = frozenset()
        self._current: Found | None = None
        self._grip = ""  # what the mouse holds: view, window, left, right, range
        self._from = QPointF()
        self._dragged = False
        self._ticket: object = None  # of what is computed beside the window
        self._range: tuple[float, float] | None = None
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.valueChanged.connect(self._on_scrolled)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.arrange)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 180)
        self.grabGesture(Qt.GestureType.PinchGesture)
        selection.chosen.connect(self._on_chosen)
        background().done.connect(self._on_done)
        self.bind(self.setAccessibleName, lambda: _("Timeline of the case"))
        self.bind(
            self.setAccessibleDescription,
            lambda: _("Arrows move, plus and minus zoom, Page Up and Page Down go from mark to mark, Enter opens."),
        )
        self.follow(self._on_look)

    def set_rows(self, rows: Sequence[ListRow]) -> None:
        """Show when these records were. What is in view stays in view unless nothing was shown before."""
        kept = tuple(rows)
        if len(kept) <= _AT_ONCE:
            self._take(kept, read_spans(kept))
            return
        self._ticket = object()
        background().do(self._ticket, lambda: (kept, read_spans(kept)))

    def set_lanes(self, *, by_subject: bool) -> None:
        """Lanes by subject, or by kind."""
        self.sheet.by_subject = by_subject
        self._bar.setValue(0)
        self.arrange()

    def set_fold(self, *, fold: bool) -> None:
        """Fold long empty stretches, or show time as long as it is."""
        window = self.sheet.stretch()
        self.sheet.fold = fold
        self.sheet.rebuild(window)
        self.update()

    def fit(self) -> None:
        """Show everything that is chosen, or every record when nothing is."""
        self._moved(self.sheet.show_records(self._chosen))

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Come nearer, or go away, by a factor; what is under the pixel, else in the middle, stays there."""
        self._moved(self.sheet.zoom(factor, x))

    def shift(self, part: float) -> None:
        """Move by a part of what is in view, later if positive."""
        at = self.sheet.at
        self._moved(self.sheet.show(at.left + part * at.length, at.left + (1 + part) * at.length))

    def show_today(self) -> None:
        """Bring this moment to the middle."""
        at, now = self.sheet.at, self.sheet.scale.place(_now())
        self._moved(self.sheet.show(now - at.length / 2, now + at.length / 2))

    def arrange(self) -> None:
        """Lay the marks out for the scale of now."""
        self._settle.stop()
        self.sheet.arrange()
        if self._current is not None:
            self._current = self.sheet.find(self._current[1].records[0])
        self._measure()

    def choose_in_view(self) -> None:
        """Choose every record in view."""
        at = self.sheet.at
        self.selection.choose(self.sheet.ids_between(at.left, at.left + at.length))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axis, lanes, names, overview and today."""
        sheet, at, theme = self.sheet, self.sheet.at, current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.color("surface"))
        marks = sheet.scale.marks(at.left, at.left + at.length, theme.px(_LABEL) * at.pixel)
        painter.setClipRect(at.area())
        paint_axis(painter, at, marks, at.left + at.length)
        painter.setClipRect(QRectF(0, at.top, at.width, at.bottom - at.top))
        paint_folds(painter, at, sheet.scale.folds)
        paint_lanes(painter, at, sheet.lanes, self._chosen, self._current[1] if self._current else None)
        if self._range is not None:
            ends = sorted((at.x(self._range[0]), at.x(self._range[1])))
            ground = QColor(theme.color("link"))
            ground.setAlphaF(0.14)
            painter.fillRect(QRectF(ends[0], at.top, ends[1] - ends[0], at.bottom - at.top), ground)
        paint_names(painter, at, sheet.lanes)
        painter.setClipping(False)
        painter.setPen(theme.color("border"))
        painter.drawLine(0, at.top, at.width, at.top)
        paint_overview(painter, at, sheet.bars, sheet.window())
        paint_today(painter, at, sheet.scale.place(_now()))
        if keyboard_focus(self):
            paint_ring(painter, self.rect(), theme.color("focus"), theme.control("card_radius"), theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more or less of the lanes; the stretch of time stays."""
        super().resizeEvent(event)
        self._measure()
        self._settle.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Shift or sideways move; over the names scroll the lanes."""
        turns, aside = event.angleDelta().y() / 120, event.angleDelta().x() / 120
        if not self.sheet.at.area().contains(event.position()):
            self._bar.setValue(self._bar.value() - round(turns * 40))
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or aside:
            self.shift(-(aside or turns) * 0.1 * (-1 if self.sheet.at.rtl else 1))
        elif turns:
            self.zoom(_FACTOR**turns, event.position().x())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, + and − zoom, Home fits, T today, Page Down and Page Up step, Enter opens, Space chooses."""
        key, rtl = event.key(), self.sheet.at.rtl
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.shift(_PART if (key == Qt.Key.Key_Right) != rtl else -_PART)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._bar.setValue(self._bar.value() + current_theme().px(LANE) * (1 if key == Qt.Key.Key_Down else -1))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(1 / _FACTOR if key == Qt.Key.Key_Minus else _FACTOR)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_0):
            self.fit()
        elif key == Qt.Key.Key_T:
            self.show_today()
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self._step(1 if key == Qt.Key.Key_PageDown else -1)
        elif self._current is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            more = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._use(self._current[1], opens=key != Qt.Key.Key_Space, more=more)
        elif key == Qt.Key.Key_Escape and (self._current is not None or self.selection.ids):
            self._drop()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the view, of the window of the overview or of an edge of it; with Shift begin a range."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._from, self._dragged = event.position(), False
        self._grip = self._grip_at(event.position())
        if self._grip == "view" and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._grip = "range"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is held."""
        sheet, at = self.sheet, self.sheet.at
        if not self._grip:
            self._show_cursor(event.position())
            return
        if not self._dragged and (event.position() - self._from).manhattanLength() < 5:
            return
        self._dragged = True
        before, now = self._from.x(), event.position().x()
        left, right = at.left, at.left + at.length
        if self._grip == "range":
            self._range = (at.place(before), at.place(now))
            self.update()
            return
        self._from = event.position()
        if self._grip == "view":
            by = at.place(before) - at.place(now)
            self._moved(sheet.show(left + by, right + by))
            return
        by = sheet.overview_place(now) - sheet.overview_place(before)
        if self._grip == "left":
            self._moved(sheet.show(min(left + by, right), right))
        elif self._grip == "right":
            self._moved(sheet.show(left, max(right + by, left)))
        else:
            self._moved(sheet.show(left + by, right + by))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what was clicked or what lies in the range; a click on the overview goes there."""
        grip, self._grip = self._grip, ""
        if event.button() != Qt.MouseButton.LeftButton or not grip:
            return
        at = self.sheet.at
        more = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        if self._range is not None:
            self.selection.choose(self.sheet.ids_between(*sorted(self._range)))
            self._range = None
            self.update()
        elif self._dragged:
            return
        elif grip == "window":
            middle = self.sheet.overview_place(event.position().x())
            self._moved(self.sheet.show(middle - at.length / 2, middle + at.length / 2))
        elif found := self.sheet.item_at(event.position()):
            self._current = found
            self._use(found[1], opens=False, more=more)
        elif not more:
            self._drop()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the record, or come nearer."""
        found = self.sheet.item_at(event.position())
        if found is not None:
            self._use(found[1], opens=True, more=False)
        elif event.position().y() > self.sheet.at.top:
            self.zoom(2.0, event.position().x())

    def event(self, event: QEvent) -> bool:
        """Pinches of a screen and of a touch pad, and tips."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self.sheet.item_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain_tip(tip_of(self.rows_of(found[1]))) if found else "", self)
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(1 + event.value(), event.position().x())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self.zoom(pinch.scaleFactor(), self.mapFromGlobal(pinch.centerPoint().toPoint()).x())
                return True
        return super().event(event)

    def rows_of(self, item: object) -> list[ListRow]:
        """The records of a mark."""
        return [self.sheet.rows[record] for record in getattr(item, "records", ())]

    def _on_done(self, ticket: object, result: object) -> None:
        if ticket is self._ticket and isinstance(result, tuple):
            self._take(*result)

    def _take(self, rows: tuple[ListRow, ...], known: Known) -> None:
        self.sheet.set_rows(rows, known)
        self._current = None
        self._on_chosen(self.selection.ids)
        self._measure()
        self.shown_anew.emit()

    def _use(self, item: object, *, opens: bool, more: bool) -> None:
        rows = self.rows_of(item)
        if opens and len(rows) == 1:
            self.opened.emit(rows[0].id)
            return
        ids = frozenset(row.id for row in rows)
        self.selection.choose(self.selection.ids | ids if more else ids)
        if opens:
            self.fit()
        self.update()

    def _step(self, by: int) -> None:
        order = self.sheet.marks_in_view()
        if not order:
            return
        now = self._current[1] if self._current else None
        at = next((place for place, (_lane, item) in enumerate(order) if item is now), -1 if by > 0 else 0)
        self._current = order[(at + by) % len(order)]
        lane = self._current[0] * current_theme().px(LANE)
        view = self.sheet.at.bottom - self.sheet.at.top
        self._bar.setValue(min(max(self._bar.value(), lane + current_theme().px(LANE) - view), lane))
        announce(self, f"{self.sheet.lanes[self._current[0]].lane.title}. {tip_of(self.rows_of(self._current[1]))}")
        self.update()

    def _drop(self) -> None:
        self._current = None
        self.selection.clear()
        self.update()

    def _grip_at(self, point: QPointF) -> str:
        at, window = self.sheet.at, self.sheet.window()
        if point.y() > at.theme.px(OVERVIEW):
            return "view" if at.area().contains(point) else "names"
        near = at.theme.px(_GRIP)
        edges = (window.left(), window.right()) if not at.rtl else (window.right(), window.left())
        for name, edge in zip(("left", "right"), edges, strict=True):
            if abs(point.x() - edge) <= near:
                return name
        return "window"

    def _show_cursor(self, point: QPointF) -> None:
        shapes = {"left": Qt.CursorShape.SizeHorCursor, "right": Qt.CursorShape.SizeHorCursor}
        over = self.sheet.item_at(point) is not None
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if over else shapes.get(self._grip_at(point), Qt.CursorShape.ArrowCursor)
        )

    def _moved(self, scale_changed: bool) -> None:
        if scale_changed:
            self._settle.start()
        self.update()

    def _measure(self) -> None:
        at = self.sheet.at
        at.theme = current_theme()
        at.width, at.height = max(1, self.width()), max(1, self.height())
        at.rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        over = self.sheet.height_of_lanes() - (at.bottom - at.top)
        self._bar.setVisible(over > 0)
        self._bar.setRange(0, max(0, over))
        self._bar.setPageStep(max(1, at.bottom - at.top))
        wide = self._bar.sizeHint().width()
        self._bar.setGeometry(0 if at.rtl else self.width() - wide, at.top, wide, max(1, at.bottom - at.top))
        self.update()

    def _on_scrolled(self, value: int) -> None:
        self.sheet.at.scroll = value
        self.update()

    def _on_chosen(self, ids: frozenset[str]) -> None:
        self._chosen = frozenset(place for place, row in enumerate(self.sheet.rows) if row.id in ids)
        self.update()

    def _on_look(self) -> None:
        self._measure()
        self._settle.start()


def _now() -> float:
    return as_seconds(datetime.now())  # noqa: DTZ005 - the wall clock's
