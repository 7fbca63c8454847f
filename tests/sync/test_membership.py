"""The members of a space follow from its signed entries alone, and entries that must not hold change nothing."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sync.entries import make_entry
from sync.keys import DeviceKeys, commitment, new_device_keys, new_epoch_key
from sync.seal import found_space
from sync.wire.codec import MAX_SUBJECTS, encode
from sync.wire.errors import BadSignature, BrokenChain, Malformed, NotEntitled, UnknownSuite, WireError
from sync.wire.membership import DirectoryBehind, Membership
from sync.wire.signing import Signed, pack, unpack
from sync.wire.space import (
    ENTRY_DOMAIN,
    SUITE,
    VERSION,
    Event,
    History,
    Invited,
    Known,
    Left,
    Member,
    Removed,
    Role,
    RoleGiven,
    Rotated,
    SpaceEntry,
    Subject,
    epoch_id,
    is_founding,
    read_entry,
)

AT_MS = 1_795_000_000_000
CODES = ("SN", "AE", "IT")
DEVICES = [(code, new_device_keys()) for code in CODES for _ in range(2)]


class Books:
    """Directories that know some devices, and what a test says of them."""

    def __init__(self) -> None:
        self.devices = {keys.device: (code, keys.sign_key) for code, keys in DEVICES}
        self.gone: dict[str, dict[bytes, int]] = {}
        self.lengths = dict.fromkeys(CODES, 9)

    def find(self, device: bytes) -> tuple[str, bytes]:
        if device not in self.devices:
            raise NotEntitled("nobody enrolled it")
        return self.devices[device]

    def revoked(self, ministry: str) -> dict[bytes, int]:
        return self.gone.get(ministry, {})

    def known(self, ministry: str) -> int | None:
        return self.lengths.get(ministry, 0)

    def revoke(self, code: str, keys: DeviceKeys) -> None:
        """Let the next entry of a directory revoke a device."""
        self.lengths[code] += 1
        self.gone.setdefault(code, {})[keys.device] = self.lengths[code]

    def heads(self) -> list[Known]:
        return [Known(code, length) for code, length in self.lengths.items()]


def keys_of(code: str, place: int = 0) -> DeviceKeys:
    """One of the two devices of a ministry."""
    return [keys for one, keys in DEVICES if one == code][place]


class Story:
    """A space of Dakar's with what the directories say; `does` makes and takes an entry of a device."""

    def __init__(self, **roles: Role) -> None:
        self.books = Books()
        listed = [Member(code, role) for code, role in (roles or {"SN": "lead", "AE": "contributor"}).items()]
        self.space, self.founding = found_space(
            keys_of("SN"), "case", listed, new_epoch_key(), AT_MS, self.books.heads()
        )
        self.members = Membership(self.space, self.founding)
        self.entries: list[bytes] = []

    def does(self, who: DeviceKeys, event: Event, known: list[Known] | None = None) -> None:
        entry = make_entry(who, self.members, event, self.books.heads() if known is None else known, AT_MS)
        self.members.append(entry, self.books)
        self.entries.append(entry)

    def fails(self, who: DeviceKeys, event: Event, error: type[WireError] = NotEntitled) -> None:
        before = standing(self.members)
        with pytest.raises(error):
            self.does(who, event)
        assert standing(self.members) == before


def standing(members: Membership) -> tuple[object, ...]:
    return (
        members.number,
        members.head,
        dict(members.roles),
        dict(members.since),
        list(members.epochs),
        members.excluding,
        dict(members.known),
    )


def rotated() -> Rotated:
    return Rotated(commitment(new_epoch_key()))


def test_a_lead_invites_gives_roles_and_removes() -> None:
    story, lead = Story(), keys_of("SN")
    story.does(lead, Invited("IT", "reader", "start"))
    story.does(lead, RoleGiven("IT", "lead"))
    story.does(keys_of("IT", 1), Removed("SN"))
    assert story.members.roles == {"AE": "contributor", "IT": "lead"}
    assert story.members.number == 4


@pytest.mark.parametrize("who", ["AE", "IT"])
@pytest.mark.parametrize(
    "event", [Invited("FR", "reader", "start"), RoleGiven("AE", "lead"), Removed("SN"), RoleGiven("IT", "lead")]
)
def test_nobody_but_a_lead_changes_the_members(who: str, event: Event) -> None:
    Story(SN="lead", AE="contributor", IT="reader").fails(keys_of(who), event)


def test_a_stranger_does_nothing() -> None:
    story = Story()
    for event in (Invited("IT", "lead", "start"), Removed("AE"), Left("IT"), rotated()):
        story.fails(keys_of("IT"), event)
    stranger = new_device_keys()
    story.fails(stranger, rotated())


def test_the_last_lead_stays() -> None:
    story, lead = Story(), keys_of("SN")
    for event in (Removed("SN"), RoleGiven("SN", "contributor"), Left("SN")):
        story.fails(lead, event)
    story.does(lead, RoleGiven("AE", "lead"))
    story.does(lead, RoleGiven("SN", "reader"))
    assert story.members.roles == {"SN": "reader", "AE": "lead"}


def test_the_last_lead_may_be_given_its_own_role_again() -> None:
    story = Story()
    story.does(keys_of("SN"), RoleGiven("SN", "lead"))
    assert story.members.roles["SN"] == "lead"


def test_a_space_has_no_more_members_than_a_limit() -> None:
    story = Story()
    crowd = [number.to_bytes(16, "big") for number in range(MAX_SUBJECTS - 1 - len(story.members.roles))]
    story.members.roles.update(dict.fromkeys(crowd, "reader"))
    story.does(keys_of("SN"), Invited("IT", "reader", "start"))
    assert len(story.members.roles) == MAX_SUBJECTS
    story.fails(keys_of("SN"), Invited("FR", "reader", "start"))


def test_a_member_leaves_for_itself_alone() -> None:
    story = Story()
    story.fails(keys_of("AE"), Left("SN"))
    story.does(keys_of("AE", 1), Left("AE"))
    assert "AE" not in story.members.roles
    story.fails(keys_of("AE"), rotated())


def test_one_officer_is_invited_by_device() -> None:
    story, officer = Story(), keys_of("IT", 1)
    story.does(keys_of("SN"), Invited(officer.device, "contributor", "start"))
    assert story.members.writes(officer.device, "IT")
    assert not story.members.writes(keys_of("IT", 0).device, "IT")
    story.does(officer, rotated())
    story.does(officer, Left(officer.device))
    assert story.members.role_of(officer.device, "IT") is None


def test_a_device_that_nobody_enrolled_is_not_invited() -> None:
    Story().fails(keys_of("SN"), Invited(b"g" * 16, "reader", "start"))


def test_the_stronger_role_counts() -> None:
    story, officer = Story(), keys_of("AE", 1)
    story.does(keys_of("SN"), Invited(officer.device, "lead", "start"))
    assert story.members.role_of(officer.device, "AE") == "lead"
    assert story.members.role_of(keys_of("AE", 0).device, "AE") == "contributor"
    story.does(keys_of("SN"), RoleGiven(officer.device, "reader"))
    assert story.members.role_of(officer.device, "AE") == "contributor"


def test_nobody_is_invited_twice_and_no_stranger_is_removed() -> None:
    story = Story()
    story.fails(keys_of("SN"), Invited("AE", "lead", "start"))
    story.fails(keys_of("SN"), Removed("IT"))
    story.fails(keys_of("SN"), RoleGiven("IT", "reader"))


def test_whoever_writes_begins_an_epoch_and_a_reader_does_not() -> None:
    story = Story(SN="lead", AE="contributor", IT="reader")
    key = new_epoch_key()
    story.does(keys_of("AE"), Rotated(commitment(key)))
    assert story.members.epoch.id == epoch_id(commitment(key))
    assert story.members.has_epoch(epoch_id(commitment(key)))
    story.fails(keys_of("SN"), Rotated(commitment(key)))
    story.fails(keys_of("IT"), rotated())
    story.does(keys_of("SN"), rotated())
    assert story.members.has_epoch(epoch_id(commitment(key))), "what was sealed in it before is still read"
    story.fails(keys_of("SN"), Rotated(commitment(key)))


@pytest.mark.parametrize(
    ("event", "stale"),
    [
        (Removed("AE"), True),
        (Invited("IT", "reader", "now"), True),
        (Invited("IT", "reader", "start"), False),
        (RoleGiven("AE", "reader"), False),
    ],
)
def test_an_epoch_is_stale_when_somebody_must_not_read_on(event: Event, *, stale: bool) -> None:
    story = Story()
    story.does(keys_of("SN"), event)
    assert story.members.stale(story.books) is stale
    story.does(keys_of("SN"), rotated())
    assert not story.members.stale(story.books)


def test_an_invitation_with_history_does_not_forget_who_left_before_it() -> None:
    story = Story()
    story.does(keys_of("SN"), Removed("AE"))
    story.does(keys_of("SN"), Invited("IT", "reader", "start"))
    assert story.members.stale(story.books)


def test_leaving_makes_an_epoch_stale() -> None:
    story = Story()
    story.does(keys_of("AE"), Left("AE"))
    assert story.members.stale(story.books)


def test_a_revocation_that_the_epoch_did_not_know_makes_it_stale() -> None:
    story = Story()
    story.books.revoke("IT", keys_of("IT"))
    assert not story.members.stale(story.books)
    before = story.books.heads()
    story.books.revoke("AE", keys_of("AE", 1))
    assert story.members.stale(story.books)
    story.does(keys_of("SN"), rotated(), before)
    assert story.members.stale(story.books), "made by somebody who did not know of it"
    story.does(keys_of("SN"), Invited("IT", "reader", "start"))
    assert story.members.stale(story.books), "the log knows of it now, the epoch's key was made before"
    story.does(keys_of("AE", 0), rotated(), before)
    assert story.members.stale(story.books), "made by somebody who did not know what the log knows"
    story.does(keys_of("SN"), rotated())
    assert not story.members.stale(story.books)


def test_the_revocation_of_a_single_member_counts_by_its_own_ministry() -> None:
    story, officer = Story(), keys_of("IT", 1)
    story.does(keys_of("SN"), Invited(officer.device, "reader", "start"))
    story.books.revoke("IT", keys_of("IT", 0))
    assert not story.members.stale(story.books)
    story.books.revoke("IT", officer)
    assert story.members.stale(story.books)
    story.does(keys_of("SN"), RoleGiven("AE", "reader"))
    assert story.members.stale(story.books), "the log knows of it now, the epoch's key was made before"
    story.does(keys_of("SN"), rotated())
    assert not story.members.stale(story.books)


def test_a_revoked_device_does_nothing_once_the_log_knows() -> None:
    story = Story()
    before = story.books.heads()
    story.books.revoke("SN", keys_of("SN", 1))
    story.fails(keys_of("SN", 1), Invited("IT", "lead", "start"))
    story.does(keys_of("SN", 1), Invited("IT", "reader", "start"), before)  # whoever has the log judges it alike
    story.does(keys_of("SN", 0), rotated())
    story.fails(keys_of("SN", 1), rotated())
    with pytest.raises(NotEntitled):
        story.does(keys_of("SN", 1), rotated(), before)


def test_an_entry_that_knows_more_than_is_here_waits_for_the_directory() -> None:
    story = Story()
    with pytest.raises(DirectoryBehind):
        story.does(keys_of("SN"), rotated(), [Known("AE", 10)])
    with pytest.raises(DirectoryBehind):
        story.does(keys_of("SN"), rotated(), [Known("ZZ", 1)])


def test_keys_are_for_members_from_where_they_were_invited() -> None:
    story, lead = Story(), keys_of("SN")
    story.does(lead, rotated())
    story.does(lead, Invited("IT", "reader", "now"))
    italian = keys_of("IT", 0).device
    assert story.members.keys_from(italian, "IT") == 2
    story.does(lead, Invited(italian, "reader", "start"))
    assert story.members.keys_from(italian, "IT") == 0
    assert story.members.keys_from(keys_of("IT", 1).device, "IT") == 2
    story.does(lead, Removed("IT"))
    assert story.members.keys_from(keys_of("IT", 1).device, "IT") is None


def test_an_entry_follows_the_one_before() -> None:
    story, lead = Story(), keys_of("SN")
    first = make_entry(lead, story.members, rotated(), [], AT_MS)
    second = make_entry(lead, story.members, rotated(), [], AT_MS)
    story.members.append(first, story.books)
    for entry in (first, second):
        with pytest.raises(BrokenChain):
            story.members.append(entry, story.books)


@pytest.mark.parametrize(("moved", "previous"), [(0, True), (1, False), (-1, False)])
def test_neither_the_number_nor_the_hash_alone_puts_an_entry_in_its_place(moved: int, previous: bool) -> None:
    story, lead = Story(), keys_of("SN")
    story.does(lead, rotated())
    before = story.members.number
    good = read_entry(make_entry(lead, story.members, rotated(), [], AT_MS))[0]
    changed = msgspec.structs.replace(good, number=good.number + moved)
    if previous:
        changed = msgspec.structs.replace(changed, previous=b"x" * 32)
    body = encode(changed)
    with pytest.raises(BrokenChain):
        story.members.append(pack(Signed(body, lead.sign(ENTRY_DOMAIN, body))), story.books)
    assert story.members.number == before


def test_entries_of_another_space_suite_or_signer_do_not_hold() -> None:
    story, other, lead = Story(), Story(), keys_of("SN")
    with pytest.raises(NotEntitled):
        story.members.append(make_entry(lead, other.members, rotated(), [], AT_MS), story.books)
    good = read_entry(make_entry(lead, story.members, rotated(), [], AT_MS))[0]
    for changed, domain, error in (
        (msgspec.structs.replace(good, suite=2), ENTRY_DOMAIN, UnknownSuite),
        (msgspec.structs.replace(good, version=2), ENTRY_DOMAIN, UnknownSuite),
        (good, "segment", BadSignature),
    ):
        body = encode(changed)
        with pytest.raises(error):
            story.members.append(pack(Signed(body, lead.sign(domain, body))), story.books)
    stolen = unpack(make_entry(keys_of("AE"), story.members, Removed("AE"), [], AT_MS), 4_096)
    forged = encode(msgspec.structs.replace(good, event=msgspec.Raw(encode(Removed("AE")))))
    with pytest.raises(BadSignature):
        story.members.append(pack(Signed(forged, stolen.signature)), story.books)
    assert standing(story.members) == standing(Membership(story.space, story.founding))


@pytest.mark.parametrize(
    "event",
    [
        ["invite", "IT", "king", "start"],
        ["invite", "it", "reader", "start"],
        ["invite", b"short", "reader", "start"],
        ["invite", "IT", "reader", "yesterday"],
        ["rotate", b"short"],
        ["remove"],
        [],
        "rotate",
        [7],
    ],
)
def test_an_event_that_is_not_well_formed_is_malformed(event: object) -> None:
    story, lead = Story(), keys_of("SN")
    body = encode(
        SpaceEntry(
            VERSION,
            SUITE,
            story.space,
            lead.device,
            2,
            story.members.head,
            AT_MS,
            [],
            msgspec.Raw(encode(event)),
        )
    )
    with pytest.raises(Malformed):
        story.members.append(pack(Signed(body, lead.sign(ENTRY_DOMAIN, body))), story.books)


def test_an_event_of_a_later_version_counts_and_changes_nothing() -> None:
    story, lead = Story(), keys_of("SN")

    def later(keys: DeviceKeys) -> bytes:
        entry = read_entry(make_entry(keys, story.members, rotated(), [], AT_MS))[0]
        body = encode(msgspec.structs.replace(entry, event=msgspec.Raw(encode(["merge_spaces", b"x"]))))
        return pack(Signed(body, keys.sign(ENTRY_DOMAIN, body)))

    with pytest.raises(NotEntitled):
        story.members.append(later(keys_of("AE")), story.books)
    before = dict(story.members.roles)
    story.members.append(later(lead), story.books)
    assert (story.members.number, story.members.roles) == (2, before)
    story.does(lead, rotated())


def test_an_entry_is_told_from_a_founding() -> None:
    story = Story()
    assert is_founding(story.founding)
    assert not is_founding(make_entry(keys_of("SN"), story.members, rotated(), [], AT_MS))
    with pytest.raises(Malformed):
        is_founding(pack(Signed(encode([1, 1, 5]), bytes(64))))


SUBJECTS: list[Subject] = [*CODES, keys_of("IT", 1).device, keys_of("AE", 1).device]


class Memberships(RuleBasedStateMachine):
    """Anybody tries anything; a model of a few lines says what may come of it."""

    @initialize()
    def begin(self) -> None:
        self.story = Story()
        self.roles: dict[Subject, Role] = {"SN": "lead", "AE": "contributor"}
        self.epochs = 1
        self.excluding = False

    def _role(self, code: str, keys: DeviceKeys) -> str:
        rank = {"": 0, "reader": 1, "contributor": 2, "lead": 3}
        return max(self.roles.get(keys.device, ""), self.roles.get(code, ""), key=lambda role: rank[role])

    def _try(self, who: tuple[str, DeviceKeys], event: Event, *, allowed: bool) -> bool:
        if allowed:
            self.story.does(who[1], event)
        else:
            self.story.fails(who[1], event)
        return allowed

    def _goes(self, subject: Subject) -> bool:
        """Whether the space has another lead than this member."""
        return subject in self.roles and any(role == "lead" for each, role in self.roles.items() if each != subject)

    @rule(
        who=st.sampled_from(DEVICES),
        subject=st.sampled_from(SUBJECTS),
        role=st.sampled_from(["lead", "contributor", "reader"]),
        history=st.sampled_from(["start", "now"]),
    )
    def invite(self, who: tuple[str, DeviceKeys], subject: Subject, role: Role, history: History) -> None:
        allowed = self._role(*who) == "lead" and subject not in self.roles
        if self._try(who, Invited(subject, role, history), allowed=allowed):
            self.roles[subject] = role
            self.excluding |= history == "now"

    @rule(
        who=st.sampled_from(DEVICES),
        subject=st.sampled_from(SUBJECTS),
        role=st.sampled_from(["lead", "contributor", "reader"]),
    )
    def give(self, who: tuple[str, DeviceKeys], subject: Subject, role: Role) -> None:
        goes = self._goes(subject) or (subject in self.roles and role == "lead")
        goes = goes or (subject in self.roles and self.roles[subject] != "lead")
        if self._try(who, RoleGiven(subject, role), allowed=self._role(*who) == "lead" and goes):
            self.roles[subject] = role

    @rule(who=st.sampled_from(DEVICES), subject=st.sampled_from(SUBJECTS), by_itself=st.booleans())
    def end(self, who: tuple[str, DeviceKeys], subject: Subject, *, by_itself: bool) -> None:
        goes = self._goes(subject)
        entitled = subject in (who[0], who[1].device) if by_itself else self._role(*who) == "lead"
        if self._try(who, Left(subject) if by_itself else Removed(subject), allowed=entitled and goes):
            del self.roles[subject]
            self.excluding = True

    @rule(who=st.sampled_from(DEVICES))
    def rotate(self, who: tuple[str, DeviceKeys]) -> None:
        if self._try(who, rotated(), allowed=self._role(*who) in ("lead", "contributor")):
            self.epochs += 1
            self.excluding = False

    @invariant()
    def the_members_are_those_of_the_model(self) -> None:
        members = self.story.members
        assert members.roles == self.roles
        assert len(members.epochs) == self.epochs
        assert members.stale(self.story.books) is self.excluding
        assert set(members.since) == set(members.roles)
        assert "lead" in members.roles.values()

    def teardown(self) -> None:
        """Whoever reads the log later, verifying or not, comes to the same."""
        if not hasattr(self, "story"):
            return
        again, restored = (Membership(self.story.space, self.story.founding) for _ in range(2))
        for entry in self.story.entries:
            again.append(entry, self.story.books)
            restored.restore(entry)
        assert standing(again) == standing(restored) == standing(self.story.members)


TestMemberships = Memberships.TestCase
TestMemberships.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
