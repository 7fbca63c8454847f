"""The one way to the secretariat: calls over HTTP, bounded in time and size, cut from any thread, never redirected."""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
import threading
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec
import urllib3
from urllib3.util.ssl_match_hostname import CertificateError

from sync.connections import Call, Connections, Watch
from sync.errors import (
    BadReply,
    Cancelled,
    NoConnection,
    NotEnrolled,
    Redirected,
    Refused,
    SyncError,
    TooSlow,
    WrongAddress,
    WrongCertificate,
)
from sync.http import Ended, Head, ReplyReader, make_request
from sync.wire.calls import CONTENT_TYPE, PATHS, PROBLEM_TYPE, Problem
from sync.wire.codec import MAX_CALL, decode, encode
from sync.wire.errors import Malformed

REPLY_LIMIT = MAX_CALL + 64 * 1024  # bytes read of any reply
PROBLEM_LIMIT = 16 * 1024  # bytes of a problem document
CONNECT_S = 10.0
CALL_S = 60.0
DETAIL_CHARACTERS = 300
RETRY_AFTER_MAX_S = 3_600
T = TypeVar("T", bound=msgspec.Struct)


class Traffic(msgspec.Struct):
    """What went over the wire since the start: requests, and bytes with their headers (without TLS and TCP)."""

    requests: int = 0
    sent: int = 0
    received: int = 0


class Transport(Protocol):
    """What the engine needs of the way to the server. Tests put a whole server in memory behind it."""

    url: str  # of the server
    traffic: Traffic

    def call(
        self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = CALL_S
    ) -> T:
        """Call the server; `timeout_s` bounds all but the connecting. Raises a SyncError. Any thread may call."""

    def cancel(self) -> None:
        """Cut every call in flight: each raises Cancelled. Later calls go on."""


class HttpTransport:
    """Calls over HTTP/1.1, without redirects, cookies, content codings and what the environment says."""

    def __init__(self, url: str, *, ca_file: str = "", proxy: str = "", watch: Watch | None = None) -> None:
        """Take the server's address, and from the profile a CA file and a proxy. Raises WrongAddress."""
        self.url = check_url(url)
        self.traffic = Traffic()
        self._watch = watch or Watch()
        self._connections = Connections(self.url, ca_file, proxy)
        self._host = urlsplit(self.url).netloc
        self._lock = threading.Lock()
        self._closed = False

    def call(
        self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = CALL_S
    ) -> T:
        """Call the server. Raises a SyncError."""
        message = make_request(self._connections.prefix + PATHS[name], self._host, token, encode(request))
        call = Call(self._watch.clock() + CONNECT_S + timeout_s)
        if self._closed:
            raise Cancelled("the transport is closed")
        with self._watch.over(call):
            try:
                return self._exchange(call, message, reply, timeout_s)
            except SyncError:
                raise
            except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                raise _failure(error, call) from error

    def cancel(self) -> None:
        """Cut every call in flight: each raises Cancelled. Later calls go on."""
        self._watch.cut_all()

    def close(self) -> None:
        """Cut every call in flight and refuse later ones."""
        self._closed = True
        self.cancel()
        self._connections.close()

    def _exchange(self, call: Call, message: bytes, reply: type[T], timeout_s: float) -> T:
        connection = self._connections.take(call, CONNECT_S, timeout_s)
        try:
            with contextlib.suppress(BrokenPipeError):  # it may have answered before it read everything
                connection.sock.sendall(message)
            reader = ReplyReader(connection.sock)
            head = reader.head()
            if (encoding := head.headers.get("content-encoding", "identity")) != "identity":
                raise BadReply(f"a reply in the encoding {encoding[:20]!r}, which was not asked for")
            if 300 <= head.status < 400:
                raise Redirected(f"status {head.status}")
            body = reader.body(head, REPLY_LIMIT)
        except BaseException:
            connection.close()  # what is left of the reply is not to be read as the next one
            raise
        if head.lasts and reader.spent and not call.cut:
            self._connections.give_back(connection)
        else:
            connection.close()
        with self._lock:
            self.traffic.requests += 1
            self.traffic.sent += len(message)
            self.traffic.received += reader.size
        return _read_reply(head, body, reply)


def check_url(url: str) -> str:
    """Return the server's address without a trailing slash; http only to this machine. Raises WrongAddress."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise WrongAddress("an address that cannot be read") from error
    if not host or parts.query or parts.fragment or parts.username is not None or parts.path not in ("", "/"):
        raise WrongAddress("an address is https://host or https://host:port")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise WrongAddress("without TLS only a server on this machine is spoken to")
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_reply(head: Head, body: bytes, reply: type[T]) -> T:
    kind = head.headers.get("content-type", "").partition(";")[0].strip().lower()
    if head.status == 200 and kind == CONTENT_TYPE:
        try:
            return decode(reply, body, REPLY_LIMIT)
        except Malformed as error:
            raise BadReply(str(error)[:DETAIL_CHARACTERS]) from error
    if head.status >= 400 and kind == PROBLEM_TYPE and len(body) <= PROBLEM_LIMIT:
        raise _problem(head.status, body)
    if head.status >= 500:  # a proxy's own page, say
        raise Refused("unavailable", status=head.status)
    raise BadReply(f"status {head.status} and content type {kind[:60]!r}")


def _problem(status: int, body: bytes) -> SyncError:
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return BadReply("a problem document that cannot be read")
    code = problem.code if problem.code.isidentifier() and len(problem.code) <= 64 else "refused"
    detail = "".join(one for one in problem.detail if one.isprintable())[:DETAIL_CHARACTERS]
    wait = float(min(max(problem.retry_after_s, 0), RETRY_AFTER_MAX_S))
    if code == NotEnrolled.code:
        return NotEnrolled(detail, retry_after_s=wait)
    return Refused(code, detail, status=status, retry_after_s=wait)


def _failure(error: Exception, call: Call) -> SyncError:
    """Say in our terms what the socket and the libraries said in theirs."""
    detail = type(error).__name__
    if call.cut:
        return TooSlow("the whole reply took too long") if call.expired else Cancelled("cut")
    if isinstance(error, ssl.CertificateError | CertificateError):
        return WrongCertificate(str(error)[-DETAIL_CHARACTERS:])
    if isinstance(error, ssl.SSLError | urllib3.exceptions.SSLError):
        return NoConnection(f"TLS: {str(error)[-DETAIL_CHARACTERS:]}")
    if isinstance(error, TimeoutError):
        return TooSlow(detail)
    if isinstance(error, Ended) and error.begun:
        return BadReply("a reply that ends early")
    return NoConnection(detail)
