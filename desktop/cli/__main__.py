"""`python -m desktop.cli`, for a checkout that is not installed."""

from __future__ import annotations

import sys

from desktop.cli.main import main

sys.exit(main())
