"""The page of integrity: nothing to say, findings in plain words, proofs exported, everything checked; in pictures."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.store import Store
from desktop.store.verify import _Verifier
from desktop.ui.integrity_page import IntegrityPage
from desktop.ui.main_window import MainWindow
from i18n.bidi import strip_isolates
from sync.evidence import KINDS, Exhibit, Finding
from sync.proof import MAGIC
from tests.support.desk import HomeOfDesk
from tests.ui.kit.clipping import clipped
from tests.ui.shell.conftest import OpenWindow, unlock, workspace
from tests.ui.shell.test_every_screen import save

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
FACTS: dict[str, int | str] = {"first": 7, "have": 4, "named": 12, "sequence": 9}


def page_of(window: MainWindow) -> IntegrityPage:
    """Show the page."""
    space = workspace(window)
    space.show_page("integrity")
    page = space.pages["integrity"]
    assert isinstance(page, IntegrityPage)
    return page


def note(home: HomeOfDesk, *kinds: str) -> None:
    """Let the desk have found something of each kind."""
    desk = home.open()
    device = desk._connection.identity.device
    for kind in kinds:
        finding = Finding(kind, b"s" * 16, device, facts={**FACTS, "about": device.hex()}, once=kind.encode())  # type: ignore[arg-type]
        desk._connection.evidence.note(finding)
    home.close()


def test_a_desk_without_findings_says_so_and_can_check_everything(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(home)
    page = page_of(window)
    assert page.words.text() == "No sign that anybody broke the rules."
    assert page.cards == []
    assert not page.unguarded.isVisible()
    page.check_button.click()
    assert not page.check_button.isEnabled()
    assert page.checked.text() == "Checking…"
    assert page.bar.isVisible()
    assert page.stop_button.hasFocus()
    told: list[tuple[int, int, int]] = []
    window.session.verify_progressed.connect(lambda *news: told.append(news))
    qtbot.waitUntil(lambda: page.checked.text().startswith("Everything verifies."), timeout=20_000)
    assert page.check_button.isEnabled()
    assert not page.bar.isVisible()
    cases = window.session.counts()["cases"]
    assert [(done, whole) for _request, done, whole in told] == [(done, cases) for done in range(1, cases + 1)]


def test_a_desk_without_a_keyring_says_what_it_cannot_notice(
    home: HomeOfDesk, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "notice", "no_keyring")
    page = page_of(open_window(home))
    assert page.unguarded.isVisible()
    assert "cannot notice by itself" in page.unguarded.text()


def test_a_check_is_stopped_and_can_be_begun_again(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(home)
    page = page_of(window)
    held = Event()
    check = _Verifier.check_index

    def wait(verifier: _Verifier) -> None:
        held.wait(20)
        verifier._database.one("SELECT count(*) FROM records")
        check(verifier)

    monkeypatch.setattr(_Verifier, "check_index", wait)
    page.check_button.click()
    qtbot.waitUntil(lambda: page.checked.text().startswith("Checking: "))
    assert page.bar.value() > 0
    answers: list[object] = []
    window.session.verified.connect(lambda _request, report: answers.append(report))
    qtbot.keyClick(page.stop_button, Qt.Key.Key_Space)
    held.set()
    assert page.checked.text() == "The check was stopped before its end."
    assert page.check_button.hasFocus()
    assert not page.stop_button.isVisible()
    page.check_button.click()
    qtbot.waitUntil(lambda: page.checked.text().startswith("Everything verifies."), timeout=20_000)
    assert len(answers) == 1


def test_every_kind_of_finding_has_its_own_sentence_and_is_counted_until_looked_at(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    note(home, *KINDS)
    window = open_window(home)
    item = workspace(window).rail.items["integrity"]
    assert item.count() == len(KINDS)
    page = page_of(window)
    qtbot.waitUntil(lambda: item.count() == 0)
    told = {strip_isolates(card.sentence.text()) for card in page.cards}
    assert len(told) == len(KINDS)
    assert not any("—" in sentence or "{" in sentence for sentence in told)
    assert any(text.startswith("Dakar 1 (Senegal) and your desk were shown different histories of") for text in told)


def test_a_proof_is_exported_where_the_officer_says(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(home, "server_rewound")
    page = page_of(open_window(home))
    names: list[str] = []

    def choose(_parent: object, _title: str, name: str) -> tuple[str, str]:
        names.append(name)
        return str(tmp_path / "out.proof"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    page.cards[0].export_button.click()
    assert names == ["tahaluf-server_rewound-1.proof"]
    assert (tmp_path / "out.proof").read_bytes().startswith(MAGIC)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    page.cards[0].export_button.click()
    assert len(list(tmp_path.glob("*.proof"))) == 1


def test_what_the_exchange_finds_appears_while_the_page_is_open(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(home)
    page = page_of(window)
    desk = window.session._open_desk()
    desk._connection.evidence.note(Finding("log_forked", exhibits=[Exhibit("checkpoint", b"x")]))
    window.session.tell_evidence()
    qtbot.waitUntil(lambda: len(page.cards) == 1)


@pytest.mark.parametrize(("language", "theme"), [("fr", "light"), ("ar", "dark")])
def test_the_page_with_findings_is_pictured_and_nothing_is_cut(
    qtbot: QtBot, home: HomeOfDesk, open_window: OpenWindow, language: str, theme: str
) -> None:
    note(home, "split_history", "fork", "log_forked")
    window = open_window(home, locked=True, language=language, theme=theme)
    unlock(qtbot, window)
    page = page_of(window)
    qtbot.waitUntil(lambda: len(page.cards) == 3)
    qtbot.wait(400)
    assert all(card.isVisible() and card.height() > 100 for card in page.cards)
    qtbot.waitUntil(lambda: clipped(window) == [])
    save(window, f"shell_integrity_findings_{language}_{theme}")
