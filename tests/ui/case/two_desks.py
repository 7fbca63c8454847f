"""Two officers of two ministries behind a real secretariat: one has a session, the other works without a window."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.casework.views import Query
from desktop.desk import Desk
from desktop.session import Session
from tests.support.desk import HomeOfDesk, set_up
from tests.support.secretariat import Secretariat
from tests.support.session import unlocked_session


class TwoDesks:
    """Dakar (with a session) and Rome. `exchange` lets both have everything the other wrote."""

    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.secretariat = Secretariat(folder / "secretariat")
        ministries = self.secretariat.provision(["SN", "IT", "AE"])
        self.secretariat.start()
        trust = {code: ministry.keys.root for code, ministry in ministries.items()}
        self.homes: list[HomeOfDesk] = []
        for ministry, officer, desk in (("SN", "Cne L. Mansour", "Dakar 1"), ("IT", "A. Rossi", "Rome 1")):
            home = set_up(
                folder / ministry, ministry=ministry, officer=officer, desk=desk, trust=trust, url=self.secretariat.url
            )
            ministries[ministry].enrol(home.request())
            self.homes.append(home)
        self.secretariat.publish(*ministries.values())
        self.rome: Desk = self.homes[1].open()
        self.session: Session = unlocked_session(qtbot, self.homes[0])
        self.session.set_connected(False)
        self._dakar: Desk = self.homes[0].open()

    def exchange(self) -> None:
        """Sync both until each has what the other wrote, and tell the session's screens."""
        for desk in (self._dakar, self.rome, self._dakar, self.rome):
            desk.sync_once(patience_s=10)
        case_ids = frozenset(row.id for row in self._dakar.rows(self._dakar.query(_everything())))
        self.session.on_synced(case_ids)
        self.session.on_gathered()

    def close(self) -> None:
        """End everything."""
        self.session.close()
        for home in self.homes:
            home.close()
        self.secretariat.stop()


def _everything() -> Query:
    return Query(type="")
