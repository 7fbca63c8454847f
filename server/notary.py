"""The key of the server's log, and the checkpoints that it signs."""

from __future__ import annotations

from server.clock import SteadyClock
from sync.wire.checkpoint import Checkpoint, make_checkpoint, verify_cosigned
from sync.wire.errors import WireError
from sync.wire.signing import public_key

KEY_FILE = "log.key"  # the seed of the key, a secret file


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
