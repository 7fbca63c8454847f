"""Entries of a space's own log as a device signs them. PROTOCOL.md, "Spaces"."""

from __future__ import annotations

import msgspec

from sync.keys import DeviceKeys
from sync.wire.codec import encode
from sync.wire.membership import Membership
from sync.wire.signing import Signed, pack
from sync.wire.space import ENTRY_DOMAIN, SUITE, VERSION, Event, Known, SpaceEntry


def make_entry(keys: DeviceKeys, membership: Membership, event: Event, known: list[Known], at_ms: int) -> bytes:
    """Sign the entry that follows a space's log as it stands. `known`: how far the directories are here."""
    body = encode(
        SpaceEntry(
            VERSION,
            SUITE,
            membership.space,
            keys.device,
            membership.number + 1,
            membership.head,
            at_ms,
            known,
            msgspec.Raw(encode(event)),
        )
    )
    return pack(Signed(body, keys.sign(ENTRY_DOMAIN, body)))
