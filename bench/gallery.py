"""`make gallery`: pictures of every place and every tab of a rich case, in five languages, light and dark.

    python -m bench.gallery [LANGUAGE [SCHEME [SCALE]]]         into out/gallery; a scale of 1.5 is text at 150 %

One real desk behind a real secretariat, its window driven as it is; what was looked at is left to whoever looks.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from bench.alliance import PASSPHRASE, Alliance
from bench.soak.writer import opening
from bench.workloads.walk import is_usable
from bench.world.cases import invent
from bench.world.network import write_network
from desktop.session import Session
from desktop.ui.case_tabs import TABS
from desktop.ui.collector import Collector
from desktop.ui.main_window import MainWindow
from desktop.ui.rail import PLACES, SETTINGS
from desktop.ui.workspace import Workspace

OUT = Path("out") / "gallery"
LANGUAGES = ("fr", "ar", "it", "es", "en")
SCHEMES = ("light", "dark")
CASES = 40
LOOK_MS, LOOKS = 150, 30  # between two looks, until two are the same; so many at most
REST_S = 1.5
SIZE = (1440, 900)
PATIENCE_S = 60.0


def fill(alliance: Alliance, home: Path) -> str:
    """Cases for the list and the one with everything in it; returns its id."""
    desk, connection = alliance.open(home)
    desk.sync_once()
    with connection.transaction():
        for each in invent(CASES):
            record = desk.new_case(each.values).record
            for person in each.persons:
                desk.new_record("person", record, person.values)
        case = write_network(desk, date.today())  # noqa: DTZ011 - the officer's own calendar
    desk.sync_once()
    desk.confirm_enrolment()
    desk.close()
    return case


def work() -> None:
    """Let the window work for a while."""
    end = time.monotonic() + LOOK_MS / 1000
    while time.monotonic() < end:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def picture(window: QWidget, path: Path) -> None:
    """Save what the window looks like once it has come to rest."""
    before, begun = QImage(), time.monotonic()
    for _ in range(LOOKS):
        work()
        now = window.grab().toImage()
        if now == before and time.monotonic() > begun + REST_S:  # what is drawn beside the window comes late
            break
        before = now
    if not before.save(str(path)):
        raise OSError(f"no picture at {path}")


def walk(space: Workspace, window: MainWindow, case: str, folder: Path) -> int:
    """Go everywhere and take a picture of each; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for at, place in enumerate((*PLACES, SETTINGS)):
        space.show_page(place.key)
        picture(window, folder / f"{at:02d}_{place.key}.png")
    space.open_record(case)
    keys = [*(tab.key for tab in TABS), "details", "history"]
    for at, key in enumerate(keys):
        space.records().detail.show_tab(key)
        picture(window, folder / f"{at + 20}_case_{key}.png")
    return len(PLACES) + 1 + len(keys)


def main(wanted: list[str]) -> int:
    """Make the pictures; returns the exit code."""
    languages = wanted[:1] or LANGUAGES
    schemes = wanted[1:2] or SCHEMES
    scale = float(wanted[2]) if len(wanted) > 2 else 1.0
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with (
        tempfile.TemporaryDirectory(prefix="tahaluf-gallery-") as folder,
        Alliance(Path(folder), opening(), members=("SN", "IT", "AE", "FR")) as alliance,
    ):
        home = alliance.set_up("SN", "Cne A. Diop", "Dakar 1", "fr")
        case = fill(alliance, home)
        application = QApplication([])
        session = Session(home, opening=opening())
        window = MainWindow(session)
        Collector(session, window)
        window.resize(*SIZE)
        window.show()
        session.unlock(PASSPHRASE)
        session.unlock_failed.connect(sys.exit)
        end = time.monotonic() + PATIENCE_S
        while not is_usable(window):
            work()
            if time.monotonic() > end:
                raise TimeoutError("the desk does not open")
        space = window.workspace
        if space is None:
            raise RuntimeError("the desk is locked")
        for language in languages:
            for scheme in schemes:
                session.settings.set(language=language, theme=scheme, text_scale=scale)
                window.look.apply()
                to = OUT / (f"{language}_{scheme}" + (f"_{round(scale * 100)}" if scale != 1.0 else ""))
                sys.stdout.write(f"{walk(space, window, case, to)} pictures in {to}\n")
                sys.stdout.flush()
        session.close()
        window.deleteLater()
        application.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
