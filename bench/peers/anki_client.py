"""Anki's own client in its own environment: syncs notes with `anki.syncserver`, a phase for each line it is sent.

Runs on Anki's interpreter, with nothing of this project. Arguments: a folder, the server's address, a file of cases.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anki.collection import Collection  # type: ignore[import-not-found]
from anki.decks import DeckId  # type: ignore[import-not-found]

Cases = list[dict[str, Any]]

SMALL, MANY = 1, 1_000


def open_collection(path: Path, url: str) -> tuple[Any, Any]:
    """Open a collection and sign in."""
    collection = Collection(str(path))
    return collection, collection.sync_login("bench", "bench", url)


def add_notes(collection: Any, cases: Cases) -> None:
    """A note a case, with its values as JSON in one field and its reference in the other."""
    kind = collection.models.by_name("Basic")
    for each in cases:
        note = collection.new_note(kind)
        note["Front"], note["Back"] = each["reference"], json.dumps(each, ensure_ascii=False)
        collection.add_note(note, DeckId(1))


def edit_notes(collection: Any, count: int) -> None:
    """Change one field of some notes."""
    for number, identity in enumerate(sorted(collection.find_notes(""))[:count]):
        note = collection.get_note(identity)
        note["Front"] = f"{note['Front']} {number} {time.time_ns()}"
        collection.update_note(note)


def sync(collection: Any, auth: Any) -> None:
    """Sync rows; anything else would be another measure."""
    answer = collection.sync_collection(auth, sync_media=False)
    if answer.required != answer.NO_CHANGES:
        raise SystemExit(f"Anki asks for a full sync ({answer.required})")


def carry_whole(collection: Any, auth: Any, *, upload: bool) -> None:
    """Send or fetch the whole collection, as Anki does at first."""
    answer = collection.sync_collection(auth, sync_media=False)
    collection.close_for_full_sync()
    collection.full_upload_or_download(auth=auth, server_usn=answer.server_media_usn, upload=upload)
    collection.reopen(after_full_sync=True)


def main(folder: Path, url: str, cases: Cases) -> None:
    """Run each phase when a line asks for it, and answer with the CPU-seconds it took."""
    (one, auth), (two, other) = (open_collection(folder / f"{name}.anki2", url) for name in ("one", "two"))
    carry_whole(one, auth, upload=True)
    carry_whole(two, other, upload=False)

    def prepare(name: str) -> None:
        if name == "push":
            add_notes(one, cases)
        elif name in ("one edit up", "thousand edits up"):
            edit_notes(one, SMALL if name == "one edit up" else MANY)
        elif name == "whole download":
            prepared["three"] = open_collection(folder / "three.anki2", url)

    prepared: dict[str, tuple[Any, Any]] = {}
    phases: dict[str, Callable[[], None]] = {
        "push": lambda: sync(one, auth),
        "pull": lambda: sync(two, other),
        "one edit up": lambda: sync(one, auth),
        "thousand edits up": lambda: sync(one, auth),
        "thousand edits down": lambda: sync(two, other),
        "whole download": lambda: carry_whole(*prepared["three"], upload=False),
    }
    for line in sys.stdin:
        verb, _, name = line.strip().partition(" ")
        cpu, wall = time.process_time(), time.perf_counter()
        if verb == "prepare":
            prepare(name)
        else:
            phases[name]()
        print(json.dumps({"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], json.loads(Path(sys.argv[3]).read_text(encoding="utf-8")))
