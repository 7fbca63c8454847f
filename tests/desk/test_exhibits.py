"""Exhibits of a desk: files read in whatever they are called, their numbers, their chain, and what is refused."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from desktop.casework.evidence_report import report_html, report_text
from desktop.casework.evidence_views import Handover
from desktop.casework.views import Query
from desktop.desk import Desk
from desktop.desk.intake import Found, look_into, read_in
from desktop.refusals import Refused
from sync.wire.chunks import CHUNK_PLAIN

NOTHING = Handover()


@pytest.fixture
def case(desk: Desk) -> str:
    return desk.new_case({"title": "Nord", "tlp": "TLP:AMBER+STRICT"}).record


def file_at(path: Path, data: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data or os.urandom(64))
    return path


def blobs_of(desk: Desk) -> list[Path]:
    folder = desk.store.home / "blobs"
    return list(folder.iterdir()) if folder.exists() else []


def test_a_file_becomes_an_exhibit_with_number_hash_kind_and_first_entry(desk: Desk, case: str, tmp_path: Path) -> None:
    path = file_at(tmp_path / "a.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 50)
    made = desk.add_exhibit(case, path, {}, Handover(why="Found in the port", place="Dakar")).record
    (row,) = desk.rows([made])
    (file,) = desk.files(made)
    fields = desk.show(made).fields
    assert row.reference == f"{desk.rows([case])[0].reference}/E-001"
    assert (row.title, row.status, row.assignee, row.tlp) == ("a.jpg", "held", "Awa Diop", "TLP:AMBER+STRICT")
    assert (fields["sha256"].value, fields["content"].value) == (file.sha256, "image/jpeg")
    chain = desk.custody(made)
    assert chain.whole
    (entry,) = chain.steps
    assert (entry.action, entry.sha256, entry.why, entry.place) == (
        "entered",
        file.sha256,
        "Found in the port",
        "Dakar",
    )
    assert (entry.author.mine, entry.fingerprint) == (True, desk.fingerprint())


def test_numbers_follow_each_other_and_pass_over_one_that_was_given_by_hand(
    desk: Desk, case: str, tmp_path: Path
) -> None:
    first = desk.add_exhibit(case, None, {"title": "Knife"}, NOTHING).record
    stem = desk.rows([first])[0].reference.removesuffix("001")
    desk.add_exhibit(case, None, {"title": "Rope", "number": f"{stem}002"}, NOTHING)
    third = desk.add_exhibit(case, None, {"title": "Bag"}, NOTHING).record
    assert desk.rows([third])[0].reference == f"{stem}003"
    assert desk.show(third).fields["exhibit_kind"].value == "physical"


def test_however_an_exhibit_or_an_entry_is_added_it_has_its_number_and_its_place_in_the_chain(
    desk: Desk, case: str
) -> None:
    made = desk.new_record("exhibit", case, {"title": "Knife", "description": "Long"}).record
    assert desk.rows([made])[0].reference.endswith("/E-001")
    assert desk.show(made).fields["description"].text == "Long"
    values = {"exhibit": made, "action": "sealed", "title": "Transport", "seal": "S-1"}
    desk.new_record("custody", case, values)
    chain = desk.custody(made)
    assert (chain.whole, chain.status, chain.steps[-1].why) == (True, "sealed", "Transport")
    with pytest.raises(Refused, match="custody_sealed_twice"):
        desk.new_record("custody", case, values)


def test_an_entry_moves_the_exhibit_and_what_does_not_fit_is_refused(desk: Desk, case: str) -> None:
    made = desk.add_exhibit(case, None, {"title": "Knife"}, NOTHING).record
    desk.custody_step(made, "sealed", Handover(seal="S-1"))
    assert desk.rows([made])[0].status == "sealed"
    assert desk.show(made).fields["seal"].value == "S-1"
    for action, said, code in (
        ("examined", NOTHING, "custody_examined_sealed"),
        ("sealed", Handover(seal="S-2"), "custody_sealed_twice"),
        ("unsealed", Handover(seal="S-2"), "custody_seal_differs"),
        ("received", NOTHING, "custody_nothing_open"),
        ("examined", Handover(at="2001-01-01T10:00:00+00:00"), "custody_time_back"),
    ):
        with pytest.raises(Refused) as refused:
            desk.custody_step(made, action, said)
        assert refused.value.code == code
    desk.custody_step(made, "unsealed", Handover(seal="S-1"))
    desk.custody_step(made, "transferred", Handover(to="A. Rossi", ministry="IT"))
    with pytest.raises(Refused, match="custody_not_addressee"):
        desk.custody_step(made, "received", NOTHING)
    desk.custody_step(made, "declined", Handover(why="He did not come"))
    desk.custody_step(made, "returned", NOTHING)
    assert desk.rows([made])[0].status == "returned"
    with pytest.raises(Refused, match="custody_after_end"):
        desk.custody_step(made, "examined", NOTHING)
    assert [step.action for step in desk.custody(made).steps] == [
        "entered", "sealed", "unsealed", "transferred", "declined", "returned",
    ]  # fmt: skip


def test_an_entry_that_was_changed_moved_or_binned_still_says_what_it_said(desk: Desk, case: str) -> None:
    made = desk.add_exhibit(case, None, {"title": "Knife"}, NOTHING).record
    other = desk.add_exhibit(case, None, {"title": "Rope"}, NOTHING).record
    desk.custody_step(made, "examined", Handover(why="Prints"))
    last = desk.custody(made).steps[-1].id
    desk.edit(last, "title", "Nothing")
    desk.edit(last, "exhibit", other)
    desk.delete(last)
    chain = desk.custody(made)
    assert (chain.steps[-1].why, chain.steps[-1].id) == ("Prints", last)
    assert [finding.code for finding in chain.findings] == ["altered", "deleted"]
    assert chain.findings[0].about == "exhibit, title"
    assert desk.custody(other).whole


def test_the_same_content_is_not_taken_in_twice(desk: Desk, case: str, tmp_path: Path) -> None:
    desk.add_exhibit(case, file_at(tmp_path / "a", b"same"), {}, NOTHING)
    before = len(blobs_of(desk))
    with pytest.raises(Refused, match="same_exhibit"):
        desk.add_exhibit(case, file_at(tmp_path / "b", b"same"), {}, NOTHING)
    assert len(blobs_of(desk)) == before
    another = desk.new_case({"title": "Other"}).record
    assert desk.add_exhibit(another, tmp_path / "b", {}, NOTHING).records


def test_a_file_of_the_case_becomes_an_exhibit_and_is_not_doubled(desk: Desk, case: str, tmp_path: Path) -> None:
    desk.attach(case, file_at(tmp_path / "a.bin", b"content"))
    (file,) = desk.files(case)
    made = desk.exhibit_of_file(case, file.id, NOTHING).record
    assert desk.files(case) == []
    assert [each.id for each in desk.files(made)] == [file.id]
    assert [(move.id, move.record) for move in desk.moves()] == [(file.id, made)]
    assert desk.custody(made).whole


def test_a_file_that_is_taken_out_of_its_exhibit_shows_in_the_chain(desk: Desk, case: str, tmp_path: Path) -> None:
    made = desk.add_exhibit(case, file_at(tmp_path / "a", b"one"), {}, NOTHING).record
    desk.remove_file(made, desk.files(made)[0].id)
    desk.attach(made, file_at(tmp_path / "b", b"two"))
    assert [finding.code for finding in desk.custody(made).findings] == ["file_gone", "file_added"]


@pytest.mark.parametrize(
    "name", ["evil\u202egpj.exe", "CON", "…" * 80, "a\nb", "<b>x</b>.txt", "-rf", "%s%n", "x.txt\u2028y"]
)
def test_whatever_a_file_is_called_it_is_taken_in_and_its_name_is_text(
    desk: Desk, case: str, tmp_path: Path, name: str
) -> None:
    made = desk.add_exhibit(case, file_at(tmp_path / "in" / name), {}, NOTHING).record
    (file,) = desk.files(made)
    assert "\n" not in file.name
    assert "\u202e" not in file.name
    assert all(set(each.name) <= set("0123456789abcdef.m") for each in blobs_of(desk))
    page = report_html(desk.custody_report(case))
    assert "<b>x" not in page
    assert "\u202e" not in page + report_text(desk.custody_report(case))


def test_links_pipes_devices_and_what_cannot_be_read_are_named_and_nothing_is_left(
    desk: Desk, case: str, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    secret = file_at(tmp_path / "secret")
    file_at(folder / "good.txt", b"good")
    (folder / "link").symlink_to(secret)
    (folder / "away").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    found = {each.path.name: each.code for each in look_into([folder])}
    assert found == {
        "good.txt": "", "link": "file_is_link", "away": "file_is_link", "pipe": "file_unreadable",
    }  # fmt: skip
    for name, code in (("link", "file_is_link"), ("pipe", "file_unreadable"), ("none", "file_unreadable")):
        with pytest.raises(Refused, match=code):
            desk.add_exhibit(case, folder / name, {}, NOTHING)
    with pytest.raises(Refused, match="file_unreadable"):
        desk.add_exhibit(case, Path("/dev/zero"), {}, NOTHING)
    with pytest.raises(Refused, match="file_unreadable"):
        desk.add_exhibit(case, folder, {}, NOTHING)
    assert blobs_of(desk) == []
    assert desk.query(Query(type="exhibit", space=case)) == []


def test_a_folder_that_cannot_be_read_is_said_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_at(tmp_path / "in" / "a" / "x")
    file_at(tmp_path / "in" / "b" / "y")
    iterate = Path.iterdir

    def refuse(path: Path) -> object:
        if path.name == "a":
            raise PermissionError(13, "denied")
        return iterate(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert [(each.path.name, each.code) for each in look_into([tmp_path / "in"])] == [
        ("a", "folder_unreadable"),
        ("y", ""),
    ]


@pytest.mark.parametrize("harm", ["longer", "shorter", "rewritten"])
def test_a_file_that_changes_while_it_is_read_is_said_and_not_taken_in(
    desk: Desk, case: str, tmp_path: Path, harm: str
) -> None:
    path = file_at(tmp_path / "log", os.urandom(3 * CHUNK_PLAIN))
    done: list[int] = []

    def tell(count: int) -> None:
        if not done:
            time.sleep(0.01)  # the file system's own clock
            with path.open("r+b") as stream:
                stream.seek(0 if harm == "rewritten" else 3 * CHUNK_PLAIN)
                if harm == "shorter":
                    stream.truncate(2 * CHUNK_PLAIN)
                else:
                    stream.write(b"more")
        done.append(count)

    with pytest.raises(Refused, match="file_changed"):
        read_in(desk.blobs, desk.exhibit_place(case).file, path, tell)
    assert len(done) > 1
    assert blobs_of(desk) == []


def test_a_file_that_is_removed_half_way_is_read_to_its_end_or_said(desk: Desk, case: str, tmp_path: Path) -> None:
    path = file_at(tmp_path / "film", os.urandom(2 * CHUNK_PLAIN))
    taken = read_in(desk.blobs, desk.exhibit_place(case).file, path, lambda _: path.unlink(missing_ok=True))
    assert taken.file.blob.size == 2 * CHUNK_PLAIN


def test_what_ends_the_work_leaves_nothing(desk: Desk, case: str, tmp_path: Path) -> None:
    def stop(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.add_exhibit(case, file_at(tmp_path / "film", os.urandom(2 * CHUNK_PLAIN)), {}, NOTHING, stop)
    assert blobs_of(desk) == []
    assert desk.query(Query(type="exhibit", space=case)) == []


def test_a_damaged_file_is_loud_in_check_and_report(desk: Desk, case: str, tmp_path: Path) -> None:
    made = desk.add_exhibit(case, file_at(tmp_path / "a", os.urandom(5_000)), {}, NOTHING).record
    assert desk.custody_report(case, check=True).whole
    (sealed,) = [each for each in blobs_of(desk) if each.suffix != ".m"]
    data = bytearray(sealed.read_bytes())
    data[99] ^= 1
    sealed.write_bytes(data)
    report = desk.custody_report(case, [made], check=True)
    assert not report.whole
    assert report.exhibits[0].files[0].state == "damaged"
    assert "IT IS NOT WHAT WAS TAKEN IN" in report_text(report)
    assert desk.custody_report(case, check=True).exhibits[0].files[0].state == "absent"


def test_what_is_new_in_a_folder_is_known_by_place_size_and_time(desk: Desk, case: str, tmp_path: Path) -> None:
    path = file_at(tmp_path / "in" / "a", b"one")
    (found,) = look_into([tmp_path / "in"])
    assert desk.is_new_file(case, found)
    desk.note_taken(case, found)
    assert not desk.is_new_file(case, found)
    assert desk.is_new_file("ab" * 16, found)
    assert desk.is_new_file(case, Found(path, found.size, found.mtime_ns + 1))


def test_a_report_names_each_entry_with_desk_fingerprint_and_time_in_two_scripts(desk: Desk, case: str) -> None:
    made = desk.add_exhibit(case, None, {"title": "سكين"}, Handover(why="<script>alert(1)</script>")).record
    report = desk.custody_report(case, [made])
    page, text = report_html(report), report_text(report)
    for each in (page, text):
        assert desk.fingerprint() in each
        assert "Dakar 1" in each
        assert "سكين" in each
    assert "<script" not in page
    assert "&lt;script&gt;" in page
