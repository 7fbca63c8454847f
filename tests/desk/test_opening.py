"""Setting a desk up, opening it, and what bad surroundings get: each a sentence and nothing lost."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest

from desktop.armour import unarmour
from desktop.desk import Desk, Refused, desk_exists, params_of, read_home_profile
from desktop.desk.opening import PROFILE_FILE, REQUEST_FILE
from desktop.messages import describe
from desktop.profile import BadProfile, Profile
from desktop.store import StoreDamaged, StoreError, StoreExists, StoreReadOnly, WeakPassphrase, WrongPassphrase
from i18n import set_language
from sync.wire.directory import read_request
from sync.wire.signing import fingerprint
from tests.support.desk import PASSPHRASE, HomeOfDesk, made_up_trust, quick_opening, set_up

PROFILE = Profile("SN", made_up_trust(), officer="Awa Diop", desk="Dakar 1", default_members=("SN",))


def edit_until_it_is_full(desk: Desk, case: str) -> None:
    for number in range(200):
        desk.edit(case, "summary", f"{number} " * 4_000)


@pytest.fixture(autouse=True)
def english() -> None:
    """Sentences in the source's language."""
    set_language("en")


def test_setting_up_makes_a_request_that_the_ministry_can_enrol(tmp_path: Path) -> None:
    made = quick_opening().create(tmp_path / "home", PROFILE, PASSPHRASE, officer="Ousmane Ba")
    request = read_request(unarmour(Path(made.request).read_text()))
    assert (request.ministry, request.certificate.officer, request.certificate.desk) == ("SN", "Ousmane Ba", "Dakar 1")
    assert request.certificate.device.hex() == made.device
    assert made.fingerprint == fingerprint(request.certificate.device)


def test_the_files_of_a_home_are_for_its_owner_only(tmp_path: Path) -> None:
    home = set_up(tmp_path / "home").home
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in home.iterdir()} == {0o600}


def test_a_desk_is_never_set_up_over_another(tmp_path: Path) -> None:
    made = set_up(tmp_path / "home")
    before = (made.home / REQUEST_FILE).read_bytes()
    with pytest.raises(StoreExists):
        made.opening.create(made.home, PROFILE, PASSPHRASE)
    assert (made.home / REQUEST_FILE).read_bytes() == before


def test_a_short_passphrase_sets_nothing_up(tmp_path: Path) -> None:
    with pytest.raises(WeakPassphrase) as caught:
        quick_opening().create(tmp_path / "home", PROFILE, "short")
    assert "10" in describe("weak_passphrase", params_of(caught.value))
    assert not desk_exists(tmp_path / "home")
    assert not list((tmp_path / "home").iterdir())


@pytest.mark.parametrize(
    ("officer", "key"), [("", "desk.officer"), ("x" * 129, "desk.officer"), ("a\x00", "desk.officer")]
)
def test_a_name_that_no_certificate_can_hold_is_refused(tmp_path: Path, officer: str, key: str) -> None:
    nameless = msgspec.structs.replace(PROFILE, officer="")
    with pytest.raises(BadProfile) as caught:
        quick_opening().create(tmp_path / "home", nameless, PASSPHRASE, officer=officer)
    assert caught.value.key == key
    assert not (tmp_path / "home").exists()


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing_but_the_count(home: HomeOfDesk) -> None:
    before = {each.name: each.read_bytes() for each in home.home.iterdir()}
    with pytest.raises(WrongPassphrase) as caught:
        home.opening.open(home.home, PASSPHRASE + "!")
    assert "does not open" in describe(caught.value.code)
    after = {each.name: each.read_bytes() for each in home.home.iterdir()}
    assert {name for name in after if name not in before} == {"attempts", "unlock.lock"}
    assert {name: after[name] for name in before} == before


def test_a_home_without_its_profile_says_which_file_is_missing(home: HomeOfDesk) -> None:
    (home.home / PROFILE_FILE).unlink()
    assert read_home_profile(home.home) is None
    with pytest.raises(Refused) as caught:
        home.open()
    assert PROFILE_FILE in describe(caught.value.code, params_of(caught.value))


def test_a_damaged_store_is_named_and_salvage_is_offered(home: HomeOfDesk) -> None:
    home.open().new_case({"title": "Un"})
    home.close()
    database = home.home / "store.db"
    data = bytearray(database.read_bytes())
    data[16:200] = bytes(184)
    database.write_bytes(data)
    with pytest.raises(StoreDamaged) as caught:
        home.open()
    sentence = describe(caught.value.code, params_of(caught.value))
    assert caught.value.where in sentence
    assert "salvage" in sentence


def test_a_home_that_cannot_be_written_to_is_said_to_be_so(home: HomeOfDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # the tests may run as root, whom no mode keeps out
    with pytest.raises(StoreReadOnly) as caught:
        home.open()
    sentence = describe(caught.value.code, params_of(caught.value))
    assert "cannot be written to" in sentence
    assert "You can read" not in sentence  # it is not open


def test_a_full_disk_refuses_the_edit_and_keeps_what_was_saved(desk: Desk) -> None:
    case = desk.new_case({"title": "Un"}).record
    database = desk._connection.database
    pages = database.value("PRAGMA page_count")
    database.run(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(StoreError) as caught:
        edit_until_it_is_full(desk, case)
    assert caught.value.code == "disk_full"
    assert "Make room" in describe(caught.value.code, params_of(caught.value))
    kept = desk.show(case)
    assert kept.fields["title"].value == "Un"
    database.run("PRAGMA max_page_count = 1000000")
    desk.edit(case, "title", "Deux")
    assert desk.show(case).fields["title"].value == "Deux"


@pytest.mark.parametrize(
    ("years", "seen", "codes"),
    [(0, 0, []), (-20, 0, ["clock_behind"]), (-1, 1, ["clock_behind"]), (0, 1, []), (10, 1, ["clock_ahead"])],
)
def test_a_clock_that_is_off_by_years_is_told_and_refuses_nothing(
    home: HomeOfDesk, monkeypatch: pytest.MonkeyPatch, years: int, seen: int, codes: list[str]
) -> None:
    now = 1_795_500_000_000
    desk = home.open()
    monkeypatch.setattr(desk, "as_of_ms", lambda: now if seen else 0)
    desk._store.now_ms = lambda: now + years * 365 * 24 * 3600 * 1000
    assert [code for code, _ in desk.notices()] == codes
    for code, params in desk.notices():
        assert "2026" in describe(code, params) or "wrong until" in describe(code, params)
    assert desk.new_case({"title": "Un"}).records
