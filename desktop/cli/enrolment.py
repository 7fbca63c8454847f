"""`tahaluf enrolment`: how this desk stands with its ministry, and the officer's confirmation of who enrolled it."""

from __future__ import annotations

import argparse

import msgspec

from desktop.cli.desks import opened
from desktop.cli.output import dump, say
from desktop.desk import Opening
from desktop.ministry import plain_fingerprint
from desktop.refusals import Refused
from i18n import _
from i18n.formats import moment


def enrolment(options: argparse.Namespace, opening: Opening) -> None:
    """Show it; with `--confirm` compare the administrator's fingerprint and keep that it was done."""
    with opened(options, opening) as desk:
        view = desk.enrolment()
        if options.confirm is not None:
            if not view.administrator_fingerprint:
                raise Refused("not_enrolled")
            if plain_fingerprint(options.confirm) != plain_fingerprint(view.administrator_fingerprint):
                raise Refused("enrolled_by_another")
            desk.confirm_enrolment()
            view = desk.enrolment()
    if options.json:
        dump(msgspec.to_builtins(view))
        return
    lines = (
        (_("Fingerprint of this desk"), view.fingerprint),
        (_("Fingerprint of the ministry's root"), view.root),
        (_("Enrolled by"), view.administrator),
        (_("Administrator's fingerprint"), view.administrator_fingerprint),
        (_("Confirmed"), moment(view.confirmed_ms) if view.confirmed_ms else ""),
        (_("Revoked"), view.revoked),
    )
    for name, value in lines:
        if value:
            say(_("{name}: {value}").format(name=name, value=value))
