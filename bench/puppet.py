"""A desk's real window, worked by mouse and keyboard as told on standard input: a line of JSON, a line of answer.

Started as a process of its own, so that the one who tells can also kill it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.case_page import CasePage
from desktop.ui.collector import Collector
from desktop.ui.conflict_card import ConflictCard
from desktop.ui.conflicts_view import ConflictsView
from desktop.ui.creation_dialog import CreationDialog
from desktop.ui.main_window import MainWindow
from desktop.ui.record_form import RecordForm
from desktop.ui.records_page import RecordsPage
from desktop.ui.summary_tab import SummaryTab
from desktop.ui.workspace import Workspace

PATIENCE_S = 30.0
START_PX = 8  # inside the mark of a radio button
SETTLE_MS = 400
PICTURES = 20  # looked at until two are the same


class Failed(Exception):
    """What was told could not be done."""


class Mouth(QObject):
    """Reads commands on a thread of its own and says them on the window's."""

    told = Signal(str)

    def start(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self.told.emit(line)
        self.told.emit("")


class Puppet(QObject):
    """Does to the window what a person would do."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__()
        self._window = window
        self._session = session

    def on_told(self, line: str) -> None:
        """Do one command and answer; an empty line ends the program."""
        if not line:
            QApplication.quit()
            return
        told = json.loads(line)
        try:
            answer = {"ok": True, "answer": getattr(self, told.pop("do"))(**told)}
        except Exception as error:  # noqa: BLE001 - the one who tells hears whatever it is
            answer = {"ok": False, "answer": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()

    def unlock(self, passphrase: str) -> None:
        """Type the passphrase and press the button."""
        view = self._window.unlock_view
        type_into(view.field, passphrase)
        click(view.unlock_button)
        until(lambda: self._window.workspace is not None, "the desk to open")
        until(self._records().list.is_loaded, "the list")

    def look(self, **changes: Any) -> None:
        """Change language, theme or text size in the settings."""
        self._session.settings.set(**changes)
        self._window.look.apply()

    def connect_desk(self, on: bool) -> None:
        """Switch the connection in the menu of the chip."""
        menu = self._space().top.menu
        click(self._space().top.chip)
        until(lambda: bool(menu.actions()), "the menu of the connection")
        if self._session.connected != on:
            menu.actions()[0].trigger()
        menu.close()
        until(lambda: self._session.connected == on, "the switch")

    def new_case(self, title: str) -> str:
        """Ctrl+N, a title, the button; returns the record's id."""
        self._window.activateWindow()
        until(self._window.isActiveWindow, "the window to be in front")
        QTest.keyClick(QApplication.focusWidget() or self._window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        self._fill(self._dialog(), {"title": title})
        until(lambda: self._title() == title, "the new case to be shown")
        return str(self._records().detail.case())

    def add_person(self, **values: str) -> None:
        """The button of the case, the type typed and chosen, names, the button of the dialog."""
        button = self._page().add
        click(button)
        until(button.picker.isVisible, "the list of types")
        type_into(button.picker.box, self._session.types["person"].label)
        QTest.keyClick(button.picker.box, Qt.Key.Key_Return)
        self._fill(self._dialog(), values)

    def write_summary(self, text: str) -> None:
        """Edit the summary in place; nobody presses Save."""
        until(lambda: isinstance(self._page().widget("summary"), SummaryTab), "the summary")
        summary = self._page().widget("summary")
        if not isinstance(summary, SummaryTab):
            raise Failed("no summary is shown")
        card = summary.summary
        click(card.action)
        until(lambda: card.form is not None, "the editor of the summary")
        if card.form is not None:
            type_into(card.form.rows["summary"].editor.main_widget(), text)
            self._saved("summary", text)

    def edit_line(self, field: str, text: str) -> None:
        """Write a field on the details tab and leave it with Enter."""
        self._page().show_tab("details")
        form = self._form(field)
        box = form.rows[field].editor.main_widget()
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        type_into(box, text)
        QTest.keyClick(box, Qt.Key.Key_Return)
        self._saved(field, text)

    def open_case(self, record: str) -> None:
        """Open a case, as the search does when a hit is chosen."""
        self._space().open_record(record)
        until(lambda: self._records().detail.record() == record, "the case")

    def find(self, text: str) -> int:
        """Type into the list's own search; returns how many rows are left."""
        finder = self._records().list.finder
        finder.clear()
        type_into(finder, text)
        QTest.qWait(SETTLE_MS * 2)
        return int(self._records().list.view.model().rowCount())

    def clear_find(self) -> None:
        """Empty the list's search."""
        self._records().list.finder.clear()
        QTest.qWait(SETTLE_MS)

    def show(self, page: str, tab: str = "") -> None:
        """Go to a place of the rail, or a tab of the case in view."""
        self._space().show_page(page)
        if tab:
            self._page().show_tab(tab)

    def resolve(self, field: str, value: str) -> None:
        """On the conflicts page: choose a value of a field, apply."""
        self._space().show_page("conflicts")
        view = self._space().pages["conflicts"]
        if not isinstance(view, ConflictsView):
            raise Failed("the page of conflicts")
        card = self._card(view, field)
        places = [place for place, one in enumerate(card.values) if str(one.value) == value]
        if not places:
            raise Failed(f"no value {value!r}")
        click(card.sides[places[0]].radio, at_start=True)
        until(view.apply_button.isEnabled, "the button to apply")
        click(view.apply_button)
        until(lambda: not any(one.field == field for one in self._session.conflicts()), "the decision")

    def picture(self, path: str) -> None:
        """Save what the window looks like once it has come to rest: pages are filled piece by piece."""
        before = QImage()
        for _ in range(PICTURES):
            QTest.qWait(SETTLE_MS)
            now = self._window.grab().toImage()
            if now == before:
                break
            before = now
        if not before.save(path):
            raise Failed(f"no picture at {path}")

    def wait_for(
        self, *, record: str = "", field: str = "", value: str = "", unsent: int = -1, online: bool = False
    ) -> None:
        """Wait until a record is here, a field reads a value, nothing waits to be sent, or the desk is connected."""
        if record and not field:
            until(lambda: self._known(record), f"record {record}")
        if field:
            until(lambda: value in self._values(record, field), f"{field} = {value}")
        if unsent >= 0:
            until(lambda: self._session.counts()["unsent"] == unsent, f"{unsent} unsent")
        if online:
            until(lambda: self._session.sync_state().phase == "online", "the connection")

    def state(self, record: str) -> dict[str, Any]:
        """What the desk knows of a record, and how it stands with the server."""
        view = self._session.show(record)
        return {
            "values": {name: self._values(record, name) for name in view.fields},
            "people": [self._person(row.id) for row in self._session.records(view.space, "person")],
            "conflicts": [
                [conflict.field, sorted(str(one.value) for one in conflict.values)]
                for conflict in self._session.conflicts()
                if conflict.record == record
            ],
            "unsent": self._session.counts()["unsent"],
            "phase": self._session.sync_state().phase,
            "cases": self._session.counts()["cases"],
        }

    def _person(self, record: str) -> dict[str, list[str]]:
        return {name: self._values(record, name) for name in self._session.show(record).fields}

    def _values(self, record: str, field: str) -> list[str]:
        if not self._known(record):
            return []
        view: RecordView = self._session.show(record)
        shown = view.fields.get(field)
        if shown is None:
            return []
        return [shown.text] if shown.merge == "text" else [*shown.elements, *(str(one.value) for one in shown.values)]

    def _known(self, record: str) -> bool:
        return bool(self._session.rows([record]))

    def _saved(self, field: str, text: str) -> None:
        record = self._records().detail.case()
        until(lambda: text in self._values(record, field), f"{field} to be saved")

    def _fill(self, dialog: CreationDialog, values: dict[str, str]) -> None:
        for name, value in values.items():
            type_into(dialog.rows[name].editor.main_widget(), value)
        click(dialog.create_button)
        until(lambda: not dialog.isVisible(), "the dialog to close")

    def _dialog(self) -> CreationDialog:
        until(lambda: any(one.isVisible() for one in self._window.findChildren(CreationDialog)), "the dialog")
        return next(one for one in self._window.findChildren(CreationDialog) if one.isVisible())

    def _form(self, field: str) -> RecordForm:
        def found() -> list[RecordForm]:
            return [one for one in self._page().findChildren(RecordForm) if one.isVisible() and field in one.rows]

        until(lambda: bool(found()), f"the field {field}")
        return found()[0]

    def _card(self, view: ConflictsView, field: str) -> ConflictCard:
        def found() -> list[ConflictCard]:
            return [one for one in view.findChildren(ConflictCard) if one.conflict.field == field]

        until(lambda: bool(found()), f"the conflict of {field}")
        return found()[0]

    def _title(self) -> str:
        page = self._records().detail.case_page
        return str(page.view.fields["title"].value) if page is not None and page.view is not None else ""

    def _page(self) -> CasePage:
        page = self._records().detail.case_page
        if page is None:
            raise Failed("no case is shown")
        return page

    def _records(self) -> RecordsPage:
        return self._space().records()

    def _space(self) -> Workspace:
        if self._window.workspace is None:
            raise Failed("the desk is locked")
        return self._window.workspace


def type_into(widget: QWidget, text: str) -> None:
    """Commit text as an input method does, which knows every script."""
    widget.setFocus()
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def click(widget: QWidget, *, at_start: bool = False) -> None:
    """Press the left button in the middle of a widget that a person could press, or where its line starts."""
    until(lambda: widget.isVisible() and widget.isEnabled(), f"{type(widget).__name__} to be usable")
    where = widget.rect().center()
    if at_start:
        where.setX(START_PX if widget.isLeftToRight() else widget.width() - START_PX)
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=where)


def until(holds: Callable[[], bool], what: str) -> None:
    """Let the window work until something holds."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end:
            raise Failed(f"waited in vain for {what}")
        QTest.qWait(10)


def main(home: Path) -> int:
    """Open the window and obey."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Tahaluf")
    session = Session(home)
    window = MainWindow(session)
    Collector(session, window)
    window.show()
    window.activateWindow()
    puppet, mouth = Puppet(window, session), Mouth()
    mouth.told.connect(puppet.on_told)
    QTimer.singleShot(0, mouth.start)
    code = application.exec()
    session.close()
    sys.stdout.flush()
    os._exit(code)  # the reading thread may still hang on standard input


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
