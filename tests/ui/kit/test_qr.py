"""The code of a fingerprint: what a camera reads, in every theme and direction, and what a screen reader says."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from desktop.casework.trust_views import EnrolmentView
from desktop.ui.enrolment_card import EnrolmentCard
from desktop.ui.kit.qr import BORDER, QrCode
from i18n.bidi import strip_isolates
from tests.ui.conftest import Look

FINGERPRINT = "JMQI-JFE2-4QWR-3YES-NCIB"
ROOT = "AAQI-JFE2-4QWR-3YES-NCIB"


def module(image: QImage, side: int, x: int, y: int) -> QColor:
    """The colour in the middle of a module, counted with the border."""
    return image.pixelColor(x * side + side // 2, y * side + side // 2)


@pytest.mark.parametrize(
    ("language", "scheme", "scale"), [("fr", "light", 1.0), ("ar", "dark", 1.0), ("en", "dark", 2.0)]
)
def test_modules_are_painted_dark_on_light_unmirrored_with_their_border(
    qtbot: QtBot, look: Look, language: str, scheme: str, scale: float
) -> None:
    look(language, scheme, scale)
    code = QrCode()
    qtbot.addWidget(code)
    code.show_characters(FINGERPRINT)
    code.resize(code.sizeHint())
    image = code.grab().toImage()
    rows = code.rows()
    side = code.sizeHint().width() // (len(rows) + 2 * BORDER)
    assert image.width() == side * (len(rows) + 2 * BORDER)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            assert (module(image, side, x + BORDER, y + BORDER) == QColor(0, 0, 0)) == bool(dark)
    for edge in range(len(rows) + 2 * BORDER):
        for depth in range(BORDER):
            assert module(image, side, edge, depth) == module(image, side, depth, edge) == QColor(255, 255, 255)
    assert strip_isolates(code.accessibleName()) == FINGERPRINT


def test_other_characters_make_another_code(qtbot: QtBot) -> None:
    code = QrCode()
    qtbot.addWidget(code)
    code.show_characters(FINGERPRINT)
    first = code.rows()
    code.show_characters(ROOT)
    assert code.rows() != first


def test_the_card_says_what_is_to_do_what_is_done_and_what_is_over(qtbot: QtBot, look: Look) -> None:
    look("en")
    card = EnrolmentCard()
    qtbot.addWidget(card)
    card.show_enrolment(EnrolmentView(FINGERPRINT, ROOT))
    assert not card.code.isHidden()
    assert card.confirm_button.isHidden()
    enrolled = EnrolmentView(FINGERPRINT, ROOT, "A\u202eB <b>", ROOT, 1_795_000_000_000)
    card.show_enrolment(enrolled)
    assert card.code.isHidden()
    assert not card.confirm_button.isHidden()
    assert "\u202e" not in card.facts.text()
    assert "<b>" in card.facts.text()
    with qtbot.waitSignal(card.confirmed):
        card.confirm_button.click()
    card.show_enrolment(EnrolmentView(FINGERPRINT, ROOT, "A", ROOT, 1, 1_795_000_000_000))
    assert card.confirm_button.isHidden()
    card.show_enrolment(EnrolmentView(FINGERPRINT, ROOT, "A", ROOT, 1, 0, "stolen"))
    assert "stolen" in card.words.text()
    assert card.confirm_button.isHidden()
    card.show_enrolment(None)
    assert card.isHidden()
