"""The window as a whole: keys, the command bar, panes, pages, settings that apply while it runs, notices."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.casework.handling import Marking
from desktop.desk.opening import PROFILE_FILE
from desktop.profile import render_profile
from desktop.ui.bin_view import BinView
from desktop.ui.clipboard import copy_marked
from desktop.ui.commands import Commands
from desktop.ui.kit import FilterChip
from desktop.ui.main_window import MainWindow
from desktop.ui.new_case_dialog import NewCaseDialog
from desktop.ui.settings_view import SettingsView
from desktop.ui.shortcuts_sheet import ShortcutsSheet
from i18n import LANGUAGES
from i18n.bidi import strip_isolates
from tests.support.desk import HomeOfDesk
from tests.ui.shell.conftest import OpenWindow, listed, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


@pytest.fixture
def window(home: HomeOfDesk, open_window: OpenWindow) -> MainWindow:
    """An open window on a home with cases."""
    return open_window(home)


def shown_words(window: MainWindow) -> list[str]:
    """The words of the entries of the command bar."""
    entries = workspace(window).bar.list
    return [entries.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(entries.count())]


def test_ctrl_k_lists_every_command_that_can_be_used(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    space = workspace(window)
    assert space.bar.isVisible()
    usable = [command for command in window.commands if command.key != "bar" and window.commands.can(command)]
    assert space.bar.list.count() == len(usable) > 12
    qtbot.keyClick(space.top.search, Qt.Key.Key_Escape)
    assert not space.bar.isVisible()


def test_the_command_bar_finds_a_command_and_runs_it_by_enter(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    space = workspace(window)
    qtbot.keyClicks(space.top.search, "setti")
    assert shown_words(window)[0].startswith("Settings")
    qtbot.keyClick(space.top.search, Qt.Key.Key_Return)
    assert space.page_key() == "settings"
    assert space.top.search.text() == ""


def test_the_command_bar_finds_a_record_while_one_types_and_opens_it(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    row = window.session.rows(listed(space)[5:6])[0]
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(space.top.search, row.reference)
    qtbot.waitUntil(lambda: any(row.reference in words for words in shown_words(window)))
    qtbot.keyClick(space.top.search, Qt.Key.Key_Return)
    assert space.records().detail.case() == row.id
    assert not space.bar.isVisible()


def test_nothing_found_is_said(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(workspace(window).top.search, "qqqqq")
    qtbot.waitUntil(lambda: not shown_words(window))
    assert "Neither" in workspace(window).bar.note.text()


def test_f6_goes_round_the_parts_of_the_window_and_shift_f6_back(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    space.records().open_record(listed(space)[0])
    space.records().list.view.setFocus()
    order = []
    for _part in space.panes():
        qtbot.keyClick(window, Qt.Key.Key_F6)
        order.append(holder(space.panes()))
    assert sorted(order) == [0, 1, 2, 3]
    assert order == [3, 0, 1, 2]
    qtbot.keyClick(window, Qt.Key.Key_F6, SHIFT)
    assert holder(space.panes()) == 1


def holder(panes: list[QWidget]) -> int:
    """Which pane has the focus."""
    focused = QApplication.focusWidget()
    assert focused is not None
    return next(place for place, pane in enumerate(panes) if pane.isAncestorOf(focused))


def test_alt_and_a_number_go_to_each_place(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    seen = []
    for number in (1, 3, 4, 5, 6, 7, 8, 9, 2):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), ALT)
        seen.append((space.page_key(), window.windowTitle()))
    assert [key for key, _title in seen] == [
        "work", "requests", "people", "conflicts", "bin", "sync", "integrity", "settings", "cases",
    ]  # fmt: skip
    assert seen[-1][1] == "Cases — Tahaluf"


def test_ctrl_n_asks_for_a_new_case_which_is_then_open(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    qtbot.keyClick(window, Qt.Key.Key_N, CTRL)
    dialog = space.findChild(NewCaseDialog)
    assert dialog is not None
    title = dialog.rows["title"].editor.main_widget()
    qtbot.keyClicks(title, "Night departures")
    qtbot.keyClick(title, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: space.records().detail.case() != "")
    shown = window.session.show(space.records().detail.case())
    assert shown.fields["title"].value == "Night departures"
    qtbot.waitUntil(lambda: listed(space)[0] == shown.id)
    qtbot.waitUntil(lambda: space.records().list.view.current() == shown.id)
    assert space.records().list.view.selectionModel().hasSelection()


def test_ctrl_z_undoes_the_last_edit_and_says_so(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    record = listed(space)[0]
    before = window.session.show(record).fields["lead"].value
    window.session.edit(record, "lead", "Somebody else")
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert window.session.show(record).fields["lead"].value == before
    assert space.toast.isVisible()
    assert "Undone" in space.toast.text.text()
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert window.session.show(record).fields["lead"].value == "Somebody else"


def test_the_sheet_shows_the_keys_of_every_command_that_has_some(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    sheet = window.findChild(ShortcutsSheet)
    assert sheet is not None
    words = " ".join(label.text() for label in sheet.findChildren(type(sheet.heading)))
    for command in window.commands:
        if command.keys:
            assert command.text() in words
            assert command.keys[0] in words


def test_no_two_commands_have_the_same_keys(window: MainWindow) -> None:
    keys = [each for command in window.commands for each in command.keys]
    assert len(keys) == len(set(keys))


def test_language_direction_theme_and_size_change_while_the_window_is_open(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    qtbot.keyClick(window, Qt.Key.Key_9, ALT)
    view = space.pages["settings"]
    assert isinstance(view, SettingsView)
    choose(view, "language", "ar")
    assert window.isRightToLeft()
    assert view.title.text() == "الإعدادات"
    assert space.rail.name.text() == "تحالف"
    assert "الإعدادات" in window.windowTitle()
    choose(view, "theme", "dark")
    assert window.palette().window().color().lightness() < 80
    height = space.rail.items["cases"].height()
    choose(view, "text_scale", 1.5)
    qtbot.waitUntil(lambda: space.rail.items["cases"].height() > height * 1.3)
    choose(view, "language", "fr")
    assert not window.isRightToLeft()
    assert view.title.text() == "Paramètres"
    assert view.choices["language"].currentData() == "fr"
    assert view.choices["theme"].currentData() == "dark"


def choose(view: SettingsView, name: str, value: object) -> None:
    """Choose a value as a click in the list does."""
    choice = view.choices[name]
    place = choice.findData(value)
    assert place >= 0
    choice.setCurrentIndex(place)
    choice.activated.emit(place)


def test_an_address_that_is_not_https_is_refused_under_the_field(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    space.show_page("settings")
    view = space.pages["settings"]
    assert isinstance(view, SettingsView)
    view.server.setFocus()
    qtbot.keyClicks(view.server, "http://elsewhere.example")
    qtbot.keyClick(view.server, Qt.Key.Key_Return)
    assert "https" in view.server_problem.text()
    assert view.server_problem.isVisible()
    assert window.session.settings.server_url == ""
    view.server.clear()
    qtbot.keyClicks(view.server, "https://secretariat.example")
    qtbot.keyClick(view.server, Qt.Key.Key_Return)
    assert not view.server_problem.isVisible()
    assert window.session.settings.server_url == "https://secretariat.example"


def test_every_language_is_offered_by_its_own_name(window: MainWindow) -> None:
    workspace(window).show_page("settings")
    choice = workspace(window).pages["settings"].choices["language"]  # type: ignore[attr-defined]
    assert [choice.itemText(n) for n in range(choice.count())] == [each.own_name for each in LANGUAGES.values()]


def test_a_deleted_case_is_in_the_bin_and_comes_back(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    record = listed(space)[2]
    window.session.delete(record)
    qtbot.waitUntil(lambda: record not in listed(space))
    qtbot.keyClick(window, Qt.Key.Key_6, ALT)
    view = space.pages["bin"]
    assert isinstance(view, BinView)
    qtbot.waitUntil(lambda: view.view.rows.ids() == [record])
    qtbot.mouseClick(view.restore_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(view.empty.isVisible)
    assert not window.session.show(record).deleted
    assert "Restored" in view.toast.text.text()


def test_a_failure_of_the_environment_is_told_once_until_it_is_dismissed(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    window.session.tell_failure("disk_full", {})
    window.session.tell_failure("disk_full", {})
    assert space.notices.codes() == ["disk_full"]
    assert space.notices.isVisible()
    banner = next(each for each in space.notices.banners() if each.isVisible())
    assert "disk is full" in banner.text.text()
    qtbot.mouseClick(banner.quiet, Qt.MouseButton.LeftButton)
    assert not space.notices.isVisible()


def test_the_marking_band_shows_the_strictest_of_what_is_in_view(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    for place, record in enumerate(listed(space)):
        window.session.edit(record, "tlp", "TLP:RED" if place == 0 else "TLP:GREEN")
    qtbot.waitUntil(lambda: "TLP:RED" in window.band.text())
    window.session.edit(listed(space)[0], "status", "closed")  # it leaves the list of open cases
    for record in list(listed(space)):
        window.session.edit(record, "tlp", "TLP:GREEN")
    qtbot.waitUntil(lambda: "TLP:GREEN" in window.band.text(), timeout=8_000)
    space.show_page("settings")
    qtbot.waitUntil(lambda: "TLP" not in window.band.text())


def test_the_alliance_s_own_marking_stands_before_the_codes_in_the_language_in_use(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    marking = {"fr": "Diffusion restreinte", "en": "Restricted\u202e"}
    profile = msgspec.structs.replace(home.profile, marking=marking)
    (home.home / PROFILE_FILE).write_text(render_profile(profile), encoding="utf-8")
    window = open_window(home, language="fr")
    qtbot.waitUntil(lambda: "TLP:" in window.band.text())
    assert strip_isolates(window.band.text()).startswith("Diffusion restreinte · TLP:")
    window.session.settings.set(language="ar")  # no words for it: the English ones, made harmless
    window.look.apply()
    qtbot.waitUntil(lambda: "Restricted[U+202E]" in window.band.text())


class Windows(QObject):
    """Remembers every widget that is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """See what is shown."""
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(type(watched).__name__)
        return False


def test_no_part_flashes_up_as_a_window_of_its_own(
    qtbot: QtBot, qapp: QApplication, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    seen = Windows()
    qapp.installEventFilter(seen)
    space = workspace(open_window(home))
    for key in space.rail.items:
        space.show_page(key)
    qapp.removeEventFilter(seen)
    assert seen.shown == ["MainWindow"]


def test_a_narrow_window_shows_list_and_case_in_turn(qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow) -> None:
    window = open_window(home, size=(1280, 720), text_scale=2.0)
    space = workspace(window)
    page = space.records()
    assert space.rail.is_compact()
    assert page.list.isVisible()
    assert not page.detail.isVisible()
    page.list.view.setFocus()
    qtbot.keyClick(page.list.view, Qt.Key.Key_Down)
    qtbot.keyClick(page.list.view, Qt.Key.Key_Return)
    assert page.detail.isVisible()
    assert not page.list.isVisible()
    page.detail.list_requested.emit()
    assert page.list.view.hasFocus()
    assert not page.detail.isVisible()


def test_commands_that_need_an_open_desk_cannot_be_used_while_it_is_locked(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(home, locked=True)
    commands: Commands = window.commands
    assert [command.key for command in commands if commands.can(command)] == ["keys"]
    qtbot.keyClick(window, Qt.Key.Key_N, CTRL)
    assert window.findChild(NewCaseDialog) is None


def test_chips_say_what_they_are(window: MainWindow) -> None:
    chips = workspace(window).records().list.findChildren(FilterChip)
    assert [chip.accessibleName() for chip in chips] == ["Open", "Mine", "≤ 7 days", "Unread"]


def test_arrows_move_along_the_rail_which_is_one_stop_of_the_tab_key(qtbot: QtBot, window: MainWindow) -> None:
    space = workspace(window)
    space.show_page("cases")
    stops = [key for key, item in space.rail.items.items() if item.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == ["cases"]
    space.rail.items["cases"].setFocus()
    qtbot.keyClick(space.rail.items["cases"], Qt.Key.Key_Down)
    assert space.page_key() == "requests"
    assert space.rail.items["requests"].hasFocus()
    qtbot.keyClick(space.rail.items["requests"], Qt.Key.Key_Up)
    assert space.page_key() == "cases"


def test_locking_takes_what_the_desk_copied_off_the_clipboard_and_nothing_else(window: MainWindow) -> None:
    clipboard = QApplication.clipboard()
    copy_marked("SN-2026-00001", Marking("TLP:RED", ("H0",)))
    assert "SN-2026-00001" in clipboard.text()
    window.lock()
    assert clipboard.text() == ""
    clipboard.setText("the officer's own")
    window.lock()
    assert clipboard.text() == "the officer's own"
