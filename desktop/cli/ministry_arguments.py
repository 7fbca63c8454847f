"""The command line of a ministry's root and administrators: `tahaluf ministry …`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from i18n import _
from sync.wire.directory import Reason

if TYPE_CHECKING:
    from desktop.cli.arguments import Commands, Parser

REASONS = get_args(Reason)


def add_ministry(commands: Commands, parser: type[Parser], ending: Callable[[Parser], None]) -> None:
    """Add the commands; `ending` gives one the options that every command takes."""
    ministry = commands.add_parser("ministry", help=_("for the ministry's administrator")).add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=parser
    )
    simple = _add_keys(ministry)
    orders = _add_orders(ministry)
    charter = _add_charter(ministry)
    for command in (*simple, *orders, *charter):
        command.add_argument("--keys", type=Path, metavar="DIR", required=True, help=_("folder of the ministry's keys"))
        ending(command)


def _add_keys(ministry: Commands) -> list[Parser]:
    new = ministry.add_parser("new", help=_("make a ministry's keys in a folder"))
    more = ministry.add_parser("new-administrator", help=_("make the keys of one more administrator in a folder"))
    more.add_argument("--root", metavar="KEY", required=True, help=_("the ministry's root key, 64 hexadecimal digits"))
    for command in (new, more):
        command.add_argument("--code", metavar="CODE", required=True, help=_("code of the ministry, such as SN"))
    new.add_argument("--administrator", metavar="NAME", default="", help=_("name of the administrator"))
    more.add_argument("--administrator", metavar="NAME", required=True, help=_("name of the administrator"))
    root = ministry.add_parser("new-root", help=_("make a new root in the place of a lost or stolen one, in a folder"))
    root.add_argument("--old", type=Path, metavar="DIR", required=True, help=_("folder of the ministry's old keys"))
    _after(root)
    show = ministry.add_parser("show", help=_("show the ministry, its root key and its desks"))
    enrol = ministry.add_parser("enrol", help=_("enrol a desk by its certificate request"))
    enrol.add_argument("request", type=Path, metavar="REQUEST", help=_("file that the desk wrote"))
    _fingerprint(enrol, "--yes")
    _server(enrol, required=False)
    publish = ministry.add_parser("publish", help=_("bring the server's copy of the directory up to date"))
    _server(publish, required=True)
    return [new, more, root, show, enrol, publish]


def _add_orders(ministry: Commands) -> list[Parser]:
    add = ministry.add_parser("add-administrator", help=_("let the root name one more administrator"))
    add.add_argument("key", metavar="KEY", help=_("the administrator's key, 64 hexadecimal digits"))
    add.add_argument("name", metavar="NAME", help=_("name of the administrator"))
    _fingerprint(add)
    remove = ministry.add_parser("remove-administrator", help=_("let the root take an administrator out, for good"))
    remove.add_argument("name", metavar="NAME", help=_("name, fingerprint or key of the administrator"))
    revoke = ministry.add_parser("revoke", help=_("revoke a desk: it may sign in no more"))
    revoke.add_argument("device", metavar="FINGERPRINT", help=_("fingerprint or id of the desk"))
    revoke.add_argument("--reason", choices=REASONS, required=True, help=_("why"))
    revoke.add_argument("--wipe", action="store_true", help=_("order the desk to destroy its keys"))
    continuity = ministry.add_parser("continuity", help=_("name a continuity key, in shares for three holders"))
    continuity.add_argument("--shares", type=Path, metavar="DIR", required=True, help=_("folder for the three shares"))
    recover = ministry.add_parser("recover", help=_("grant a new desk what the continuity key was granted"))
    recover.add_argument("device", metavar="FINGERPRINT", help=_("fingerprint or id of the desk"))
    recover.add_argument(
        "--share", type=Path, metavar="FILE", action="append", default=[], help=_("a holder's share; two of them")
    )
    orders = [add, remove, revoke, continuity]
    for command in (*orders, recover):
        command.add_argument(
            "--directory", type=Path, metavar="FILE", help=_("directory.log of another administrator, newer than ours")
        )
        _server(command, required=command is recover)
    return [*orders, recover]


def _add_charter(ministry: Commands) -> list[Parser]:
    show = ministry.add_parser("charter-show", help=_("show the members with their roots"))
    propose = ministry.add_parser("charter-propose", help=_("write a change of the list of members, to be signed"))
    sign = ministry.add_parser("charter-sign", help=_("sign a change of the list of members with the root's key"))
    publish = ministry.add_parser("charter-publish", help=_("publish a change that enough members signed"))
    for command in (propose, sign, publish):
        command.add_argument("file", type=Path, metavar="FILE", help=_("file of the proposal"))
    what = propose.add_mutually_exclusive_group(required=True)
    what.add_argument("--add", nargs=2, metavar=("CODE", "KEY"), help=_("a new member and its root key"))
    what.add_argument("--remove", metavar="CODE", help=_("a member to take out"))
    what.add_argument("--root", nargs=2, metavar=("CODE", "KEY"), help=_("a member and its new root key"))
    _after(propose)
    for command in (show, propose):
        command.add_argument("--profile", type=Path, metavar="FILE", required=True, help=_("the ministry's profile"))
    for command in (show, propose, publish):
        _server(command, required=True)
    _fingerprint(sign)
    return [show, propose, sign, publish]


def _after(command: Parser) -> None:
    command.add_argument(
        "--after", metavar="N", type=int, help=_("last entry of the directory that the old root signed")
    )


def _server(command: Parser, *, required: bool) -> None:
    text = _("address of the secretariat") if required else _("publish the directory there at once")
    command.add_argument("--server", metavar="URL", required=required, help=text)
    command.add_argument("--ca-file", metavar="FILE", default="", help=_("certificate authority of the server"))


def _fingerprint(command: Parser, *more: str) -> None:
    command.add_argument(
        "--fingerprint", *more, metavar="XXXX-…", help=_("the fingerprint as it was read out, instead of a question")
    )
