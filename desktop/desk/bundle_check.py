"""What is in a bundle, for who holds its own key, and for a desk that can read it: contents stay sealed to both."""

from __future__ import annotations

import contextlib
from typing import BinaryIO

from desktop.casework.carry_views import BundleChecked
from desktop.profile import Profile
from desktop.store import Connection
from desktop.store.carrying import Carrying
from sync.bundle import peek_header
from sync.checking import Check, key_of
from sync.intake import Fork
from sync.keys import DeviceKeys
from sync.wire.errors import WireError


def check_contents(
    stream: BinaryIO, profile: Profile, key: str = "", connection: Connection | None = None
) -> BundleChecked:
    """Check what is in a file of a bundle: by its own key, or as a reader of it, and then also against what is here.

    Raises a WireError: NotForUs, Damaged …; Malformed for a key that is none.
    """
    if key:
        header = peek_header(stream)
        check = Check(profile.trust, key_of(key, header.bundle), profile.log_key)
    else:
        assert connection is not None  # noqa: S101 - one of the two opens it
        reader = DeviceKeys(bytes(32), connection.replica.device_keys().seal_secret)  # what we signed is as good
        check = Check(profile.trust, reader, profile.log_key)
        for ministry, number, entry in Carrying(connection.context).directories():
            with contextlib.suppress(WireError):  # under a root that the charter put in another's place
                check.add_directory_entries(ministry, number, [entry])
    done = check.read(stream)
    compared = 0
    for space, device, first, hash_ in check.segments() if connection is not None else ():
        here = connection.replica.segment_hash(space, device, first) if connection is not None else None
        compared += here is not None
        if here not in (None, hash_):
            check.problems.append(Fork.code)
    return BundleChecked(
        done.directories,
        done.items,
        done.waiting,
        done.rejected + len(check.problems),
        tuple(dict.fromkeys([*done.problems, *check.problems])),
        tuple(check.spaces),
        done.files,
        check.checkpoint,
        compared,
    )
