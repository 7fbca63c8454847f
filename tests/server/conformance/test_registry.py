"""Members and directories in a storage, and the registry that follows them."""

from __future__ import annotations

import pytest

from server.problems import Refusal
from server.registry import Registry
from server.storage import DeviceElsewhere, DirectoryMoved, MemberDiffers
from sync.keys import make_request, new_device_keys
from sync.wire.calls import DirectoryHead
from sync.wire.errors import BrokenChain, NotEntitled
from tests.server.conformance.bench import Bench
from tests.support.secretariat import AT_MS, make_ministry


def read_registry(bench: Bench) -> Registry:
    """Return a registry that has read everything."""
    registry = Registry(bench.storage)
    bench.run(registry.refresh())
    return registry


def test_a_member_is_added_once_and_keeps_its_root(bench: Bench) -> None:
    assert bench.run(bench.storage.add_member("AE", bench.members["AE"].keys.root)) is False
    with pytest.raises(MemberDiffers):
        bench.run(bench.storage.add_member("AE", bench.members["FR"].keys.root))
    assert read_registry(bench).members["AE"].directory.root == bench.members["AE"].keys.root


def test_a_directory_is_the_same_after_reopening(bench: Bench) -> None:
    bench.reopen()
    registry = read_registry(bench)
    assert {code: member.entries for code, member in registry.members.items()} == {
        code: member.entries for code, member in bench.members.items()
    }
    assert registry.devices[bench.sn2.device].ministry == "SN"
    assert registry.devices[bench.sn2.device].sign_key == bench.sn2.sign_key


def test_entries_that_do_not_follow_the_end_are_not_stored(bench: Bench) -> None:
    with pytest.raises(DirectoryMoved):
        bench.run(bench.storage.append_directory("AE", 2, [b"x"], []))
    with pytest.raises(DirectoryMoved):
        bench.run(bench.storage.append_directory("AE", 4, [b"x"], []))
    assert read_registry(bench).members["AE"].entries == bench.members["AE"].entries


def test_a_device_belongs_to_one_ministry(bench: Bench) -> None:
    with pytest.raises(DeviceElsewhere):
        bench.run(bench.storage.append_directory("AE", 3, [b"x"], [bench.fr.device]))
    member = bench.members["AE"]
    member.enrol(make_request(bench.fr, "AE", "Officer", "Desk", AT_MS))
    registry = read_registry(bench)
    with pytest.raises(Refusal, match="device_elsewhere"):
        bench.run(registry.enrol("AE", 1, member.entries))
    assert registry.devices[bench.fr.device].ministry == "FR"


def test_a_registry_sees_what_another_one_enrolled(bench: Bench) -> None:
    registry, other = read_registry(bench), read_registry(bench)
    grown: list[bool] = []
    registry.on_growth = lambda: grown.append(True)
    keys = bench.members["FR"].new_device()
    assert bench.run(other.enrol("FR", 1, bench.members["FR"].entries)) == 3
    found = bench.run(registry.device(keys.device))
    assert found is not None
    assert (found.ministry, grown) == ("FR", [True])
    assert bench.run(registry.refresh()) is False


def test_a_retry_of_an_enrolment_succeeds_and_another_entry_in_its_place_does_not(bench: Bench) -> None:
    member = bench.members["FR"]
    registry = read_registry(bench)
    assert bench.run(registry.enrol("FR", 1, member.entries)) == 2
    assert bench.run(registry.enrol("FR", 2, member.entries[1:])) == 2
    assert bench.run(registry.enrol("FR", 3, [])) == 2
    for first, entries in [(2, [member.entries[0]]), (4, [member.entries[1]]), (0, member.entries)]:
        with pytest.raises(Refusal, match="broken_chain"):
            bench.run(registry.enrol("FR", first, entries))


def test_the_root_s_and_administrators_signatures_are_the_authority(bench: Bench) -> None:
    registry = read_registry(bench)
    impostor = make_ministry("FR")
    impostor.new_device()
    with pytest.raises(BrokenChain):
        bench.run(registry.enrol("FR", 3, [impostor.entries[1]]))
    sister = make_ministry("AE")
    with pytest.raises(NotEntitled):
        bench.run(registry.enrol("FR", 3, [sister.entries[0]]))
    with pytest.raises(Refusal, match="no_such_member"):
        bench.run(registry.enrol("ZZ", 1, impostor.entries))
    assert registry.members["FR"].entries == bench.members["FR"].entries


def test_an_enrolment_that_fails_half_way_stores_none_of_it(bench: Bench) -> None:
    member = bench.members["FR"]
    good = member.enrol(make_request(new_device_keys(), "FR", "Officer", "Desk", AT_MS))
    registry = read_registry(bench)
    with pytest.raises(BrokenChain):
        bench.run(registry.enrol("FR", 3, [good, member.entries[1]]))
    assert len(registry.members["FR"].entries) == 2
    assert bench.run(registry.enrol("FR", 3, [good])) == 3


def test_two_registries_that_enrol_at_once_do_not_overwrite_each_other(bench: Bench) -> None:
    one, two = read_registry(bench), read_registry(bench)
    member = bench.members["FR"]
    first = member.enrol(make_request(new_device_keys(), "FR", "Officer", "One", AT_MS))
    assert bench.run(one.enrol("FR", 3, [first])) == 3
    assert bench.run(two.enrol("FR", 3, [first])) == 3
    second = member.enrol(make_request(new_device_keys(), "FR", "Officer", "Two", AT_MS))
    assert bench.run(two.enrol("FR", 4, [second])) == 4
    assert bench.run(one.enrol("FR", 4, [second])) == 4
    assert read_registry(bench).members["FR"].entries == member.entries


def test_entries_come_after_the_heads_and_within_the_budget(bench: Bench) -> None:
    registry = read_registry(bench)
    heads = [DirectoryHead("SN", 1), DirectoryHead("AE", 2), DirectoryHead("ZZ", 0), DirectoryHead("FR", 0)]
    items, more = registry.after(heads)
    assert [(part.ministry, part.first, part.entries) for part in items] == [
        ("SN", 2, bench.members["SN"].entries[1:]),
        ("FR", 1, bench.members["FR"].entries),
    ]
    assert more is False
    items, more = registry.after(heads, budget=1)
    assert ([(part.ministry, len(part.entries)) for part in items], more) == ([("SN", 1)], True)
