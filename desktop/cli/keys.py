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


def run(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry …`."""
    actions = {"new": _new, "show": _show, "enrol": _enrol, "publish": _publish}
    actions[options.action](options, opening)


def _new(options: argparse.Namespace, opening: Opening) -> None:
    passphrase = read_passphrase(options.passphrase_file, _("New passphrase"), twice=True)
    name = options.administrator.strip() or options.code
    folder = create_ministry(options.keys, options.code, name, passphrase, opening.ministry_cost)
    _tell(options, folder)


def _show(options: argparse.Namespace, opening: Opening) -> None:
    del opening
    _tell(options, MinistryFolder(options.keys))


def _enrol(options: argparse.Namespace, opening: Opening) -> None:
    folder = MinistryFolder(options.keys)
    request = read_request_file(options.request)
    wanted = check_request(request)
    _confirm(options, wanted)
    keys = folder.unlock(read_passphrase(options.passphrase_file), opening.ministry_cost)
    published = 0
    if options.server:
        server = HttpTransport(options.server, ca_file=options.ca_file)
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


def _publish(options: argparse.Namespace, opening: Opening) -> None:
    del opening
    folder = MinistryFolder(options.keys)
    sent = folder.publish(HttpTransport(options.server, ca_file=options.ca_file))
    if options.json:
        dump({"ministry": folder.ministry, "entries": len(folder.entries), "published": sent})
    else:
        say(ngettext("{n} entry published", "{n} entries published", sent).format(n=number(sent)))


def _confirm(options: argparse.Namespace, wanted: CertificateRequest) -> None:
    """Compare fingerprints, by the option or by a question. Raises Refused."""
    expected = request_fingerprint(wanted)
    if options.fingerprint is not None:
        if _plain(options.fingerprint) != _plain(expected):
            raise Refused("fingerprint_differs", fingerprint=expected)
        return
    complain(
        _("{officer}, {desk}, {ministry}").format(
            officer=wanted.certificate.officer, desk=wanted.certificate.desk, ministry=wanted.ministry
        )
    )
    complain(_("Fingerprint: {fingerprint}").format(fingerprint=expected))
    if not sys.stdin.isatty():
        raise Refused("confirmation_needed", command=f"--fingerprint {expected}")
    complain(_("Ask the officer to read the fingerprint of the desk, and type it here:"))
    if _plain(sys.stdin.readline()) != _plain(expected):
        raise Refused("fingerprint_differs", fingerprint=expected)


def _plain(text: str) -> str:
    """A fingerprint as it is compared: without the grouping, and with the digits that people mistake put right."""
    letters = "".join(text.upper().split()).replace("-", "")
    return letters.translate(str.maketrans("018", "OIB"))


def _tell(options: argparse.Namespace, folder: MinistryFolder) -> None:
    if options.json:
        dump(_ministry(folder))
        return
    say(_("Ministry: {code}").format(code=folder.ministry))
    say(_("Root key: {key}").format(key=folder.root.hex()))
    say(_("Fingerprint of the root key: {fingerprint}").format(fingerprint=fingerprint(folder.root)))
    for name in folder.directory.administrators.values():
        say(_("Administrator: {name}").format(name=name))
    for certificate in folder.directory.devices.values():
        say(f"{fingerprint(certificate.device)}  {certificate.officer}  {certificate.desk}")


def _ministry(folder: MinistryFolder) -> dict[str, Any]:
    return {
        "ministry": folder.ministry,
        "root": folder.root.hex(),
        "fingerprint": fingerprint(folder.root),
        "administrators": list(folder.directory.administrators.values()),
        "devices": [
            {
                "device": certificate.device.hex(),
                "fingerprint": fingerprint(certificate.device),
                "officer": certificate.officer,
                "desk": certificate.desk,
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
