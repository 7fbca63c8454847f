"""Labels, pills and counts show data as plain, isolated text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.ui.kit import Avatar, CountBadge, ElidedLabel, HandlingBadge, Label, StatusPill, TlpBadge, plain_tip
from desktop.ui.kit.pills import count_text, initials
from tests.ui.conftest import Look

HOSTILE = "evil\u202egpj.exe <b>bold</b> <img src=x> \x00\ud800"


def test_hostile_data_is_shown_as_text_with_its_hidden_controls_visible(look: Look, qtbot: QtBot) -> None:
    look()
    label = Label()
    qtbot.addWidget(label)
    label.show_data(HOSTILE)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert "[U+202E]" in label.text()
    assert "[U+0000]" in label.text()
    assert "<b>bold</b>" in label.text()
    assert "\u202e" not in label.text()
    assert label.text().startswith("\u2068")
    assert not set(label.accessibleName()) & set("\u2066\u2067\u2068\u2069\u202e\x00")


def test_a_code_is_isolated_left_to_right_and_named_without_isolates(look: Look, qtbot: QtBot) -> None:
    look("ar")
    label = Label(role="strong")
    qtbot.addWidget(label)
    label.show_code("+971 50 123 4567")
    assert label.text().lstrip("\u200f") == "\u2066+971 50 123 4567\u2069"
    assert label.accessibleName() == "+971 50 123 4567"


def test_every_kind_of_label_refuses_markup(look: Look, qtbot: QtBot) -> None:
    look()
    for label in (StatusPill("<b>x</b>"), TlpBadge("<b>x</b>"), Avatar("<b>x</b>"), ElidedLabel("<b>x</b>")):
        qtbot.addWidget(label)
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_long_line_ends_in_an_ellipsis_and_the_tip_holds_all_of_it_as_text(look: Look, qtbot: QtBot) -> None:
    look()
    label = ElidedLabel(role="h1")
    qtbot.addWidget(label)
    label.show_data("Réseau <b>de passeurs</b> — ligne Dakar / Las Palmas")
    label.resize(160, 40)
    label.grab()
    assert label.shown_text().endswith("…")
    assert "&lt;b&gt;de passeurs&lt;/b&gt;" in label.toolTip()
    label.resize(2000, 40)
    label.grab()
    assert label.shown_text() == "Réseau <b>de passeurs</b> — ligne Dakar / Las Palmas"
    assert label.toolTip() == ""


def test_a_tool_tip_never_reads_data_as_markup() -> None:
    assert "&lt;img src=x&gt;" in plain_tip("<img src=x>")
    assert plain_tip("") == ""


def test_a_selectable_label_stands_on_the_side_of_the_language(look: Look, qtbot: QtBot) -> None:
    look("ar")
    label = Label("Dakar", selectable=True, wrap=True)
    qtbot.addWidget(label)
    assert label.alignment() & Qt.AlignmentFlag.AlignRight
    assert label.alignment() & Qt.AlignmentFlag.AlignAbsolute
    look("fr")
    assert label.alignment() & Qt.AlignmentFlag.AlignLeft


def test_badges_without_content_are_hidden(look: Look, qtbot: QtBot) -> None:
    look()
    for badge in (TlpBadge(), HandlingBadge(), CountBadge(0)):
        qtbot.addWidget(badge)
        assert badge.isHidden()
    badge = HandlingBadge(("H2", "H0"))
    qtbot.addWidget(badge)
    assert badge.text() == "\u2066H0 H2\u2069"
    assert badge.accessibleName().endswith("H0 H2")


def test_counts_are_exact_until_the_cap() -> None:
    assert [count_text(n).strip("\u2066\u2069") for n in (0, 7, 999, 1000)] == ["0", "7", "999", "999+"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Cne L. Mansour", "LM"),
        ("Anna Rossi", "AR"),
        ("Mansour", "M"),
        ("النقيب ل. منصور", "م"),
        ("", "?"),
        ("\u202e42", "?"),
    ],
)
def test_initials_pass_over_ranks_and_do_not_join_arabic_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_pill_says_another_state_in_words_and_colour_together(look: Look, qtbot: QtBot) -> None:
    theme = look()
    pill = StatusPill("Open", "info")
    qtbot.addWidget(pill)
    pill.set_state("Urgent", "bad")
    assert pill.accessibleName() == "Urgent"
    assert pill.look(theme).text == theme.color("bad")


def test_a_title_takes_a_second_line_before_it_is_cut(qtbot: QtBot) -> None:
    label = ElidedLabel(role="h1", lines=2)
    qtbot.addWidget(label)
    title = "Réseau de passeurs — ligne Ziguinchor / Cadix 🚢 suite"
    label.show_data(title)
    line = label.fontMetrics().lineSpacing()
    whole = label.fontMetrics().horizontalAdvance(title)
    assert label.heightForWidth(whole + 20) == line
    label.resize(int(whole * 0.7), label.heightForWidth(int(whole * 0.7)))
    assert label.height() == 2 * line
    assert label.shown_text() == title
    assert not label.toolTip()
    label.resize(int(whole * 0.3), label.heightForWidth(int(whole * 0.3)))
    label.grab()
    assert label.height() == 2 * line
    assert label.shown_text().endswith("…")
    assert label.toolTip() == plain_tip(title)
