"""`tahaluf ministry charter …`: the list of members, and how it is changed with signatures of the members' roots."""

from __future__ import annotations

import argparse

from desktop.charter_file import (
    describe,
    end_of_directory,
    fetch_charter,
    is_handover,
    propose,
    read_proposal,
    sign_proposal,
)
from desktop.cli.keys import confirm_fingerprint
from desktop.cli.output import dump, say
from desktop.cli.passphrase import read_passphrase
from desktop.desk import Opening
from desktop.ministry import MinistryFolder, parse_key
from desktop.profile import read_profile
from desktop.refusals import Refused
from i18n import _
from i18n.formats import number
from sync import errors as sync_errors
from sync.link import Link
from sync.transport import HttpTransport
from sync.wire.calls import EnrolReply, EnrolRequest
from sync.wire.charter import (
    NAME,
    Charter,
    CharterEvent,
    MemberAdded,
    MemberRemoved,
    RootReplaced,
    needed,
    signed_entry,
)
from sync.wire.signing import fingerprint


def show(options: argparse.Namespace, opening: Opening) -> None:
    """`charter-show`: the members with their roots, as the server's charter gives them from the profile's list on."""
    charter = _charter(options, opening)[0]
    if options.json:
        dump(
            {
                "entries": charter.sequence,
                "needed": needed(len(charter.roots)),
                "members": {code: root.hex() for code, root in sorted(charter.roots.items())},
            }
        )
        return
    for code, root in sorted(charter.roots.items()):
        say(f"{code:8} {fingerprint(root)}")
    say(_("To change this list, {n} members have to sign.").format(n=number(needed(len(charter.roots)))))


def begin(options: argparse.Namespace, opening: Opening) -> None:
    """`charter-propose`: write a proposal for the members' roots to sign."""
    charter, link = _charter(options, opening)
    propose(options.file, charter, _event(options, link))
    _tell(options, charter)


def sign(options: argparse.Namespace, opening: Opening) -> None:
    """`charter-sign`: add the signature of this ministry's root, having shown what it signs."""
    _, entry = read_proposal(options.file)
    kind, member, root = describe(entry.event)
    shown = fingerprint(root) if root else member
    confirm_fingerprint(options, shown, _sentence(kind, member))
    folder = MinistryFolder(options.keys)
    keys = folder.unlock(read_passphrase(options.passphrase_file), opening.ministry_cost)
    sign_proposal(options.file, keys)
    _tell(options, None)


def publish(options: argparse.Namespace, opening: Opening) -> None:
    """`charter-publish`: bring a proposal that enough members signed to the server."""
    del opening
    signed, entry = read_proposal(options.file)
    server = HttpTransport(options.server, ca_file=options.ca_file)
    request = EnrolRequest(NAME, entry.sequence, [signed_entry(signed.body, signed.assents)])
    try:
        server.call("enrol", request, EnrolReply)
    except sync_errors.Refused as wrong:
        raise Refused("proposal_refused", reason=wrong.detail or wrong.code) from wrong
    _tell(options, None)


def _charter(options: argparse.Namespace, opening: Opening) -> tuple[Charter, Link]:
    folder = MinistryFolder(options.keys)
    try:
        genesis = read_profile(options.profile).trust
    except OSError as wrong:
        raise Refused("file_unreadable", path=str(options.profile)) from wrong
    keys = folder.unlock(read_passphrase(options.passphrase_file), opening.ministry_cost)
    link = Link(HttpTransport(options.server, ca_file=options.ca_file), keys)
    return fetch_charter(link, genesis), link


def _event(options: argparse.Namespace, link: Link) -> CharterEvent:
    if options.add:
        return MemberAdded(options.add[0], parse_key(options.add[1]))
    if options.remove:
        return MemberRemoved(options.remove)
    code, key = options.root
    sequence, head = end_of_directory(link, code, options.after)
    return RootReplaced(code, parse_key(key), sequence, head)


def _tell(options: argparse.Namespace, charter: Charter | None) -> None:
    signed, entry = read_proposal(options.file)
    kind, member, root = describe(entry.event)
    signers = [each.ministry for each in signed.assents]
    if options.json:
        value = {"event": kind, "member": member, "root": root.hex(), "entry": entry.sequence, "signed": signers}
        after = is_handover(entry.event)
        dump(value if after is None else {**value, "after": after})
        return
    say(_sentence(kind, member))
    if root:
        say(_("Fingerprint of the root key: {fingerprint}").format(fingerprint=fingerprint(root)))
    say(_("Signed by: {members}").format(members=", ".join(signers) or "—"))
    if charter is not None:
        say(_("To change this list, {n} members have to sign.").format(n=number(needed(len(charter.roots)))))


def _sentence(kind: str, member: str) -> str:
    return {
        "member": _("{code} becomes a member of the alliance."),
        "removed": _("{code} is a member no more: no desk trusts its desks from then on."),
        "root": _("{code} gets a new root key; what the old one signs from here on is void."),
    }[kind].format(code=member)
