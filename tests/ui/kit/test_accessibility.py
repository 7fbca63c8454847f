"""Roles, names, states and announcements that assistive technology gets from the kit."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.ui import accessible
from desktop.ui.kit import (
    Banner,
    Button,
    Card,
    CheckBox,
    ConnectionChip,
    DropDown,
    EmptyState,
    FilterChip,
    IconButton,
    Label,
    RailItem,
    SearchBox,
    StatusItem,
    StatusPill,
    TabBar,
    Toast,
    announce,
)
from desktop.ui.marking import MarkingBand
from tests.ui.conftest import Look
from tests.ui.kit.conftest import Stage

Role = QAccessible.Role


def _face(widget: QWidget) -> tuple[QAccessible.Role, str]:
    face = QAccessible.queryAccessibleInterface(widget)
    assert face is not None
    return face.role(), face.text(QAccessible.Text.Name)


def test_every_widget_has_the_right_role_and_its_words_as_name(look: Look, qtbot: QtBot) -> None:
    look()
    chip = ConnectionChip()
    chip.set_state("online", "Online", "All sent")
    expected: list[tuple[QWidget, QAccessible.Role, str]] = [
        (Button("R&D", "primary"), Role.Button, "R&D"),
        (IconButton("bell", "Notices"), Role.Button, "Notices"),
        (FilterChip("Open"), Role.CheckBox, "Open"),
        (FilterChip("Italy", removable=True), Role.Button, "Italy"),
        (chip, Role.Button, "Online. All sent"),
        (RailItem("inbox", "Work", 3), Role.RadioButton, "Work, 3"),
        (StatusPill("Open"), Role.StaticText, "Open"),
        (Label("\u2068Dakar\u2069"), Role.StaticText, "Dakar"),
        (Card("Summary"), Role.Grouping, "Summary"),
        (Banner("bad", "Refused"), Role.AlertMessage, "Refused"),
        (EmptyState("inbox", "Nothing", "Add one"), Role.Client, "Nothing. Add one"),
        (SearchBox("Search"), Role.EditableText, "Search"),
        (CheckBox("R&D"), Role.CheckBox, "R&D"),
        (DropDown("Status"), Role.ComboBox, "Status"),
        (StatusItem("lock", "Locks soon"), Role.StatusBar, "Locks soon"),
        (MarkingBand("\u2066TLP:RED\u2069"), Role.StaticText, "TLP:RED"),
        (TabBar(), Role.PageTabList, ""),
    ]
    for widget, role, name in expected:
        qtbot.addWidget(widget)
        assert _face(widget) == (role, name)


def test_tabs_tell_which_one_is_selected_and_can_be_pressed(look: Look, qtbot: QtBot) -> None:
    look()
    bar = TabBar()
    qtbot.addWidget(bar)
    first, second = bar.add_tab("one", "One"), bar.add_tab("two", "Two")
    second.set_caption("Two", 12)
    face = QAccessible.queryAccessibleInterface(second)
    assert (face.role(), face.text(QAccessible.Text.Name)) == (Role.PageTab, "Two 12")
    assert not face.state().selected
    with qtbot.waitSignal(bar.chosen, timeout=500) as chosen:
        face.actionInterface().doAction("Press")
    assert chosen.args == ["two"]
    assert face.state().selected
    assert not QAccessible.queryAccessibleInterface(first).state().selected


def test_widgets_come_and_go_without_leaving_a_dead_interface(look: Look) -> None:
    look()
    for _round in range(60):
        bar = TabBar()
        tab = bar.add_tab("one", "One")
        card = Card("Title")
        assert _face(tab)[0] == Role.PageTab
        assert _face(card)[0] == Role.Grouping
        del bar, tab, card
        gc.collect()


def test_changes_are_said_once_and_only_where_they_can_be_seen(
    look: Look, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    look()
    said: list[str] = []

    class Ear:
        @staticmethod
        def updateAccessibility(event: QAccessibleEvent) -> None:  # noqa: N802 - Qt's name
            said.append(event.message())  # type: ignore[attr-defined]

    monkeypatch.setattr(accessible, "QAccessible", Ear)
    item, quiet, hidden = StatusItem("circle-check", live=True), StatusItem("lock"), Label("x")
    banner = Banner("bad", "old")
    host = stage(item, quiet, banner)
    toast = Toast(host)
    item.set_state("circle-check", "Saved \u206608:02\u2069")
    item.set_state("circle-check", "Saved \u206608:02\u2069")
    quiet.set_state("lock", "Locks in 4 min")
    banner.set_text("Refused")
    toast.show_note("Deleted", "Undo")
    announce(hidden, "never")
    announce(item, "")
    assert said == ["Saved 08:02", "Refused", "Deleted"]


def test_a_toast_goes_by_itself_and_by_its_action(look: Look, qtbot: QtBot, stage: Stage) -> None:
    look()
    host = stage(Label("page"))
    host.resize(600, 300)
    toast = Toast(host)
    toast.show_note("Deleted", "Undo", seconds=0.05)
    assert host.rect().contains(toast.geometry())
    qtbot.waitUntil(toast.isHidden, timeout=2000)
    toast.show_note("Deleted", "Undo")
    with qtbot.waitSignal(toast.action_clicked, timeout=500):
        toast.action.click()
    assert toast.isHidden()


def test_a_toast_with_more_words_than_room_has_more_lines(look: Look, qtbot: QtBot, stage: Stage) -> None:
    look()
    host = stage(Label("page"))
    host.resize(400, 300)
    toast = Toast(host)
    toast.show_note("Deleted", "Undo")
    low = toast.height()
    toast.show_note("Removed from the case, and it stays in the history and with those who have it", "Undo")
    qtbot.wait(20)
    assert host.rect().contains(toast.geometry())
    assert toast.height() > low
    assert toast.text.heightForWidth(toast.text.width()) <= toast.text.height()
    toast.show_note("Deleted", "Undo")
    assert toast.height() == low


def test_the_marking_band_has_capitals_where_the_script_has_them_and_is_never_gone(look: Look, qtbot: QtBot) -> None:
    theme = look("fr")
    band = MarkingBand("TLP:RED · Coopération policière")
    qtbot.addWidget(band)
    assert band.shown_text() == "TLP:RED · COOPÉRATION POLICIÈRE"
    band.resize(800, band.sizeHint().height())
    image = band.grab().toImage()
    assert any(image.pixelColor(x, y) == theme.color("gold_text") for x in range(800) for y in range(image.height()))
    band.show_marking("")
    assert band.sizeHint().height() >= theme.control("band")
    assert isinstance(band, QObject)
