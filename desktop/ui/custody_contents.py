"""What the printed custody report says, in the form that `report_pages` lays out."""

from __future__ import annotations

from desktop.casework.evidence_report import (
    CustodyReport,
    ExhibitPart,
    exhibit_lines,
    exhibit_words,
    facts_words,
    heading_words,
)
from desktop.casework.handling import Marking, code_line
from desktop.ui.report_contents import Entry, Line, Report, Section
from i18n import _


def compose_custody(report: CustodyReport) -> Report:
    """The report of the chains of some exhibits."""
    facts = Entry(facts_words(report)[0], "", code_line(report.marking), _lines(facts_words(report)[1:]))
    sections = (Section(_("Custody"), (facts,)), Section(_("Exhibits"), tuple(map(_entry, report.exhibits))))
    return Report(heading_words(report), report.case, report.marking, report.by, report.at_ms, sections)


def _entry(part: ExhibitPart) -> Entry:
    codes = code_line(Marking(part.tlp, part.handling))
    return Entry(exhibit_words(part), "", codes, tuple(Line(label, value) for label, value in exhibit_lines(part)))


def _lines(facts: list[str]) -> tuple[Line, ...]:
    return tuple(Line("", fact) for fact in facts)
