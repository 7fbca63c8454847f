"""A desk that speaks the protocol over a bare HTTP connection and keeps nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sync.link import Signer
from sync.wire import calls, snapshot
from sync.wire.checkpoint import CheckpointReply
from sync.wire.codec import NO_HASH, decode, encode
from sync.wire.space import advance_head

T = TypeVar("T")
REPLIES: dict[str, type[Any]] = {
    "challenge": calls.ChallengeReply,
    "token": calls.TokenReply,
    "directory": calls.DirectoryReply,
    "enrol": calls.EnrolReply,
    "push": calls.PushReply,
    "pull": calls.PullReply,
    "poll": calls.PollReply,
    "heads": calls.HeadsReply,
    "checkpoint": CheckpointReply,
    "continuity": calls.ContinuityReply,
    "snapshot": snapshot.SnapshotReply,
    "snapshot_put": snapshot.SnapshotPutReply,
}


@dataclass(frozen=True)
class Answer:
    """A reply as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document it carries."""
        assert self.headers["content-type"] == calls.PROBLEM_TYPE
        document: dict[str, Any] = json.loads(self.body)
        assert document["status"] == self.status
        return document

    @property
    def code(self) -> str:
        """The problem's code."""
        code: str = self.problem["code"]
        return code


class CallFailed(AssertionError):
    """A call that should have succeeded was answered with a problem."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode())
        self.answer = answer


class BareDesk:
    """One connection of one device."""

    def __init__(self, url: str, keys: Signer, *, timeout_s: float = 70) -> None:
        self.keys = keys
        parts = urlsplit(url)
        assert parts.hostname is not None
        self._connection = HTTPConnection(parts.hostname, parts.port, timeout=timeout_s)
        self.token = ""

    def send(self, path: str, body: bytes, *, method: str = "POST", headers: dict[str, str] | None = None) -> Answer:
        """Send bytes and return the reply, whatever it is."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        self._connection.request(method, path, body, sent | (headers or {}))
        reply = self._connection.getresponse()
        answer = Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
        if answer.headers.get("connection") == "close":
            self._connection.close()
        return answer

    def ask(self, name: str, request: object) -> Answer:
        """Make a call and return the reply, whatever it is."""
        return self.send(calls.PATHS[name], encode(request))

    def call(self, name: str, request: object) -> Any:
        """Make a call that must succeed, and return its reply, checked."""
        answer = self.ask(name, request)
        if answer.status != 200:
            raise CallFailed(answer)
        return decode(REPLIES[name], answer.body)

    def sign_in(self) -> BareDesk:
        """Get a token."""
        challenge: calls.ChallengeReply = self.call("challenge", calls.ChallengeRequest(self.keys.device))
        self.token = self.call("token", self.answer_to(challenge)).token
        return self

    def answer_to(self, challenge: calls.ChallengeReply, signer: Signer | None = None) -> calls.TokenRequest:
        """Sign a challenge."""
        message = challenge.nonce + challenge.data_epoch + self.keys.device
        signature = (signer or self.keys).sign(calls.TOKEN_DOMAIN, message)
        return calls.TokenRequest(self.keys.device, challenge.nonce, signature)

    def push(self, *items: calls.PushItem) -> list[calls.PushResult]:
        """Push items and return their results."""
        results: list[calls.PushResult] = self.call("push", calls.PushRequest(list(items))).results
        return results

    def poll(
        self, feed: bytes = b"", *, grants: int = 0, heads: list[calls.DirectoryHead] | None = None, wait_s: int = 0
    ) -> calls.PollReply:
        """Poll once."""
        reply: calls.PollReply = self.call("poll", calls.PollRequest(feed, grants, heads or [], wait_s))
        return reply

    def pull_all(self, space: bytes, budget: int = 1 << 20) -> list[calls.Item]:
        """Pull a space from its start to its end, checking that the items give the head that the server names."""
        items: list[calls.Item] = []
        cursor = calls.Cursor(space, 0, NO_HASH)
        while True:
            (reply,) = self.call("pull", calls.PullRequest([cursor], budget)).spaces
            assert not reply.mismatch
            if not reply.items:
                assert (cursor.sequence, cursor.head) == (reply.head_sequence, reply.head)
                return items
            cursor = follow(cursor, reply.items)
            items += reply.items

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def follow(cursor: calls.Cursor, items: list[calls.Item]) -> calls.Cursor:
    """Return the cursor behind items, which must follow it without a gap."""
    head, sequence = cursor.head, cursor.sequence
    for item in items:
        assert item.sequence == sequence + 1
        head, sequence = advance_head(head, item.kind, item.body), item.sequence
    return calls.Cursor(cursor.space, sequence, head)
