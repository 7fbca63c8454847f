"""Who wrote a change: device ids into officers, ministries and desks, from the verified directories."""

from __future__ import annotations

from typing import NamedTuple

from desktop.casework.views import Author
from desktop.store.context import Context
from sync.wire.codec import MAX_ENTRY, decode
from sync.wire.directory import Certificate


class Standing(NamedTuple):
    """What a device's ministry says of it after its enrolment."""

    revoked: bool
    wiped: bool


class Authors:
    """Looks devices up. An unknown one has empty names; ours has those of its request until it is enrolled."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def certificate(self, device: bytes) -> tuple[str, Certificate] | None:
        """The ministry and certificate of an enrolled device."""
        row = self._context.database.one("SELECT ministry, certificate FROM devices WHERE device = ?", (device,))
        return (row[0], decode(Certificate, row[1], MAX_ENTRY)) if row else None

    def standing(self, device: bytes) -> Standing:
        """Whether the device's own ministry revoked it, and ordered it to destroy its keys."""
        row = self._context.database.one("SELECT revoked, wiped FROM devices WHERE device = ?", (device,))
        return Standing(*map(bool, row)) if row else Standing(revoked=False, wiped=False)

    def author(self, device: bytes, at_ms: int) -> Author:
        """The author of a change that this device wrote at a time of its own clock."""
        mine = device == self._context.device
        found = self.certificate(device)
        if found is not None:
            ministry, certificate = found
            return Author(certificate.officer, ministry, device.hex(), certificate.desk, at_ms, mine)
        if mine:
            identity = self._context.identity
            return Author(identity.officer, identity.ministry, device.hex(), identity.desk, at_ms, mine=True)
        return Author("", "", device.hex(), "", at_ms)
