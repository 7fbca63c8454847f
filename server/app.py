"""HTTP: one POST path a call, limits while the body is read, problem documents, and one log line a request."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from math import ceil
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server import __version__
from server.chunk_service import REQUESTS as CHUNK_REQUESTS
from server.chunk_service import ChunkService
from server.log import Log
from server.problems import Refusal
from server.service import Service
from server.settings import Settings
from server.snapshot_service import REQUESTS as SNAPSHOT_REQUESTS
from server.snapshot_service import SnapshotService
from server.storage import Caller, StorageFailed, StorageFull
from server.throttle import Throttle
from sync.wire import calls
from sync.wire.checkpoint import CheckpointRequest
from sync.wire.chunks import MAX_CHUNK_CALL
from sync.wire.codec import MAX_CALL, decode, encode
from sync.wire.errors import WireError

REGISTRY_S = 2.0  # how often the operator's changes are looked for

_FOR_READERS = ("directory", "push", "continuity")  # calls that look themselves at who may do what

Headers = list[tuple[bytes, bytes]]


class Disconnected(Exception):
    """The desk went away before its request was whole."""


class Endpoint:
    """One call: authenticates, reads, decodes, runs, encodes, and answers every failure with a problem document."""

    def __init__(
        self,
        name: str,
        kind: type[Any],
        answers: Service | ChunkService | SnapshotService,
        service: Service,
        log: Log,
        settings: Settings,
        throttle: Throttle,
    ) -> None:
        self._path = calls.PATHS[name]
        self._kind = kind
        self._run: Callable[..., Awaitable[object]] = getattr(answers, name)
        self._limit = MAX_CHUNK_CALL if name == "chunk_put" else MAX_CALL
        self._needs_token = name not in _OPEN
        self._identify = service.reader if name in _FOR_READERS else service.caller
        self._service = service
        self._log = log
        self._settings = settings
        self._throttle = throttle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        caller: Caller | None = None
        received = 0
        headers: Headers = []  # of a reply there is one type; telling it would be a third of a small one
        code = None
        try:
            if scope["method"] != "POST":
                raise Refusal("method_not_allowed")
            sent = dict(scope["headers"])
            if not self._needs_token and (wait_s := self._throttle.wait_s((scope.get("client") or ("",))[0])):
                raise Refusal("busy", retry_after_s=ceil(wait_s))
            if self._needs_token:
                caller = await self._identify(sent.get(b"authorization", b""))
            body = await read_body(sent, receive, self._settings, self._limit)
            received = len(body)
            request = decode(self._kind, body, self._limit)
            reply = encode(await (self._run(caller, request) if self._needs_token else self._run(request)))
            status = 200
        except Disconnected:
            self._log.write("gone", path=self._path, device=caller.device.hex() if caller else None)
            return
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end the process
            refusal = self._refusal(error)
            code, status = refusal.code, refusal.status
            headers = problem_headers(refusal)
            reply = refusal.document(self._service.clock.now_ms())
        await answer(send, status, headers, reply)
        self._log.write(
            "call",
            path=self._path,
            status=status,
            code=code,
            device=caller.device.hex() if caller else None,
            ministry=caller.ministry if caller else None,
            received=received,
            sent=len(reply),
            ms=round((time.perf_counter() - started) * 1_000, 2),
        )

    def _refusal(self, error: Exception) -> Refusal:
        match error:
            case Refusal():
                return error
            case WireError():
                return Refusal(error.code if error.code in ("malformed", *_WIRE_CODES) else "malformed", str(error))
            case StorageFull():
                self._log.write("storage", path=self._path, code="storage_full")
                return Refusal("storage_full", retry_after_s=300)
            case StorageFailed():
                self._log.write("storage", path=self._path, code="storage_failed", reason=str(error))
                return Refusal("storage_failed", retry_after_s=60)
            case _:
                self._log.write_fault(self._path, error)
                return Refusal("internal", retry_after_s=60)


_OPEN = ("challenge", "token", "enrol")
_WIRE_CODES = ("bad_signature", "unknown_suite", "broken_chain", "not_entitled")

ENDPOINTS: dict[str, type[Any]] = {
    "challenge": calls.ChallengeRequest,
    "token": calls.TokenRequest,
    "directory": calls.DirectoryRequest,
    "enrol": calls.EnrolRequest,
    "push": calls.PushRequest,
    "pull": calls.PullRequest,
    "poll": calls.PollRequest,
    "heads": calls.HeadsRequest,
    "checkpoint": CheckpointRequest,
    "continuity": calls.ContinuityRequest,
}


def make_app(
    service: Service, chunks: ChunkService, snapshots: SnapshotService, log: Log, settings: Settings
) -> ASGIApp:
    """Return the ASGI application of a secretariat."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        following = asyncio.create_task(service.follow_registry(REGISTRY_S))
        try:
            yield
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following

    async def health(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        good = await service.healthy()
        body = msgspec.json.encode({"status": "ok" if good else "storage_failed", "version": __version__})
        await answer(send, 200 if good else 503, [(b"content-type", b"application/json")], body)

    async def unknown(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        refusal = Refusal("not_found")
        await answer(send, refusal.status, problem_headers(refusal), refusal.document(service.clock.now_ms()))
        log.write("call", path="other", status=refusal.status)

    throttle = Throttle(settings.open_calls_per_minute)
    endpoints = {
        calls.PATHS[name]: Endpoint(name, kind, answers, service, log, settings, throttle)
        for answers, kinds in ((service, ENDPOINTS), (chunks, CHUNK_REQUESTS), (snapshots, SNAPSHOT_REQUESTS))
        for name, kind in kinds.items()
    }
    app = Starlette(routes=[Route("/healthz", _Raw(health))], lifespan=lifespan)
    app.router.redirect_slashes = False
    app.router.default = unknown

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        # Calls answer all their failures themselves: what Starlette lays around them would only cost time.
        endpoint = endpoints.get(scope["path"]) if scope["type"] == "http" else None
        await (endpoint or app)(scope, receive, send)

    return dispatch


class _Raw:
    """Makes Starlette take a function as an ASGI application rather than as a handler of Request objects."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        await self._app(scope, receive, send)


async def read_body(headers: dict[bytes, bytes], receive: Receive, settings: Settings, limit: int) -> bytes:
    """Read a body of at most `limit` bytes. Refuses one that is larger or too slow; raises Disconnected."""
    announced = headers.get(b"content-length", b"0")
    if not announced.isdigit() or len(announced) > 9 or int(announced) > limit:
        raise Refusal("too_large")
    parts: list[bytes] = []
    size = 0
    try:
        end = time.monotonic() + settings.body_total_s
        async with asyncio.timeout(settings.body_idle_s) as patience:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Disconnected
                part = message.get("body", b"")
                size += len(part)
                if size > limit:
                    raise Refusal("too_large")
                parts.append(part)
                if not message.get("more_body", False):
                    return parts[0] if len(parts) == 1 else b"".join(parts)
                now = time.monotonic()
                patience.reschedule(asyncio.get_running_loop().time() + min(settings.body_idle_s, end - now))
    except TimeoutError:
        raise Refusal("too_slow") from None


def problem_headers(refusal: Refusal) -> Headers:
    """Return the headers of a problem document."""
    headers = [(b"content-type", calls.PROBLEM_TYPE.encode())]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if refusal.status == 405:
        headers.append((b"allow", b"POST"))
    if refusal.retry_after_s:
        headers.append((b"retry-after", str(refusal.retry_after_s).encode()))
    if refusal.code in ("too_large", "too_slow"):  # the rest of the body is not waited for
        headers.append((b"connection", b"close"))
    return headers


async def answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Send a whole reply."""
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
