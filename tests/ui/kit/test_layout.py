"""Flow of chips, fields for typing, and that no word of the kit is cut at any text scale."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QRect, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.kit import (
    Banner,
    Button,
    CodeEdit,
    DropDown,
    FilterChip,
    FlowLayout,
    IconButton,
    Label,
    SearchBox,
    TextBox,
    mark_invalid,
)
from tests.ui.conftest import Look
from tests.ui.kit.clipping import clipped
from tests.ui.kit.conftest import Stage
from tests.ui.kit.gallery import Gallery


def _flow(qtbot: QtBot, count: int) -> tuple[QWidget, FlowLayout, list[FilterChip]]:
    host = QWidget()
    qtbot.addWidget(host)
    flow = FlowLayout(host, gap=8)
    chips = [FilterChip(f"Chip number {n}") for n in range(count)]
    for chip in chips:
        flow.addWidget(chip)
    return host, flow, chips


def test_chips_break_into_lines_and_never_overlap(look: Look, qtbot: QtBot) -> None:
    look()
    _host, flow, chips = _flow(qtbot, 7)
    for width in (130, 300, 520, 2000):
        flow.setGeometry(QRect(0, 0, width, 1000))
        boxes = [chip.geometry() for chip in chips]
        assert all(box.right() < width for box in boxes)
        assert not any(one.intersects(two) for i, one in enumerate(boxes) for two in boxes[:i])
        assert max(box.bottom() for box in boxes) < flow.heightForWidth(width)
    assert flow.heightForWidth(130) > 4 * flow.heightForWidth(2000)


def test_the_first_chip_is_on_the_right_in_arabic(look: Look, qtbot: QtBot) -> None:
    look("ar")
    _host, flow, chips = _flow(qtbot, 3)
    flow.setGeometry(QRect(0, 0, 600, 100))
    assert chips[0].geometry().right() == 599
    assert chips[0].x() > chips[1].x() > chips[2].x()


def test_hidden_chips_take_no_room_and_a_cleared_flow_is_empty(look: Look, qtbot: QtBot) -> None:
    look()
    _host, flow, chips = _flow(qtbot, 3)
    wide = flow.sizeHint().width()
    chips[1].hide()
    assert flow.sizeHint().width() < wide
    flow.clear()
    assert flow.count() == 0
    assert flow.heightForWidth(300) == 0


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("language", ["fr_FR", "ar_AE"])
def test_no_word_of_the_kit_is_cut_at_any_text_scale(look: Look, qtbot: QtBot, language: str, scale: float) -> None:
    look(language, "light", scale)
    page = Gallery(arabic=language.startswith("ar"))
    qtbot.addWidget(page)
    page.resize(round(1640 * scale), round(1080 * scale))
    page.show()
    QApplication.processEvents()
    assert clipped(page) == []


def test_the_search_for_clipped_words_finds_a_squeezed_label_and_button(look: Look, stage: Stage) -> None:
    look()
    label, button = Label("Ministère de l’Intérieur"), Button("Comparer et choisir")
    stage(label, button)
    label.setFixedWidth(60)
    button.setFixedWidth(70)
    QApplication.processEvents()
    assert len(clipped(label.window())) == 2


def test_a_banner_breaks_its_words_instead_of_cutting_them(look: Look, stage: Stage) -> None:
    look()
    banner = Banner("bad", "Le serveur a refusé ce poste. " * 6, "Plus tard", "Voir")
    host = stage(banner)
    host.resize(500, 400)
    QApplication.processEvents()
    assert clipped(host) == []
    assert banner.text.height() > 2 * banner.text.fontMetrics().height()


def test_the_actions_of_a_banner_are_heard_and_a_missing_one_is_hidden(look: Look, qtbot: QtBot, stage: Stage) -> None:
    look()
    banner = Banner("violet", "Two fields", "Later", "Compare")
    stage(banner)
    with qtbot.waitSignal(banner.strong_clicked, timeout=500):
        banner.strong.click()
    with qtbot.waitSignal(banner.quiet_clicked, timeout=500):
        banner.quiet.click()
    banner.set_actions("", "Compare")
    assert not banner.quiet.isVisible()


def test_the_search_box_keeps_its_words_off_the_glass_on_either_side(look: Look, qtbot: QtBot) -> None:
    look("fr")
    box = SearchBox("Rechercher", "Ctrl K")
    qtbot.addWidget(box)
    left, right = box.textMargins().left(), box.textMargins().right()
    assert box.accessibleName() == "Rechercher"
    assert left == 30
    assert right > 30
    look("ar")
    assert (box.textMargins().left(), box.textMargins().right()) == (right, left)


def test_a_code_is_typed_left_to_right_and_stands_on_the_language_s_side(look: Look, stage: Stage) -> None:
    look("ar")
    field = CodeEdit()
    stage(field)
    assert field.layoutDirection() == Qt.LayoutDirection.LeftToRight
    assert field.alignment() & Qt.AlignmentFlag.AlignRight
    look("fr")
    assert field.alignment() & Qt.AlignmentFlag.AlignLeft


def test_the_focus_moves_nothing_in_a_form(look: Look, stage: Stage) -> None:
    for scale in (1.0, 1.5, 2.0):
        look("fr", "light", scale)
        fields = (CodeEdit(), SearchBox("Rechercher"), DropDown("État"))
        host = stage(*fields)
        before = [(field.height(), host.height()) for field in fields]
        for field in fields:
            field.setFocus()
            QApplication.processEvents()
        assert [(field.height(), host.height()) for field in fields] == before
        assert before[0][0] == round(36 * scale)


def test_a_small_icon_button_stays_small_beside_qt_s_own_buttons(look: Look, stage: Stage) -> None:
    look()
    small, native = IconButton("x", "Close", size=24), QPushButton("OK")
    stage(small, native)
    assert (small.width(), small.height()) == (24, 24)
    assert native.height() == 36


def test_long_text_takes_no_markup_from_a_paste_and_lets_tab_move_on(look: Look, qtbot: QtBot) -> None:
    look()
    box = TextBox()
    qtbot.addWidget(box)
    box.set_text("<b>as typed</b>")
    assert box.toPlainText() == "<b>as typed</b>"
    pasted = QMimeData()
    pasted.setHtml("<b>bold</b><img src='file:///etc/passwd'>")
    pasted.setText("bold")
    box.clear()
    box.insertFromMimeData(pasted)
    assert box.toPlainText() == "bold"
    assert box.tabChangesFocus()


def test_a_refused_value_changes_the_border_and_a_mended_one_gives_it_back(look: Look, stage: Stage) -> None:
    theme = look()
    field = CodeEdit()
    stage(field)
    plain = field.grab().toImage()
    mark_invalid(field, True)
    marked = field.grab().toImage()
    assert marked.pixelColor(field.width() // 2, 1) == theme.color("bad")
    mark_invalid(field, False)
    assert field.grab().toImage() == plain
