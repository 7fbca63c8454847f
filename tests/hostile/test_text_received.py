"""Hostile text in every field of every record type, sealed by a member: shown in every place, never obeyed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from desktop.casework.record_types import RecordTypes
from desktop.ui.case_view import CaseView
from desktop.ui.main_window import MainWindow
from i18n.bidi import one_line
from sync.changes import Create, Delete, Dependency, Set
from tests.hostile.member import Anything, Attack, filled, running_attack
from tests.hostile.texts import BIDI, ISOLATES, MARKUP, OBEYED, RECEIVED, faults, shown
from tests.ui.shell.conftest import OpenWindow, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
TYPES = RecordTypes.load()
KINDS = ("case", "person", "phone", "uses", "request", "exhibit", "task", "note")  # one of each way to be shown
PLACES = ("cases", "people", "conflicts", "bin", "sync", "settings")


def conflicting(kind: str, text: str) -> list[Anything]:
    """Two values side by side in every register: the second one supersedes nothing."""
    registers = [field.name for field in TYPES[kind].fields.values() if field.merge == "register"]
    return [*filled(TYPES[kind], text), *(Set(name, f"{text}2", []) for name in registers)]


def plant(attack: Attack, text: str) -> dict[str, str]:
    """A case and one of every other type full of a text, a copy of each in conflict, and a copy in the bin."""
    space = attack.found(*filled(TYPES["case"], text))
    planted = {"case": space}
    for kind in KINDS:
        if kind != "case":
            planted[kind] = attack.record(space, Create(kind), *filled(TYPES[kind], text))
        planted[f"{kind} in conflict"] = attack.record(space, Create(kind), *conflicting(kind, text))
        gone = planted[f"{kind} in the bin"] = attack.record(space, Create(kind), *filled(TYPES[kind], text))
        number = attack.write(space, gone, Delete([]))
        device = attack.hostile._connection.identity.device
        attack.write(space, gone, Delete([Dependency(device, number)]))
    return planted


def walk(qtbot: QtBot, window: MainWindow, planted: dict[str, str]) -> Iterator[str]:
    """Show everything that can be shown of what was planted; yields the name of each place."""
    space = workspace(window)
    for key in PLACES:
        space.show_page(key)
        qtbot.wait(120)
        yield key
    for name, record in planted.items():
        if "bin" in name:
            continue
        space.open_record(record, name.partition(" ")[0])
        view = space.records().detail
        window.session.note_activity()  # a walk through all of it takes longer than an officer's pause
        for tab in ("summary", "subjects", "details", "history"):
            view.show_tab(tab)
            complete(view)
            qtbot.wait(60)
            yield f"{name}, {tab}"
    space.show_page("cases")
    for words in ("bold", "long"):
        space.show_command_bar()
        space.top.search.setText(words)
        space.bar.open(words)
        qtbot.wait(150)
        yield f"command bar, {words}"
    space.bar.close_list()
    space.open_record(planted["case"])
    space.records().detail.add_record("person")
    qtbot.wait(60)
    yield "a new person"
    for dialog in window.findChildren(QDialog):
        dialog.close()


def complete(view: CaseView) -> None:
    """Make all rows of a form at once."""
    for page in (view.case_page, view.record_page):
        details = getattr(page, "details", None)
        if details is not None and details.form is not None:
            details.form.complete()


def assert_none(found: dict[str, list[str]]) -> None:
    """No fault in any place; each is named once."""
    first: dict[str, str] = {}
    for place, faults_there in found.items():
        for fault in faults_there:
            first.setdefault(fault, place)
    assert first == {}


@pytest.mark.parametrize("kind", RECEIVED)
def test_every_place_shows_it_as_it_is_and_writes_nothing(
    qtbot: QtBot, attack: Attack, open_window: OpenWindow, painted: list[str], kind: str
) -> None:
    planted = plant(attack, RECEIVED[kind])
    victim = attack.dakar.open()
    report = attack.deliver(victim)
    assert report.refused == 0
    assert {victim.show(record).type for record in planted.values()} == set(KINDS)
    own = victim._connection.log.next_sequence(bytes.fromhex(planted["case"]))
    window = open_window(attack.dakar)
    window.session.set_connected(False)
    found: dict[str, list[str]] = {}
    for place in walk(qtbot, window, planted):
        window.grab()
        found[place] = faults(window) + [f"painted {text[:60]!r}" for text in painted if OBEYED.search(text)]
        painted.clear()
    assert_none(found)
    assert victim._connection.log.next_sequence(bytes.fromhex(planted["case"])) == own, "looking wrote something"


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_name_full_of_markup_is_read_as_letters_in_list_head_history_conflicts_and_bin(
    qtbot: QtBot, attack: Attack, open_window: OpenWindow, language: str
) -> None:
    planted = plant(attack, MARKUP)
    attack.deliver(attack.dakar.open())
    window = open_window(attack.dakar, language=language)
    window.session.set_connected(False)
    words = "<img src=x onerror=alert(1)>"
    for place in walk(qtbot, window, planted):
        if place in ("cases", "conflicts", "bin") or place.endswith(("summary", "history")):
            assert words in shown(window), place


def test_copies_hold_no_character_that_would_be_obeyed_elsewhere(
    qtbot: QtBot, attack: Attack, open_window: OpenWindow
) -> None:
    planted = plant(attack, BIDI)
    attack.deliver(attack.dakar.open())
    window = open_window(attack.dakar)
    space = workspace(window)
    space.open_record(planted["case"])
    page = space.records().detail.case_page
    assert page is not None
    page.deeds.copy()
    copied = QGuiApplication.clipboard().text()
    assert one_line(BIDI, 20)[:4] in copied
    assert not OBEYED.search(copied)
    assert not ISOLATES.search(copied)


def test_an_officers_hostile_name_in_the_certificate_is_shown_as_letters(
    qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory, open_window: OpenWindow, painted: list[str]
) -> None:
    officer, desk = f"<b>x</b>{BIDI}\x00\x1b[31m &y", "<img src=x>\u202e1\n2"
    with running_attack(tmp_path_factory.mktemp("attack"), officer=officer, desk=desk) as attack:
        planted = plant(attack, "Réseau")
        victim = attack.dakar.open()
        attack.deliver(victim)
        assert victim.history(planted["case"])[0].author.officer == officer
        window = open_window(attack.dakar)
        window.session.set_connected(False)
        found: dict[str, list[str]] = {}
        for place in walk(qtbot, window, planted):
            window.grab()
            found[place] = faults(window) + [f"painted {text[:60]!r}" for text in painted if OBEYED.search(text)]
            painted.clear()
        assert_none(found)
