"""Commands of a ministry's administrator: keys, enrolment by fingerprint, publishing."""

from __future__ import annotations

import argparse
import shlex
import sys
from typing import Any

from desktop.cli.output import complain, dump, say
from desktop.cli.passphrase import read_passphrase
from desktop.desk import Opening
from desktop.ministry import (
    MinistryFolder,
    check_request,
    create_ministry,
    plain_fingerprint,
    read_request_file,
    request_fingerprint,
)
from desktop.refusals import Refused
from i18n import _, ngettext
from i18n.formats import number
from sync.link import Link
from sync.transport import HttpTransport
from sync.wire.directory import CertificateRequest
from sync.wire.signing import fingerprint


def new(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry new`."""
    passphrase = read_passphrase(options.passphrase_file, _("New passphrase"), twice=True)
    name = options.administrator.strip() or options.code
    folder = create_ministry(options.keys, options.code, name, passphrase, opening.ministry_cost)
    tell(options, folder)


def show(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry show`."""
    del opening
    tell(options, MinistryFolder(options.keys))


def enrol(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry enrol`."""
    folder = MinistryFolder(options.keys)
    request = read_request_file(options.request)
    wanted = check_request(request)
    whose = _("{officer}, {desk}, {ministry}").format(
        officer=wanted.certificate.officer, desk=wanted.certificate.desk, ministry=wanted.ministry
    )
    confirm_fingerprint(options, request_fingerprint(wanted), whose)
    keys = folder.unlock(read_passphrase(options.passphrase_file), opening.ministry_cost)
    published = 0
    if options.server:
        server = HttpTransport(options.server, ca_file=options.ca_file)
        if folder.published(server):
            folder.fetch(Link(server, keys))  # another administrator may have enrolled meanwhile
        folder.enrol(keys, request)
        published = folder.publish(server)
    else:
        folder.enrol(keys, request)
    if options.json:
        dump({**_device(wanted), "published": published})
        return
    say(_("{officer} ({desk}) is enrolled.").format(officer=wanted.certificate.officer, desk=wanted.certificate.desk))
    if not options.server:
        again = shlex.join(["tahaluf", "ministry", "publish", "--keys", str(options.keys), "--server", "URL"])
        say(_("Nobody else knows yet. Publish it with: {command}").format(command=again))


def publish(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry publish`."""
    del opening
    folder = MinistryFolder(options.keys)
    sent = folder.publish(HttpTransport(options.server, ca_file=options.ca_file))
    if options.json:
        dump({"ministry": folder.ministry, "entries": len(folder.entries), "published": sent})
    else:
        say(ngettext("{n} entry published", "{n} entries published", sent).format(n=number(sent)))


def confirm_fingerprint(options: argparse.Namespace, expected: str, whose: str) -> None:
    """Compare a fingerprint, by the option or by a question. Raises Refused."""
    if options.fingerprint is not None:
        if plain_fingerprint(options.fingerprint) != plain_fingerprint(expected):
            raise Refused("fingerprint_differs", fingerprint=expected)
        return
    complain(whose)
    complain(_("Fingerprint: {fingerprint}").format(fingerprint=expected))
    if not sys.stdin.isatty():
        raise Refused("confirmation_needed", command=f"--fingerprint {expected}")
    complain(_("Ask the officer to read the fingerprint of the desk, and type it here:"))
    if plain_fingerprint(sys.stdin.readline()) != plain_fingerprint(expected):
        raise Refused("fingerprint_differs", fingerprint=expected)


def tell(options: argparse.Namespace, folder: MinistryFolder) -> None:
    """Say what a folder holds."""
    if options.json:
        dump(_ministry(folder))
        return
    say(_("Ministry: {code}").format(code=folder.ministry))
    say(_("Root key: {key}").format(key=folder.root.hex()))
    say(_("Fingerprint of the root key: {fingerprint}").format(fingerprint=fingerprint(folder.root)))
    directory = folder.directory
    for key, name in directory.administrators.items():
        say(_("Administrator: {name}").format(name=f"{name}  {fingerprint(key)}"))
    if folder.administrator and folder.administrator not in directory.administrators:
        say(_("The root has not named this folder's administrator key: {key}").format(key=folder.administrator.hex()))
        say(_("Its fingerprint: {fingerprint}").format(fingerprint=fingerprint(folder.administrator)))
    if directory.continuity is not None:
        say(_("Fingerprint of the continuity key: {fingerprint}").format(fingerprint=fingerprint(directory.continuity)))
    for device, certificate in directory.devices.items():
        state = _("revoked, wipe ordered") if device in directory.wiped else _("revoked")
        line = f"{fingerprint(device)}  {certificate.officer}  {certificate.desk}"
        say(f"{line}  ({state})" if device in directory.revoked else line)


def _ministry(folder: MinistryFolder) -> dict[str, Any]:
    return {
        "ministry": folder.ministry,
        "root": folder.root.hex(),
        "fingerprint": fingerprint(folder.root),
        "administrators": list(folder.directory.administrators.values()),
        "administrator": folder.administrator.hex(),
        "continuity": folder.directory.continuity.hex() if folder.directory.continuity else "",
        "devices": [
            {
                "device": certificate.device.hex(),
                "fingerprint": fingerprint(certificate.device),
                "officer": certificate.officer,
                "desk": certificate.desk,
                "revoked": certificate.device in folder.directory.revoked,
                "wipe": certificate.device in folder.directory.wiped,
            }
            for certificate in folder.directory.devices.values()
        ],
    }


def _device(wanted: CertificateRequest) -> dict[str, Any]:
    return {
        "device": wanted.certificate.device.hex(),
        "ministry": wanted.ministry,
        "officer": wanted.certificate.officer,
        "desk": wanted.certificate.desk,
        "fingerprint": request_fingerprint(wanted),
    }
