"""Commands on records: what they print, in both forms, and the exit codes."""

from __future__ import annotations

import io

import pytest

from tests.cli.conftest import Commands
from tests.support.desk import PASSPHRASE

LOST = "00" * 16


def test_a_case_is_opened_and_its_id_is_all_that_is_printed(tahaluf: Commands) -> None:
    result = tahaluf("case", "new", "--title", "Réseau de Saint-Louis", "--set", "countries=sn, fr", "--set", "tlp=red")
    assert (result.code, result.err) == (0, "")
    record = result.out.strip()
    assert len(bytes.fromhex(record)) == 16
    shown = tahaluf.json("show", record)
    assert shown["fields"]["countries"]["elements"] == ["FR", "SN"]
    assert shown["fields"]["tlp"]["values"][0]["value"] == "TLP:RED"
    assert shown["readers"] == ["AE", "FR", "SN"]


def test_the_readers_of_a_case_can_be_named(tahaluf: Commands) -> None:
    record = tahaluf.case("Un", "--members", "it,ma")
    assert tahaluf.json("show", record)["readers"] == ["IT", "MA", "SN"]
    refused = tahaluf("case", "new", "--title", "Un", "--members", "XX")
    assert refused.code == 1
    assert "XX is not a member" in refused.err


def test_a_record_is_written_shown_and_found(tahaluf: Commands) -> None:
    case = tahaluf.case("Pirogue de Mbour")
    person = tahaluf.json("record", "new", "person", "--space", case, "--set", "name=محمد الأمين")["record"]
    assert tahaluf.json("set", person, "phones", "+221 77 123 45 67, +971 50 123 4567")["changed"]
    assert tahaluf.json("search", "221771234567")["rows"][0]["id"] == person
    assert tahaluf.json("search", "mbour", "--type", "case")["rows"][0]["id"] == case
    assert tahaluf.json("search", "nothing of the kind") == {"count": 0, "rows": []}
    assert [row["id"] for row in tahaluf.json("list", "person", "--space", case)["rows"]] == [person]


def test_setting_what_stands_there_already_changes_nothing(tahaluf: Commands) -> None:
    case = tahaluf.case("Un")
    answer = tahaluf.json("set", case, "title", "Un")
    assert (answer["record"], answer["changed"], answer["unsent"]) == (case, False, 1)


def test_a_long_value_comes_by_the_standard_input(tahaluf: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    case = tahaluf.case("Un")
    text = "ligne\n" * 10_000
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert tahaluf("set", case, "summary", "-").code == 0
    assert tahaluf.json("show", case)["fields"]["summary"]["text"] == text


def test_the_history_says_who_what_and_when(tahaluf: Commands) -> None:
    case = tahaluf.case("Un")
    tahaluf("set", case, "title", "Deux")
    log = tahaluf.json("log", case, "--field", "title")
    assert log["record"] == case
    assert [(entry["operation"], entry["value"], entry["before"]) for entry in log["entries"]] == [
        ("set", "Deux", ["Un"]),
        ("set", "Un", []),
    ]
    assert log["entries"][0]["author"]["officer"] == "Awa Diop"
    assert not log["entries"][0]["sent"]
    people = tahaluf("log", case)
    assert people.code == 0
    assert "Awa Diop, SN (Dakar 1)" in people.out
    assert "Un → Deux" in people.out


def test_the_bin_and_the_way_back(tahaluf: Commands) -> None:
    case = tahaluf.case("Un")
    assert tahaluf.json("delete", case)["changed"]
    assert tahaluf.json("list", "case")["count"] == 0
    assert tahaluf.json("list", "case", "--deleted")["count"] == 1
    assert tahaluf.json("restore", case)["changed"]
    assert tahaluf.json("list", "case")["count"] == 1


def test_undo_and_redo_from_one_command_to_the_next(tahaluf: Commands) -> None:
    case = tahaluf.case("Un")
    tahaluf("set", case, "title", "Deux")
    assert tahaluf.json("undo")["record"] == case
    assert tahaluf.json("show", case)["fields"]["title"]["values"][0]["value"] == "Un"
    assert tahaluf.json("redo")["record"] == case
    refused = tahaluf("redo", "--json")
    assert (refused.code, refused.json["error"]) == (1, "nothing_to_redo")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("show", LOST), "unknown_record"),
        (("log", "nonsense"), "unknown_record"),
        (("set", LOST, "title", "x"), "unknown_record"),
        (("delete", "../../etc/passwd"), "unknown_record"),
        (("list", "submarine"), "unknown_type"),
        (("record", "new", "submarine", "--space", LOST), "unknown_type"),
        (("record", "new", "person", "--space", LOST, "--set", "name=x"), "unknown_space"),
        (("case", "new", "--title", ""), "required"),
        (("case", "new", "--title", "x", "--set", "tlp=PINK"), "not_in_list"),
        (("case", "new", "--title", "x", "--set", "due=tomorrow"), "malformed_date"),
        (("case", "new", "--title", "x", "--set", "religion=x"), "unknown_field"),
        (("case", "new", "--title", "x", "--set", "novalue"), "not_a_pair"),
        (("case", "new", "--title", "x" * 307_200), "too_long"),
        (("case", "new", "--title", "a\x00b"), "forbidden_character"),
        (("case", "new", "--title", "a\udcffb"), "forbidden_character"),
        (("conflicts", "--json"), None),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_code_and_a_sentence(
    tahaluf: Commands, words: tuple[str, ...], error: str | None
) -> None:
    result = tahaluf(*words) if error is None else tahaluf(*words, "--json")
    if error is None:
        assert (result.code, result.json) == (0, {"conflicts": []})
        return
    assert result.code == 1
    assert result.json["error"] == error
    assert result.json["message"] == result.err.strip()
    assert len(result.err) < 500
    assert tahaluf.json("list", "case")["count"] == 0, "nothing was written"


def test_a_field_without_conflict_is_not_resolved(tahaluf: Commands) -> None:
    case = tahaluf.case("Un")
    result = tahaluf("resolve", case, "title", "Deux", "--json")
    assert (result.code, result.json["error"]) == (1, "no_conflict")


HOSTILE = "<script>alert(1)</script> evil\u202egpj.exe \u2066x\u2069 \u0085 é"


def test_the_terminal_obeys_nothing_that_a_record_holds(tahaluf: Commands) -> None:
    title = HOSTILE.replace("\u0085", "")
    case = tahaluf.case(title)
    tahaluf("set", case, "summary", "ligne un\nligne deux")
    for words in (("show", case), ("list", "case"), ("log", case), ("search", "evil")):
        out = tahaluf(*words).out
        assert "[U+202E]" in out
        assert "<script>" in out
        assert not any(ord(each) < 32 and each != "\n" for each in out)
        assert not set(out) & set("\u202e\u2066\u2067\u2068\u2069\x85\x1b")


def test_json_holds_the_value_as_it_is_stored_and_no_raw_control(tahaluf: Commands) -> None:
    title = HOSTILE.replace("\u0085", "")
    case = tahaluf.case(title)
    result = tahaluf("show", case, "--json")
    assert result.json["fields"]["title"]["values"][0]["value"] == title
    assert "\u202e" not in result.out
    assert "\\u202e" in result.out
    assert "é" in result.out, "the rest is not escaped"


def test_people_are_answered_in_the_language_of_the_desk(tahaluf: Commands) -> None:
    case = tahaluf.case("Un")
    french, english = tahaluf("show", case, language="fr"), tahaluf("show", case, language="en")
    assert "Dossier" in french.out
    assert "Case" in english.out
    assert tahaluf("show", LOST, language="ar").err != tahaluf("show", LOST).err


def test_a_search_after_a_new_folding_misses_nothing(tahaluf: Commands) -> None:
    record = tahaluf.case("Véhicules volés")
    store = tahaluf.opening.unlock(tahaluf.home, PASSPHRASE)
    with store.connect() as connection, connection.transaction():
        connection.database.run("UPDATE meta SET value = 0 WHERE key = 'fold'")
        connection.database.run("DELETE FROM search")
    store.lock()
    assert [row["id"] for row in tahaluf.json("search", "vehicules")["rows"]] == [record]
