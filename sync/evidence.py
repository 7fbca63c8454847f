"""What shows that somebody did not keep to the protocol: a finding, with the bytes that were signed.

A finding is kept by the desk that made it, told to its officer in plain words, and handed on as a proof
(`sync.proof`). Where the bytes alone convince, it is proof; where they do not, it is what this desk attests.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from sync.wire.codec import digest, encode

Kind = Literal[
    "fork",
    "split_history",
    "space_fork",
    "gap",
    "server_rewound",
    "new_log",
    "log_forked",
    "split_view",
    "not_in_log",
    "withheld",
    "log_key",
    "store_rolled_back",
    "snapshot_false",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Exhibit(msgspec.Struct, frozen=True, array_like=True):
    """Bytes as received, and what they are: segment, entry, checkpoint, cosigned, snapshot, path."""

    role: str
    data: bytes


class Finding(msgspec.Struct, frozen=True):
    """One thing that should not be.

    fork              `device` signed two segments for one place of its chain: [segment, segment]
    split_history     `device` was shown another history of a chain than we were: [its segment, ours of that chain]
    space_fork        two entries of a space's log with one predecessor: [entry, entry]
    gap               what came before a segment of `device` was never delivered: [segment]
    server_rewound    the server has not the log of `space` that it had
    new_log           the server began another log of its own: [checkpoint, checkpoint]
    log_forked        two checkpoints of which neither goes on from the other: [checkpoint, checkpoint, path]
    split_view        likewise, one of them cosigned by `device`: [checkpoint, cosigned, path]
    not_in_log        what the server delivered of `space` does not stand in its log: [checkpoint]
    withheld          the server's log names more of `space` than it delivers: [checkpoint, path]
    log_key           a checkpoint that is signed with another key than the server's: [checkpoint]
    store_rolled_back this desk's own store is older than the keyring says
    snapshot_false    a snapshot by `device` is not what the history gives: [snapshot]
    """

    kind: Kind
    space: bytes = b""
    device: bytes = b""
    exhibits: list[Exhibit] = []
    facts: dict[str, int | str] = {}  # sequences, sizes, hashes: what the exhibits do not say by themselves
    once: bytes = b""  # findings of one kind with the same are one; empty: the exhibits tell them apart

    @property
    def key(self) -> bytes:
        """What tells two findings apart."""
        parts = [self.once] if self.once else sorted(one.data for one in self.exhibits)
        return digest(self.kind.encode(), self.space, self.device, *parts, domain="tahaluf-finding")


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A finding's bytes as a store keeps them."""

    exhibits: list[Exhibit]
    facts: dict[str, int | str]


def keep(finding: Finding) -> bytes:
    """Encode what a store does not keep in columns of its own."""
    return encode(Kept(finding.exhibits, finding.facts))
