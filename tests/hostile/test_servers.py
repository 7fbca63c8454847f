"""Servers that are away, silent, garbled, endless, false or living in another year: said in words, nothing lost."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.desk.opening import PROFILE_FILE
from desktop.messages import describe
from desktop.ui.sync_page import SyncPage
from i18n import LANGUAGES, set_language
from i18n.bidi import strip_isolates
from sync.transport import REPLY_LIMIT
from tests.attacks.ledger import tried
from tests.cli.conftest import Commands
from tests.hostile.texts import BIDI, MARKUP, OBEYED, faults
from tests.support.desk import HomeOfDesk, set_up
from tests.support.secretariat import Secretariat, free_port
from tests.sync.test_transport import certificate, reply, server
from tests.ui.shell.conftest import OpenWindow, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
YEAR_S = 365 * 24 * 3600


def silent(client: socket.socket, request: bytes) -> None:
    """Say nothing for longer than a desk waits."""
    time.sleep(2)


def dribbling(client: socket.socket, request: bytes) -> None:
    """Answer a byte at a time."""
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.tahaluf+msgpack\r\nContent-Length: 4000\r\n\r\n")
    for _ in range(40):
        client.sendall(b"\x90")
        time.sleep(0.1)


def cut_short(client: socket.socket, request: bytes) -> None:
    """Announce more than comes."""
    client.sendall(reply(b"ab", "Content-Length: 500"))
    client.shutdown(socket.SHUT_RDWR)


def announced(client: socket.socket, request: bytes) -> None:
    """Announce a body past every limit, and send it."""
    client.sendall(reply(b"x" * (REPLY_LIMIT * 2), f"Content-Length: {REPLY_LIMIT * 9}"))


def endless(client: socket.socket, request: bytes) -> None:
    """A chunked body that goes on past every limit."""
    client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(2 + REPLY_LIMIT // 65_536):
        client.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")


@contextmanager
def nobody() -> Iterator[str]:
    """An address where nobody listens."""
    yield f"http://127.0.0.1:{free_port()}"


PROBLEM = f'{{"type":"about:blank","title":"{MARKUP.replace(chr(34), "")}","status":400,"code":"<b>{BIDI}</b>"}}'
SERVERS = {
    "absent": (nobody, 3, "no_connection"),
    "silent": (lambda: server(silent), 3, "too_slow"),
    "dribbling": (lambda: server(dribbling), 3, "too_slow"),
    "garbage": (lambda: server(b"\x16\x03\x01 this is not HTTP\r\n\r\n"), 1, "bad_reply"),
    "garbage in the body": (lambda: server(reply(b"\xc1\xff\x00<b>")), 1, "bad_reply"),
    "another page": (lambda: server(reply(MARKUP.encode(), kind="text/html")), 1, "bad_reply"),
    "truncated": (lambda: server(cut_short), 1, "bad_reply"),
    "oversized": (lambda: server(announced), 1, "too_large"),
    "endless": (lambda: server(endless), 1, "too_large"),
    "compressed bomb": (lambda: server(reply(b"\x1f\x8b", "Content-Encoding: gzip")), 1, "bad_reply"),
    "elsewhere": (lambda: server(reply(b"", "Location: http://127.0.0.1:1/", status="302 Found")), 1, "redirected"),
    "a problem in markup": (
        lambda: server(reply(PROBLEM.encode(), status="400 Bad", kind="application/problem+json")),
        1,
        None,
    ),
    "failing": (lambda: server(reply(b"", status="502 Bad Gateway", kind="text/html")), 1, None),
}


@pytest.fixture
def impatient(tahaluf: Commands) -> None:
    """A desk whose profile waits a second and not a minute."""
    profile = tahaluf.home / PROFILE_FILE
    profile.write_text(re.sub(r"timeout_s = \d+", "timeout_s = 1", profile.read_text()))


def point_to(tahaluf: Commands, url: str) -> None:
    """Set the server's address."""
    (tahaluf.home / "settings.toml").write_text(f'[settings]\nserver_url = "{url}"\n')


def check_kept(tahaluf: Commands, case: str) -> None:
    """The case is there, waits to be sent, and the store verifies."""
    (row,) = tahaluf.json("list", "case")["rows"]
    assert (row["id"], row["title"], row["unsent"]) == (case, "Un", True)
    assert tahaluf.json("verify")["ok"]


@tried("malicious server", "an answer that is none: garbled, cut, oversized, endless, slow, elsewhere, a bomb")
@pytest.mark.parametrize("name", SERVERS)
def test_a_command_says_what_the_server_did_in_every_language_and_keeps_the_work(
    tahaluf: Commands, impatient: None, name: str
) -> None:
    serve, exit_code, error = SERVERS[name]
    case = tahaluf.case("Un")
    with serve() as url:
        point_to(tahaluf, url)
        result = tahaluf("sync", "--once", "--json")
    assert result.code == exit_code, result.err
    if error is not None:
        assert result.json["error"] == error
    assert result.json["message"] == result.err.strip()
    assert "Traceback" not in result.err
    assert not OBEYED.search(result.err.strip())
    assert len(result.err) < 500
    check_kept(tahaluf, case)
    said = {result.err.strip()}
    for language in sorted(set(LANGUAGES) - {"en"}):
        set_language(language)
        said.add(describe(result.json["error"]))
    assert len(said) == len(LANGUAGES), "a language says it in another's words"


FALSE = {
    "signed by nobody": ("127.0.0.1", 1),
    "for another name": ("other.example", 1),
    "of another year": ("127.0.0.1", -1),
}


@tried("malicious server", "a certificate of another")
@pytest.mark.parametrize("name", FALSE)
def test_a_wrong_certificate_is_refused_before_anything_is_sent(tahaluf: Commands, tmp_path: Path, name: str) -> None:
    host, days = FALSE[name]
    case = tahaluf.case("Un")
    heard: list[bytes] = []
    authority, context = certificate(tmp_path, host, days=days)
    if name != "signed by nobody":
        profile = tahaluf.home / "profile.toml"
        profile.write_text(re.sub('ca_file = ".*"', f'ca_file = "{authority}"', profile.read_text()))
    with server(lambda _client, request: heard.append(request), context) as url:
        point_to(tahaluf, url)
        result = tahaluf("sync", "--once", "--json")
    assert (result.code, result.json["error"]) == (1, "wrong_certificate")
    assert "Nothing was sent" in result.err
    assert heard == []
    check_kept(tahaluf, case)


@pytest.mark.parametrize("name", ["garbage in the body", "another page", "endless", "a problem in markup", "absent"])
def test_the_window_says_what_the_server_did_and_goes_on_working(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow, name: str
) -> None:
    with SERVERS[name][0]() as url:
        window = open_window(empty_home, server_url=url)
        session = window.session
        case = session.new_case({"title": "Un"})
        qtbot.waitUntil(lambda: session.sync_state().error != "", timeout=10_000)
        space = workspace(window)
        space.show_page("sync")
        page = space.pages["sync"]
        assert isinstance(page, SyncPage)
        qtbot.waitUntil(lambda: page.cause.text() != "", timeout=5_000)
        assert strip_isolates(page.cause.text()).startswith(
            strip_isolates(session.message(session.sync_state().error))[:20]
        )
        assert faults(window) == []
        assert session.edit(case, "title", "Deux")
        assert session.counts()["unsent"] == 2


def test_the_window_says_that_the_certificate_is_wrong(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow, tmp_path: Path
) -> None:
    _authority, context = certificate(tmp_path)
    with server(b"", context) as url:
        window = open_window(empty_home, server_url=url, language="ar")
        qtbot.waitUntil(lambda: window.session.sync_state().error == "wrong_certificate", timeout=10_000)
        space = workspace(window)
        space.show_page("sync")
        page = space.pages["sync"]
        assert isinstance(page, SyncPage)
        qtbot.waitUntil(lambda: page.cause.text() != "")
        assert describe("wrong_certificate") in page.cause.text()
        assert re.search("[\u0600-\u06ff]", page.cause.text())


@tried("faults", "a clock that is off by ten years")
@pytest.mark.parametrize("years", [-10, 10])
@pytest.mark.parametrize("whose", ["desk", "server", "both"])
def test_a_clock_off_by_years_stops_no_exchange_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whose: str, years: int
) -> None:
    shift = tmp_path / "shift"
    shift.mkdir()
    (shift / "sitecustomize.py").write_text(SHIFT.format(seconds=years * YEAR_S))
    with Secretariat(tmp_path / "server") as secretariat:
        ministries = secretariat.provision(["SN", "AE"])
        trust = {code: each.keys.root for code, each in ministries.items()}
        dakar = set_up(tmp_path / "dakar", trust=trust, url=secretariat.url)
        rome = set_up(tmp_path / "abu", ministry="AE", officer="L", desk="D", trust=trust, url=secretariat.url)
        for home in (dakar, rome):
            ministries[home.profile.ministry].enrol(home.request())
        secretariat.publish(*ministries.values())
        if whose != "desk":
            with monkeypatch.context() as patch:
                patch.setenv("PYTHONPATH", str(shift))
                secretariat.restart()
        desk, other = dakar.open(), rome.open()
        other.sync_once(patience_s=10)
        if whose != "server":
            now = time.time_ns() // 1_000_000 + years * YEAR_S * 1000
            desk._store.now_ms = desk._connection.context.now_ms = lambda: now
        case = desk.new_case({"title": "Un"}).record
        assert desk.sync_once(patience_s=10).unsent == 0
        other.sync_once(patience_s=10)
        assert other.show(case).fields["title"].value == "Un"
        other.edit(case, "title", "Deux")
        other.sync_once(patience_s=10)
        desk.sync_once(patience_s=10)
        assert desk.show(case).fields["title"].value == "Deux"
        codes = [code for code, _params in desk.notices()]
        if whose != "server":
            assert codes == (["clock_behind"] if years < 0 else ["clock_ahead"])
        else:
            assert codes == []
        assert desk.verify().ok
        dakar.close()
        rome.close()


SHIFT = """import time
_time, _time_ns = time.time, time.time_ns
time.time = lambda: _time() + {seconds}
time.time_ns = lambda: _time_ns() + {seconds} * 1_000_000_000
"""
