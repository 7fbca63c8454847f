"""Bytes as text that survives mail and paper: base64 between two lines that say what it is."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

REQUEST = "CERTIFICATE REQUEST"
PROPOSAL = "CHARTER ENTRY"
WIDTH = 64
MAX_ARMOURED = 64 * 1024  # bytes


def armour(data: bytes, what: str = REQUEST) -> str:
    """Wrap bytes as text."""
    text = b64encode(data).decode()
    lines = [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
    return "\n".join([f"-----BEGIN TAHALUF {what}-----", *lines, f"-----END TAHALUF {what}-----"]) + "\n"


def unarmour(text: str, what: str = REQUEST) -> bytes:
    """Unwrap text; what surrounds the two lines is passed over. Raises ValueError."""
    body = rf"-----BEGIN TAHALUF {what}-----\s*([A-Za-z0-9+/=\s]+?)\s*-----END TAHALUF {what}-----"
    match = re.search(body, text[:MAX_ARMOURED])
    if match is None:
        raise ValueError(f"no {what.lower()} in this text")
    return b64decode("".join(match.group(1).split()), validate=True)
