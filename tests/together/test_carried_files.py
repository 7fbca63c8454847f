"""Evidence files travel in bundles too: split, cut short, damaged, and on to the server by who read them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.casework.carry_views import ALL_FILES, BundleFile, Order
from desktop.desk import Desk
from desktop.refusals import Refused
from desktop.settings import Settings
from sync.wire.chunks import CHUNK_PLAIN
from tests.support.secretariat import Secretariat
from tests.support.stick import StickAlliance, without_server

SIZE = 3 * CHUNK_PLAIN + 17


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[StickAlliance]:
    """Three desks without a server."""
    with without_server(tmp_path) as made:
        yield made


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file of four chunks."""
    path = tmp_path / "film.mp4"
    path.write_bytes(random.Random(7).randbytes(SIZE))
    return path


@pytest.fixture
def evidence(alliance: StickAlliance, film: Path) -> str:
    """A case of all three with a film of Dakar's."""
    dakar = alliance.desks["SN"]
    case = dakar.new_case({"title": "Nord"}, ("AE", "IT")).record
    dakar.attach(case, film)
    return case


def write(alliance: StickAlliance, *evidence: str, part_bytes: int = 1 << 30, to: str = "AE") -> list[Path]:
    written = alliance.desks["SN"].bundle_write(
        alliance.folder / "stick.tahaluf", Order((to,), everything=True, part_bytes=part_bytes, evidence=evidence)
    )
    return [Path(each) for each in written.files]


def read(alliance: StickAlliance, *files: Path, code: str = "AE") -> BundleFile:
    return alliance.desks[code].bundle_read(list(files)).files[-1]


def opened(desk: Desk, record: str, target: Path) -> bytes:
    desk.open_file(record, "film.mp4", target)
    return target.read_bytes()


def test_a_chosen_file_is_on_the_other_desk_without_a_server(
    alliance: StickAlliance, evidence: str, film: Path, tmp_path: Path
) -> None:
    (size,) = alliance.desks["SN"].bundle_evidence()
    assert (size.name, size.size) == ("film.mp4", SIZE)
    assert read(alliance, *write(alliance)).files == 0
    with pytest.raises(Refused, match="file_not_here"):
        alliance.desks["AE"].open_file(evidence, "film.mp4", tmp_path / "out")
    (stick,) = write(alliance, size.id[:16])
    assert film.read_bytes()[:64] not in stick.read_bytes()
    taken = read(alliance, stick)
    assert (taken.files, taken.chunks, taken.rejected, taken.waiting, taken.problems) == (1, 4, 0, 0, ())
    assert opened(alliance.desks["AE"], evidence, tmp_path / "out") == film.read_bytes()
    again = read(alliance, stick)
    assert (again.files, again.chunks, again.waiting) == (0, 0, 0)


def test_a_file_in_several_parts_goes_on_where_it_was(
    alliance: StickAlliance, evidence: str, film: Path, tmp_path: Path
) -> None:
    files = write(alliance, ALL_FILES, part_bytes=CHUNK_PLAIN)
    assert len(files) >= 4
    assert read(alliance, files[-1]).waiting == 1
    assert read(alliance, *files[:2]).files == 0
    assert alliance.desks["AE"].files(evidence)[0].here is False
    alliance.desks["AE"].bundle_read(files[::-1])
    assert opened(alliance.desks["AE"], evidence, tmp_path / "out") == film.read_bytes()


def test_a_stick_that_was_torn_keeps_the_chunks_that_stood_before(
    alliance: StickAlliance, evidence: str, film: Path, tmp_path: Path
) -> None:
    (stick,) = write(alliance, ALL_FILES)
    whole = stick.read_bytes()
    stick.write_bytes(whole[: -CHUNK_PLAIN - 500_000])
    torn = read(alliance, stick)
    assert (torn.files, torn.chunks, torn.problems) == (0, 1, ("bundle_damaged",))
    stick.write_bytes(whole)
    assert read(alliance, stick).chunks == 3
    assert opened(alliance.desks["AE"], evidence, tmp_path / "out") == film.read_bytes()


def test_a_file_of_another_case_is_not_carried(alliance: StickAlliance, film: Path) -> None:
    dakar = alliance.desks["SN"]
    dakar.attach(dakar.new_case({"title": "Sud"}, ("IT",)).record, film)
    (size,) = dakar.bundle_evidence()
    with pytest.raises(Refused, match="file_not_in_bundle"):
        write(alliance, size.id)
    (stick,) = write(alliance, ALL_FILES)
    assert stick.stat().st_size < CHUNK_PLAIN


def test_who_read_the_file_brings_it_to_the_others(
    alliance: StickAlliance, evidence: str, film: Path, tmp_path: Path
) -> None:
    read(alliance, *write(alliance, ALL_FILES))
    secretariat = Secretariat(tmp_path / "secretariat")
    secretariat.admit(*alliance.ministries.values())
    with secretariat:
        for code in ("AE", "IT"):
            home = alliance.homes[code]
            Settings(home.home, home.profile).set(server_url=secretariat.url)
            alliance.desks[code].sync_once()
        rome = alliance.desks["IT"]
        assert alliance.desks["AE"].files(evidence)[0].sent is True
        rome.fetch_file(evidence, "film.mp4")
        rome.sync_once()
        assert opened(rome, evidence, tmp_path / "out") == film.read_bytes()
