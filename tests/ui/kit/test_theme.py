"""Colours, sizes and the style sheet that come from the tokens."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from desktop.ui.style_sheet import build_style_sheet
from desktop.ui.theme import SCHEMES, TONES, Theme, apply_theme, current_theme, load_tokens, theme_changed
from tests.ui.conftest import Look

GROUNDS = ("win", "surface", "sunken", "hover", "sel")
# (text, ground): what stands on what, in widgets and delegates alike.
TEXT_PAIRS = [
    *((text, ground) for text in ("text", "text2", "link") for ground in GROUNDS),
    *(("text3", ground) for ground in ("win", "surface", "sunken")),
    *((tone, ground) for tone in ("warn", "bad", "violet", "ok") for ground in ("surface", "sel", "hover")),
    *TONES.values(),
    ("on_primary", "primary"),
    ("on_primary", "primary_h"),
    ("on_gold", "gold"),
    ("gold_text", "rail"),
    ("rail_text", "rail"),
    ("rail_text", "rail_hover"),
    ("rail_text_sel", "rail"),
    ("rail_text_sel", "rail_sel"),
    ("rail_chosen", "rail_sel"),
]
EDGE_PAIRS = [
    *(("focus", ground) for ground in GROUNDS),
    *(("border_strong", ground) for ground in ("surface", "win", "sunken")),
    ("rail_text_sel", "rail"),
    ("gold", "rail_sel"),
    ("primary", "surface"),
    ("on_primary", "primary"),
    ("text", "win"),
]


def luminance(color: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_stands_out_from_its_ground(scheme: str) -> None:
    theme = Theme(scheme)
    weak = {pair: contrast(*map(theme.hex, pair)) for pair in TEXT_PAIRS}
    assert {pair: round(ratio, 2) for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_border_and_ring_stands_out_from_its_ground(scheme: str) -> None:
    theme = Theme(scheme)
    weak = {pair: contrast(*map(theme.hex, pair)) for pair in EDGE_PAIRS}
    assert {pair: round(ratio, 2) for pair, ratio in weak.items() if ratio < 3} == {}


def test_the_high_contrast_scheme_gives_at_least_seven_to_one_for_words() -> None:
    theme = Theme("contrast")
    assert min(contrast(theme.hex(text), theme.hex(ground)) for text, ground in TEXT_PAIRS) >= 4.5
    assert contrast(theme.hex("text"), theme.hex("surface")) >= 7
    assert contrast(theme.hex("text2"), theme.hex("sel")) >= 7


@pytest.mark.parametrize("label", ["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"])
def test_every_tlp_label_can_be_read(label: str) -> None:
    assert contrast(*load_tokens().tlp[label]) >= 4.5


def test_an_unknown_tlp_label_looks_like_the_strictest() -> None:
    theme = Theme()
    assert theme.tlp("TLP:PURPLE") == theme.tlp("TLP:RED")


def test_all_schemes_name_the_same_colours() -> None:
    tokens = load_tokens()
    assert tokens.light.keys() == tokens.dark.keys() == tokens.contrast.keys()
    everything = [*tokens.light.values(), *tokens.dark.values(), *tokens.contrast.values()]
    assert all(re.fullmatch(r"#[0-9A-F]{6}", value) for value in everything)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_style_sheet_has_no_colour_that_is_not_a_token(scheme: str) -> None:
    theme = Theme(scheme)
    sheet = build_style_sheet(theme.colors, theme.px, theme.tokens.text_px)
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", sheet)) <= set(theme.colors.values())
    assert not re.search(r"[$@%]", sheet)


def test_a_name_that_no_token_has_is_an_error_not_a_silent_gap() -> None:
    tokens = load_tokens()
    with pytest.raises(KeyError):
        build_style_sheet({}, round, tokens.text_px)


def test_the_style_sheet_scales_every_length_but_hairlines() -> None:
    one, two = Theme("light", 1.0), Theme("light", 2.0)
    small = build_style_sheet(one.colors, one.px, one.tokens.text_px)
    large = build_style_sheet(two.colors, two.px, two.tokens.text_px)
    pairs = list(zip(re.findall(r"(\d+)px", small), re.findall(r"(\d+)px", large), strict=True))
    assert len(pairs) > 40
    # What makes room for a ring beside a hairline grows by a pixel less or more.
    assert all(abs(int(after) - 2 * int(before)) <= 2 or before == after == "1" for before, after in pairs)


def test_an_unknown_scheme_is_refused_and_a_scale_is_kept_within_bounds() -> None:
    with pytest.raises(ValueError, match="sepia"):
        Theme("sepia")
    assert Theme("light", 9.0).scale == 2.0
    assert Theme("light", 0.2).scale == 1.0


def test_lengths_and_fonts_follow_the_scale() -> None:
    theme = Theme("light", 1.5)
    assert (theme.control("control"), theme.control("row"), theme.space("m")) == (54, 138, 18)
    assert theme.font("h1").pixelSize() == 36
    assert theme.px(0) == 0
    assert theme.px(0.1) == 1


def test_applying_a_theme_sets_palette_font_and_sheet_and_says_so(qapp: QApplication, look: Look) -> None:
    heard: list[str] = []

    def hear() -> None:
        heard.append(current_theme().scheme)

    theme_changed().connect(hear)
    try:
        theme = apply_theme(qapp, "dark", 1.25)
    finally:
        theme_changed().disconnect(hear)
    assert heard == ["dark"]
    assert current_theme() is theme
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == theme.hex("win")
    assert qapp.font().pixelSize() == round(14 * 1.25)
    assert theme.hex("border_strong") in qapp.styleSheet()
    look()
