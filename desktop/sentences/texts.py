"""What a module of this package gives: by code, the function that makes the sentence in the current language."""

from __future__ import annotations

from collections.abc import Callable

Texts = dict[str, Callable[[], str]]
