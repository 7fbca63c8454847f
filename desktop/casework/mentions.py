"""Mentions in notes: kept as "@" and the id of a desk's device, typed and shown as "@" and its name.

An id says who is meant whatever they are called later, and in whatever language it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from desktop.casework.views import Author
from i18n.bidi import neutralise, one_line

MAX_LABEL = 120  # characters
_MENTION = re.compile(r"@([0-9a-f]{32})(?![0-9a-f])")


def desk_label(officer: str, desk: str) -> str:
    """How a desk is called in a note: its officer, and the desk. Empty for one that nothing is known of."""
    names = (neutralise(one_line(each, MAX_LABEL // 2)).replace("@", "").strip() for each in (officer, desk))
    first, second = names
    return f"{first} ({second})" if first and second else first or second


def mentioned(text: str) -> tuple[str, ...]:
    """The elements of a note's set of mentions: each "@" and id in its stored text, once."""
    return tuple(dict.fromkeys(f"@{device}" for device in _MENTION.findall(text)))


def with_names(text: str, name: Callable[[str], str]) -> str:
    """A stored text with "@" and names; an id without a name shows its first eight digits."""
    return _MENTION.sub(lambda found: f"@{name(found[1]) or found[1][:8]}", text)


def with_ids(text: str, desks: Iterable[Author]) -> str:
    """A typed text as it is stored: the longest label counts where one begins another."""
    labels = {f"@{label}": each.device for each in desks if (label := desk_label(each.officer, each.desk))}
    if not labels:
        return text
    pattern = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    return re.sub(pattern, lambda found: f"@{labels[found[0]]}", text)


def names_of(desks: Iterable[Author]) -> Callable[[str], str]:
    """What `with_names` asks: the labels of these desks."""
    labels = {each.device: desk_label(each.officer, each.desk) for each in desks}
    return lambda device: labels.get(device, "")
