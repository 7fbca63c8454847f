"""Names that files get on the disk: suggested from what came from outside, and never more than a name."""

from __future__ import annotations

import pytest

from desktop.casework.attachments import safe_file_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Vidéo du port.mp4", "Vidéo du port.mp4"),
        ("تسجيل هاتفي.m4a", "تسجيل هاتفي.m4a"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\x.dll", "C__Windows_x.dll"),
        (".bashrc", "bashrc"),
        ("~root", "root"),
        ("--help", "help"),
        ("..", "file"),
        ("", "file"),
        ("CON.txt", "_CON.txt"),
        ("con .txt", "_con .txt"),
        ("report.exe. . ", "report.exe"),
        ("photo\u202egpj.exe", "photo gpj.exe"),
        ("a\x00b\nc.txt", "a b c.txt"),
    ],
)
def test_a_suggested_name_is_no_path_no_device_and_hides_nothing(name: str, safe: str) -> None:
    assert safe_file_name(name) == safe


def test_a_long_name_keeps_its_end_and_fits_on_a_disk() -> None:
    safe = safe_file_name("ش" * 300 + ".mp4")
    assert safe.endswith(".mp4")
    assert 150 < len(safe.encode()) <= 200
