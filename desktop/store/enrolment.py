"""Who enrolled a device, from the directory's own entries: they were verified when they were taken."""

from __future__ import annotations

from typing import NamedTuple

from desktop.store.database import Database
from sync.wire.directory import AdministratorAdded, DeviceEnrolled, read_entry


class Enrolment(NamedTuple):
    """The newest entry that enrols a device: the administrator's key and name, and when by that one's clock."""

    administrator: bytes
    name: str
    at_ms: int


def find_enrolment(database: Database, ministry: str, device: bytes) -> Enrolment | None:
    """Look a device's enrolment up; None while its ministry's directory does not name it."""
    names: dict[bytes, str] = {}
    found: Enrolment | None = None
    for (data,) in database.all("SELECT entry FROM directory WHERE ministry = ? ORDER BY seq", (ministry,)):
        entry = read_entry(data)
        match entry.event:
            case AdministratorAdded(key, name):
                names[key] = name
            case DeviceEnrolled() if entry.event.certificate.device == device:
                found = Enrolment(entry.signer, names.get(entry.signer, ""), entry.at_ms)
    return found


def find_root(database: Database, ministry: str) -> bytes:
    """The root key of a ministry that this desk trusts; empty for one that it does not."""
    return bytes(database.value("SELECT root FROM roots WHERE ministry = ?", (ministry,)) or b"")


def find_reason(database: Database, device: bytes) -> str:
    """Why a device was revoked; empty while it is trusted."""
    return str(database.value("SELECT reason FROM devices WHERE device = ? AND revoked > 0", (device,)) or "")
