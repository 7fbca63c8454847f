"""Tool tips that never read data as markup."""

from __future__ import annotations

from html import escape


def plain_tip(text: str) -> str:
    """Text for setToolTip that shows as it is: Qt would read `<b>` in it as markup."""
    return f"<p style='white-space:pre-wrap'>{escape(text)}</p>" if text else ""
