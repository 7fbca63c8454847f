"""The report of a case: what is in it, what every page carries, in both directions, and what stops it."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.session import Session
from desktop.ui.case_view import CaseView
from desktop.ui.report_contents import SECTIONS, Report, compose
from desktop.ui.report_dialog import ReportDialog
from i18n import set_language
from i18n.bidi import strip_isolates
from tests.ui.conftest import Look

NOW_MS = 1_790_000_000_000


@pytest.fixture
def record(session: Session) -> str:
    """A case with people of different markings."""
    made = session.new_case({"title": "Réseau <b>Dakar</b>", "summary": "Ligne une\nLigne deux", "tlp": "TLP:GREEN"})
    person = session.new_record("person", made, {"name": "BEN SALAH Karim", "name_original": "كريم بن صالح"})
    plate = session.new_record("vehicle", made, {"plate": "188 TU 4021"})
    session.new_record("uses", made, {"source": person, "target": plate, "tlp": "TLP:RED", "handling": ["H0", "H1"]})
    session.edit(person, "birth_date", "1980-05")
    session.edit(person, "birth_date__source", "INTERPOL")
    return made


def report_of(session: Session, record: str, wanted: tuple[str, ...] = SECTIONS) -> Report:
    views = [session.show(each) for each in session.record_ids(record) if each != record]
    return compose(session.types, session.show(record), views, wanted, session.identity(), NOW_MS)


def open_report(qtbot: QtBot, session: Session, record: str) -> ReportDialog:
    view = CaseView(session)
    qtbot.addWidget(view)
    view.resize(1100, 760)
    view.show()
    view.show_case(record)
    assert view.case_page is not None
    qtbot.mouseClick(view.case_page.report, Qt.MouseButton.LeftButton)
    dialog = view.findChildren(ReportDialog)[-1]
    qtbot.waitUntil(dialog.button.isEnabled)
    return dialog


def pages_of(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_it_says_what_each_record_holds_and_is_bound_by(session: Session, record: str) -> None:
    report = report_of(session, record)
    assert [section.title for section in report.sections] == ["Summary", "People & objects", "Links"]
    person = report.sections[1].entries[0]
    assert strip_isolates(person.heading) == "BEN SALAH Karim · كريم بن صالح"
    lines = {line.label: strip_isolates(line.value) for line in person.lines}
    assert lines["Date of birth: Source"] == "INTERPOL"
    link = report.sections[2].entries[0]
    assert strip_isolates(link.heading) == "BEN SALAH Karim → 188 TU 4021"
    assert strip_isolates(link.codes) == "TLP:RED · H0 · H1"


def test_its_marking_is_that_of_what_is_in_it_alone(session: Session, record: str) -> None:
    assert report_of(session, record).marking.tlp == "TLP:RED"
    assert report_of(session, record).marking.handling == ("H0", "H1")
    assert report_of(session, record, ("case",)).marking.tlp == "TLP:GREEN"


def test_what_was_deleted_is_not_in_it(session: Session, record: str) -> None:
    for each in session.record_ids(record):
        if session.show(each).type == "uses":
            session.delete(each)
    report = report_of(session, record)
    assert [section.title for section in report.sections] == ["Summary", "People & objects"]
    assert report.marking.tlp == "TLP:AMBER"


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_page_of_the_file_carries_handling_officer_and_number(
    qtbot: QtBot,
    session: Session,
    record: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    look: Look,
) -> None:
    for number in range(60):
        session.new_record("phone", record, {"number": f"+221 77 123 {number:04d}"})
    set_language(language)
    dialog = open_report(qtbot, session, record)
    target = tmp_path / "report.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_all: (str(target), ""))
    with qtbot.waitSignal(dialog.finished, timeout=20_000):
        qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    pages = pages_of(target)
    assert len(pages) > 3
    for text in pages:
        assert "TLP:RED" in text
        assert "L. Mansour" in text
    assert "<b>Dakar</b>" in pages[0]


def test_judicial_use_of_another_ministrys_h1_is_stopped_until_it_permits(
    qtbot: QtBot, session: Session, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.ui.report_dialog.providers", lambda _views: frozenset({"SN", "IT"}))
    dialog = open_report(qtbot, session, record)
    dialog.purposes["judicial"].setChecked(True)
    assert not dialog.button.isEnabled()
    assert not dialog.print_button.isEnabled()
    assert "Italy" in strip_isolates(dialog.obstacles.text.text())
    dialog.sections["link"].setChecked(False)
    assert dialog.button.isEnabled()


def test_ones_own_information_is_ones_own(qtbot: QtBot, session: Session, record: str) -> None:
    dialog = open_report(qtbot, session, record)
    dialog.purposes["judicial"].setChecked(True)
    assert dialog.button.isEnabled()
    assert dialog.obstacles.isHidden()


def test_where_it_cannot_be_written_it_says_so_and_stays(
    qtbot: QtBot, session: Session, record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = open_report(qtbot, session, record)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_all: (str(tmp_path / "none" / "report.pdf"), ""))
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.problem.isHidden())
    assert dialog.button.isEnabled()
    dialog.reject()
