"""The limits of this machine in this run: a raw insert into SQLCipher with FTS5, and a bare POST, of W1's own bytes."""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
import sqlcipher3

from bench.measure import Clocks, emit
from bench.workloads.material import cases
from i18n.folding import fold
from tests.support.secretariat import cpu_seconds_of

COUNT = 10_000
ROWS = 100  # in a transaction, as a desk applies what it receives
CALL_BYTES = 1 << 20

SINK = """
import uvicorn
async def app(scope, receive, send):
    more = scope["type"] == "http"
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
config = uvicorn.Config(app, port=0, log_level="critical", access_log=False, lifespan="off")
class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)
Server(config).run()
"""


def raw_insert(folder: Path, bodies: list[bytes], texts: list[str]) -> None:
    """Insert bodies and their folded texts, with nothing else."""
    with Clocks().measured() as figures:
        connection = sqlcipher3.connect(str(folder / "raw.db"), isolation_level=None)
        connection.execute(f"PRAGMA key = \"x'{secrets.token_hex(32)}'\"")
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cipher_page_size = 4096"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE bodies (n INTEGER PRIMARY KEY, id BLOB UNIQUE, body BLOB)")
        connection.execute("CREATE VIRTUAL TABLE found USING fts5 (text, content='', contentless_delete=1)")
        for start in range(0, len(bodies), ROWS):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO bodies (id, body) VALUES (?, ?)",
                [(secrets.token_bytes(16), body) for body in bodies[start : start + ROWS]],
            )
            connection.executemany(
                "INSERT INTO found (rowid, text) VALUES (?, ?)",
                [(start + number, text) for number, text in enumerate(texts[start : start + ROWS], 1)],
            )
            connection.execute("COMMIT")
        connection.close()
    emit("limit: raw insert into SQLCipher with FTS5", rows=len(bodies), **figures)


def bare_post(data: bytes) -> None:
    """Send the bytes in calls of 1 MiB to a server that does nothing with them."""
    with subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True) as sink:
        port = int(sink.stdout.readline()) if sink.stdout else 0
        url = f"http://127.0.0.1:{port}/"
        with requests.Session() as session:
            session.post(url, data=b"", timeout=10)
            with Clocks(lambda: cpu_seconds_of(sink.pid)).measured() as figures:
                for start in range(0, len(data), CALL_BYTES):
                    session.post(url, data=data[start : start + CALL_BYTES], timeout=10).raise_for_status()
        sink.terminate()
    emit("limit: bare POST of the same bytes", bytes=len(data), **figures)


def main() -> None:
    """Measure both limits."""
    values = cases(COUNT)
    texts = [" ".join(str(value) for value in each.values()) for each in values]
    bodies = [text.encode() for text in texts]
    with tempfile.TemporaryDirectory(prefix="tahaluf-bench-") as folder:
        raw_insert(Path(folder), bodies, [fold(text) for text in texts])
    bare_post(b"".join(bodies))


if __name__ == "__main__":
    main()
