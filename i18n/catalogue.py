"""The catalogues: `python -m i18n.catalogue extract|update|compile|check`.

extract writes the template from the sources, update brings each language's .po up to it (keeping the translations of
messages that are still there), compile writes the .mo files. The .mo files are committed, so that a clone runs at once.
check fails if any of these is stale, if a message has no translation or a fuzzy one, if placeholders differ, or if a
message can never be extracted. Output is the same every time: no dates, no line numbers, the plural rule from CLDR.
A new language is a new folder under `catalogues/`, then update, then translations.
"""

from __future__ import annotations

import io
import re
import string
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeGuard

import babel
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, write_po
from babel.plural import PluralRule, to_gettext

from i18n import extraction
from i18n.bidi import BIDI_CONTROLS
from i18n.locales import LANGUAGES, SOURCE
from i18n.translations import DOMAIN

ROOT = Path(__file__).resolve().parent.parent
TRANSLATED = tuple(code for code in LANGUAGES if code != SOURCE)
_TAGS = ("zero", "one", "two", "few", "many", "other")
_BREAKS = re.compile(r" [:;?!»]|« ")
_WORDS_FOR_NUMBERS = frozenset({"zero", "one", "two"})  # plural forms that may leave the figure out


class PlainCatalog(Catalog):
    """A catalogue whose header says what gettext needs and nothing that changes from day to day."""

    def __init__(self, language: str = "") -> None:
        self.rule = plural_rule(language) if language else None
        super().__init__(locale=language or None, domain=DOMAIN, header_comment="", fuzzy=False)

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Language, plural forms and encoding."""
        headers = [("Project-Id-Version", "tahaluf"), ("MIME-Version", "1.0")]
        if self.rule is not None:
            headers += [("Language", str(self.locale)), ("Plural-Forms", to_gettext(self.rule))]
        return [*headers, ("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]

    @mime_headers.setter
    def mime_headers(self, _read: object) -> None:
        """What a file's header says is compared by `check`, never taken over."""

    @property
    def num_plurals(self) -> int:
        """How many forms a plural message has."""
        return len(plural_tags(self.rule)) if self.rule else 2


def plural_rule(language: str) -> PluralRule:
    """CLDR's plural rule for the whole numbers that people read here, 0 to 1000 and on.

    French, Italian and Spanish also have "many", for exact millions («un million de dossiers»), Slovak for fractions.
    Numbers are whole and shown in figures, where it reads as "other"; gettext cannot write the rules of either.
    """
    whole = babel.Locale(language).plural_form
    needed = {whole(count) for count in range(1001)}
    return PluralRule({tag: rule for tag, rule in whole.rules.items() if tag in needed})


def plural_tags(rule: PluralRule) -> list[str]:
    """The category of msgstr[0], msgstr[1] … as gettext numbers them."""
    return [tag for tag in _TAGS if tag in rule.tags or tag == "other"]


def template(root: Path = ROOT) -> PlainCatalog:
    """The messages of the sources."""
    found = PlainCatalog()
    for name, message, context in extraction.messages(root):
        found.add(message, None, locations=[(name, 0)], context=context)
    for entry in found:
        entry.locations = sorted(set(entry.locations))
        entry.flags.discard("python-format")  # "100 %" is no placeholder here
    return found


def read(language: str, root: Path = ROOT) -> PlainCatalog:
    """A language's catalogue as it is on disk; empty if there is none."""
    found = PlainCatalog(language)
    path = po_path(language, root)
    if path.exists():
        with path.open("rb") as stream:
            PoFileParser(found, ignore_obsolete=True, abort_invalid=True).parse(stream)
    return found


def updated(language: str, wanted: PlainCatalog, root: Path = ROOT) -> PlainCatalog:
    """The messages of the template with the translations that the language already has; no guessing."""
    had, result = read(language, root), PlainCatalog(language)
    for message in wanted:
        if not message.id:
            continue
        known = had.get(_singular(message), message.context)
        same = known is not None and bool(known.pluralizable) == bool(message.pluralizable)
        text = known.string if known is not None and same else None
        flags = {"fuzzy"} if known is not None and known.fuzzy else set()
        result.add(message.id, text, locations=message.locations, flags=flags, context=message.context)
    for message in result:
        message.flags.discard("python-format")
    return result


def po_bytes(catalogue: PlainCatalog) -> bytes:
    """The .po or .pot file."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=0, sort_output=True, include_lineno=False)
    return stream.getvalue().strip(b"\n") + b"\n"


def mo_bytes(catalogue: PlainCatalog) -> bytes:
    """The .mo file."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def pot_path(root: Path = ROOT) -> Path:
    """Where the template is."""
    return root / "i18n" / "catalogues" / f"{DOMAIN}.pot"


def po_path(language: str, root: Path = ROOT) -> Path:
    """Where a language's translations are; the compiled ones beside them."""
    return root / "i18n" / "catalogues" / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def check(root: Path = ROOT) -> Iterator[str]:
    """Everything that is wrong, a line each."""
    yield from extraction.lint(root)
    wanted = template(root)
    yield from _stale(pot_path(root), po_bytes(wanted))
    for language in TRANSLATED:
        fresh = updated(language, wanted, root)
        path = po_path(language, root)
        yield from _stale(path, po_bytes(fresh))
        yield from _stale(path.with_suffix(".mo"), mo_bytes(fresh))
        for message in fresh:
            if message.id:
                found = [*faults(message, fresh.rule), *(broken_lines(message) if language == "fr" else ())]
                yield from (f"{language}: {_singular(message)!r}: {fault}" for fault in found)


def faults(message: Message, rule: PluralRule | None) -> Iterator[str]:
    """What is wrong with one translation: missing, fuzzy, other placeholders, other spaces around, hidden controls."""
    if message.fuzzy:
        yield "is marked fuzzy"
    forms = [form or "" for form in message.string] if _is_many(message.string) else [str(message.string or "")]
    tags = plural_tags(rule) if rule and message.pluralizable else ["other"]
    if len(forms) != len(tags) or not all(forms):
        yield "is not translated"
        return
    source = message.id[1] if _is_many(message.id) else str(message.id)
    for tag, form in zip(tags, forms, strict=True):
        missing = placeholders(source) - placeholders(form)
        added = placeholders(form) - placeholders(source)
        if added or (missing and not (message.pluralizable and tag in _WORDS_FOR_NUMBERS and len(missing) == 1)):
            yield f"placeholders differ in {form!r}"
        if (source[:1].isspace(), source[-1:].isspace()) != (form[:1].isspace(), form[-1:].isspace()):
            yield f"spaces around differ in {form!r}"
        if any(character in form for character in BIDI_CONTROLS):
            yield f"a direction control is written into {form!r}: isolate what is inserted instead"


def broken_lines(message: Message) -> Iterator[str]:
    """Where French would begin a line with a sign: a space before it, or within quotes, that may break."""
    for form in message.string if _is_many(message.string) else [str(message.string or "")]:
        if _BREAKS.search(form or ""):
            yield f"a space that may break stands at a sign in {form!r}"


def placeholders(text: str) -> set[str]:
    """Names of the `{placeholders}` of a format string; a broken one counts as a placeholder named by its text."""
    try:
        return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}


def _singular(message: Message) -> str:
    return message.id[0] if _is_many(message.id) else str(message.id)


def _is_many(text: object) -> TypeGuard[Sequence[str]]:
    return isinstance(text, tuple | list)


def _stale(path: Path, wanted: bytes) -> Iterator[str]:
    if not path.exists() or path.read_bytes() != wanted:
        yield f"{path.name} of {path.parent.parent.name} is stale: run `python -m i18n.catalogue update`"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def extract() -> None:
    """Write the template."""
    _write(pot_path(), po_bytes(template()))


def update() -> None:
    """Write the template, every .po and every .mo."""
    extract()
    wanted = template()
    for language in TRANSLATED:
        _write(po_path(language), po_bytes(updated(language, wanted)))
    compile_all()


def compile_all() -> None:
    """Write every .mo from its .po."""
    for language in TRANSLATED:
        _write(po_path(language).with_suffix(".mo"), mo_bytes(read(language)))


def main(arguments: list[str]) -> int:
    """Run one of the four commands; 0 done, 1 something is wrong, 2 misuse."""
    match arguments:
        case ["extract"]:
            extract()
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case ["check"]:
            problems = list(check())
            print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
            return 1 if problems else 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
