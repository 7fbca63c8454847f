"""kill -9 of a desk and of the server at random moments: nothing that was saved or acknowledged is lost."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

from desktop.desk import Desk
from desktop.store.verify import verify
from tests.attacks.ledger import tried
from tests.attacks.lives import Life, nursery, serve, write
from tests.support.desk import PASSPHRASE, HomeOfDesk, quick_opening, set_up
from tests.support.secretariat import Secretariat, free_port
from tests.support.storm import states

KILLS = int(os.environ.get("TAHALUF_KILLS", "60"))  # of both sides together; `make soak` has more
LONGEST_S = 0.06  # from a desk's start to the next kill
SEED = 20261124


def edits(desk: Desk, case: str, limit: int = sys.maxsize) -> set[int]:
    """Numbers of the edits that the history of the case holds, or of the newest of them."""
    entries = desk._connection.history.history(bytes.fromhex(case), field="lead", limit=limit)
    values = [str(entry.value) for entry in entries]
    return {int(value.removeprefix("edit ")) for value in values if value.startswith("edit ")}


def test_kills_of_either_side_at_random_moments_lose_nothing_that_was_saved_or_acknowledged(tmp_path: Path) -> None:
    chance, context, port = random.Random(SEED), nursery(), free_port()
    secretariat = Secretariat(tmp_path / "server")
    ministries = secretariat.provision(["SN", "AE"])
    trust = {code: each.keys.root for code, each in ministries.items()}
    opening, url = quick_opening(), f"http://127.0.0.1:{port}"
    homes: dict[str, HomeOfDesk] = {}
    for code in ("SN", "AE"):
        homes[code] = set_up(tmp_path / code, ministry=code, trust=trust, url=url, opening=opening)
        ministries[code].enrol(homes[code].request())
    secretariat.publish(*ministries.values())
    server = Life(context, serve, str(secretariat.data), port)
    server.wait("listening")
    store = opening.unlock(homes["SN"].home, PASSPHRASE)
    desk = Desk(store, store.connect(), homes["SN"].profile)
    desk.sync_once()
    case = desk.new_case({"title": "Fraude"}, ("AE",)).record
    desk._connection.close()  # the key stays
    other = homes["AE"].open()
    saved = acknowledged = killed_servers = 0
    for life in range(KILLS):
        desk_life = Life(context, write, str(homes["SN"].home), store.key.key, homes["SN"].profile, case, saved + 1)
        desk_life.wait("ready")
        if life % 6 == 0:  # on a busy machine few would come as far otherwise
            desk_life.wait("acknowledged")
        time.sleep(chance.uniform(0, LONGEST_S))
        of_the_server = life % 2 == 1
        with tried("faults", f"kill -9 of {'the server' if of_the_server else 'a desk'} at a random moment"):
            if of_the_server:
                server.kill()
                server = Life(context, serve, str(secretariat.data), port)
                server.wait("listening")
                killed_servers += 1
            words, before = desk_life.kill(), saved
            saved = max([number for word, number in words if word == "saved"], default=saved)
            acknowledged = max([number for word, number in words if word == "acknowledged"], default=acknowledged)
            reopened = Desk(store, store.connect(), homes["SN"].profile)
            there = edits(reopened, case, saved - before + 2)
            assert set(range(before + 1, saved + 1)) <= there
            assert max(there, default=0) - saved in (0, 1), "at most the edit of the very moment is there untold"
            saved = max(there, default=0)
            if life % 20 == 19:
                assert edits(reopened, case) == set(range(1, saved + 1))
                assert verify(reopened._connection).problems == []
                other.sync_once(patience_s=10)
                assert set(range(1, acknowledged + 1)) <= edits(other, case)
            reopened._connection.close()
    last = Desk(store, store.connect(), homes["SN"].profile)
    for each in (last, other, last, other):
        each.sync_once(patience_s=10)
    assert saved > KILLS // 2
    assert KILLS // 20 < acknowledged <= saved
    assert killed_servers == KILLS // 2
    assert edits(other, case) == set(range(1, saved + 1))
    assert states(last) == states(other)
    assert verify(last._connection).problems == []
    last.close()
    other.close()
    server.kill()
