"""Evidence files in the window: attached, fetched, saved, and in words what stands in the way."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.casework.carry_views import BlobMove, FileWork
from desktop.desk import moving
from desktop.store.blobs import BlobEntry, Blobs
from desktop.ui.case_view import CaseView
from desktop.ui.evidence_tab import EvidenceTab
from desktop.ui.files_card import FilesCard
from i18n.bidi import strip_isolates
from sync.wire.chunks import CHUNK_PLAIN
from tests.ui.case.two_desks import TwoDesks

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows

Open = Callable[[], tuple[CaseView, FilesCard]]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file of two chunks and a bit."""
    path = tmp_path / "Vidéo du port.mp4"
    path.write_bytes(secrets.token_bytes(2 * CHUNK_PLAIN + 17))
    return path


@pytest.fixture
def case(pair: TwoDesks) -> str:
    """A case that Dakar and Rome share."""
    made = pair.session.new_case({"title": "Nord"}, ["SN", "IT"])
    pair.exchange()
    return made


@pytest.fixture
def opened(qtbot: QtBot, pair: TwoDesks, case: str) -> Open:
    """Opens the case's files in a window."""

    def show() -> tuple[CaseView, FilesCard]:
        view = CaseView(pair.session)
        qtbot.addWidget(view)
        view.resize(800, 700)
        view.show_case(case)
        view.show()
        view.show_tab("evidence")
        assert view.case_page is not None
        view.case_page.finish()
        tab = view.case_page.widget("evidence")
        assert isinstance(tab, EvidenceTab)
        return view, tab.files

    return show


def dialog_of(card: FilesCard) -> QFileDialog | None:
    return next((each for each in card.findChildren(QFileDialog) if each.isVisible()), None)


def told(card: FilesCard) -> list[tuple[str, str]]:
    return [(strip_isolates(row.name.text()), strip_isolates(row.state.text())) for row in card.rows]


def state(card: FilesCard) -> str:
    ((_name, words),) = told(card)
    return words


def attach(qtbot: QtBot, pair: TwoDesks, card: FilesCard, *paths: Path) -> None:
    """Choose files in the dialog of the button."""
    qtbot.mouseClick(card.attach_button, Qt.MouseButton.LeftButton)
    dialog = dialog_of(card)
    assert dialog is not None
    with qtbot.waitSignals([pair.session.file_done] * len(paths), timeout=10_000):
        dialog.filesSelected.emit([str(path) for path in paths])
        assert [work.way for work in pair.session.file_works(card._record)] == ["attach"] * len(paths)


def save(qtbot: QtBot, pair: TwoDesks, card: FilesCard, target: Path) -> str:
    """Choose a place in the dialog that is open; returns the name that it suggested."""
    qtbot.waitUntil(lambda: dialog_of(card) is not None, timeout=20_000)
    dialog = dialog_of(card)
    assert dialog is not None
    (suggested,) = dialog.selectedFiles()
    with qtbot.waitSignal(pair.session.file_done, timeout=10_000):
        line = dialog.findChild(QLineEdit)
        assert line is not None
        line.setText(str(target))
        dialog.accept()
    return Path(suggested).name


def test_a_file_that_is_attached_in_the_window_reaches_the_other_desk(
    qtbot: QtBot, pair: TwoDesks, case: str, opened: Open, film: Path, tmp_path: Path
) -> None:
    view, card = opened()
    assert card.words.text() == "No files yet. Attach some, or drop them here."
    attach(qtbot, pair, card, film)
    assert told(card) == [("Vidéo du port.mp4", "2.1 MB · waits for the secretariat")]
    assert view.case_page is not None
    assert "1" in view.case_page._tab_of["evidence"].shown_text()
    pair.exchange()
    card.refresh()
    assert state(card) == "2.1 MB · on this desk and at the secretariat"
    pair.rome.fetch_file(case, film.name)
    pair.rome.sync_once()
    pair.rome.open_file(case, film.name, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == film.read_bytes()


def test_what_is_dropped_is_attached_and_what_is_no_file_is_left(
    qtbot: QtBot, pair: TwoDesks, opened: Open, film: Path
) -> None:
    _view, card = opened()
    other = film.with_name("b.txt")
    other.write_text("b")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(film)), QUrl("https://example.org/x"), QUrl.fromLocalFile(str(other))])
    drop = QDropEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    with qtbot.waitSignals([pair.session.file_done] * 2, timeout=10_000):
        card.dropEvent(drop)
    assert [name for name, _ in told(card)] == ["Vidéo du port.mp4", "b.txt"]


def test_saving_fetches_first_then_asks_where_with_a_name_that_is_no_path(
    qtbot: QtBot, pair: TwoDesks, case: str, opened: Open, film: Path, tmp_path: Path
) -> None:
    hostile = film.rename(film.with_name("..\\..\\con\u202egpj.exe"))
    pair.rome.attach(case, hostile)
    pair.exchange()
    _view, card = opened()
    assert state(card) == "2.1 MB · not on this desk"
    (row,) = card.rows
    row.save_button.setFocus()
    qtbot.keyClick(row.save_button, Qt.Key.Key_Space)
    assert dialog_of(card) is None
    assert state(card) == "2.1 MB · waits for the secretariat"
    assert not row.save_button.isEnabled()
    pair.session.set_connected(True)
    suggested = save(qtbot, pair, card, tmp_path / "out.mp4")
    assert suggested == "_.._con gpj.exe"
    assert (tmp_path / "out.mp4").read_bytes() == hostile.read_bytes()
    assert state(card) == "2.1 MB · on this desk and at the secretariat"
    qtbot.waitUntil(row.save_button.isEnabled)


def test_locking_while_a_file_is_sealed_leaves_nothing_of_it(
    qtbot: QtBot, pair: TwoDesks, case: str, opened: Open, tmp_path: Path
) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as stream:
        stream.truncate(3_000 * CHUNK_PLAIN)  # a sparse file
    _view, card = opened()
    pair.session.attach_files(case, [large, large])
    with qtbot.waitSignal(pair.session.file_worked, timeout=10_000, check_params_cb=lambda work: work.done > 0):
        pass
    assert "being attached" in told(card)[0][1]
    assert card.rows[0].bar.isVisible()
    assert not card.rows[0].save_button.isVisible()
    pair.session.lock()
    assert card.rows == []
    assert list((pair.homes[0].home / "blobs").iterdir()) == []
    assert pair._dakar.files(case) == []


def test_what_is_being_attached_is_stopped_and_the_next_file_goes_on(
    qtbot: QtBot, pair: TwoDesks, case: str, opened: Open, film: Path, tmp_path: Path
) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as stream:
        stream.truncate(3_000 * CHUNK_PLAIN)  # a sparse file
    _view, card = opened()
    pair.session.attach_files(case, [large, film, large])
    with qtbot.waitSignal(pair.session.file_worked, timeout=10_000, check_params_cb=lambda work: work.done > 0):
        pass
    waiting = card.rows[2].stop_button
    assert waiting.accessibleName() == "Stop large.bin"
    qtbot.mouseClick(waiting, Qt.MouseButton.LeftButton)
    assert [name for name, _ in told(card)] == ["large.bin", "Vidéo du port.mp4"]
    with qtbot.waitSignal(pair.session.file_done, timeout=10_000) as done:
        card.rows[0].stop_button.setFocus()
        qtbot.keyClick(card.rows[0].stop_button, Qt.Key.Key_Space)
    assert done.args is not None
    assert done.args[0].name == film.name
    assert [file.name for file in pair.session.files(case)] == [film.name]
    assert len(list((pair.homes[0].home / "blobs").iterdir())) == 2  # the film and its manifest
    qtbot.waitUntil(card.rows[0].stop_button.isHidden)


def test_one_that_was_sealed_before_it_was_stopped_leaves_nothing(
    qtbot: QtBot, pair: TwoDesks, case: str, film: Path
) -> None:
    pair.session.attach_files(case, [film])
    assert pair.session._files[0].wait(10_000)  # it is done, and its word has not been heard
    (work,) = pair.session.file_works(case)
    pair.session.stop_work(work.number)
    qtbot.wait(50)
    assert pair.session.files(case) == []
    assert list((pair.homes[0].home / "blobs").iterdir()) == []


def test_fetching_is_given_up_and_nothing_comes(
    qtbot: QtBot, pair: TwoDesks, case: str, opened: Open, film: Path
) -> None:
    pair.rome.attach(case, film)
    pair.exchange()
    _view, card = opened()
    (row,) = card.rows
    assert row.stop_button.isHidden()
    qtbot.mouseClick(row.save_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(row.stop_button, Qt.MouseButton.LeftButton)
    assert state(card) == "2.1 MB · not on this desk"
    assert row.save_button.isEnabled()
    assert row.stop_button.isHidden()
    pair.exchange()
    assert not pair.session.files(case)[0].here
    qtbot.mouseClick(row.save_button, Qt.MouseButton.LeftButton)
    pair.exchange()
    assert pair.session.files(case)[0].here


def test_a_fetch_that_is_given_up_half_way_stops_there_and_goes_on_from_there(
    pair: TwoDesks, case: str, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair.rome.attach(case, film)
    pair.exchange()
    (file,) = pair.session.files(case)
    pair.session.fetch_file(case, file.id)
    tell = moving.view
    told: list[int] = []

    def stop(blobs: Blobs, entry: BlobEntry, done: int | None = None) -> BlobMove:
        if done == 1:
            pair.session.stop_fetching(case, file.id)
        told.append(done or 0)
        return tell(blobs, entry, done)

    with monkeypatch.context() as patch:
        patch.setattr(moving, "view", stop)
        pair._dakar.sync_once()
    assert max(told) == 1
    assert not pair.session.files(case)[0].here
    pair.session.fetch_file(case, file.id)
    pair._dakar.sync_once()
    assert pair.session.files(case)[0].here


def test_a_file_that_is_removed_is_not_sent_until_that_is_undone(
    qtbot: QtBot, pair: TwoDesks, case: str, opened: Open, film: Path
) -> None:
    _view, card = opened()
    attach(qtbot, pair, card, film)
    (row,) = card.rows
    assert strip_isolates(row.remove_button.accessibleName()) == "Remove Vidéo du port.mp4 from the case"
    qtbot.mouseClick(row.remove_button, Qt.MouseButton.LeftButton)
    assert told(card) == []
    assert card.toast.isVisible()
    assert not card.isAncestorOf(card.toast)
    pair.exchange()
    assert pair.rome.files(case) == []
    assert pair.session.moves() == []
    (entry,) = Blobs(pair._dakar._connection.context, pair.homes[0].home).entries()
    assert not entry.sent
    qtbot.mouseClick(card.toast.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(card.rows) == 1)
    assert not card.toast.isVisible()
    pair.exchange()
    (file,) = pair.session.files(case)
    assert file.sent
    assert [each.name for each in pair.rome.files(case)] == [film.name]


def test_the_way_back_is_not_offered_once_something_else_was_edited(
    qtbot: QtBot, pair: TwoDesks, case: str, opened: Open, film: Path
) -> None:
    _view, card = opened()
    attach(qtbot, pair, card, film)
    qtbot.mouseClick(card.rows[0].remove_button, Qt.MouseButton.LeftButton)
    assert card.toast.isVisible()
    pair.session.edit(case, "title", "Sud")
    assert not card.toast.isVisible()


def test_a_file_that_was_sealed_when_the_desk_locks_is_in_its_record(
    qtbot: QtBot, pair: TwoDesks, case: str, film: Path
) -> None:
    pair.session.attach_files(case, [film])
    assert pair.session._files[0].wait(10_000)  # it is done, and its word has not been heard
    pair.session.lock()
    assert [file.name for file in pair._dakar.files(case)] == [film.name]


def test_what_stands_in_the_way_is_told_in_words(
    qtbot: QtBot,
    pair: TwoDesks,
    case: str,
    opened: Open,
    film: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _view, card = opened()
    session = pair.session
    with qtbot.waitSignal(session.file_refused, timeout=10_000):
        session.attach_files(case, [tmp_path / "gone"])
    assert card.problem.isVisible()
    assert "cannot be read" in card.problem.text.text()
    attach(qtbot, pair, card, film)
    assert not card.problem.isVisible()

    (file,) = session.files(case)
    with monkeypatch.context() as patch:

        def full(_fd: int) -> None:
            raise OSError(errno.ENOSPC, "full")

        patch.setattr("desktop.desk.blobs.os.fsync", full)
        with qtbot.waitSignal(session.file_refused, timeout=10_000) as refusal:
            session.save_file(case, file.id, tmp_path / "saved")
    assert refusal.args is not None
    assert refusal.args[1] == "file_disk_full"
    assert "no room" in card.problem.text.text()
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith((".", "saved"))] == []

    blobs = Blobs(pair._dakar._connection.context, pair.homes[0].home)
    (entry,) = blobs.entries()
    sealed = pair.homes[0].home / "blobs" / entry.file
    body = sealed.read_bytes()
    sealed.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    with qtbot.waitSignal(session.file_refused, timeout=10_000) as refusal:
        session.save_file(case, file.id, tmp_path / "saved")
    assert refusal.args is not None
    assert refusal.args[1] == "file_damaged"
    assert "not what was sealed" in card.problem.text.text()
    assert state(card) == "2.1 MB · not on this desk"
    assert not (tmp_path / "saved").exists()


def test_a_file_that_the_servers_quota_refused_says_so(
    qtbot: QtBot, pair: TwoDesks, case: str, opened: Open, film: Path
) -> None:
    _view, card = opened()
    attach(qtbot, pair, card, film)
    blobs = Blobs(pair._dakar._connection.context, pair.homes[0].home)
    (entry,) = blobs.entries()
    blobs.keep(msgspec.structs.replace(entry, refused="quota"))
    card.refresh()
    assert "quota for your ministry is used up" in state(card)


def test_every_control_has_a_name_and_a_place_on_the_keyboards_way(
    qtbot: QtBot, pair: TwoDesks, opened: Open, film: Path
) -> None:
    _view, card = opened()
    attach(qtbot, pair, card, film)
    (row,) = card.rows
    assert row.save_button.accessibleName() == "Save Vidéo du port.mp4 as…"
    assert row.bar.accessibleName() == "Vidéo du port.mp4"
    assert card.attach_button.accessibleName() == "Attach…"
    assert row.save_button.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert row.name.textFormat() == row.state.textFormat() == Qt.TextFormat.PlainText
    row.show_progress(FileWork("", "", film.name, "save", 10, 100))
    assert "being saved · 10 bytes of 100 bytes · 10%" in state(card)
