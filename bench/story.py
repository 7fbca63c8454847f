"""`make run`: an alliance on loopback, three desks, 300 invented cases, and one edit's way from Dakar to Abu Dhabi.

With a display it opens the officer's desk and leaves the rest to whoever sits there. Without one it plays the story on
Qt's offscreen platform, writes pictures of both desks and a transcript to out/run/, and exits 0 only if each step held.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.alliance import PASSPHRASE, Alliance
from bench.strings import Strings
from bench.world import InventedCase, invent
from desktop.desk import Opening

OUT = Path("out/run")
CASES = 300
OFFICER = ("SN", "Cne A. Diop", "Dakar 1", "fr", {"theme": "light"})
ANALYST = ("AE", "م. فاطمة العامري", "أبوظبي 1", "ar", {"theme": "dark"})
ROME = ("IT", "Isp. G. Conti", "Roma 1", "it", {"theme": "light"})

TITLE = "Réseau de passeurs — ligne Ziguinchor / Cadix"
SUSPECT = "يوسف بن علي"
SUSPECT_LATIN = "Youssef Benali"
SUMMARY = (
    "Départs de nuit depuis l’embouchure du fleuve ; deux pirogues repérées les 17 et 21 novembre. "
    "Le passeur appelle du +221 77 482 19 05 ; le logeur de Cadix reste à identifier."
)
LEAD_OFFICER = "Cne A. Diop"
LEAD_ANALYST = "م. فاطمة العامري"


class Transcript:
    """Prints each step as it holds, and keeps what was printed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "transcript.txt").open("w", encoding="utf-8")

    def say(self, text: str) -> None:
        """Say something about what comes."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        self._file.write(text + "\n")
        self._file.flush()

    def holds(self, what: str, holds: bool, detail: object = "") -> None:
        """Say that a step held; raises SystemExit if it did not."""
        if not holds:
            self.say(f"FAILED  {what}  {detail}")
            raise SystemExit(1)
        self.say(f"held    {what}")


def tell_cases(alliance: Alliance, homes: dict[str, Path], cases: list[InventedCase]) -> None:
    """Write the invented cases on the desks: each on its own ministry's where it has one, else in Abu Dhabi."""
    for code, home in homes.items():
        desk, connection = alliance.open(home)
        desk.sync_once()
        own = [case for case in cases if case.ministry == code or (code == "AE" and case.ministry not in homes)]
        with connection.transaction():
            for case in own:
                record = desk.new_case(case.values).record
                for person in case.persons:
                    desk.new_record("person", record, person.values)
        desk.sync_once()
        desk.close()
    for home in homes.values():
        desk, _ = alliance.open(home)
        desk.sync_once()
        desk.confirm_enrolment()  # each officer has compared by whom
        desk.close()


@contextmanager
def stage(folder: Path, transcript: Transcript) -> Iterator[tuple[Alliance, Path, Path]]:
    """The secretariat, the members, the desks with their cases; gives the officer's and the analyst's homes."""
    with Alliance(folder / "alliance", Opening()) as alliance:
        homes = {each[0]: alliance.set_up(*each[:4]) for each in (OFFICER, ANALYST, ROME)}
        transcript.say(f"        secretariat at {alliance.secretariat.url}, seven members, three desks enrolled")
        tell_cases(alliance, homes, invent(CASES))
        transcript.say(f"        {CASES} invented cases in five languages, on all three desks")
        yield alliance, homes["SN"], homes["AE"]


def play(alliance: Alliance, officer_home: Path, analyst_home: Path, transcript: Transcript) -> None:
    """Steps (a) to (e)."""
    case = unplugged(alliance, officer_home, transcript)
    alliance.secretariat.start()
    with Strings(officer_home, OUT / "officer.log") as officer, Strings(analyst_home, OUT / "analyst.log") as analyst:
        enter(officer, OFFICER[4])
        connection_returns(officer, case, transcript)
        enter(analyst, ANALYST[4])
        analyst_sees(analyst, case, transcript)
        both_edit(officer, analyst, case, transcript)
    alliance.secretariat.stop()
    nothing_in_the_plain(alliance, transcript)


def enter(window: Strings, look: Mapping[str, object]) -> None:
    """Unlock and take on the desk's look."""
    window.tell("look", **look)
    window.tell("unlock", passphrase=PASSPHRASE)


def unplugged(alliance: Alliance, home: Path, transcript: Transcript) -> str:
    """(a) Offline, the officer opens a case; the process is killed; nothing is missing."""
    alliance.secretariat.kill()
    officer = Strings(home, OUT / "officer.log")
    officer.tell("look", **OFFICER[4])
    officer.tell("picture", path=str(OUT / "a0_unlock_officer.png"))
    officer.tell("unlock", passphrase=PASSPHRASE)
    case = str(officer.tell("new_case", title=TITLE))
    officer.tell("add_person", name=SUSPECT_LATIN, name_original=SUSPECT)
    officer.tell("open_case", record=case)
    officer.tell("write_summary", text=SUMMARY)
    officer.tell("picture", path=str(OUT / "a1_offline_officer.png"))
    before = officer.tell("state", record=case)
    officer.kill()
    transcript.holds("(a) the officer's desk was killed (SIGKILL) right after the last word", holds=True)
    with Strings(home, OUT / "officer.log") as again:
        enter(again, OFFICER[4])
        again.tell("open_case", record=case)
        after = again.tell("state", record=case)
        again.tell("picture", path=str(OUT / "a2_restarted_officer.png"))
        again.tell("show", page="sync")
        again.tell("picture", path=str(OUT / "a3_queue_officer.png"))
    values, people = after["values"], after["people"]
    transcript.holds("(a) after the restart the title is there", values["title"] == [TITLE], values)
    transcript.holds("(a) the person with a name in Arabic script is there", people[0]["name_original"] == [SUSPECT])
    transcript.holds("(a) the summary is there, to the last word", values["summary"] == [SUMMARY], values)
    transcript.holds("(a) nothing else moved", (before["values"], before["people"]) == (values, people))
    transcript.holds("(a) all of it waits to be sent", after["unsent"] > 0 and after["phase"] != "online", after)
    return case


def connection_returns(officer: Strings, case: str, transcript: Transcript) -> None:
    """(b) The connection returns and the desk syncs by itself."""
    officer.tell("open_case", record=case)
    officer.tell("wait_for", unsent=0, online=True)
    transcript.holds("(b) the connection returned and the desk sent everything by itself", holds=True)
    officer.tell("picture", path=str(OUT / "b1_online_officer.png"))


def analyst_sees(analyst: Strings, case: str, transcript: Transcript) -> None:
    """(c) The analyst sees the case in an Arabic window."""
    analyst.tell("wait_for", record=case)
    state = analyst.tell("state", record=case)
    transcript.holds("(c) the analyst's desk has the case", state["values"]["title"] == [TITLE], state)
    transcript.holds("(c) with its summary", state["values"]["summary"] == [SUMMARY], state)
    transcript.holds("(c) with its person", state["people"][0]["name_original"] == [SUSPECT], state)
    transcript.holds("(c) beside the other cases", state["cases"] == CASES + 1, state["cases"])
    found = analyst.tell("find", text="ziguinch")
    transcript.holds("(c) and finds it by typing a word of its title", found >= 1, found)
    analyst.tell("clear_find")
    analyst.tell("open_case", record=case)
    analyst.tell("picture", path=str(OUT / "c1_case_analyst.png"))
    analyst.tell("show", page="cases", tab="subjects")
    analyst.tell("picture", path=str(OUT / "c2_people_analyst.png"))
    analyst.tell("show", page="cases", tab="details")
    analyst.tell("picture", path=str(OUT / "c3_details_analyst.png"))


def both_edit(officer: Strings, analyst: Strings, case: str, transcript: Transcript) -> None:
    """(d) Both edit one field offline; both show the same conflict; the analyst resolves; both agree."""
    for window, value in ((officer, LEAD_OFFICER), (analyst, LEAD_ANALYST)):
        window.tell("connect_desk", on=False)
        window.tell("open_case", record=case)
        window.tell("edit_line", field="lead", text=value)
    for window in (officer, analyst):
        window.tell("connect_desk", on=True)
    expected = [["lead", sorted([LEAD_OFFICER, LEAD_ANALYST])]]
    for name, window, other in (("officer", officer, LEAD_ANALYST), ("analyst", analyst, LEAD_OFFICER)):
        window.tell("wait_for", record=case, field="lead", value=other)
        conflicts = window.tell("state", record=case)["conflicts"]
        transcript.holds(f"(d) the {name}'s desk shows the conflict with both values", conflicts == expected, conflicts)
        window.tell("show", page="cases", tab="summary")
        window.tell("picture", path=str(OUT / f"d1_conflict_{name}.png"))
        window.tell("show", page="conflicts")
        window.tell("picture", path=str(OUT / f"d2_compare_{name}.png"))
    analyst.tell("resolve", field="lead", value=LEAD_OFFICER)
    analyst.tell("wait_for", unsent=0)
    officer.tell("wait_for", record=case, field="lead", value=LEAD_OFFICER)
    until_agreed(officer, case)
    states = [window.tell("state", record=case) for window in (officer, analyst)]
    transcript.holds("(d) the analyst resolved; neither desk has a conflict", not any(s["conflicts"] for s in states))
    transcript.holds("(d) both desks agree on every field", states[0]["values"] == states[1]["values"], states)
    for name, window in (("officer", officer), ("analyst", analyst)):
        window.tell("show", page="cases", tab="history")
        window.tell("picture", path=str(OUT / f"d3_history_{name}.png"))
        window.tell("show", page="settings")
        window.tell("picture", path=str(OUT / f"d4_settings_{name}.png"))


def until_agreed(window: Strings, case: str) -> None:
    """Wait for the decision to arrive: the officer's own value stood there before it, beside the other."""
    for _ in range(300):
        if not window.tell("state", record=case)["conflicts"]:
            return
    raise SystemExit("the decision never arrived")


def nothing_in_the_plain(alliance: Alliance, transcript: Transcript) -> None:
    """(e) The server's files hold no byte of the plain text; names of officers are in certificates, which it sees."""
    markers = [TITLE, SUSPECT, SUSPECT_LATIN, SUMMARY[:24], "+221 77 482 19 05", "Ziguinchor"]
    markers += [str(case.values["title"]) for case in invent(CASES)]
    files = [file for file in alliance.secretariat.data.rglob("*") if file.is_file()] + [alliance.secretariat.log]
    found = [
        (file.name, marker)
        for file in files
        for marker in markers
        for coded in (marker.encode(), marker.encode("utf-16-le"), json.dumps(marker)[1:-1].encode())
        if coded in file.read_bytes()
    ]
    size = sum(file.stat().st_size for file in files)
    what = f"(e) {len(files)} files of the server, {size:,} bytes: none of {len(markers)} plain texts in them"
    transcript.holds(what, not found, found)


def sit_down(officer_home: Path, analyst_home: Path) -> int:
    """Open the officer's window, and say how to open the other one."""
    sys.stdout.write(
        f"\n  The officer's desk opens now. Passphrase: {PASSPHRASE}\n"
        f"  The analyst's desk, from this terminal's sibling: tahaluf --home {analyst_home}\n"
        f"  The chip at the top cuts and restores the connection. Closing the window ends everything.\n\n"
    )
    command = [sys.executable, "-m", "desktop.cli", "--home", str(officer_home)]
    return subprocess.run(command, check=False, env=dict(os.environ)).returncode


def main() -> int:
    """Sit down at the desk where there is a display, else play the story."""
    shutil.rmtree(OUT, ignore_errors=True)
    transcript = Transcript(OUT)
    with (
        tempfile.TemporaryDirectory(prefix="tahaluf-run-") as folder,
        stage(Path(folder), transcript) as (alliance, officer, analyst),
    ):
        if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            return sit_down(officer, analyst)
        play(alliance, officer, analyst, transcript)
    transcript.say(f"        pictures and transcript in {OUT}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
