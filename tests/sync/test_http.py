"""Replies over a socket, whole and in pieces, and what is no reply."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import BadReply, TooLarge
from sync.http import HEAD_LIMIT, Ended, ReplyReader, make_request

PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: a/b\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;name=value\r\nlo\r\n0\r\nLater: one\r\n\r\n"
)
INTERIM = b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + PLAIN
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\n\r\nhello"


class Pieces:
    """A socket that gives a reply in pieces of some size, then its end."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self._size = data, size

    def recv(self, most: int) -> bytes:
        size = min(most, self._size)
        part, self._data = self._data[:size], self._data[size:]
        return part


def reader(data: bytes, size: int = 1 << 20) -> ReplyReader:
    source = Pieces(data, size)
    return ReplyReader(source)  # type: ignore[arg-type]  # it only receives


def read(data: bytes, size: int = 1 << 20, limit: int = 100) -> tuple[bytes, bool]:
    """The body, and whether the connection may serve another call."""
    one = reader(data, size)
    head = one.head()
    body = one.body(head, limit)
    return body, head.lasts and one.spent


@settings(max_examples=60)
@given(st.sampled_from([PLAIN, CHUNKED, INTERIM, UNTIL_CLOSED]), st.integers(1, 40))
def test_a_reply_is_read_alike_in_whatever_pieces_it_comes(data: bytes, size: int) -> None:
    one = reader(data, size)
    head = one.head()
    assert head.status == 200
    assert one.body(head, 5) == b"hello"
    assert one.size == len(data)
    assert (head.lasts and one.spent) == (data is not UNTIL_CLOSED)


@pytest.mark.parametrize(
    "data",
    [
        PLAIN + b"HTTP/1.1 200 OK\r\n",  # nobody asked for that
        PLAIN.replace(b"a/b", b"a/b\r\nConnection: close"),
        PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
)
def test_a_connection_that_may_not_go_on_serves_no_other_call(data: bytes) -> None:
    assert read(data) == (b"hello", False)


def test_a_reply_without_a_body_leaves_the_next_bytes_alone() -> None:
    assert read(b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n") == (b"", True)


@pytest.mark.parametrize("data", [PLAIN, CHUNKED, UNTIL_CLOSED])
def test_a_body_beyond_the_limit_is_not_read(data: bytes) -> None:
    with pytest.raises(TooLarge):
        read(data, limit=4)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        PLAIN.replace(b"5", b"5\r\nContent-Length: 4"),
        PLAIN.replace(b"5", b"-5"),
        PLAIN.replace(b"5", b"0x5"),
        PLAIN.replace(b"5", b"5\r\nTransfer-Encoding: chunked"),  # two ways of saying where it ends
        PLAIN.replace(b"Content-Length: 5", b"Transfer-Encoding: gzip, chunked"),
        PLAIN.replace(b"content-type", b"content-type "),
        PLAIN.replace(b"content-type: a/b", b"no header"),
        PLAIN.replace(b"a/b", b"a/b\n c"),
        CHUNKED.replace(b"3\r\n", b"+3\r\n"),
        CHUNKED.replace(b"hel\r\n", b"hel\n\n"),
        CHUNKED.replace(b"0\r\n", b"0\r\n" + b"A: b\r\n" * 40),
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * HEAD_LIMIT,
    ],
)
def test_what_is_no_reply_is_a_bad_reply(data: bytes) -> None:
    with pytest.raises(BadReply):
        read(data)


@pytest.mark.parametrize(("data", "begun"), [(b"", False), (b"HTTP", True), (PLAIN[:-1], True), (CHUNKED[:-1], True)])
def test_an_end_before_the_end_says_whether_anything_came(data: bytes, begun: bool) -> None:
    with pytest.raises(Ended) as caught:
        read(data)
    assert caught.value.begun == begun


def test_a_request_leaves_in_one_piece() -> None:
    here, there = socket.socketpair()
    with here, there:
        here.sendall(make_request("/v1/push", "a.example:1", "t0ken", b"body"))
        head = (
            b"POST /v1/push HTTP/1.1\r\nHost: a.example:1\r\nContent-Length: 4\r\nAuthorization: Bearer t0ken\r\n\r\n"
        )
        assert there.recv(1_000) == head + b"body"


def test_a_token_makes_no_header_of_its_own() -> None:
    with pytest.raises(ValueError, match="token"):
        make_request("/v1/push", "a.example", "t\r\nX: y", b"")
