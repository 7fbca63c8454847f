"""The editor of a date that may be known to the day, the month or the year: typed from left to right, or picked."""

from __future__ import annotations

import re
from datetime import date

from PySide6.QtCore import QDate, QLocale, QPoint, Qt
from PySide6.QtGui import QColor, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.casework.record_types import Field
from desktop.ui.editors.codes import CodeEditor
from desktop.ui.kit import IconButton, Panel
from desktop.ui.theme import current_theme
from i18n import _, current
from i18n.bidi import strip_isolates

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})[./-])?(\d{1,2})[./-](\d{4})\Z", re.ASCII)
_DAYS = tuple(Qt.DayOfWeek)  # Monday first, as in the locale


def read_date(text: str) -> str:
    """A date as people type it, in ISO: `14/06/2026` is `2026-06-14`, `06/2026` is `2026-06`; else as it came."""
    plain = text.strip().translate(_DIGITS)
    match = _DAY_FIRST.match(plain)
    if match is None:
        return plain
    day, month, year = match.groups()
    return f"{year}-{int(month):02d}" + (f"-{int(day):02d}" if day else "")


class DateEditor(CodeEditor):
    """An ISO date in a line, with a calendar. QDateEdit would reverse its format in Arabic and cannot be partial."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.box.setPlaceholderText("YYYY-MM-DD")
        self.pick = IconButton("calendar-days")
        self.pick.clicked.connect(self._open_calendar)
        column = self.layout()
        assert isinstance(column, QVBoxLayout)  # noqa: S101 - LineEditor made it
        column.removeWidget(self.box)
        row = QHBoxLayout()
        row.addWidget(self.box, 1)
        row.addWidget(self.pick)
        column.addLayout(row)
        self._row = row
        self._popup: QFrame | None = None
        self.bind(self.pick.set_name, lambda: _("Open the calendar"))
        self.follow(lambda: self._row.setSpacing(current_theme().space("xs")))

    def value(self) -> object:
        return read_date(self.box.text())

    def set_names(self, label: str, description: str = "") -> None:
        """Name the calendar's button after the field too."""
        super().set_names(label, description)
        self.pick.setAccessibleDescription(strip_isolates(label))

    def main_widget(self) -> QLineEdit:
        return self.box

    def calendar(self) -> QCalendarWidget | None:
        """The calendar while it is open."""
        return self._popup.findChild(QCalendarWidget) if self._popup is not None else None

    def _open_calendar(self) -> None:
        popup = Panel("card", self)
        popup.setWindowFlags(Qt.WindowType.Popup)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar = make_calendar()
        column = QVBoxLayout(popup)
        column.addWidget(calendar)
        try:
            chosen = date.fromisoformat(read_date(self.box.text()))
        except ValueError:
            chosen = date.today()  # noqa: DTZ011 - the officer's own calendar day is meant
        calendar.setSelectedDate(QDate(chosen.year, chosen.month, chosen.day))
        calendar.clicked.connect(self._on_picked)
        calendar.activated.connect(self._on_picked)
        self._popup = popup
        popup.move(self.box.mapToGlobal(QPoint(0, self.box.height())))
        popup.show()
        calendar.setFocus()

    def _on_picked(self, day: QDate) -> None:
        if self._popup is not None:
            popup, self._popup = self._popup, None
            popup.close()
        self.box.setText(day.toString(Qt.DateFormat.ISODate))
        self.box.setFocus()
        if self.is_dirty():
            self.committed.emit(self.value())


def make_calendar() -> QCalendarWidget:
    """A calendar in the member's language, week and weekend (Qt paints Saturday and Sunday red for everybody)."""
    theme, locale = current_theme(), current()
    calendar = QCalendarWidget()
    calendar.setLocale(QLocale(locale.code))
    calendar.setFirstDayOfWeek(_DAYS[locale.week_start])
    calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    calendar.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.ShortDayNames)
    for number, day in enumerate(_DAYS):
        shape = QTextCharFormat()
        shape.setForeground(QColor(theme.color("text2" if number in locale.weekend else "text")))
        calendar.setWeekdayTextFormat(day, shape)
    calendar.setAccessibleName(_("Calendar"))
    return calendar
