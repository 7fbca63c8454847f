r"""Draws pages of PDF files and pictures as pixels: a program of its own, which the desk starts with nothing to reach.

It imports nothing of ours, reads one file from its standard input, answers with pixels and has no other way in or out:
no name of a file reaches it, it opens none, and its memory and time are bounded. No script of a file runs and no form
is filled in: the library was built without scripts, and forms are never begun. If a file brings it down, only it ends.

    in:  {"kind": "pdf", "size": 1234}\n, 1234 bytes, then {"page": 0, "width": 800}\n as often as wanted
    out: {"pages": 3}\n, then {"width": 800, "height": 1131}\n and 4 × width × height bytes; or {"error": "…"}\n
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, BinaryIO

MAX_POINTS = 120_000_000  # of a picture, by its own head
MAX_SIDE = 4_000  # pixels of what is drawn
MEMORY = 2 << 30  # bytes of address space
CPU_S = 60
FORMATS = frozenset({"jpeg", "png", "gif", "bmp", "webp", "tiff"})  # never drawings, which hold scripts and addresses


class NotDrawn(Exception):
    """The file cannot be drawn: `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Pdf:
    """The pages of a PDF file."""

    def __init__(self, data: bytes) -> None:
        import pypdfium2

        try:
            self._document = pypdfium2.PdfDocument(data)
            self.pages = len(self._document)
        except pypdfium2.PdfiumError as wrong:
            raise NotDrawn("file_not_shown") from wrong

    def draw(self, page: int, width: int) -> tuple[int, int, bytes]:
        """Width, height and pixels of a page, as wide as wanted."""
        import pypdfium2
        from pypdfium2 import raw

        try:
            found = self._document[page]
            wide, high = found.get_size()
            scale = min(width / max(wide, 1), MAX_SIDE / max(high, 1))
            bitmap = found.render(scale=scale, may_draw_forms=False, force_bitmap_format=raw.FPDFBitmap_BGRx)
        except (pypdfium2.PdfiumError, IndexError, ValueError) as wrong:
            raise NotDrawn("file_not_shown") from wrong
        return bitmap.width, bitmap.height, _packed(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride)


class Picture:
    """One picture. What its head claims is looked at before anything is unpacked."""

    pages = 1

    def __init__(self, data: bytes) -> None:
        self._data = data
        reader, _buffer = self._begin()
        size = reader.size()
        if bytes(reader.format().data()).decode("ascii", "replace") not in FORMATS or not size.isValid():
            raise NotDrawn("file_not_shown")
        if size.width() * size.height() > MAX_POINTS:
            raise NotDrawn("picture_too_large")
        self._size = size

    def draw(self, _page: int, width: int) -> tuple[int, int, bytes]:
        """Width, height and pixels, never larger than the picture is."""
        from PySide6.QtCore import QSize, Qt
        from PySide6.QtGui import QImage

        reader, _buffer = self._begin()
        room = QSize(min(width, MAX_SIDE), MAX_SIDE)
        if self._size.width() > room.width() or self._size.height() > room.height():
            reader.setScaledSize(self._size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
        image = reader.read()
        if image.isNull():
            raise NotDrawn("file_not_shown")
        plain = QImage(image.size(), QImage.Format.Format_RGB32)
        plain.fill(Qt.GlobalColor.white)
        image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        _lay_over(plain, image)
        return plain.width(), plain.height(), bytes(plain.constBits())

    def _begin(self) -> tuple[Any, Any]:
        """A reader at the head of the picture, and the buffer that it reads and that has to outlive it."""
        from PySide6.QtCore import QBuffer
        from PySide6.QtGui import QImageReader

        buffer = QBuffer()
        buffer.setData(self._data)
        buffer.open(QBuffer.OpenModeFlag.ReadOnly)
        reader = QImageReader(buffer)
        reader.setDecideFormatFromContent(True)
        reader.setAutoTransform(True)
        QImageReader.setAllocationLimit(4 * MAX_POINTS // (1 << 20))
        return reader, buffer


def _lay_over(ground: Any, image: Any) -> None:
    from PySide6.QtGui import QPainter

    painter = QPainter(ground)
    painter.drawImage(0, 0, image)
    painter.end()


def _packed(data: bytes, width: int, height: int, stride: int) -> bytes:
    line = 4 * width
    if stride == line:
        return data[: line * height]
    return b"".join(data[row * stride : row * stride + line] for row in range(height))


def confine() -> None:
    """Give up what drawing does not need, as far as the system has means for it."""
    os.chdir(os.path.abspath(os.sep))  # noqa: PTH100 - the file system's root, whatever the system
    try:
        import resource
    except ImportError:  # Windows: the desk's own watch and the bounds on the file remain
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Read one file, draw of it what is asked for."""
    asked = json.loads(source.readline())
    data = source.read(asked["size"])
    try:
        drawing = Pdf(data) if asked["kind"] == "pdf" else Picture(data)
        _answer(target, {"pages": drawing.pages})
        for line in iter(source.readline, b""):
            wanted = json.loads(line)
            width, height, pixels = drawing.draw(wanted["page"], min(wanted["width"], MAX_SIDE))
            _answer(target, {"width": width, "height": height}, pixels)
    except NotDrawn as wrong:
        _answer(target, {"error": wrong.code})
    except MemoryError:
        _answer(target, {"error": "file_not_shown"})


def _answer(target: BinaryIO, head: dict[str, object], pixels: bytes = b"") -> None:
    target.write(json.dumps(head).encode() + b"\n" + pixels)
    target.flush()


def main() -> None:
    """Serve the desk that started this."""
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
