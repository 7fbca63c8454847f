"""Three desks and a real server with a faulty proxy between them, until so many requests have met it."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop.casework.views import Query
from desktop.desk import Desk
from sync.errors import SyncError
from sync.merge import encode_state
from tests.support.desk import quick_opening, set_up
from tests.support.faulty_proxy import FaultyProxy
from tests.support.secretariat import Secretariat

MEMBERS = ("SN", "AE", "IT")
ROUNDS = 30  # of everybody syncing, far above what any history needs
REQUEST_S = 0.16  # at most for each, on a machine however busy; a thirtieth of it is usual
WORDS = ("Saisie à Dakar.", "Deux hommes.", "سفينة", "🙂", "Rien.")


@dataclass
class Outcome:
    """What a storm did and what it left."""

    requests: int = 0
    befell: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)  # exchanges that ended early, by what was said of it
    saved: int = 0
    lost: int = 0  # of what was saved
    refused: int = 0  # items that the server is said to have refused for good
    unsent: int = 0
    same: bool = False
    verified: bool = False


class Storm:
    """The desks of the three, one of them writing at a time; each syncs through the proxy."""

    def __init__(self, desks: dict[str, Desk], proxy: FaultyProxy, seed: int) -> None:
        self._desks = desks
        self._proxy = proxy
        self._random = random.Random(seed)
        self._people: set[str] = set()
        self._records: dict[str, list[str]] = {code: [] for code in desks}
        self.outcome = Outcome()

    def rage(self, requests: int) -> None:
        """Write and sync until so many requests were made; then let everything pass and settle."""
        end = time.monotonic() + requests * REQUEST_S
        while self._proxy.requests < requests:
            assert time.monotonic() < end, f"only {self._proxy.requests} requests in {requests * REQUEST_S:.0f} s"
            code = self._random.choice(MEMBERS)
            for _ in range(self._random.randint(0, 2)):
                self._write(code)
            self._sync(code)
        self._proxy.fair = True
        self._settle()
        self._look()

    def _write(self, code: str) -> None:
        """Save something: a case, a person, a line, a text, a set; what was saved counts."""
        desk, kind = self._desks[code], self._random.random()
        cases = desk.query(Query(type="case"))
        if kind < 0.02 or not cases:
            desk.new_case({"title": f"Case of {code}"}, MEMBERS)
        elif kind < 0.4:
            name = f"{code} {self.outcome.saved}"
            desk.new_record("person", self._random.choice(cases), {"name": name})
            self._people.add(name)
        else:
            case = self._random.choice(cases)
            words = " ".join(self._random.choices(WORDS, k=4))
            value: dict[str, Any] = {"lead": words, "summary": words, "countries": [self._random.choice(MEMBERS)]}
            name = self._random.choice(list(value))
            desk.edit(case, name, value[name])
        self.outcome.saved += 1

    def _sync(self, code: str) -> None:
        try:
            self._desks[code].sync_once()
        except SyncError as error:
            self.outcome.failed[error.code] += 1

    def _settle(self) -> None:
        for _ in range(ROUNDS):
            reports = []
            with contextlib.suppress(SyncError):
                reports = [desk.sync_once() for desk in self._desks.values()]
            if reports and not any(report.pushed or report.applied for report in reports):
                break

    def _look(self) -> None:
        found = [{row.title for row in desk.rows(desk.query(Query(type="person")))} for desk in self._desks.values()]
        outcome = self.outcome
        outcome.lost = max(len(self._people - names) for names in found)
        outcome.refused = sum(
            int(desk._connection.database.value("SELECT count(*) FROM outbox WHERE refused IS NOT NULL"))
            for desk in self._desks.values()
        )
        outcome.unsent = sum(desk._connection.replica.unsent() for desk in self._desks.values())
        standing = [states(desk) for desk in self._desks.values()]
        outcome.same = all(each == standing[0] for each in standing)
        outcome.verified = all(desk.verify().ok for desk in self._desks.values())
        outcome.requests, outcome.befell = self._proxy.requests, self._proxy.befell


def states(desk: Desk) -> dict[str, bytes]:
    """The state of every record that a desk has, encoded."""
    names = desk.query(Query(type="")) + desk.query(Query(type="", deleted=True))
    return {name: encode_state(desk._connection.reads.standing(name).state) for name in names}


def run_storm(folder: Path, requests: int, seed: int) -> Outcome:
    """Set everything up, let it rage, and say what became of it."""
    secretariat = Secretariat(folder / "secretariat")
    ministries = secretariat.provision(list(MEMBERS))
    with secretariat, FaultyProxy(secretariat.url, seed) as proxy:
        opening = quick_opening()
        trust = {code: each.keys.root for code, each in ministries.items()}
        homes = [
            set_up(folder / code, ministry=code, officer=code, desk=code, trust=trust, url=proxy.url, opening=opening)
            for code in MEMBERS
        ]
        for home in homes:
            ministries[home.profile.ministry].enrol(home.request())
        secretariat.publish(*ministries.values())
        desks = {home.profile.ministry: home.open() for home in homes}
        storm = Storm(desks, proxy, seed)
        try:
            storm.rage(requests)
        finally:
            for home in homes:
                home.close()
    return storm.outcome
