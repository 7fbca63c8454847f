"""The custody report as a PDF file: our own words laid out page by page, each with the marking and its number."""

from __future__ import annotations

import secrets
from pathlib import Path

from PySide6.QtCore import QByteArray, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFont,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextDocument,
    QTextOption,
)

from desktop.casework.evidence_report import CustodyReport, report_html
from desktop.casework.handling import code_line
from desktop.ui.theme import current_theme
from i18n import _
from i18n.direction import is_rtl
from i18n.formats import number

_DPI = 96
_BAND = 26  # points at _DPI that the line of a page takes, above and below
_MARGIN_MM = 16.0


class _Words(QTextDocument):
    """A document that fetches nothing, whatever it names."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Give an empty resource."""
        return QByteArray()


def write_custody_pdf(report: CustodyReport, target: Path) -> None:
    """Write the report; the file gets its name once it is whole. Raises OSError."""
    draft = target.with_name(f".tahaluf-{secrets.token_hex(8)}")
    try:
        _write(report, draft)
        if not draft.is_file() or not draft.stat().st_size:
            raise OSError(f"{target.name} was not written")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _write(report: CustodyReport, target: Path) -> None:
    writer = QPdfWriter(str(target))
    writer.setResolution(_DPI)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM),
            QPageLayout.Unit.Millimeter,
        )
    )
    writer.setCreator("Tahaluf")
    room = QSizeF(writer.width(), writer.height() - 2 * _BAND)
    words = _Words()
    font = QFont(current_theme().font("body"))
    font.setPointSizeF(9)
    words.setDefaultFont(font)
    option = QTextOption()
    option.setTextDirection(Qt.LayoutDirection.RightToLeft if is_rtl() else Qt.LayoutDirection.LeftToRight)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    words.setDefaultTextOption(option)
    words.setHtml(report_html(report, printed=True))
    words.setPageSize(room)
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(f"{target.name} cannot be written")
    try:
        pages = words.pageCount()
        for page in range(pages):
            if page:
                writer.newPage()
            _draw_lines(painter, font, writer, code_line(report.marking), page + 1, pages)
            painter.save()
            painter.translate(0, _BAND - page * room.height())
            context = QAbstractTextDocumentLayout.PaintContext()
            context.palette.setColor(QPalette.ColorRole.Text, Qt.GlobalColor.black)  # whatever the window looks like
            context.clip = QRectF(0, page * room.height(), room.width(), room.height())
            painter.setClipRect(context.clip)
            words.documentLayout().draw(painter, context)
            painter.restore()
    finally:
        painter.end()


def _draw_lines(painter: QPainter, font: QFont, writer: QPdfWriter, marking: str, page: int, pages: int) -> None:
    """The marking above and below, and the number of the page."""
    painter.setFont(font)
    center = Qt.AlignmentFlag.AlignHCenter
    place = _("Page {page} of {pages}").format(page=number(page), pages=number(pages))
    width, height = writer.width(), writer.height()
    painter.drawText(QRectF(0, 0, width, _BAND), center | Qt.AlignmentFlag.AlignTop, marking)
    painter.drawText(
        QRectF(0, height - _BAND, width, _BAND), center | Qt.AlignmentFlag.AlignBottom, f"{marking}   {place}"
    )
