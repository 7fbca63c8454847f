"""Reading and editing through the session: what each call answers, and what the screens hear."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop.casework.validation import InvalidValue, describe
from desktop.casework.views import Query
from desktop.desk import Desk
from desktop.session import Session, UnknownRecord
from desktop.store import StoreDamaged, StoreFull
from i18n import current, set_language
from tests.support.desk import HomeOfDesk
from tests.support.session import unlocked_session


class Heard:
    """Everything a session told, by signal."""

    def __init__(self, session: Session) -> None:
        self.told: dict[str, list[tuple[Any, ...]]] = {}
        for name in (
            "records_changed",
            "edit_refused",
            "failed",
            "undo_changed",
            "conflicts_changed",
            "unread_changed",
        ):
            getattr(session, name).connect(lambda *values, name=name: self.told.setdefault(name, []).append(values))

    def last(self, name: str) -> tuple[Any, ...]:
        """The arguments of the last emission."""
        return self.told[name][-1]


def test_an_edit_is_told_to_every_screen(session: Session) -> None:
    heard = Heard(session)
    case = session.new_case({"title": "Un"})
    assert heard.last("records_changed") == (frozenset({case}),)
    assert session.edit(case, "title", "Deux")
    assert heard.last("records_changed") == (frozenset({case}),)
    assert heard.last("undo_changed") == ("Title", "")
    assert session.sync_state().unsent == 2
    assert session.rows([case])[0].title == "Deux"


def test_an_edit_that_changes_nothing_is_not_told(session: Session) -> None:
    case = session.new_case({"title": "Un"})
    heard = Heard(session)
    assert session.edit(case, "title", "Un")
    assert "records_changed" not in heard.told


def test_a_refused_value_is_told_with_its_field(session: Session) -> None:
    case = session.new_case({"title": "Un"})
    heard = Heard(session)
    assert not session.edit(case, "title", "x" * 300_000)
    record, field, error = heard.last("edit_refused")
    assert (record, field) == (case, "title")
    assert isinstance(error, InvalidValue)
    assert "300" in describe(error)
    assert session.new_case({"title": ""}) == ""
    assert heard.last("edit_refused")[:2] == ("", "title")
    assert not session.edit(case, "no_such_field", "x")
    assert heard.last("edit_refused")[:2] == (case, "no_such_field")


def test_a_failure_of_the_disk_is_told_and_not_raised(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    case = session.new_case({"title": "Un"})
    heard = Heard(session)

    def full(*_: object) -> None:
        raise StoreFull("SQLITE_FULL")

    monkeypatch.setattr(session._desk, "edit", full)
    assert not session.edit(case, "title", "Deux")
    assert heard.last("failed")[0] == "disk_full"
    assert "disk is full" in session.message("disk_full")


def test_a_store_that_fails_while_reading_is_told_and_shows_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = session.new_case({"title": "Un"})
    heard = Heard(session)

    def damaged(*_: object, **__: object) -> None:
        raise StoreDamaged("page")

    for name in ("rows", "conflicts", "counts", "show", "history"):
        monkeypatch.setattr(Desk, name, damaged)
    assert session.rows([case]) == []
    assert session.conflicts() == ()
    assert session.counts()["cases"] == 0
    for look in (session.show, session.history):
        with pytest.raises(UnknownRecord):
            look(case)
    assert [code for code, _ in heard.told["failed"]] == ["store_damaged"] * 5
    assert "page" in session.message("store_damaged")


def test_an_edit_of_a_record_that_is_not_here_is_told(session: Session) -> None:
    heard = Heard(session)
    assert not session.edit("00" * 16, "title", "x")
    assert heard.last("failed")[0] == "unknown_record"
    with pytest.raises(UnknownRecord):
        session.show("00" * 16)


def test_undo_and_redo_go_through_and_say_when_there_is_nothing(session: Session) -> None:
    heard = Heard(session)
    assert not session.undo()
    assert heard.last("failed")[0] == "nothing_to_undo"
    case = session.new_case({"title": "Un"})
    session.edit(case, "title", "Deux")
    assert session.undo()
    assert heard.last("undo_changed")[1] == "Title"
    assert session.redo()
    assert session.show(case).fields["title"].value == "Deux"


def test_deleting_and_restoring(session: Session) -> None:
    case = session.new_case({"title": "Un"})
    assert session.delete(case)
    assert session.counts()["cases"] == 0
    assert session.restore(case)
    assert session.counts()["cases"] == 1


def test_a_list_comes_from_its_own_thread(qtbot: QtBot, session: Session) -> None:
    cases = [session.new_case({"title": f"Dossier {number}"}) for number in range(3)]
    with qtbot.waitSignal(session.rows_ready, timeout=5_000) as caught:
        request = session.query(Query(order="title"))
    assert caught.args == [request, cases]
    assert [row.title for row in session.rows(cases)] == ["Dossier 0", "Dossier 1", "Dossier 2"]


def test_the_records_of_a_case_come_by_family_with_what_charts_are_drawn_from(qtbot: QtBot, session: Session) -> None:
    case, other = session.new_case({"title": "Un"}), session.new_case({"title": "Deux"})
    person = session.new_record("person", case, {"name": "Amadou"})
    place = session.new_record("address", case, {"full": "Dakar", "position": "14.69,-17.44"})
    gone = session.new_record("phone", case, {"number": "+221 77 123 45 67"})
    session.delete(gone)
    session.new_record("person", other, {"name": "Autre"})
    link = session.new_record("located_at", case, {"source": person, "target": place, "began": "2026-01-02"})
    with qtbot.waitSignal(session.records_ready) as told:
        request = session.ask_records(case, ("subject", "link"), "chart")
    rows = {row.id: row for row in told.args[1]}
    assert told.args[0] == request
    assert set(rows) == {person, place, link}
    assert rows[place].where == "14.69,-17.44"
    assert (rows[link].source, rows[link].target, rows[link].start) == (person, place, "2026-01-02")
    with qtbot.waitSignal(session.records_ready) as told:
        session.ask_records(case, ("task",), "tasks")
    assert told.args[1] == []


def test_a_newer_request_of_a_channel_supersedes_the_older(qtbot: QtBot, session: Session) -> None:
    session.new_case({"title": "Dossier"})
    answered: list[int] = []
    session.rows_ready.connect(lambda request, _: answered.append(request))
    requests = [session.query(Query(text=text)) for text in ("d", "do", "dos", "doss")]
    other = session.query(Query(), channel="palette")
    qtbot.waitUntil(lambda: {requests[-1], other} <= set(answered), timeout=5_000)
    qtbot.wait(50)
    assert sorted(answered) == sorted({requests[-1], other}), "the overtaken ones never answer"


def test_news_of_a_long_pull_are_gathered(qtbot: QtBot, session: Session) -> None:
    heard: list[frozenset[str]] = []
    session.records_changed.connect(heard.append)
    for number in range(50):
        session.on_synced(frozenset({f"{number:032x}"}))
    assert heard == [frozenset({f"{0:032x}"})], "the first are told at once"
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert len(heard[1]) == 49


def test_who_and_where_one_is(session: Session) -> None:
    identity = session.identity()
    assert (identity.officer, identity.ministry, identity.desk, identity.mine) == ("Awa Diop", "SN", "Dakar 1", True)
    assert session.members() == ("AE", "BH", "ES", "FR", "IT", "MA", "SN")
    assert session.default_members() == ("SN", "AE", "FR")
    assert "case" in session.types


def test_a_setting_takes_effect_at_once(session: Session) -> None:
    session.settings.set(language="ar")
    assert current().code == "ar_AE" or current().language == "ar"
    set_language("en")


def test_diagnostics_hold_no_case_data(session: Session) -> None:
    session.new_case({"title": "TopSecretTitle", "reference": "SECRET-REF", "lead": "Awa Diop"})
    text = session.diagnostics()
    assert "tahaluf" in text
    for secret in ("TopSecretTitle", "SECRET-REF", "Awa", "Dakar"):
        assert secret not in text


def test_a_text_of_a_code_that_nobody_knows_is_still_a_sentence(session: Session) -> None:
    text = session.message("from\u202ethe server")
    assert "Nothing you wrote was lost" in text
    assert "\u202e" not in text


def test_what_waits_to_be_indexed_is_found_without_a_connection(qtbot: QtBot, home: HomeOfDesk) -> None:
    desk = home.open()
    case = desk.new_case({"title": "Véhicules volés"}).record
    with desk._connection.transaction():
        desk._connection.database.run("UPDATE meta SET value = 0 WHERE key = 'fold'")
        desk._connection.database.run("DELETE FROM search")
    home.close()
    session = unlocked_session(qtbot, home)

    def found() -> bool:
        with qtbot.waitSignal(session.rows_ready, timeout=5_000) as caught:
            session.query(Query(text="vehicules"))
        return bool(caught.args and caught.args[1] == [case])

    qtbot.waitUntil(found, timeout=10_000)
    session.close()
