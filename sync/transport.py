"""The one way to the secretariat: calls over HTTP, bounded in time and size, cut from any thread, never redirected."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterable
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import SKIP_HEADER

from sync.connections import Call, Watch, watched_pools
from sync.errors import (
    BadReply,
    Cancelled,
    NoConnection,
    NotEnrolled,
    Redirected,
    Refused,
    SyncError,
    TooLarge,
    TooSlow,
    WrongAddress,
    WrongCertificate,
)
from sync.wire.calls import CONTENT_TYPE, PATHS, PROBLEM_TYPE, Problem
from sync.wire.codec import MAX_CALL, decode, encode
from sync.wire.errors import Malformed

REPLY_LIMIT = MAX_CALL + 64 * 1024  # bytes read of any reply
PROBLEM_LIMIT = 16 * 1024  # bytes of a problem document
CONNECT_S = 10.0
CALL_S = 60.0
DETAIL_CHARACTERS = 300
RETRY_AFTER_MAX_S = 3_600
UNSENT = dict.fromkeys(("Accept-Encoding", "User-Agent"), SKIP_HEADER)
"""Headers that the libraries would add. Nor is a body's type told: there is one, and headers are paid each call."""

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
    """Calls over HTTP/1.1 on `requests`, without its redirects, cookies, netrc and environment."""

    def __init__(self, url: str, *, ca_file: str = "", proxy: str = "", watch: Watch | None = None) -> None:
        """Take the server's address, and from the profile a CA file and a proxy. Raises WrongAddress."""
        self.url = check_url(url)
        self.traffic = Traffic()
        self._verify: str | bool = ca_file or True
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._watch = watch or Watch()
        self._adapter = _Adapter(pool_connections=1, pool_maxsize=4, max_retries=0)
        self._lock = threading.Lock()
        self._closed = False

    def call(
        self, name: str, request: msgspec.Struct, reply: type[T], *, token: str = "", timeout_s: float = CALL_S
    ) -> T:
        """Call the server. Raises a SyncError."""
        prepared = _prepare(self.url + PATHS[name], encode(request), token)
        call = Call(self._watch.clock() + CONNECT_S + timeout_s)
        if self._closed:
            raise Cancelled("the transport is closed")
        with self._watch.over(call):
            try:
                return self._exchange(prepared, reply, timeout_s)
            except SyncError:
                raise
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                raise _failure(error, call) from error

    def cancel(self) -> None:
        """Cut every call in flight: each raises Cancelled. Later calls go on."""
        self._watch.cut_all()

    def close(self) -> None:
        """Cut every call in flight and refuse later ones."""
        self._closed = True
        self.cancel()
        self._adapter.close()

    def _exchange(self, prepared: requests.PreparedRequest, reply: type[T], timeout_s: float) -> T:
        response = self._adapter.send(
            prepared, stream=True, timeout=(CONNECT_S, timeout_s), verify=self._verify, proxies=self._proxies
        )
        try:
            if (encoding := response.headers.get("Content-Encoding", "identity")) != "identity":
                raise BadReply(f"a reply in the encoding {encoding[:20]!r}, which was not asked for")
            if 300 <= response.status_code < 400:
                raise Redirected(f"status {response.status_code}")
            body = b""
            while part := response.raw.read(REPLY_LIMIT + 1, decode_content=False):  # a short one raises at the next
                body += part
                if len(body) > REPLY_LIMIT:
                    raise TooLarge(f"a reply of more than {REPLY_LIMIT} bytes")
        except BaseException:
            response.raw.close()  # what is left of the reply is not to be read as the next one
            raise
        response.raw.release_conn()
        self._count(prepared, response, len(body))
        return _read_reply(response, body, reply)

    def _count(self, prepared: requests.PreparedRequest, response: requests.Response, size: int) -> None:
        sent_body = int(prepared.headers["Content-Length"])
        headers = [("Host", urlsplit(self.url).netloc), *prepared.headers.items()]
        sent = sent_body + len(f"POST {prepared.path_url} HTTP/1.1\r\n\r\n") + _size(headers)
        received = size + len(f"HTTP/1.1 {response.status_code} {response.reason}\r\n\r\n")
        received += _size(response.raw.headers.items())
        with self._lock:
            self.traffic.requests += 1
            self.traffic.sent += sent
            self.traffic.received += received


class _Adapter(HTTPAdapter):
    """The library's adapter with connections that can be cut."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **kwargs)
        self.poolmanager.pool_classes_by_scheme = watched_pools()

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = watched_pools()
        return manager


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


def _prepare(url: str, body: bytes, token: str) -> requests.PreparedRequest:
    """Build a request by hand: few headers on the wire, and less work than the library's sessions do."""
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url, prepared.body = "POST", url, body
    prepared.headers = requests.structures.CaseInsensitiveDict({"Content-Length": str(len(body)), **UNSENT})
    if token:
        prepared.headers["Authorization"] = f"Bearer {token}"
    return prepared


def _read_reply(response: requests.Response, body: bytes, reply: type[T]) -> T:
    kind = response.headers.get("Content-Type", CONTENT_TYPE).partition(";")[0].strip().lower()
    if response.status_code == 200 and kind == CONTENT_TYPE:
        try:
            return decode(reply, body, REPLY_LIMIT)
        except Malformed as error:
            raise BadReply(str(error)[:DETAIL_CHARACTERS]) from error
    if response.status_code >= 400 and kind == PROBLEM_TYPE and len(body) <= PROBLEM_LIMIT:
        raise _problem(response.status_code, body)
    if response.status_code >= 500:  # a proxy's own page, say
        raise Refused("unavailable", status=response.status_code)
    raise BadReply(f"status {response.status_code} and content type {kind[:60]!r}")


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


GARBAGE = {
    "BadStatusLine",
    "LineTooLong",
    "IncompleteRead",
    "InvalidChunkLength",
    "HeaderParsingError",
    "HTTPException",
}
"""Names in a chain of exceptions that mean: an answer came and it was not HTTP, or it ended early."""


def _failure(error: Exception, call: Call) -> SyncError:
    """Say in our terms what the libraries said in theirs."""
    detail = type(error).__name__
    if call.cut:
        return TooSlow("the whole reply took too long") if call.expired else Cancelled("cut")
    if isinstance(error, requests.exceptions.SSLError) or "SSL" in detail:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return WrongCertificate(str(error)[-DETAIL_CHARACTERS:])
        return NoConnection(f"TLS: {str(error)[-DETAIL_CHARACTERS:]}")
    if isinstance(error, requests.ConnectTimeout):
        return NoConnection(detail)
    if isinstance(error, requests.Timeout | TimeoutError) or "ReadTimeoutError" in detail:
        return TooSlow(detail)
    names = {type(one).__name__ for one in _chain(error)}
    if names & GARBAGE and "RemoteDisconnected" not in names:
        return BadReply(", ".join(sorted(names & GARBAGE)))
    return NoConnection(detail)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception with all that it carries or came from."""
    found, left = [], [error]
    while left:
        one = left.pop()
        if one not in found:
            found.append(one)
            left += [other for other in (*one.args, one.__cause__, one.__context__) if isinstance(other, BaseException)]
    return found


def _size(headers: Iterable[tuple[str, str | bytes]]) -> int:
    return sum(len(name) + len(value) + 4 for name, value in headers if value != SKIP_HEADER)
