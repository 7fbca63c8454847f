"""The rows of a list: what they show, in which order, mirrored, cached, and safe with anything in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle
from pytestqt.qtbot import QtBot

from desktop.casework.views import ListRow
from desktop.ui.case_delegate import RowDelegate
from desktop.ui.row_face import choose_badges, lay_out
from desktop.ui.row_words import conflict_mark, due_day, due_mark, priority_mark, row_summary, status_mark
from desktop.ui.theme import current_theme
from i18n.bidi import strip_isolates
from tests.ui.conftest import Look
from tests.ui.kit.gallery import row_list
from tests.ui.kit.samples import NOW, rows

LTR, RTL = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
NONE = QStyle.StateFlag.State_None


def _paint(
    row: ListRow, direction: Qt.LayoutDirection = LTR, state: QStyle.StateFlag = NONE, width: int = 384
) -> QImage:
    image = QImage(width, current_theme().control("row"), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    RowDelegate(now=lambda: NOW).paint_row(painter, row, image.rect(), direction, state)
    painter.end()
    return image


def _columns(image: QImage, color: QColor, top: int = 0, bottom: int = 1000) -> list[int]:
    lines = range(top, min(bottom, image.height()))
    return [x for x in range(image.width()) if any(image.pixelColor(x, y) == color for y in lines)]


def _texts(row: ListRow, direction: Qt.LayoutDirection = LTR, width: int = 384) -> list[str]:
    theme = current_theme()
    face = lay_out(row, QSize(width, theme.control("row")), direction, theme, NOW, 1.0)
    return [words.text.text() for words in face.words]


def test_a_row_shows_reference_countries_time_title_and_due_date(look: Look) -> None:
    look("en")
    texts = [strip_isolates(text) for text in _texts(rows()[0])]
    assert texts[1:3] == ["SN-2026-00417", "SN · ES"]
    assert "Réseau de passeurs — ligne Dakar / Las Palmas" in texts
    assert any("14" in text and "Due" in text for text in texts)


def test_references_and_titles_are_isolated_and_hidden_controls_visible(look: Look) -> None:
    look("ar")
    texts = _texts(rows(arabic=True)[0], RTL)
    assert "\u2066SN-2026-00417\u2069" in texts
    hostile = _texts(rows(arabic=True)[7], RTL)
    assert any(text.startswith("\u2068evil[U+202E]gpj.exe") for text in hostile)
    assert not any("\u202e" in text for text in hostile)


def test_the_selection_bar_and_the_unread_dot_stand_on_the_leading_side(look: Look) -> None:
    theme = look()
    row = msgspec.structs.replace(rows()[0], status="", unsent=False)
    for direction, near in ((LTR, range(20)), (RTL, range(364, 384))):
        blue = _columns(_paint(row, direction, QStyle.StateFlag.State_Selected), theme.color("link"), 0, 40)
        assert blue
        assert all(x in near for x in blue)
    read = msgspec.structs.replace(row, unread=False)
    assert _columns(_paint(read), theme.color("link"), 0, 40) == []


def test_the_marking_is_on_every_row_at_every_width_and_scale(look: Look) -> None:
    for scale in (1.0, 1.5, 2.0):
        theme = look("fr", "light", scale)
        for row in rows():
            for width in (240, 300, 350):
                badges, _due = choose_badges(row, round(width * scale), theme, NOW)
                words = [strip_isolates(badge.text) for badge in badges]
                assert row.tlp in words
                assert not row.handling or " ".join(row.handling) in words


def test_badges_and_due_date_never_meet(look: Look) -> None:
    for language in ("fr", "ar", "it", "es", "en"):
        theme = look(language)
        for row in rows():
            badges, due = choose_badges(row, 350, theme, NOW)
            taken = sum(badge.width + theme.px(8) for badge in badges)
            due_width = theme.metrics("caption", 600).horizontalAdvance(due.text) if due else 0
            assert taken + due_width <= 350 + theme.px(8), (language, row.reference)


def test_a_due_date_gives_way_before_a_state_is_cut(look: Look) -> None:
    for language in ("fr", "ar", "it", "es", "en"):
        theme = look(language)
        for status in ("open", "waiting_for_partner"):
            row = msgspec.structs.replace(rows()[1], due="2026-06-19", status=status, handling=("H1",))
            badges, due = choose_badges(row, 352, theme, NOW)
            wide, sentence = choose_badges(row, 900, theme, NOW)
            assert badges[0] == wide[0], (language, status)
            assert sentence == due_mark(row, NOW)
            assert due in (None, due_day(row, NOW), sentence)
            crowded = msgspec.structs.replace(row, tlp="TLP:AMBER+STRICT", handling=("H1", "H2"), due="2027-11-28")
            if status == "waiting_for_partner":
                assert choose_badges(crowded, 352, theme, NOW)[1] is None, language


def test_a_due_date_without_room_beside_the_state_stands_beside_the_time(look: Look) -> None:
    look("fr")
    row = msgspec.structs.replace(rows()[1], due="2026-06-19", tlp="TLP:AMBER+STRICT", handling=("H1", "H2"))
    day = due_day(row, NOW)
    assert day is not None
    face = lay_out(row, QSize(384, current_theme().control("row")), LTR, current_theme(), NOW, 1.0)
    (shown,) = [words for words in face.words if strip_isolates(words.text.text()) == day.text]
    assert shown.corner.y() < current_theme().px(32)


def test_a_conflict_stands_in_the_place_of_the_state(look: Look) -> None:
    theme = look("en")
    badges, _due = choose_badges(rows()[3], 350, theme, NOW)
    assert [strip_isolates(badge.text) for badge in badges][:2] == ["Conflict", "TLP:RED"]
    assert badges[0].look.text == theme.color("violet")
    assert conflict_mark(rows()[0]) is None


@pytest.mark.parametrize(
    ("due", "status", "tone"),
    [
        ("2026-06-11", "open", "bad"),
        ("2026-06-13", "open", "bad"),
        ("2026-06-19", "open", "warn"),
        ("2026-07-30", "open", ""),
        ("2026-06-11", "closed", ""),
        ("soon", "open", ""),
    ],
)
def test_a_due_date_is_coloured_by_its_urgency_and_always_in_words(
    look: Look, due: str, status: str, tone: str
) -> None:
    look("en")
    mark = due_mark(ListRow("r", "s", "case", due=due, status=status), NOW)
    assert mark is not None
    assert mark.tone == tone
    assert mark.text.startswith("Overdue" if due == "2026-06-11" and status == "open" else "Due")


def test_only_a_precedence_that_presses_is_shown(look: Look) -> None:
    look("en")
    assert priority_mark(ListRow("r", "s", "case", priority="ROUTINE")) is None
    flash = priority_mark(ListRow("r", "s", "case", priority="FLASH"))
    assert flash is not None
    assert flash.tone == "bad"


def test_codes_and_types_of_a_newer_version_are_shown_as_they_are(look: Look) -> None:
    look("en")
    row = ListRow("r", "s", "submarine", status="submerged\u202e", title="Deep", tlp="TLP:PURPLE", updated_ms=-(10**18))
    status = status_mark(row)
    assert status is not None
    assert status.text == "submerged[U+202E]"
    assert "submarine" in row_summary(row, NOW)
    _paint(row)


def test_a_row_that_is_kept_for_a_time_has_a_clock_beside_the_time_and_says_so(look: Look) -> None:
    theme = look("en")
    row = msgspec.structs.replace(rows()[0], unsent=False)
    kept = msgspec.structs.replace(row, until_ms=round(NOW.timestamp() * 1000))
    size = QSize(384, theme.control("row"))
    plain, marked = (lay_out(each, size, LTR, theme, NOW, 1.0) for each in (row, kept))
    assert len(marked.pixmaps) == len(plain.pixmaps) + 1
    both = lay_out(msgspec.structs.replace(kept, unsent=True), size, LTR, theme, NOW, 1.0)
    corners = [corner.x() for corner, _pixmap in both.pixmaps]
    assert len(corners) == len(set(corners)) == len(plain.pixmaps) + 2
    assert "Kept until" in row_summary(kept, NOW)
    assert "Kept until" not in row_summary(row, NOW)


def test_a_screen_reader_hears_everything_the_row_shows(look: Look) -> None:
    look("en")
    row = rows()[3]
    heard = row_summary(msgspec.structs.replace(row, unsent=True, handling=("H2",), priority="FLASH"), NOW)
    for part in (
        "Unread",
        row.reference,
        "Blanchiment",
        "2 fields in conflict",
        "TLP:RED H2",
        "Morocco",
        "Due",
        "Flash",
    ):
        assert part in heard
    assert not set(heard) & set("\u2066\u2067\u2068\u2069")


def test_a_list_view_gives_the_row_to_assistive_technology_and_scrolls(look: Look, qtbot: QtBot) -> None:
    look("en")
    view = row_list(rows() * 20)
    qtbot.addWidget(view)
    view.resize(384, 500)
    before = view.grab().toImage()
    view.verticalScrollBar().setValue(4 * 92)
    assert view.grab().toImage() != before
    assert view.sizeHintForRow(0) == 92
    assert "SN-2026-00417" in str(view.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole))


def test_the_keyboard_s_row_has_a_ring_and_the_pointer_s_has_none(look: Look) -> None:
    theme = look("en", "dark")
    keyboard = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
    row = ListRow("r", "s", "case", title="x")
    ring = theme.color("focus")
    assert _paint(row, state=keyboard).pixelColor(200, 0) == ring
    assert _paint(row, state=QStyle.StateFlag.State_HasFocus).pixelColor(200, 0) != ring


def test_a_row_is_laid_out_again_only_when_something_it_shows_changed(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    look("en")
    laid: list[str] = []
    present = [NOW]

    def spy(row: ListRow, *rest: object) -> object:
        laid.append(row.title)
        return lay_out(row, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("desktop.ui.case_delegate.lay_out", spy)
    delegate = RowDelegate(now=lambda: present[0])
    image = QImage(384, 92, QImage.Format.Format_RGB32)
    row = ListRow("r", "s", "case", title="one", updated_ms=1)

    def paint(row: ListRow, width: int = 384) -> int:
        painter = QPainter(image)
        delegate.paint_row(painter, row, QRect(0, 0, width, 92), LTR, NONE)
        painter.end()
        return len(laid)

    assert paint(row) == 1
    assert paint(msgspec.structs.replace(row)) == 1
    assert paint(msgspec.structs.replace(row, title="two")) == 2
    assert paint(msgspec.structs.replace(row, title="two"), 300) == 3
    present[0] = NOW + timedelta(minutes=2)
    assert paint(msgspec.structs.replace(row, title="two"), 300) == 4
    look("ar")
    assert paint(msgspec.structs.replace(row, title="two"), 300) == 5
    look("ar", "dark")
    assert paint(msgspec.structs.replace(row, title="two"), 300) == 6


@pytest.mark.usefixtures("look")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.text(max_size=60),
    reference=st.text(max_size=30),
    status=st.text(max_size=12),
    due=st.sampled_from(["", "2026-06-14", "2026", "9999-99-99", "\x00", "x" * 400]),
    countries=st.lists(st.text(max_size=4), max_size=40).map(tuple),
    updated_ms=st.integers(min_value=-(2**63), max_value=2**63 - 1),
    width=st.integers(min_value=1, max_value=500),
)
def test_no_row_however_strange_stops_the_list(
    title: str,
    reference: str,
    status: str,
    due: str,
    countries: tuple[str, ...],
    updated_ms: int,
    width: int,
) -> None:
    row = ListRow(
        "r", "s", "case", reference, title, "", status, "", "TLP:RED", ("H1",), countries, due, "", updated_ms
    )
    _paint(row, RTL, width=width)
    heard = row_summary(row, datetime(2026, 6, 12, tzinfo=UTC))
    assert not set(heard) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\x00")
