"""A server that forks, rolls back, withholds, retells and denies: its own log convicts it, and it convicts nobody else.

The servers are real: a fork is one data folder served twice, a rollback one that was put back from a copy.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.casework.carry_views import Order
from desktop.casework.trust_views import EvidenceView
from desktop.desk import Desk
from sync.errors import BadReply
from sync.keys import DeviceKeys, new_device_keys
from sync.proof import Verdict, judge
from sync.wire.calls import Item
from sync.wire.checkpoint import (
    CheckpointReply,
    Included,
    Leaf,
    Witnessed,
    make_checkpoint,
    make_cosigned,
    read_checkpoint,
    read_cosigned,
)
from sync.wire.signing import public_key
from tests.attacks.ledger import Suite, tried
from tests.attacks.liar import Lie, retell, sync_with
from tests.support.alliance import Alliance, running_alliance
from tests.support.secretariat import Secretariat

SERVER: Suite = "malicious server"
Change = Callable[[bytes, list[Item]], list[Item]]


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat, and a desk of SN and one of AE that share a case."""
    with running_alliance(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    """One for all tests whose lies are told on the way: each has a case of its own."""
    with running_alliance(tmp_path_factory.mktemp("log")) as made:
        made.desks()
        yield made


def share(dakar: Desk, abu_dhabi: Desk) -> tuple[Desk, Desk, str]:
    """Both desks and a case, even on both; what was found before is looked at."""
    case = dakar.new_case({"title": "Réseau"}, members=("SN", "AE")).record
    even(dakar, abu_dhabi)
    dakar.mark_evidence_seen()
    return dakar, abu_dhabi, case


@pytest.fixture
def forkable(alliance: Alliance) -> tuple[Desk, Desk, str]:
    """A case on two desks of a server that the test may do anything to."""
    return share(*alliance.desks())


@pytest.fixture
def shared(patient: Alliance) -> tuple[Desk, Desk, str]:
    """A case on two desks."""
    return share(patient.dakar.desks[0], patient.abu_dhabi.desks[0])


def even(*desks: Desk) -> None:
    for _ in range(2):
        for desk in desks:
            desk.sync_once()


def found(desk: Desk) -> list[EvidenceView]:
    """What the desk found since its officer looked last."""
    return [one for one in desk.evidence() if not one.seen]


def kinds(desk: Desk) -> set[str]:
    return {one.kind for one in found(desk)}


def verdicts(desk: Desk, kind: str) -> list[Verdict]:
    """What an auditor with the roots and the log's key makes of the desk's proofs."""
    profile = desk.profile
    key = desk._connection.logbook.notes().key
    return [judge(desk.export_evidence(one.id), profile.trust, key) for one in found(desk) if one.kind == kind]


def copy_of(server: Secretariat, folder: Path) -> Path:
    """The data folder as it is now; the server runs again afterwards."""
    server.stop()
    shutil.copytree(server.data, folder)
    server.start()
    return folder


def point_to(desk: Desk, server: Secretariat) -> None:
    """Let a desk meet another server under the same name."""
    (desk._store.home / "settings.toml").write_text(f'[settings]\nserver_url = "{server.url}"\n')


def test_two_ministries_that_are_shown_different_histories_find_it_when_they_meet_again(
    alliance: Alliance, forkable: tuple[Desk, Desk, str], tmp_path: Path
) -> None:
    dakar, abu_dhabi, case = forkable
    with tried(SERVER, "two ministries forked"), Secretariat(copy_of(alliance.server, tmp_path / "fork")) as fork:
        point_to(abu_dhabi, fork)
        dakar.edit(case, "title", "shown to Dakar")
        abu_dhabi.edit(case, "title", "shown to Abu Dhabi")
        even(dakar, abu_dhabi)
        assert kinds(dakar) == kinds(abu_dhabi) == set()
        point_to(abu_dhabi, alliance.server)
        abu_dhabi.sync_once()
        assert {"server_rewound", "log_forked"} <= kinds(abu_dhabi)
        (verdict,) = verdicts(abu_dhabi, "log_forked")
        assert (verdict.judgement, verdict.reason) == ("proven", "two_histories")
        even(dakar, abu_dhabi)
        titles = [{one.value for one in desk.show(case).fields["title"].values} for desk in (dakar, abu_dhabi)]
        assert titles == [{"shown to Dakar", "shown to Abu Dhabi"}] * 2


def test_a_split_view_is_found_by_the_cosigned_checkpoint_of_the_other_ministry(
    alliance: Alliance, forkable: tuple[Desk, Desk, str], tmp_path: Path
) -> None:
    dakar, abu_dhabi, case = forkable
    with tried(SERVER, "a split view"), Secretariat(copy_of(alliance.server, tmp_path / "fork")) as fork:
        point_to(abu_dhabi, fork)
        abu_dhabi.edit(case, "title", "shown to Abu Dhabi")
        abu_dhabi.sync_once()
        cosigned = abu_dhabi._connection.logbook.notes().due
        assert cosigned
        dakar.edit(case, "title", "shown to Dakar")

        def relay(_request: msgspec.Struct, reply: msgspec.Struct) -> msgspec.Struct:
            assert isinstance(reply, CheckpointReply)
            return msgspec.structs.replace(reply, witnessed=[Witnessed(cosigned, [])])

        sync_with(dakar, {"checkpoint": relay})
        (one,) = found(dakar)
        assert (one.kind, one.by and one.by.ministry) == ("split_view", "AE")
        (verdict,) = verdicts(dakar, "split_view")
        assert (verdict.judgement, verdict.reason) == ("proven", "two_roots")


def test_a_split_view_that_the_server_hides_is_found_by_a_bundle(
    alliance: Alliance, forkable: tuple[Desk, Desk, str], tmp_path: Path
) -> None:
    dakar, abu_dhabi, case = forkable
    with tried(SERVER, "a split view whose witnesses are withheld"):
        with Secretariat(copy_of(alliance.server, tmp_path / "fork")) as fork:
            point_to(abu_dhabi, fork)
            abu_dhabi.edit(case, "title", "shown to Abu Dhabi")
            abu_dhabi.sync_once()
        dakar.edit(case, "title", "shown to Dakar")
        dakar.sync_once()
        assert found(dakar) == [], "the server told nobody"
        abu_dhabi.bundle_write(tmp_path / "stick", Order(("SN",), (case,)))
        dakar.bundle_read([tmp_path / "stick"])
        dakar.sync_once()
        assert "split_view" in kinds(dakar)
        (verdict,) = verdicts(dakar, "split_view")
        assert (verdict.judgement, verdict.by and verdict.by.ministry) == ("proven", "AE")


@pytest.mark.parametrize("grown", [False, True])
def test_a_log_that_was_rolled_back_is_proven_by_its_own_signatures(
    alliance: Alliance, forkable: tuple[Desk, Desk, str], tmp_path: Path, grown: bool
) -> None:
    dakar, abu_dhabi, case = forkable
    with tried(SERVER, "a log rolled back" + (" that grew again" if grown else "")):
        old = copy_of(alliance.server, tmp_path / "old")
        dakar.edit(case, "title", "forgotten by the server")
        even(dakar, abu_dhabi)
        alliance.server.stop()
        shutil.rmtree(alliance.server.data)
        shutil.copytree(old, alliance.server.data)
        alliance.server.start()
        if grown:
            for number in range(3):
                abu_dhabi.new_case({"title": f"Case {number}"}, members=("AE",))
                abu_dhabi.sync_once()
        even(dakar, abu_dhabi)
        dakar.edit(case, "title", "goes on")
        even(dakar, abu_dhabi)
        assert "server_rewound" in kinds(dakar)
        judged = verdicts(dakar, "log_forked") + verdicts(abu_dhabi, "log_forked")
        assert bool(judged) is grown, "one that takes the same again ends as it was"
        assert all(one.judgement == "proven" for one in judged)
        assert dakar.show(case).fields["title"].value == "goes on"
        assert abu_dhabi.show(case).fields["title"].value == "goes on"


CHANGES: dict[str, Change] = {
    "every third item dropped": lambda _space, items: [item for n, item in enumerate(items, 1) if n % 3],
    "items reordered": lambda _space, items: items[:1] + items[:0:-1],
    "every item twice": lambda _space, items: [item for item in items for _ in range(2)],
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_delivered_otherwise_than_logged_is_found_at_once(shared: tuple[Desk, Desk, str], what: str) -> None:
    dakar, abu_dhabi, case = shared
    with tried(SERVER, f"delivered with {what}"):
        for number in range(6):
            abu_dhabi.edit(case, "title", f"edit {number}")
            abu_dhabi.sync_once()
        _, told = sync_with(dakar, retell(CHANGES[what]))
        assert told
        (verdict, *_) = verdicts(dakar, "not_in_log") + verdicts(dakar, "withheld")
        assert (verdict.judgement, verdict.space) == ("attested", case)
        abu_dhabi.edit(case, "title", "the last one")
        even(dakar, abu_dhabi)
        assert dakar.show(case).fields["title"].value == "the last one"


def test_what_the_log_names_and_the_server_withholds_is_told(shared: tuple[Desk, Desk, str]) -> None:
    dakar, abu_dhabi, case = shared
    with tried(SERVER, "the end of a log withheld"):
        for number in range(3):
            abu_dhabi.edit(case, "title", f"edit {number}")
            abu_dhabi.sync_once()
        end = dakar._connection.logbook.cursor(bytes.fromhex(case)).sequence + 1

        def hide(_space: bytes, items: list[Item]) -> list[Item]:
            return [item for item in items if item.sequence <= end]

        sync_with(dakar, retell(hide))
        (one,) = [one for one in found(dakar) if one.kind == "withheld"]
        assert (one.facts["sequence"], one.facts["named"]) == (end, end + 2)
        even(dakar, abu_dhabi)
        assert dakar.show(case).fields["title"].value == "edit 2"


def other_root(reply: CheckpointReply, seed: bytes, *, grow: int = 0) -> CheckpointReply:
    """A checkpoint of another history, signed as the server would."""
    newest = read_checkpoint(reply.checkpoint, reply.key)
    signed = make_checkpoint(seed, newest.origin, newest.size + grow, bytes(32), newest.at_ms + 1)
    return msgspec.structs.replace(reply, checkpoint=signed)


def lies_about_checkpoints(alliance: Alliance, space: bytes) -> dict[str, tuple[Lie, str]]:
    """What the server says falsely, and what the desk finds."""
    seed = (alliance.server.data / "log.key").read_bytes()
    junk = Included(Leaf(space, 99, bytes(32)), 0, [bytes(32)] * 4)

    def lie(change: Callable[[CheckpointReply], CheckpointReply]) -> Lie:
        def tell(_request: msgspec.Struct, reply: msgspec.Struct) -> msgspec.Struct:
            assert isinstance(reply, CheckpointReply)
            return change(reply)

        return tell

    replace = msgspec.structs.replace
    return {
        "another root for the same size": (lie(lambda reply: other_root(reply, seed)), "log_forked"),
        "a longer log with no path to it": (
            lie(lambda reply: replace(other_root(reply, seed, grow=3), path=[bytes(32)] * 3)),
            "log_forked",
        ),
        "a path cut short": (lie(lambda reply: replace(reply, path=reply.path[:-1])), "log_forked"),
        "another key": (
            lie(lambda reply: replace(other_root(reply, b"\x05" * 32), key=public_key(b"\x05" * 32))),
            "log_key",
        ),
        "a place that is not ours": (lie(lambda reply: replace(reply, included=[junk])), "not_in_log"),
        "no place at all": (lie(lambda reply: replace(reply, included=[])), "not_in_log"),
        "another path to our place": (
            lie(
                lambda reply: replace(
                    reply, included=[replace(one, path=[bytes(32), *one.path[1:]]) for one in reply.included]
                )
            ),
            "not_in_log",
        ),
    }


LIES = (
    "another root for the same size",
    "a longer log with no path to it",
    "a path cut short",
    "another key",
    "a place that is not ours",
    "no place at all",
    "another path to our place",
)


def test_false_checkpoints_become_evidence_and_are_never_cosigned(
    patient: Alliance, shared: tuple[Desk, Desk, str]
) -> None:
    dakar, abu_dhabi, case = shared
    lies = lies_about_checkpoints(patient, bytes.fromhex(case))
    assert tuple(lies) == LIES
    for what in LIES:
        lie, kind = lies[what]
        with tried(SERVER, f"a checkpoint with {what}"):
            even(dakar, abu_dhabi)
            dakar.mark_evidence_seen()
            abu_dhabi.edit(case, "title", what)
            abu_dhabi.sync_once()
            sync_with(dakar, {"checkpoint": lie})
            assert kind in kinds(dakar), what
            due = dakar._connection.logbook.notes().due
            key = dakar._connection.logbook.notes().key
            assert not due or read_checkpoint_in(due, key), "only what held was cosigned"
            assert dakar.show(case).fields["title"].value == what, "reading goes on"


def read_checkpoint_in(cosigned: bytes, key: bytes) -> bool:
    """Whether a cosigned checkpoint has another root than the made-up one."""
    return read_checkpoint(read_cosigned(cosigned)[0].checkpoint, key).root != bytes(32)


def test_a_checkpoint_that_nobody_signed_is_a_bad_reply(shared: tuple[Desk, Desk, str]) -> None:
    dakar, abu_dhabi, case = shared
    with tried(SERVER, "a checkpoint that nobody signed"):
        abu_dhabi.edit(case, "title", "x")
        abu_dhabi.sync_once()

        def unsigned(_request: msgspec.Struct, reply: msgspec.Struct) -> msgspec.Struct:
            assert isinstance(reply, CheckpointReply)
            altered = reply.checkpoint[:-1] + bytes([reply.checkpoint[-1] ^ 1])
            return msgspec.structs.replace(reply, checkpoint=altered)

        with pytest.raises(BadReply):
            sync_with(dakar, {"checkpoint": unsigned})
        assert found(dakar) == []
        assert dakar.show(case).fields["title"].value == "x", "what was delivered before stands"


def forged(seed: bytes, signer: DeviceKeys, device: bytes) -> Lie:
    """A cosigned checkpoint of another history, in the name of a device that did not sign it."""

    def tell(_request: msgspec.Struct, reply: msgspec.Struct) -> msgspec.Struct:
        assert isinstance(reply, CheckpointReply)
        newest = read_checkpoint(reply.checkpoint, reply.key)
        false = make_checkpoint(seed, newest.origin, newest.size, bytes(32), newest.at_ms)
        return msgspec.structs.replace(reply, witnessed=[Witnessed(make_cosigned(signer.sign, device, false, 1), [])])

    return tell


def test_a_server_cannot_make_evidence_against_a_ministry(patient: Alliance, shared: tuple[Desk, Desk, str]) -> None:
    dakar, abu_dhabi, case = shared
    seed = (patient.server.data / "log.key").read_bytes()
    stranger = new_device_keys()
    own = abu_dhabi._connection.identity.device
    with tried(SERVER, "a cosignature in a ministry's name", times=2):
        for signer, device in ((stranger, own), (stranger, stranger.device)):
            abu_dhabi.edit(case, "title", device.hex())
            abu_dhabi.sync_once()
            sync_with(dakar, {"checkpoint": forged(seed, signer, device)})
            assert found(dakar) == []
