"""The catalogues are whole, fresh and right, and the checks that say so would notice."""

from __future__ import annotations

import gettext
import io
import re
from pathlib import Path

import babel
import pytest
from babel.messages.catalog import Message
from babel.plural import to_gettext

from i18n import catalogue, extraction, set_language, translations_for
from i18n.direction import text_is_rtl

PLURALS = [message for message in catalogue.template() if message.id and message.pluralizable]
COUNTS = (0, 1, 2, 3, 11, 100)
ARABIC = ["zero", "one", "two", "few", "many", "other"]


def test_the_catalogues_are_fresh_whole_and_consistent() -> None:
    assert list(catalogue.check()) == []


@pytest.mark.parametrize("language", catalogue.TRANSLATED)
def test_every_plural_message_has_the_form_of_its_number(language: str) -> None:
    assert PLURALS
    found = catalogue.read(language)
    compiled = translations_for(language)
    rule = catalogue.plural_rule(language)
    tags = catalogue.plural_tags(rule)
    for message in PLURALS:
        assert isinstance(message.id, tuple | list)
        singular, plural = message.id
        entry = found.get(singular, message.context)
        assert entry is not None
        assert isinstance(entry.string, tuple | list)
        for count in COUNTS:
            if message.context:
                shown = compiled.npgettext(message.context, singular, plural, count)
            else:
                shown = compiled.ngettext(singular, plural, count)
            assert shown == entry.string[tags.index(rule(count))]


def test_arabic_tells_six_forms_apart() -> None:
    rule = catalogue.plural_rule("ar")
    assert catalogue.plural_tags(rule) == ARABIC
    assert [rule(count) for count in COUNTS] == ARABIC
    compiled = translations_for("ar")
    shown = [compiled.ngettext("{n} field in conflict", "{n} fields in conflict", count) for count in COUNTS]
    assert len(set(shown)) == 6
    assert shown[2] == "حقلان فيهما تعارض"


@pytest.mark.parametrize("language", catalogue.TRANSLATED)
def test_the_plural_header_in_the_file_is_the_one_made_from_the_rule(language: str) -> None:
    assert to_gettext(catalogue.plural_rule(language)) in catalogue.po_path(language).read_text("utf-8")


@pytest.mark.parametrize("language", [*catalogue.TRANSLATED, "sk", "nl", "he", "pl", "ms", "pt"])
def test_gettext_chooses_the_form_that_the_locale_data_chooses(language: str) -> None:
    header = to_gettext(catalogue.plural_rule(language))
    choose = gettext.c2py(header.split("plural=")[1].rstrip(";"))
    tags = catalogue.plural_tags(catalogue.plural_rule(language))
    cldr = babel.Locale(language).plural_form
    assert [tags[choose(count)] for count in range(1001)] == [cldr(count) for count in range(1001)]


def test_every_placeholder_of_every_message_survives_translation() -> None:
    for language in catalogue.TRANSLATED:
        for message in catalogue.read(language):
            if isinstance(message.id, str) and message.id:
                assert catalogue.placeholders(message.id) == catalogue.placeholders(str(message.string)), message.id


def test_an_arabic_sentence_begins_with_an_arabic_letter() -> None:
    # A label takes its direction from the first letter; what is inserted is isolated and does not count.
    set_language("ar")
    for message in catalogue.read("ar"):
        for form in message.string if isinstance(message.string, tuple | list) else [message.string]:
            words = re.sub(r"\{\w+\}", "", form or "")
            assert not message.id or text_is_rtl(words) or form == message.id, form


def fault(text: str | tuple[str, ...], source: str | tuple[str, str] = "{n} of {total}", **more: object) -> list[str]:
    message = Message(source, text, **more)  # type: ignore[arg-type]
    return list(catalogue.faults(message, catalogue.plural_rule("ar")))


def test_a_translation_that_is_missing_fuzzy_or_different_is_a_fault() -> None:
    assert fault("{n} sur {total}") == []
    assert fault("") == ["is not translated"]
    assert fault("{n} sur {total}", flags=["fuzzy"]) == ["is marked fuzzy"]
    assert "placeholders differ" in fault("{n} sur {tot}")[0]
    assert "placeholders differ" in fault("{n} sur")[0]
    assert "placeholders differ" in fault("{n} sur {total} {")[0]
    assert "spaces around" in fault("{n} sur {total} ")[0]
    assert "direction control" in fault("\u200f{n} sur {total}")[0]


def test_arabic_may_say_one_and_two_in_a_word_but_never_eleven() -> None:
    forms = ("لا شيء", "واحد", "اثنان", "{n} أشياء", "{n} شيئاً", "{n} شيء")
    assert fault(forms, ("{n} thing", "{n} things")) == []
    assert fault((*forms[:4], "شيئاً", forms[5]), ("{n} thing", "{n} things")) != []
    assert fault(forms[:2], ("{n} thing", "{n} things")) == ["is not translated"]


def checkout(root: Path, source: str) -> Path:
    (root / "desktop" / "casework" / "types").mkdir(parents=True)
    (root / "i18n").mkdir()
    (root / "desktop" / "screen.py").write_text(source, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('_(f"Saved by {name}")', "an f-string"),
        ('ngettext("{n} case", f"{n} cases", n)', "an f-string"),
        ('_("Saved by " + name)', "put together"),
        ('_("Saved by {name}".format(name=name))', "format the translation"),
        ('_("Saved by {}")', "placeholders are named"),
        ("_('unclosed", "cannot be read"),
    ],
)
def test_a_message_that_can_never_be_extracted_is_named(tmp_path: Path, source: str, said: str) -> None:
    faults = list(extraction.lint(checkout(tmp_path, source)))
    assert len(faults) == 1
    assert faults[0].startswith("desktop/screen.py:1: ")
    assert said in faults[0]


def test_right_calls_are_left_alone(tmp_path: Path) -> None:
    source = (
        '_("Saved by {name}").format(name=n); ngettext("{n} case", "{n} cases", a + b); _(label); "".format(_("x"))'
    )
    assert list(extraction.lint(checkout(tmp_path, source))) == []


def test_messages_come_from_code_and_from_record_types(tmp_path: Path) -> None:
    root = checkout(tmp_path, 'a = _("One"); b = pgettext("order", "Open"); c = ngettext("{n} x", "{n} xs", 2)')
    types = root / "desktop" / "casework" / "types"
    (types / "boat.toml").write_text('label = "Boat"\nplural = "Boats"\n[[field]]\nlabel = "Flag"\nhelp = "Where?"\n')
    (types / "lists.toml").write_text('[[flags]]\ncode = "x"\nlabel = "Red"\n')
    found = [(message, context) for _name, message, context in extraction.messages(root)]
    assert found == [
        ("Boat", None),
        ("Boats", None),
        ("Flag", None),
        ("Where?", None),
        ("Red", "flags"),
        ("One", None),
        ("Open", "order"),
        (("{n} x", "{n} xs"), None),
    ]


def test_a_catalogue_that_is_behind_its_sources_is_stale(tmp_path: Path) -> None:
    root = checkout(tmp_path, '_("One")')
    said = list(catalogue.check(root))
    assert len([line for line in said if "stale" in line]) == 1 + 2 * len(catalogue.TRANSLATED)
    assert len([line for line in said if "not translated" in line]) == len(catalogue.TRANSLATED)


def test_translations_of_messages_that_are_still_there_are_kept(tmp_path: Path) -> None:
    root = checkout(tmp_path, '_("One"); _("Two")')
    first = catalogue.updated("fr", catalogue.template(root), root)
    kept = first.get("One")
    assert kept is not None
    kept.string = "Un"
    path = catalogue.po_path("fr", root)
    path.parent.mkdir(parents=True)
    path.write_bytes(catalogue.po_bytes(first))
    (root / "desktop" / "screen.py").write_text('_("One"); _("Three")', encoding="utf-8")
    after = catalogue.updated("fr", catalogue.template(root), root)
    assert {message.id: message.string or "" for message in after if message.id} == {"One": "Un", "Three": ""}


def test_the_same_sources_give_the_same_bytes() -> None:
    first, second = (catalogue.template() for _time in range(2))
    assert catalogue.po_bytes(first) == catalogue.po_bytes(second)
    assert b"-Date" not in catalogue.po_bytes(first)
    fresh = catalogue.read("ar")
    assert catalogue.mo_bytes(fresh) == catalogue.mo_bytes(catalogue.read("ar"))
    assert gettext.GNUTranslations(io.BytesIO(catalogue.mo_bytes(fresh))).gettext("Cases") == "القضايا"


def test_the_command_says_what_is_wrong_and_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogue.main(["nonsense"]) == 2
    assert "extract|update|compile|check" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("translation", "breaks"),
    [("Reste : {n}", True), ("Reste\u00a0: {n}", False), ("« mot »", True), ("à 08:14", False), ("Quoi ?", True)],
)
def test_a_french_line_never_begins_with_a_sign(translation: str, breaks: bool) -> None:
    message = Message("Left: {n}", translation)
    assert bool(list(catalogue.broken_lines(message))) == breaks
