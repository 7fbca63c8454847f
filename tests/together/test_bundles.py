"""Two desks that never see a server work on one case by files on a stick, and later agree with those that do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.casework.carry_views import Order
from desktop.refusals import Refused
from desktop.settings import Settings
from desktop.store.verify import verify
from tests.support.desk import set_up
from tests.support.secretariat import Secretariat
from tests.support.stick import StickAlliance, without_server


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[StickAlliance]:
    """Desks in homes of their own, without a server."""
    with without_server(tmp_path) as made:
        yield made


def test_two_desks_that_never_see_a_server_work_on_one_case(alliance: StickAlliance) -> None:
    dakar, abu_dhabi = alliance.desks["SN"], alliance.desks["AE"]
    case = dakar.new_case({"title": "Nord", "summary": "Saisie."}, ("AE",)).record
    _, read = alliance.carry("SN", "AE")
    assert (read.items, read.taken, read.grants, read.rejected, read.damaged_at) == (2, 2, 1, 0, -1)
    assert (read.officer, read.ministry) == ("Officer SN", "SN")
    assert abu_dhabi.show(case).fields["summary"].text == "Saisie."
    dakar.edit(case, "title", "Sud")
    abu_dhabi.edit(case, "title", "شمال")
    alliance.carry("AE", "SN")
    alliance.carry("SN", "AE")
    for desk in (dakar, abu_dhabi):
        (conflict,) = desk.conflicts()
        assert {value.value for value in conflict.values} == {"Sud", "شمال"}
    assert alliance.states("SN") == alliance.states("AE")
    assert verify(abu_dhabi._connection).ok


def test_the_same_bundle_again_does_nothing(alliance: StickAlliance) -> None:
    alliance.desks["SN"].new_case({"title": "Nord"}, ("AE",))
    alliance.carry("SN", "AE")
    before = alliance.states("AE")
    again = alliance.desks["AE"].bundle_read([alliance.folder / "stick.tahaluf"]).files[0]
    assert (again.items, again.taken, again.applied, again.rejected, again.directories) == (2, 0, 0, 0, 0)
    assert alliance.states("AE") == before


def test_what_a_desk_is_known_to_have_is_left_out_unless_all_is_asked_for(alliance: StickAlliance) -> None:
    case = alliance.desks["SN"].new_case({"title": "Nord"}, ("AE",)).record
    assert alliance.carry("SN", "AE")[0].segments == 1
    assert alliance.carry("AE", "SN")[0].segments == 0
    alliance.desks["SN"].edit(case, "title", "Sud")
    written, read = alliance.carry("SN", "AE")
    assert (written.segments, read.taken) == (1, 1)
    assert alliance.carry("SN", "AE", everything=True)[0].segments == 2


def test_a_bundle_in_several_files_is_read_in_any_order(alliance: StickAlliance) -> None:
    dakar = alliance.desks["SN"]
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    for number in range(3):
        dakar.bundle_write(alliance.folder / "sealed", Order(("IT",)))  # so that each change is in its own segment
        dakar.edit(case, "summary", f"{number} " + secrets.token_hex(90_000))
    written = dakar.bundle_write(alliance.folder / "stick.tahaluf", Order(("AE",), part_bytes=50_000))
    files = [Path(each) for each in written.files]
    assert [each.name for each in files] == ["stick.tahaluf", "stick.2.tahaluf", "stick.3.tahaluf", "stick.4.tahaluf"]
    alone = alliance.desks["AE"].bundle_read(files[1:2]).files[0]
    assert (alone.taken, alone.damaged_at) == (0, -1)
    assert not alliance.desks["AE"].bundle_read(files[:2]).files[1].waiting
    assert alliance.states("AE") != alliance.states("SN")
    read = alliance.desks["AE"].bundle_read(files[::-1])
    assert read.whole
    assert alliance.states("AE") == alliance.states("SN")


def test_a_bundle_cut_short_gives_what_stands_before_and_goes_on_when_it_comes_whole(alliance: StickAlliance) -> None:
    dakar = alliance.desks["SN"]
    cases = [dakar.new_case({"title": "Nord", "summary": secrets.token_hex(90_000)}, ("AE",)).record for _ in range(15)]
    stick = alliance.folder / "stick.tahaluf"
    dakar.bundle_write(stick, Order(("AE",)))
    whole = stick.read_bytes()
    assert len(whole) > 1_000_000
    stick.write_bytes(whole[:-200_000])
    read = alliance.desks["AE"].bundle_read([stick]).files[0]
    assert 0 < read.damaged_at < len(whole) - 200_000
    assert 0 < read.applied < len(cases)
    assert read.problems == ("bundle_damaged",)
    stick.write_bytes(whole)
    rest = alliance.desks["AE"].bundle_read([stick]).files[0]
    assert (rest.applied, rest.damaged_at) == (len(cases) - read.applied, -1)
    assert alliance.states("AE") == alliance.states("SN")


def test_a_desk_that_it_is_not_for_reads_nothing_of_it(alliance: StickAlliance) -> None:
    alliance.desks["SN"].new_case({"title": "Nord"}, ("AE",))
    alliance.desks["SN"].bundle_write(alliance.folder / "stick", Order(("AE",)))
    with pytest.raises(Refused, match="bundle_not_for_us"):
        alliance.desks["IT"].bundle_read([alliance.folder / "stick"])
    assert alliance.states("IT") == []


def test_a_case_is_carried_to_its_members_only(alliance: StickAlliance) -> None:
    case = alliance.desks["SN"].new_case({"title": "Nord"}, ("AE",)).record
    with pytest.raises(Refused, match="reader_not_a_member"):
        alliance.desks["SN"].bundle_write(alliance.folder / "stick", Order(("IT",), (case,)))
    written = alliance.desks["SN"].bundle_write(alliance.folder / "stick", Order(("IT", "AE")))
    assert (written.spaces, written.segments, len(written.readers)) == (0, 0, 2)


def test_a_desk_that_nobody_enrolled_writes_no_bundle(alliance: StickAlliance, tmp_path: Path) -> None:
    trust = {code: each.keys.root for code, each in alliance.ministries.items()}
    home = set_up(tmp_path / "new", trust=trust)
    desk = home.open()
    for ministry in alliance.ministries.values():
        desk.bundle_read([alliance.folder / f"{ministry.code}.log"])
    with pytest.raises(Refused, match="bundle_not_enrolled"):
        desk.bundle_write(tmp_path / "stick", Order(("AE",)))
    home.close()


def test_desks_that_met_by_bundle_agree_once_both_reach_the_server(alliance: StickAlliance, tmp_path: Path) -> None:
    dakar, abu_dhabi = alliance.desks["SN"], alliance.desks["AE"]
    case = dakar.new_case({"title": "Nord"}, ("AE", "IT")).record
    alliance.carry("SN", "AE")
    abu_dhabi.new_record("person", case, {"name": "محمد"})
    abu_dhabi.edit(case, "title", "شمال")
    alliance.carry("AE", "SN")
    dakar.edit(case, "title", "Nord-Est")
    secretariat = Secretariat(tmp_path / "secretariat")
    secretariat.admit(*alliance.ministries.values())
    with secretariat:
        for home in alliance.homes.values():
            Settings(home.home, home.profile).set(server_url=secretariat.url)
        for _ in range(4):  # the one that did not found the case comes first
            for code in ("AE", "IT", "SN"):
                alliance.desks[code].sync_once()
        assert alliance.states("SN") == alliance.states("AE") == alliance.states("IT") != []
        assert [desk.unsent() for desk in alliance.desks.values()] == [0, 0, 0]
        assert [desk.set_aside() for desk in alliance.desks.values()] == [[], [], []]
        assert alliance.desks["IT"].show(case).fields["title"].value == "Nord-Est"
        assert alliance.carry("SN", "AE")[1].taken == 0


def test_who_was_invited_later_and_what_a_removed_member_wrote_travel_too(
    alliance: StickAlliance, tmp_path: Path
) -> None:
    dakar, abu_dhabi, rome = (alliance.desks[code] for code in ("SN", "AE", "IT"))
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    secretariat = Secretariat(tmp_path / "secretariat")
    secretariat.admit(*alliance.ministries.values())
    with secretariat:
        for code in ("SN", "AE"):
            home = alliance.homes[code]
            Settings(home.home, home.profile).set(server_url=secretariat.url)
        dakar.sync_once()
        abu_dhabi.sync_once()
        abu_dhabi.new_record("person", case, {"name": "محمد"})
        abu_dhabi.sync_once()
        dakar.sync_once()
        dakar.remove_member(case, "AE")
        dakar.edit(case, "title", "Sud")
        dakar.sync_once()
        dakar.invite(case, "IT", "contributor")
        dakar.sync_once()
    _, read = alliance.carry("SN", "IT")
    assert (read.rejected, read.waiting, read.problems) == (0, 0, ())
    assert rome.show(case).fields["title"].value == "Sud"
    assert alliance.states("IT") == alliance.states("SN")
    with pytest.raises(Refused, match="reader_not_a_member"):
        dakar.bundle_write(tmp_path / "stick", Order(("AE",), (case,)))
