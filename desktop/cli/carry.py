"""Commands that carry cases by hand: bundles written and read."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from desktop.casework.carry_views import ALL_FILES, BlobMove, BundleFile, FileView, Order
from desktop.cli.desks import opened
from desktop.cli.output import columns, complain, dump, say
from desktop.cli.setup import Found
from desktop.desk import Desk, Opening
from desktop.messages import describe, describe_aside
from i18n import _, ngettext
from i18n.bidi import one_line
from i18n.formats import moment, number
from i18n.formats import size as data_size
from sync.bundle import PART_BYTES

MEGABYTE = 1_000_000


def bundle(options: argparse.Namespace, opening: Opening) -> None:
    """`bundle write` and `bundle read`."""
    with opened(options, opening) as desk:
        (_write if options.action == "write" else _read)(options, desk)


def _write(options: argparse.Namespace, desk: Desk) -> None:
    size = max(options.split, 0) * MEGABYTE or PART_BYTES
    evidence = (ALL_FILES,) if options.files else tuple(options.evidence)
    order = Order(tuple(options.to), tuple(options.spaces), options.all, size, evidence, options.checkable)
    written = desk.bundle_write(options.file, order)
    if options.json:
        dump(written)
        return
    for file in written.files:
        say(file)
    if written.evidence:
        say(ngettext("{n} evidence file", "{n} evidence files", written.evidence).format(n=number(written.evidence)))
    say(ngettext("{n} case for", "{n} cases for", written.spaces).format(n=number(written.spaces)))
    if written.key:
        say(_("Key for who is to check it: {key}").format(key=written.key))
        say(_("With it one sees who takes part and who wrote when, and no content of a case. It is kept nowhere."))
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
            (_("evidence files"), number(file.files)),
        ]
    ):
        say(f"    {line}")
    for code in file.problems:
        if code != "bundle_damaged":
            say(f"    {describe_aside(code, ours=False)}")


def blob(options: argparse.Namespace, opening: Opening) -> None:
    """`blob put`, `blob get`, `blob drop` and `blob list`."""
    with opened(options, opening) as desk:
        {"put": _put, "get": _get, "drop": _drop, "list": _list}[options.action](options, desk)


def _put(options: argparse.Namespace, desk: Desk) -> None:
    before = {each.id for each in desk.files(options.record)}
    desk.attach(options.record, options.file)
    (attached,) = [each for each in desk.files(options.record) if each.id not in before]
    _tell(options, attached)


def _get(options: argparse.Namespace, desk: Desk) -> None:
    wanted = desk.fetch_file(options.record, options.name)
    if not wanted.here:
        desk.sync_once()
    desk.open_file(options.record, options.name, options.file)
    _tell(options, desk.fetch_file(options.record, options.name))


def _drop(options: argparse.Namespace, desk: Desk) -> None:
    desk.drop_file(options.record, options.name)
    if options.json:
        dump({"record": options.record})
    else:
        say(_("Taken out of the record and off this desk. The server deletes it at the next exchange."))


def _list(options: argparse.Namespace, desk: Desk) -> None:
    found: Sequence[FileView | BlobMove] = desk.files(options.record) if options.record else desk.moves()
    if options.json:
        dump({"files": found})
        return
    for each in found:
        _print(each)
    say(ngettext("{n} file", "{n} files", len(found)).format(n=number(len(found))))


def _tell(options: argparse.Namespace, file: FileView) -> None:
    if options.json:
        dump(file)
    else:
        _print(file)


def _print(file: FileView | BlobMove) -> None:
    if file.refused:
        state = describe(file.refused)
    elif not file.here:
        state = _("not on this desk")
    else:
        state = _("at the secretariat") if file.sent else _("not sent yet")
    say(f"{file.id[:16]}  {one_line(file.name, 60)}  {data_size(file.size)}  {state}")
