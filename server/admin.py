"""What the operator does to a data folder, served at the moment or not: members, directories, figures."""

from __future__ import annotations

from pathlib import Path

import msgspec

from server.notary import KEY_FILE
from server.problems import Misuse, Refusal
from server.registry import Registry
from server.running import exclusive, initialise
from server.secret_file import read_secret
from server.sqlite_schema import create_or_check, open_connection, renew_data_epoch
from server.sqlite_storage import SqliteStorage
from server.storage import CharterBegan, MemberDiffers
from sync.wire.calls import EnrolRequest
from sync.wire.codec import MAX_CALL, Ministry, decode
from sync.wire.errors import WireError
from sync.wire.signing import check_public_key, fingerprint, public_key


class Refused(Exception):
    """The operator's order was understood and not carried out; the text says why."""


def check_member(ministry: str, root_hex: str) -> bytes:
    """Return the root key of a member to add. Raises Misuse if the code or the key is not one."""
    try:
        msgspec.convert(ministry, Ministry)
        root = bytes.fromhex(root_hex)
        check_public_key(root)
    except (msgspec.ValidationError, ValueError):
        raise Misuse("a member has a code of 2 to 8 capital letters and a root key of 64 hexadecimal digits") from None
    except WireError as error:
        raise Misuse(str(error)) from error
    return root


async def add_member(folder: Path, ministry: str, root: bytes) -> bool:
    """Add a member; False if it is one already. Raises Refused if it has another root key."""
    storage = _open(folder)
    try:
        return await storage.add_member(ministry, root)
    except MemberDiffers:
        raise Refused(f"{ministry} is a member already, with another root key") from None
    except CharterBegan:
        raise Refused("the charter has begun: members are added by its entries, which the members sign") from None
    finally:
        await storage.close()


async def list_members(folder: Path) -> list[dict[str, str | int]]:
    """Return each member's code, root key and fingerprint, number of directory entries and devices."""
    storage = _open(folder)
    try:
        registry = Registry(storage)
        await registry.refresh()
    finally:
        await storage.close()
    return [
        {
            "ministry": ministry,
            "root": member.directory.present_root.hex(),
            "fingerprint": fingerprint(member.directory.present_root),
            "entries": len(member.entries),
            "devices": len(member.directory.devices),
        }
        for ministry, member in sorted(registry.members.items())
    ]


async def import_directory(folder: Path, file: Path) -> int:
    """Append the entries of a file (one EnrolRequest, as a desk would send it); returns where the directory ends."""
    try:
        with file.open("rb") as source:
            data = source.read(MAX_CALL + 1)
    except OSError as error:
        raise Misuse(f"{file}: {error.strerror}") from error
    storage = _open(folder)
    try:
        request = decode(EnrolRequest, data)
        registry = Registry(storage)
        await registry.refresh()
        return await registry.enrol(request.ministry, request.first, request.entries)
    except WireError as error:
        raise Refused(f"{file.name}: {error.code}: {error}") from error
    except Refusal as refusal:
        raise Refused(f"{file.name}: {refusal.code}: {refusal.detail}") from refusal
    finally:
        await storage.close()


async def status(folder: Path) -> dict[str, int]:
    """Return the totals of what is stored."""
    storage = _open(folder)
    try:
        return dict(msgspec.to_builtins(await storage.status()))
    finally:
        await storage.close()


def log_key(folder: Path) -> dict[str, str]:
    """Return the public key of the server's log, which profiles carry, and its fingerprint."""
    _check_folder(folder)
    key = public_key(read_secret(folder / KEY_FILE))
    return {"key": key.hex(), "fingerprint": fingerprint(key)}


def renew_epoch(folder: Path) -> str:
    """Make every desk compare its heads anew: to be done after a copy was put back. The folder must not be served."""
    _check_folder(folder)
    with exclusive(folder):
        connection = open_connection(folder)
        try:
            create_or_check(connection)
            return renew_data_epoch(connection).hex()
        finally:
            connection.close()


def make(folder: Path) -> None:
    """Make a data folder with its secret and empty store."""
    initialise(folder)
    connection = open_connection(folder)
    try:
        create_or_check(connection)
    finally:
        connection.close()


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise Misuse(f"{folder} is not there; `admin init` makes it")


def _open(folder: Path) -> SqliteStorage:
    _check_folder(folder)
    return SqliteStorage(folder)
