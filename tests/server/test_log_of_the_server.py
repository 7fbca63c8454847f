"""The server's log over HTTP: who is told what of it, and the operator's key to it."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable

import pytest

from server.cli import main
from sync.keys import DeviceKeys, new_device_keys
from sync.wire.checkpoint import (
    Checkpoint,
    CheckpointReply,
    CheckpointRequest,
    Seen,
    make_checkpoint,
    make_cosigned,
    read_checkpoint,
)
from sync.wire.merkle import consistency_roots, inclusion_root
from sync.wire.signing import fingerprint
from tests.server.conftest import Alliance, Dial
from tests.support.bare_desk import BareDesk
from tests.support.wire_items import found_space

NOTHING = CheckpointRequest(b"", 0, [], [], b"")


def ask(desk: BareDesk, request: CheckpointRequest = NOTHING) -> tuple[CheckpointReply, Checkpoint]:
    """The reply to a call, and its checkpoint, verified."""
    reply: CheckpointReply = desk.call("checkpoint", request)
    return reply, read_checkpoint(reply.checkpoint, reply.key)


def found(desk: BareDesk, keys: DeviceKeys, *members: str) -> bytes:
    """Found a space; returns its id."""
    space = found_space(keys, dict.fromkeys(members, "lead"))
    assert desk.push(space.item)[0].status == "stored"
    return space.id


def test_a_log_grows_by_a_leaf_for_each_space_that_a_commit_moves(alliance: Alliance, connect: Dial) -> None:
    desk = connect(alliance.ae)
    before = ask(desk)[1]
    space = found(desk, alliance.ae, "AE", "FR")
    reply, after = ask(desk, CheckpointRequest(before.origin, before.size, [space], [], b""))
    assert after.size == before.size + 1
    if before.size:
        assert consistency_roots(before.size, after.size, reply.path) == (before.root, after.root)
    (included,) = reply.included
    assert (included.leaf.space, included.leaf.sequence) == (space, 1)
    assert inclusion_root(included.index, after.size, included.leaf.hash, included.path) == after.root


def test_nobody_is_told_of_spaces_that_are_not_their_own(alliance: Alliance, connect: Dial) -> None:
    space = found(connect(alliance.ae), alliance.ae, "AE")
    assert [
        one.leaf.space for one in ask(connect(alliance.ae), CheckpointRequest(b"", 0, [space], [], b""))[0].included
    ]
    for asked in (space, bytes(16)):
        assert ask(connect(alliance.sn), CheckpointRequest(b"", 0, [asked], [], b""))[0].included == []


def test_a_cosigned_checkpoint_reaches_the_other_ministries_and_nobody_twice(alliance: Alliance, connect: Dial) -> None:
    ae, fr = connect(alliance.ae), connect(alliance.fr)
    found(ae, alliance.ae, "AE")
    reply, checkpoint = ask(ae)
    mine = make_cosigned(alliance.ae.sign, alliance.ae.device, reply.checkpoint, 1)
    ask(ae, CheckpointRequest(b"", 0, [], [], mine))
    heard, _ = ask(fr)
    assert mine in [one.cosigned for one in heard.witnessed]
    assert mine not in [one.cosigned for one in ask(ae)[0].witnessed]
    again, _ = ask(fr, CheckpointRequest(b"", 0, [], [Seen("AE", checkpoint.size)], b""))
    assert mine not in [one.cosigned for one in again.witnessed]


def test_what_is_no_cosignature_of_the_callers_own_is_passed_over(alliance: Alliance, connect: Dial) -> None:
    ae, sn = connect(alliance.ae), connect(alliance.sn)
    reply, checkpoint = ask(sn)
    false = make_checkpoint(b"\x07" * 32, checkpoint.origin, checkpoint.size + 9, bytes(32), 1)
    stranger = new_device_keys()
    for signer, device, what in (
        (stranger, alliance.sn.device, reply.checkpoint),
        (alliance.sn, alliance.ae.device, reply.checkpoint),
        (alliance.sn, alliance.sn.device, false),
    ):
        bad = make_cosigned(signer.sign, device, what, 1)
        ask(sn, CheckpointRequest(b"", 0, [], [], bad))
        assert bad not in [one.cosigned for one in ask(ae)[0].witnessed]
    assert sn.ask("checkpoint", CheckpointRequest(b"", 0, [], [], b"\x00" * 9)).status == 200


def test_the_log_goes_on_after_a_restart_with_the_same_key(own_alliance: Callable[[str], Alliance]) -> None:
    alliance = own_alliance("")
    desk = BareDesk(alliance.secretariat.url, alliance.ae).sign_in()
    found(desk, alliance.ae, "AE")
    first, before = ask(desk)
    desk.close()
    alliance.secretariat.restart()
    desk = BareDesk(alliance.secretariat.url, alliance.ae).sign_in()
    space = found(desk, alliance.ae, "AE")
    second, after = ask(desk, CheckpointRequest(before.origin, before.size, [space], [], b""))
    assert (second.key, before.size, after.size) == (first.key, 1, 2)
    assert consistency_roots(1, 2, second.path) == (before.root, after.root)
    desk.close()


def test_the_operator_is_shown_the_logs_key_and_nobody_else_can_read_it(
    own_alliance: Callable[[str], Alliance], capsys: pytest.CaptureFixture[str]
) -> None:
    data = own_alliance("").secretariat.data
    capsys.readouterr()
    assert main(["admin", "log-key", "--data", str(data), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["fingerprint"] == fingerprint(bytes.fromhex(shown["key"]))
    assert main(["admin", "log-key", "--data", str(data)]) == 0
    assert shown["key"] in capsys.readouterr().out
    file = data / "log.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    assert main(["admin", "log-key", "--data", str(data)]) == 2
    assert "chmod 600" in capsys.readouterr().err
