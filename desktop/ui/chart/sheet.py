"""A chart on paper or as an image: the whole of it, its marking above and below, who made it across it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPainter, QPdfWriter
from PySide6.QtPrintSupport import QPrinter

from desktop.casework.graph_layout import STEP_X, STEP_Y, bounds
from desktop.casework.handling import Marking, marking_line
from desktop.ui.chart.painter import ChartPainter, Lit, paint_ground
from desktop.ui.chart.picture import Picture
from desktop.ui.chart.view_port import ViewPort
from desktop.ui.kit.painting import CENTER
from desktop.ui.theme import Theme, current_theme
from i18n.direction import is_rtl

_LARGEST, _LEAST = 6_000, 900  # pixels of an image's side
_TURN = -28  # degrees of the watermark


class Sheet:
    """One picture with its marking and its watermark, in the language and look in use."""

    def __init__(self, picture: Picture, marking: Marking, alliance: str, watermark: str) -> None:
        """`alliance`: what the profile puts on everything; `watermark`: who made it, where and when."""
        self._picture = picture
        self._line = " · ".join(part for part in (alliance, marking_line(marking)) if part)
        self._watermark = watermark

    def size(self) -> QSize:
        """Pixels that show every node with its words, as far as an image may be large."""
        left, top, right, bottom = bounds(self._picture.places.values())
        wide, high = right - left + 2 * STEP_X, bottom - top + 3 * STEP_Y
        scale = min(1.0, _LARGEST / max(wide, high))
        return QSize(max(_LEAST, round(wide * scale)), max(_LEAST * 2 // 3, round(high * scale)))

    def image(self) -> QImage:
        """The sheet as an image."""
        image = QImage(self.size(), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        self.paint(painter, QSizeF(image.size()))
        painter.end()
        return image

    def save(self, path: Path) -> bool:
        """Write it as PNG, or as PDF where the name says so; whether it is there."""
        if path.suffix.lower() == ".pdf":
            writer = QPdfWriter(str(path))
            writer.setPageOrientation(QPageLayout.Orientation.Landscape)
            return self.print_on(writer)
        return self.image().save(str(path), "PNG")  # type: ignore[call-overload, no-any-return]

    def print_on(self, device: QPdfWriter | QPrinter) -> bool:
        """Put it on one page; whether there was a page."""
        painter = QPainter()
        if not painter.begin(device):
            return False
        page = QSizeF(device.width(), device.height())
        wanted = QSizeF(self.size())
        scale = min(page.width() / wanted.width(), page.height() / wanted.height())
        painter.scale(scale, scale)
        self.paint(painter, page / scale)
        painter.end()
        return True

    def paint(self, painter: QPainter, size: QSizeF) -> None:
        """Paint it: ground, watermark, chart, and the two lines that belong on every sheet."""
        theme = current_theme()
        band = theme.px(30)
        whole = QRectF(0, 0, size.width(), size.height())
        paint_ground(painter, whole, theme)
        self._mark(painter, whole, theme)
        port = ViewPort()
        port.mirrored = is_rtl()
        port.size = QSizeF(size.width(), size.height() - 2 * band)
        port.fit(self._picture.places.values())
        painter.save()
        painter.translate(0, band)
        chart = ChartPainter()
        chart.show(self._picture)
        chart.paint(painter, port, Lit())
        painter.restore()
        painter.setFont(theme.font("caption", 600))
        for top in (0.0, size.height() - band):
            line = QRectF(0, top, size.width(), band)
            painter.fillRect(line, theme.color("rail"))
            painter.setPen(theme.color("gold_text"))
            painter.drawText(line, CENTER, self._line)

    def _mark(self, painter: QPainter, whole: QRectF, theme: Theme) -> None:
        """The watermark, again and again, faint and slanting."""
        painter.save()
        painter.setFont(theme.font("h3"))
        painter.setPen(theme.color("text3"))
        painter.setOpacity(0.22)
        step = theme.metrics("h3").horizontalAdvance(self._watermark) + theme.px(120)
        reach = round(whole.width() + whole.height())
        painter.rotate(_TURN)
        for row, y in enumerate(range(0, reach, theme.px(170))):
            for x in range(-reach - (row % 2) * step // 2, reach, step):
                painter.drawText(QRectF(x, y, step, theme.px(40)), int(Qt.AlignmentFlag.AlignLeft), self._watermark)
        painter.restore()
