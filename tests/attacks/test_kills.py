"""kill -9 of a desk and of the server at random moments: nothing that was saved or acknowledged is lost."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest

from desktop.desk import Desk
from desktop.profile import Profile
from desktop.store import Store
from desktop.store.verify import verify
from tests.attacks.ledger import tried
from tests.attacks.lives import Life, nursery, serve, write
from tests.support.desk import PASSPHRASE, HomeOfDesk, quick_opening, set_up
from tests.support.secretariat import Secretariat, free_port
from tests.support.storm import states

STORIES = 2  # apart from each other, so that two processes can tell one each
KILLS = int(os.environ.get("TAHALUF_KILLS", "200")) // STORIES  # of both sides together, in each story
LONGEST_S = 0.06  # from a start, or from the last kill, to the next one
SHARE_HALF_UP = 0.2  # of the servers that are not waited for: the next kill may meet them while they start
SEED = 20261124


def edits(desk: Desk, case: str, limit: int = sys.maxsize) -> set[int]:
    """Numbers of the edits that the history of the case holds, or of the newest of them."""
    entries = desk._connection.history.history(bytes.fromhex(case), field="lead", limit=limit)
    values = [str(entry.value) for entry in entries]
    return {int(value.removeprefix("edit ")) for value in values if value.startswith("edit ")}


class Story:
    """A server, a desk that writes and syncs without pause, another that reads; either of the first two is killed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self._context, self._port = nursery(), free_port()
        secretariat = Secretariat(folder / "server")
        ministries = secretariat.provision(["SN", "AE"])
        trust = {code: each.keys.root for code, each in ministries.items()}
        opening, url = quick_opening(), f"http://127.0.0.1:{self._port}"
        homes: dict[str, HomeOfDesk] = {}
        for code in ("SN", "AE"):
            homes[code] = set_up(folder / code, ministry=code, trust=trust, url=url, opening=opening)
            ministries[code].enrol(homes[code].request())
        secretariat.publish(*ministries.values())
        self._data = str(secretariat.data)
        self.server = self._serve()
        self.server.wait("listening")
        self.up = True
        self._store: Store = opening.unlock(homes["SN"].home, PASSPHRASE)
        self._profile: Profile = homes["SN"].profile
        self.saved = self.acknowledged = self.seen = 0
        desk = self.reopened()
        desk.sync_once()
        self.case = desk.new_case({"title": "Fraude"}, ("AE",)).record
        desk._connection.close()  # the key stays
        self.other = homes["AE"].open()
        self.desk = self._write()

    def reopened(self) -> Desk:
        """The desk that was killed, in this process."""
        return Desk(self._store, self._store.connect(), self._profile)

    def _serve(self) -> Life:
        return Life(self._context, serve, self._data, self._port)

    def _write(self) -> Life:
        home = str(self._store.home)
        life = Life(self._context, write, home, self._store.key.key, self._profile, self.case, self.saved + 1)
        life.wait("ready")
        return life

    def note(self, words: list[tuple[str, int]]) -> None:
        """Keep what the desk has said of its edits."""
        self.saved = max([number for word, number in words if word == "saved"], default=self.saved)
        self.acknowledged = max([number for word, number in words if word == "acknowledged"], default=self.acknowledged)

    def kill_server(self) -> None:
        """Kill the server while the desk goes on; what was acknowledged until then reaches the other desk."""
        self.server.kill()
        self.note(self.desk.heard())
        promised, self.server = self.acknowledged, self._serve()
        self.up = self.chance.random() > SHARE_HALF_UP
        if self.up:
            self.server.wait("listening")
            self.look(promised)

    def look(self, promised: int) -> None:
        """Let the other desk pull: what was acknowledged is there."""
        self.other.sync_once(patience_s=10)
        there = edits(self.other, self.case)
        assert set(range(self.seen + 1, promised + 1)) <= there
        self.seen = promised

    def kill_desk(self, *, whole: bool) -> None:
        """Kill the desk and open it again: what it saved is there. With `whole`, look at all of its history."""
        before = self.saved
        self.note(self.desk.kill())
        desk = self.reopened()
        there = edits(desk, self.case, self.saved - before + 2)
        assert set(range(before + 1, self.saved + 1)) <= there
        assert max(there, default=0) - self.saved in (0, 1), "at most the edit of the very moment is there untold"
        self.saved = max(there, default=0)
        if whole:
            assert edits(desk, self.case) == set(range(1, self.saved + 1))
            assert verify(desk._connection).problems == []
        desk._connection.close()
        self.desk = self._write()

    def end(self) -> None:
        """Kill the desk for good and let both desks sync: they end alike, with every edit."""
        self.note(self.desk.kill())
        if not self.up:
            self.server.wait("listening")
        last = self.reopened()
        self.saved = max(edits(last, self.case), default=0)
        for each in (last, self.other, last, self.other):
            each.sync_once(patience_s=10)
        assert self.acknowledged <= self.saved
        assert edits(self.other, self.case) == set(range(1, self.saved + 1))
        assert states(last) == states(self.other)
        assert verify(last._connection).problems == []
        last.close()
        self.other.close()
        self.server.kill()


@pytest.mark.parametrize("number", range(STORIES))
def test_kills_of_either_side_at_random_moments_lose_nothing_that_was_saved_or_acknowledged(
    tmp_path: Path, number: int
) -> None:
    story = Story(tmp_path, SEED + number)
    for kill in range(KILLS):
        if story.up and kill % 6 == 0:  # on a busy machine few would come as far otherwise
            story.desk.wait("acknowledged")
        time.sleep(story.chance.uniform(0, LONGEST_S))
        of_the_server = story.chance.random() < 0.5
        with tried("faults", f"kill -9 of {'the server' if of_the_server else 'a desk'} at a random moment"):
            if of_the_server:
                story.kill_server()
            else:
                story.kill_desk(whole=kill % 10 == 0)
    story.end()
    assert story.saved > KILLS // 2
    assert story.acknowledged > KILLS // 20
