"""Who may call: challenge, signature, token."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import pytest

from server.auth import SECRET_FILE, Gate
from server.clock import SteadyClock
from server.problems import Misuse, Refusal
from server.secret_file import make_secret, read_secret
from server.settings import Settings
from sync.keys import make_request, new_device_keys
from sync.wire import calls
from sync.wire.codec import encode, new_id
from tests.attacks.ledger import tried
from tests.server.conftest import Alliance, Dial
from tests.support.bare_desk import BareDesk
from tests.support.secretariat import AT_MS

PULL = calls.PullRequest([], 1_000)


class SetClock(SteadyClock):
    """A clock that a test sets."""

    def __init__(self, now_s: float) -> None:
        super().__init__()
        self.at_s = now_s

    def now_s(self) -> float:
        return self.at_s


def test_a_signed_challenge_gives_a_token_that_opens_the_calls(alliance: Alliance, dial: Dial) -> None:
    desk = dial(alliance.ae)
    assert desk.ask("pull", PULL).code == "token_expired"
    assert desk.sign_in().ask("pull", PULL).status == 200


def test_an_unknown_device_and_a_wrong_signature_are_answered_alike(alliance: Alliance, dial: Dial) -> None:
    stranger = dial(new_device_keys())
    known = dial(alliance.ae)
    unknown = stranger.ask("token", stranger.answer_to(stranger.call("challenge", _challenge(stranger))))
    forged = known.ask("token", known.answer_to(known.call("challenge", _challenge(known)), signer=stranger.keys))
    assert (unknown.status, unknown.code) == (403, "not_enrolled")
    assert unknown.problem | {"at_ms": 0} == forged.problem | {"at_ms": 0}
    assert unknown.headers == forged.headers


@tried("malicious client", "a challenge of another")
def test_a_challenge_is_for_one_device(alliance: Alliance, dial: Dial) -> None:
    ours = dial(alliance.ae)
    theirs = dial(alliance.fr)
    assert ours.ask("token", ours.answer_to(theirs.call("challenge", _challenge(theirs)))).code == "nonce_expired"


def test_a_signature_for_other_data_is_not_taken(alliance: Alliance, dial: Dial) -> None:
    desk = dial(alliance.ae)
    challenge: calls.ChallengeReply = desk.call("challenge", _challenge(desk))
    elsewhere = calls.ChallengeReply(challenge.nonce, new_id())
    assert desk.ask("token", desk.answer_to(elsewhere)).code == "not_enrolled"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic {}", "Bearer {}x", "Bearer " + "é" * 54, "{}"])
@tried("malicious client", "a token that was never given")
def test_other_authorizations_are_refused_with_one_code(alliance: Alliance, header: str, dial: Dial) -> None:
    desk = dial(alliance.ae).sign_in()
    sent = {"Authorization": header.format(desk.token).encode().decode("latin-1")}
    answer = desk.send("/v1/pull", encode(PULL), headers=sent)
    assert (answer.status, answer.code, answer.headers["www-authenticate"]) == (401, "token_expired", "Bearer")


@tried("malicious client", "a token that was never given")
def test_no_bit_of_a_token_may_be_changed(alliance: Alliance, dial: Dial) -> None:
    desk = dial(alliance.ae).sign_in()
    token = bytearray(urlsafe_b64decode(desk.token + "=="))
    for place in range(len(token)):
        changed = token.copy()
        changed[place] ^= 1
        desk.token = urlsafe_b64encode(changed).rstrip(b"=").decode()
        assert desk.ask("pull", PULL).code == "token_expired"


def test_a_desk_that_is_enrolled_while_the_server_runs_can_sign_in(alliance: Alliance, dial: Dial) -> None:
    keys = new_device_keys()
    desk = dial(keys)
    answer = desk.ask("token", desk.answer_to(desk.call("challenge", _challenge(desk))))
    assert answer.code == "not_enrolled"
    alliance.members["SN"].enrol(make_request(keys, "SN", "Officer", "Desk", AT_MS))
    alliance.secretariat.publish(alliance.members["SN"])
    assert desk.sign_in().ask("pull", PULL).status == 200


def test_a_token_ends_and_a_clock_set_back_does_not_prolong_it() -> None:
    clock = SetClock(1_000_000)
    gate = Gate(bytes(32), new_id(), clock, Settings(token_s=60))
    device = new_id()
    header = f"Bearer {gate.issue(device).token}".encode()
    for at_s in (1_000_000, 1_000_059):
        clock.at_s = at_s
        assert gate.device_of(header) == device
    for at_s in (1_000_060, 999_990, 0):
        clock.at_s = at_s
        with pytest.raises(Refusal, match="token_expired"):
            gate.device_of(header)


def test_a_challenge_ends_and_is_good_for_this_server_only() -> None:
    clock = SetClock(1_000_000)
    keys = new_device_keys()
    epoch = new_id()
    gate = Gate(bytes(32), epoch, clock, Settings(nonce_s=60))
    request = BareDesk("http://127.0.0.1:1", keys).answer_to(gate.challenge(keys.device))
    clock.at_s += 60
    gate.check_answer(request, keys.sign_key)
    for at_s, other in [
        (1_000_060.1, gate),
        (999_999, gate),
        (1_000_000, Gate(b"\x01" * 32, epoch, clock, Settings())),
    ]:
        clock.at_s = at_s
        with pytest.raises(Refusal, match="nonce_expired"):
            other.check_answer(request, keys.sign_key)


def test_the_steady_clock_ignores_the_machine_s_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SteadyClock()
    before = clock.now_s()
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert 0 <= clock.now_s() - before < 60


def test_the_secret_is_the_owner_s_alone_and_is_made_once(tmp_path: Path) -> None:
    make_secret(tmp_path / SECRET_FILE)
    path = tmp_path / "secret.key"
    secret = read_secret(tmp_path / SECRET_FILE)
    make_secret(tmp_path / SECRET_FILE)
    assert (read_secret(tmp_path / SECRET_FILE), len(secret), path.stat().st_mode & 0o777) == (secret, 32, 0o600)
    path.chmod(0o640)
    with pytest.raises(Misuse, match="owner only"):
        read_secret(tmp_path / SECRET_FILE)
    path.chmod(0o600)
    path.write_bytes(secret[:31])
    with pytest.raises(Misuse, match="32 bytes"):
        read_secret(tmp_path / SECRET_FILE)
    path.unlink()
    with pytest.raises(Misuse, match="cannot be read"):
        read_secret(tmp_path / SECRET_FILE)


def _challenge(desk: BareDesk) -> calls.ChallengeRequest:
    return calls.ChallengeRequest(desk.keys.device)
