"""Where the frozen application begins: the same command as `tahaluf` in a checkout."""

from __future__ import annotations

import sys

from desktop.cli import main
from desktop.ui.rendering import main as draw

if __name__ == "__main__":
    if sys.argv[1:] == ["--render-pages"]:  # the desk starts itself to draw what came from outside
        draw()
    else:
        sys.exit(main())
