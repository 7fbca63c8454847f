"""Changes that do not hold, or that a later version wrote: set aside or kept, relayed, shown as such, never fatal."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.casework.record_types import Field, RecordType, RecordTypes
from desktop.casework.views import Query
from desktop.store.replay import replay
from desktop.ui.newer_card import NewerCard
from desktop.ui.sync_page import SyncPage
from i18n.bidi import strip_isolates
from sync.changes import Add, Create, Set, Unknown, Write
from sync.wire.codec import NO_HASH, encode
from sync.wire.space import advance_head
from tests.attacks.ledger import tried
from tests.hostile.member import Attack
from tests.hostile.texts import MARKUP, faults
from tests.support.desk import PASSPHRASE
from tests.support.older import without
from tests.ui.shell.conftest import OpenWindow, workspace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen platform on windows
NEWER = Unknown(encode(["highlight", "summary", 3, MARKUP]))


def falsify(attack: Attack, alter: Callable[[bytes], bytes]) -> None:
    """Alter every segment in the server's files, and the heads with them: a server that lies and counts well."""
    attack.server.stop()
    file = attack.server.data / "secretariat.db"
    connection = sqlite3.connect(file)
    for (number,) in connection.execute("SELECT number FROM spaces").fetchall():
        head = NO_HASH
        rows = connection.execute(
            "SELECT id, kind, body FROM items WHERE id >> 32 = ? ORDER BY id", (number,)
        ).fetchall()
        for place, (row, _kind, body) in enumerate(rows):
            kind = "segment" if place else "entry"
            body = alter(body) if place else body  # noqa: PLW2901 - what the server will say
            head = advance_head(head, kind, body)
            connection.execute("UPDATE items SET body = ?, head = ? WHERE id = ?", (body, head, row))
        connection.execute("UPDATE spaces SET head = ? WHERE number = ?", (head, number))
    connection.commit()
    connection.close()
    attack.server.start()


@tried("malicious member", "a change with a bad signature")
def test_a_change_with_a_bad_signature_is_set_aside_and_said(
    qtbot: QtBot, attack: Attack, open_window: OpenWindow
) -> None:
    good = attack.found(Set("title", "Un", []))
    attack.send()
    victim = attack.dakar.open()
    victim.sync_once(patience_s=10)
    own = victim.new_case({"title": "Mine"}).record
    victim.sync_once(patience_s=10)
    bad = attack.found(Set("title", "forged", []))
    attack.send()
    falsify(attack, flipped)
    report = victim.sync_once(patience_s=10)
    assert report.refused >= 1
    assert {view.code for view in victim.set_aside()} == {"bad_signature"}
    assert victim.show(good).fields["title"].value == "Un"
    assert victim.show(own).fields["title"].value == "Mine"
    assert bad not in [row.id for row in victim.rows(victim.query(Query()))] or "title" not in victim.show(bad).fields
    window = open_window(attack.dakar)
    window.session.set_connected(False)
    space = workspace(window)
    space.show_page("sync")
    page = space.pages["sync"]
    assert isinstance(page, SyncPage)
    page.refresh()
    assert page.aside.isVisible()
    assert "did not verify" in page.aside_words.text()
    assert "kept for your administrator" in page.aside_words.text()
    assert "It is not signed by the desk that it names." in [label.text() for label in page.aside.findChildren(QLabel)]
    assert faults(window) == []


def flipped(body: bytes) -> bytes:
    """A segment whose last byte is another one."""
    return body[:-1] + bytes([body[-1] ^ 1])


@tried("malicious member", "a change that is no text")
def test_a_change_that_is_no_text_is_set_aside_and_the_next_ones_are_taken(attack: Attack) -> None:
    case = attack.found(Set("title", "Un", []))
    attack.deliver(attack.dakar.open())
    attack.write(case, case, Set("lead", "€uro", []))
    attack.rewrite(lambda body: body.replace("€".encode(), b"\xed\xb2\x80"))  # a lone surrogate, as bytes
    attack.send()
    attack.write(case, case, Set("title", "Deux", []))
    victim = attack.dakar.open()
    attack.deliver(victim)
    view = victim.show(case)
    assert view.fields["title"].conflict or view.fields["title"].value == "Deux"
    assert "lead" not in view.fields
    report = victim.verify()
    assert (report.ok, report.refused) == (True, 1)


def test_what_a_later_version_wrote_is_shown_as_such_and_loses_nothing(
    qtbot: QtBot, attack: Attack, open_window: OpenWindow
) -> None:
    case = attack.found(
        Set("title", "Un", []), NEWER, Set("zodiac", MARKUP, []), Add("seals", MARKUP, []), Write("diary", MARKUP)
    )
    submarine = attack.record(case, Create("submarine"), Set("name", MARKUP, []), NEWER)
    person = attack.record(case, Create("person"), Set("name", "P", []), NEWER)
    victim = attack.dakar.open()
    assert attack.deliver(victim).refused == 0
    assert not victim.show(submarine).known
    assert victim.show(case).unknown_operations == 1
    window = open_window(attack.dakar)
    window.session.set_connected(False)
    space = workspace(window)
    for record in (case, person, submarine):
        space.open_record(record, "case")
        for tab in ("summary", "subjects", "details", "history"):
            space.records().detail.show_tab(tab)
            qtbot.wait(30)
            assert faults(window) == []
        space.records().detail.show_tab("summary" if record == case else "details")
        qtbot.wait(30)
        cards = [card for card in space.records().detail.findChildren(NewerCard) if card.isVisible()]
        assert cards, record
        words = "\n".join(strip_isolates(card.sentence.text() + card.unknown.text()) for card in cards)
        assert "newer version" in words or "does not know" in words
        if record == case:
            assert MARKUP.split("&", maxsplit=1)[0] in words
    assert victim.edit(case, "title", "Deux").records, "the rest of the record can be worked on"
    assert victim.show(case).unknown_operations == 1
    assert victim.verify().ok


def test_what_a_later_version_wrote_is_relayed_byte_for_byte_to_a_desk_that_knows_it(attack: Attack) -> None:
    case = attack.found(Set("title", "Un", []), NEWER)
    victim = attack.dakar.open()
    attack.deliver(victim)
    bodies = "SELECT body_of(n, body) FROM changes ORDER BY n"
    sent = [row[0] for row in attack.hostile._connection.database.all(bodies)]
    kept = [row[0] for row in victim._connection.database.all(bodies)]
    assert kept == sent
    assert NEWER.raw in kept[0]
    assert case


def test_an_operation_that_was_not_known_counts_once_the_desk_is_upgraded(attack: Attack) -> None:
    case = attack.found(Set("title", "Un", []), Add("countries", "SN", []))
    attack.send()
    victim = attack.dakar.open()
    with without("add"):
        attack.deliver(victim)
        assert victim.show(case).unknown_operations == 1
        assert "countries" not in victim.show(case).fields
    replayed = replay(victim._connection.database, 1, lambda *_: False)
    assert list(replayed.states[bytes.fromhex(case)].sets["countries"]) == ["SN"]
    attack.dakar.close()
    report = attack.dakar.opening.salvage(attack.dakar.home, PASSPHRASE, replace=True)
    assert (report.records, report.lost_segments, report.lost_own) == (1, 0, 0)
    upgraded = attack.dakar.open()
    assert upgraded.show(case).fields["countries"].elements == ("SN",)
    assert upgraded.show(case).unknown_operations == 0


def test_a_field_and_a_type_that_were_not_known_are_there_once_the_desk_is_upgraded(
    attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = attack.found(Set("title", "Un", []), Set("zodiac", "lion", []))
    submarine = attack.record(case, Create("submarine"), Set("name", "Étoile", []))
    attack.deliver(attack.dakar.open())
    attack.dakar.close()
    with monkeypatch.context() as newer:
        newer.setattr(RecordTypes, "load", classmethod(lambda _cls: with_news()))
        upgraded = attack.dakar.open()
        field = upgraded.show(case).fields["zodiac"]
        assert (field.value, field.known) == ("lion", True)
        assert upgraded.show(submarine).known
        assert upgraded.show(submarine).fields["name"].value == "Étoile"
        assert upgraded.edit(submarine, "name", "Étoile II").records
        assert [row.title for row in upgraded.rows(upgraded.query(Query(type="submarine")))] == ["Étoile II"]


def with_news() -> RecordTypes:
    """The record types of a later version: cases have a sign, and there are submarines."""
    types = dict(SHIPPED)
    sign = Field("zodiac", "line", "Sign", max_length=100)
    old = types["case"]
    types["case"] = RecordType(
        old.name, old.label_id, old.plural_id, old.icon, {**old.fields, "zodiac": sign}, old.roles
    )
    name = Field("name", "line", "Name", max_length=100, role="title")
    types["submarine"] = RecordType("submarine", "Submarine", "Submarines", "ship", {"name": name}, {"title": name})
    return RecordTypes(types)


SHIPPED = RecordTypes.load()
