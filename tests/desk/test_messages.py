"""Texts of codes: there is one for every code that anything of ours can raise, and it shows nothing that obeys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desktop import messages
from desktop.casework.views import SyncState
from desktop.sentences import SENTENCES
from desktop.store import errors as store_errors
from desktop.store import verify
from i18n import LANGUAGES, set_language
from server.problems import PROBLEMS
from sync import errors as sync_errors
from sync.wire import errors as wire_errors

ROOT = Path(__file__).parents[2]


def codes_of(module: object) -> set[str]:
    return {str(each.code) for each in vars(module).values() if isinstance(each, type) and hasattr(each, "code")}


def codes_in(folder: str, pattern: str) -> set[str]:
    return {code for path in (ROOT / folder).rglob("*.py") for code in re.findall(pattern, path.read_text("utf-8"))}


@pytest.fixture(autouse=True)
def english() -> None:
    """Sentences in the source's language."""
    set_language("en")


def test_what_did_not_verify_is_told_as_something_received_and_what_was_refused_as_ours() -> None:
    codes = codes_of(wire_errors) - {"wire"} | {"fork", "unknown_device"}
    sentences = {code: messages.describe_aside(code, ours=False) for code in codes}
    assert not any("did not verify" in sentence or "sent again" in sentence for sentence in sentences.values())
    assert messages.describe_aside("novelty", ours=False) == "It did not verify (\u2066novelty\u2069)."
    assert messages.describe_aside("not_entitled", ours=True) == messages.describe("not_entitled")


def test_every_code_of_ours_has_its_own_sentence() -> None:
    codes = codes_of(store_errors) | codes_of(sync_errors) | codes_in("desktop", r'Refused\(\s*"(\w+)"')
    assert len(codes) > 40
    assert codes - set(SENTENCES) == set()


def test_every_problem_of_the_secretariat_has_its_own_sentence() -> None:
    codes = set(PROBLEMS) | codes_in("server", r'refused\("(\w+)"') | {"server_data_changed"}
    assert "fork" in codes
    assert codes - set(SENTENCES) == set()
    assert "(\u2066fork\u2069)" in messages.describe("fork")
    assert "directory" in messages.describe("directory_bad_signature")


def test_every_finding_of_a_verification_has_a_text() -> None:
    kinds = set(re.findall(r'note\(\s*"(\w+)"', Path(verify.__file__).read_text("utf-8")))
    assert len(kinds) > 8
    assert kinds <= set(messages._PROBLEMS)
    assert "page 7" in messages.describe_problem("page", "page 7")
    assert "later_kind" in messages.describe_problem("later_kind", "x")


def test_a_parameter_is_shown_isolated_and_never_obeyed() -> None:
    text = messages.describe("file_unreadable", {"path": "evil\u202e{command}\x1b[31m" + "x" * 500})
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "[U+202E]{command}" in text
    assert len(text) < 250


def test_a_missing_parameter_is_a_dash() -> None:
    assert "—" in messages.describe("unknown_member")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_made_in_every_language(language: str) -> None:
    set_language(language)
    for code in SENTENCES:
        text = messages.describe(code, {"at_ms": 1_795_500_000_000})
        assert text
        assert "{" not in text


def test_diagnostics_tell_a_technician_what_is_wrong() -> None:
    state = SyncState("offline", 3, 5, "no_connection", "ConnectTimeout", 9)
    text = messages.diagnostics(state, {"cases": 2}, "https://s.example")
    for piece in ("no_connection", "ConnectTimeout", "https://s.example", "cases 2", "PySide6"):
        assert piece in text
