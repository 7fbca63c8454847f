"""Weaving: the one document that the writes of a long text give, in whatever order they came and whatever they claim.

The CRDT gives one result in any order only if each write is honest about its neighbours. So all writes are kept, and
put together anew in one order that follows from themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from sync import text
from sync.delta import read_delta
from sync.wire.errors import Malformed


def weave(writes: Sequence[bytes]) -> tuple[bytes, str]:
    """Put checked writes, given in the order of their dots, together; returns the document and its text."""
    ordered = settle_order(writes)
    try:
        return text.merge(ordered)
    except Malformed:
        return text.merge(_sound(ordered))


def settle_order(writes: Sequence[bytes]) -> list[bytes]:
    """Return the writes so that each follows those it refers to: always the first one, by dot, that can be next.

    One that refers to what is not there, or writes under a client that has written, is left out.
    """
    deltas = [read_delta(each) for each in writes]
    lengths: dict[int, int] = {}  # by client, units that are there
    waiting: dict[int, list[int]] = {}  # by the client waited for
    ready: list[int] = []

    def place(number: int) -> None:
        for client, units in deltas[number].needs.items():
            if client not in lengths:
                waiting.setdefault(client, []).append(number)
                return
            if lengths[client] < units:
                return
        heappush(ready, number)

    for number in range(len(writes)):
        place(number)
    ordered: list[bytes] = []
    while ready:
        number = heappop(ready)
        client = deltas[number].client
        if client in lengths:
            continue
        ordered.append(writes[number])
        if client:
            lengths[client] = deltas[number].length
            for other in waiting.pop(client, ()):
                place(other)
    return ordered


def _sound(ordered: list[bytes]) -> list[bytes]:
    """Those that the CRDT takes, one after the other. None is known that passes `read_delta` and is refused there."""
    sound: list[bytes] = []
    for each in ordered:
        try:
            text.merge([*sound, each])
        except Malformed:
            continue
        sound.append(each)
    return sound
