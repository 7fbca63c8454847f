"""Passphrases from a file or from the terminal; never from an argument, where every process could read it."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from desktop.refusals import Refused
from i18n import _

MAX_BYTES = 4096


def read_passphrase(path: Path | None, prompt: str = "", *, twice: bool = False) -> str:
    """The file's first line, or what is typed. Raises Refused: file_unreadable, no_terminal, passphrases_differ."""
    if path is not None:
        return _from_file(path)
    if not sys.stdin.isatty():
        raise Refused("no_terminal")
    try:
        typed = getpass.getpass((prompt or _("Passphrase")) + ": ")
        if twice and getpass.getpass(_("The same passphrase again") + ": ") != typed:
            raise Refused("passphrases_differ")
    except EOFError as wrong:
        raise Refused("no_terminal") from wrong
    return typed


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_BYTES).decode()
    except (OSError, UnicodeDecodeError) as wrong:
        raise Refused("file_unreadable", path=str(path)) from wrong
    return text.split("\n", 1)[0].rstrip("\r")
