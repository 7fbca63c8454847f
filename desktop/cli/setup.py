"""Commands on the desk as a whole: setting it up, syncing, verifying, salvaging."""

from __future__ import annotations

import argparse

import msgspec

from desktop.casework.views import SyncReport
from desktop.cli.desks import opened
from desktop.cli.output import complain, dump, say
from desktop.cli.passphrase import read_passphrase
from desktop.desk import NewDesk, Opening
from desktop.messages import describe
from desktop.profile import read_profile
from desktop.refusals import Refused
from i18n import _, ngettext
from i18n.formats import number, size

PATIENCE_S = 60  # how long `sync` without --once goes on trying


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


def sync(options: argparse.Namespace, opening: Opening) -> None:
    """`sync`: exchange with the secretariat."""
    with opened(options, opening) as desk:
        report = desk.sync_once(patience_s=0 if options.once else PATIENCE_S)
        if options.json:
            dump(report)
        else:
            _print_report(report)


def verify(options: argparse.Namespace, opening: Opening) -> None:
    """`verify`: the whole store, every chain, every signature. A problem ends with exit code 1."""
    with opened(options, opening) as desk:
        report = desk.verify()
        if options.json:
            dump(report)
        else:
            for problem in report.problems:
                say(problem)
        if not report.ok:
            raise Refused("verify_failed", problems=len(report.problems))
        if not options.json:
            say(_("Everything verifies."))


def salvage(options: argparse.Namespace, opening: Opening) -> None:
    """`salvage`: copy what verifies into a new store; the damaged one is left as it is."""
    report = opening.salvage(options.home, options.into, read_passphrase(options.passphrase_file))
    if options.json:
        dump(report)
        return
    for name, count in msgspec.to_builtins(report).items():
        say(f"{name}: {count}")
    say(_("What verifies is in {folder}. The damaged store was left as it is.").format(folder=options.into))


def _print_new(made: NewDesk) -> None:
    say(
        _("The desk of {officer} ({desk}, {ministry}) is set up.").format(
            officer=made.officer, desk=made.desk, ministry=made.ministry
        )
    )
    say(_("Certificate request for your administrator: {path}").format(path=made.request))
    say(_("Fingerprint to read out: {fingerprint}").format(fingerprint=made.fingerprint))


def _print_report(report: SyncReport) -> None:
    sent = ngettext("{n} change sent", "{n} changes sent", report.pushed).format(n=number(report.pushed))
    taken = ngettext("{n} change received", "{n} changes received", report.pulled).format(n=number(report.pulled))
    say(f"{sent}, {taken}")
    if report.pending:
        say(
            ngettext(
                "{n} change waits for others that it depends on",
                "{n} changes wait for others that they depend on",
                report.pending,
            ).format(n=number(report.pending))
        )
    if report.refused:
        say(
            ngettext(
                "{n} change was set aside because it did not verify",
                "{n} changes were set aside because they did not verify",
                report.refused,
            ).format(n=number(report.refused))
        )
    if report.unsent:
        say(
            ngettext("{n} change is still unsent", "{n} changes are still unsent", report.unsent).format(
                n=number(report.unsent)
            )
        )
    say(f"{size(report.bytes_sent)} ↑  {size(report.bytes_received)} ↓  {report.seconds:.1f} s")
