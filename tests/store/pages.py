"""Every byte that a store's files hold, in the plain: each page of database and write-ahead log, also the free ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from desktop.store.database import DATABASE_FILE, PAGE_BYTES

RESERVED, IV = 80, 16  # bytes at the end of a page: its vector and its authentication code (SQLCipher 4)
SALT = 16  # bytes at the start of the file
LOG_HEADER, FRAME_HEADER = 32, 24


def plain_pages(home: Path, key: bytes) -> Iterator[bytes]:
    """Decrypt page by page what the files hold now."""
    data = (home / DATABASE_FILE).read_bytes()
    for at in range(0, len(data), PAGE_BYTES):
        yield _plain(data[at : at + PAGE_BYTES], key, SALT if at == 0 else 0)
    log = home / f"{DATABASE_FILE}-wal"
    frames = log.read_bytes()[LOG_HEADER:] if log.exists() else b""
    for at in range(0, len(frames), FRAME_HEADER + PAGE_BYTES):
        number = int.from_bytes(frames[at : at + 4], "big")
        page = frames[at + FRAME_HEADER : at + FRAME_HEADER + PAGE_BYTES]
        yield _plain(page, key, SALT if number == 1 else 0)


def _plain(page: bytes, key: bytes, skip: int) -> bytes:
    vector = page[-RESERVED : IV - RESERVED]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    return decryptor.update(page[skip:-RESERVED]) + decryptor.finalize()
