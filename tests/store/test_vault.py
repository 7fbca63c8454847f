"""The vault: two factors, bounds on what is read, nothing secret in the file."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.store import vault
from desktop.store.errors import (
    KeyringMissing,
    NoStore,
    StoreExists,
    StoreTooNew,
    VaultDamaged,
    WeakPassphrase,
    WrongPassphrase,
)
from desktop.store.vault import MIB, Cost
from tests.store.desks import CHEAP, PASSPHRASE, Drawer

LONG = "river lantern copper meadow violin harbour"


class NoKeyring(Drawer):
    """A machine without a keyring that remembers."""

    def write(self, home: str) -> bytes | None:  # noqa: ARG002 - the place's interface
        return None

    def read(self, home: str) -> bytes:  # noqa: ARG002 - the place's interface
        raise KeyringMissing


def change(home: Path, **values: object) -> None:
    path = home / vault.VAULT_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_the_key_comes_back_with_the_passphrase(tmp_path: Path) -> None:
    drawer = Drawer()
    made = vault.create(tmp_path / "home", PASSPHRASE, drawer, CHEAP)
    assert vault.unlock(tmp_path / "home", PASSPHRASE, drawer, CHEAP).key == made.key
    assert made.notice == ""


def test_the_home_and_its_vault_are_for_their_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    os.umask(0o000)
    try:
        vault.create(home, PASSPHRASE, Drawer(), CHEAP)
    finally:
        os.umask(0o022)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / vault.VAULT_FILE).stat().st_mode) == 0o600


def test_the_vault_holds_neither_the_key_nor_the_keyrings_secret(tmp_path: Path) -> None:
    drawer = Drawer()
    made = vault.create(tmp_path / "home", PASSPHRASE, drawer, CHEAP)
    text = (tmp_path / "home" / vault.VAULT_FILE).read_bytes()
    assert made.key not in text
    assert made.key.hex().encode() not in text
    assert PASSPHRASE.encode() not in text
    assert "…" in repr(made)
    assert made.key.hex() not in repr(made)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no core files there")
def test_a_process_that_holds_a_key_leaves_no_core_file(tmp_path: Path) -> None:
    script = (
        "import resource; from pathlib import Path; from tests.store.desks import CHEAP, Drawer;"
        "from desktop.store import vault; core = resource.RLIMIT_CORE;"
        "hard = resource.getrlimit(core)[1]; resource.setrlimit(core, (hard, hard));"
        f"vault.create(Path({str(tmp_path)!r}), 'liaison officers abroad', Drawer(), CHEAP);"
        "print(resource.getrlimit(core) == (min(hard % 2**64, 1),) * 2)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n"


def test_a_wrong_passphrase_and_a_wrong_secret_look_alike(tmp_path: Path) -> None:
    drawer = Drawer()
    made = vault.create(tmp_path / "home", PASSPHRASE, drawer, CHEAP)
    with pytest.raises(WrongPassphrase):
        vault.unlock(tmp_path / "home", PASSPHRASE + "!", drawer, CHEAP)
    drawer[made.home_id] = b"x" * 32
    with pytest.raises(WrongPassphrase):
        vault.unlock(tmp_path / "home", PASSPHRASE, drawer, CHEAP)


def test_a_passphrase_typed_in_another_normal_form_opens(tmp_path: Path) -> None:
    drawer = Drawer()
    made = vault.create(tmp_path / "home", "caf\u00e9 \u00e0 Dakar", drawer, CHEAP)
    assert made.key == vault.unlock(tmp_path / "home", "cafe\u0301 a\u0300\u00a0Dakar", drawer, CHEAP).key


def test_without_a_keyring_only_a_long_passphrase_is_taken_and_the_screens_are_told(tmp_path: Path) -> None:
    with pytest.raises(WeakPassphrase):
        vault.create(tmp_path / "home", "only ten chars", NoKeyring(), CHEAP)
    assert not vault.exists(tmp_path / "home")
    made = vault.create(tmp_path / "home", LONG, NoKeyring(), CHEAP)
    assert made.notice == vault.NO_KEYRING
    assert vault.unlock(tmp_path / "home", LONG, NoKeyring(), CHEAP).key == made.key


@pytest.mark.parametrize(
    ("passphrase", "keyring", "good"),
    [
        ("123456789", True, False),
        ("1234567890", True, True),
        ("x" * 23, False, False),
        ("x" * 24, False, True),
        ("abc def ghi jkl mno", False, False),
        ("abc def ghi jkl mno pqr", False, True),
        ("abc abc abc abc abc ab", False, False),
        (" " * 40, False, False),
    ],
)
def test_the_policy_on_passphrases(passphrase: str, keyring: bool, good: bool) -> None:
    if good:
        vault.check_passphrase(passphrase, keyring=keyring)
    else:
        with pytest.raises(WeakPassphrase):
            vault.check_passphrase(passphrase, keyring=keyring)


def test_a_secret_that_the_keyring_lost_is_named(tmp_path: Path) -> None:
    class Forgetful(Drawer):
        def read(self, home: str) -> bytes:  # noqa: ARG002 - the place's interface
            raise KeyringMissing("no entry")

    vault.create(tmp_path / "home", PASSPHRASE, Drawer(), CHEAP)
    with pytest.raises(KeyringMissing):
        vault.unlock(tmp_path / "home", PASSPHRASE, Forgetful(), CHEAP)


@pytest.mark.parametrize(
    "values",
    [
        {"memory": 1 << 40},
        {"memory": 8},
        {"passes": 1_000_000},
        {"passes": 0},
        {"salt": "AAAA"},
        {"wrapped": ""},
        {"kdf": "none"},
        {"home_id": "../../etc"},
        {"surplus": 1},
        {"version": 0},
    ],
)
def test_parameters_out_of_bounds_are_refused_before_any_work(tmp_path: Path, values: dict[str, object]) -> None:
    drawer = Drawer()
    vault.create(tmp_path / "home", PASSPHRASE, drawer, CHEAP)
    change(tmp_path / "home", **values)
    with pytest.raises(VaultDamaged):
        vault.unlock(tmp_path / "home", PASSPHRASE, drawer, CHEAP)


def test_a_cheap_vault_does_not_open_without_the_tests_own_argument(tmp_path: Path) -> None:
    drawer = Drawer()
    vault.create(tmp_path / "home", PASSPHRASE, drawer, CHEAP)
    with pytest.raises(VaultDamaged):
        vault.unlock(tmp_path / "home", PASSPHRASE, drawer)


def test_a_vault_that_claims_to_need_no_keyring_does_not_open(tmp_path: Path) -> None:
    drawer = Drawer()
    vault.create(tmp_path / "home", PASSPHRASE, drawer, CHEAP)
    change(tmp_path / "home", keyring=False)
    with pytest.raises(WrongPassphrase):
        vault.unlock(tmp_path / "home", PASSPHRASE, drawer, CHEAP)


def test_the_work_without_a_keyring_has_a_higher_floor() -> None:
    assert vault.COST_ALONE.memory >= vault.FLOOR_MEMORY_ALONE == 512 * MIB
    assert vault.COST.memory >= vault.FLOOR_MEMORY
    assert vault.COST.passes >= vault.FLOOR_PASSES


def test_the_products_own_work_opens(tmp_path: Path) -> None:
    drawer = Drawer()
    made = vault.create(tmp_path / "home", PASSPHRASE, drawer)
    kept = json.loads((tmp_path / "home" / vault.VAULT_FILE).read_text())
    assert Cost(kept["passes"], kept["memory"]) == vault.COST
    assert vault.unlock(tmp_path / "home", PASSPHRASE, drawer).key == made.key


def test_a_newer_vault_is_not_called_damaged(tmp_path: Path) -> None:
    drawer = Drawer()
    vault.create(tmp_path / "home", PASSPHRASE, drawer, CHEAP)
    change(tmp_path / "home", version=2)
    with pytest.raises(StoreTooNew):
        vault.unlock(tmp_path / "home", PASSPHRASE, drawer, CHEAP)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"{" * 5000])
def test_garbage_is_a_damaged_vault(tmp_path: Path, data: bytes) -> None:
    (tmp_path / vault.VAULT_FILE).write_bytes(data)
    with pytest.raises(VaultDamaged):
        vault.unlock(tmp_path, PASSPHRASE, Drawer(), CHEAP)


def test_no_vault_is_said_as_such_and_one_is_never_overwritten(tmp_path: Path) -> None:
    with pytest.raises(NoStore):
        vault.unlock(tmp_path, PASSPHRASE, Drawer(), CHEAP)
    drawer = Drawer()
    vault.create(tmp_path / "home", PASSPHRASE, drawer, CHEAP)
    with pytest.raises(StoreExists):
        vault.create(tmp_path / "home", PASSPHRASE, drawer, CHEAP)
    assert len(drawer) == 1


def test_a_new_passphrase_opens_the_same_key_and_the_old_one_no_longer(tmp_path: Path) -> None:
    drawer, home = Drawer(), tmp_path / "home"
    made = vault.create(home, PASSPHRASE, drawer, CHEAP)
    with pytest.raises(WeakPassphrase):
        vault.change_passphrase(home, PASSPHRASE, "short", drawer, CHEAP)
    vault.change_passphrase(home, PASSPHRASE, "another passphrase", drawer, CHEAP)
    assert vault.unlock(home, "another passphrase", drawer, CHEAP).key == made.key
    with pytest.raises(WrongPassphrase):
        vault.unlock(home, PASSPHRASE, drawer, CHEAP)
    assert [path.name for path in home.iterdir()] == [vault.VAULT_FILE]
