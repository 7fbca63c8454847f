"""Commands on the desk as a whole: setting it up, syncing, verifying, salvaging."""

from __future__ import annotations

import argparse

import msgspec

from desktop.casework.views import SyncReport
from desktop.cli.desks import opened
from desktop.cli.output import complain, dump, say
from desktop.cli.passphrase import read_passphrase
from desktop.desk import NewDesk, Opening, Salvaged, desk_exists, missing_desk
from desktop.messages import describe, describe_problem
from desktop.profile import read_profile
from desktop.refusals import Refused
from desktop.store.verify import VerifyReport
from i18n import _, ngettext
from i18n.formats import number, size

REPLACE = "tahaluf salvage --replace"
PATIENCE_S = 60  # how long `sync` without --once goes on trying


class Found(Exception):
    """The command did what it was asked, and what it found is not well: exit code 1 without a further word."""


def init(options: argparse.Namespace, opening: Opening) -> None:
    """`init`: keys, store, certificate request."""
    try:
        profile = read_profile(options.profile)
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(options.profile)) from wrong
    passphrase = read_passphrase(options.passphrase_file, _("New passphrase"), twice=True)
    made = opening.create(options.home, profile, passphrase, officer=options.officer, desk=options.desk)
    if made.notice:
        complain(describe(made.notice))
    if options.json:
        dump(made)
    else:
        _print_new(made)


def passphrase(options: argparse.Namespace, opening: Opening) -> None:
    """`passphrase`: a new one, or after how many wrong ones the keys are destroyed."""
    if not desk_exists(options.home):
        raise missing_desk(options.home)
    old = read_passphrase(options.passphrase_file, _("Passphrase until now"))
    if options.erase_after is not None:
        opening.unlock(options.home, old).lock()
        opening.limit_attempts(options.home, options.erase_after)
        done = {"erase_after": options.erase_after}
        told = _("The choice is kept.")
    else:
        new = read_passphrase(options.new_passphrase_file, _("New passphrase"), twice=True)
        notice = opening.change_passphrase(options.home, old, new)
        if notice:
            complain(describe(notice))
        done = {"changed": True}
        told = describe("passphrase_changed")
    if options.json:
        dump(done)
    else:
        say(told)


def sync(options: argparse.Namespace, opening: Opening) -> None:
    """`sync`: exchange with the secretariat."""
    with opened(options, opening) as desk:
        report = desk.sync_once(patience_s=0 if options.once else PATIENCE_S)
        if options.json:
            dump(report)
        else:
            _print_report(report)


def verify(options: argparse.Namespace, opening: Opening) -> None:
    """`verify`: the whole store, every chain, every signature. Raises Found when something does not hold."""
    with opened(options, opening) as desk:
        report = desk.verify(options.space)
    if options.json:
        dump({"ok": report.ok, **msgspec.to_builtins(report)})
    else:
        _print_findings(report)
    if not report.ok:
        raise Found


def salvage(options: argparse.Namespace, opening: Opening) -> None:
    """`salvage`: copy what verifies into a new store; the damaged one is kept."""
    report = opening.salvage(options.home, read_passphrase(options.passphrase_file), replace=options.replace)
    if options.json:
        dump(report)
    else:
        _print_salvage(report)


def _print_new(made: NewDesk) -> None:
    told = _("The desk of {officer} ({desk}, {ministry}) is set up.")
    say(told.format(officer=made.officer, desk=made.desk, ministry=made.ministry))
    say(_("Certificate request for your administrator: {path}").format(path=made.request))
    say(_("Fingerprint to read out: {fingerprint}").format(fingerprint=made.fingerprint))


def _print_report(report: SyncReport) -> None:
    sent = ngettext("{n} change sent", "{n} changes sent", report.pushed)
    taken = ngettext("{n} change received", "{n} changes received", report.pulled)
    say(f"{sent.format(n=number(report.pushed))}; {taken.format(n=number(report.pulled))}")
    if report.pending:
        waiting = ngettext(
            "{n} change waits for others that it depends on",
            "{n} changes wait for others that they depend on",
            report.pending,
        )
        say(waiting.format(n=number(report.pending)))
    if report.refused:
        aside = ngettext(
            "{n} item was set aside: it did not verify, or the server refused it",
            "{n} items were set aside: they did not verify, or the server refused them",
            report.refused,
        )
        say(aside.format(n=number(report.refused)))
    if report.unsent:
        left = ngettext("{n} change is still unsent", "{n} changes are still unsent", report.unsent)
        say(left.format(n=number(report.unsent)))
    say(f"{size(report.bytes_sent)} ↑  {size(report.bytes_received)} ↓  {report.seconds:.1f} s")


def _print_findings(report: VerifyReport) -> None:
    for problem in report.problems:
        say(describe_problem(problem.kind, problem.where))
    if report.ok:
        told = _("Everything verifies. Spaces: {spaces}, segments: {segments}, changes: {changes}, records: {records}.")
        figures = {name: number(getattr(report, name)) for name in ("spaces", "segments", "changes", "records")}
        say(told.format(**figures))
        if report.recalled:
            gone = ngettext(
                "{n} change lost its content to a recall", "{n} changes lost their content to a recall", report.recalled
            )
            say(gone.format(n=number(report.recalled)))
    else:
        complain(describe("verify_failed", {"problems": number(len(report.problems))}))


def _print_salvage(report: Salvaged) -> None:
    told = _("Saved: spaces {spaces}, segments {segments}, unsent changes {own}, records {records}.")
    say(
        told.format(
            spaces=number(report.spaces),
            segments=number(report.segments),
            own=number(report.own_changes),
            records=number(report.records),
        )
    )
    lost = _("Not saved: segments {segments}, changes of your own {own}. What the server has comes back with a sync.")
    say(lost.format(segments=number(report.lost_segments), own=number(report.lost_own)))
    if report.kept:
        say(_("The damaged store was kept: {path}").format(path=report.kept))
    else:
        say(_("The damaged store is still in use. To use the new one instead: {command}").format(command=REPLACE))
