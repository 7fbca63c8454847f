"""A whole server in memory behind the transport's interface, and a line to it that loses, repeats and delays."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from sync.errors import NoConnection, Refused
from sync.transport import Traffic
from sync.wire import calls
from sync.wire.calls import Cursor, Item, PushItem, PushResult, SpaceItems
from sync.wire.codec import NO_HASH, decode, encode
from sync.wire.errors import WireError
from sync.wire.signing import verify
from sync.wire.space import advance_head, read_founding, read_grant, read_segment, segment_hash, space_id
from tests.support.secretariat import Ministry

T = TypeVar("T", bound=msgspec.Struct)


class Log:
    """The log of one space."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.heads = [NO_HASH]
        self.members: set[str] = set()
        self.chains: dict[bytes, tuple[int, bytes]] = {}
        self.hashes: dict[tuple[bytes, int], bytes] = {}

    def append(self, item: PushItem) -> int:
        """Store an item without any check: a test may put in what it likes."""
        assert item.kind != "grant"
        self.items.append(Item(len(self.items) + 1, item.kind, item.body))
        self.heads.append(advance_head(self.heads[-1], item.kind, item.body))
        return len(self.items)


class MemoryServer:
    """Keeps everything in lists. It checks what keeps a log in order, no more."""

    def __init__(self, ministries: list[Ministry]) -> None:
        self.ministries = {one.code: one for one in ministries}
        self.start_over()
        self.tokens: dict[str, bytes] = {}

    def start_over(self) -> None:
        """Lose everything but the directories."""
        self.epoch = secrets.token_bytes(16)
        self.logs: dict[bytes, Log] = {}
        self.inbox: dict[bytes, list[bytes]] = {}
        self.moves: list[bytes] = []

    def log(self, space: bytes) -> Log:
        """Return the log of a space, a new one if need be."""
        return self.logs.setdefault(space, Log())

    def put(self, space: bytes, kind: calls.ItemKind, body: bytes) -> None:
        """Put an item into a space's log, whatever it is."""
        self.log(space).append(PushItem(kind, body))
        self.moves.append(space)

    def answer(self, name: str, request: Any, device: bytes) -> msgspec.Struct:
        """Answer a call of an authenticated device."""
        return cast("msgspec.Struct", getattr(self, f"_{name}")(request, device))

    def _ministry(self, device: bytes) -> str:
        return next(code for code, one in self.ministries.items() if device in one.directory.devices)

    def _mine(self, device: bytes) -> dict[bytes, Log]:
        ministry = self._ministry(device)
        return {space: log for space, log in self.logs.items() if ministry in log.members}

    def _challenge(self, _request: calls.ChallengeRequest, _device: bytes) -> calls.ChallengeReply:
        return calls.ChallengeReply(bytes(32), self.epoch)

    def _token(self, request: calls.TokenRequest, _device: bytes) -> calls.TokenReply:
        certificate = self.ministries[self._ministry(request.device)].directory.devices[request.device]
        message = request.nonce + self.epoch + request.device + request.address.encode()
        verify(certificate.sign_key, calls.TOKEN_DOMAIN, message, request.signature)
        token = secrets.token_hex(8)
        self.tokens[token] = request.device
        return calls.TokenReply(token, 60)

    def _directory(self, request: calls.DirectoryRequest, _device: bytes) -> calls.DirectoryReply:
        return calls.DirectoryReply(self._directories(request.heads))

    def _directories(self, heads: list[calls.DirectoryHead]) -> list[calls.DirectoryItems]:
        have = {one.ministry: one.sequence for one in heads}
        return [
            calls.DirectoryItems(code, have.get(code, 0) + 1, one.entries[have.get(code, 0) :])
            for code, one in self.ministries.items()
            if len(one.entries) > have.get(code, 0)
        ]

    def _push(self, request: calls.PushRequest, device: bytes) -> calls.PushReply:
        return calls.PushReply([self._store(item, device) for item in request.items])

    def _store(self, item: PushItem, device: bytes) -> PushResult:
        try:
            if item.kind == "grant":
                box = self.inbox.setdefault(read_grant(item.body)[0].recipient, [])
                if item.body in box:
                    return PushResult("known")
                box.append(item.body)
                return PushResult("stored")
            if item.kind == "entry":
                return self._found(item)
            return self._append(item, device)
        except WireError as error:
            return PushResult("refused", error.code)

    def _found(self, item: PushItem) -> PushResult:
        space = space_id(item.body)
        if space in self.logs:
            return PushResult("known", sequence=1)
        self.log(space).members = {member.ministry for member in read_founding(item.body)[0].members}
        self.moves.append(space)
        return PushResult("stored", sequence=self.logs[space].append(item))

    def _append(self, item: PushItem, device: bytes) -> PushResult:
        segment, header = read_segment(item.body)
        log = self._mine(device).get(header.space)
        if log is None:
            return PushResult("refused", "no_such_space")
        last, previous = log.chains.get(device, (0, NO_HASH))
        if header.first <= last:
            known = log.hashes.get((device, header.first)) == segment_hash(segment)
            at = next((one.sequence for one in log.items if one.body == item.body), 0)
            return PushResult("known", sequence=at) if known else PushResult("refused", "fork")
        if header.first != last + 1 or header.previous != previous:
            return PushResult("refused", "gap" if header.first > last + 1 else "fork")
        log.chains[device] = (header.last, segment_hash(segment))
        log.hashes[device, header.first] = segment_hash(segment)
        self.moves.append(header.space)
        return PushResult("stored", sequence=log.append(item))

    def _pull(self, request: calls.PullRequest, device: bytes) -> calls.PullReply:
        mine = self._mine(device)
        return calls.PullReply([self._after(mine.get(one.space), one) for one in request.cursors])

    def _after(self, log: Log | None, cursor: Cursor) -> SpaceItems:
        if log is None:
            return SpaceItems(cursor.space, [], 0, NO_HASH, mismatch=True)
        end = len(log.items)
        if cursor.sequence > end or log.heads[cursor.sequence] != cursor.head:
            return SpaceItems(cursor.space, [], end, log.heads[-1], mismatch=True)
        return SpaceItems(cursor.space, log.items[cursor.sequence :], end, log.heads[-1])

    def _poll(self, request: calls.PollRequest, device: bytes) -> calls.PollReply:
        epoch, position = request.feed[:16], int.from_bytes(request.feed[16:], "big")
        reset = bool(request.feed) and (epoch != self.epoch or position > len(self.moves))
        mine = self._mine(device)
        moved = dict.fromkeys(one for one in self.moves[0 if reset else position :] if one in mine)
        grants = [
            calls.GrantItem(n, body) for n, body in enumerate(self.inbox.get(device, []), 1) if n > request.grants
        ]
        feed = self.epoch + len(self.moves).to_bytes(8, "big")
        changed = [calls.Changed(space, len(mine[space].items)) for space in moved]
        return calls.PollReply(
            feed, changed, [], grants, self._directories(request.directories), more=False, reset=reset
        )

    def _heads(self, request: calls.HeadsRequest, device: bytes) -> calls.HeadsReply:
        heads = [
            Cursor(space, len(log.items), log.heads[-1])
            for space, log in sorted(self._mine(device).items())
            if space > request.after
        ]
        return calls.HeadsReply(heads[: request.limit])


Fault = Callable[[str], str]
"""What goes wrong with a call of that name: "", "lose request", "lose reply", "twice", "expire"."""


class Line:
    """A transport to a server in memory; every message goes through its bytes."""

    def __init__(self, server: MemoryServer, fault: Fault = lambda _: "") -> None:
        self.server = server
        self.fault = fault
        self.url = "https://memory.example"
        self.traffic = Traffic()
        self.tamper: Callable[[str, Any], Any] = lambda _, reply: reply
        self.names: list[str] = []

    def call(self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = 0) -> T:
        """Call the server, unless something goes wrong."""
        del timeout_s
        fault = self.fault(name)
        self.traffic.requests += 1
        self.names.append(name)
        if fault == "lose request":
            raise NoConnection("lost request")
        if (name not in ("challenge", "token") and token not in self.server.tokens) or fault == "expire":
            raise Refused("token_expired", status=401)
        asked = decode(type(request), encode(request))
        device = self.server.tokens.get(token, b"")
        answer = self.server.answer(name, asked, device)
        if fault == "twice":
            answer = self.server.answer(name, asked, device)
        if fault == "lose reply":
            raise NoConnection("lost reply")
        return decode(reply, encode(self.tamper(name, answer)))

    def cancel(self) -> None:
        """Nothing is ever in flight here."""
