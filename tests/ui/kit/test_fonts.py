"""The vendored family: present, whole, one line height sane for both scripts."""

from __future__ import annotations

from importlib import resources

import pytest
from PySide6.QtGui import QFontInfo, QFontMetricsF, QTextLayout

from desktop.ui import fonts
from desktop.ui.fonts import FAMILIES, FontMissingError, load_fonts, make_font
from tests.ui.conftest import Look

TEXTS = (
    "Réseau de passeurs — ligne Dakar / Las Palmas, œuvre, « ça »",
    "¿Qué pasó? Señor Ñúñez, perché è così, € 1 932,50 ≤ 7",
    "تحالف — القضايا، الأجل ١٤ يونيو؛ هل «نُشرت»؟ ٠١٢٣٤٥٦٧٨٩",
    "\u2066+971 50 123 4567\u2069 · \u2068النقيب ل. منصور\u2069 …",
    "پرونده گچ ژ ک ی ۰۱۲۳۴۵۶۷۸۹",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("weight", [400, 500, 600])
def test_every_text_is_drawn_with_our_family_and_no_glyph_is_missing(look: Look, text: str, weight: int) -> None:
    look()
    layout = QTextLayout(text, make_font(14, weight))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    runs = layout.glyphRuns()
    families = {run.rawFont().familyName() for run in runs}
    assert families
    assert all(family.startswith("IBM Plex Sans") for family in families)
    drawn = [glyph for run in runs for glyph in run.glyphIndexes()]
    assert drawn
    assert 0 not in drawn


def test_latin_comes_from_the_latin_face_and_arabic_from_its_companion(look: Look) -> None:
    look()

    def faces(text: str) -> set[str]:
        layout = QTextLayout(text, make_font(14))
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        return {run.rawFont().familyName() for run in layout.glyphRuns()}

    assert faces("Dakar 2026") == {FAMILIES[0]}
    assert faces("تحالف") == {FAMILIES[1]}


@pytest.mark.parametrize("sample", ["Réseau Ñúñez", "تحالف الأمني الدولي"])
def test_a_line_of_either_script_is_at_most_one_and_a_half_times_its_size(look: Look, sample: str) -> None:
    look()
    layout = QTextLayout(sample, make_font(100))
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    assert 100 < line.height() <= 151


@pytest.mark.parametrize("sample", ["Échéance 14 juin", "القضايا المفتوحة"])
def test_the_three_weights_are_three_different_faces(look: Look, sample: str) -> None:
    look()
    widths = {QFontMetricsF(make_font(100, weight)).horizontalAdvance(sample) for weight in (400, 500, 600)}
    assert len(widths) == 3
    assert QFontInfo(make_font(14, 600)).weight() == 600


def test_the_fonts_stay_small_and_carry_their_licence() -> None:
    folder = resources.files("desktop.ui").joinpath("fonts")
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".ttf")]
    assert len(files) == 6
    assert sum(len(entry.read_bytes()) for entry in files) < 2_000_000
    assert "SIL Open Font License, Version 1.1" in folder.joinpath("OFL.txt").read_text("utf-8")


def test_a_missing_font_is_told_not_replaced(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    look()
    load_fonts.cache_clear()
    monkeypatch.setattr(fonts, "_FILES", ("Nowhere-Regular.ttf",))
    with pytest.raises(FontMissingError, match="Nowhere"):
        load_fonts()
