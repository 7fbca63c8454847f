"""The desk's side of a session with the secretariat: proves who it is, and makes calls with the token it gets."""

from __future__ import annotations

import threading
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec

from sync.errors import BadReply, Refused
from sync.transport import CALL_S, Transport
from sync.wire.calls import (
    TOKEN_DOMAIN,
    ChallengeReply,
    ChallengeRequest,
    TokenReply,
    TokenRequest,
)

T = TypeVar("T", bound=msgspec.Struct)

UNAUTHENTICATED = 401


class Signer(Protocol):
    """Who signs in: a device, or an administrator, who may read directories."""

    @property
    def device(self) -> bytes:
        """The 16-byte id."""

    def sign(self, domain: str, body: bytes) -> bytes:
        """Sign `body` under `domain`."""


class Link:
    """Calls of one device. Any thread may call; they share the token."""

    def __init__(self, transport: Transport, keys: Signer, *, timeout_s: float = CALL_S) -> None:
        """Take the way to the server, the keys that prove who calls, and how long a call may take (seconds)."""
        self._timeout_s = timeout_s
        self._transport = transport
        self._keys = keys
        self._token = ""
        self._lock = threading.Lock()

    def call(self, name: str, request: msgspec.Struct, reply: type[T], *, timeout_s: float | None = None) -> T:
        """Call the server, proving who we are first, and once again if the token is refused. Raises a SyncError."""
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        token = self._token or self._authenticate("")
        try:
            return self._transport.call(name, request, reply, token=token, timeout_s=timeout_s)
        except Refused as refusal:
            if refusal.status != UNAUTHENTICATED:
                raise
        return self._transport.call(name, request, reply, token=self._authenticate(token), timeout_s=timeout_s)

    def _authenticate(self, stale: str) -> str:
        """Get a token in place of `stale`, unless another thread has just done so."""
        with self._lock:
            if self._token != stale:
                return self._token
            device = self._keys.device
            asked, limit_s = ChallengeRequest(device), self._timeout_s
            challenge = self._transport.call("challenge", asked, ChallengeReply, timeout_s=limit_s)
            address = urlsplit(self._transport.url).netloc
            message = challenge.nonce + challenge.data_epoch + device + address.encode()
            signed = TokenRequest(device, challenge.nonce, self._keys.sign(TOKEN_DOMAIN, message), address)
            self._token = self._transport.call("token", signed, TokenReply, timeout_s=limit_s).token
            if not self._token.isascii() or not self._token.isprintable() or not self._token:
                self._token = ""
                raise BadReply("a token that cannot stand in a header")
            return self._token
