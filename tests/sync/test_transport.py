"""The seam against servers on a real socket that answer everything but what the protocol says."""

from __future__ import annotations

import datetime as dt
import http.client
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.connections import Watch
from sync.errors import (
    BadReply,
    Cancelled,
    NoConnection,
    NotEnrolled,
    Redirected,
    Refused,
    SyncError,
    TooLarge,
    TooSlow,
    WrongAddress,
    WrongCertificate,
)
from sync.transport import REPLY_LIMIT, HttpTransport, check_url
from sync.wire.calls import CONTENT_TYPE, PROBLEM_TYPE, EnrolReply, EnrolRequest
from sync.wire.codec import encode

REQUEST = EnrolRequest("SN", 1, [b"entry"])
GOOD = encode(EnrolReply(7))

Talk = Callable[[socket.socket, bytes], None]


def reply(body: bytes = GOOD, *headers: str, status: str = "200 OK", kind: str = CONTENT_TYPE) -> bytes:
    """A whole HTTP reply."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *headers]
    if not any(header.lower().startswith(("content-length", "transfer")) for header in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def server(talk: Talk | bytes, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve each connection with `talk`, or say those bytes; yields the address."""
    say: Talk = talk if callable(talk) else lambda client, _: client.sendall(talk)
    door = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve(client: socket.socket) -> None:
        with client, suppress(OSError), tls.wrap_socket(client, server_side=True) if tls else client as spoken:
            while request := read_request(spoken):
                say(spoken, request)

    def accept() -> None:
        while not ended.is_set():
            try:
                client, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{door.getsockname()[1]}"
    finally:
        ended.set()
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join(5)


def read_request(client: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(65_536)
        if not part or part.startswith(b"\x16\x03"):  # TLS where none is spoken
            return part
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    size = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < size:
        body += client.recv(65_536)
    return head + b"\r\n\r\n" + body


def call(url: str, timeout_s: float = 5.0, **options: str) -> EnrolReply:
    transport = HttpTransport(url, **options)  # type: ignore[arg-type]
    try:
        return transport.call("enrol", REQUEST, EnrolReply, token="t0ken", timeout_s=timeout_s)
    finally:
        transport.close()


def test_a_call_sends_few_headers_and_counts_its_bytes() -> None:
    seen: list[bytes] = []

    def talk(client: socket.socket, request: bytes) -> None:
        seen.append(request)
        client.sendall(reply())

    with server(talk) as url:
        transport = HttpTransport(url)
        assert transport.call("enrol", REQUEST, EnrolReply, token="t0ken") == EnrolReply(7)
        transport.close()
    head, _, body = seen[0].partition(b"\r\n\r\n")
    names = {line.split(b":")[0].lower() for line in head.split(b"\r\n")[1:]}
    assert names == {b"host", b"content-length", b"authorization"}
    assert b"Authorization: Bearer t0ken" in head
    assert body == encode(REQUEST)
    assert transport.traffic.requests == 1
    assert transport.traffic.sent == len(seen[0])
    assert transport.traffic.received == len(reply())


def test_head_and_body_of_a_request_are_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[bytes] = []
    send = http.client.HTTPConnection.send

    def note(connection: http.client.HTTPConnection, data: bytes) -> None:
        writes.append(data)
        send(connection, data)

    monkeypatch.setattr(http.client.HTTPConnection, "send", note)
    with server(reply()) as url:
        call(url)
    (written,) = writes
    assert written.startswith(b"POST ")
    assert written.endswith(b"\r\n\r\n" + encode(REQUEST))


def test_a_reply_of_the_right_form_need_not_tell_its_type() -> None:
    with server(reply().replace(f"Content-Type: {CONTENT_TYPE}\r\n".encode(), b"")) as url:
        assert call(url) == EnrolReply(7)
    untyped = reply(b"<html>").replace(f"Content-Type: {CONTENT_TYPE}\r\n".encode(), b"")
    with server(untyped) as url, pytest.raises(BadReply):
        call(url)


def test_one_connection_serves_many_calls() -> None:
    accepted: set[int] = set()

    def talk(client: socket.socket, _: bytes) -> None:
        accepted.add(client.getpeername()[1])
        client.sendall(reply())

    with server(talk) as url:
        transport = HttpTransport(url)
        for _ in range(5):
            transport.call("enrol", REQUEST, EnrolReply)
        transport.close()
    assert len(accepted) == 1


BOMB = b"\x1f\x8b\x08" + bytes(40)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"what is this\r\n\r\n", BadReply),
        (b"\0" * 70_000, BadReply),
        (reply(b"garbage"), BadReply),
        (reply(b""), BadReply),
        (reply(GOOD + b"\0"), BadReply),
        (reply(encode(["seven"])), BadReply),
        (reply(kind="text/html"), BadReply),
        (reply(kind=""), BadReply),
        (reply(BOMB, "Content-Encoding: gzip"), BadReply),
        (reply(b"zz\r\n", "Transfer-Encoding: chunked"), BadReply),
        (reply(b"", "Location: https://elsewhere.example/", status="302 Found"), Redirected),
        (reply(b"", "Location: /v1/enrol", status="308 Permanent Redirect"), Redirected),
        (reply(bytes(REPLY_LIMIT + 1)), TooLarge),
        (reply(b"<html>", status="502 Bad Gateway", kind="text/html"), Refused),
        (reply(b"{}", status="404 Not Found", kind=PROBLEM_TYPE), BadReply),
        (reply(b"[" * 9_000, status="400 Bad Request", kind=PROBLEM_TYPE), BadReply),
        (reply(status="204 No Content"), BadReply),
    ],
)
def test_a_wrong_answer_has_its_error(answer: bytes, error: type[SyncError]) -> None:
    with server(answer) as url, pytest.raises(error) as caught:
        call(url)
    assert type(caught.value) is error


def test_a_reply_that_ends_early_is_a_bad_reply() -> None:
    def talk(client: socket.socket, _: bytes) -> None:
        client.sendall(reply(GOOD, "Content-Length: 999"))
        client.shutdown(socket.SHUT_RDWR)

    with server(talk) as url, pytest.raises(BadReply):
        call(url)


def test_a_connection_that_is_cut_before_an_answer_is_no_connection() -> None:
    with server(lambda client, _: client.shutdown(socket.SHUT_RDWR)) as url, pytest.raises(NoConnection) as caught:
        call(url)
    assert not isinstance(caught.value, Cancelled)


def test_nobody_listening_is_no_connection() -> None:
    with server(b"") as url:
        pass
    with pytest.raises(NoConnection):
        call(url)


def test_a_chunked_reply_without_end_stops_at_the_limit() -> None:
    sent = []

    def talk(client: socket.socket, _: bytes) -> None:
        client.sendall(reply(b"", "Transfer-Encoding: chunked"))
        for __ in range(100):
            client.sendall(b"10000\r\n" + bytes(65_536) + b"\r\n")
            sent.append(1)

    with server(talk) as url, pytest.raises(TooLarge):
        call(url)
    assert len(sent) < 100


def test_silence_is_too_slow() -> None:
    started = time.monotonic()
    with server(lambda *_: time.sleep(3)) as url, pytest.raises(TooSlow):
        call(url, timeout_s=0.3)
    assert time.monotonic() - started < 2.8


@pytest.mark.parametrize("part", ["headers", "body"])
def test_an_answer_a_byte_at_a_time_is_cut_at_the_deadline(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.transport.CONNECT_S", 0.1)

    def talk(client: socket.socket, _: bytes) -> None:
        if part == "body":
            client.sendall(reply(b"", "Content-Length: 4000"))
        for __ in range(60):
            client.sendall(b"H")
            time.sleep(0.05)

    started = time.monotonic()
    with server(talk) as url, pytest.raises(TooSlow):
        call(url, timeout_s=0.5)
    assert time.monotonic() - started < 2.8


def test_a_problem_document_is_a_refusal_with_its_code() -> None:
    problem = {"type": "about:blank", "title": "T", "status": 429, "code": "quota", "detail": "a\x00b" * 400}
    body = json.dumps(problem | {"retry_after_s": 99_999_999}).encode()
    with server(reply(body, status="429 Too Many", kind=PROBLEM_TYPE)) as url, pytest.raises(Refused) as caught:
        call(url)
    assert (caught.value.code, caught.value.status, caught.value.retry) == ("quota", 429, True)
    assert caught.value.retry_after_s == 3_600
    assert len(caught.value.detail) == 300
    assert "\0" not in caught.value.detail


@pytest.mark.parametrize("code", ["<b>x</b>", "x" * 65, "", "a b", "\u202eabc"])
def test_a_code_that_is_not_a_name_is_not_passed_on(code: str) -> None:
    body = json.dumps({"type": "", "title": "", "status": 400, "code": code}).encode()
    with server(reply(body, status="400 Bad", kind=PROBLEM_TYPE)) as url, pytest.raises(Refused) as caught:
        call(url)
    assert caught.value.code == "refused"


def test_a_device_that_the_server_does_not_know_is_told_so() -> None:
    body = json.dumps({"type": "", "title": "", "status": 403, "code": "not_enrolled"}).encode()
    with server(reply(body, status="403 Forbidden", kind=PROBLEM_TYPE)) as url, pytest.raises(NotEnrolled):
        call(url)


def test_cancel_cuts_a_waiting_call_at_once_and_the_next_one_works() -> None:
    waiting = threading.Event()
    quick = threading.Event()

    def talk(client: socket.socket, _: bytes) -> None:
        if not quick.is_set():
            waiting.set()
            time.sleep(3)
        client.sendall(reply())

    with server(talk) as url:
        transport = HttpTransport(url)
        outcome: list[BaseException] = []

        def run() -> None:
            try:
                transport.call("enrol", REQUEST, EnrolReply, timeout_s=30)
            except SyncError as error:
                outcome.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        assert waiting.wait(5)
        quick.set()
        started = time.monotonic()
        transport.cancel()
        thread.join(5)
        assert time.monotonic() - started < 2.5
        assert isinstance(outcome[0], Cancelled)
        assert transport.call("enrol", REQUEST, EnrolReply) == EnrolReply(7)
        transport.close()
        with pytest.raises(Cancelled):
            transport.call("enrol", REQUEST, EnrolReply)


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with server(reply()) as url:
        assert call(url) == EnrolReply(7)


def test_a_proxy_of_the_profile_is_used() -> None:
    seen: list[bytes] = []

    def talk(client: socket.socket, request: bytes) -> None:
        seen.append(request)
        client.sendall(reply())

    with server(talk) as url:
        assert call("http://127.0.0.1:1", proxy=url) == EnrolReply(7)
    assert seen[0].startswith(b"POST http://127.0.0.1:1/v1/enrol ")


@pytest.mark.parametrize(
    "url",
    [
        "http://secretariat.example",
        "http://10.0.0.1:8000",
        "ftp://127.0.0.1",
        "https://",
        "127.0.0.1:80",
        "https://user:secret@secretariat.example",
        "https://secretariat.example/path",
        "https://secretariat.example/?q=1",
        "https://secretariat.example:notaport",
        "http://localhost.example",
        "",
    ],
)
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(WrongAddress):
        HttpTransport(url)


@pytest.mark.parametrize("url", ["https://a.example/", "http://127.0.0.1:80", "http://[::1]:80", "http://localhost:1"])
def test_an_address_that_is_safe_is_taken(url: str) -> None:
    assert check_url(url) == url.rstrip("/")


# TLS


def certificate(tmp_path: Path, name: str = "127.0.0.1", *, days: int = 1) -> tuple[Path, ssl.SSLContext]:
    """Make a self-signed certificate; returns its file and a server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "secretariat")])
    now = dt.datetime.now(dt.UTC)
    alternative = x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=3))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    authority = tmp_path / "authority.pem"
    authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return authority, context


def test_a_certificate_that_the_profile_trusts_is_taken(tmp_path: Path) -> None:
    authority, context = certificate(tmp_path)
    with server(reply(), context) as url:
        assert call(url, ca_file=str(authority)) == EnrolReply(7)


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    _, context = certificate(tmp_path)
    with server(reply(), context) as url, pytest.raises(WrongCertificate):
        call(url)


@pytest.mark.parametrize(("name", "days"), [("other.example", 1), ("127.0.0.1", -1)])
def test_a_certificate_for_another_name_or_time_is_refused(tmp_path: Path, name: str, days: int) -> None:
    authority, context = certificate(tmp_path, name, days=days)
    with server(reply(), context) as url, pytest.raises(WrongCertificate):
        call(url, ca_file=str(authority))


def test_a_server_without_tls_at_a_tls_address_is_no_connection() -> None:
    with server(reply()) as url, pytest.raises(NoConnection):
        call(url.replace("http:", "https:"), timeout_s=1.0)


def test_a_waiting_call_over_tls_is_cut_too(tmp_path: Path) -> None:
    authority, context = certificate(tmp_path)
    waiting = threading.Event()

    def talk(_: socket.socket, __: bytes) -> None:
        waiting.set()
        time.sleep(3)

    with server(talk, context) as url:
        transport = HttpTransport(url, ca_file=str(authority))

        def cut() -> None:
            waiting.wait(5)
            transport.cancel()

        threading.Thread(target=cut).start()
        started = time.monotonic()
        with pytest.raises(Cancelled):
            transport.call("enrol", REQUEST, EnrolReply, timeout_s=30)
        assert time.monotonic() - started < 2.5
        transport.close()


def test_a_missing_authority_file_says_so(tmp_path: Path) -> None:
    with server(reply()) as url, pytest.raises(SyncError):
        call(url.replace("http:", "https:"), ca_file=str(tmp_path / "none.pem"))


def test_the_watch_ends_its_thread_when_there_is_nothing_to_watch() -> None:
    watch = Watch()
    with server(reply()) as url:
        transport = HttpTransport(url, watch=watch)
        transport.call("enrol", REQUEST, EnrolReply, timeout_s=1)
        transport.close()
    assert not watch._calls
