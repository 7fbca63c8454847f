"""Exhibits beside the window: a folder read in, files looked at by a process that a file may bring down, reports."""

from __future__ import annotations

import io
import os
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from pytestqt.qtbot import QtBot

from desktop.casework.evidence_report import CustodyReport
from desktop.casework.evidence_views import Drawn, Intake, Opened
from desktop.casework.views import Query
from desktop.desk import Refused
from desktop.session import Session
from desktop.session.viewing import Drawer, decode_text
from sync.wire.chunks import CHUNK_PLAIN
from tests.support.desk import set_up
from tests.support.session import unlocked_session


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    """An unlocked session of a fresh home."""
    home = set_up(tmp_path / "home")
    made = unlocked_session(qtbot, home)
    yield made
    made.close()
    home.close()


@pytest.fixture
def case(session: Session) -> str:
    return session.new_case({"title": "Nord"}, ["SN"])


def png(width: int, height: int, *, whole: bool = True) -> bytes:
    """A black picture, or one whose head claims that it is one."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    lines = zlib.compress(b"\0" * (3 * width + 1) * (height if whole else 1))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def pdf(pages: int = 2) -> bytes:
    document, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(pages):
        document.new_page(200, 300).close()
    document.save(out)
    document.close()
    return out.getvalue()


def pdf_with_script(marker: Path) -> bytes:
    """One page, a script at its opening, and a program to start."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.launchURL\\('file://%s'\\);while\\(1\\){})>>"
        b"/AA<</WC<</S/Launch/F(/bin/touch %s)>>>>>>" % (bytes(marker), bytes(marker)),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]/AA<</O<</S/JavaScript/JS(while\\(1\\){})>>>>>>",
    ]
    body = b"%PDF-1.7\n"
    places: list[int] = []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%sendobj\n" % (number, each)
    start = len(body)
    body += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start


def take_in(qtbot: QtBot, session: Session, case: str, *paths: Path, only_new: bool = False) -> Intake:
    with qtbot.waitSignal(session.intake_told, timeout=10_000, check_params_cb=lambda state: state.ended) as told:
        assert session.take_in(case, paths, only_new=only_new)
    assert told.args is not None
    state: Intake = told.args[0]
    return state


def exhibits(session: Session, case: str) -> list[str]:
    return [row.id for row in reversed(session.records(case, "exhibit"))]


def view(qtbot: QtBot, session: Session, record: str) -> Opened | tuple[str, object]:
    """What opening the one file of a record came to."""
    thread = session.view_file(record, session.files(record)[0].id)
    assert thread is not None
    answers: list[Opened | tuple[str, object]] = []
    thread.opened.connect(answers.append)
    thread.refused.connect(lambda code, params: answers.append((code, params)))
    thread.start()
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    session.end_view(thread)
    return answers[0]


def test_a_folder_is_read_in_beside_the_window_and_only_what_is_new_the_next_time(
    qtbot: QtBot, session: Session, case: str, tmp_path: Path
) -> None:
    folder = tmp_path / "DCIM"
    folder.mkdir()
    for name in ("1.jpg", "2.jpg"):
        (folder / name).write_bytes(name.encode())
    (folder / "link").symlink_to(folder / "1.jpg")
    heard: list[object] = []
    session.records_changed.connect(heard.append)
    state = take_in(qtbot, session, case, folder, only_new=True)
    assert (state.taken, state.files, [code for code, _ in state.passed]) == (2, 2, ["file_is_link"])
    assert len(exhibits(session, case)) == 2
    assert heard
    (folder / "3.jpg").write_bytes(b"3")
    state = take_in(qtbot, session, case, folder, only_new=True)
    assert (state.taken, state.known) == (1, 0)
    state = take_in(qtbot, session, case, folder)
    assert (state.taken, state.known) == (0, 3)


def test_an_intake_is_given_up_and_nothing_half_is_left(
    qtbot: QtBot, session: Session, case: str, tmp_path: Path
) -> None:
    path = tmp_path / "film"
    path.write_bytes(os.urandom(40 * CHUNK_PLAIN))
    states: list[Intake] = []
    session.intake_told.connect(states.append)
    session.intake_told.connect(lambda state: session.stop_intake() if state.done else None)
    session.take_in(case, [path])
    assert not session.take_in(case, [path])  # one at a time
    qtbot.waitUntil(lambda: bool(states) and states[-1].ended, timeout=10_000)
    assert states[-1].stopped
    assert exhibits(session, case) == []
    assert session.intake() is None


def test_a_lock_ends_an_intake(qtbot: QtBot, session: Session, case: str, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(os.urandom(20 * CHUNK_PLAIN))
    session.take_in(case, [path])
    session.lock()
    assert session.intake() is None


def test_a_picture_a_text_and_a_pdf_file_are_opened_by_their_content(
    qtbot: QtBot, session: Session, case: str, tmp_path: Path
) -> None:
    files = {"a.exe": png(30, 20), "b.jpg": "قضية\r\nNord\u202e".encode(), "c.txt": pdf(3), "d.pdf": b"\0\1\2"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    take_in(qtbot, session, case, *(tmp_path / name for name in files))
    opened: dict[str, Opened] = {}
    for record in exhibits(session, case):
        found = view(qtbot, session, record)
        assert isinstance(found, Opened)
        opened[found.name] = found
    assert {name: (one.family, one.pages) for name, one in opened.items()} == {
        "a.exe": ("image", 1), "b.jpg": ("text", 0), "c.txt": ("pdf", 3), "d.pdf": ("other", 0),
    }  # fmt: skip
    assert opened["b.jpg"].text == "قضية\nNord[U+202E]"


def test_pages_are_drawn_as_wide_as_asked_for(qtbot: QtBot, session: Session, case: str, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf())
    take_in(qtbot, session, case, tmp_path / "a.pdf")
    (record,) = exhibits(session, case)
    thread = session.view_file(record, session.files(record)[0].id)
    assert thread is not None
    drawn: list[Drawn] = []
    thread.drawn.connect(drawn.append)
    thread.start()
    thread.draw(1, 400)
    qtbot.waitUntil(lambda: bool(drawn), timeout=20_000)
    (page,) = drawn
    assert (page.page, page.width, page.height, len(page.pixels)) == (1, 400, 600, 4 * 400 * 600)
    session.end_view(thread)


def test_a_pdf_file_with_scripts_shows_its_page_and_runs_nothing(
    qtbot: QtBot, session: Session, case: str, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_with_script(tmp_path / "marker"))
    take_in(qtbot, session, case, tmp_path / "a.pdf")
    found = view(qtbot, session, exhibits(session, case)[0])
    assert isinstance(found, Opened)
    assert found.pages == 1
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize(
    ("family", "data", "code"),
    [
        ("image", png(60_000, 60_000, whole=False), "picture_too_large"),
        ("image", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "file_not_shown"),
        ("image", b"\xff\xd8\xff\xe0 broken", "file_not_shown"),
        ("pdf", b"%PDF-1.7 broken", "file_not_shown"),
    ],
)
def test_what_is_made_to_do_harm_ends_in_words(family: str, data: bytes, code: str) -> None:
    drawer = Drawer("x")
    with pytest.raises(Refused) as refused:
        drawer.begin(family, data)
    drawer.close()
    assert refused.value.code == code


def test_who_draws_may_die_or_never_answer_and_the_desk_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    drawer = Drawer("x")
    drawer.begin("image", png(30, 20))
    drawer._process.kill()
    with pytest.raises(Refused, match="file_not_shown"):
        drawer.draw(0, 100)
    drawer.close()
    monkeypatch.setattr("desktop.session.viewing.PATIENCE_S", 0.2)
    monkeypatch.setattr("desktop.session.viewing._command", lambda: ["/bin/sleep", "60"])
    begun = time.monotonic()
    drawer = Drawer("x")
    with pytest.raises(Refused, match="file_not_shown"):
        drawer.begin("image", png(3, 2))
    drawer.close()
    assert time.monotonic() - begun < 10


def test_a_view_that_is_ended_while_it_opens_is_not_waited_for(
    qtbot: QtBot, session: Session, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.png").write_bytes(png(30, 20))
    take_in(qtbot, session, case, tmp_path / "a.png")
    monkeypatch.setattr("desktop.session.viewing._command", lambda: ["/bin/sleep", "60"])
    (record,) = exhibits(session, case)
    thread = session.view_file(record, session.files(record)[0].id)
    assert thread is not None
    thread.start()
    qtbot.waitUntil(lambda: thread._drawer is not None, timeout=10_000)
    begun = time.monotonic()
    session.end_view(thread)
    assert time.monotonic() - begun < 5


def test_a_damaged_file_is_not_shown_and_said(qtbot: QtBot, session: Session, case: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"evidence" * 100)
    take_in(qtbot, session, case, tmp_path / "a.txt")
    (sealed,) = [each for each in (tmp_path / "home" / "blobs").iterdir() if each.suffix != ".m"]
    data = bytearray(sealed.read_bytes())
    data[50] ^= 1
    sealed.write_bytes(data)
    assert view(qtbot, session, exhibits(session, case)[0]) == ("file_damaged", {"file": "a.txt"})


def test_a_report_is_made_beside_the_window(qtbot: QtBot, session: Session, case: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"evidence")
    take_in(qtbot, session, case, tmp_path / "a.txt")
    with qtbot.waitSignal(session.report_ready, timeout=10_000) as ready:
        number = session.ask_custody_report(case, check=True)
    assert ready.args is not None
    assert ready.args[0] == number
    report = ready.args[1]
    assert isinstance(report, CustodyReport)
    assert [file.state for part in report.exhibits for file in part.files] == ["whole"]
    assert session.query(Query(type="exhibit", space=case))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffقضية".encode(), "قضية"),
        ("ab\u202ec".encode("utf-16"), "ab[U+202E]c"),
        ("قضية تهريب".encode("cp1256"), "قضية تهريب"),
        ("déjà vu à Genève".encode("cp1252"), "déjà vu à Genève"),
        ("é".encode()[:1], ""),
        (b"a\tb\r\nc\0", "a\tb\nc[U+0000]"),
    ],
)
def test_text_is_read_in_the_codes_that_files_have(data: bytes, text: str) -> None:
    assert decode_text(data) == text
