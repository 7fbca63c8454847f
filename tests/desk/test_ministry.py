"""The administrator's folder: keys under a passphrase, enrolment, and what is published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.ministry import (
    DIRECTORY_FILE,
    KEYS_FILE,
    MinistryFolder,
    check_request,
    create_ministry,
    read_request_file,
    request_fingerprint,
)
from desktop.refusals import Refused
from sync import errors as sync_errors
from sync.wire.calls import DirectoryItems, DirectoryReply, DirectoryRequest, EnrolReply, EnrolRequest
from sync.wire.codec import decode, encode
from tests.support.desk import PASSPHRASE, QUICK_MINISTRY, set_up


class DirectoryServer:
    """A server's copy of directories, a few entries a page."""

    def __init__(self, page: int = 2) -> None:
        self.entries: dict[str, list[bytes]] = {}
        self.page = page
        self.calls: list[str] = []

    def call(self, name: str, request: Any, reply: type[Any], /) -> Any:
        self.calls.append(name)
        assert reply in (DirectoryReply, EnrolReply)
        if isinstance(request, EnrolRequest):
            log = self.entries.setdefault(request.ministry, [])
            there = log[request.first - 1 :][: len(request.entries)]
            if there != request.entries[: len(there)]:
                raise sync_errors.Refused("broken_chain", status=409)
            log += request.entries[len(there) :]
            return EnrolReply(len(log))
        assert isinstance(request, DirectoryRequest)
        head = request.heads[0]
        news = self.entries.get(head.ministry, [])[head.sequence : head.sequence + self.page]
        return DirectoryReply([DirectoryItems(head.ministry, head.sequence + 1, news)] if news else [])


@pytest.fixture
def folder(tmp_path: Path) -> MinistryFolder:
    """A new ministry."""
    return create_ministry(tmp_path / "keys", "SN", "Colonel Fall", PASSPHRASE, QUICK_MINISTRY)


def enrol_one(folder: MinistryFolder, tmp_path: Path, name: str) -> None:
    desk = set_up(tmp_path / name, trust={"SN": folder.root})
    folder.enrol(folder.unlock(PASSPHRASE, QUICK_MINISTRY), desk.request())


def test_the_keys_open_with_the_passphrase_and_no_other(folder: MinistryFolder) -> None:
    keys = folder.unlock(PASSPHRASE, QUICK_MINISTRY)
    assert (keys.ministry, keys.root, keys.administrator) == ("SN", folder.root, "Colonel Fall")
    with pytest.raises(Refused, match="wrong_passphrase"):
        folder.unlock(PASSPHRASE + "x", QUICK_MINISTRY)


def test_the_seeds_are_nowhere_in_the_folder(folder: MinistryFolder, tmp_path: Path) -> None:
    keys = folder.unlock(PASSPHRASE, QUICK_MINISTRY)
    for path in (tmp_path / "keys").iterdir():
        data = path.read_bytes()
        assert keys.root_seed not in data
        assert keys.administrator_seed not in data


def test_weak_parameters_in_the_file_are_not_believed(folder: MinistryFolder) -> None:
    with pytest.raises(Refused, match="keys_damaged"):
        folder.unlock(PASSPHRASE)


@pytest.mark.usefixtures("folder")
def test_another_root_in_the_file_shows(tmp_path: Path) -> None:
    path = tmp_path / "keys" / KEYS_FILE
    fields = decode(list[Any], path.read_bytes())
    fields[2] = bytes(32)
    path.write_bytes(encode(fields))
    with pytest.raises(Refused, match="keys_damaged"):
        MinistryFolder(tmp_path / "keys")


def test_keys_are_never_made_over_others(folder: MinistryFolder, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="keys_exist"):
        create_ministry(tmp_path / "keys", "SN", "Another", PASSPHRASE, QUICK_MINISTRY)
    assert MinistryFolder(tmp_path / "keys").root == folder.root


@pytest.mark.parametrize(("code", "passphrase", "refusal"), [("sn", PASSPHRASE, "bad_code"), ("SN", "short", "weak")])
def test_a_bad_code_or_passphrase_makes_nothing(tmp_path: Path, code: str, passphrase: str, refusal: str) -> None:
    with pytest.raises(Refused, match=refusal):
        create_ministry(tmp_path / "keys", code, "A", passphrase, QUICK_MINISTRY)
    assert not (tmp_path / "keys").exists()


def test_an_enrolled_desk_is_in_the_directory_after_reading_it_again(folder: MinistryFolder, tmp_path: Path) -> None:
    enrol_one(folder, tmp_path, "desk")
    again = MinistryFolder(tmp_path / "keys")
    assert [each.officer for each in again.directory.devices.values()] == ["Awa Diop"]


def test_a_desk_is_enrolled_once_and_by_its_own_ministry(folder: MinistryFolder, tmp_path: Path) -> None:
    keys = folder.unlock(PASSPHRASE, QUICK_MINISTRY)
    own = set_up(tmp_path / "own").request()
    folder.enrol(keys, own)
    with pytest.raises(Refused, match="already_enrolled"):
        folder.enrol(keys, own)
    foreign = set_up(tmp_path / "foreign", ministry="IT").request()
    with pytest.raises(Refused, match="wrong_ministry"):
        folder.enrol(keys, foreign)
    assert len(folder.entries) == 2


def test_a_request_that_was_changed_is_refused(folder: MinistryFolder, tmp_path: Path) -> None:
    request = bytearray(set_up(tmp_path / "desk").request())
    request[-1] ^= 1
    with pytest.raises(Refused, match="bad_request"):
        folder.enrol(folder.unlock(PASSPHRASE, QUICK_MINISTRY), bytes(request))


@pytest.mark.parametrize("text", ["", "-----BEGIN TAHALUF CERTIFICATE REQUEST-----", "\x00" * 100, "é" * 70_000])
def test_a_file_that_is_no_request_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "request.txt"
    path.write_text(text)
    with pytest.raises(Refused, match="bad_request"):
        read_request_file(path)
    with pytest.raises(Refused, match="file_unreadable"):
        read_request_file(tmp_path / "none")


def test_a_request_survives_mail(tmp_path: Path) -> None:
    desk = set_up(tmp_path / "desk")
    text = (desk.home / "request.txt").read_text().replace("\n", "\r\n")
    path = tmp_path / "mail.txt"
    path.write_text(f"Bonjour,\r\n\r\n{text}\r\nCordialement")
    assert read_request_file(path) == desk.request()
    assert len(request_fingerprint(check_request(desk.request())).replace("-", "")) == 20


def test_publishing_brings_the_server_up_to_date_and_then_does_nothing(folder: MinistryFolder, tmp_path: Path) -> None:
    server = DirectoryServer()
    for name in ("a", "b", "c"):
        enrol_one(folder, tmp_path, name)
    assert folder.publish(server) == 4
    assert server.entries["SN"] == folder.entries
    assert folder.publish(server) == 0
    enrol_one(folder, tmp_path, "d")
    assert folder.publish(server) == 1


def test_what_another_copy_of_the_folder_published_is_taken(folder: MinistryFolder, tmp_path: Path) -> None:
    server = DirectoryServer()
    folder.publish(server)
    other = MinistryFolder(tmp_path / "keys")
    enrol_one(other, tmp_path, "a")
    other.publish(server)
    (tmp_path / "keys" / DIRECTORY_FILE).write_bytes(encode(folder.entries))
    behind = MinistryFolder(tmp_path / "keys")
    assert len(behind.entries) == 1
    assert behind.fetch(server) == 2
    assert MinistryFolder(tmp_path / "keys").entries == other.entries


def test_two_copies_that_went_apart_are_never_merged(folder: MinistryFolder, tmp_path: Path) -> None:
    server = DirectoryServer()
    folder.publish(server)
    apart = MinistryFolder(tmp_path / "keys")
    enrol_one(apart, tmp_path, "a")
    enrol_one(folder, tmp_path, "b")
    folder.publish(server)
    with pytest.raises(Refused, match="directory_differs"):
        apart.publish(server)
    assert len(server.entries["SN"]) == 2


def test_a_server_that_invents_entries_is_not_believed(folder: MinistryFolder) -> None:
    server = DirectoryServer()
    folder.publish(server)
    server.entries["SN"].append(msgspec.msgpack.encode([b"x", bytes(64)]))
    with pytest.raises(Refused, match="directory_differs"):
        folder.fetch(server)
    assert len(folder.entries) == 1
