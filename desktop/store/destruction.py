"""Destroying a home's key material: for an order of its ministry, its officer's wish, or too many wrong passphrases.

First a note of the intent, so that what is cut is finished at the next start; then the keyring's secrets; then the
wrapped key and the beginnings of the databases are overwritten and flushed; then the files go. Each of the first two
steps alone leaves the database closed for ever where there is a keyring; overwriting in place may leave older blocks on
flash memory, which is why the keyring comes first.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path
from typing import Final, Literal

import msgspec

from desktop.files import sync_folder, write_private
from desktop.store.attempts import ATTEMPTS_FILE
from desktop.store.errors import Erased
from desktop.store.keyring_secret import SecretPlace, value_name
from desktop.store.vault import MAX_GENERATION, VAULT_FILE, read_generation, secret_name

ERASED_FILE = "erased.json"
HEADER_BYTES = 65_536  # of a database and its log: the salt, the schema, the roots of the trees
KEYS: Final = (VAULT_FILE, f".{VAULT_FILE}.*")
DATABASES: Final = ("store*.db", "store*.db-wal")
OTHERS: Final = ("store*.db-shm", ATTEMPTS_FILE, f".{ATTEMPTS_FILE}.*", "request.txt", "*.lock")
KEPT: Final = (ATTEMPTS_FILE, "marks")  # values in the keyring
FOLDERS: Final = ("blobs",)  # sealed files, whose keys were in the database
_MAX_FILE = 1024

Reason = Literal["attempts", "order", "officer"]


class _Note(msgspec.Struct, frozen=True):
    reason: Reason
    at_ms: int
    home_id: str = ""  # while it is not done
    generation: int = 0
    done: bool = False


def destroy(home: Path, place: SecretPlace, reason: Reason, at_ms: int, home_id: str = "") -> None:
    """Destroy the keys and files of a home; close its connections first. Whatever fails does not stop the rest.

    What cannot be finished now is finished when the home is opened next. Settings and profile, no secrets, stay.
    `home_id` is used when the vault's file cannot say it any more.
    """
    found, generation = read_generation(home)
    note = _Note(reason, at_ms, found or home_id, generation)
    _write(home, note)
    _finish(home, place, note)


def check_erased(home: Path, place: SecretPlace) -> None:
    """Finish what was begun and raise Erased, if this home was destroyed and not set up anew."""
    note = _read(home)
    if note is None or (note.done and (home / VAULT_FILE).exists()):
        return
    if not note.done:
        _finish(home, place, note)
    raise Erased(note.reason, note.at_ms)


def erased(home: Path) -> Erased | None:
    """Why and when a home was destroyed; None when it was not, or was set up anew."""
    note = _read(home)
    return None if note is None or (home / VAULT_FILE).exists() else Erased(note.reason, note.at_ms)


def forget_erased(home: Path) -> None:
    """A desk was set up here anew."""
    (home / ERASED_FILE).unlink(missing_ok=True)


def _finish(home: Path, place: SecretPlace, note: _Note) -> None:
    if note.home_id:
        for generation in range(max(0, note.generation - 1), note.generation + 2):
            place.forget(secret_name(note.home_id, generation))
        for value in KEPT:
            place.forget(value_name(note.home_id, value))
    for pattern in (*KEYS, *DATABASES):
        for path in home.glob(pattern):
            _overwrite(path)
    left = False
    for pattern in (*KEYS, *DATABASES, *OTHERS):
        for path in home.glob(pattern):
            try:
                path.unlink(missing_ok=True)
            except OSError:
                left = True
    for folder in FOLDERS:
        shutil.rmtree(home / folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        sync_folder(home)
    if not left:
        _write(home, _Note(note.reason, note.at_ms, done=True))


def _overwrite(path: Path) -> None:
    """Write over the beginning of a file, flushed to the disk."""
    with contextlib.suppress(OSError), path.open("r+b") as stream:
        length = min(os.fstat(stream.fileno()).st_size, HEADER_BYTES)
        stream.write(secrets.token_bytes(length))
        stream.flush()
        os.fsync(stream.fileno())


def _write(home: Path, note: _Note) -> None:
    with contextlib.suppress(OSError):  # a disk that takes nothing: the keyring's secret still goes
        write_private(home / ERASED_FILE, msgspec.json.encode(note) + b"\n")


def _read(home: Path) -> _Note | None:
    try:
        with (home / ERASED_FILE).open("rb") as stream:
            note = msgspec.json.decode(stream.read(_MAX_FILE), type=_Note)
    except (OSError, msgspec.DecodeError, ValueError):
        return None
    known = len(note.home_id) in (0, 32) and 0 <= note.generation < MAX_GENERATION
    return note if known else None
