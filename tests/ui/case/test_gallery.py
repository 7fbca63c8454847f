"""Pictures of every screen of a case for people to look at; no clipped label in any language, size or text scale."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.case_view import CaseView
from desktop.ui.conflicts_view import ConflictsView
from desktop.ui.kit import Button, ElidedLabel
from desktop.ui.new_case_dialog import NewCaseDialog
from desktop.ui.new_record_dialog import NewRecordDialog
from desktop.ui.notes_dialog import NotesDialog
from desktop.ui.record_page import RecordPage
from tests.ui.case.story import tell
from tests.ui.case.two_desks import TwoDesks
from tests.ui.conftest import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows

OUT = Path(__file__).resolve().parents[3] / "out" / "gallery"
WIDE, NARROW = (795, 760), (640, 580)  # what a case has of windows of 1440 by 900 and 1280 by 720
ALONE = (1_100, 580)  # of the latter with large text: list and case take turns
LOOKS = [
    ("fr", "light", 1.0, WIDE),
    ("ar", "dark", 1.0, WIDE),
    ("fr", "contrast", 1.5, ALONE),
    ("ar", "light", 2.0, ALONE),
    ("it", "dark", 1.0, NARROW),
    ("es", "light", 1.0, NARROW),
]
Show = Callable[[QWidget, str], None]


def clipped(widget: QWidget) -> list[str]:
    """Texts of visible labels and buttons that do not fit where they are."""
    found = []
    for label in widget.findChildren(QLabel):
        if not label.isVisible() or isinstance(label, ElidedLabel) or not label.text():
            continue
        room = label.contentsRect()
        if label.wordWrap():
            fits = label.heightForWidth(room.width()) <= room.height() + 1
        else:
            fits = label.sizeHint().width() <= room.width() + 1
        if not fits:
            found.append(label.text())
    buttons = [button for button in widget.findChildren(Button) if button.isVisible()]
    return found + [button.caption() for button in buttons if button.sizeHint().width() > button.width() + 1]


def beyond(widget: QWidget) -> list[str]:
    """Names of visible widgets that reach over the edge of what they are in, left or right."""
    found = []
    for child in widget.findChildren(QWidget):
        parent = child.parentWidget()
        if child.isVisible() and not child.isWindow() and parent is not None and not parent.rect().isEmpty():
            box = child.geometry()
            if box.left() < -1 or box.right() > parent.width() + 1:
                found.append(f"{type(child).__name__} {child.accessibleName()} in {type(parent).__name__}: {box}")
    return found


@pytest.fixture
def show(qtbot: QtBot, request: pytest.FixtureRequest) -> Show:
    """Let a widget come to rest, save its picture, and look for what does not fit."""

    def picture(widget: QWidget, name: str) -> None:
        found = [""]
        for _turn in range(12):
            qtbot.wait(250)
            before, found = found, clipped(widget) + beyond(widget)
            if before == found == []:
                break
        OUT.mkdir(parents=True, exist_ok=True)
        look = request.node.callspec.id.replace(".", "")
        widget.grab().save(str(OUT / f"case_{name}_{look}.png"))
        assert found == []

    return picture


def complete(page: RecordPage | None) -> None:
    """Make the whole form of a page."""
    assert page is not None
    page.finish()
    assert page.details is not None
    assert page.details.form is not None
    page.details.form.complete()


@pytest.mark.parametrize(
    ("language", "scheme", "scale", "size"), LOOKS, ids=[f"{one}_{two}_{three}" for one, two, three, _ in LOOKS]
)
def test_every_screen_of_a_case_fits(
    qtbot: QtBot,
    pair: TwoDesks,
    look: Look,
    show: Show,
    language: str,
    scheme: str,
    scale: float,
    size: tuple[int, int],
) -> None:
    look(language, scheme, scale)
    case = tell(pair, "ar" if language == "ar" else "fr")
    view = CaseView(pair.session)
    qtbot.addWidget(view)
    view.resize(*size)
    view.show_case(case)
    view.show()
    for tab in ("summary", "subjects", "links", "evidence", "details", "history"):
        view.show_tab(tab)
        if tab == "details":
            complete(view.case_page)
        show(view, tab)
    (person, *_others) = (row.id for row in pair.session.records(case) if row.type == "person")
    view.show_case(person)
    complete(view.record_page)
    show(view, "person")
    pair.session.edit(person, "birth_date__source", "Registre de Saint-Louis")
    pair.session.edit(person, "birth_date__evaluation", "B2")
    notes = NotesDialog(pair.session, person, "birth_date", view)
    notes.form.complete()
    notes.show()
    show(notes, "notes")
    notes.close()
    assert view.case_page is not None
    view.case_page.add.open_list()
    show(view.case_page.add.picker, "add")
    view.case_page.add.picker.close()
    conflicts = ConflictsView(pair.session)
    qtbot.addWidget(conflicts)
    conflicts.resize(size[0] + 385, size[1])
    conflicts.show()
    conflicts.cards[0].choose(0)
    conflicts.cards[1].choose(2)
    show(conflicts, "conflicts")
    template = NewCaseDialog(pair.session)
    template.templates.choose("terrorism")
    for name, dialog in (
        ("new_case", NewCaseDialog(pair.session)),
        ("new_case_template", template),
        ("new_link", NewRecordDialog(pair.session, "uses", case)),
        ("new_person", NewRecordDialog(pair.session, "person", case)),
    ):
        qtbot.addWidget(dialog)
        dialog.show()
        show(dialog, name)
