"""What a space's row says of a caller: the stronger of two roles, and how far a former member is shown the log."""

from __future__ import annotations

import pytest

from server.standing import END, follow, horizon, needles, pack_members, role_of, unpack_members
from server.storage import Caller
from sync.keys import new_epoch_key
from sync.seal import found_space
from sync.wire.membership import Membership
from sync.wire.space import Member, Role
from tests.support.secretariat import AT_MS, make_ministry

OFFICER = Caller(b"o" * 16, "IT")
RANKED = [None, "-7", "reader", "contributor", "lead"]


def row(own: str | None, shared: str | None) -> dict[str, str]:
    """Members of a space, among them the officer's device and its ministry as given."""
    named = {OFFICER.device.hex(): own, "IT": shared}
    return {"AE": "lead"} | {name: role for name, role in named.items() if role} | {"FR": "reader"}


@pytest.mark.parametrize("own", RANKED)
@pytest.mark.parametrize("shared", RANKED)
def test_the_stronger_of_a_device_s_own_role_and_its_ministry_s_counts(own: str | None, shared: str | None) -> None:
    stronger = max(own, shared, key=RANKED.index)
    assert role_of(row(own, shared), OFFICER) == ("" if stronger == "-7" else stronger)


@pytest.mark.parametrize("own", [*RANKED, "-3"])
@pytest.mark.parametrize("shared", RANKED)
def test_the_log_is_shown_up_to_where_a_member_was_let_go_last(own: str | None, shared: str | None) -> None:
    last = max({None: 0, "-3": 3, "-7": 7}.get(each, END) for each in (own, shared))
    assert horizon(pack_members(row(own, shared)), OFFICER) == last


def test_a_row_is_read_as_it_was_written() -> None:
    members = row("contributor", "-57")
    assert unpack_members(pack_members(members)) == members
    assert [needle in pack_members(members) for needle in needles(OFFICER)] == [True, True]
    assert [needle in pack_members(members) for needle in needles(Caller(b"x" * 16, "I"))] == [False, False]


def test_who_is_no_member_any_more_keeps_the_place_where_that_was_first_so() -> None:
    founder = make_ministry("SN").new_device()
    roles: dict[str, Role] = {"SN": "lead", "AE": "contributor"}
    listed = [Member(code, role) for code, role in roles.items()]
    space, founding = found_space(founder, "case", listed, new_epoch_key(), AT_MS, [])
    membership = Membership(space, founding)
    before = {"SN": "lead", "AE": "reader", "IT": "reader", "FR": "-4"}
    assert follow(before, membership, 9) == {"SN": "lead", "AE": "contributor", "IT": "-9", "FR": "-4"}
