"""A ministry that lost its desks gets its keys back: two holders restore the continuity key, a new desk gets them.

The continuity key is whole in this process's memory only. What was granted to it comes from the server, sealed; a key
of an epoch proves itself, for its space's log commits to it, so a forged grant brings nothing that a desk would use.
"""

from __future__ import annotations

import time

import msgspec

from desktop.ministry import MinistryFolder, Server
from desktop.refusals import Refused
from sync.keys import ContinuityKey, EpochKey, make_grant
from sync.ministry import MinistryKeys
from sync.wire.calls import ContinuityReply, ContinuityRequest, PushItem, PushReply, PushRequest
from sync.wire.codec import MAX_GRANT_KEYS
from sync.wire.directory import Certificate
from sync.wire.errors import WireError
from sync.wire.space import read_grant

PAGES = 10_000  # of grants: a server that always has more is not believed for ever


class Recovered(msgspec.Struct, frozen=True):
    """What a recovery found and passed on; the `--json` of `tahaluf ministry recover`."""

    grants: int  # read from the server
    unreadable: int  # of these: not for this key, or garbage
    keys: int  # different keys of epochs
    spaces: int
    stored: int  # grants that the server took for the new desk


def recover(
    folder: MinistryFolder, keys: MinistryKeys, continuity: ContinuityKey, device: bytes, server: Server
) -> Recovered:
    """Grant an enrolled desk of ours every key that was granted to the continuity key. `server`: signed in as `keys`.

    Raises Refused: not_continuity_key, no_such_desk, already_revoked, nothing_to_recover; SyncError.
    """
    if continuity.key != folder.directory.continuity:
        raise Refused("not_continuity_key")
    certificate = folder.directory.devices.get(device)
    if certificate is None:
        raise Refused("no_such_desk")
    if device in folder.directory.revoked:
        raise Refused("already_revoked")
    found, grants, unreadable = _collect(continuity, server)
    if not found:
        raise Refused("nothing_to_recover")
    stored = _pass_on(keys, certificate, found, server)
    return Recovered(grants, unreadable, len(found), len({key.space for key in found}), stored)


def _collect(continuity: ContinuityKey, server: Server) -> tuple[list[EpochKey], int, int]:
    """The different keys in the server's grants, how many grants there were, and how many could not be read."""
    found: dict[EpochKey, None] = {}
    after = grants = unreadable = 0
    for _ in range(PAGES):
        reply = server.call("continuity", ContinuityRequest(continuity.id, after), ContinuityReply)
        news = [item for item in reply.grants if item.sequence > after]
        for item in news:
            after, grants = item.sequence, grants + 1
            try:
                found |= dict.fromkeys(continuity.open(read_grant(item.body)[0]))
            except WireError:
                unreadable += 1
        if not news or not reply.more:
            break
    return list(found), grants, unreadable


def _pass_on(keys: MinistryKeys, certificate: Certificate, found: list[EpochKey], server: Server) -> int:
    """Grant the keys and push the grants; returns how many the server has. Raises Refused with its first refusal."""
    stored, now_ms = 0, time.time_ns() // 1_000_000
    for place in range(0, len(found), MAX_GRANT_KEYS):
        grant = make_grant(keys, certificate, found[place : place + MAX_GRANT_KEYS], now_ms)
        reply = server.call("push", PushRequest([PushItem("grant", grant)]), PushReply)
        for result in reply.results:
            if result.status == "refused":
                raise Refused(result.code)
            stored += 1
    return stored
