"""What is built and installed is the whole product: every package, every data file, both commands."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.repository.committed import list_committed

ROOT = Path(__file__).parents[2]
ROOMS = ("desktop", "sync", "server", "i18n")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def list_product_files() -> set[str]:
    """Return the committed files of the four rooms, relative to the root."""
    names = {path.relative_to(ROOT).as_posix() for path in list_committed(ROOT)}
    return {name for name in names if name.split("/")[0] in ROOMS}


def test_every_package_is_listed_by_name() -> None:
    found = {path.parent.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("__init__.py")}
    assert sorted(SETTINGS["tool"]["setuptools"]["packages"]) == sorted(".".join(path.parts) for path in found)


def test_every_python_file_of_the_product_lies_in_a_package() -> None:
    orphans = [name for name in list_product_files() if name.endswith(".py")]
    assert [name for name in orphans if not (ROOT / name).parent.joinpath("__init__.py").exists()] == []


def test_packaging_never_becomes_a_package() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
    spec = importlib.util.find_spec("packaging.version")
    assert spec is not None
    assert "site-packages" in str(spec.origin)


@pytest.mark.parametrize("entry", SETTINGS["project"]["scripts"].values(), ids=SETTINGS["project"]["scripts"].keys())
def test_a_command_leads_to_a_function(entry: str) -> None:
    module, function = entry.split(":")
    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.parametrize("entry", SETTINGS["project"]["scripts"].values(), ids=SETTINGS["project"]["scripts"].keys())
def test_a_command_starts_without_loading_qt(entry: str) -> None:
    code = f"import sys, {entry.partition(':')[0]}; print([name for name in sys.modules if name.startswith('PySide6')])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_wheel_holds_every_committed_file_of_the_product(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    for folder in (*ROOMS, "requirements"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(tree)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("tahaluf-*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert list_product_files() - held == set()
    assert {name.split("/")[0] for name in held} == set(ROOMS)


def read_wanted(name: str) -> set[str]:
    """Return the packages that a list in requirements/ asks for, in the registry's spelling."""
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    names = [re.match(r"[A-Za-z0-9._-]+", line) for line in lines if not line.startswith(("#", "-"))]
    return {re.sub(r"[-_.]+", "-", found[0]).lower() for found in names if found}


@pytest.mark.parametrize(
    ("rooms", "wanted"), [(("desktop", "sync", "i18n"), "desktop.in"), (("server", "sync/wire"), "server.in")]
)
def test_every_library_that_is_imported_is_asked_for(rooms: tuple[str, ...], wanted: str) -> None:
    sources = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    foreign = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - set(ROOMS)
    owners = importlib.metadata.packages_distributions()
    imported = {re.sub(r"[-_.]+", "-", owner).lower() for name in foreign for owner in owners[name]}
    # Of Qt's two wheels, the first brings the second.
    assert imported - {"shiboken6"} - read_wanted(wanted) == set()
