"""A server that drops, reorders, doubles, replays and damages what it relays: nothing false is taken, nothing lost."""

from __future__ import annotations

import random
import resource
import time
import zlib
from collections.abc import Callable, Iterator
from socket import socket

import msgspec
import pytest

from desktop.desk import Desk
from desktop.store import positions
from sync.errors import BadReply, Redirected, SyncError
from sync.keys import new_device_keys
from sync.link import Link
from sync.transport import HttpTransport
from sync.wire import calls
from sync.wire.calls import Changed, DirectoryItems, Item, PollReply
from sync.wire.codec import encode, new_id
from tests.attacks.ledger import tried
from tests.attacks.liar import Lie, retell, sync_with
from tests.support.alliance import Alliance, running_alliance
from tests.support.storm import states
from tests.sync.test_transport import reply, server

EDITS = 12
SPACES = 2_500  # more than one pull can name

Change = Callable[[bytes, list[Item]], list[Item]]


@pytest.fixture(scope="module")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    """A secretariat and two desks, for all tests of this module: each has cases of its own."""
    with running_alliance(tmp_path_factory.mktemp("liar")) as made:
        made.desks()
        yield made


@pytest.fixture
def dakar(alliance: Alliance) -> Desk:
    """The desk that is lied to."""
    return alliance.dakar.desks[0]


@pytest.fixture
def abu_dhabi(alliance: Alliance) -> Desk:
    """The desk whose work is relayed."""
    return alliance.abu_dhabi.desks[0]


def damaged(item: Item, chance: random.Random) -> Item:
    """The item with one bit turned over."""
    body = bytearray(item.body)
    body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    return Item(item.sequence, item.kind, bytes(body))


CHANGES: dict[str, Change] = {
    "every third item left out": lambda _space, items: [item for n, item in enumerate(items) if n % 3 != 2],
    "the founding left out": lambda _space, items: items[1:],
    "the last half withheld": lambda _space, items: items[: len(items) // 2],
    "everything backwards": lambda _space, items: items[::-1],
    "segments shuffled": lambda _space, items: items[:1] + random.Random(7).sample(items[1:], len(items) - 1),
    "every item twice": lambda _space, items: [item for item in items for _ in range(2)],
    "a bit turned over in each item": lambda _space, items: [
        damaged(item, random.Random(n)) for n, item in enumerate(items)
    ],
    "every body cut short": lambda _space, items: [Item(1, item.kind, item.body[:-3]) for item in items],
    "bodies of nothing": lambda _space, items: [Item(1, item.kind, b"") for item in items],
    "200,000 levels deep": lambda _space, items: [*items, Item(1, "segment", b"\x91" * 200_000 + b"\x90")],
    "kinds exchanged": lambda _space, items: [
        Item(1, "entry" if item.kind == "segment" else "segment", item.body) for item in items
    ],
    "kinds that nobody knows": lambda _space, items: [Item(1, "../../etc", item.body) for item in items] + items,
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_log_that_is_retold_falsely_changes_nothing_and_the_true_one_is_taken_after_it(
    dakar: Desk, abu_dhabi: Desk, what: str
) -> None:
    with tried("malicious server", f"a log with {what}"):
        case, written = work(abu_dhabi)
        _report, told = sync_with(dakar, retell(CHANGES[what]))
        assert told, "it did lie"
        if case in states(dakar):
            assert values(dakar, case) <= written, "nothing is shown that its author did not write"
        abu_dhabi.edit(case, "title", "the last edit")  # so that the space moves, and the desk asks from where it is
        check_even(dakar, abu_dhabi)
        assert values(dakar, case) == {"the last edit"}


def work(desk: Desk) -> tuple[str, set[object]]:
    """A case with some edits, each a segment of its own; returns it and all titles it had."""
    case = desk.new_case({"title": "edit 0"}, ("SN",)).record
    desk.sync_once()
    for number in range(1, EDITS):
        desk.edit(case, "title", f"edit {number}")
        desk.sync_once()
    return case, {f"edit {number}" for number in range(EDITS)}


def values(desk: Desk, record: str) -> set[object]:
    """The titles that a record has on a desk."""
    field = desk.show(record).fields.get("title")
    return {value.value for value in field.values} if field else set()


def check_even(*desks: Desk) -> None:
    """With a server that tells the truth again, both desks end alike, and their stores verify."""
    for _ in range(3):
        for desk in desks:
            desk.sync_once()
    first = states(desks[0])
    assert first
    assert all(states(desk) == first for desk in desks)
    assert all(desk.verify().ok for desk in desks)
    assert all(desk._connection.replica.unsent() == 0 for desk in desks)


def test_a_segment_that_is_replayed_into_another_space_is_set_aside(dakar: Desk, abu_dhabi: Desk) -> None:
    with tried("malicious server", "segments and foundings replayed into another space", times=2):
        first, _ = work(abu_dhabi)
        second = abu_dhabi.new_case({"title": "Other"}, ("SN",)).record
        abu_dhabi.sync_once()
        stolen: list[Item] = []

        def replay(space: bytes, items: list[Item]) -> list[Item]:
            if space.hex() == first:
                stolen.extend(items)
                return items
            return [*items, *stolen]

        sync_with(dakar, retell(replay))  # the first space's items are known from here on
        dakar.sync_once()
        abu_dhabi.edit(second, "title", "Other, edited")
        abu_dhabi.edit(first, "title", "edit 0")
        abu_dhabi.sync_once()
        sync_with(dakar, retell(replay))
        assert stolen
        assert values(dakar, second) == {"Other, edited"}
        assert {view.code for view in dakar.set_aside()} >= {"not_entitled"}
        check_even(dakar, abu_dhabi)


def test_spaces_that_never_come_do_not_starve_those_that_do(dakar: Desk, abu_dhabi: Desk) -> None:
    with tried("malicious server", f"{SPACES:,} spaces named that do not exist"):
        invented = [Changed(new_id(), 5) for _ in range(SPACES)]

        def name_them(_request: msgspec.Struct, answer: msgspec.Struct) -> msgspec.Struct:
            assert isinstance(answer, PollReply)
            return msgspec.structs.replace(answer, changed=[*invented, *answer.changed], inline=[])

        def withhold(_request: msgspec.Struct, answer: msgspec.Struct) -> msgspec.Struct:
            assert isinstance(answer, calls.PullReply)
            return calls.PullReply([msgspec.structs.replace(one, mismatch=False) for one in answer.spaces])

        lies: dict[str, Lie] = {"poll": name_them, "pull": withhold}
        sync_with(dakar, lies)
        case, _ = work(abu_dhabi)
        sync_with(dakar, lies)
        assert values(dakar, case) == {f"edit {EDITS - 1}"}


def test_a_server_cannot_fill_the_store_with_spaces_that_it_makes_up(
    dakar: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "MAX_BARE", SPACES)
    before = dakar._connection.database.value("SELECT count(*) FROM spaces")
    with tried("malicious server", "more spaces named than any alliance has"):

        def name_more(_request: msgspec.Struct, answer: msgspec.Struct) -> msgspec.Struct:
            assert isinstance(answer, PollReply)
            return msgspec.structs.replace(answer, changed=[Changed(new_id(), 1) for _ in range(2 * SPACES)], more=True)

        for _ in range(3):
            with pytest.raises(BadReply, match="more spaces"):
                sync_with(dakar, {"poll": name_more, "pull": lambda _request, _answer: calls.PullReply([])})
        assert dakar._connection.database.value("SELECT count(*) FROM spaces") == before


def test_ids_that_look_like_paths_reach_no_file(alliance: Alliance, dakar: Desk, abu_dhabi: Desk) -> None:
    with tried("malicious server", "ids and names that are paths", times=3):
        case, _ = work(abu_dhabi)
        home = alliance.dakar.home
        before = set(home.parent.rglob("*"))
        names = [b"../../../../etc/", b"..\\..\\..\\..\\x\\\0\0", b"/etc/passwd\0\0\0\0\0"]
        assert [len(name) for name in names] == [16, 16, 16]

        def name_them(_request: msgspec.Struct, answer: msgspec.Struct) -> msgspec.Struct:
            assert isinstance(answer, PollReply)
            changed = [Changed(name, 5) for name in names]
            return msgspec.structs.replace(answer, changed=[*changed, *answer.changed])

        sync_with(dakar, {"poll": name_them})
        assert set(home.parent.rglob("*")) == before
        check_even(dakar, abu_dhabi)
        assert case


@pytest.mark.parametrize("name", ["../../etc", "AE/..", "ae", "A\0E", "AE\n", "A" * 9])
def test_a_ministry_that_is_no_code_is_no_reply(dakar: Desk, name: str) -> None:
    with tried("malicious server", "a ministry's name that is a path or no code"):

        def add(_request: msgspec.Struct, answer: msgspec.Struct) -> msgspec.Struct:
            assert isinstance(answer, PollReply)
            return msgspec.structs.replace(answer, directories=[DirectoryItems(name, 1, [b"x"])])

        with pytest.raises(BadReply):
            sync_with(dakar, {"poll": add})


BOMB_MIB = 256


def bomb() -> bytes:
    """A quarter of a gigabyte of zeros, as gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([packer.compress(bytes(1 << 20)) for _ in range(BOMB_MIB)]) + packer.flush()


@pytest.mark.parametrize("status", ["200 OK", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_bomb_is_not_unpacked_on_a_redirect_either(status: str, encoding: str) -> None:
    with (
        tried("malicious server", "a decompression bomb"),
        server(reply(BOMB, f"Content-Encoding: {encoding}", "Location: /v1/poll", status=status)) as url,
    ):
        before = peak_kib()
        started = time.monotonic()
        with pytest.raises((BadReply, Redirected)):
            HttpTransport(url).call("enrol", calls.EnrolRequest("SN", 1, [b"x"]), calls.EnrolReply)
        assert peak_kib() - before < BOMB_MIB * 1024 // 4
        assert time.monotonic() - started < 5


BOMB = bomb()


def peak_kib() -> int:
    """Largest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def sign_in(client: socket, request: bytes) -> bool:
    """Answer the calls that sign a desk in; returns whether it was one."""
    if b" /v1/challenge " in request:
        client.sendall(reply(encode(calls.ChallengeReply(bytes(32), bytes(16)))))
    elif b" /v1/token " in request:
        client.sendall(reply(encode(calls.TokenReply("a-token-that-opens-much", 60))))
    else:
        return False
    return True


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent", "300 x"]
)
def test_a_redirect_to_another_host_carries_no_credentials_there(status: str) -> None:
    heard: list[bytes] = []
    with (
        tried("malicious server", "a redirect to another host"),
        server(lambda _client, request: heard.append(request)) as elsewhere,
    ):

        def redirect(client: socket, request: bytes) -> None:
            if not sign_in(client, request):
                client.sendall(reply(b"", f"Location: {elsewhere}/v1/poll", status=status))

        with server(redirect) as url:
            link = Link(HttpTransport(url), new_device_keys())
            with pytest.raises(Redirected):
                link.call("poll", calls.PollRequest(b"", 0, [], 0), PollReply)
        assert heard == []


PROBLEM = "application/problem+json"
BODIES: dict[str, tuple[bytes, str, str]] = {
    "a body 200,000 levels deep": (b"\x91" * 200_000 + b"\x90", "200 OK", calls.CONTENT_TYPE),
    "maps 200,000 levels deep": (b"\x81\xa1a" * 200_000 + b"\xc0", "200 OK", calls.CONTENT_TYPE),
    "a list said to have four billion elements": (b"\xdd\xff\xff\xff\xff", "200 OK", calls.CONTENT_TYPE),
    "bytes said to be four gigabytes": (b"\x91\xc6\xff\xff\xff\xff", "200 OK", calls.CONTENT_TYPE),
    "a map with one key twice": (b"\x82\xa1a\x01\xa1a\x02", "200 OK", calls.CONTENT_TYPE),
    "not a number where a number is": (b"\x91\xcb\x7f\xf8" + bytes(6), "200 OK", calls.CONTENT_TYPE),
    "infinity where a number is": (b"\x91\xcb\x7f\xf0" + bytes(6), "200 OK", calls.CONTENT_TYPE),
    "a number beyond all": (b"\x91\xcf" + b"\xff" * 8, "200 OK", calls.CONTENT_TYPE),
    "a negative number": (b"\x91\xff", "200 OK", calls.CONTENT_TYPE),
    "more behind the end": (b"\x91\x01\x01", "200 OK", calls.CONTENT_TYPE),
    "a problem 200,000 levels deep": (b"[" * 200_000, "400 Bad", PROBLEM),
    "a problem that is not a number": (
        b'{"type":"a","title":"b","status":NaN,"code":"x","at_ms":NaN,"retry_after_s":Infinity}',
        "503 Busy",
        PROBLEM,
    ),
    "a problem that waits for ever": (
        b'{"type":"a","title":"b","status":503,"code":"busy","at_ms":1,"retry_after_s":1e308}',
        "503 Busy",
        PROBLEM,
    ),
    "a problem with one key twice": (
        b'{"type":"a","title":"b","status":400,"code":"busy","code":"../../x","at_ms":1}',
        "400 Bad",
        PROBLEM,
    ),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_made_to_break_its_reader_is_a_bad_reply(what: str) -> None:
    body, status, kind = BODIES[what]
    with (
        tried("malicious server", "a body made to break its reader"),
        server(reply(body, status=status, kind=kind)) as url,
        pytest.raises(SyncError) as caught,
    ):
        HttpTransport(url).call("enrol", calls.EnrolRequest("SN", 1, [b"x"]), calls.EnrolReply, timeout_s=5)
    assert caught.value.code.isidentifier()
    assert caught.value.retry_after_s <= 3_600


LENGTHS = {
    "shorter than it is": [b"Content-Length: 1"],
    "longer than it is": [b"Content-Length: 900"],
    "negative": [b"Content-Length: -1"],
    "no number": [b"Content-Length: many"],
    "beyond all": [b"Content-Length: " + b"9" * 400],
    "two of them": [b"Content-Length: 2", b"Content-Length: 900"],
    "length and chunks": [b"Content-Length: 2", b"Transfer-Encoding: chunked"],
    "chunks that are none": [b"Transfer-Encoding: chunked"],
}


@pytest.mark.parametrize("what", LENGTHS)
def test_a_reply_whose_length_is_wrong_is_refused_and_the_next_one_is_read_from_its_start(what: str) -> None:
    good = encode(calls.EnrolReply(7))
    answers = [
        b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Type: " + calls.CONTENT_TYPE.encode(), *LENGTHS[what], b"", b""])
        + good
        + b"\x91\x05" * 20,
        reply(good),
    ]

    def answer(client: socket, _request: bytes) -> None:
        last = len(answers) == 1
        client.sendall(answers[0] if last else answers.pop(0))
        if last:  # before, the desk may not know that it could not use this connection again
            client.shutdown(1)

    with tried("malicious server", "a reply whose length is wrong"), server(answer) as url:
        transport = HttpTransport(url)
        with pytest.raises(SyncError):
            transport.call("enrol", calls.EnrolRequest("SN", 1, [b"x"]), calls.EnrolReply, timeout_s=1)
        second = transport.call("enrol", calls.EnrolRequest("SN", 1, [b"x"]), calls.EnrolReply, timeout_s=5)
        assert second == calls.EnrolReply(7)
