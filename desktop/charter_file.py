"""A change of the list of members on its way around the members: proposed once, signed by each root, published.

The file is the entry itself as it will be published, in armour; each root that signs adds its signature. Nothing in it
is secret, and nobody but the members' roots can make it hold.
"""

from __future__ import annotations

import time
from pathlib import Path

from desktop.armour import MAX_ARMOURED, PROPOSAL, armour, unarmour
from desktop.files import write_private
from desktop.ministry import Server
from desktop.refusals import Refused
from sync.ministry import MinistryKeys
from sync.wire.calls import DirectoryHead, DirectoryReply, DirectoryRequest
from sync.wire.charter import (
    NAME,
    Charter,
    CharterEntry,
    CharterEvent,
    RootReplaced,
    SignedEntry,
    assent,
    read_body,
    signed_entry,
)
from sync.wire.codec import MAX_ENTRY, NO_HASH, decode
from sync.wire.directory import entry_hash
from sync.wire.errors import WireError

PAGES = 10_000  # of entries: a server that always has more is not believed for ever


def fetch_charter(server: Server, genesis: dict[str, bytes]) -> Charter:
    """The charter as the server has it, verified from the profile's list on. Raises Refused, SyncError."""
    charter = Charter(genesis)
    for entry in _log(server, NAME):
        try:
            charter.append(entry)
        except WireError as wrong:
            raise Refused("charter_differs", reason=wrong.code) from wrong
    return charter


def end_of_directory(server: Server, ministry: str, after: int | None = None) -> tuple[int, bytes]:
    """The last entry of a directory that counts, and the hash that the next one names; without `after`, its end.

    Raises Refused (no_such_entry), SyncError.
    """
    entries = _log(server, ministry)
    if after is not None and not 0 <= after <= len(entries):
        raise Refused("no_such_entry", number=after)
    entries = entries[:after]
    return len(entries), entry_hash(entries[-1]) if entries else NO_HASH


def propose(path: Path, charter: Charter, event: CharterEvent) -> None:
    """Write a proposal that nobody has signed yet. Raises Refused: order_refused, file_exists, file_unwritable."""
    if path.exists():
        raise Refused("file_exists", path=str(path))
    try:
        body = charter.propose(event, time.time_ns() // 1_000_000)
    except WireError as wrong:
        raise Refused("order_refused", reason=str(wrong)) from wrong
    _write(path, signed_entry(body, []))


def read_proposal(path: Path) -> tuple[SignedEntry, CharterEntry]:
    """A proposal and what it says. Raises Refused: file_unreadable, bad_proposal."""
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_ARMOURED).decode("ascii", "replace")
        signed = decode(SignedEntry, unarmour(text, PROPOSAL), MAX_ENTRY)
        return signed, read_body(signed.body)
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(path)) from wrong
    except (ValueError, WireError) as wrong:
        raise Refused("bad_proposal") from wrong


def sign_proposal(path: Path, keys: MinistryKeys) -> int:
    """Add the root's signature; returns how many there are. Raises Refused: no_root_key, and as `read_proposal`."""
    signed, _ = read_proposal(path)
    if not keys.root_seed:
        raise Refused("no_root_key")
    others = [each for each in signed.assents if each.ministry != keys.ministry]
    assents = [*others, assent(keys.root_seed, keys.ministry, signed.body)]
    _write(path, signed_entry(signed.body, assents))
    return len(assents)


def describe(event: CharterEvent) -> tuple[str, str, bytes]:
    """The kind of an event, the member it is about, and the root key that it names; empty when it names none."""
    kind = str(event.__struct_config__.tag)
    return kind, event.ministry, getattr(event, "root", b"")


def is_handover(event: CharterEvent) -> int | None:
    """After which entry of the member's directory a new root signs; None for other events."""
    return event.directory_sequence if isinstance(event, RootReplaced) else None


def _log(server: Server, name: str) -> list[bytes]:
    entries: list[bytes] = []
    for _ in range(PAGES):
        reply = server.call("directory", DirectoryRequest([DirectoryHead(name, len(entries))]), DirectoryReply)
        news = [each for part in reply.directories if part.ministry == name for each in part.entries]
        if not news:
            break
        entries += news
    return entries


def _write(path: Path, data: bytes) -> None:
    try:
        write_private(path, armour(data, PROPOSAL).encode("ascii"))
    except OSError as wrong:
        raise Refused("file_unwritable", path=str(path)) from wrong
