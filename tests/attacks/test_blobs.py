"""Evidence files against a server that lies about chunks, and a server against clients that lie about them."""

from __future__ import annotations

import contextlib
import io
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.desk import Desk
from desktop.refusals import Refused as NotDone
from server.chunks import FILE
from sync.blobs import MAX_CHUNKS, Blob, BlobDamaged, Manifest, open_blob, seal_blob
from sync.errors import BadReply, Refused
from sync.link import Link
from sync.transport import HttpTransport
from sync.wire.chunks import (
    CHUNK_PLAIN,
    MAX_CHUNK,
    ChunkDropReply,
    ChunkDropRequest,
    ChunkGetReply,
    ChunkGetRequest,
    ChunkHaveReply,
    ChunkHaveRequest,
    ChunkPutReply,
    ChunkPutRequest,
    chunk_hash,
)
from sync.wire.codec import decode, encode
from tests.attacks.ledger import tried
from tests.attacks.liar import Lie, sync_with
from tests.support.alliance import Alliance, running_alliance
from tests.support.secretariat import Secretariat


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """A secretariat and two desks."""
    with running_alliance(tmp_path) as made:
        yield made


def with_film(alliance: Alliance, size: int = 2 * CHUNK_PLAIN + 5) -> tuple[Desk, Desk, str]:
    """Two desks of a case to which the first has attached and sent a file; the second wants it."""
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    film = alliance.dakar.home.parent / "film"
    film.write_bytes(secrets.token_bytes(size))
    dakar.attach(case, film)
    dakar.sync_once()
    abu_dhabi.sync_once()
    return dakar, abu_dhabi, case


def link_of(alliance: Alliance, desk: Desk) -> Link:
    return Link(HttpTransport(alliance.server.url), desk._connection.replica.device_keys())


def answer_with(body: bytes) -> Lie:
    return lambda _request, _reply: ChunkGetReply(body)


def altered(_request: msgspec.Struct, reply: msgspec.Struct) -> msgspec.Struct:
    assert isinstance(reply, ChunkGetReply)
    return ChunkGetReply(reply.body[:-1] + bytes([reply.body[-1] ^ 1]))


def shortened(_request: msgspec.Struct, reply: msgspec.Struct) -> msgspec.Struct:
    assert isinstance(reply, ChunkGetReply)
    return ChunkGetReply(reply.body[: len(reply.body) // 2])


def test_no_chunk_is_taken_that_is_not_the_one_asked_for(alliance: Alliance, tmp_path: Path) -> None:
    _, abu_dhabi, case = with_film(alliance)
    abu_dhabi.fetch_file(case, "film")
    other = secrets.token_bytes(MAX_CHUNK)
    lies: dict[str, Lie] = {
        "altered": altered,
        "cut short": shortened,
        "empty": answer_with(b""),
        "of another blob": answer_with(other),
    }
    for what, lie in lies.items():
        with tried("malicious server", f"a chunk {what}"), pytest.raises(BadReply):
            sync_with(abu_dhabi, {"chunk_get": lie})
    with tried("malicious server", "chunks of which it has told lies before"):
        abu_dhabi.sync_once()
        abu_dhabi.open_file(case, "film", tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == (tmp_path / "film").read_bytes()


@tried("malicious server", "saying that it has chunks which it has not")
def test_a_server_that_claims_to_have_a_file_is_found_out_by_who_fetches_it(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Nord"}, ("AE",)).record
    film = alliance.dakar.home.parent / "film"
    film.write_bytes(b"x" * 100)
    dakar.attach(case, film)

    def all_there(_request: msgspec.Struct, reply: msgspec.Struct) -> msgspec.Struct:
        assert isinstance(reply, ChunkHaveReply)
        return ChunkHaveReply([True] * len(reply.have))

    sync_with(dakar, {"chunk_have": all_there})
    abu_dhabi.sync_once()
    abu_dhabi.fetch_file(case, "film")
    abu_dhabi.sync_once()
    assert [move.refused for move in abu_dhabi.moves()] == ["not_found"]
    with pytest.raises(NotDone, match="file_not_here"):
        abu_dhabi.open_file(case, "film", alliance.dakar.home.parent / "out")


def sealed(size: int) -> tuple[Blob, Manifest, list[bytes]]:
    target = io.BytesIO()
    blob, manifest = seal_blob(io.BytesIO(secrets.token_bytes(size)), target)
    data = target.getvalue()
    return blob, decode(Manifest, manifest), [data[at : at + MAX_CHUNK] for at in range(0, len(data), MAX_CHUNK)]


def opens(blob: Blob, manifest: Manifest, chunks: list[bytes]) -> bytes:
    """Open with a manifest that some member made anew, under the id that fits it."""
    data = encode(manifest)
    return b"".join(open_blob(msgspec.structs.replace(blob, id=chunk_hash(data)), data, io.BytesIO(b"".join(chunks))))


def test_chunks_of_a_stream_are_opened_in_their_order_and_all_of_them() -> None:
    blob, manifest, chunks = sealed(3 * CHUNK_PLAIN)
    _, _, others = sealed(3 * CHUNK_PLAIN)
    one, two, three = chunks
    names = manifest.chunks
    hostile = {
        "swapped chunks": (names, [two, one, three]),
        "a chunk of another blob": (names, [one, others[1], three]),
        "a stream cut short": (names, [one, two]),
        "a stream cut short in a manifest that says so": (names[:2], [one, two]),
        "a chunk twice": (names, [one, one, three]),
        "a chunk behind the last": ([*names, names[0]], [*chunks, one]),
        "bytes behind the last": (names, [*chunks, b"x"]),
        "an empty chunk": (names, [one, b"", three]),
    }
    for what, (wanted, given) in hostile.items():
        with tried("malicious member", what), pytest.raises(BlobDamaged):
            opens(blob, msgspec.structs.replace(manifest, chunks=wanted), given)
    for what, false in {
        "another length": msgspec.structs.replace(blob, size=blob.size - 1),
        "another hash of the whole": msgspec.structs.replace(blob, sha256=bytes(32)),
        "another key": msgspec.structs.replace(blob, key=bytes(32)),
    }.items():
        with tried("malicious member", what), pytest.raises(BlobDamaged):
            opens(false, manifest, chunks)
    assert len(opens(blob, manifest, chunks)) == blob.size


@tried("malicious member", "a file that names more chunks than a blob may have")
def test_a_manifest_of_any_length_is_not_read() -> None:
    assert MAX_CHUNKS * 34 < MAX_CHUNK  # the longest one fits a chunk


def test_the_server_takes_and_gives_chunks_of_members_only(alliance: Alliance) -> None:
    dakar, abu_dhabi, case = with_film(alliance, 10)
    space = bytes.fromhex(case)
    private = bytes.fromhex(dakar.new_case({"title": "Ours"}, ()).record)
    dakar.sync_once()
    body = b"a chunk of ours"
    link_of(alliance, dakar).call("chunk_put", ChunkPutRequest(private, chunk_hash(body), body), ChunkPutReply)
    link = link_of(alliance, abu_dhabi)
    with tried("malicious client", "chunks of a space of others, and of none: alike"):
        for each in (private, secrets.token_bytes(16)):
            with pytest.raises(Refused) as got:
                link.call("chunk_get", ChunkGetRequest(each, chunk_hash(body)), ChunkGetReply)
            with pytest.raises(Refused) as put:
                link.call("chunk_put", ChunkPutRequest(each, chunk_hash(body), body), ChunkPutReply)
            assert (got.value.code, put.value.code) == ("not_found", "not_found")
            assert link.call("chunk_have", ChunkHaveRequest(each, [chunk_hash(body)]), ChunkHaveReply).have == [False]
    with tried("malicious client", "a chunk under another hash"), pytest.raises(Refused) as wrong:
        link.call("chunk_put", ChunkPutRequest(space, chunk_hash(b"other"), body), ChunkPutReply)
    assert wrong.value.code == "malformed"
    files = {each for each in (alliance.server.data / "chunks").rglob("*") if each.is_file()}
    with tried("malicious client", "names that are paths", times=3):
        for name in (b"../../../../etc/passwd".ljust(32, b"/"), b"../x", b"\0" * 32):
            with pytest.raises(Refused):
                link.call("chunk_put", ChunkPutRequest(space, name, body), ChunkPutReply)
            with pytest.raises(Refused):
                link.call("chunk_get", ChunkGetRequest(space, name), ChunkGetReply)
    with tried("malicious client", "chunks that are too large or empty", times=2):
        for size in (0, MAX_CHUNK + 1):
            with pytest.raises(Refused) as refused:
                link.call("chunk_put", ChunkPutRequest(space, bytes(32), b"x" * size), ChunkPutReply)
            assert refused.value.code in ("malformed", "too_large")
    assert {each for each in (alliance.server.data / "chunks").rglob("*") if each.is_file()} == files


@tried("malicious client", "more chunks than the ministry's quota")
def test_a_ministry_fills_its_own_quota_only(tmp_path: Path) -> None:
    data = tmp_path / "server"
    data.mkdir()
    (data / "settings.toml").write_text(f"ministry_chunk_bytes = {1 << 20}\n")
    with running_alliance(tmp_path) as alliance:
        assert isinstance(alliance.server, Secretariat)
        dakar, abu_dhabi = alliance.desks()
        case = dakar.new_case({"title": "Nord"}, ("AE",)).record
        for desk in (dakar, abu_dhabi):
            desk.sync_once()
        for number in range(3):
            film = tmp_path / f"film{number}"
            film.write_bytes(secrets.token_bytes(600_000))
            dakar.attach(case, film)
        small = tmp_path / "small"
        small.write_bytes(b"x")
        dakar.attach(case, small)
        assert dakar.sync_once().unsent == 0
        assert [move.refused for move in dakar.moves()] == ["quota", "quota"]
        assert {each.name: each.sent for each in dakar.files(case)}["small"]
        abu_dhabi.attach(case, tmp_path / "film2")
        abu_dhabi.sync_once()
        assert abu_dhabi.moves() == []


def stored(alliance: Alliance) -> tuple[int, int]:
    """Chunks at the server, and the bytes that are counted for them."""
    folder = alliance.server.data / "chunks"
    with contextlib.closing(sqlite3.connect(folder / FILE)) as shares:
        counted = shares.execute("SELECT coalesce(sum(bytes), 0) FROM shares").fetchone()[0]
    return len([each for each in folder.glob("??/*") if each.is_file()]), int(counted)


def test_chunks_are_deleted_for_the_ministry_that_put_them_and_for_no_other(alliance: Alliance) -> None:
    dakar, abu_dhabi, case = with_film(alliance)
    space = bytes.fromhex(case)
    before = stored(alliance)
    assert before[0] == 4
    blobs, (entry,) = dakar.blobs, dakar.blobs.entries()
    names = [*blobs.names(entry).chunks, entry.id]
    theirs, ours = link_of(alliance, abu_dhabi), link_of(alliance, dakar)
    with tried("malicious member", "deleting evidence that another ministry put"):
        assert theirs.call("chunk_drop", ChunkDropRequest(space, names), ChunkDropReply).dropped == 0
    with tried("malicious client", "deleting in a space of others, and in none: alike", times=2):
        for each in (bytes.fromhex(dakar.new_case({"title": "Ours"}, ()).record), secrets.token_bytes(16)):
            dakar.sync_once()
            with pytest.raises(Refused) as refused:
                theirs.call("chunk_drop", ChunkDropRequest(each, names), ChunkDropReply)
            assert refused.value.code == "not_found"
    assert stored(alliance) == before
    assert ours.call("chunk_drop", ChunkDropRequest(space, names), ChunkDropReply).dropped == 4
    assert ours.call("chunk_drop", ChunkDropRequest(space, names), ChunkDropReply).dropped == 0
    assert stored(alliance) == (0, 0)
