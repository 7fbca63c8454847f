"""Hostile text typed by ourselves, by command and in the form: taken as letters or refused by name, lost never."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QTextEdit
from pytestqt.qtbot import QtBot

from desktop.casework.record_types import Field, RecordTypes
from desktop.ui.editors.line import LineEditor
from desktop.ui.editors.text import TextEditor
from desktop.ui.main_window import MainWindow
from desktop.ui.record_form import RecordForm
from i18n.bidi import strip_isolates
from tests.cli.conftest import Commands
from tests.hostile.texts import BIDI, FORMAT, MARKUP, OBEYED, faults
from tests.support.desk import HomeOfDesk
from tests.ui.shell.conftest import OpenWindow, unlock, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
TYPES = RecordTypes.load()
FREE = ("line", "text", "set")  # kinds that hold words


def of_each_sort() -> list[tuple[str, str]]:
    """Every field of a case and of a person, and of the other subjects one field of each sort."""
    chosen: dict[tuple[object, ...], tuple[str, str]] = {}
    for kind in (TYPES["case"], TYPES["person"], *TYPES.of_family("subject")):
        if any(field.required and field.role != "title" for field in kind.fields.values()):
            continue
        for field in kind.fields.values():
            sort = (field.kind, bool(field.choices), field.verbatim, field.multiline)
            whole = kind.name in ("case", "person")
            chosen.setdefault((kind.name, field.name) if whole else sort, (kind.name, field.name))
    return sorted(set(chosen.values()))


FIELDS = of_each_sort()
ALLOWED = {"markup": MARKUP, "bidi": BIDI, "format": FORMAT}
FORBIDDEN = {"NUL": "a\x00b", "escape": "a\x1b[31mb", "C1": "a\x85b", "a lone surrogate": "a\udc80b", "DEL": "a\x7fb"}


@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=[f"{kind}-{name}" for kind, name in FIELDS])
def test_a_command_takes_markup_as_letters_and_refuses_what_no_text_may_hold(
    tahaluf: Commands, kind: str, name: str
) -> None:
    field = TYPES[kind].fields[name]
    record = case = tahaluf.case("Un")
    if kind != "case":
        title = TYPES[kind].role_name("title")
        record = tahaluf.json("record", "new", kind, "--space", case, "--set", f"{title}=Un")["record"]
    before = tahaluf.json("show", record)["fields"].get(name)
    for text in FORBIDDEN.values():
        refused(tahaluf, record, name, text)
    assert tahaluf.json("show", record)["fields"].get(name) == before
    for text in ALLOWED.values():
        if not holds_words(field):
            refused(tahaluf, record, name, text)
            assert tahaluf.json("show", record)["fields"].get(name) == before
            continue
        text = text[: field.max_length].strip()  # noqa: PLW2901 - as much as the field takes
        assert tahaluf.json("set", record, name, text)["changed"]
        assert stored(tahaluf.json("show", record)["fields"][name]) == text.replace(",", "")
        for words in (("show", record), ("log", record), ("list", kind), ("search", "evil")):
            out = tahaluf(*words).out
            assert not OBEYED.search(out.replace("\n", " "))


def holds_words(field: Field) -> bool:
    """Whether a field takes any words."""
    return field.kind in FREE and not field.choices


def stored(view: dict[str, object]) -> str:
    """What a field holds, in one piece and without the commas that part a set."""
    match view["merge"]:
        case "text":
            return str(view["text"]).replace(",", "")
        case "set":
            return "".join(view["elements"]).replace(",", "")  # type: ignore[arg-type]  # strings
        case _:
            return str(view["values"][0]["value"]).replace(",", "")  # type: ignore[index]  # a list of values


def refused(tahaluf: Commands, record: str, name: str, text: str) -> None:
    """A command that is refused in words that can be shown."""
    result = tahaluf("set", record, name, text, "--json")
    assert result.code == 1
    assert result.json["field"] == name
    assert result.json["message"] == result.err.strip()
    assert "Nothing was saved" in result.err
    assert not OBEYED.search(result.err.replace("\n", " "))
    assert len(result.err) < 1_000


def test_a_title_of_300_kb_on_the_command_line_is_refused_with_its_length(tahaluf: Commands) -> None:
    case = tahaluf.case("Un")
    result = tahaluf("set", case, "title", "x" * 100_000)
    assert result.code == 1
    assert "100,000" in result.err
    assert tahaluf.json("show", case)["fields"]["title"]["values"][0]["value"] == "Un"


def open_form(qtbot: QtBot, window: MainWindow, case: str) -> RecordForm:
    """The whole form of a case."""
    space = workspace(window)
    space.open_record(case)
    view = space.records().detail
    view.show_tab("details")
    page = view.case_page
    assert page is not None
    assert page.details is not None
    assert page.details.form is not None
    page.details.form.complete()
    return page.details.form


@pytest.mark.parametrize("kind", ALLOWED)
def test_the_form_keeps_markup_and_marks_as_letters(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow, kind: str
) -> None:
    text = ALLOWED[kind]
    window = open_window(empty_home)
    case = window.session.new_case({"title": "Un"})
    form = open_form(qtbot, window, case)
    for name, row in form.rows.items():
        if not isinstance(row.editor, LineEditor | TextEditor) or not holds_words(TYPES["case"].fields[name]):
            continue
        wanted = text[: row.field.max_length].strip()
        box = row.editor.main_widget()
        assert isinstance(box, QLineEdit | QTextEdit)
        box.setFocus()
        box.selectAll()
        paste(box, wanted)
        form.flush()
        found = window.session.show(case).fields[name]
        assert (found.text if found.merge == "text" else found.value) == wanted, name
    assert faults(window) == []


def test_a_control_character_typed_into_any_words_is_refused_below_the_field_and_kept_through_a_lock(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(empty_home)
    case = window.session.new_case({"title": "Un"})
    form = open_form(qtbot, window, case)
    tried = []
    for name, row in form.rows.items():
        if isinstance(row.editor, LineEditor) and holds_words(row.field):
            box = row.editor.main_widget()
            assert isinstance(box, QLineEdit)
            box.setFocus()
            box.selectAll()
            paste(box, "before \x07 after")
            form.flush()
            tried.append(name)
            assert "U+0007" in strip_isolates(row.below.text()), name
            assert "still in the form" in row.below.text()
    assert "title" in tried
    window.lock()
    unlock(qtbot, window)
    form = open_form(qtbot, window, case)
    title = form.rows["title"].editor.main_widget()
    assert isinstance(title, QLineEdit)
    assert title.text() == "before \x07 after"
    assert window.session.show(case).fields["title"].value == "Un"


def test_a_title_of_300_kb_that_is_pasted_is_refused_whole_and_stays_in_the_field(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(empty_home)
    case = window.session.new_case({"title": "Un"})
    form = open_form(qtbot, window, case)
    row = form.rows["title"]
    box = row.editor.main_widget()
    assert isinstance(box, QLineEdit)
    box.setFocus()
    box.selectAll()
    paste(box, "<b>long</b> " * 25_600)
    form.flush()
    assert "307,200" in strip_isolates(row.below.text()) or "307,199" in strip_isolates(row.below.text())
    assert len(box.text()) == 307_200
    assert window.session.show(case).fields["title"].value == "Un"


def paste(box: QLineEdit | QTextEdit, text: str) -> None:
    """Paste as a person does, from the clipboard."""
    QGuiApplication.clipboard().setText(text)
    box.paste()
    QGuiApplication.clipboard().clear()
