"""What stands above the form of records of some types: a card that shows more than their fields."""

from __future__ import annotations

from collections.abc import Callable

from desktop.session import Session
from desktop.ui.request_card import RequestCard

CARDS: dict[str, Callable[[Session], RequestCard]] = {"request": RequestCard}
"""By the name of the record type."""


def make_card(session: Session, record_type: str) -> RequestCard | None:
    """The card of a type, if it has one."""
    make = CARDS.get(record_type)
    return make(session) if make is not None else None
