"""A certificate request as text that survives mail and paper: base64 between two lines that say what it is."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

BEGIN = "-----BEGIN TAHALUF CERTIFICATE REQUEST-----"
END = "-----END TAHALUF CERTIFICATE REQUEST-----"
WIDTH = 64
MAX_ARMOURED = 64 * 1024  # bytes

_BODY = re.compile(rf"{BEGIN}\s*([A-Za-z0-9+/=\s]+?)\s*{END}")


def armour(data: bytes) -> str:
    """Wrap bytes as text."""
    text = b64encode(data).decode()
    lines = [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
    return "\n".join([BEGIN, *lines, END]) + "\n"


def unarmour(text: str) -> bytes:
    """Unwrap text; what surrounds the two lines is passed over. Raises ValueError."""
    match = _BODY.search(text[:MAX_ARMOURED])
    if match is None:
        raise ValueError("no certificate request in this text")
    return b64decode("".join(match.group(1).split()), validate=True)
