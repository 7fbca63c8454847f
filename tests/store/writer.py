"""A process that appends edits until it is killed: a line on its output for each one that it was told is saved."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from desktop.casework.record_types import RecordTypes
from desktop.store.context import wall_clock_ms
from desktop.store.errors import StoreError
from desktop.store.store import Store
from desktop.store.vault import DataKey
from sync.changes import Create, RecordEdit, Set
from sync.wire.codec import new_id


def main() -> None:
    """Arguments: home, space. The key comes on the input, so that no list of processes shows it."""
    home, space = Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
    limit = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    key = DataKey(bytes.fromhex(sys.stdin.readline().strip()), "", "")
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    store = Store(home, key, RecordTypes.load(), wall_clock_ms)
    with store.connect() as connection:
        print("ready", flush=True)  # noqa: T201
        while True:
            record = new_id()
            name = "x" * (int(record[0]) * 40)
            try:
                connection.log.append(space, [RecordEdit(record, [Create("person"), Set("name", name, [])])])
            except StoreError as error:
                print("error", error.code, flush=True)  # noqa: T201
                return
            print("saved", record.hex(), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
