"""Every rule about who may import whom catches a violation: one is planted in a copy of the tree for each."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("desktop", "sync", "server", "i18n")

# contract → what breaks it: in which package or module, which import. Each is planted alone in a module of its own.
SEEDS: dict[str, list[tuple[str, str]]] = {
    "desktop-layers": [
        ("desktop.casework", "import desktop.store"),
        ("desktop.casework", "import desktop.profile"),
        ("desktop.store", "import desktop.desk"),
        ("desktop.store", "import desktop.ui.theme"),
        ("desktop.desk", "import desktop.session"),
        ("desktop.desk", "import desktop.cli"),
        ("desktop.session", "import desktop.ui"),
        ("desktop.sync_worker", "import desktop.session"),
        ("desktop.ui", "import desktop.app"),
        ("desktop.ui", "import desktop.cli"),
        ("desktop.app", "import desktop.cli"),
    ],
    "screens-see-only-the-session": [
        ("desktop.ui", "import desktop.store"),
        ("desktop.ui", "import desktop.desk"),
        ("desktop.ui", "import sync.wire"),
        ("desktop.ui", "import server"),
        ("desktop.ui", "import sqlcipher3"),
        ("desktop.ui", "import sqlite3"),
        ("desktop.ui", "import requests"),
        ("desktop.ui", "import urllib3"),
        ("desktop.ui", "import socket"),
        ("desktop.ui", "import keyring"),
        ("desktop.ui", "from nacl.signing import SigningKey"),
        ("desktop.ui", "from cryptography.hazmat.primitives import hashes"),
    ],
    "casework-is-pure": [
        ("desktop.casework", "import sync.transport"),
        ("desktop.casework", "import requests"),
        ("desktop.casework", "import socket"),
        ("desktop.casework", "import sqlite3"),
        ("desktop.casework", "import sqlcipher3"),
        ("desktop.casework", "import keyring"),
        ("desktop.casework", "from PySide6.QtCore import QObject"),
    ],
    "no-window-no-qt": [
        ("desktop.cli", "import desktop.session"),
        ("desktop.desk", "from PySide6 import QtCore"),
        ("desktop.store", "from PySide6 import QtCore"),
        ("desktop.casework", "import desktop.ui.theme"),
        ("sync", "from PySide6 import QtCore"),
        ("server", "from PySide6 import QtCore"),
        ("i18n", "from PySide6 import QtCore"),
    ],
    "sync-knows-no-product": [
        ("sync", "import desktop.casework.views"),
        ("sync", "import server"),
        ("sync", "from i18n import _"),
    ],
    "sync-keeps-no-database": [
        ("sync", "import sqlite3"),
        ("sync", "import sqlcipher3"),
        ("sync", "import keyring"),
    ],
    "wire-stands-alone": [
        ("sync.wire", "import sync.transport"),
        ("sync.wire", "import sync.errors"),
        ("sync.wire", "import desktop"),
        ("sync.wire", "import server"),
        ("sync.wire", "import i18n"),
    ],
    "server-knows-no-desk": [
        ("server", "import desktop.casework.views"),
        ("server", "from i18n import _"),
    ],
    "server-takes-only-the-wire": [
        ("server", "import sync.errors"),
        ("server", "import sync.transport"),
    ],
    "i18n-imports-nobody": [
        ("i18n", "import desktop.casework.views"),
        ("i18n", "import sync.wire"),
        ("i18n", "import server"),
        ("i18n", "import sqlite3"),
        ("i18n", "import requests"),
    ],
    "product-needs-no-tests": [
        ("desktop.desk", "import tests.plugins.logfail"),
        ("sync", "import bench"),
        ("server", "import pytest"),
        ("i18n", "import hypothesis"),
    ],
    "qt-in-four-places": [
        (room, "from PySide6.QtCore import QObject")
        for room in ("desktop.cli", "desktop.desk", "desktop.store", "desktop.casework", "sync", "server", "i18n")
    ],
    "keyring-in-the-store": [
        (room, "import keyring")
        for room in ("desktop.cli", "desktop.desk", "desktop.session", "sync", "server", "i18n")
    ],
    "one-http-seam": [
        (room, "import requests")
        for room in ("desktop.cli", "desktop.desk", "desktop.session", "desktop.store", "sync", "sync.wire", "server")
    ]
    + [("sync", "import urllib3"), ("desktop.desk", "import urllib3")],
    "hpke-in-one-place": [
        (room, "from cryptography.hazmat.primitives import hashes")
        for room in ("desktop.desk", "desktop.store", "sync", "sync.wire", "server")
    ],
    "text-merge-in-one-place": [
        (room, "import pycrdt") for room in ("desktop.casework", "desktop.store", "sync", "server")
    ],
    "babel-in-languages": [
        (room, "from babel.dates import format_date") for room in ("desktop.cli", "desktop.casework", "desktop.ui")
    ],
    "sqlcipher-in-the-store": [
        (room, "import sqlcipher3") for room in ("desktop.cli", "desktop.desk", "desktop.session", "sync", "server")
    ],
    "sqlite-in-the-server": [
        (room, "import sqlite3") for room in ("desktop.cli", "desktop.desk", "desktop.store", "sync", "i18n")
    ],
}


def read_contracts() -> dict[str, str]:
    """Return the name of each contract by its id."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


def lint(tree: Path, *contracts: str) -> tuple[int, str]:
    """Run import-linter on a tree; return its exit code and what it said, on one line."""
    limits = [word for contract in contracts for word in ("--contract", contract)]
    code = "import sys; from importlinter.cli import lint_imports_command as run; run(sys.argv[1:])"
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo", *limits]
    wide = os.environ | {"COLUMNS": "400"}  # a long name must not be cut in two
    ran = subprocess.run(command, cwd=tree, env=wide, capture_output=True, text=True, check=False)
    return ran.returncode, re.sub(r"\s+", " ", ran.stdout + ran.stderr)


def plant(tree: Path, room: str, line: str, number: int) -> str:
    """Add a module with one import to a package, or the import to a module; return the importer's name."""
    folder = tree.joinpath(*room.split("."))
    if folder.is_dir():
        (folder / f"planted_{number}.py").write_text(f"{line}\n", encoding="utf-8")
        return f"{room}.planted_{number}"
    module = folder.with_suffix(".py")
    module.write_text(f"{module.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    return room


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the rooms and of the rules."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "*.ttf", "*.svg"))
    return tmp_path


def test_every_contract_has_a_violation_planted_for_it() -> None:
    assert set(SEEDS) == set(read_contracts())


def test_the_tree_as_it_stands_breaks_no_contract(tree: Path) -> None:
    code, said = lint(tree)
    assert code == 0, said


@pytest.mark.parametrize("contract", SEEDS)
def test_a_planted_violation_breaks_its_contract(tree: Path, contract: str) -> None:
    importers = [plant(tree, room, line, number) for number, (room, line) in enumerate(SEEDS[contract])]
    code, said = lint(tree, contract)
    assert code == 1
    assert f"{read_contracts()[contract]} BROKEN" in said
    missed = [importer for importer in importers if not re.search(rf"{re.escape(importer)}\b", said)]
    assert missed == []


def test_a_new_module_of_the_desktop_must_be_given_its_place(tree: Path) -> None:
    (tree / "desktop" / "stray.py").write_text('"""Nobody said where this belongs."""\n', encoding="utf-8")
    code, said = lint(tree, "desktop-layers")
    assert code == 1
    assert "desktop.stray" in said or "- stray" in said
