"""The ground of a map and what lies on it, kept as a picture while one moves: a frame costs one copy."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPen, QPixmap, QTransform

from desktop.ui.map.frame import Frame
from desktop.ui.map.world import World, level_for
from desktop.ui.theme import Theme, current_theme
from i18n import current
from i18n.bidi import isolate, one_line
from i18n.names import country_name

_MARGIN = 0.25  # of the view's size, on each side, that the picture reaches beyond it


Marks = Callable[[QPainter, Frame], None]


class Base:
    """Draws sea, land, boundaries, names of countries and then `marks`; what was drawn is moved.

    The picture reaches beyond the view, so `marks` is given a frame that is larger than the view.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self.world: World | None = None
        self.members: frozenset[str] = frozenset()
        self._picture: QPixmap | None = None
        self._frame = Frame()
        self._made_for: tuple[object, ...] = ()

    def paint(self, painter: QPainter, frame: Frame, ratio: float, *, moving: bool = False) -> None:
        """Paint the ground; draws it anew when scale, look, language or world have changed, or it moved too far.

        While it is `moving` nearer or away, the last picture is stretched instead.
        """
        wanted = (frame.scale, frame.width, frame.height, current_theme(), current().code, id(self.world), ratio)
        if moving and self._picture is not None and wanted[1:] == self._made_for[1:]:
            painter.fillRect(0, 0, frame.width, frame.height, _sea(current_theme()))
            painter.drawPixmap(self._stretched(frame), self._picture, QRectF(self._picture.rect()))
            return
        dx, dy = self._away(frame)
        left, top = (self._frame.width - frame.width) / 2, (self._frame.height - frame.height) / 2
        if self._picture is None or wanted != self._made_for or abs(dx) > left or abs(dy) > top:
            self._draw(frame, ratio)
            self._made_for = wanted
            dx = dy = 0.0
            left, top = (self._frame.width - frame.width) / 2, (self._frame.height - frame.height) / 2
        if self._picture is not None:
            painter.drawPixmap(QPointF(-left - dx, -top - dy), self._picture)

    def _stretched(self, frame: Frame) -> QRectF:
        factor = frame.scale / self._frame.scale
        dx, dy = self._away(frame)
        wide, high = self._frame.width * factor, self._frame.height * factor
        return QRectF((frame.width - wide) / 2 - dx, (frame.height - high) / 2 - dy, wide, high)

    def source(self) -> str:
        """Where the boundaries come from, ready for display; nothing while there are none."""
        if self.world is None:
            return ""
        return isolate(one_line(self.world.source.partition(",")[0], 40))

    def forget(self) -> None:
        """Draw anew next time."""
        self._picture = None

    def _away(self, frame: Frame) -> tuple[float, float]:
        away = (frame.x - self._frame.x + 0.5) % 1 - 0.5
        return away * frame.scale, (frame.y - self._frame.y) * frame.scale

    def _draw(self, frame: Frame, ratio: float) -> None:
        wide, high = (2 * ceil(side * (0.5 + _MARGIN)) for side in (frame.width, frame.height))
        frame = self._frame = Frame(wide, high, frame.x, frame.y, frame.scale)
        picture = self._picture = QPixmap(ceil(wide * ratio), ceil(high * ratio))
        picture.setDevicePixelRatio(ratio)
        theme = current_theme()
        picture.fill(_sea(theme))
        painter = QPainter(picture)
        painter.setLayoutDirection(QGuiApplication.layoutDirection())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = QRectF(*frame.to_place(0, 0), wide / frame.scale, high / frame.scale)
        for copy in range(floor(view.left()) - 1, floor(view.right()) + 2):
            self._draw_world(painter, frame, view.translated(-copy, 0), theme)
        painter.resetTransform()
        self._draw_names(painter, frame, view, theme)
        self._marks(painter, frame)
        painter.end()

    def _draw_world(self, painter: QPainter, frame: Frame, view: QRectF, theme: Theme) -> None:
        world, level = self.world, level_for(frame.scale)
        if world is None:
            return
        transform = QTransform.fromScale(frame.scale, frame.scale)
        painter.setTransform(transform.translate(-view.left(), -view.top()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)  # the strokes over it smooth its edge
        own, other = theme.color("surface"), theme.color("surface" if theme.scheme == "contrast" else "neutral_soft")
        for land in world.lands:
            if land.box.intersects(view):
                painter.setBrush(own if land.code in self.members else other)
                painter.drawPath(land.grounds[level])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for pen, boundary in ((_pen(theme, "border_strong", 0.7), False), (_pen(theme, "border_strong", 1.0), True)):
            painter.setPen(pen)
            for stroke in world.strokes:
                if stroke.boundary == boundary and stroke.box.intersects(view):
                    painter.drawPolyline(stroke.lines[level])

    def _draw_names(self, painter: QPainter, frame: Frame, view: QRectF, theme: Theme) -> None:
        if self.world is None:
            return
        font = QFont(theme.font("caption", 500))
        if current().language != "ar":
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.4)
        painter.setFont(font)
        metrics = theme.metrics("caption", 500)
        painter.setPen(theme.color("text2"))
        taken: list[QRectF] = []
        for land in sorted(self.world.lands, key=lambda land: -land.width):
            wide = land.width * frame.scale
            if not land.code or wide < theme.px(40):
                continue
            x = (land.name_at.x() - view.left()) % 1 * frame.scale
            y = (land.name_at.y() - view.top()) * frame.scale
            name = country_name(land.code).upper()
            width = metrics.horizontalAdvance(name) + len(name) * 0.4
            box = QRectF(x - width / 2 - 2, y - metrics.height() / 2, width + 4, metrics.height())
            if width < wide * 1.3 and not any(box.intersects(other) for other in taken):
                taken.append(box)
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine), name)


def _sea(theme: Theme) -> QColor:
    return theme.color("win" if theme.scheme == "contrast" else "sel")


def _pen(theme: Theme, token: str, width: float) -> QPen:
    color = QColor(theme.color(token))
    if theme.scheme != "contrast":
        color.setAlphaF(0.55)
    pen = QPen(color, width)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
