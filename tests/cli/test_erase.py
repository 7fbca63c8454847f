"""A desk is destroyed by who knows its passphrase and types its name, and by nobody in passing."""

from __future__ import annotations

import io

import pytest

from tests.cli.conftest import Commands


def test_a_desk_is_destroyed_after_its_name_was_typed(tahaluf: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    case = tahaluf.case("Nord")
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    refused = tahaluf("erase")
    assert refused.code == 1
    assert "1 change was never sent and is lost." in refused.err
    assert "Nothing was destroyed." in refused.err
    assert tahaluf("show", case).code == 0
    name = refused.err.split("type the name of this desk: ")[1].splitlines()[0]
    monkeypatch.setattr("sys.stdin", io.StringIO(name + "\n"))
    done = tahaluf("erase")
    assert (done.code, "were destroyed" in done.out) == (0, True)
    assert not list(tahaluf.home.glob("store*"))
    assert not list(tahaluf.home.glob("vault*"))
    assert tahaluf("show", case, "--json").json["error"] == "erased_officer"


def test_a_script_names_the_desk(tahaluf: Commands) -> None:
    tahaluf.case("Nord")
    assert tahaluf("erase", "--desk", "another").code == 1
    assert list(tahaluf.home.glob("store*"))
