"""Looks at a file of a record: text as text, pictures and pages as pixels. Nothing in it is active."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.casework.carry_views import FileView
from desktop.casework.evidence_kind import disagrees, kind_label
from desktop.casework.evidence_views import MAX_SIDE, Drawn, Opened
from desktop.session import Session
from desktop.ui.kit import Banner, Button, IconButton, Label, Living, announce
from desktop.ui.kit.visibility import show_if
from desktop.ui.presenter import SEPARATOR
from desktop.ui.theme import current_theme
from i18n import _
from i18n.bidi import isolate, ltr, one_line, strip_isolates
from i18n.formats import number, size

_STEPS = 1_000
_ZOOMS = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
_BAR = 18  # pixels at 100 % that a scroll bar takes
_SMALLEST = 200  # pixels that a page is drawn wide


class FileViewer(Living, QDialog):
    """Reads the file through first: what is shown is what was taken in. It closes when the desk locks."""

    def __init__(self, session: Session, file: FileView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self.file = session, file
        self._opened: Opened | None = None
        self._page, self._zoom = 0, _ZOOMS.index(1.0)
        self.heading = Label("", "h3", wrap=True)
        self.facts = Label("", "caption", "muted", wrap=True)
        self.warning = Banner("warn")
        self.problem = Banner("bad")
        for banner in (self.warning, self.problem):
            banner.hide()
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._area = QScrollArea()
        self._area.setWidget(self.picture)
        self._area.setWidgetResizable(True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self._blank = QWidget()
        self._stack = QStackedWidget()
        for widget in (self._blank, self._area, self.text):
            self._stack.addWidget(widget)
        self.before, self.after = IconButton("chevron-left"), IconButton("chevron-right")
        self.smaller, self.larger = IconButton("minus"), IconButton("plus")
        self.place = Label("", "caption", "muted")
        self.close_button = Button("", "secondary")
        self._lay_out()
        self.before.clicked.connect(lambda: self._turn(-1))
        self.after.clicked.connect(lambda: self._turn(1))
        self.smaller.clicked.connect(lambda: self._scale(-1))
        self.larger.clicked.connect(lambda: self._scale(1))
        self.close_button.clicked.connect(self.reject)
        session.locked.connect(self.reject)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._space)
        self._thread = session.view_file(file.record, file.id)
        if self._thread is not None:
            self._thread.told.connect(self._on_told)
            self._thread.opened.connect(self._on_opened)
            self._thread.drawn.connect(self._on_drawn)
            self._thread.refused.connect(self._on_refused)
            self._thread.start()

    def done(self, result: int) -> None:
        """End the process that draws."""
        self._end()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The same."""
        self._end()
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys turn the pages."""
        if event.key() in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and self._opened is not None:
            self._turn(1 if event.key() == Qt.Key.Key_PageDown else -1)
            return
        super().keyPressEvent(event)

    def _end(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._session.end_view(thread)
        self.picture.clear()
        self.text.clear()

    def _on_told(self, done: int, whole: int) -> None:
        self.bar.setValue(int(done / max(whole, 1) * _STEPS))

    def _on_opened(self, opened: Opened) -> None:
        self._opened = opened
        self.bar.hide()
        if opened.family == "text":
            self.text.setPlainText(opened.text)
            self._stack.setCurrentWidget(self.text)
        elif opened.pages:
            self._stack.setCurrentWidget(self._area)
            self._draw()
        self._tell()

    def _on_drawn(self, drawn: Drawn) -> None:
        image = QImage(drawn.pixels, drawn.width, drawn.height, 4 * drawn.width, QImage.Format.Format_RGB32)
        if drawn.page == self._page:
            self.picture.setPixmap(QPixmap.fromImage(image.copy()))
            announce(self, strip_isolates(self.place.text()))

    def _on_refused(self, code: str, params: dict[str, object]) -> None:
        self.bar.hide()
        self.problem.set_text(self._session.message(code, params))
        self.problem.show()

    def _turn(self, step: int) -> None:
        if self._opened is not None and 0 <= self._page + step < self._opened.pages:
            self._page += step
            self._draw()
            self._tell()

    def _scale(self, step: int) -> None:
        self._zoom = min(max(0, self._zoom + step), len(_ZOOMS) - 1)
        if self._opened is not None and self._opened.pages:
            self._draw()

    def _draw(self) -> None:
        if self._thread is not None:
            width = int((self._area.width() - current_theme().px(_BAR)) * _ZOOMS[self._zoom] * self.devicePixelRatioF())
            self._thread.draw(self._page, min(max(width, _SMALLEST), MAX_SIDE))

    def _tell(self) -> None:
        file, opened = self.file, self._opened
        name = isolate(one_line(file.name, 100))
        self.setWindowTitle(strip_isolates(name))
        self.setAccessibleName(strip_isolates(name))
        self.heading.setText(name)
        parts = [size(file.size), f"SHA-256 {ltr(file.sha256)}"]
        if opened is not None:
            parts.insert(0, kind_label(opened.kind))
            warned = disagrees(file.name, opened.kind)
            self.warning.set_text(
                _("The name says another kind of file than the content, which is: {kind}.").format(
                    kind=kind_label(opened.kind)
                )
            )
            self.warning.setVisible(warned)
        self.facts.setText(SEPARATOR.join(parts))
        pages = opened.pages if opened is not None else 0
        for button in (self.before, self.after, self.smaller, self.larger):
            button.setVisible(pages > 1 if button in (self.before, self.after) else pages > 0)
        self.before.setEnabled(self._page > 0)
        self.after.setEnabled(self._page + 1 < pages)
        self.before.set_name(_("Page before"))
        self.after.set_name(_("Next page"))
        self.smaller.set_name(_("Smaller"))
        self.larger.set_name(_("Larger"))
        self.close_button.setText(_("Close"))
        self.text.setAccessibleName(_("Text of the file"))
        self.picture.setAccessibleName(strip_isolates(name))
        self.place.setText(self._words_of_place(pages))

    def _words_of_place(self, pages: int) -> str:
        opened = self._opened
        if pages > 1:
            return _("Page {page} of {pages}").format(page=number(self._page + 1), pages=number(pages))
        if opened is not None and opened.cut and opened.family == "text":
            return _("Only the beginning is shown. Save the file to read on.")
        if opened is not None and opened.family == "other":
            return _("Files of this kind are not shown here. It was read through, and is what was taken in.")
        return ""

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        for widget in (self.before, self.after, self.smaller, self.larger):
            show_if(widget, False)
            foot.addWidget(widget)
        foot.addWidget(self.place, 1)
        foot.addWidget(self.close_button)
        self._column = QVBoxLayout(self)
        for part in (self.heading, self.facts, self.warning, self.problem, self.bar):
            self._column.addWidget(part)
        self._column.addWidget(self._stack, 1)
        self._column.addLayout(foot)

    def _space(self) -> None:
        theme = current_theme()
        side = theme.space("l")
        self._column.setContentsMargins(side, side, side, side)
        self._column.setSpacing(theme.space("s"))
        self.place.setWordWrap(True)
        room = self.screen().availableGeometry()
        self.resize(min(theme.px(860), room.width() - 60), min(theme.px(760), room.height() - 60))
