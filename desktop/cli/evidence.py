"""Commands on evidence: list it, export it as a proof file, and verify a case, a proof or a bundle."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from desktop import integrity
from desktop.casework.carry_views import BundleChecked
from desktop.casework.trust_views import EvidenceView
from desktop.casework.views import Author
from desktop.cli import setup
from desktop.cli.desks import opened
from desktop.cli.output import columns, dump, say
from desktop.desk import Desk, Opening, desk_exists, read_home_profile
from desktop.desk.bundle_check import check_contents
from desktop.files import write_private
from desktop.messages import describe_aside
from desktop.profile import Profile, read_profile
from desktop.refusals import Refused
from i18n import _
from i18n.bidi import one_line
from i18n.formats import moment, number
from sync.bundle import NotForUs, Summary, check_bundle
from sync.proof import MAX_PROOF, Person, Verdict, judge
from sync.wire.errors import WireError
from sync.wire.signing import fingerprint


def evidence(options: argparse.Namespace, opening: Opening) -> None:
    """`evidence list` and `evidence export`."""
    with opened(options, opening) as desk:
        if options.action == "list":
            _list(options, desk)
        else:
            _export(options, desk)


def verify(options: argparse.Namespace, opening: Opening) -> None:
    """`verify`: the whole store or one case of it; with `--proof` or `--bundle`, a file, without server and desk."""
    if options.proof:
        _verify_proof(options)
    elif options.bundle:
        _verify_bundle(options, opening)
    else:
        setup.verify(options, opening)


def _list(options: argparse.Namespace, desk: Desk) -> None:
    findings = desk.evidence()
    if options.json:
        dump({"findings": [{**msgspec.to_builtins(one), "text": integrity.tell(one)} for one in findings]})
    elif not findings:
        say(_("No sign that anybody broke the rules."))
    for one in () if options.json else findings:
        _print_finding(one)
    desk.mark_evidence_seen()


def _print_finding(finding: EvidenceView) -> None:
    say(f"{finding.id}  {moment(finding.at_ms)}  {integrity.tell(finding)}")
    say(f"    {integrity.advise(finding.kind)}")


def _export(options: argparse.Namespace, desk: Desk) -> None:
    data = desk.export_evidence(options.number)
    try:
        write_private(options.file, data)
    except OSError as wrong:
        raise Refused("file_unwritable", path=str(options.file)) from wrong
    if options.json:
        dump({"file": str(options.file), "bytes": len(data)})
    else:
        say(
            _("The proof is in {path}. It holds signed data and names of officers, and no content of a case.").format(
                path=str(options.file)
            )
        )


def _verify_proof(options: argparse.Namespace) -> None:
    profile = _trusted(options)
    try:
        verdict = judge(_read(options.proof, MAX_PROOF), profile.trust, profile.log_key)
    except WireError as wrong:
        raise Refused("bad_proof", reason=wrong.code) from wrong
    shown = _shown(verdict)
    if options.json:
        dump({"ok": verdict.judgement != "refuted", "text": integrity.tell(shown), **msgspec.to_builtins(verdict)})
    else:
        say(integrity.tell(shown))
        say(integrity.judge(verdict.judgement))
        rows: list[tuple[str, ...]] = [(_("made by"), _person(verdict.witness)), (_("found"), moment(verdict.found_ms))]
        if verdict.space:
            rows.append((_("case"), verdict.space))
        for line in columns(rows):
            say(f"    {line}")
    if verdict.judgement == "refuted":
        raise setup.Found


def _shown(verdict: Verdict) -> EvidenceView:
    """A verdict as the finding that it is about."""
    return EvidenceView(
        0,
        verdict.kind,
        verdict.space,
        verdict.found_ms,
        verdict.found_ms,
        1,
        True,
        0,
        by=_author(verdict.by),
        about=_author(verdict.about),
        facts=verdict.facts,
    )


def _author(person: Person | None) -> Author | None:
    return Author(person.officer, person.ministry, person.device, person.desk, 0) if person else None


def _person(person: Person) -> str:
    return one_line(f"{person.officer}, {person.ministry} ({person.desk})", 120)


def _verify_bundle(options: argparse.Namespace, opening: Opening) -> None:
    try:
        with options.bundle.open("rb") as stream:
            summary = check_bundle(stream)
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(options.bundle)) from wrong
    except WireError as wrong:
        raise Refused("bad_bundle", reason=wrong.code) from wrong
    who, inside = _inside(options, opening, summary.device)
    found: Mapping[str, object] = {
        "ok": inside is None or not inside.rejected,
        "bundle": summary.bundle.hex(),
        "part": summary.part,
        "device": summary.device.hex(),
        "fingerprint": fingerprint(summary.device),
        "at_ms": summary.at_ms,
        "readers": summary.readers,
        "bytes": summary.bytes,
        "by": msgspec.to_builtins(who) if who else None,
        "inside": msgspec.to_builtins(inside) if inside else None,
    }
    if options.json:
        dump(found)
    else:
        _tell_bundle(summary, who, inside)
    if inside is not None and inside.rejected:
        raise setup.Found


def _inside(options: argparse.Namespace, opening: Opening, writer: bytes) -> tuple[Author | None, BundleChecked | None]:
    """Who wrote a bundle, as far as a desk here knows, and what is in it, as far as it can be opened here."""
    who: Author | None = None
    inside: BundleChecked | None = None
    try:
        with options.bundle.open("rb") as stream:
            if options.key:
                inside = check_contents(stream, _trusted(options), options.key)
            elif desk_exists(options.home) and options.profile is None:
                with opened(options, opening) as desk:
                    who = desk.author_of(writer)
                    with contextlib.suppress(NotForUs):  # then it can be said that it is whole, and no more
                        inside = desk.bundle_check(stream)
    except WireError as wrong:
        raise Refused("bad_bundle", reason=wrong.code) from wrong
    return who, inside


def _tell_bundle(summary: Summary, who: Author | None, inside: BundleChecked | None) -> None:
    say(_("The bundle is whole, and signed as a whole by one desk."))
    named = one_line(f"{who.officer}, {who.ministry} ({who.desk})", 120) if who else _("a desk not known here")
    rows: list[tuple[str, ...]] = [
        (_("written by"), named),
        (_("fingerprint"), fingerprint(summary.device)),
        (_("on"), moment(summary.at_ms)),
        (_("readers"), number(summary.readers)),
    ]
    for line in columns(rows):
        say(f"    {line}")
    if inside is None:
        say(_("What is in it was not checked: that takes the bundle's own key, or a desk that it is sealed to."))
        return
    for space in inside.spaces:
        say(
            _("Case {space}: {entries} entries on its members, {changes} changes by {desks} desks, all signed").format(
                space=space.space,
                entries=number(space.entries),
                changes=number(space.changes),
                desks=number(len(space.authors)),
            )
        )
    counts: list[tuple[str, ...]] = [
        (_("entries of directories"), number(inside.directories)),
        (_("receipts"), number(sum(space.receipts for space in inside.spaces))),
        (_("evidence files"), number(inside.files)),
        (_("waiting for another file"), number(inside.waiting)),
        (_("refused"), number(inside.rejected)),
    ]
    for line in columns(counts):
        say(f"    {line}")
    for code in inside.problems:
        say(f"    {describe_aside(code, ours=False)}")


def _trusted(options: argparse.Namespace) -> Profile:
    """Whose roots are trusted: those of `--profile`, else those of the home's own profile."""
    if options.profile is not None:
        try:
            return read_profile(options.profile)
        except OSError as wrong:
            raise Refused("file_unreadable", path=str(options.profile)) from wrong
    profile = read_home_profile(options.home)
    if profile is None:
        raise Refused("no_roots")
    return profile


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(path)) from wrong
