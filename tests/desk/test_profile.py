"""Profiles: what is read, and how what does not hold is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.profile import (
    MAX_PROFILE_BYTES,
    BadProfile,
    Profile,
    check_url,
    parse_profile,
    read_profile,
    render_profile,
)

ROOT_A, ROOT_B = "aa" * 32, "bb" * 32
WHOLE = f"""
[alliance]
name = "International Security Alliance"
marking = {{ en = "Restricted", fr = "Diffusion restreinte" }}
[ministry]
code = "SN"
[desk]
officer = "Awa Diop"
desk = "Dakar 1"
[server]
url = "https://secretariat.example:8443"
ca_file = "ca.pem"
timeout_s = 20
[trust]
SN = "{ROOT_A}"
AE = "{ROOT_B}"
[ui]
language = "fr"
territory = "SN"
digits = "latn"
[spaces]
default_members = ["AE"]
"""


def test_a_whole_profile_is_read() -> None:
    profile = parse_profile(WHOLE)
    assert profile.ministry == "SN"
    assert profile.trust == {"SN": bytes.fromhex(ROOT_A), "AE": bytes.fromhex(ROOT_B)}
    assert profile.members == ("AE", "SN")
    assert profile.default_members == ("SN", "AE"), "one's own ministry always reads its cases"
    assert (profile.url, profile.ca_file, profile.timeout_s) == ("https://secretariat.example:8443", "ca.pem", 20)
    assert profile.marking["fr"] == "Diffusion restreinte"


def test_a_rendered_profile_reads_as_the_same() -> None:
    profile = parse_profile(WHOLE)
    awkward = Profile("SN", profile.trust, alliance='Quote " \\ and\ttab 🌍', default_members=("SN",))
    assert parse_profile(render_profile(profile)) == profile
    with pytest.raises(BadProfile):  # a tab is not a name
        parse_profile(render_profile(awkward))


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("[trust]", "[trsut]", "trsut", "unknown_key"),
        ("timeout_s = 20", "timeout = 20", "server.timeout", "unknown_key"),
        ("timeout_s = 20", "timeout_s = 0", "server.timeout_s", "out_of_range"),
        ("timeout_s = 20", "timeout_s = true", "server.timeout_s", "wrong_type"),
        ('code = "SN"', 'code = "sn"', "ministry.code", "not_a_code"),
        ('code = "SN"', "", "ministry.code", "missing"),
        ('code = "SN"', 'code = "IT"', "trust.IT", "missing"),
        (ROOT_A, ROOT_A[:-1], "trust.SN", "not_a_key"),
        (ROOT_A, ROOT_B, "trust", "same_key_twice"),
        ('["AE"]', '["FR"]', "spaces.default_members", "not_a_member"),
        ('["AE"]', '"AE"', "spaces.default_members", "wrong_type"),
        ('language = "fr"', 'language = "xx"', "ui.language", "not_in_list"),
        ('digits = "latn"', 'digits = "roman"', "ui.digits", "not_in_list"),
        ("https://secretariat.example:8443", "http://secretariat.example", "server.url", "not_encrypted"),
        ("https://secretariat.example:8443", "ftp://secretariat.example", "server.url", "not_an_address"),
        ("https://secretariat.example:8443", "https://u:p@secretariat.example", "server.url", "not_an_address"),
        ("https://secretariat.example:8443", "https://h:99999", "server.url", "not_an_address"),
        ('desk = "Dakar 1"', f'desk = "{"x" * 129}"', "desk.desk", "too_long"),
        ('officer = "Awa Diop"', 'officer = "Awa\\u0000"', "desk.officer", "not_text"),
        ('marking = { en = "Restricted"', 'marking = { xx = "Restricted"', "alliance.marking.xx", "not_in_list"),
        ("[alliance]", "[alliance", "profile", "not_toml"),
    ],
)
def test_what_does_not_hold_is_refused_by_its_name(old: str, new: str, key: str, reason: str) -> None:
    assert old in WHOLE
    with pytest.raises(BadProfile) as caught:
        parse_profile(WHOLE.replace(old, new, 1))
    assert (caught.value.key, caught.value.reason) == (key, reason)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost", "https://x.example"])
def test_plain_http_goes_to_this_machine_only(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1.example.org", "http://10.0.0.1", "https://", "x", "https://h/?q=1", "https://h/path"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(BadProfile):
        check_url(url)


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadProfile, match="not_text"):
        read_profile(path)
    path.write_bytes(b"#" * (MAX_PROFILE_BYTES + 1))
    with pytest.raises(BadProfile, match="too_large"):
        read_profile(path)
