"""What every test gets: unexpected log records fail it, whichever thread wrote them."""

from __future__ import annotations

pytest_plugins = ("tests.plugins.logfail",)
