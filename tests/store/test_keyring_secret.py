"""The keyring's secret: written, read back, and never believed of a backend that forgets."""

from __future__ import annotations

import os

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from desktop.store.errors import KeyringMissing
from desktop.store.keyring_secret import SystemKeyring


class Kept(KeyringBackend):
    """A keyring in memory."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class Liar(Kept):
    """Says yes and keeps something else."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:-1] + "A")


class Locked(Kept):
    """A keyring that the officer did not unlock."""

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002 - the backend's interface
        raise KeyringLocked


def test_a_secret_comes_back_under_its_homes_own_name() -> None:
    backend = Kept()
    place = SystemKeyring(backend)
    secret = place.write("aa")
    assert secret is not None
    assert len(secret) == 32
    assert place.read("aa") == secret
    other = place.write("bb")
    assert other != secret
    assert place.read("aa") == secret
    place.forget("aa")
    with pytest.raises(KeyringMissing):
        place.read("aa")


NULL, FAIL = null.Keyring(), fail.Keyring()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("backend", [NULL, FAIL, Liar(), Locked()])
def test_a_keyring_that_does_not_give_back_what_it_was_given_counts_as_none(backend: KeyringBackend) -> None:
    assert SystemKeyring(backend).write("aa") is None


@pytest.mark.parametrize("backend", [NULL, FAIL, Locked()])
def test_a_keyring_that_does_not_answer_is_missing(backend: KeyringBackend) -> None:
    with pytest.raises(KeyringMissing):
        SystemKeyring(backend).read("aa")


@pytest.mark.parametrize("entry", ["", "not base64!", "AAAA"])
def test_an_entry_that_is_not_ours_is_missing(entry: str) -> None:
    backend = Kept()
    place = SystemKeyring(backend)
    place.write("aa")
    backend.entries = dict.fromkeys(backend.entries, entry)
    with pytest.raises(KeyringMissing):
        place.read("aa")


@pytest.mark.skipif("TEST_ROOM" not in os.environ, reason="needs the keyring of tests/with_keyring.sh")
def test_the_systems_own_keyring_keeps_a_secret() -> None:
    place = SystemKeyring()
    secret = place.write("of-a-test")
    assert secret is not None
    assert SystemKeyring().read("of-a-test") == secret
    place.forget("of-a-test")
    with pytest.raises(KeyringMissing):
        place.read("of-a-test")
