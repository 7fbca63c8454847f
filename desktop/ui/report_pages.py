"""A report as pages: laid out by Qt's text engine, which shapes Arabic, and painted on a PDF or a printer.

Each page carries the handling line above and below, who made it, on which desk and when, and the same as a watermark.
The text is put in by cursor, never as markup. Tables are mirrored here: the text engine does not do it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTableFormat,
)

from desktop.casework.handling import marking_line
from desktop.ui.fonts import FAMILIES
from desktop.ui.presenter import author_text
from desktop.ui.report_contents import Entry, Report, Section
from i18n import _, current
from i18n.bidi import ltr, strip_isolates
from i18n.formats import clock, date_text, local_time, number

_MARGIN_MM = 16.0
_BAND = 0.045  # of a page's height: the handling line above the text, and what stands below it
_INK, _QUIET, _RULE, _WATERMARK = QColor("#10233F"), QColor("#4A5A70"), QColor("#C9D2DE"), QColor("#ECEFF3")
_LABEL_WIDTH = 30  # per cent of a line
_POINTS = {"title": 18.0, "section": 14.0, "record": 11.5, "text": 10.0, "small": 8.5}
_SEPARATOR = " · "

Progress = Callable[[int, int], bool]
"""Told how many pages of how many are painted; false ends the work."""


def write_pdf(device: QIODevice, report: Report, alliance: str, progress: Progress) -> bool:
    """Write a report as PDF/A-1b (every font in it); false if `progress` ended it.

    `alliance`: the alliance's own marking. The file names no case in its metadata but its reference.
    """
    writer = QPdfWriter(device)
    writer.setPdfVersion(QPagedPaintDevice.PdfVersion.PdfVersion_A1b)
    writer.setResolution(300)
    writer.setPageLayout(_layout())
    writer.setTitle(strip_isolates(report.reference))
    writer.setCreator("Tahaluf")
    return paint(writer, report, alliance, progress)


def paint(device: QPagedPaintDevice, report: Report, alliance: str, progress: Progress) -> bool:
    """Paint a report on a device of pages; false if `progress` ended it."""
    painter = QPainter()
    if not painter.begin(device):
        raise OSError("the report cannot be painted there")
    try:
        page = QRectF(painter.viewport())
        band = page.height() * _BAND
        body = QRectF(page.left(), page.top() + band, page.width(), page.height() - 2 * band)
        document = _document(report, device, body.size())
        pages = document.pageCount()
        for at in range(pages):
            if at:
                device.newPage()
            _paint_frame(painter, page, band, report, alliance, at + 1, pages)
            painter.save()
            painter.translate(body.left(), body.top() - at * body.height())
            document.drawContents(painter, QRectF(0, at * body.height(), body.width(), body.height()))
            painter.restore()
            if not progress(at + 1, pages):
                return False
    finally:
        painter.end()
    return True


def _layout() -> QPageLayout:
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    return QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter
    )


def _font(kind: str, weight: int = 400) -> QFont:
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPointSizeF(_POINTS[kind])
    font.setWeight(QFont.Weight(weight))
    return font


def _paint_frame(
    painter: QPainter, page: QRectF, band: float, report: Report, alliance: str, at: int, pages: int
) -> None:
    """What stands on every page beside the text."""
    _paint_watermark(painter, page, _by(report))
    painter.setPen(_INK)
    painter.setFont(_font("small", 600))
    handling = _SEPARATOR.join(part for part in (alliance, marking_line(report.marking)) if part)
    painter.drawText(QRectF(page.left(), page.top(), page.width(), band), Qt.AlignmentFlag.AlignHCenter, handling)
    painter.setPen(_QUIET)
    painter.setFont(_font("small"))
    foot = QRectF(page.left(), page.bottom() - band, page.width(), band)
    lead = Qt.AlignmentFlag.AlignRight if current().rtl else Qt.AlignmentFlag.AlignLeft
    trail = Qt.AlignmentFlag.AlignLeft if current().rtl else Qt.AlignmentFlag.AlignRight
    bottom = Qt.AlignmentFlag.AlignBottom
    fixed = Qt.AlignmentFlag.AlignAbsolute
    left = _SEPARATOR.join(part for part in (ltr(report.reference) if report.reference else "", _by(report)) if part)
    painter.drawText(foot, int(lead | bottom | fixed), left)
    painter.drawText(foot, int(trail | bottom | fixed), _("Page {n} of {all}").format(n=number(at), all=number(pages)))
    painter.drawText(
        foot.adjusted(0, band * 0.15, 0, 0), int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), handling
    )


def _paint_watermark(painter: QPainter, page: QRectF, text: str) -> None:
    painter.save()
    painter.setPen(_WATERMARK)
    font = _font("title", 600)
    painter.setFont(font)
    painter.translate(page.center())
    painter.rotate(-35 if not current().rtl else 35)
    step = page.height() / 4
    wide = page.height() * 1.2
    for row in range(-2, 3):
        place = QRectF(-wide / 2, row * step - step / 4, wide, step / 2)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.restore()


def _by(report: Report) -> str:
    return _SEPARATOR.join((author_text(report.author), _when(report.made_ms)))


def _when(at_ms: int) -> str:
    """Day and time, with the year in any case: a report outlives it."""
    day = local_time(at_ms)
    return f"{date_text(day.date().isoformat(), numeric=True)} {clock(at_ms)}" if day else ""


def _document(report: Report, device: QPagedPaintDevice, size: QSizeF) -> QTextDocument:
    document = QTextDocument()
    document.setUndoRedoEnabled(False)
    document.documentLayout().setPaintDevice(device)
    document.setDefaultFont(_font("text"))
    document.setDocumentMargin(0)
    option = QTextOption(Qt.AlignmentFlag.AlignLeading)
    option.setTextDirection(Qt.LayoutDirection.RightToLeft if current().rtl else Qt.LayoutDirection.LeftToRight)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    document.setPageSize(size)
    cursor = QTextCursor(document)
    unit = size.width() / 100
    _block(cursor, report.title, "title", 600, _INK, below=unit)
    for section in report.sections:
        _section(cursor, section, unit)
    return document


def _section(cursor: QTextCursor, section: Section, unit: float) -> None:
    _block(cursor, section.title, "section", 600, _INK, above=3 * unit, below=unit)
    for entry in section.entries:
        _entry(cursor, entry, unit)


def _entry(cursor: QTextCursor, entry: Entry, unit: float) -> None:
    _block(cursor, entry.heading, "record", 600, _INK, above=1.5 * unit)
    under = _SEPARATOR.join(part for part in (entry.kind, entry.codes) if part)
    _block(cursor, under, "small", 500, _QUIET, below=0.4 * unit)
    if not entry.lines:
        return
    rtl = current().rtl
    label, value = (1, 0) if rtl else (0, 1)
    shape = QTextTableFormat()
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    shape.setBorder(0)
    shape.setCellPadding(0.2 * unit)
    shape.setCellSpacing(0)
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    widths = [0, 0]
    widths[label], widths[value] = _LABEL_WIDTH, 100 - _LABEL_WIDTH
    shape.setColumnWidthConstraints([QTextLength(QTextLength.Type.PercentageLength, each) for each in widths])
    table = cursor.insertTable(len(entry.lines), 2, shape)
    for row, line in enumerate(entry.lines):
        for column, text, color in ((label, line.label, _QUIET), (value, line.value, _INK)):
            cell = table.cellAt(row, column).firstCursorPosition()
            cell.setBlockFormat(_directed(QTextBlockFormat()))
            cell.insertText(text, _chars("text", 400, color))
    cursor.movePosition(QTextCursor.MoveOperation.End)


def _block(
    cursor: QTextCursor,
    text: str,
    kind: str,
    weight: int,
    color: QColor,
    *,
    above: float = 0,
    below: float = 0,
) -> None:
    """A paragraph with so much room above and below it."""
    shape = _directed(QTextBlockFormat())
    shape.setTopMargin(above)
    shape.setBottomMargin(below)
    if cursor.position():
        cursor.insertBlock(shape)
    else:
        cursor.setBlockFormat(shape)
    cursor.insertText(text, _chars(kind, weight, color))


def _directed(shape: QTextBlockFormat) -> QTextBlockFormat:
    rtl = current().rtl
    shape.setLayoutDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
    shape.setAlignment(Qt.AlignmentFlag.AlignLeading)
    return shape


def _chars(kind: str, weight: int, color: QColor) -> QTextCharFormat:
    shape = QTextCharFormat()
    shape.setFont(_font(kind, weight))
    shape.setForeground(color)
    return shape
