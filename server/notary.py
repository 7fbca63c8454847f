"""The key of the server's log, and the checkpoints that it signs."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from server.clock import SteadyClock
from server.problems import Misuse
from sync.wire.checkpoint import Checkpoint, make_checkpoint, verify_cosigned
from sync.wire.errors import WireError
from sync.wire.signing import public_key

KEY_FILE = "log.key"
SEED_BYTES = 32


def make_log_key(folder: Path) -> None:
    """Write the seed of the log's key, readable by its owner only, unless it is there already."""
    try:
        handle = os.open(folder / KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(SEED_BYTES))
        file.flush()
        os.fsync(file.fileno())


def read_log_key(folder: Path) -> bytes:
    """Read the seed of the log's key. Raises Misuse if it is missing, cut short, or open to others."""
    path = folder / KEY_FILE
    try:
        seed = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise Misuse(f"{KEY_FILE} cannot be read: {error.strerror}") from error
    if len(seed) != SEED_BYTES:
        raise Misuse(f"{KEY_FILE} must have {SEED_BYTES} bytes")
    if mode & 0o077:
        raise Misuse(f"{KEY_FILE} must be readable by its owner only (chmod 600)")
    return seed


class Notary:
    """Signs what the log is. One checkpoint of a size is signed once while the process lives."""

    def __init__(self, seed: bytes, origin: bytes, clock: SteadyClock) -> None:
        self.key = public_key(seed)
        self.origin = origin
        self._seed = seed
        self._clock = clock
        self._last: tuple[int, bytes, bytes] = (-1, b"", b"")

    def sign(self, size: int, root: bytes) -> bytes:
        """Return the signed checkpoint of a tree."""
        if self._last[:2] != (size, root):
            signed = make_checkpoint(self._seed, self.origin, size, root, self._clock.now_ms())
            self._last = (size, root, signed)
        return self._last[2]

    def check(self, device: bytes, sign_key: bytes, cosigned: bytes) -> Checkpoint | None:
        """Return the checkpoint that a device cosigned, if it is one of ours and the cosignature is the device's."""
        try:
            statement, checkpoint = verify_cosigned(cosigned, sign_key, self.key)
        except WireError:
            return None
        ours = statement.device == device and checkpoint.origin == self.origin
        return checkpoint if ours else None
