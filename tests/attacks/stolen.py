"""A laptop in use: a real window over a real keyring, fed with markers, locked, and then crashed.

Started by `test_stolen_laptop.py` in a folder of its own. Reads one JSON object from its input: `home`, `passphrase`,
`markers` (fifty), and `end`: "exit", "segfault" or "abort". Writes what is on the clipboard after the lock.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.casework.handling import Marking
from desktop.casework.views import Query
from desktop.desk import Opening
from desktop.profile import Profile
from desktop.session import Session
from desktop.store.vault import Cost
from desktop.ui.clipboard import copy_marked
from desktop.ui.main_window import MainWindow
from tests.support.desk import made_up_trust

OPENING = Opening(cost=Cost(1, 8 << 20))
TEXTS = ("title", "summary", "lead")
PERSON = ("name", "alias", "address", "notes")
WAIT_S = 30.0


def wait(application: QApplication, until: Callable[[], bool]) -> None:
    """Run the loop until something holds."""
    end = time.monotonic() + WAIT_S
    while not until():
        application.processEvents()
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.005)


def work(application: QApplication, window: MainWindow, markers: list[str]) -> None:
    """Write every marker somewhere: fields, drafts, histories, searches, what is typed, what is copied."""
    session, left = window.session, iter(markers)
    space = session.new_case({"title": next(left), "summary": f"{next(left)}\n" * 40})
    for _ in range(4):
        session.edit(space, "title", next(left))
    person = session.new_record("person", space, {"name": next(left)})
    for _ in range(12):
        session.edit(person, "name", next(left))
    for number in range(8):
        session.set_draft(f"draft {number}", next(left))
    session.edit(space, "summary", " ".join(next(left) for _ in range(8)))
    session.delete(person)
    session.undo()
    for _ in range(6):
        session.query(Query(text=next(left)))
    assert window.workspace is not None
    window.workspace.open_record(space)
    wait(application, window.isVisible)
    fields = [each for each in window.findChildren(QLineEdit) if each.isVisible()]
    for field in fields[:3]:
        field.setText(next(left, markers[0]))
    try:
        raise ValueError(next(left, markers[-1]))  # what a report of our own bugs would name
    except ValueError:
        traceback.clear_frames(sys.exc_info()[2])
    for marker in left:
        session.set_draft(marker[:4], marker)
    copy_marked(markers[0], Marking())
    application.processEvents()


def main() -> None:
    """Set up, work, lock, say what the clipboard holds, unlock again and end as ordered."""
    order = json.loads(sys.stdin.read())
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))  # as an officer whose system keeps core files
    with Path("faults.log").open("w") as faults:
        faulthandler.enable(faults)
        home = Path(order["home"])
        profile = Profile("SN", made_up_trust(), officer="Awa Diop", desk="Dakar 1", language="fr")
        OPENING.create(home, profile, order["passphrase"])
        application = QApplication([])
        session = Session(home, opening=OPENING)
        window = MainWindow(session)
        window.show()
        for round_ in range(2):
            window.unlock_view.field.setText(order["passphrase"])
            window.unlock_view.submit()
            wait(application, lambda: window.workspace is not None)
            if not round_:
                work(application, window, order["markers"])
                window.lock()
                application.processEvents()
                sys.stdout.write(json.dumps({"clipboard": QGuiApplication.clipboard().text()}))
                sys.stdout.flush()
        session.edit(session.new_case({"title": order["markers"][1]}), "title", order["markers"][2])
        tempfile.gettempdir()
        if order["end"] == "segfault":
            faulthandler._sigsegv()  # type: ignore[attr-defined]  # the real thing
        if order["end"] == "abort":
            os.abort()
        window.close()


if __name__ == "__main__":
    main()
