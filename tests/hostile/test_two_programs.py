"""A window and a command on one home, writing at the same time: nothing is lost, nothing hangs, each sees the other."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from desktop.casework.views import Query
from tests.support.desk import PASSPHRASE, HomeOfDesk
from tests.ui.shell.conftest import OpenWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
EDITS = 40


def test_two_programs_write_on_one_home_at_once_and_every_edit_stands(
    qtbot: QtBot, empty_home: HomeOfDesk, open_window: OpenWindow
) -> None:
    window = open_window(empty_home)
    session = window.session
    case = session.new_case({"title": "Un"})
    wrong: list[BaseException] = []

    def write() -> None:
        desk = empty_home.opening.open(empty_home.home, PASSPHRASE)
        try:
            for number in range(EDITS):
                desk.new_record("person", case, {"name": f"other {number}"})
                desk.edit(case, "lead", f"other {number}")
        except BaseException as error:  # noqa: BLE001 - told to the test below
            wrong.append(error)
        finally:
            desk.close()

    thread = threading.Thread(target=write)
    thread.start()
    told: list[str] = []
    session.failed.connect(lambda code, _params: told.append(code))
    for number in range(EDITS):
        assert session.new_record("person", case, {"name": f"window {number}"})
        assert session.edit(case, "title", f"window {number}")
        qtbot.wait(1)
    thread.join(30)
    assert not thread.is_alive()
    assert (wrong, told) == ([], [])
    desk = empty_home.open()
    names = {row.title for row in desk.rows(desk.query(Query(type="person")))}
    assert names == {f"{who} {number}" for who in ("other", "window") for number in range(EDITS)}
    view = desk.show(case)
    assert (view.fields["title"].value, view.fields["lead"].value) == (f"window {EDITS - 1}", f"other {EDITS - 1}")
    assert not view.fields["title"].conflict, "one desk does not contradict itself"
    assert desk.verify().ok
