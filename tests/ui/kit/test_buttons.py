"""Buttons, chips, tabs, rail items and choices: words taken literally, keyboard first, rings for the keyboard only."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.ui.kit import Button, CheckBox, ConnectionChip, DropDown, FilterChip, IconButton, RailItem, TabBar
from tests.ui.conftest import Look
from tests.ui.kit.conftest import Stage


def _count(image: QImage, color: QColor) -> int:
    return sum(image.pixelColor(x, y) == color for x in range(image.width()) for y in range(image.height()))


def test_an_ampersand_is_an_ampersand_and_no_mnemonic(look: Look, stage: Stage) -> None:
    look()
    button, chip = Button("R&D"), FilterChip("P&C")
    stage(button, chip)
    assert (button.caption(), button.accessibleName(), chip.accessibleName()) == ("R&D", "R&D", "P&C")
    assert button.shortcut().isEmpty()
    assert chip.shortcut().isEmpty()


def test_the_focus_ring_shows_for_the_keyboard_and_not_for_a_click(look: Look, stage: Stage) -> None:
    theme = look()
    first, second = Button("One", "secondary"), Button("Two", "secondary")
    stage(first, second)
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    clicked = _count(first.grab().toImage(), theme.color("focus"))
    assert clicked == 0
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is second
    ringed = _count(second.grab().toImage(), theme.color("focus"))
    assert ringed >= 2 * (second.width() + second.height() - 40)


def test_the_ring_of_a_filled_button_is_not_of_its_own_colour(look: Look, stage: Stage) -> None:
    theme = look()
    first, second = Button("One"), Button("Two", "primary")
    stage(first, second)
    plain = second.grab().toImage()
    first.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(first, Qt.Key.Key_Tab)
    ringed = second.grab().toImage()
    assert _count(ringed, theme.color("on_primary")) > _count(plain, theme.color("on_primary")) + second.width()


def test_targets_are_at_least_24_pixels_at_every_scale(look: Look, qtbot: QtBot) -> None:
    for scale in (1.0, 1.5, 2.0):
        look("fr", "light", scale)
        for widget in (
            IconButton("x", "Close", size=10),
            FilterChip("x"),
            CheckBox("x"),
            Button("x", "link"),
            RailItem("x", "x"),
        ):
            qtbot.addWidget(widget)
            assert widget.sizeHint().height() >= 24 * scale
            assert widget.sizeHint().width() >= 24 * scale


def test_a_removable_chip_goes_by_key_and_by_its_cross_but_not_by_its_words(look: Look, stage: Stage) -> None:
    look()
    chip = FilterChip("Country: Italy", removable=True)
    stage(chip)
    gone: list[str] = []
    chip.removed.connect(lambda: gone.append("removed"))
    QTest.keyClick(chip, Qt.Key.Key_Delete)
    QTest.keyClick(chip, Qt.Key.Key_Backspace)
    assert len(gone) == 2
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(14, chip.height() // 2))
    assert len(gone) == 2
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 10, chip.height() // 2))
    assert len(gone) == 3


def test_the_cross_of_a_chip_is_on_the_left_in_arabic(look: Look, qtbot: QtBot, stage: Stage) -> None:
    look("ar")
    chip = FilterChip("البلد: إيطاليا", removable=True)
    stage(chip)
    with qtbot.waitSignal(chip.removed, timeout=500):
        QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(10, chip.height() // 2))


def test_a_checkable_chip_toggles_by_space_and_ignores_delete(look: Look, stage: Stage) -> None:
    look()
    chip = FilterChip("Open")
    stage(chip)
    gone: list[int] = []
    chip.removed.connect(lambda: gone.append(1))
    QTest.keyClick(chip, Qt.Key.Key_Space)
    QTest.keyClick(chip, Qt.Key.Key_Delete)
    assert chip.isChecked()
    assert gone == []


def test_the_connection_chip_names_both_lines_and_offline_is_no_error(look: Look, stage: Stage) -> None:
    theme = look()
    chip = ConnectionChip()
    stage(chip)
    chip.set_state("offline", "Offline · 14 changes to send", "Data of \u206612/06\u2069 at 08:14")
    assert chip.accessibleName() == "Offline · 14 changes to send. Data of 12/06 at 08:14"
    picture = chip.grab().toImage()
    assert _count(picture, theme.color("offline_soft")) > 200
    assert _count(picture, theme.color("bad_soft")) == 0
    chip.set_state("a phase of a newer version", "?")
    assert _count(chip.grab().toImage(), theme.color("offline_soft")) > 100


def test_a_rail_item_says_its_count_and_only_one_is_chosen(look: Look, stage: Stage) -> None:
    theme = look()
    first, second = RailItem("inbox", "Work", 7), RailItem("briefcase", "Cases")
    stage(first, second)
    assert first.accessibleName() == "Work, 7"
    second.click()
    first.click()
    assert (first.isChecked(), second.isChecked()) == (True, False)
    assert _count(first.grab().toImage(), theme.color("gold")) > 30
    first.set_count(0)
    assert first.accessibleName() == "Work"
    first.set_compact(True)
    assert "Work" in first.toolTip()


def test_the_bar_of_the_chosen_rail_item_is_on_the_leading_side(look: Look, qtbot: QtBot) -> None:
    for language, leading in (("fr", True), ("ar", False)):
        theme = look(language)
        item = RailItem("inbox", "x")
        item.setChecked(True)
        qtbot.addWidget(item)
        item.resize(248, 38)
        image = item.grab().toImage()
        gold = [x for x in range(image.width()) if image.pixelColor(x, 19) == theme.color("gold")]
        assert gold
        assert all((x < 20) == leading for x in gold)


def test_arrow_keys_choose_tabs_in_the_direction_of_the_eye(look: Look, qtbot: QtBot, stage: Stage) -> None:
    for language, toward_second in (("fr", Qt.Key.Key_Right), ("ar", Qt.Key.Key_Left)):
        look(language)
        bar = TabBar()
        tabs = [bar.add_tab(key, key) for key in ("one", "two", "three")]
        stage(bar)
        bar.window().resize(700, 80)
        tabs[0].setFocus()
        with qtbot.waitSignal(bar.chosen, timeout=500):
            QTest.keyClick(tabs[0], toward_second)
        assert bar.key() == "two"
        QTest.keyClick(tabs[1], Qt.Key.Key_End)
        assert bar.key() == "three"
        QTest.keyClick(tabs[2], Qt.Key.Key_Home)
        assert bar.key() == "one"


def test_tabs_that_do_not_fit_go_behind_more_and_the_chosen_one_stays(look: Look, stage: Stage) -> None:
    look("fr")
    bar = TabBar()
    keys = [f"Onglet {n}" for n in range(9)]
    for key in keys:
        bar.add_tab(key, key)
    host = stage(bar)
    host.resize(420, 80)
    bar.choose(keys[8])
    QApplication.processEvents()
    shown = [tab.key for tab in bar.findChildren(type(bar.add_tab("last", "last"))) if tab.isVisible()]
    assert keys[8] in shown
    assert keys[7] not in shown
    assert bar.more.isVisible()
    host.resize(1400, 80)
    QApplication.processEvents()
    assert not bar.more.isVisible()


def test_the_wheel_scrolls_the_page_and_never_edits_a_drop_down(look: Look, stage: Stage) -> None:
    look()
    choice = DropDown("Status")
    choice.addItems(["draft", "open", "closed"])
    stage(choice)
    middle = QPointF(choice.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(choice.mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(choice, event)
    assert choice.currentText() == "draft"
