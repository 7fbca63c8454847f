"""The evidence files of a case that is taken off this desk: none that is here alone, all the others."""

from __future__ import annotations

import contextlib
from pathlib import Path

from desktop.store.blobs import FOLDER, BlobEntry, Blobs
from desktop.store.context import Context
from desktop.store.notes import Notes
from sync.wire.codec import MAX_CALL, decode
from sync.wire.errors import WireError

FORGOTTEN = "gone."


class KeptFiles:
    """Deletes in two steps: the names in the transaction that drops the case, the files once that stands.

    A desk that ends between the two finds the names again and deletes the files at the next `sweep`.
    """

    def __init__(self, context: Context, home: Path) -> None:
        self._blobs = Blobs(context, home)
        self._notes = Notes(context)
        self._folder = home / FOLDER

    def unsent(self, space: bytes) -> bool:
        """Whether a file of a space is on this desk alone, also one that the server refused."""
        return any(entry.space == space and not entry.sent for entry in self._blobs.entries())

    def forget(self, space: bytes) -> None:
        """Forget the files of a space, within the caller's transaction."""
        for entry in self._blobs.entries():
            if entry.space == space:
                self._notes.put(FORGOTTEN + entry.file, b"")
                self._blobs.forget(entry)

    def sweep(self) -> None:
        """Delete the files that were forgotten; one that cannot be deleted now is deleted later."""
        for key in self._notes.keys(FORGOTTEN):
            file = key.removeprefix(FORGOTTEN)
            with contextlib.suppress(OSError, WireError):
                self._note_drop(key, self._folder / f"{file}.m")
            with contextlib.suppress(OSError):
                for name in (file, f"{file}.m"):
                    (self._folder / name).unlink(missing_ok=True)
                self._notes.remove(key)

    def _note_drop(self, key: str, manifest: Path) -> None:
        """Have the server delete a file of a record that was recalled; one of a case dropped here stays there."""
        if data := self._notes.get(key):
            self._blobs.note_drop(decode(BlobEntry, data, MAX_CALL), manifest.read_bytes())
