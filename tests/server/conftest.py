"""One real secretariat for the tests of this folder, and one for a test that ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.keys import DeviceKeys
from sync.link import Signer
from tests.support.bare_desk import BareDesk
from tests.support.secretariat import Ministry, Secretariat

Dial = Callable[[Signer], BareDesk]


@dataclass
class Alliance:
    """A running secretariat with three members and a device of each."""

    secretariat: Secretariat
    members: dict[str, Ministry]
    ae: DeviceKeys
    fr: DeviceKeys
    sn: DeviceKeys


def make_alliance(folder: Path, settings: str = "") -> Alliance:
    """Provision an alliance whose secretariat is not started yet."""
    secretariat = Secretariat(folder / "data")
    members = secretariat.provision(["AE", "FR", "SN"])
    devices = [members[code].new_device() for code in ("AE", "FR", "SN")]
    secretariat.publish(*members.values())
    if settings:
        (secretariat.data / "settings.toml").write_text(settings)
    return Alliance(secretariat, members, *devices)


@pytest.fixture(scope="session")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alliance]:
    """One for all tests: found spaces of your own in it, and leave it running."""
    made = make_alliance(tmp_path_factory.mktemp("alliance"))
    with made.secretariat:
        yield made


@pytest.fixture
def own_alliance(tmp_path: Path) -> Iterator[Callable[[str], Alliance]]:
    """One for this test alone, with settings of its own."""
    made: list[Alliance] = []

    def make(settings: str = "") -> Alliance:
        one = make_alliance(tmp_path, settings)
        made.append(one)
        one.secretariat.start()
        return one

    yield make
    for one in made:
        one.secretariat.__exit__(None, None, None)


@pytest.fixture
def dial(alliance: Alliance) -> Iterator[Dial]:
    """Connect a device to the shared secretariat, without signing in."""
    desks: list[BareDesk] = []

    def make(keys: Signer) -> BareDesk:
        desks.append(BareDesk(alliance.secretariat.url, keys))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


@pytest.fixture
def connect(dial: Dial) -> Dial:
    """Connect a device to the shared secretariat, signed in."""
    return lambda keys: dial(keys).sign_in()
