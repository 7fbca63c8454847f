"""Far too many of what is allowed: devices of one ministry, writes of one text. Slower, and nothing worse."""

from __future__ import annotations

import os
import time
from pathlib import Path

from sync.changes import Dot, Edit, Set, Write
from sync.merge import origin
from sync.text import edit as text_delta
from tests.attacks.forger import Forger
from tests.attacks.ledger import tried
from tests.hostile.member import running_attack
from tests.support.alliance import running_alliance

DEVICES = int(os.environ.get("TAHALUF_DEVICES", "500"))
WRITES = 1_000
FROZEN_S = 20.0  # what no machine may need, however busy


def test_a_ministry_that_enrols_a_crowd_slows_nobody_beyond_measure(tmp_path: Path) -> None:
    with (
        running_alliance(tmp_path) as alliance,
        tried("malicious client", "a crowd of devices enrolled", times=DEVICES),
    ):
        dakar, abu_dhabi = alliance.desks()
        for number in range(DEVICES):
            alliance.ministries["AE"].new_device(f"Officer {number}")
        alliance.server.publish(alliance.ministries["AE"])
        started = time.monotonic()
        dakar.sync_once()
        case = dakar.new_case({"title": "Nord"}, ("AE",)).record  # whose key is granted to every one of them
        assert dakar.sync_once().unsent == 0
        assert dakar._connection.replica.grants_due() == []
        abu_dhabi.sync_once()
        assert abu_dhabi.show(case).fields["title"].value == "Nord"
        assert time.monotonic() - started < FROZEN_S + DEVICES / 50
        assert alliance.server.peak_bytes() < 200 << 20


def test_a_text_of_a_thousand_concurrent_writes_opens_at_once_and_can_be_edited(tmp_path: Path) -> None:
    with running_attack(tmp_path) as attack, tried("malicious member", "a text of a thousand concurrent writes"):
        case = attack.found(Set("title", "Un", []))
        attack.write(case, case, Write("summary", "begun " * 20))
        victim = attack.dakar.open()
        attack.deliver(victim)
        forger = Forger(attack.hostile, case)
        text = attack.hostile._connection.reads.standing(case).state.texts["summary"]
        writes = []
        for number in range(WRITES):
            at = Dot(forger.keys.device, forger.last + 1, number)
            cut = number * 7 % len(text.plain)
            delta = text_delta(text.load(), origin(at), f"{text.plain[:cut]}x{text.plain[cut:]}")
            writes.append(Edit("summary", delta))
        forger.push(attack.server.url, forger.segment(forger.change(forger.space, *writes)))
        victim.sync_once()
        started = time.thread_time()
        shown = victim.show(case).fields["summary"].text
        assert time.thread_time() - started < 1.0
        assert shown.count("x") == WRITES
        assert victim.edit(case, "summary", shown + " end").records
        assert victim.show(case).fields["summary"].text == shown + " end"
        assert time.thread_time() - started < FROZEN_S
        assert victim.verify().ok
