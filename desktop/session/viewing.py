"""A file looked at: read through and verified beside the window, drawn by a process of its own."""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QThread, Signal

import desktop
from desktop.casework.attachments import Attachment
from desktop.casework.evidence_kind import HEAD, family_of, kind_of
from desktop.casework.evidence_views import LARGEST_SHOWN, TEXT_PIECE, Drawn, Opened
from desktop.desk import Desk, Refused, UnknownRecord, params_of
from desktop.desk.blobs import read_parts
from desktop.profile import Profile
from desktop.store import Store, StoreError
from i18n.bidi import neutralise

PATIENCE_S = 20.0  # for one answer of who draws
RENDER_WORD = "--render-pages"  # how the frozen program is started to draw
_TOO_MUCH = 4 * 4_000 * 4_000  # bytes of one drawing
_MOST_PAGES = 1_000_000
_LINE = 200  # bytes of the head of an answer
_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


class StoppedError(Exception):
    """Nobody waits for it any more."""


class Drawer:
    """A process that draws one file. Whatever the file does to it, here it ends in Refused (file_not_shown)."""

    def __init__(self, name: str) -> None:
        """`name`: of the file, for what is said of it."""
        self._name = name
        self.pages = 0
        self._process = subprocess.Popen(  # noqa: S603 - our own program, and no word from outside
            _command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
        )

    def begin(self, family: str, data: bytes) -> None:
        """Hand the file over. Raises Refused (file_not_shown, picture_too_large)."""
        head = {"kind": "pdf" if family == "pdf" else "image", "size": len(data)}
        answer, _ = self._ask(json.dumps(head).encode() + b"\n" + data)
        pages = answer.get("pages")
        if not isinstance(pages, int) or not 0 < pages < _MOST_PAGES:
            raise Refused("file_not_shown", file=self._name)
        self.pages = pages

    def draw(self, page: int, width: int) -> Drawn:
        """One page as pixels. Raises Refused."""
        head, pixels = self._ask(json.dumps({"page": page, "width": width}).encode() + b"\n", pixels=True)
        return Drawn(page, int(head["width"]), int(head["height"]), pixels)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()

    def _ask(self, data: bytes, *, pixels: bool = False) -> tuple[dict[str, int], bytes]:
        source, target = self._process.stdout, self._process.stdin
        watch = threading.Timer(PATIENCE_S, self._process.kill)
        watch.start()
        try:
            if source is None or target is None:
                raise Refused("file_not_shown", file=self._name)
            target.write(data)
            target.flush()
            head = json.loads(source.readline(_LINE))
            if "error" in head:
                code = "picture_too_large" if head["error"] == "picture_too_large" else "file_not_shown"
                raise Refused(code, file=self._name)
            length = 4 * int(head["width"]) * int(head["height"]) if pixels else 0
            if not 0 <= length <= _TOO_MUCH or (pixels and not length):
                raise Refused("file_not_shown", file=self._name)
            found = source.read(length)
            if len(found) != length:
                raise Refused("file_not_shown", file=self._name)
        except (OSError, ValueError, KeyError, TypeError) as wrong:  # it ended, or it speaks another tongue
            raise Refused("file_not_shown", file=self._name) from wrong
        else:
            return head, found
        finally:
            watch.cancel()


class ViewThread(QThread):
    """Opens one file and draws pages of it as asked, until it is stopped."""

    told = Signal(int, int)
    """Bytes read, of how many."""
    opened = Signal(object)
    """Opened."""
    drawn = Signal(object)
    """Drawn."""
    refused = Signal(str, object)
    """Code and parameters of what stood in the way."""

    def __init__(self, store: Store, profile: Profile, record: str, file: str, parent: QObject) -> None:
        super().__init__(parent)
        self._store, self._profile, self._record, self._file = store, profile, record, file
        self._wanted: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._drawer: Drawer | None = None

    def draw(self, page: int, width: int) -> None:
        """Ask for a page."""
        self._wanted.put((page, width))

    def stop(self) -> None:
        """End it, whatever it is doing, and wait for that."""
        self._stopped.set()
        self._wanted.put(None)
        if self._drawer is not None:
            self._drawer.close()
        self.wait()

    def run(self) -> None:
        """Qt's entry into the thread."""
        try:
            opened, data = self._open()
            if opened.family in ("image", "pdf"):
                self._drawer = Drawer(opened.name)
                if self._stopped.is_set():
                    return
                self._drawer.begin(opened.family, data)
                opened = msgspec.structs.replace(opened, pages=self._drawer.pages)
            self.opened.emit(opened)
            while self._drawer is not None and (wanted := self._wanted.get()) is not None:
                self.drawn.emit(msgspec.structs.replace(self._drawer.draw(*wanted), file=self._file))
        except StoppedError:
            return
        except UnknownRecord:
            self._tell("unknown_record", {"record": self._record})
        except (StoreError, Refused) as error:
            self._tell(error.code, params_of(error))
        finally:
            if self._drawer is not None:
                self._drawer.close()

    def _tell(self, code: str, params: dict[str, object]) -> None:
        if not self._stopped.is_set():
            self.refused.emit(code, params)

    def _open(self) -> tuple[Opened, bytes]:
        """Read the file to its end, so that all of it is verified; keep of it what is shown."""
        with self._store.connect() as connection:
            desk = Desk(self._store, connection, self._profile)
            file = desk.attachment(self._record, self._file)
            return read_to_show(desk, file, self._on_read)

    def _on_read(self, done: int, size: int) -> None:
        if self._stopped.is_set():
            raise StoppedError
        self.told.emit(done, size)


def read_to_show(desk: Desk, file: Attachment, tell: Callable[[int, int], None]) -> tuple[Opened, bytes]:
    """What a file is, and the bytes that are shown of it, once the whole was verified. Raises Refused."""
    kept, done, kind, most = bytearray(), 0, "", HEAD
    for part in read_parts(desk.blobs, file):
        if not done:
            kind = kind_of(part)
            most = {"text": TEXT_PIECE, "other": 0}.get(family_of(kind), LARGEST_SHOWN)
            if family_of(kind) in ("image", "pdf") and file.blob.size > LARGEST_SHOWN:
                raise Refused("file_too_large_to_show", file=file.name)
        kept += part[: max(0, most - len(kept))]
        done += len(part)
        tell(done, file.blob.size)
    kind = kind or kind_of(b"")
    family = family_of(kind)
    text = decode_text(bytes(kept)) if family == "text" else ""
    return Opened(file.name, kind, family, file.blob.size, text=text, cut=done > len(kept)), bytes(kept)


def decode_text(data: bytes) -> str:
    """Bytes as text: by their mark, as UTF-8, else as the old codes of Arabic or of western Europe; nothing obeys."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return neutralise_lines(data.removeprefix(mark).decode(encoding, "replace"))
    try:
        return neutralise_lines(data.decode())
    except UnicodeDecodeError as wrong:
        if wrong.start >= len(data) - 3:  # cut within a letter
            return neutralise_lines(data[: wrong.start].decode())
    return neutralise_lines(data.decode("cp1256" if _looks_arabic(data) else "cp1252", "replace"))


def neutralise_lines(text: str) -> str:
    """Text whose lines stay lines, and in which every other hidden sign is shown."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("\t".join(neutralise(piece) for piece in line.split("\t")) for line in lines)


def _looks_arabic(data: bytes) -> bool:
    """Whether most letters beyond ASCII are Arabic ones in Windows-1256, where those of French words stand apart."""
    high = [byte for byte in data if byte >= 0xC0]
    runs = sum(one >= 0xC0 and other >= 0xC0 for one, other in itertools.pairwise(data))
    return bool(high) and runs * 2 > len(high)


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, RENDER_WORD]
    program = Path(desktop.__file__).parent / "ui" / "rendering.py"
    return [sys.executable, "-P", "-s", str(program)]


def _environment() -> dict[str, str]:
    """Nothing of the officer's environment but what a system's own libraries need."""
    import os

    return {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
