"""Tables from elsewhere: encodings, separators, columns, rows that are refused, formulas that stay text."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.casework import csv_import
from desktop.casework.csv_import import (
    BadTable,
    harmless,
    is_computed,
    judge,
    read_table,
    suggest,
    write_refused,
)
from desktop.casework.record_types import RecordTypes
from i18n import set_language

PERSON = RecordTypes.load()["person"]
ARABIC = "الاسم;تاريخ الميلاد;الجنسيات\nمحمد الأمين بن صالح;1980-05;SN\nفاطمة الزهراء;1991;MA\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (ARABIC.encode("utf-8"), "utf-8"),
        (b"\xef\xbb\xbf" + ARABIC.encode("utf-8"), "utf-8"),
        (ARABIC.encode("utf-16"), "utf-16"),
        (ARABIC.encode("windows-1256"), "windows-1256"),
    ],
)
def test_an_arabic_table_is_read_whatever_its_encoding(data: bytes, encoding: str) -> None:
    table = read_table(data)
    assert (table.encoding, table.delimiter) == (encoding, ";")
    assert table.rows[0][0] == "محمد الأمين بن صالح"
    mapping = suggest(table.header, PERSON)
    assert mapping == {0: "name", 1: "birth_date", 2: "nationality"}
    assert [each.refused for each in judge(table, mapping, PERSON)] == ["", ""]


def test_a_western_table_is_read_and_its_columns_found_in_french() -> None:
    data = "Nom,Date de naissance,Téléphone\r\nDupré,1980,+33 1 23\r\n".encode("windows-1252")
    table = read_table(data)
    assert table.rows == (("Dupré", "1980", "+33 1 23"),)
    assert suggest(table.header, PERSON)[0] == "name"
    assert suggest(("birth date", "Birth_Date"), PERSON) == {0: "birth_date"}
    assert suggest(("colour of the eyes",), PERSON) == {}


def test_quotes_newlines_and_short_rows_are_kept_in_their_place() -> None:
    table = read_table(b'name,address\n"BEN ""K"" SALAH","1, rue\nde Dakar"\nONLY\n\nLAST,x,too many\n')
    assert table.rows == (('BEN "K" SALAH', "1, rue\nde Dakar"), ("ONLY", ""), ("LAST", "x"))
    assert table.lines == (2, 4, 6)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "table_empty"),
        (b"name\n", "table_empty"),
        (b'name\n"never closed\n', "table_unreadable"),
        (b"name\n" + b"x\n" * 101, "table_too_many_rows"),
        (b"x" * 2_001, "table_too_large"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_import, "MAX_ROWS", 100)
    monkeypatch.setattr(csv_import, "MAX_BYTES", 2_000)
    with pytest.raises(BadTable) as refused:
        read_table(data)
    assert refused.value.code == code


def test_a_named_encoding_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadTable):
        read_table(b"name\n\xff\xfe\xfa", "utf-8")


def test_a_row_that_is_wrong_says_why_and_the_others_go_on() -> None:
    set_language("en")
    table = read_table(b"name,birth_date,gender\nA,1980-13,male\n,1980,male\nC,1980,purple\nD,1980-02-29,Male\n")
    judged = list(judge(table, suggest(table.header, PERSON), PERSON))
    assert [each.line for each in judged if each.refused] == [2, 3, 4]
    assert "1980-13 is not a date" in judged[0].refused
    assert "Name: this is needed" in judged[1].refused
    assert "purple is not in the list" in judged[2].refused
    assert judged[3].values["birth_date"] == "1980-02-29"
    assert judged[3].values["gender"] == "male"
    assert judged[3].values["tlp"] == "TLP:AMBER"


def test_formulas_stay_text_and_cannot_run_from_the_file_of_refused_rows() -> None:
    table = read_table(b'name,birth_date\n"=HYPERLINK(""http://x"")",1980\n"@SUM(A1)",never\n+221 77 123,1980\n')
    mapping = suggest(table.header, PERSON)
    judged = list(judge(table, mapping, PERSON))
    assert judged[0].values["name"] == '=HYPERLINK("http://x")'
    assert [each.computed for each in judged] == [1, 1, 0]
    written = write_refused(judged, table, "Line", "Reason")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
    assert rows[0] == ["Line", "Reason", "name", "birth_date"]
    assert len(rows) == 2
    assert rows[1][2:] == ["'@SUM(A1)", "never"]


def test_phone_numbers_are_no_formulas() -> None:
    assert not is_computed("+221 77 123-45-67")
    assert not is_computed("-17.44")
    assert is_computed("+cmd|' /C calc'!A0")
    assert harmless("plain") == "plain"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        table = read_table(data)
    except BadTable:
        return
    assert all(len(row) == len(table.header) for row in table.rows)
    for each in judge(table, suggest(table.header, PERSON), PERSON):
        assert bool(each.values) != bool(each.refused)
