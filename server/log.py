"""The log: one JSON object a line, who called what and how it went; never content, names or addresses."""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

import msgspec

_encoder = msgspec.json.Encoder()


class Log:
    """Writes lines to a stream. A log that cannot be written stops nothing."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    def write(self, event: str, **fields: str | float | None) -> None:
        """Write one line; fields that are None are left out."""
        line: dict[str, str | float] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": event,
        }
        line.update({name: value for name, value in fields.items() if value is not None})
        try:
            self._stream.write(_encoder.encode(line).decode() + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            return

    def write_fault(self, where: str, error: BaseException) -> None:
        """Write a fault of ours: its type and the lines it passed. Not its message, which may quote a request."""
        frames = traceback.extract_tb(error.__traceback__)
        self.write(
            "fault",
            path=where,
            type=type(error).__name__,
            at=" < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-8:])),
        )


class LibraryHandler(logging.Handler):
    """Brings warnings of the libraries into the same log: their template only, without arguments."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._log.write("library", name=record.name, level=record.levelname, message=str(record.msg))
        if error is not None:
            self._log.write_fault(record.name, error)
