"""Evidence files between two desks and the real secretariat."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.desk import Desk
from desktop.refusals import Refused
from sync.wire.chunks import CHUNK_PLAIN
from tests.support.alliance import Alliance, running_alliance


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat and two desks."""
    with running_alliance(tmp_path) as made:
        yield made


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file of three chunks and a bit."""
    path = tmp_path / "Vidéo du port.mp4"
    path.write_bytes(secrets.token_bytes(3 * CHUNK_PLAIN + 17))
    return path


def shared_case(dakar: Desk, abu_dhabi: Desk) -> str:
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    for desk in (dakar, abu_dhabi):
        desk.sync_once()
    return case


def test_a_file_attached_here_is_fetched_and_verified_there(alliance: Alliance, film: Path, tmp_path: Path) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = shared_case(dakar, abu_dhabi)
    dakar.attach(case, film)
    (mine,) = dakar.files(case)
    assert (mine.name, mine.size, mine.here, mine.sent) == (film.name, film.stat().st_size, True, False)
    dakar.sync_once()
    assert dakar.files(case)[0].sent
    abu_dhabi.sync_once()
    (theirs,) = abu_dhabi.files(case)
    assert (theirs.sha256, theirs.here) == (mine.sha256, False)
    with pytest.raises(Refused, match="file_not_here"):
        abu_dhabi.open_file(case, film.name, tmp_path / "out")
    abu_dhabi.fetch_file(case, film.name)
    assert [move.way for move in abu_dhabi.moves()] == ["fetch"]
    abu_dhabi.sync_once()
    abu_dhabi.open_file(case, film.name, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == film.read_bytes()
    assert abu_dhabi.moves() == []


def test_no_plain_byte_of_a_file_is_in_the_home_or_at_the_server(alliance: Alliance, tmp_path: Path) -> None:
    marker = b"MARKER-" + secrets.token_hex(16).encode()
    path = tmp_path / "x.bin"
    path.write_bytes(marker * 1_000)
    dakar, abu_dhabi = alliance.desks()
    dakar.attach(shared_case(dakar, abu_dhabi), path)
    dakar.sync_once()
    for folder in (alliance.dakar.home, alliance.server.data):
        for each in folder.rglob("*"):
            assert not each.is_file() or marker not in each.read_bytes(), each
            assert path.name not in each.name


def test_a_file_that_was_altered_on_the_disk_is_not_given_and_is_fetched_again(
    alliance: Alliance, film: Path, tmp_path: Path
) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = shared_case(dakar, abu_dhabi)
    dakar.attach(case, film)
    dakar.sync_once()
    (sealed,) = [each for each in (alliance.dakar.home / "blobs").iterdir() if each.suffix != ".m"]
    data = bytearray(sealed.read_bytes())
    data[2 * CHUNK_PLAIN] ^= 1
    sealed.write_bytes(data)
    with pytest.raises(Refused, match="file_damaged"):
        dakar.open_file(case, film.name, tmp_path / "out")
    assert [each.name for each in tmp_path.iterdir() if "out" in each.name] == []
    dakar.fetch_file(case, film.name)
    dakar.sync_once()
    dakar.open_file(case, film.name, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == film.read_bytes()


def test_an_empty_file_is_a_file(alliance: Alliance, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    dakar, abu_dhabi = alliance.desks()
    case = shared_case(dakar, abu_dhabi)
    dakar.attach(case, tmp_path / "empty")
    dakar.open_file(case, "empty", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b""


def test_a_file_that_has_anothers_id_for_a_name_does_not_pass_for_it(
    alliance: Alliance, film: Path, tmp_path: Path
) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = shared_case(dakar, abu_dhabi)
    dakar.attach(case, film)
    (true,) = dakar.files(case)
    for _turn in range(6):  # in whatever order a set is read
        false = tmp_path / true.id
        false.write_bytes(secrets.token_bytes(10))
        dakar.attach(case, false)
    dakar.open_file(case, true.id, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == film.read_bytes()


def test_a_file_that_its_record_refuses_is_not_kept(
    alliance: Alliance, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = shared_case(dakar, abu_dhabi)

    def refuse(*_: object) -> None:
        raise Refused("read_only")

    monkeypatch.setattr(type(dakar), "add_element", refuse)
    with pytest.raises(Refused, match="read_only"):
        dakar.attach(case, film)
    assert dakar.moves() == []
    assert list((alliance.dakar.home / "blobs").iterdir()) == []


def at_server(alliance: Alliance) -> int:
    """How many chunks and manifests the server keeps."""
    return len([each for each in (alliance.server.data / "chunks").glob("??/*") if each.is_file()])


def test_a_file_that_is_taken_out_for_good_is_deleted_at_the_server_too(alliance: Alliance, film: Path) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = shared_case(dakar, abu_dhabi)
    dakar.attach(case, film)
    dakar.sync_once()
    abu_dhabi.sync_once()
    assert at_server(alliance) > 1
    dakar.drop_file(case, film.name)
    assert (dakar.files(case), dakar.moves()) == ([], [])
    assert list((dakar.store.home / "blobs").iterdir()) == []
    dakar.sync_once()
    abu_dhabi.sync_once()
    assert at_server(alliance) == 0
    assert abu_dhabi.files(case) == []


def test_the_files_of_a_record_that_is_recalled_are_deleted_at_the_server_too(alliance: Alliance, film: Path) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = shared_case(dakar, abu_dhabi)
    dakar.attach(case, film)
    dakar.sync_once()
    abu_dhabi.sync_once()
    dakar.recall(case, "Sent to the wrong desk")
    dakar.sync_once()
    assert at_server(alliance) == 0
