"""kill -9 of a desk and of the secretariat at random moments: no saved edit and no acknowledged change may be lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.alliance import PASSPHRASE, Alliance
from bench.measure import emit
from bench.soak.writer import opening
from desktop.desk.opening import PROFILE_FILE
from desktop.desk.syncing import exchange
from desktop.profile import read_profile

KILLS = int(os.environ.get("TAHALUF_KILLS", "100"))  # of each side
LONGEST_S = 0.6  # from the first edit to the kill
READY_S = 60.0


class Ledger:
    """What was saved and what was acknowledged, as the killed processes said."""

    def __init__(self) -> None:
        self.saved = 0
        self.acknowledged = 0

    def read(self, writer: subprocess.Popen[str], ready: threading.Event) -> None:
        """Take a writer's lines until it is dead."""
        for line in writer.stdout or ():
            word, _, number = line.partition(" ")
            if not line.endswith("\n"):
                return
            if word == "saved":
                self.saved = int(number)
            elif word == "acknowledged":
                self.acknowledged = int(number)
            ready.set()


def one_life(alliance: Alliance, home: Path, case: str, ledger: Ledger, *, server: bool, moment_s: float) -> None:
    """Let a desk write; kill the server or not, then the desk, at the moment."""
    command = [sys.executable, "-m", "bench.soak.writer", str(home), case, str(ledger.saved + 1)]
    ready = threading.Event()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        reader = threading.Thread(target=ledger.read, args=(writer, ready))
        reader.start()
        if not ready.wait(READY_S):
            writer.kill()
            raise RuntimeError("the writer did not start")
        time.sleep(moment_s)
        if server:
            alliance.secretariat.kill()
            alliance.secretariat.start()
            time.sleep(moment_s)
        writer.kill()
        reader.join()


def numbers(home: Path, case: str, *, sync: bool = False) -> set[int]:
    """Every edit that the history of the case has on a desk, after pulling or as it stands."""
    store = opening().unlock(home, PASSPHRASE)
    with store.connect() as connection:
        if sync:
            profile = read_profile(home / PROFILE_FILE)
            exchange(store, connection, profile, profile.url, patience_s=10)
        entries = connection.history.history(bytes.fromhex(case), field="lead", limit=sys.maxsize)
    store.lock()
    values = [str(entry.value) for entry in entries]
    return {int(value.removeprefix("edit ")) for value in values if value.startswith("edit ")}


def check_saved(home: Path, case: str, ledger: Ledger) -> int:
    """Open the killed desk and count saved edits that are not there; the ledger goes on after what is."""
    there = numbers(home, case)
    lost = len(set(range(1, ledger.saved + 1)) - there)
    ledger.saved = max(there, default=ledger.saved)  # an edit may be saved and its line lost
    return lost


def check_acknowledged(home: Path, case: str, ledger: Ledger) -> int:
    """Let the other desk pull, and count acknowledged edits that the server does not have."""
    return len(set(range(1, ledger.acknowledged + 1)) - numbers(home, case, sync=True))


def main() -> int:
    """Kill each side KILLS times; returns the number of losses as the exit code, at most 1."""
    seed = int(os.environ.get("TAHALUF_SEED", str(time.time_ns() % 100_000)))
    source, ledger, lost_edits, lost_changes = random.Random(seed), Ledger(), 0, 0
    with (
        tempfile.TemporaryDirectory(prefix="tahaluf-kills-") as folder,
        Alliance(Path(folder), opening(), members=("SN", "AE")) as alliance,
    ):
        dakar = alliance.set_up("SN", "Cne A. Diop", "Dakar 1", "fr")
        abu_dhabi = alliance.set_up("AE", "Maj. F. Al Ameri", "Abu Dhabi 1", "ar")
        desk, _ = alliance.open(dakar)
        desk.sync_once()
        case = desk.new_case({"title": "Fraude documentaire"}).record
        desk.sync_once()
        desk.close()
        for life in range(2 * KILLS):
            one_life(alliance, dakar, case, ledger, server=bool(life % 2), moment_s=source.uniform(0.0, LONGEST_S))
            lost_edits += check_saved(dakar, case, ledger)
            if life % 10 == 9:
                lost_changes += check_acknowledged(abu_dhabi, case, ledger)
        desk, _ = alliance.open(dakar)
        desk.sync_once(patience_s=10)
        verified = desk.verify().ok
        desk.close()
        lost_changes += check_acknowledged(abu_dhabi, case, ledger)
    emit(
        "kill -9 at random moments",
        seed=seed,
        desk_kills=2 * KILLS,
        server_kills=KILLS,
        edits_saved=ledger.saved,
        edits_lost=lost_edits,
        changes_acknowledged=ledger.acknowledged,
        changes_lost=lost_changes,
        store_verifies=verified,
    )
    return int(bool(lost_edits or lost_changes or not verified))
