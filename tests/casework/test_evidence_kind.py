"""What a file is by its content, and names that say something else."""

from __future__ import annotations

import pytest

from desktop.casework.evidence_kind import disagrees, family_of, kind_label, kind_of

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
EXE = b"MZ\x90\0" + b"\0" * 400
PDF = b"%PDF-1.7\n%abc"
ZIP = b"PK\x03\x04" + b"\0" * 60


@pytest.mark.parametrize(
    ("name", "head", "family", "wrong"),
    [
        ("a.jpg", JPEG, "image", False),
        ("a.JPEG", JPEG, "image", False),
        ("a.png", JPEG, "image", True),
        ("a.jpg", EXE, "other", True),
        ("a.exe", EXE, "other", False),
        ("report.pdf", PDF, "pdf", False),
        ("report.txt", PDF, "pdf", True),
        ("report.pdf", b"hello", "text", True),
        ("report.exe", b"hello", "text", True),
        ("notes", b"hello", "text", False),
        ("notes.txt", "قضية".encode(), "text", False),
        ("data.csv", b"a;b\n1;2\n", "text", False),
        ("a.docx", ZIP, "other", False),
        ("a.jpg", ZIP, "other", True),
        ("a.qqqq", b"\0\1\2", "other", False),
        ("a.jpg", b"\0\1\2", "other", True),
        ("evil\u202egpj.exe", EXE, "other", False),
        ("2026.11.24", JPEG, "image", False),
    ],
)
def test_content_decides_and_a_name_that_says_otherwise_is_found(
    name: str, head: bytes, family: str, wrong: bool
) -> None:
    kind = kind_of(head)
    assert family_of(kind) == family
    assert disagrees(name, kind) is wrong


def test_a_drawing_that_can_hold_scripts_is_shown_as_text_only() -> None:
    assert family_of(kind_of(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")) == "text"


def test_kinds_have_names_and_unknown_ones_stay_as_they_are() -> None:
    assert kind_label("image/jpeg") == "JPEG picture"
    assert kind_label("video/mp4") == "Video (mp4)"
    assert kind_label("application/x-odd") == "application/x-odd"
