"""A desk that saves and marks without pause over the real keyring, until it is killed.

Reads the home's folder and its passphrase as JSON; says `ready` once it works.
"""

from __future__ import annotations

import json
import sys
from itertools import count
from pathlib import Path

from desktop.desk import Opening
from desktop.store.vault import Cost

OPENING = Opening(cost=Cost(1, 1 << 20))


def main() -> None:
    """Edit and mark; never returns."""
    order = json.loads(sys.stdin.readline())
    desk = OPENING.open(Path(order["home"]), order["passphrase"])
    case = desk.new_case({"title": "Un"}).record
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number in count():
        desk.edit(case, "title", f"Title {number}")
        desk.mark()


if __name__ == "__main__":
    main()
