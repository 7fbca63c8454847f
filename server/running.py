"""A running secretariat: opens the data folder, listens, says so in one line, and stops in order."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import resource
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from server.app import make_app
from server.auth import SECRET_FILE, Gate
from server.chunk_service import ChunkService
from server.chunks import ChunkStore
from server.clock import SteadyClock
from server.log import LibraryHandler, Log
from server.notary import KEY_FILE, Notary
from server.problems import Misuse
from server.protocol import CallProtocol
from server.registry import Registry
from server.secret_file import make_secret, read_secret
from server.service import Service
from server.settings import Settings, read_settings
from server.snapshot_service import SnapshotService
from server.snapshots import SnapshotStore
from server.sqlite_storage import SqliteStorage

LOCK = "serve.lock"
SPARE_FILES = 64  # beside connections
STOP_S = 10  # how long calls in progress may take when the server stops


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen, and the files of a TLS certificate if the server ends TLS itself."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


def initialise(folder: Path) -> None:
    """Make the data folder, its secret and its empty store, as far as they are missing. Raises Misuse."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (SECRET_FILE, KEY_FILE):
            make_secret(folder / name)
    except OSError as error:
        raise Misuse(f"{folder}: {error.strerror}") from error


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: one process serves it. Raises Misuse if another does."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Misuse(f"{folder / LOCK}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misuse(f"{folder} is served by another process") from None
        yield
    finally:
        os.close(handle)


def serve(folder: Path, listen: Listen) -> None:
    """Serve the data folder until SIGTERM or SIGINT. Raises Misuse or StorageFailed if it cannot start."""
    initialise(folder)
    settings = read_settings(folder)
    log = Log()
    logging.basicConfig(handlers=[LibraryHandler(log)], level=logging.WARNING, force=True)
    allow_connections(settings.connections)
    with exclusive(folder), _bind(listen) as door:
        asyncio.run(_serve(folder, listen, settings, log, door))


async def _serve(folder: Path, listen: Listen, settings: Settings, log: Log, door: socket.socket) -> None:
    storage = SqliteStorage(folder, settings.store_bytes)
    chunks: ChunkService | None = None
    snapshots: SnapshotService | None = None
    try:
        registry = Registry(storage, settings.directory_entries)
        await registry.refresh()
        clock = SteadyClock()
        gate = Gate(read_secret(folder / SECRET_FILE), storage.data_epoch, clock, settings)
        notary = Notary(read_secret(folder / KEY_FILE), storage.data_epoch, clock)
        chunks = ChunkService(storage, ChunkStore(folder, settings.ministry_chunk_bytes))
        snapshots = SnapshotService(storage, registry, SnapshotStore(folder, settings.ministry_snapshot_bytes))
        service = Service(storage, registry, gate, notary, clock, settings)
        config = uvicorn.Config(
            make_app(service, chunks, snapshots, log, settings),
            http=CallProtocol,
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            limit_concurrency=settings.connections,
            timeout_keep_alive=settings.keep_alive_s,
            timeout_graceful_shutdown=STOP_S,
            ssl_certfile=listen.certificate,
            ssl_keyfile=listen.key,
        )
        server = Server(config, service)
        log.write("start", folder=folder.name, members=len(registry.members), devices=len(registry.devices))
        await server.serve([door])
        log.write("stop")
    finally:
        for one in (chunks, snapshots):
            if one is not None:
                one.close()
        await storage.close()


class Server(uvicorn.Server):
    """Uvicorn's server, which says where it listens, ends the waiting polls when it stops, and sleeps when idle."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the address on standard output."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        for door in sockets or []:
            host, port = door.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            sys.stdout.write(f"listening on {'https' if self.config.is_ssl else 'http'}://{shown}:{port}\n")
            sys.stdout.flush()

    async def main_loop(self) -> None:
        """Wait for the end without looking ten times a second."""
        await self.on_tick(0)
        await self._stop.wait()
        self._service.waiting.close()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal to stop; the process then ends as done (0), not as killed."""
        super().handle_exit(sig, frame)
        self._captured_signals.clear()
        if self._loop:
            self._loop.call_soon_threadsafe(self._stop.set)


def allow_connections(number: int) -> None:
    """Raise the limit on open files as far as the system lets us: 1,024 is usual, and a waiting desk holds one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number + SPARE_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def _bind(listen: Listen) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        door = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Misuse(f"{listen.host}:{listen.port}: {error.strerror}") from error
    with door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(address)
        except OSError as error:
            raise Misuse(f"{listen.host}:{listen.port}: {error.strerror}") from error
        yield door
