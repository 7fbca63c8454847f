"""The custody report of a case: each exhibit with its hashes and every entry of its chain, as words, text and HTML.

The HTML is our own from the first sign to the last: data from outside is escaped and isolated in its own direction,
and nothing in it names an address, a picture or a script.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import msgspec

from desktop.casework.evidence_chain import Custody, CustodyStep
from desktop.casework.evidence_kind import kind_label
from desktop.casework.evidence_words import action_text, file_state_text, finding_text, status_text
from desktop.casework.handling import Marking, code_line, combine
from desktop.casework.views import Author
from i18n import _, current, ngettext
from i18n.bidi import isolate, ltr, one_line, strip_isolates
from i18n.direction import is_rtl
from i18n.formats import local_time, number, size

UNSAID = "—"  # stands where an entry gives no reason
_LINE = 400  # characters of what a report says in one line


class FilePart(msgspec.Struct, frozen=True):
    """A file of an exhibit. `state`: whole, damaged, absent (not on this desk), unchecked."""

    id: str
    name: str
    size: int
    sha256: str
    kind: str  # by its content
    state: str
    disagrees: bool = False  # its name says another kind


class ExhibitPart(msgspec.Struct, frozen=True):
    """An exhibit with its chain and its files."""

    id: str
    number: str
    title: str
    tlp: str
    handling: tuple[str, ...]
    custody: Custody
    files: tuple[FilePart, ...]


class CustodyReport(msgspec.Struct, frozen=True):
    """What a custody report holds; the `--json` of `tahaluf exhibit report`."""

    case: str  # reference
    title: str
    at_ms: int
    by: Author
    fingerprint: str
    exhibits: tuple[ExhibitPart, ...]

    @property
    def whole(self) -> bool:
        """Whether every chain fits and no file that was read is damaged."""
        return all(each.custody.whole and all(file.state != "damaged" for file in each.files) for each in self.exhibits)

    @property
    def marking(self) -> Marking:
        """The strictest marking of what is in it."""
        return combine(Marking(each.tlp, each.handling) for each in self.exhibits)


def report_text(report: CustodyReport) -> str:
    """The report as plain text."""
    return "\n".join(strip_isolates(line) for line in _text_lines(report)) + "\n"


def _text_lines(report: CustodyReport) -> Iterator[str]:
    yield _heading(report)
    yield code_line(report.marking)
    yield from _facts(report)
    for part in report.exhibits:
        yield ""
        yield _exhibit_line(part)
        for name, value in _standing(part):
            yield "  " + _("{name}: {value}").format(name=name, value=value)
        for file in part.files:
            yield f"  {_file_line(file)}"
            yield f"    SHA-256 {file.sha256}"
            yield f"    {file_state_text(file.state)}"
        for place, step in enumerate(part.custody.steps, 1):
            yield f"  {number(place)}. " + " · ".join(_entry(step))
            yield "     " + " · ".join(_signature(step))
        for finding in part.custody.findings:
            yield f"  ! {finding_text(finding)}"


def report_html(report: CustodyReport) -> str:
    """The report as one HTML document without anything active."""
    rows = "".join(f"<p>{escape(line)}</p>" for line in _facts(report))
    body = "".join(map(_exhibit_html, report.exhibits))
    direction = "rtl" if is_rtl() else "ltr"
    return (
        f'<!DOCTYPE html><html lang="{escape(current().language)}" dir="{direction}"><head><meta charset="utf-8">'
        f"<title>{escape(strip_isolates(_heading(report)))}</title></head><body>"
        f"<p><b>{escape(code_line(report.marking))}</b></p><h1>{escape(_heading(report))}</h1>{rows}{body}</body></html>"
    )


def _exhibit_html(part: ExhibitPart) -> str:
    said = [_("{name}: {value}").format(name=name, value=value) for name, value in _standing(part)]
    facts = "".join(f"<p>{escape(line)}</p>" for line in said)
    files = "".join(
        f"<p>{escape(_file_line(file))}<br><code>SHA-256 {escape(file.sha256)}</code><br>"
        f"{escape(file_state_text(file.state))}</p>"
        for file in part.files
    )
    rows = [[f"<th>{escape(each)}</th>" for each in (_("No."), _("Entry"), _("Signed by"))]]
    for place, step in enumerate(part.custody.steps, 1):
        cells = (escape(number(place)), _cell(_entry(step)), _cell(_signature(step)))
        rows.append([f"<td>{cell}</td>" for cell in cells])
    lines = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    findings = "".join(f"<p><b>{escape(finding_text(each))}</b></p>" for each in part.custody.findings)
    table = f'<table border="1" cellspacing="0" cellpadding="4" width="100%">{lines}</table>'
    return f"<h2>{escape(_exhibit_line(part))}</h2>{facts}{files}{findings}{table}"


def _cell(lines: list[str]) -> str:
    return "<br>".join(escape(line) for line in lines)


def _heading(report: CustodyReport) -> str:
    return _("Custody report: {case}").format(case=ltr(one_line(report.case, 80)))


def _facts(report: CustodyReport) -> list[str]:
    by, when = report.by, local_time(report.at_ms)
    time = ltr(when.isoformat(" ", "seconds") if when is not None else "")
    who = one_line(f"{by.officer}, {by.ministry} ({by.desk})", _LINE)
    count = len(report.exhibits)
    return [
        isolate(one_line(report.title, _LINE)),
        _("Made by {who} on {time}; fingerprint of the desk: {fingerprint}").format(
            who=isolate(who),
            time=time,
            fingerprint=ltr(report.fingerprint),
        ),
        ngettext("{n} exhibit", "{n} exhibits", count).format(n=number(count)),
        _("Every chain fits.") if report.whole else _("Something does not fit; it is marked where it stands."),
    ]


def _exhibit_line(part: ExhibitPart) -> str:
    return " · ".join(each for each in (ltr(one_line(part.number, 80)), isolate(one_line(part.title, _LINE))) if each)


def _standing(part: ExhibitPart) -> list[tuple[str, str]]:
    chain = part.custody
    found = [(_("Custody"), status_text(chain.status)), (_("Held by"), people(chain.holders))]
    if chain.open is not None:
        found.append((_("Handed over, not confirmed"), person(chain.open.to_holder, chain.open.to_ministry)))
    if chain.seal:
        found.append((_("Seal number"), ltr(one_line(chain.seal, 80))))
    return found


def _file_line(file: FilePart) -> str:
    line = f"{isolate(one_line(file.name, _LINE))} · {size(file.size)} · {kind_label(file.kind)}"
    warning = _("its name says another kind of file")
    return f"{line} · {warning}" if file.disagrees else line


def _entry(step: CustodyStep) -> list[str]:
    """What an entry says: the action, who and to whom, where and when, why."""
    found = [action_text(step.action)]
    if step.from_holder and step.action != "entered":
        found.append(_("by {person}").format(person=person(step.from_holder)))
    if step.action in ("transferred", "received", "declined"):
        found.append(_("to {person}").format(person=person(step.to_holder, step.to_ministry)))
    if step.at:
        found.append(_("on {time}").format(time=said_time(step.at)))
    if step.place:
        found.append(_("at {place}").format(place=isolate(one_line(step.place, 120))))
    if step.seal:
        found.append(_("seal {number}").format(number=ltr(one_line(step.seal, 80))))
    if step.why and step.why != UNSAID:
        found.append(isolate(one_line(step.why, _LINE)))
    return found


def _signature(step: CustodyStep) -> list[str]:
    """Who signed an entry, with which desk, and when by that desk's clock."""
    author = step.author
    when = local_time(author.at_ms)
    return [
        isolate(one_line(f"{author.officer}, {author.ministry}", 120)),
        isolate(one_line(author.desk, 80)),
        ltr(step.fingerprint),
        ltr(when.isoformat(timespec="seconds")) if when is not None else "",
    ]


entry_words, signature_words = _entry, _signature
heading_words, facts_words, exhibit_words = _heading, _facts, _exhibit_line


def exhibit_lines(part: ExhibitPart) -> Iterator[tuple[str, str]]:
    """What a printed report says of an exhibit: how it stands, its files, its entries, findings, each with a label."""
    yield from _standing(part)
    for file in part.files:
        yield _("Files"), "\n".join((_file_line(file), f"SHA-256 {file.sha256}", file_state_text(file.state)))
    for place, step in enumerate(part.custody.steps, 1):
        yield f"{number(place)}.", f"{' · '.join(_entry(step))}\n{' · '.join(_signature(step))}"
    for finding in part.custody.findings:
        yield "!", finding_text(finding)


def person(name: str, ministry: str = "") -> str:
    """A person as a report names them."""
    shown = isolate(one_line(name, 120))
    return f"{shown} ({ltr(one_line(ministry, 8))})" if ministry else shown


def people(names: tuple[str, ...]) -> str:
    """Several persons."""
    return " / ".join(person(name) for name in names if name)


def said_time(text: str) -> str:
    """A time as an entry says it: its own writer's, with the offset that was written."""
    return ltr(one_line(text, 40).replace("T", " "))
