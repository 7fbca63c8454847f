"""Secrets of the server on its disk: 32 random bytes in a file that its owner alone may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from server.problems import Misuse

SECRET_BYTES = 32


def make_secret(path: Path) -> None:
    """Write a new secret and flush it, unless there is one already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())


def read_secret(path: Path) -> bytes:
    """Read a secret. Raises Misuse if it is missing, cut short, or open to others."""
    try:
        secret = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise Misuse(f"{path.name} cannot be read: {error.strerror}") from error
    if len(secret) != SECRET_BYTES:
        raise Misuse(f"{path.name} must have {SECRET_BYTES} bytes")
    if mode & 0o077:
        raise Misuse(f"{path.name} must be readable by its owner only (chmod 600)")
    return secret
