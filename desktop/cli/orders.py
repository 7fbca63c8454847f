"""Commands by which a ministry's root and administrators give orders: administrators, revocation, continuity."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from desktop.cli.keys import confirm_fingerprint, tell
from desktop.cli.output import dump, say
from desktop.cli.passphrase import read_passphrase
from desktop.desk import Opening
from desktop.files import write_private
from desktop.ministry import MinistryFolder, create_administrator, create_successor, parse_key
from desktop.recovery import recover
from desktop.refusals import Refused
from i18n import _, ngettext
from i18n.formats import number
from sync.continuity import MAX_SHARE, join, split
from sync.keys import new_continuity_key
from sync.link import Link
from sync.ministry import MinistryKeys
from sync.transport import HttpTransport
from sync.wire.directory import AdministratorAdded, AdministratorRemoved, ContinuityNamed, DeviceRevoked, Event
from sync.wire.errors import WireError
from sync.wire.signing import fingerprint


def new_administrator(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry new-administrator`."""
    passphrase = read_passphrase(options.passphrase_file, _("New passphrase"), twice=True)
    folder = create_administrator(
        options.keys, options.code, options.root, options.administrator.strip(), passphrase, opening.ministry_cost
    )
    tell(options, folder)


def new_root(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry new-root`."""
    passphrase = read_passphrase(options.passphrase_file, _("New passphrase"), twice=True)
    old = MinistryFolder(options.old)
    after = len(old.entries) if options.after is None else options.after
    tell(options, create_successor(options.keys, old, after, passphrase, opening.ministry_cost))


def add_administrator(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry add-administrator`."""
    key = parse_key(options.key)
    confirm_fingerprint(options, fingerprint(key), options.name)
    order = _Order(options, opening)
    order.give(AdministratorAdded(key, options.name.strip()))
    order.tell(_("{name} may enrol and revoke desks now.").format(name=options.name), administrator=key.hex())


def remove_administrator(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry remove-administrator`."""
    order = _Order(options, opening)
    key = order.folder.find_administrator(options.name)
    name = order.folder.directory.administrators[key]
    order.give(AdministratorRemoved(key))
    order.tell(
        _("{name} is no administrator any more. The desks enrolled before stay.").format(name=name),
        administrator=key.hex(),
    )


def revoke(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry revoke`."""
    order = _Order(options, opening)
    device = order.folder.find_desk(options.device)
    certificate = order.folder.directory.devices[device]
    order.give(DeviceRevoked(device, options.reason, options.wipe))
    text = (
        _("{officer} ({desk}) is revoked, and destroys its keys as soon as it hears of it.")
        if options.wipe
        else _("{officer} ({desk}) is revoked.")
    )
    order.tell(
        text.format(officer=certificate.officer, desk=certificate.desk),
        device=device.hex(),
        reason=options.reason,
        wipe=options.wipe,
    )


def continuity(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry continuity`: the shares are on the disk before the directory names the key."""
    order = _Order(options, opening)
    key = new_continuity_key()
    paths = [options.shares / f"continuity-share-{place}.txt" for place in (1, 2, 3)]
    if any(path.exists() for path in paths):
        raise Refused("shares_exist", path=str(options.shares))
    for path, share in zip(paths, split(key), strict=True):
        _write_share(path, share)
    order.give(ContinuityNamed(key.key))
    order.tell(
        _(
            "The continuity key is named. Give each of the three files in {folder} to another holder, on paper, and "
            "destroy the files: any two of them together read every case of the ministry."
        ).format(folder=str(options.shares)),
        continuity=key.key.hex(),
        shares=[str(path) for path in paths],
    )


def recover_desk(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry recover`."""
    if len(options.share) != len({path.resolve() for path in options.share}) or len(options.share) != 2:
        raise Refused("two_shares")
    shares = [_read_share(path) for path in options.share]
    try:
        key = join(shares)
    except WireError as wrong:
        raise Refused("shares_differ") from wrong
    order = _Order(options, opening)
    device = order.folder.find_desk(options.device)
    link = Link(HttpTransport(options.server, ca_file=options.ca_file), order.keys)
    found = recover(order.folder, order.keys, key, device, link)
    if options.json:
        dump(msgspec.to_builtins(found))
        return
    say(
        ngettext(
            "{n} key was granted to the desk; it reads the cases after its next exchange.",
            "{n} keys were granted to the desk; it reads the cases after its next exchange.",
            found.keys,
        ).format(n=number(found.keys))
    )


class _Order:
    """One order: the folder brought up to date, the keys unlocked, the entry signed, kept and published."""

    def __init__(self, options: argparse.Namespace, opening: Opening) -> None:
        self._options = options
        self.folder = MinistryFolder(options.keys)
        if options.directory is not None:
            self.folder.adopt(options.directory)
        self.keys: MinistryKeys = self.folder.unlock(read_passphrase(options.passphrase_file), opening.ministry_cost)
        self._server = HttpTransport(options.server, ca_file=options.ca_file) if options.server else None
        if self._server is not None and self.folder.published(self._server):
            self.folder.fetch(Link(self._server, self.keys))
        self._published = 0

    def give(self, event: Event) -> None:
        """Sign, keep and, where a server was named, publish."""
        self.folder.order(self.keys, event)
        if self._server is not None:
            self._published = self.folder.publish(self._server)

    def tell(self, text: str, **values: object) -> None:
        """Say what was done."""
        if self._options.json:
            dump({"ministry": self.folder.ministry, **values, "published": self._published})
            return
        say(text)
        if self._server is None:
            say(_("Nobody else knows yet. Publish it with: {command}").format(command="tahaluf ministry publish"))


def _write_share(path: Path, share: str) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, f"{share}\n".encode("ascii"))
    except OSError as wrong:
        raise Refused("file_unwritable", path=str(path)) from wrong


def _read_share(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_SHARE).decode("ascii", "replace")
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(path)) from wrong
