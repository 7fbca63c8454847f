"""Desks and a real secretariat over a real socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.desk import Refused
from desktop.messages import describe
from sync.errors import NoConnection, NotEnrolled, SyncError
from sync.transport import HttpTransport
from tests.support.alliance import Alliance, running_alliance
from tests.support.desk import quick_opening, set_up
from tests.support.secretariat import free_port


@pytest.fixture
def alliance(tmp_path: Path) -> Iterator[Alliance]:
    """Enrolled desks that have not synced yet."""
    with running_alliance(tmp_path) as made:
        yield made


def test_a_case_written_here_is_read_there(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Réseau", "summary": "texte"}).record
    dakar.new_record("person", case, {"name": "محمد"})
    report = dakar.sync_once()
    assert (report.pushed, report.unsent, dakar.counts()["unsent"]) == (2, 0, 0)
    assert abu_dhabi.sync_once().applied == 2
    assert abu_dhabi.show(case).fields["summary"].text == "texte"
    assert [row.unread for row in abu_dhabi.records(case)] == [True, True]
    assert abu_dhabi.mark_read(case)
    assert not abu_dhabi.mark_read(case)
    author = abu_dhabi.history(case, "title")[0].author
    assert (author.officer, author.ministry, author.desk, author.mine) == ("Awa Diop", "SN", "Dakar 1", False)


def test_an_enrolled_desk_numbers_its_cases_by_its_place(alliance: Alliance) -> None:
    dakar, _ = alliance.desks()
    case = dakar.new_case({"title": "Un"}).record
    assert dakar.rows([case])[0].reference.endswith("-00001")


def test_two_edits_of_one_field_are_a_conflict_until_somebody_resolves_it(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Un"}).record
    for desk in (dakar, abu_dhabi):
        desk.sync_once()
    dakar.edit(case, "title", "Deux")
    abu_dhabi.edit(case, "title", "اثنان")
    for desk in (dakar, abu_dhabi, dakar):
        desk.sync_once()
    for desk in (dakar, abu_dhabi):
        (conflict,) = desk.conflicts()
        assert {value.value for value in conflict.values} == {"Deux", "اثنان"}
        assert conflict.before == ("Un",)
    abu_dhabi.resolve(case, "title", "Deux")
    for desk in (abu_dhabi, dakar):
        desk.sync_once()
    assert [len(desk.conflicts()) for desk in (dakar, abu_dhabi)] == [0, 0]
    assert dakar.show(case).fields["title"].value == "Deux"


def test_undoing_a_resolution_brings_both_values_back_everywhere(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Un"}).record
    for desk in (dakar, abu_dhabi):
        desk.sync_once()
    dakar.edit(case, "title", "Deux")
    abu_dhabi.edit(case, "title", "Trois")
    for desk in (dakar, abu_dhabi):
        desk.sync_once()
    abu_dhabi.resolve(case, "title", "Quatre")
    abu_dhabi.undo()
    for desk in (abu_dhabi, dakar):
        desk.sync_once()
    for desk in (dakar, abu_dhabi):
        assert {value.value for value in desk.conflicts()[0].values} == {"Deux", "Trois"}
    abu_dhabi.redo()
    assert abu_dhabi.show(case).fields["title"].value == "Quatre"


def test_undo_after_somebody_else_wrote_puts_the_old_value_over_both(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Un"}).record
    dakar.edit(case, "title", "Deux")
    for desk in (dakar, abu_dhabi):
        desk.sync_once()
    abu_dhabi.edit(case, "title", "Trois")
    for desk in (abu_dhabi, dakar):
        desk.sync_once()
    dakar.undo()
    assert dakar.show(case).fields["title"].value == "Un"
    assert [entry.value for entry in dakar.history(case, "title")] == ["Un", "Trois", "Deux", "Un"]


def test_a_record_deleted_here_and_edited_there_comes_back_marked(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Un"}).record
    for desk in (dakar, abu_dhabi):
        desk.sync_once()
    dakar.delete(case)
    abu_dhabi.edit(case, "title", "Deux")
    for desk in (dakar, abu_dhabi, dakar):
        desk.sync_once()
    assert [desk.show(case).revived for desk in (dakar, abu_dhabi)] == [True, True]
    dakar.restore(case)
    assert not dakar.show(case).revived


def test_a_reader_may_not_write(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    case = dakar.new_case({"title": "Un"}, ("SN",)).record
    dakar.invite(case, "AE", "reader")
    for desk in (dakar, abu_dhabi, dakar, abu_dhabi):
        desk.sync_once()
    with pytest.raises(Refused, match="reader_only"):
        abu_dhabi.edit(case, "title", "x")
    with pytest.raises(Refused, match="reader_only"):
        abu_dhabi.new_record("person", case, {"name": "x"})
    with pytest.raises(Refused, match="reader_only"):
        abu_dhabi.delete(case)
    assert abu_dhabi.counts()["unsent"] == 0


def test_a_desk_that_is_not_enrolled_is_told_so_and_keeps_its_work(alliance: Alliance, tmp_path: Path) -> None:
    waiting = set_up(tmp_path / "waiting", trust=alliance.dakar.profile.trust, url=alliance.server.url)
    desk = waiting.open()
    case = desk.new_case({"title": "Un"}).record
    with pytest.raises(NotEnrolled) as caught:
        desk.sync_once()
    assert describe(caught.value.code) != describe("sync")
    assert desk.show(case).fields["title"].value == "Un"
    alliance.ministries["SN"].enrol(waiting.request())
    alliance.server.publish(*alliance.ministries.values())
    assert desk.sync_once().pushed == 1
    waiting.close()


def test_without_a_server_nothing_is_lost_and_it_goes_on_later(alliance: Alliance) -> None:
    dakar, abu_dhabi = alliance.desks()
    alliance.server.kill()
    case = dakar.new_case({"title": "Un"}).record
    with pytest.raises(NoConnection):
        dakar.sync_once()
    assert dakar.counts()["unsent"] == 1
    alliance.server.restart()
    assert dakar.sync_once(patience_s=30).pushed == 1
    abu_dhabi.sync_once()
    assert abu_dhabi.show(case).fields["title"].value == "Un"


def test_only_one_program_of_a_desk_syncs_at_a_time(alliance: Alliance) -> None:
    dakar, _ = alliance.desks()
    with dakar._store.sync_lock() as held:
        assert held
        with pytest.raises(Refused, match="sync_running"):
            dakar.sync_once()


def test_without_an_address_the_desk_says_what_to_do(tmp_path: Path) -> None:
    home = set_up(tmp_path / "home", opening=quick_opening())
    with pytest.raises(Refused, match="no_server"):
        home.open().sync_once()
    home.close()


ANSWERS = {
    "garbage": b"\x16\x03\x01 this is not HTTP",
    "truncated": b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.tahaluf+msgpack\r\nContent-Length: 500\r\n\r\nab",
    "another thing": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello",
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "a proxy's error": b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nxx",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_whatever_a_server_answers_the_desk_says_something_and_keeps_its_work(tmp_path: Path, answer: bytes) -> None:
    port = free_port()
    listener = socket.create_server(("127.0.0.1", port))
    thread = threading.Thread(target=_answer_all, args=(listener, answer))
    thread.start()
    home = set_up(tmp_path / "home", url=f"http://127.0.0.1:{port}")
    desk = home.open()
    try:
        desk.new_case({"title": "Un"})
        with pytest.raises(SyncError) as caught:
            desk.sync_once()
        assert describe(caught.value.code) != describe("a code that nobody knows")
        assert desk.counts() == {"cases": 1, "unread": 0, "conflicts": 0, "unsent": 1}
    finally:
        home.close()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _answer_all(listener: socket.socket, answer: bytes) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(65_536)
            connection.sendall(answer)


def test_the_profile_says_how_long_a_call_may_take(alliance: Alliance) -> None:
    desk, _ = alliance.desks()
    asked: list[float] = []

    class Noting(HttpTransport):
        def call(self, name: str, request: Any, reply: type[Any], *, token: str = "", timeout_s: float = 0) -> Any:
            asked.append(timeout_s)
            return super().call(name, request, reply, token=token, timeout_s=timeout_s)

    desk.profile = msgspec.structs.replace(desk.profile, timeout_s=7)
    desk.sync_once(make_transport=lambda url, ca_file: Noting(url, ca_file=ca_file))
    assert set(asked) == {7}
