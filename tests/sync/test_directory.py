"""Directories after enrolment: administrators removed, devices revoked and ordered wiped, continuity keys named."""

from __future__ import annotations

import pytest

from sync.keys import DeviceKeys, make_request, new_continuity_key, new_device_keys
from sync.ministry import MinistryKeys, enrol, new_ministry, open_directory
from sync.wire.directory import (
    AdministratorAdded,
    AdministratorRemoved,
    ContinuityNamed,
    DeviceEnrolled,
    DeviceRevoked,
    Directory,
    Event,
    make_entry,
)
from sync.wire.errors import BadSignature, NotEntitled, WireError
from sync.wire.signing import public_key

SECOND = bytes(range(32))
STRANGER = bytes(range(1, 33))
SMALL_ORDER = bytes(32)
NOT_CANONICAL = b"\xee" + b"\xff" * 30 + b"\x7f"


class Ministry:
    """A directory with one enrolled device, and entries signed by whoever a test says."""

    def __init__(self) -> None:
        self.keys: MinistryKeys = new_ministry("SN", "First")
        self.directory, entry = open_directory(self.keys, 1)
        self.device: DeviceKeys = new_device_keys()
        self.request = make_request(self.device, "SN", "Cne Mansour", "Dakar 1", 2)
        self.entries = [entry, enrol(self.keys, self.directory, self.request, 3)]

    def say(self, seed: bytes, event: Event) -> None:
        """Append an entry signed with `seed`."""
        entry = make_entry(seed, self.directory, event, 4)
        self.directory.append(entry)
        self.entries.append(entry)

    def root(self, event: Event) -> None:
        self.say(self.keys.root_seed, event)

    def administrator(self, event: Event) -> None:
        self.say(self.keys.administrator_seed, event)

    def revoke(self, *, wipe: bool = False) -> None:
        self.administrator(DeviceRevoked(self.device.device, "stolen", wipe))


@pytest.fixture
def senegal() -> Ministry:
    return Ministry()


def picture(directory: Directory) -> tuple[object, ...]:
    """All that a directory says."""
    return (
        directory.sequence,
        directory.head,
        dict(directory.administrators),
        dict(directory.removed),
        dict(directory.devices),
        dict(directory.revoked),
        set(directory.wiped),
        directory.continuity,
    )


def refuses(ministry: Ministry, seed: bytes, event: Event, error: type[WireError] = NotEntitled) -> None:
    """Hold that an entry does not hold and changes nothing."""
    before = picture(ministry.directory)
    with pytest.raises(error):
        ministry.say(seed, event)
    assert picture(ministry.directory) == before


def test_a_removed_administrator_enrols_no_more_and_what_it_enrolled_stays(senegal: Ministry) -> None:
    senegal.root(AdministratorRemoved(public_key(senegal.keys.administrator_seed)))
    refuses(
        senegal, senegal.keys.administrator_seed, DeviceEnrolled(make_request(new_device_keys(), "SN", "a", "b", 5))
    )
    assert list(senegal.directory.devices) == [senegal.device.device]
    signer = senegal.directory.enrolled_by[senegal.device.device]
    assert senegal.directory.administrator_name(signer) == "First"


def test_a_removed_administrators_key_does_not_come_back(senegal: Ministry) -> None:
    key = public_key(senegal.keys.administrator_seed)
    senegal.root(AdministratorRemoved(key))
    refuses(senegal, senegal.keys.root_seed, AdministratorAdded(key, "First again"))
    senegal.root(AdministratorAdded(public_key(SECOND), "Second"))
    senegal.say(SECOND, DeviceRevoked(senegal.device.device, "left", False))


def test_only_the_root_removes_an_administrator_and_only_one_that_is(senegal: Ministry) -> None:
    key = public_key(senegal.keys.administrator_seed)
    refuses(senegal, senegal.keys.administrator_seed, AdministratorRemoved(key))
    refuses(senegal, senegal.keys.root_seed, AdministratorRemoved(public_key(SECOND)))


@pytest.mark.parametrize("by_root", [False, True])
def test_its_own_ministry_revokes_a_device(senegal: Ministry, by_root: bool) -> None:
    (senegal.root if by_root else senegal.administrator)(DeviceRevoked(senegal.device.device, "lost", False))
    assert senegal.directory.revoked == {senegal.device.device: 3}
    assert senegal.device.device in senegal.directory.devices
    assert not senegal.directory.wiped


def test_nobody_else_revokes_a_device(senegal: Ministry) -> None:
    for seed in (STRANGER, senegal.device.sign_seed):
        refuses(senegal, seed, DeviceRevoked(senegal.device.device, "stolen", True))


def test_an_unknown_device_is_not_revoked(senegal: Ministry) -> None:
    refuses(senegal, senegal.keys.administrator_seed, DeviceRevoked(b"x" * 16, "stolen", False))


def test_a_revoked_device_is_revoked_again_only_to_order_the_wipe_and_that_once(senegal: Ministry) -> None:
    senegal.revoke()
    refuses(senegal, senegal.keys.administrator_seed, DeviceRevoked(senegal.device.device, "lost", False))
    senegal.revoke(wipe=True)
    assert senegal.directory.revoked == {senegal.device.device: 3}
    assert senegal.directory.wiped == {senegal.device.device}
    refuses(senegal, senegal.keys.administrator_seed, DeviceRevoked(senegal.device.device, "stolen", True))


def test_a_revoked_device_does_not_come_back_with_its_old_keys(senegal: Ministry) -> None:
    senegal.revoke()
    refuses(senegal, senegal.keys.administrator_seed, DeviceEnrolled(senegal.request))


def test_the_newest_continuity_key_counts_and_only_the_root_names_it(senegal: Ministry) -> None:
    first, second = new_continuity_key().key, new_continuity_key().key
    refuses(senegal, senegal.keys.administrator_seed, ContinuityNamed(first))
    senegal.root(ContinuityNamed(first))
    senegal.root(ContinuityNamed(second))
    assert senegal.directory.continuity == second


@pytest.mark.parametrize("key", [SMALL_ORDER, b"\x01" + bytes(31), NOT_CANONICAL, b"\xff" * 32])
def test_a_continuity_key_that_must_not_be_used_is_refused(senegal: Ministry, key: bytes) -> None:
    refuses(senegal, senegal.keys.root_seed, ContinuityNamed(key), BadSignature)


@pytest.mark.parametrize("key", [SMALL_ORDER, b"\x01" + bytes(31), NOT_CANONICAL])
def test_an_administrators_key_that_must_not_be_used_is_refused(senegal: Ministry, key: bytes) -> None:
    refuses(senegal, senegal.keys.root_seed, AdministratorAdded(key, "weak"), BadSignature)


def test_a_copy_is_tried_and_the_directory_stays(senegal: Ministry) -> None:
    before = picture(senegal.directory)
    trial = senegal.directory.copy()
    for seed, event in (
        (senegal.keys.administrator_seed, DeviceRevoked(senegal.device.device, "lost", True)),
        (senegal.keys.root_seed, ContinuityNamed(new_continuity_key().key)),
        (senegal.keys.root_seed, AdministratorAdded(public_key(SECOND), "Second")),
        (senegal.keys.root_seed, AdministratorRemoved(public_key(senegal.keys.administrator_seed))),
    ):
        trial.append(make_entry(seed, trial, event, 5))
    assert picture(senegal.directory) == before != picture(trial)


def test_the_same_entries_give_the_same_directory(senegal: Ministry) -> None:
    senegal.revoke(wipe=True)
    senegal.root(ContinuityNamed(new_continuity_key().key))
    again = Directory("SN", senegal.keys.root)
    for entry in senegal.entries:
        again.append(entry)
    assert picture(again) == picture(senegal.directory)
