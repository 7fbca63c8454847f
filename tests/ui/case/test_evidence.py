"""The tab Evidence: files dropped on it, exhibits handed over and confirmed on the other desk, what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.casework.evidence_views import Drawn, Handover, Intake
from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.custody_dialog import CustodyDialog
from desktop.ui.evidence_tab import EvidenceTab
from desktop.ui.file_viewer import FileViewer
from i18n.bidi import strip_isolates
from tests.session.test_exhibits import pdf, png
from tests.ui.case.two_desks import TwoDesks
from tests.ui.conftest import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows

Open = Callable[[], EvidenceTab]


@pytest.fixture
def own(session: Session) -> str:
    """A case of an officer who works without a secretariat."""
    return session.new_case({"title": "Nord"}, ["SN"])


@pytest.fixture
def opened(qtbot: QtBot, session: Session, own: str) -> Open:
    """Opens the evidence of that case in a window."""
    return lambda: shown(qtbot, session, own)


@pytest.fixture
def case(pair: TwoDesks) -> str:
    """A case that Dakar and Rome share."""
    made = pair.session.new_case({"title": "Nord"}, ["SN", "IT"])
    pair.exchange()
    return made


def shown(qtbot: QtBot, session: Session, case: str) -> EvidenceTab:
    """The evidence of a case in a window."""
    view = CaseView(session)
    qtbot.addWidget(view)
    view.resize(1000, 760)
    view.show_case(case)
    view.show()
    view.show_tab("evidence")
    assert view.case_page is not None
    view.case_page.finish()
    tab = view.case_page.widget("evidence")
    assert isinstance(tab, EvidenceTab)
    return tab


def dropped(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(qtbot: QtBot, tab: EvidenceTab, *paths: Path) -> Intake:
    """Drop files on the tab, and wait until they are taken in."""
    data, button, key = dropped(*paths), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, button, key)
    tab.dragEnterEvent(enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(tab._session.intake_told, timeout=10_000, check_params_cb=lambda state: state.ended) as told:
        tab.dropEvent(QDropEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, button, key))
    qtbot.waitUntil(lambda: tab.list.rows.rowCount() == len(tab._session.records(tab._space_id, "exhibit")))
    assert told.args is not None
    state: Intake = told.args[0]
    return state


def chain(qtbot: QtBot, tab: EvidenceTab, count: int) -> list[str]:
    """The entries that are shown, once there are so many."""
    qtbot.waitUntil(lambda: len(tab.panel.entries) == count, timeout=10_000)
    return [strip_isolates(entry.what.text()) for entry in tab.panel.entries]


def dialog(tab: EvidenceTab) -> CustodyDialog:
    (found,) = tab._over.findChildren(CustodyDialog)
    assert found.isVisible()
    return found


def test_files_and_folders_that_are_dropped_become_exhibits_and_what_was_passed_over_is_said(
    qtbot: QtBot, opened: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "DCIM"
    folder.mkdir()
    (folder / "quai.jpg").write_bytes(png(60, 40))
    (folder / "link").symlink_to(folder / "quai.jpg")
    (tmp_path / "evil\u202egpj.exe").write_bytes(b"MZ\x90" + bytes(200))
    tab = opened()
    assert tab.empty.isVisible()
    state = drop(qtbot, tab, folder, tmp_path / "evil\u202egpj.exe")
    assert (state.taken, [code for code, _ in state.passed]) == (2, ["file_is_link"])
    assert "is a link to something else" in strip_isolates(tab.intake.passed.text.text())
    assert tab.intake.words.text().startswith("2 exhibits taken in")
    assert not tab.empty.isVisible()
    assert tab.panel.number.text().endswith("E-001\u2069")
    (entry,) = chain(qtbot, tab, 1)
    assert entry.startswith("1. Taken in")
    qtbot.waitUntil(lambda: not tab.panel.picture.pixmap().isNull(), timeout=20_000)
    drop(qtbot, tab, folder / "quai.jpg")
    assert "1 was here already" in tab.intake.words.text()
    assert tab.list.rows.rowCount() == 2


def test_a_picture_that_comes_late_is_not_shown_with_another_exhibit(
    qtbot: QtBot, opened: Open, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("x")
    tab = opened()
    drop(qtbot, tab, tmp_path / "note.txt")
    chain(qtbot, tab, 1)
    tab.panel._on_drawn(Drawn(0, 2, 2, bytes(16), "of another file"))
    assert tab.panel.picture.pixmap().isNull()


def test_a_program_with_the_name_of_a_picture_is_warned_of(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    (tmp_path / "facture.jpg").write_bytes(b"MZ\x90" + bytes(200))
    tab = opened()
    drop(qtbot, tab, tmp_path / "facture.jpg")
    chain(qtbot, tab, 1)
    assert tab.panel.warning.isVisible()
    assert "Windows program" in tab.panel.warning.text.text()


def test_an_exhibit_is_handed_over_and_counts_once_the_other_desk_confirmed_it(
    qtbot: QtBot, pair: TwoDesks, case: str, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("x")
    tab = shown(qtbot, pair.session, case)
    drop(qtbot, tab, tmp_path / "note.txt")
    chain(qtbot, tab, 1)
    qtbot.mouseClick(tab.panel.deeds["transferred"], Qt.MouseButton.LeftButton)
    ask = dialog(tab)
    assert ask.to.count() == 1
    qtbot.keyClicks(ask.why, "Laboratory")
    qtbot.mouseClick(ask.button, Qt.MouseButton.LeftButton)
    entries = chain(qtbot, tab, 2)
    assert "to A. Rossi (IT)" in entries[1]
    assert "Laboratory" in entries[1]
    assert "until A. Rossi (IT) confirms" in strip_isolates(tab.panel.open.text.text())
    assert not tab.panel.deeds["examined"].isVisible()
    pair.exchange()
    pair.rome.custody_step(tab.panel.exhibit(), "received", Handover(place="Rome"))
    pair.exchange()
    chain(qtbot, tab, 3)
    assert not tab.panel.open.isVisible()
    assert "Held by: A. Rossi" in strip_isolates(tab.panel.facts.text())
    assert not any(button.isVisible() for button in tab.panel.deeds.values())


def test_what_was_handed_over_to_me_waits_for_my_confirmation(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    knife = pair.rome.add_exhibit(case, None, {"title": "Coltello"}, Handover()).record
    pair.rome.custody_step(knife, "transferred", Handover(to="Cne L. Mansour", ministry="SN"))
    pair.exchange()
    tab = shown(qtbot, pair.session, case)
    chain(qtbot, tab, 2)
    assert "A. Rossi (IT) has handed this over to you" in strip_isolates(tab.panel.open.text.text())
    qtbot.mouseClick(tab.panel.open.strong, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog(tab).button, Qt.MouseButton.LeftButton)
    chain(qtbot, tab, 3)
    assert "Held by: Cne L. Mansour" in strip_isolates(tab.panel.facts.text())


def test_a_seal_needs_its_number_and_another_one_does_not_open_it(
    qtbot: QtBot, session: Session, own: str, opened: Open
) -> None:
    session.add_thing(own, {"title": "Couteau"})
    tab = opened()
    chain(qtbot, tab, 1)
    qtbot.mouseClick(tab.panel.deeds["sealed"], Qt.MouseButton.LeftButton)
    ask = dialog(tab)
    assert not ask.button.isEnabled()
    qtbot.keyClicks(ask.seal, "SC-1")
    qtbot.mouseClick(ask.button, Qt.MouseButton.LeftButton)
    chain(qtbot, tab, 2)
    qtbot.wait(1)
    qtbot.mouseClick(tab.panel.deeds["unsealed"], Qt.MouseButton.LeftButton)
    ask = next(each for each in tab._over.findChildren(CustodyDialog) if each.isVisible())
    qtbot.keyClicks(ask.seal, "SC-2")
    qtbot.mouseClick(ask.button, Qt.MouseButton.LeftButton)
    assert "The seal on it is SC-1, not SC-2." in strip_isolates(ask.problem.text.text())
    ask.when.setText("yesterday")
    assert not ask.button.isEnabled()
    ask.reject()


def test_two_holders_at_once_are_said_and_settled(qtbot: QtBot, pair: TwoDesks, case: str) -> None:
    knife = pair.session.add_thing(case, {"title": "Couteau"})
    pair.session.custody_step(knife, "transferred", Handover(to="A. Rossi", ministry="IT"))
    pair.exchange()
    pair.session.custody_step(knife, "declined", Handover())
    pair.rome.custody_step(knife, "received", Handover())
    pair.exchange()
    tab = shown(qtbot, pair.session, case)
    chain(qtbot, tab, 4)
    assert "Two holders at once" in tab.panel.findings.text.text()
    qtbot.waitUntil(lambda: len([button for button in tab.panel.ends if button.isVisible()]) == 2)
    qtbot.mouseClick(tab.panel.ends[0], Qt.MouseButton.LeftButton)
    ask = dialog(tab)
    qtbot.keyClicks(ask.why, "It lies in my safe")
    mine = next(step.id for step in pair.rome.custody(knife).steps if step.action == "declined")
    assert ask.said().previous in {mine, *pair.rome.custody(knife).heads}
    ask.reject()
    assert pair.session.custody_step(knife, "examined", Handover(previous=mine))
    chain(qtbot, tab, 5)
    assert not tab.panel.findings.isVisible()


def test_files_of_the_case_become_exhibits_by_one_press(
    qtbot: QtBot, session: Session, own: str, opened: Open, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("a")
    with qtbot.waitSignal(session.file_done, timeout=10_000):
        session.attach_files(own, [tmp_path / "a.txt"])
    tab = opened()
    assert tab.loose.isVisible()
    qtbot.mouseClick(tab.loose.strong, Qt.MouseButton.LeftButton)
    chain(qtbot, tab, 1)
    assert not tab.loose.isVisible()
    assert session.files(own) == []


def test_a_watched_folder_is_looked_into_again(
    qtbot: QtBot, session: Session, own: str, opened: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "DCIM"
    folder.mkdir()
    (folder / "1").write_bytes(b"1")
    tab = opened()
    tab._timer.setInterval(20)
    tab._on_folder(folder)
    qtbot.waitUntil(lambda: tab.list.rows.rowCount() == 1, timeout=10_000)
    assert tab.watch.isVisible()
    tab.watch.setChecked(True)
    (folder / "2").write_bytes(b"2")
    qtbot.waitUntil(lambda: tab.list.rows.rowCount() == 2, timeout=10_000)
    tab.watch.setChecked(False)
    session.lock()
    assert not tab._timer.isActive()


def test_a_file_is_looked_at_and_nothing_of_it_is_obeyed(
    qtbot: QtBot, session: Session, own: str, opened: Open, tmp_path: Path
) -> None:
    (tmp_path / "a.html").write_text("<b>x</b><script>1</script>\u202e")
    (tmp_path / "b.pdf").write_bytes(pdf(3))
    (tmp_path / "c.png").write_bytes(png(60_000, 60_000, whole=False))
    tab = opened()
    drop(qtbot, tab, *(tmp_path / name for name in ("a.html", "b.pdf", "c.png")))
    found: dict[str, FileViewer] = {}
    for record in session.records(own, "exhibit"):
        viewer = found[row_name(session, record.id)] = FileViewer(session, session.files(record.id)[0], tab)
        viewer.show()
    text, pages, bomb = (found[name] for name in ("a.html", "b.pdf", "c.png"))
    qtbot.waitUntil(lambda: bool(text.text.toPlainText()), timeout=20_000)
    assert text.text.toPlainText() == "<b>x</b><script>1</script>[U+202E]"
    qtbot.waitUntil(lambda: not pages.picture.pixmap().isNull(), timeout=20_000)
    assert strip_isolates(pages.place.text()) == "Page 1 of 3"
    qtbot.keyClick(pages, Qt.Key.Key_PageDown)
    assert strip_isolates(pages.place.text()) == "Page 2 of 3"
    qtbot.waitUntil(bomb.problem.isVisible, timeout=20_000)
    assert "claims more points" in bomb.problem.text.text()
    session.lock()
    assert not any(viewer.isVisible() for viewer in found.values())


def row_name(session: Session, record: str) -> str:
    return session.files(record)[0].name


def test_the_report_is_saved_as_a_pdf_file_after_every_file_was_read_again(
    qtbot: QtBot, session: Session, own: str, opened: Open, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("a")
    tab = opened()
    drop(qtbot, tab, tmp_path / "a.txt")
    with qtbot.waitSignal(session.report_ready, timeout=10_000):
        qtbot.mouseClick(tab.report, Qt.MouseButton.LeftButton)
    asked = tab.saver.asking.dialog
    assert isinstance(asked, QFileDialog)
    (line,) = [each for each in asked.findChildren(QLineEdit) if each.objectName() == "fileNameEdit"]
    line.setText(str(tmp_path / "out.pdf"))
    with qtbot.waitSignal(tab.saver.told, timeout=20_000):
        asked.accept()
    document = pypdfium2.PdfDocument(tmp_path / "out.pdf")
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    assert all("TLP:AMBER" in text for text in texts)
    assert sha256(b"a").hexdigest() in "".join(texts).replace("\r\n", "")
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", "dakar", "out.pdf"}
    tab.saver.close()


@pytest.mark.parametrize(("language", "scheme"), [("fr", "light"), ("ar", "dark")])
def test_the_tab_stands_in_both_directions(
    qtbot: QtBot, session: Session, own: str, opened: Open, look: Look, tmp_path: Path, language: str, scheme: str
) -> None:
    look(language, scheme)
    (tmp_path / "a.png").write_bytes(png(60, 40))
    tab = opened()
    drop(qtbot, tab, tmp_path / "a.png")
    chain(qtbot, tab, 1)
    words = [tab.add_files.text(), tab.report.text(), tab.panel.chain.title.text(), tab.files.title.text()]
    assert not {"Add files…", "Custody report…", "Chain of custody", "Files without an exhibit"} & set(words)
    assert (tab.panel.mapTo(tab, QPoint(0, 0)).x() > tab.list.mapTo(tab, QPoint(0, 0)).x()) is (language == "fr")
