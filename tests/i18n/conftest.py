"""Every test starts and ends in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from i18n import set_language


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("en")
