"""A bundle is checked by who has neither server nor desk: with its own key and the ministries' roots."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.casework.carry_views import ALL_FILES, BundleChecked, BundleWritten, Order
from desktop.desk.bundle_check import check_contents
from desktop.profile import Profile
from sync.bundle import BundleReader, EntryPart, NotForUs, Part, SegmentPart
from sync.checking import key_of, new_key
from sync.intake import UnknownDevice
from sync.wire.codec import encode
from sync.wire.errors import Malformed
from tests.attacks.test_bundles import forge, keys_of
from tests.support.secretariat import make_ministry
from tests.support.stick import StickAlliance, without_server


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[StickAlliance]:
    """Three desks without a server."""
    with without_server(tmp_path) as made:
        yield made


@pytest.fixture
def case(alliance: StickAlliance) -> str:
    """A case that two desks wrote in, with a file."""
    dakar, abu_dhabi = alliance.desks["SN"], alliance.desks["AE"]
    made = dakar.new_case({"title": "Nordlicht"}, ("AE",)).record
    alliance.carry("SN", "AE")
    abu_dhabi.edit(made, "summary", "Gelesen und ergänzt.")
    alliance.carry("AE", "SN")
    film = alliance.folder / "film"
    film.write_bytes(bytes(3_000))
    dakar.attach(made, film)
    return made


def write(alliance: StickAlliance, *, checkable: bool = True) -> BundleWritten:
    order = Order(("AE",), everything=True, evidence=(ALL_FILES,), checkable=checkable)
    return alliance.desks["SN"].bundle_write(alliance.folder / "stick", order)


def check(alliance: StickAlliance, key: str, **roots: bytes) -> BundleChecked:
    trust = {code: each.keys.root for code, each in alliance.ministries.items()} | roots
    with (alliance.folder / "stick").open("rb") as stream:
        return check_contents(stream, Profile("FR", trust), key)


def parts_of(alliance: StickAlliance, key: str) -> list[Part]:
    with (alliance.folder / "stick").open("rb") as stream:
        reader = BundleReader(stream)
        return [part for parts in reader.parts(key_of(key, reader.header.bundle)) for part in parts]


def test_a_stranger_with_the_key_finds_every_chain_signed_and_reads_nothing_of_the_case(
    alliance: StickAlliance, case: str
) -> None:
    written = write(alliance)
    checked = check(alliance, written.key)
    (space,) = checked.spaces
    assert (space.space, space.kind, space.entries, space.changes, space.late) == (case, "case", 1, 3, 0)
    assert len(space.authors) == 2
    assert (checked.directories, checked.files, checked.rejected, checked.waiting) == (6, 1, 0, 0)
    assert checked.items == written.segments + 1
    plain = b"".join(encode(part) for part in parts_of(alliance, written.key))
    assert b"Officer SN" in plain
    assert b"Nordlicht" not in plain
    assert "ergänzt".encode() not in plain


def test_a_bundle_without_a_key_of_its_own_opens_to_its_readers_only(alliance: StickAlliance, case: str) -> None:
    assert case
    assert write(alliance, checkable=False).key == ""
    with pytest.raises(NotForUs):
        check(alliance, new_key())
    write(alliance)
    with pytest.raises(NotForUs):
        check(alliance, new_key())
    with pytest.raises(Malformed):
        check(alliance, "ABC")


def test_whom_no_trusted_root_vouches_for_proves_nothing(alliance: StickAlliance, case: str) -> None:
    assert case
    written = write(alliance)
    with pytest.raises(UnknownDevice):
        check(alliance, written.key, SN=make_ministry("SN").keys.root)
    partly = check(alliance, written.key, AE=make_ministry("AE").keys.root)
    assert partly.rejected >= 2
    assert partly.spaces == ()


def test_a_reader_holds_what_is_in_it_against_its_own_copy(alliance: StickAlliance, case: str) -> None:
    assert case
    write(alliance, checkable=False)
    with (alliance.folder / "stick").open("rb") as stream:
        checked = alliance.desks["AE"].bundle_check(stream)
    assert (checked.compared, checked.rejected, checked.problems) == (2, 0, ())
    assert alliance.desks["AE"].show(case).fields["title"].value == "Nordlicht"


def test_what_was_altered_inside_or_left_out_is_found(alliance: StickAlliance, case: str) -> None:
    assert case
    written = write(alliance)
    parts = parts_of(alliance, written.key)
    segments = [part for part in parts if isinstance(part, SegmentPart)]
    entries = [part for part in parts if isinstance(part, EntryPart)]
    turned = msgspec.structs.replace(segments[0], body=segments[0].body[:-1] + bytes([segments[0].body[-1] ^ 1]))
    cases: list[tuple[list[Part], tuple[str, ...], int]] = [
        ([*entries, turned], ("bad_signature",), 0),
        ([*entries, *segments[1:]], (), 1),
        ([*segments], ("not_entitled",), 0),
    ]
    for given, problems, waiting in cases:
        with forge(alliance, keys_of(alliance, "SN"), given).open("rb") as stream:
            checked = alliance.desks["AE"].bundle_check(stream)
        assert (checked.problems, checked.waiting) == (problems, waiting)
