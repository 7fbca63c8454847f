"""What comes from elsewhere cannot turn the line around it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from i18n.bidi import BIDI_CONTROLS, FSI, LRI, PDI, isolate, ltr, neutralise, one_line, strip_isolates

SPOOFS = [
    ("evil\u202egpj.exe", "evil[U+202E]gpj.exe"),
    ("\u202e\u202d\u202aabc\u202c\u202c", "[U+202E][U+202D][U+202A]abc[U+202C][U+202C]"),
    ("a\u2069b", "a[U+2069]b"),
    ("\u2067\u2067\u2069", "[U+2067][U+2067][U+2069]"),
    ("\u061c\u200e\u200f", "[U+061C][U+200E][U+200F]"),
    ("a\x00b\x07", "a[U+0000]b[U+0007]"),
    ("x\ud800y", "x[U+D800]y"),
    ("\x9b31m", "[U+009B]31m"),
    ("ab\rc", "ab[U+000D]c"),
]


@pytest.mark.parametrize(("text", "shown"), SPOOFS)
def test_hidden_controls_are_shown(text: str, shown: str) -> None:
    assert neutralise(text) == shown


def test_there_are_twelve_bidi_controls() -> None:
    kinds = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    controls = {chr(c) for c in range(0x110000) if unicodedata.bidirectional(chr(c)) in kinds}
    assert set(BIDI_CONTROLS) == controls | {"\u061c", "\u200e", "\u200f"}
    assert len(BIDI_CONTROLS) == 12


@pytest.mark.parametrize("text", [spoof for spoof, _shown in SPOOFS])
def test_nothing_closes_our_isolate_from_inside(text: str) -> None:
    for shown in (isolate(text), ltr(text)):
        assert shown[0] in (FSI, LRI)
        assert shown.index(PDI) == len(shown) - 1
        assert not set(shown[1:-1]) & set(BIDI_CONTROLS)


def test_text_without_hidden_controls_stays_as_it_is() -> None:
    for text in ("Réseau <b>Sfax</b> & fils", "شبكة تهريب\nسطر ثان\tجدول", "日本語", ""):
        assert neutralise(text) == text


def test_a_code_is_isolated_from_left_to_right_and_other_text_in_its_own_direction() -> None:
    assert ltr("+971 50 123 4567") == f"{LRI}+971 50 123 4567{PDI}"
    assert isolate("قضية") == f"{FSI}قضية{PDI}"
    assert isolate("") == ltr("") == ""


def test_each_line_of_a_text_has_its_own_direction() -> None:
    assert isolate("abc\n\nقضية") == f"{FSI}abc{PDI}\n\n{FSI}قضية{PDI}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("صاحب الخط +39 351 204 88 16 قبل", "صاحب الخط <+39 351 204 88 16> قبل"),
        ("لوحة 188 TU 4021", "لوحة <188 TU 4021>"),
        ("هاتف +33 (0)6 12-34", "هاتف <+33 (0)6 12-34>"),
        ("في 14/06/2026 08:14.", "في <14/06/2026 08:14>."),
        ("الرقم +971501234567", "الرقم <+971501234567>"),
        ("القضية SN-2026-00417", "القضية <SN-2026-00417>"),
        ("سنة 2026، مسار Marseille / طنجة", "سنة 2026، مسار Marseille / طنجة"),
        ("النسخة 14. 15 سجلاً", "النسخة 14. 15 سجلاً"),
        ("Téléphone +39 351 204", "Téléphone +39 351 204"),
    ],
)
def test_numbers_inside_arabic_keep_their_order(text: str, shown: str) -> None:
    assert isolate(text) == f"{FSI}{shown}{PDI}".replace("<", LRI).replace(">", PDI)
    assert strip_isolates(isolate(text)) == text


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="قa1+-. ()/\n\t\u2069\u2066\u202e\u2029", max_size=40))
def test_isolates_are_balanced_on_every_line(text: str) -> None:
    shown = isolate(text)
    assert "\u2029" not in shown
    for line in shown.split("\n"):
        depths = [0]
        for character in line:
            depths.append(depths[-1] + {LRI: 1, FSI: 1, PDI: -1}.get(character, 0))
        assert depths[-1] == 0
        assert all(depth > 0 for depth in depths[1:-1])


def test_hostile_text_takes_no_longer_than_plain_text() -> None:
    # Each of these once took minutes with a pattern that looked ahead; the limit of the test run would end it.
    for piece in ("a ", "a.", "1 (1", "(1) ", "+", "1-"):
        assert isolate("قضية " + piece * 50_000).startswith(FSI)


def test_isolates_come_off_before_text_leaves_the_screen() -> None:
    assert strip_isolates(f"{isolate('a')} · {ltr('+33')}") == "a · +33"


def test_one_line_is_short_safe_and_ends_in_an_ellipsis() -> None:
    assert one_line("a\n  b\tc ") == "a b c"
    assert one_line("x" * 300_000, 20) == "x" * 19 + "…"
    assert one_line("\u202e" * 50, 20).startswith("[U+202E][U+202E]")
    assert len(one_line("\u202e" * 50, 20)) <= 20


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(max_codepoint=0xFFFF), max_size=50))
def test_neutralised_text_holds_no_control(text: str) -> None:
    shown = neutralise(text)
    assert not set(shown) & set(BIDI_CONTROLS)
    assert all(unicodedata.category(c) not in ("Cc", "Cs") or c in "\n\t" for c in shown)
    assert neutralise(shown) == shown


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.integers(min_value=2, max_value=50))
def test_one_line_never_exceeds_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
