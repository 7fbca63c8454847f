"""What a desk refuses: typed, with a stable code whose text is made in `desktop.messages`."""

from __future__ import annotations


class Refused(Exception):
    """Something asked for cannot be done; nothing was changed. `code` and `params` make the sentence for people."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params: dict[str, str | int] = params


class Locked(Exception):
    """The desk is locked, and what was asked for needs its key. A mistake of the caller."""
