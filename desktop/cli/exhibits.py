"""Commands on exhibits: taken in, handed over, confirmed, sealed, checked and reported."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from desktop.casework.evidence_chain import Custody
from desktop.casework.evidence_report import CustodyReport, people, report_html, report_text
from desktop.casework.evidence_views import Handover
from desktop.casework.evidence_words import finding_text, status_text
from desktop.casework.views import Query
from desktop.cli.desks import opened
from desktop.cli.output import complain, dump, say
from desktop.cli.setup import Found
from desktop.desk import Desk, Opening
from desktop.desk.intake import OF_ONE_FILE, look_into
from desktop.files import write_private
from desktop.messages import describe
from desktop.refusals import Refused
from i18n import ngettext
from i18n.bidi import one_line
from i18n.formats import number

_ACTIONS = {
    "transfer": "transferred",
    "confirm": "received",
    "decline": "declined",
    "examine": "examined",
    "seal": "sealed",
    "unseal": "unsealed",
    "return": "returned",
    "destroy": "destroyed",
}
STEPS = tuple(_ACTIONS)


def exhibit(options: argparse.Namespace, opening: Opening) -> None:
    """`exhibit add`, `list`, `show`, `check`, `report`, and one command for each kind of entry."""
    with opened(options, opening) as desk:
        if options.action in _ACTIONS:
            _step(options, desk)
        else:
            {"add": _add, "list": _list, "show": _show, "check": _check, "report": _report}[options.action](
                options, desk
            )


def _add(options: argparse.Namespace, desk: Desk) -> None:
    values = {"title": options.title} if options.title else {}
    added: list[dict[str, str]] = []
    refused: list[dict[str, str]] = []
    said = Handover(why=options.why, place=options.place)
    if not options.files:
        added.append(_row(desk, desk.add_exhibit(options.space, None, values, said).record))
    for found in look_into(options.files):
        if options.new and not found.code and not desk.is_new_file(options.space, found):
            continue
        try:
            if found.code:
                raise Refused(found.code, path=str(found.path))
            added.append(_row(desk, desk.add_exhibit(options.space, found.path, values, said).record))
            desk.note_taken(options.space, found)
        except Refused as wrong:
            if wrong.code not in OF_ONE_FILE:
                raise
            if wrong.code == "same_exhibit":
                desk.note_taken(options.space, found)
            text = describe(wrong.code, wrong.params)
            refused.append({"path": str(found.path), "error": wrong.code, "message": text})
    if options.json:
        dump({"exhibits": added, "refused": refused})
    for row in () if options.json else added:
        say(f"{row['record']}  {row['number']}  {one_line(row['title'], 60)}")
    for each in refused:
        complain(each["message"])
    if refused:
        raise Found


def _row(desk: Desk, record: str) -> dict[str, str]:
    (row,) = desk.rows([record])
    fields = desk.show(record).fields
    sha256 = fields["sha256"].value if "sha256" in fields else ""
    return {"record": record, "number": row.reference, "title": row.title, "sha256": str(sha256 or "")}


def _step(options: argparse.Namespace, desk: Desk) -> None:
    said = Handover(
        why=options.why,
        to=getattr(options, "to", ""),
        ministry=getattr(options, "ministry", ""),
        at=options.at,
        place=options.place,
        seal=getattr(options, "number", ""),
        previous=options.previous,
    )
    desk.custody_step(options.exhibit, _ACTIONS[options.action], said)
    _tell(options, desk, desk.custody(options.exhibit))


def _show(options: argparse.Namespace, desk: Desk) -> None:
    chain = desk.custody(options.exhibit)
    _tell(options, desk, chain)
    if chain.findings:
        raise Found


def _tell(options: argparse.Namespace, desk: Desk, chain: Custody) -> None:
    if options.json:
        findings = [{**msgspec.to_builtins(one), "text": finding_text(one)} for one in chain.findings]
        dump({**msgspec.to_builtins(chain), "whole": chain.whole, "findings": findings})
        return
    space = desk.show(chain.exhibit).space
    say(report_text(desk.custody_report(space, [chain.exhibit])).rstrip("\n"))


def _list(options: argparse.Namespace, desk: Desk) -> None:
    rows = desk.rows(desk.query(Query(type="exhibit", space=options.space, order="reference")))[::-1]
    if options.json:
        dump({"exhibits": rows})
        return
    for row in rows:
        who = people((row.assignee,))
        say(f"{row.id}  {row.reference}  {status_text(row.status)}  {who}  {one_line(row.title, 60)}")
    say(ngettext("{n} exhibit", "{n} exhibits", len(rows)).format(n=number(len(rows))))


def _check(options: argparse.Namespace, desk: Desk) -> None:
    _write(options, desk.custody_report(options.space, options.exhibits or None, check=True))


def _report(options: argparse.Namespace, desk: Desk) -> None:
    _write(options, desk.custody_report(options.space, options.exhibits or None, check=options.check))


def _write(options: argparse.Namespace, report: CustodyReport) -> None:
    target: Path | None = getattr(options, "file", None)
    if target is not None:
        page = target.suffix.casefold() in (".html", ".htm")
        try:
            write_private(target, (report_html(report) if page else report_text(report)).encode())
        except OSError as wrong:
            raise Refused("file_unwritable", path=str(target)) from wrong
    if options.json:
        dump({**msgspec.to_builtins(report), "whole": report.whole})
    elif target is None:
        say(report_text(report).rstrip("\n"))
    if not report.whole:
        raise Found
