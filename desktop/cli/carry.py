"""Commands that carry cases by hand: bundles written and read."""

from __future__ import annotations

import argparse

from desktop.casework.carry_views import BundleFile
from desktop.cli.desks import opened
from desktop.cli.output import columns, complain, dump, say
from desktop.cli.setup import Found
from desktop.desk import Desk, Opening
from desktop.desk.bundles import Order
from desktop.messages import describe, describe_aside
from i18n import _, ngettext
from i18n.bidi import one_line
from i18n.formats import moment, number
from sync.bundle import PART_BYTES

MEGABYTE = 1_000_000


def bundle(options: argparse.Namespace, opening: Opening) -> None:
    """`bundle write` and `bundle read`."""
    with opened(options, opening) as desk:
        (_write if options.action == "write" else _read)(options, desk)


def _write(options: argparse.Namespace, desk: Desk) -> None:
    size = max(options.split, 0) * MEGABYTE or PART_BYTES
    written = desk.bundle_write(
        options.file, Order(tuple(options.to), tuple(options.spaces), everything=options.all, part_bytes=size)
    )
    if options.json:
        dump(written)
        return
    for file in written.files:
        say(file)
    say(ngettext("{n} case for", "{n} cases for", written.spaces).format(n=number(written.spaces)))
    names = {each.id: f"{each.officer}, {each.ministry} ({each.desk})" for each in desk.bundle_readers()}
    for reader in written.readers:
        say(f"    {one_line(names.get(reader, reader), 120)}")


def _read(options: argparse.Namespace, desk: Desk) -> None:
    read = desk.bundle_read(options.files)
    if options.json:
        dump({"whole": read.whole, "files": read.files})
    else:
        for each in read.files:
            _print_file(each)
    for each in read.files:
        if each.damaged_at >= 0:
            complain(describe("bundle_damaged", {"path": each.file}))
    if not read.whole:
        raise Found


def _print_file(file: BundleFile) -> None:
    say(one_line(file.file, 200))
    if file.device:
        who = f"{file.officer}, {file.ministry} ({file.desk})" if file.officer else file.device
        say(_("written by {who} on {time}").format(who=one_line(who, 120), time=moment(file.at_ms)))
    for line in columns(
        [
            (_("new here"), number(file.taken)),
            (_("known already"), number(file.items - file.taken - file.waiting - file.rejected)),
            (_("waiting for another file"), number(file.waiting)),
            (_("refused"), number(file.rejected)),
            (_("entries of directories"), number(file.directories)),
        ]
    ):
        say(f"    {line}")
    for code in file.problems:
        if code != "bundle_damaged":
            say(f"    {describe_aside(code, ours=False)}")
