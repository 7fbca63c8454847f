"""A way to the server that loses requests and replies, sends twice and shuffles, as it is told."""

from __future__ import annotations

import random
from collections import deque
from typing import Literal, TypeVar

import msgspec

from sync.errors import NoConnection
from sync.transport import CALL_S, HttpTransport
from sync.wire.calls import PollReply, PullReply

Fault = Literal["lose_request", "lose_reply", "duplicate", "reorder", "no_inline"]
T = TypeVar("T", bound=msgspec.Struct)


class BadWay:
    """HTTP to a real server; each fault told is spent on the next call that it can befall."""

    def __init__(self, url: str, faults: list[Fault], seed: int) -> None:
        self._http = HttpTransport(url)
        self._faults = deque(faults)
        self._random = random.Random(seed)
        self.url = self._http.url
        self.traffic = self._http.traffic

    def call(
        self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = CALL_S
    ) -> T:
        """Call, with what goes wrong."""
        fault = self._faults.popleft() if self._faults and name in ("push", "pull", "poll") else None
        if fault == "lose_request":
            raise NoConnection("the request was lost")
        answer = self._http.call(name, request, reply, token=token, timeout_s=timeout_s)
        if fault == "lose_reply":
            raise NoConnection("the reply was lost")
        if fault == "duplicate":
            answer = self._http.call(name, request, reply, token=token, timeout_s=timeout_s)
        if isinstance(answer, PollReply | PullReply):
            answer = self._shaken(answer, fault)  # type: ignore[assignment]  # of the type it came in
        return answer

    def cancel(self) -> None:
        """Cut what is in flight."""
        self._http.cancel()

    def close(self) -> None:
        """Cut what is in flight and refuse what comes later."""
        self._http.close()

    def _shaken(self, answer: PollReply | PullReply, fault: Fault | None) -> PollReply | PullReply:
        if isinstance(answer, PullReply):
            spaces = list(answer.spaces)
            if fault == "reorder":
                self._random.shuffle(spaces)
            return msgspec.structs.replace(answer, spaces=spaces)
        inline, changed = list(answer.inline), list(answer.changed)
        if fault == "reorder":
            self._random.shuffle(inline)
            self._random.shuffle(changed)
        if fault == "no_inline":
            inline = []
        return msgspec.structs.replace(answer, inline=inline, changed=changed)
