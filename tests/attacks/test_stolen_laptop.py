"""A laptop in somebody else's hands: what its files say without the passphrase, and what comes of forging them."""

from __future__ import annotations

import base64
import json
import os
import random
import secrets
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import keyring
import pytest

from desktop.profile import Profile
from desktop.store import (
    KeyringMissing,
    StoreDamaged,
    StoreError,
    TryLater,
    VaultDamaged,
    WrongPassphrase,
    unlocking,
    vault,
)
from desktop.store.attempts import ATTEMPTS_FILE, machine_uptime
from desktop.store.database import DATABASE_FILE, Database
from desktop.store.destruction import destroy
from desktop.store.keyring_secret import USER, SystemKeyring, _service
from desktop.store.vault import VAULT_FILE, Cost
from tests.attacks.ledger import tried
from tests.attacks.marker import OPENING
from tests.store.desks import DAY, PASSPHRASE, Alliance, Desk, Drawer
from tests.support.desk import made_up_trust

SUITE: Final = "stolen laptop"
ROOT = Path(__file__).parents[2]
TINY = Cost(1, 1 << 16)  # thousands of headers are tried
KILLS = 6
WORN = Cost(1, 8 << 20)
real_keyring = pytest.mark.skipif("TEST_ROOM" not in os.environ, reason="needs the keyring of tests/with_keyring.sh")


@pytest.fixture
def dakar(tmp_path: Path) -> Iterator[Desk]:
    """A desk of Senegal."""
    desk = Alliance(tmp_path / "alliance").desk("SN", "Dakar 1")
    yield desk
    desk.close()


def forms(marker: str) -> list[bytes]:
    """A marker as a file may hold it."""
    plain = marker.encode()
    cases = {plain, plain.upper(), plain.lower()}
    wide = {text.decode().encode(code) for text in cases for code in ("utf-16-le", "utf-16-be", "utf-32-le")}
    shifted = [base64.b64encode(bytes(skip) + plain)[skip + 1 : -4] for skip in range(3)]
    return [*cases, *wide, *shifted, plain.hex().encode()]


def leaks(folder: Path, words: list[bytes]) -> list[str]:
    """Names of files under a folder in whose bytes, or in whose names, one of the words stands."""
    found = []
    for path in folder.rglob("*"):
        data = os.fsencode(path.name)
        if path.is_file() and not path.is_symlink():
            with suppress(FileNotFoundError):  # another process, or the keyring, has just replaced it
                data += path.read_bytes()
        found += [f"{path.name}: {word!r}" for word in words if word in data]
    return found


def test_the_search_for_markers_finds_them_in_each_of_their_forms(tmp_path: Path) -> None:
    for number, form in enumerate(forms("a1b2c3d4e5f60718")):
        (tmp_path / str(number)).write_bytes(b"..." + form + b"...")
    assert len({line.split(":")[0] for line in leaks(tmp_path, forms("a1b2c3d4e5f60718"))}) == len(
        list(tmp_path.iterdir())
    )


@real_keyring
@pytest.mark.parametrize("end", ["exit", "segfault", "abort"])
def test_of_fifty_markers_no_file_of_the_machine_holds_one(tmp_path: Path, end: str) -> None:
    markers = [secrets.token_hex(8) for _ in range(50)]
    passphrase = f"{secrets.token_hex(8)} and more words"
    room = tmp_path / "room"
    (room / "tmp").mkdir(parents=True)
    (room / "at").mkdir()
    environment = {**os.environ, "TMPDIR": str(room / "tmp"), "HOME": str(room), "PYTHONPATH": str(ROOT)}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "*=true", "PYTHONFAULTHANDLER": "1"}
    order = {"home": str(room / "desk"), "passphrase": passphrase, "markers": markers, "end": end}
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "tests.attacks.stolen"],
        cwd=room / "at",
        env=environment,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode == 0) == (end == "exit"), ran.stderr[-2_000:]
    (room / "output.log").write_text(ran.stdout + ran.stderr)
    if end != "exit":
        assert "Fatal Python error" in (room / "at" / "faults.log").read_text(), "it really crashed"
    with tried(SUITE, "a marker in database, log, temporary files, core and crash files, output", times=len(markers)):
        words = [form for marker in markers for form in forms(marker)]
        assert leaks(room, words) == []
        assert leaks(Path(os.environ["TEST_ROOM"]), words) == []
    with tried(SUITE, "the clipboard after the lock"):
        assert json.loads(ran.stdout)["clipboard"] == ""
    with tried(SUITE, "the passphrase and the keys in any of these files"):
        key = vault.unlock(room / "desk", passphrase, SystemKeyring(), WORN)
        database = Database(room / "desk" / DATABASE_FILE, key.key)
        epochs = [row[0] for row in database.all("SELECT key FROM epochs")]
        database.close()
        assert epochs
        secrets_ = [form for each in (key.key, *epochs) for form in (each, each.hex().encode(), base64.b64encode(each))]
        assert leaks(room, [*forms(passphrase), *secrets_]) == []
    SystemKeyring().forget(key.home_id)


class Home:
    """A stolen home, and the thief's own copy of every file of it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "home"
        self.drawer = Drawer()
        self.key = vault.create(self.path, PASSPHRASE, self.drawer, TINY).key
        self.header = (self.path / VAULT_FILE).read_bytes()

    def forge(self, **values: object) -> None:
        """Write a header with other values."""
        (self.path / VAULT_FILE).write_text(json.dumps({**json.loads(self.header), **values}))

    def unlock(self, passphrase: str = PASSPHRASE) -> bytes:
        return vault.unlock(self.path, passphrase, self.drawer, TINY).key


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A stolen home."""
    return Home(tmp_path)


def test_one_factor_opens_nothing(home: Home) -> None:
    with tried(SUITE, "the passphrase with another keyring's secret"):
        kept = dict(home.drawer)
        home.drawer.update(dict.fromkeys(home.drawer, bytes(32)))
        with pytest.raises(WrongPassphrase):
            home.unlock()
        home.drawer.update(kept)
    with tried(SUITE, "the keyring with another passphrase"), pytest.raises(WrongPassphrase):
        home.unlock("not this one, certainly")
    assert home.unlock() == home.key


@real_keyring
def test_a_wiped_keyring_opens_nothing(tmp_path: Path) -> None:
    home, place = tmp_path / "home", SystemKeyring()
    key = vault.create(home, PASSPHRASE, place, TINY)
    with tried(SUITE, "a keyring that was wiped"):
        keyring.delete_password(_service(key.home_id), USER)
        with pytest.raises(KeyringMissing):
            vault.unlock(home, PASSPHRASE, place, TINY)
    with tried(SUITE, "a keyring with an entry of somebody else's making"):
        keyring.set_password(_service(key.home_id), USER, base64.b64encode(bytes(32)).decode())
        with pytest.raises(WrongPassphrase):
            vault.unlock(home, PASSPHRASE, place, TINY)
    place.forget(key.home_id)


def test_every_bit_of_the_header_counts(home: Home) -> None:
    flips = len(home.header) * 8
    values = json.loads(home.header)
    path = home.path / VAULT_FILE
    with tried(SUITE, "a bit of the vault's header turned over", times=flips):
        for bit in range(flips):
            data = bytearray(home.header)
            data[bit // 8] ^= 1 << bit % 8
            path.write_bytes(data)
            try:
                opened = home.unlock()
            except (StoreError, KeyError):  # the drawer of these tests has no secret of another home
                continue
            assert opened == home.key
            assert json.loads(data) == values, "only the white space between the values may turn"


def test_every_bit_of_the_databases_header_counts(dakar: Desk) -> None:
    dakar.found()
    key = dakar.store.key.key
    dakar.close()
    path = dakar.home / DATABASE_FILE
    good = path.read_bytes()
    bits = range(0, 128 * 8, 5)
    with tried(SUITE, "a bit of the database's first page turned over", times=len(bits)):
        for bit in bits:
            data = bytearray(good)
            data[bit // 8] ^= 1 << bit % 8
            path.write_bytes(data)
            with pytest.raises(StoreDamaged):
                Database(path, key)


def test_a_plain_database_in_its_place_is_refused(dakar: Desk, tmp_path: Path) -> None:
    dakar.close()
    path = dakar.home / DATABASE_FILE
    path.unlink()
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE meta (key, value)")
    plain.close()
    with tried(SUITE, "a plain database in the encrypted one's place"), pytest.raises(StoreDamaged):
        dakar.store.connect()


FORGED: dict[str, dict[str, object]] = {
    "no second factor": {"keyring": False},
    "an older secret": {"generation": 7},
    "a secret of another home": {"home_id": "0" * 32},
    "less work": {"passes": 2, "memory": 64 << 20},
    "another salt": {"salt": base64.b64encode(bytes(16)).decode()},
    "another algorithm": {"kdf": "argon2i"},
    "an older version": {"version": 0},
}


@pytest.mark.parametrize("what", FORGED)
def test_a_header_with_a_weaker_factor_opens_nothing(home: Home, what: str) -> None:
    home.forge(**FORGED[what])
    with tried(SUITE, f"a header that says: {what}"), pytest.raises((StoreError, KeyError)):
        home.unlock()


HEAVY: dict[str, dict[str, object]] = {
    "1 TiB of memory": {"memory": 1 << 40},
    "memory beyond any number": {"memory": 1 << 63},
    "a thousand million passes": {"passes": 1_000_000_000},
    "no memory": {"memory": 0},
    "less than the floor": {"memory": 8 << 20, "passes": 1},
    "a generation without end": {"generation": 1 << 62},
}


@pytest.mark.parametrize("what", HEAVY)
def test_a_header_cannot_make_the_desk_work_for_it(home: Home, what: str) -> None:
    home.forge(**HEAVY[what])
    began = time.process_time()
    with tried(SUITE, f"a header that asks for {what}"):
        with pytest.raises(VaultDamaged):
            vault.unlock(home.path, PASSPHRASE, home.drawer)
        assert time.process_time() - began < 0.5


@real_keyring
def test_a_change_that_is_killed_at_any_step_leaves_one_passphrase(tmp_path: Path) -> None:
    order = {"folder": str(tmp_path), "old": PASSPHRASE, "new": "another passphrase"}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.attacks.cut_changes"],
        cwd=ROOT,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told = json.loads(ran.stdout)
    assert len(told) == 16
    for each in told:
        with tried(SUITE, "kill -9 at a step of a change of the passphrase"):
            assert each["killed"], each
            assert len(each["opens"]) == 1, each
            assert each["files"] == [VAULT_FILE], each
    assert {each["opens"][0] for each in told} == {order["old"], order["new"]}, "before the step and behind it"


@pytest.fixture
def guessing(home: Home) -> Home:
    """A home whose thief has guessed three times and has to wait."""
    for _ in range(3):
        with pytest.raises(WrongPassphrase):
            unlocking.unlock(home.path, "a guess", home.drawer, TINY)
    return home


@pytest.mark.parametrize(
    "trick", ["the file deleted", "the file of before put back", "the clock moved", "a new process"]
)
def test_the_wait_is_not_got_around(guessing: Home, trick: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = guessing.path / ATTEMPTS_FILE
    if trick == "the file deleted":
        file.unlink()
    elif trick == "the file of before put back":
        file.write_text('{"tries":0,"wrong":0,"wait_s":0.0,"uptime_s":0.0,"limit":0}')
    elif trick == "the clock moved":
        monkeypatch.setattr("time.time", lambda: 4e9)
    with tried(SUITE, f"guessing on with {trick}"), pytest.raises(TryLater):
        unlocking.unlock(guessing.path, PASSPHRASE, guessing.drawer, TINY, machine_uptime)


def test_a_destroyed_home_is_not_brought_back_by_a_copy_of_its_files(dakar: Desk, tmp_path: Path) -> None:
    dakar.found()
    dakar.close()
    shutil.copytree(dakar.home, tmp_path / "copy")
    drawer = dakar.alliance.drawer
    destroy(dakar.home, drawer, "order", DAY)
    with tried(SUITE, "all files put back after the keys were destroyed"):
        for path in (tmp_path / "copy").iterdir():
            shutil.copy(path, dakar.home / path.name)
        with pytest.raises((StoreError, KeyError)):
            dakar.alliance.reopen(dakar.home)


def test_an_older_database_put_back_is_told(dakar: Desk, tmp_path: Path) -> None:
    space = dakar.found()
    marker = dakar.store.marker()
    assert marker is not None
    marker.check()
    dakar.close()
    shutil.copy(dakar.home / DATABASE_FILE, tmp_path / "early.db")
    dakar.connection = dakar.alliance.reopen(dakar.home).connect()
    dakar.set(space, space, "title", "written since")
    dakar.close()
    dakar.store = dakar.alliance.reopen(dakar.home)
    later = dakar.store.marker()
    assert later is not None
    later.mark()
    shutil.copy(tmp_path / "early.db", dakar.home / DATABASE_FILE)
    with tried(SUITE, "an older database in the newer one's place"):
        found = later.check()
        assert found is not None
        assert found.missing == 1


@real_keyring
def test_no_kill_at_any_moment_is_taken_for_a_store_that_was_put_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    profile = Profile("SN", made_up_trust(), officer="Awa Diop", desk="Dakar 1", language="en")
    OPENING.create(home, profile, PASSPHRASE)
    order = json.dumps({"home": str(home), "passphrase": PASSPHRASE}) + "\n"
    draw = random.Random(7)
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.attacks.marker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as busy:
            assert busy.stdin is not None
            assert busy.stdout is not None
            busy.stdin.write(order)
            busy.stdin.flush()
            assert busy.stdout.readline() == "ready\n"
            time.sleep(draw.random() * 0.3)
            busy.kill()
        with tried(SUITE, "kill -9 of a desk that marks, taken for an older database"):
            desk = OPENING.open(home, PASSPHRASE)
            told = [code for code, _ in desk.notices()]
            found = desk.evidence()
            desk.close()
            assert told == []
            assert found == ()
    SystemKeyring().forget(vault.read_generation(home)[0])
