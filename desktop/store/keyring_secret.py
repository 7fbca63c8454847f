"""The second factor: a random secret in the system's keyring, read back after writing because some backends lose it.

Beside the secret, small values that somebody with the files alone shall not set back: the count of wrong passphrases
(`attempts`) and how far the database had come (`marks`).
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from typing import Protocol

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from desktop.store.errors import KeyringMissing

SECRET_BYTES = 32
SERVICE = "org.tahaluf.desk"
USER = "vault"


class SecretPlace(Protocol):
    """Where a home's secret is kept. Tests put a dictionary in its place."""

    def write(self, home: str) -> bytes | None:
        """Make a secret for a home and keep it; None when this machine has no keyring that remembers."""

    def read(self, home: str) -> bytes:
        """Return the secret of a home; raises KeyringMissing."""

    def forget(self, home: str) -> None:
        """Remove the secret or the value of this name, if it is there."""

    def keep(self, name: str, value: bytes) -> bool:
        """Keep a small value under a name of its own; whether it is kept."""

    def kept(self, name: str) -> bytes | None:
        """Return a kept value; None when there is none, or no keyring to ask."""


class SystemKeyring:
    """The keyring of the operating system. `backend` is the one that the `keyring` library chose unless given."""

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._backend = backend

    def write(self, home: str) -> bytes | None:
        """Make and keep a secret; None when the keyring is absent, refuses, or gives back something else."""
        secret = secrets.token_bytes(SECRET_BYTES)
        text = b64encode(secret).decode()
        try:
            backend = self._backend or keyring.get_keyring()
            if backend.priority <= 0:  # the null and fail backends
                return None
            backend.set_password(_service(home), USER, text)
            kept = backend.get_password(_service(home), USER)
        except (KeyringError, RuntimeError, OSError):
            return None
        return secret if kept == text else None

    def read(self, home: str) -> bytes:
        """Return the secret; raises KeyringMissing when there is no keyring, no secret, or not one of ours."""
        try:
            backend = self._backend or keyring.get_keyring()
            text = backend.get_password(_service(home), USER)
        except (KeyringError, RuntimeError, OSError) as error:
            raise KeyringMissing(type(error).__name__) from error
        if text is None:
            raise KeyringMissing("no entry")
        try:
            secret = b64decode(text, validate=True)
        except ValueError as error:
            raise KeyringMissing("not an entry of ours") from error
        if len(secret) != SECRET_BYTES:
            raise KeyringMissing("not an entry of ours")
        return secret

    def forget(self, home: str) -> None:
        """Remove the secret or the value of this name, if it is there."""
        try:
            (self._backend or keyring.get_keyring()).delete_password(_service(home), USER)
        except (KeyringError, RuntimeError, OSError):
            return

    def keep(self, name: str, value: bytes) -> bool:
        """Keep a small value; False when there is no keyring, or it refuses."""
        try:
            backend = self._backend or keyring.get_keyring()
            if backend.priority <= 0:
                return False
            backend.set_password(_service(name), USER, b64encode(value).decode())
        except (KeyringError, RuntimeError, OSError):
            return False
        return True

    def kept(self, name: str) -> bytes | None:
        """Return a kept value; None when there is none, no keyring, or not one of ours."""
        try:
            text = (self._backend or keyring.get_keyring()).get_password(_service(name), USER)
            return None if text is None else b64decode(text, validate=True)
        except (KeyringError, RuntimeError, OSError, ValueError):
            return None


def value_name(home_id: str, value: str) -> str:
    """The name of a home's small value in the keyring: `attempts` or `marks`."""
    return f"{home_id}.{value}"


def _service(home: str) -> str:
    return f"{SERVICE}.{home}"
