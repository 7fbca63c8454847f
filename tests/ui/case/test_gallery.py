"""Pictures of every screen of a case, in French light and Arabic dark, for people to look at; and no clipped label."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.case_view import CaseView
from desktop.ui.conflicts_view import ConflictsView
from desktop.ui.kit import ElidedLabel
from desktop.ui.new_case_dialog import NewCaseDialog
from desktop.ui.new_record_dialog import NewRecordDialog
from tests.ui.case.conftest import Look
from tests.ui.case.story import tell
from tests.ui.case.two_desks import TwoDesks

OUT = Path(__file__).resolve().parents[3] / "out" / "gallery"
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows

LOOKS = [("fr", "light", 1.0), ("ar", "dark", 1.0)]
PANE = (795, 760)  # what a case has of a window of 1440 by 900


def picture(qtbot: QtBot, widget: QWidget, name: str, language: str, scheme: str) -> None:
    """Save a picture after the widget has come to rest."""
    qtbot.wait(150)
    OUT.mkdir(parents=True, exist_ok=True)
    widget.grab().save(str(OUT / f"case_{name}_{language}_{scheme}.png"))


def clipped(widget: QWidget) -> list[str]:
    """Texts of visible labels that do not fit where they are."""
    found = []
    for label in widget.findChildren(QLabel):
        if not label.isVisible() or isinstance(label, ElidedLabel) or not label.text():
            continue
        room = label.contentsRect()
        if label.wordWrap():
            if label.heightForWidth(room.width()) > room.height() + 1:
                found.append(label.text())
        elif label.sizeHint().width() > room.width() + 1:
            found.append(label.text())
    return found


@pytest.mark.parametrize(("language", "scheme", "scale"), LOOKS)
def test_every_screen_of_a_case_is_pictured(
    qtbot: QtBot, pair: TwoDesks, look: Look, language: str, scheme: str, scale: float
) -> None:
    look(language, scheme, scale)
    case = tell(pair, language)
    view = CaseView(pair.session)
    qtbot.addWidget(view)
    view.resize(*PANE)
    view.show_case(case)
    view.show()
    for tab in ("summary", "people", "details", "history"):
        view.show_tab(tab)
        if tab == "details" and view.case_page and view.case_page.details and view.case_page.details.form:
            view.case_page.details.form.complete()
        picture(qtbot, view, tab, language, scheme)
        clips = clipped(view)
        print(tab, clips)
    person = view.case_page.people.model.row(0) if view.case_page and view.case_page.people else None
    assert person is not None
    view.show_case(person.id)
    assert view.record_page is not None
    assert view.record_page.details is not None
    assert view.record_page.details.form is not None
    view.record_page.details.form.complete()
    picture(qtbot, view, "person", language, scheme)
    conflicts = ConflictsView(pair.session)
    qtbot.addWidget(conflicts)
    conflicts.resize(1180, 760)
    conflicts.show()
    conflicts.cards[0].choose(0)
    conflicts.cards[1].choose(2)
    picture(qtbot, conflicts, "conflicts", language, scheme)
    print(clipped(conflicts))
    dialogs: list[tuple[str, QDialog]] = [
        ("new_case", NewCaseDialog(pair.session)),
        ("new_person", NewRecordDialog(pair.session, "person", case)),
    ]
    for name, dialog in dialogs:
        qtbot.addWidget(dialog)
        dialog.show()
        picture(qtbot, dialog, name, language, scheme)
        print(name, clipped(dialog))
