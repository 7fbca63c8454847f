"""Widgets follow language, direction and theme while they live."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.kit import Button, Label, Living, announce_language
from desktop.ui.theme import apply_theme, current_theme
from i18n import current, set_language
from tests.ui.conftest import Look


class Page(Living, QWidget):
    """A page with one bound label and one follower."""

    def __init__(self) -> None:
        super().__init__()
        self.label = Label()
        column = QVBoxLayout(self)
        column.addWidget(self.label)
        self.bind(self.label.setText, lambda: f"in {current().language}")
        self.scales: list[float] = []
        self.follow(self._note)

    def _note(self) -> None:
        self.scales.append(current_theme().scale)


def test_a_bound_text_changes_with_the_language_in_a_running_window(
    look: Look, qapp: QApplication, qtbot: QtBot
) -> None:
    look("fr")
    outer = QWidget()
    qtbot.addWidget(outer)
    page = Page()
    QVBoxLayout(outer).addWidget(page)
    assert page.label.text() == "in fr"
    set_language("ar")
    announce_language(qapp, rtl=True)
    assert page.label.text() == "in ar"
    assert page.label.accessibleName() == "in ar"
    assert page.layoutDirection() == Qt.LayoutDirection.RightToLeft
    set_language("it")
    announce_language(qapp, rtl=False)
    assert page.label.text() == "in it"
    assert page.layoutDirection() == Qt.LayoutDirection.LeftToRight


def test_a_follower_runs_again_when_the_scale_changes(look: Look, qapp: QApplication, qtbot: QtBot) -> None:
    look()
    page = Page()
    qtbot.addWidget(page)
    page.ensurePolished()
    apply_theme(qapp, "dark", 1.5)
    assert page.scales[0] == 1.0
    assert page.scales[-1] == 1.5


def test_a_follower_that_changes_a_style_does_not_start_itself_over(look: Look, qtbot: QtBot) -> None:
    look()
    page = Page()
    qtbot.addWidget(page)
    calls: list[int] = []

    def restyle() -> None:
        calls.append(1)
        page.setStyleSheet(f"QLabel {{ margin: {len(calls)}px }}")

    page.follow(restyle)
    before = len(calls)
    page.refresh_look()
    assert len(calls) <= before + 2


def test_buttons_take_their_new_size_when_the_text_scale_changes(look: Look, qapp: QApplication, qtbot: QtBot) -> None:
    look()
    button = Button("Nouveau dossier", "primary", "plus")
    qtbot.addWidget(button)
    before = button.sizeHint()
    apply_theme(qapp, "light", 2.0)
    after = button.sizeHint()
    assert after.height() == 2 * before.height()
    assert after.width() > 1.8 * before.width()
