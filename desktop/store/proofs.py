"""Making proof files of what is kept as evidence: the finding, and the directories that name its signers."""

from __future__ import annotations

from desktop.store.charters import Charters
from desktop.store.context import Context
from desktop.store.evidence import Evidence
from desktop.store.logbook import LogBook
from sync.proof import Book, Voucher, devices_of, make_proof
from sync.wire.charter import NAME, Charter
from sync.wire.directory import DeviceEnrolled, Directory
from sync.wire.errors import WireError


def export(context: Context, evidence: Evidence, logbook: LogBook, number: int, log_key: bytes = b"") -> bytes | None:
    """The proof file of a finding by its number, signed by this desk; None if there is no such finding.

    `log_key`: of the server's log, if the profile names it; else the one that was seen first.
    """
    found = evidence.finding(number)
    if found is None:
        return None
    finding, found_ms = found
    devices = devices_of(finding) | {context.device}
    times = (found_ms, context.now_ms())
    book = Book(_entries(context, NAME), _vouchers(context, devices))
    return make_proof(context.identity.keys, finding, times, log_key or logbook.notes().key, book)


def _entries(context: Context, name: str) -> list[bytes]:
    rows = context.database.all("SELECT entry FROM directory WHERE ministry = ? ORDER BY seq", (name,))
    return [row[0] for row in rows]


def _vouchers(context: Context, devices: set[bytes]) -> list[Voucher]:
    """Each ministry's directory up to the entry that names the last of the devices."""
    wanted: dict[str, set[bytes]] = {}
    for device in devices:
        ministry = context.database.value("SELECT ministry FROM devices WHERE device = ?", (device,))
        if ministry is not None:
            wanted.setdefault(ministry, set()).add(device)
    charter = Charters(context).load()
    return [_voucher(context, charter, ministry, named) for ministry, named in sorted(wanted.items())]


def _voucher(context: Context, charter: Charter, ministry: str, wanted: set[bytes]) -> Voucher:
    directory = Directory(ministry, charter.first_roots[ministry], charter.handovers.get(ministry))
    entries: list[bytes] = []
    missing = set(wanted)
    for data in _entries(context, ministry):
        if not missing:
            break
        try:
            event = directory.append(data).event
        except WireError:  # a damaged store: what verifies still vouches for those named so far
            break
        entries.append(data)
        if isinstance(event, DeviceEnrolled):
            missing.discard(event.certificate.device)
    return Voucher(ministry, entries)
