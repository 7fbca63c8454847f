"""The operator's command: what it does, what it says, and its exit codes."""

from __future__ import annotations

import json
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.cli import main
from sync.wire.calls import EnrolRequest
from sync.wire.codec import encode
from tests.server.conftest import Alliance
from tests.support.bare_desk import BareDesk
from tests.support.secretariat import ROOT, Secretariat, make_ministry
from tests.support.wire_items import Chain, found_space


def test_init_makes_a_folder_that_only_its_owner_reads(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    assert main(["admin", "init", "--data", str(data)]) == 0
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    secret = (data / "secret.key").read_bytes()
    assert main(["admin", "init", "--data", str(data)]) == 0
    assert (data / "secret.key").read_bytes() == secret


def test_members_are_added_once_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, member, other = str(tmp_path / "data"), make_ministry("MA"), make_ministry("MA")
    assert main(["admin", "init", "--data", data]) == 0
    assert main(["admin", "member", "add", "--data", data, "MA", member.keys.root.hex()]) == 0
    assert main(["admin", "member", "add", "--data", data, "MA", member.keys.root.hex()]) == 0
    assert capsys.readouterr().out == "MA added\nMA is a member already\n"
    assert main(["admin", "member", "add", "--data", data, "MA", other.keys.root.hex()]) == 1
    assert "another root key" in capsys.readouterr().err
    assert main(["admin", "member", "list", "--data", data, "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["ministry"], listed["root"], listed["entries"], listed["devices"]) == (
        "MA",
        member.keys.root.hex(),
        0,
        0,
    )
    assert main(["admin", "member", "list", "--data", data]) == 0
    assert listed["fingerprint"] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "root"),
    [("m", "00" * 32), ("../MA", "00" * 32), ("MA", "zz"), ("MA", "00" * 32), ("MA", "00" * 31), ("MA\n", "01" * 32)],
)
def test_a_member_s_code_and_key_must_be_good(tmp_path: Path, code: str, root: str) -> None:
    data = str(tmp_path / "data")
    assert main(["admin", "init", "--data", data]) == 0
    assert main(["admin", "member", "add", "--data", data, code, root]) == 2


def test_a_directory_is_imported_whole_or_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, file, member = str(tmp_path / "data"), tmp_path / "entries", make_ministry("BH")
    member.new_device()
    member.new_device()
    assert main(["admin", "init", "--data", data]) == 0
    file.write_bytes(encode(EnrolRequest("BH", 1, member.entries)))
    order = ["admin", "directory", "import", "--data", data, str(file)]
    assert main(order) == 1
    assert "no_such_member" in capsys.readouterr().err
    assert main(["admin", "member", "add", "--data", data, "BH", member.keys.root.hex()]) == 0
    assert main(order) == 0
    assert main(order) == 0
    assert capsys.readouterr().out.endswith("3 entries\n3 entries\n")
    file.write_bytes(b"garbage")
    assert main(order) == 1
    assert "malformed" in capsys.readouterr().err
    file.unlink()
    assert main(order) == 2
    assert main(["admin", "status", "--data", data, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures.pop("file_bytes") > 0
    assert figures == {"members": 1, "devices": 2, "spaces": 0, "items": 0, "grants": 0, "bytes": 0}


def test_status_counts_what_was_pushed(
    own_alliance: Callable[[], Alliance], capsys: pytest.CaptureFixture[str]
) -> None:
    alliance = own_alliance()
    desk = BareDesk(alliance.secretariat.url, alliance.ae).sign_in()
    space = found_space(alliance.ae, {"AE": "lead"})
    item = Chain(alliance.ae, space).extend()
    desk.push(space.item, item, item)
    desk.close()
    assert main(["admin", "status", "--data", str(alliance.secretariat.data), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["spaces"], figures["items"], figures["bytes"]) == (1, 2, len(space.entry) + len(item.body))


def test_a_new_epoch_voids_every_feed_and_needs_the_server_stopped(own_alliance: Callable[[], Alliance]) -> None:
    alliance = own_alliance()
    data = str(alliance.secretariat.data)
    desk = BareDesk(alliance.secretariat.url, alliance.ae).sign_in()
    feed = desk.poll().feed
    desk.close()
    assert main(["admin", "new-epoch", "--data", data]) == 2
    alliance.secretariat.stop()
    assert main(["admin", "new-epoch", "--data", data]) == 0
    alliance.secretariat.start()
    assert desk.poll(feed).reset
    desk.close()


def test_misuse_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = str(tmp_path / "nowhere")
    for arguments in (
        ["admin", "status", "--data", nowhere],
        ["admin", "new-epoch", "--data", nowhere],
        ["serve", "--data", nowhere, "--listen", "8080"],
        ["serve", "--data", nowhere, "--listen", "127.0.0.1:70000"],
        ["serve", "--data", nowhere, "--listen", "127.0.0.1:0", "--tls-cert", "x"],
        ["serve", "--data", nowhere, "--listen", "127.0.0.1:0", "--tls-cert", "x", "--tls-key", "y"],
    ):
        assert main(arguments) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert not Path(nowhere).exists()


def test_wrong_settings_stop_the_start_and_name_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ["serve", "--data", str(tmp_path), "--listen", "127.0.0.1:0"]
    for text, named in [("polls = 0", "polls"), ("pols = 3", "pols"), ("polls = ", "settings.toml")]:
        (tmp_path / "settings.toml").write_text(text)
        assert main(order) == 2
        assert named in capsys.readouterr().err


def test_a_folder_is_served_by_one_process_and_a_port_by_one_server(
    own_alliance: Callable[[], Alliance], tmp_path: Path
) -> None:
    alliance = own_alliance()
    again = Secretariat(alliance.secretariat.data)
    with pytest.raises(RuntimeError, match="served by another process"):
        again.start()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert main(["serve", "--data", str(tmp_path / "other"), "--listen", listen]) == 2


def test_a_file_of_a_newer_version_is_refused_with_its_reason(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert main(["admin", "init", "--data", str(data)]) == 0
    script = (
        f"import sqlite3; c = sqlite3.connect({str(data / 'secretariat.db')!r}); c.execute('PRAGMA user_version=9')"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert main(["admin", "status", "--data", str(data)]) == 1
    with pytest.raises(RuntimeError, match="has version 9"):
        Secretariat(data).start()


def test_it_ends_tls_itself_if_told_to(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    options = ("--tls-cert", str(certificate), "--tls-key", str(key))
    with Secretariat(tmp_path / "data", options=options) as secretariat:
        assert secretariat.url.startswith("https://127.0.0.1:")
        port = int(secretariat.url.rpartition(":")[2])
        context = ssl.create_default_context(cafile=str(certificate))
        line = HTTPSConnection("127.0.0.1", port, context=context, timeout=10)
        line.request("GET", "/healthz")
        assert line.getresponse().status == 200
        line.close()
        untrusting = HTTPSConnection("127.0.0.1", port, context=ssl.create_default_context(), timeout=10)
        with pytest.raises(ssl.SSLCertVerificationError):
            untrusting.request("GET", "/healthz")
        untrusting.close()


def test_the_command_runs_as_a_module_and_tells_its_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "0.1.0\n"
    assert (
        subprocess.run([sys.executable, "-m", "server.cli"], cwd=ROOT, capture_output=True, check=False).returncode == 2
    )


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "secretariat.invalid")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
