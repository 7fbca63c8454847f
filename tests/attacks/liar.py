"""A server that answers properly and then lies: the real one behind a transport that retells its replies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from desktop.casework.views import SyncReport
from desktop.desk import Desk
from sync.errors import BadReply
from sync.transport import CALL_S, HttpTransport
from sync.wire.calls import Cursor, Item, PollReply, PullReply, PullRequest, SpaceItems
from sync.wire.codec import decode, encode
from sync.wire.errors import Malformed
from sync.wire.space import advance_head

T = TypeVar("T", bound=msgspec.Struct)
Lie = Callable[[msgspec.Struct, msgspec.Struct], msgspec.Struct]
"""Gives another reply, from the request and the true one."""


class Liar(HttpTransport):
    """HTTP to a real server, whose replies are retold by the name of the call, and decoded from bytes again."""

    def __init__(self, url: str, lies: dict[str, Lie]) -> None:
        super().__init__(url)
        self._lies = lies
        self.told = 0

    def call(
        self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = CALL_S
    ) -> T:
        """Call, and retell the answer."""
        answer = super().call(name, request, reply, token=token, timeout_s=timeout_s)
        if name not in self._lies:
            return answer
        told = encode(self._lies[name](request, answer))
        self.told += told != encode(answer)
        try:
            return decode(reply, told)
        except Malformed as error:
            raise BadReply(str(error)) from error


def sync_with(desk: Desk, lies: dict[str, Lie]) -> tuple[SyncReport, int]:
    """Sync a desk with a server that lies; returns the report and how many replies were other than true."""
    made: list[Liar] = []

    def make(url: str, _ca_file: str) -> Liar:
        made.append(Liar(url, lies))
        return made[-1]

    return desk.sync_once(make_transport=make), sum(each.told for each in made)


def nothing_inline(_request: msgspec.Struct, reply: msgspec.Struct) -> msgspec.Struct:
    """Leave everything to the pull."""
    assert isinstance(reply, PollReply)
    return msgspec.structs.replace(reply, inline=[])


def retell(change: Callable[[bytes, list[Item]], list[Item]]) -> dict[str, Lie]:
    """Lies that change the items of every pulled space, with numbers and heads that fit."""

    def pull(request: msgspec.Struct, reply: msgspec.Struct) -> msgspec.Struct:
        assert isinstance(request, PullRequest)
        assert isinstance(reply, PullReply)
        cursors = {cursor.space: cursor for cursor in request.cursors}
        return PullReply(
            [one if one.mismatch else fitting(cursors[one.space], change(one.space, one.items)) for one in reply.spaces]
        )

    return {"poll": nothing_inline, "pull": pull}


def fitting(cursor: Cursor, items: list[Item]) -> SpaceItems:
    """Items behind a cursor with numbers that follow and the head that follows from them."""
    head, told = cursor.head, list[Item]()
    for sequence, item in enumerate(items, cursor.sequence + 1):
        told.append(Item(sequence, item.kind, item.body))
        head = advance_head(head, item.kind, item.body)
    return SpaceItems(cursor.space, told, cursor.sequence + len(told), head)
