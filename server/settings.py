"""What an operator may set: times, ceilings and quotas, with defaults for an alliance of some dozen ministries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from server.problems import Misuse

FILE = "settings.toml"

Seconds = Annotated[int, Meta(ge=1, le=86_400)]
Bytes = Annotated[int, Meta(ge=1 << 20, le=1 << 50)]
Amount = Annotated[int, Meta(ge=1, le=1 << 31)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every value has a default; a file `settings.toml` in the data folder changes single ones."""

    token_s: Seconds = 3_600  # life of a token
    nonce_s: Seconds = 60  # life of a challenge
    body_idle_s: Seconds = 20  # longest pause within a request's body
    body_total_s: Seconds = 300  # longest time for a whole body: 1 MiB at 28 kbit/s
    keep_alive_s: Seconds = 120  # how long an idle connection stays open
    connections: Amount = 20_000  # open at once; more are answered with 503
    polls: Amount = 10_000  # long polls held at once
    polls_per_device: Amount = 2  # of one device; a newer one ends the oldest
    ministry_bytes: Bytes = 64 << 30  # stored for one ministry's devices
    directory_entries: Amount = 20_000  # of one ministry: administrators, desks, revocations
    inbox_bytes: Bytes = 256 << 20  # grants of one ministry's devices to one device
    inbox_grants: Amount = 200_000
    spaces_per_hour: Amount = 50_000  # founded by one device
    entries_per_hour: Amount = 600  # that change the members or epochs of one space
    rotations_per_hour: Amount = 60  # of one space
    receipts_per_hour: Amount = 240  # of one device in one space
    ministry_snapshot_bytes: Bytes = 16 << 30  # of snapshots that one ministry's devices made
    ministry_chunk_bytes: Bytes = 256 << 30  # of evidence files, for one ministry's devices
    open_calls_per_minute: Amount = 6_000  # that need no token, of one address; behind a proxy all desks share its own
    addresses: list[str] = []  # by which desks may name this server when they sign in; none: any, for trials only
    store_bytes: Bytes = 1 << 40  # ceiling of the database file, so that a full disk is met on our terms


def read_settings(folder: Path) -> Settings:
    """Read the folder's settings file, or give the defaults. Raises Misuse if the file is not understood."""
    try:
        text = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise Misuse(f"{FILE} cannot be read: {error.strerror}") from error
    try:
        return msgspec.toml.decode(text, type=Settings)
    except msgspec.DecodeError as error:
        raise Misuse(f"{FILE}: {error}") from error
