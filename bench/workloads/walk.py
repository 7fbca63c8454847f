"""A walk through the window: the longest time that its thread was held by each step."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtTest import QTest

from bench.alliance import PASSPHRASE
from bench.measure import emit
from desktop.casework.views import Query
from desktop.desk import Desk
from desktop.session import Session
from desktop.ui.case_page import CasePage
from desktop.ui.main_window import MainWindow
from desktop.ui.records_page import RecordsPage
from desktop.ui.workspace import Workspace
from tests.support.heartbeat import Heartbeat

HEAVY = "Filière longue"
PEOPLE = 40
EDITS = 1_200
VERSIONS = 300
LONG_TEXT = 200_000  # characters
SETTLE_MS = 450  # longer than the lists wait for more news
NEWS = 1_000
_SENTENCE = "Le véhicule a été vu à Ziguinchor, puis à Cadix ; le conducteur reste à identifier. "


def write_heavy(desk: Desk) -> None:
    """Add a case of a long life (many people, many changes, a text often edited), and one with a long text."""
    case = desk.new_case({"title": HEAVY, "summary": _SENTENCE * 20, "lead": "Cne A. Diop"}).record
    people = [
        desk.new_record("person", case, {"name": f"Personne {number}", "case_role": "suspect"}).record
        for number in range(PEOPLE)
    ]
    for number in range(EDITS):
        desk.edit(people[number % 3] if number % 4 == 0 else case, "name" if number % 4 == 0 else "lead", f"X {number}")
    text = _SENTENCE * 20
    for number in range(VERSIONS):
        text = f"{text[:400]}{number} {text[400:]}"
        desk.edit(case, "summary", text)
    long = desk.new_case({"title": f"{HEAVY}, texte", "summary": (f"{_SENTENCE * 12}\n" * 300)[:LONG_TEXT]}).record
    desk.edit(long, "lead", "Cne A. Diop")


def is_usable(window: MainWindow) -> bool:
    """Whether the list of cases is there; where "My work" came first, the way there is a press of a key."""
    if window.workspace is not None and window.workspace.page_key() not in ("", "cases"):
        window.workspace.show_page("cases")
    page = window.workspace.pages.get("cases") if window.workspace is not None else None
    return isinstance(page, RecordsPage) and page.list.is_loaded()


class Walk:
    """Does one step after the other and emits how long the window was held by each."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        self._window = window
        self._session = session
        self._heart = Heartbeat()
        self._session.set_connected(False)

    def unlock(self) -> None:
        """From the passphrase to the list, and what is prepared behind it."""
        self._step("unlocking, to the list", self._unlock, pause_ms=SETTLE_MS * 2)

    def go(self) -> None:
        """Everything after unlocking."""
        heavy, long = self._found(f"{HEAVY}"), self._found(f"{HEAVY}, texte")
        cases = [one for one in self._space().records().list.view.rows.ids()[:30] if one not in (heavy, long)]
        for number, name in enumerate(("first", "second", "third")):
            self._step(f"opening the {name} case", partial(self._space().open_record, cases[number]))
        self._tabs("a case")
        self._step("opening a case of a long life", partial(self._space().open_record, heavy))
        self._tabs("a case of a long life")
        self._step("opening a case with a text of 200,000 characters", partial(self._space().open_record, long))
        self._tabs("a case with a text of 200,000 characters")
        self._space().open_record(cases[0])
        self._page().show_tab("details")
        QTest.qWait(SETTLE_MS)
        self._step("editing a field", partial(self._session.edit, cases[0], "lead", "Cne A. Diop"))
        self._step("editing a field, again", partial(self._session.edit, cases[0], "lead", "Cne M. Sarr"))
        self._page().show_tab("summary")
        QTest.qWait(SETTLE_MS)
        self._step("editing a field, summary in view", partial(self._session.edit, cases[0], "lead", "Cne A. Diop"))
        self._step("editing a text of 200,000 characters", partial(self._edit_text, long))
        everything = frozenset(self._space().records().list.view.rows.ids()[:NEWS])
        self._step("1,000 changes arriving", partial(self._session.on_synced, everything))
        for key in ("people", "conflicts", "bin", "sync", "settings", "cases"):
            self._step(f"showing the place {key} first", partial(self._space().show_page, key))
        self._scroll()

    def _tabs(self, what: str) -> None:
        for tab in ("subjects", "details", "history", "summary"):
            self._step(f"switching to the tab {tab} of {what}", partial(self._page().show_tab, tab))

    def _scroll(self) -> None:
        view = self._space().records().list.view
        bar = view.verticalScrollBar()
        places = [bar.maximum() * number // 40 for number in range(40)]

        def move() -> None:
            for place in places:
                bar.setValue(place)
                self._turn(60)

        self._step("scrolling to places never seen", move)

    def _edit_text(self, record: str) -> None:
        text = self._session.show(record).fields["summary"].text
        self._session.edit(record, "summary", f"{text[:1000]} {text[1010:]}")

    def _unlock(self) -> None:
        self._session.unlock(PASSPHRASE)
        while not is_usable(self._window):
            self._turn(20)

    def _step(self, what: str, do: Callable[[], object], *, pause_ms: int = SETTLE_MS) -> None:
        with self._heart.watching() as gap:
            do()
            self._turn(pause_ms)
        emit(
            "longest block of the window",
            during=what,
            wall_ms=round(gap.wall_s * 1000, 1),
            cpu_ms=round(gap.cpu_s * 1000, 1),
        )

    def _turn(self, milliseconds: int) -> None:
        end = time.monotonic() + milliseconds / 1000
        while time.monotonic() < end:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)

    def _found(self, title: str) -> str:
        answers: dict[int, list[str]] = {}
        self._session.rows_ready.connect(answers.__setitem__)
        request = self._session.query(Query(text=title, order="title"), "bench")
        while request not in answers:
            self._turn(5)
        return next(row.id for row in self._session.rows(answers[request]) if row.title == title)

    def _page(self) -> CasePage:
        page = self._space().records().detail.case_page
        if page is None:
            raise RuntimeError("no case is shown")
        return page

    def _space(self) -> Workspace:
        if self._window.workspace is None:
            raise RuntimeError("the desk is locked")
        return self._window.workspace
