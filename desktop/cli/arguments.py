"""The command line: what can be asked for, in the user's language.

argparse's own words are English whatever the language: its headings are replaced, and its complaint about a line it
cannot read stands inside a sentence of ours.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from desktop.casework.csv_import import DELIMITERS, ENCODINGS
from desktop.cli.exchange_arguments import add_exchanges
from desktop.cli.exhibit_arguments import add_exhibits
from desktop.cli.many_arguments import add_many
from desktop.cli.ministry_arguments import add_ministry
from desktop.cli.output import complain
from desktop.cli.request_arguments import add_requests
from i18n import _

MISUSE = 2
MAX_DAYS = 36_500  # that a case is kept


class Parser(argparse.ArgumentParser):
    """A parser with headings in the user's language, and without guessing at shortened options."""

    def __init__(self, **options: Any) -> None:
        """`options` are argparse's own."""
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=_Formatter, **options)
        self._positionals.title = _("Arguments")
        self._optionals.title = _("Options")
        self.add_argument("-h", "--help", action="help", help=_("show this help and end"))

    def error(self, message: str) -> NoReturn:
        """End with exit code 2, having said what the line lacks."""
        self.print_usage(sys.stderr)
        complain(_("This command line cannot be read: {detail}").format(detail=message))
        raise SystemExit(MISUSE)


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """The usage line under a heading in the user's language."""
        super().add_usage(usage, actions, groups, _("Usage:") + " " if prefix is None else prefix)


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001 - argparse gives it no other name


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read a command line; ends the program with exit code 2 when it cannot be read, with 0 after help."""
    return build().parse_args(arguments)


def build() -> Parser:
    """The whole parser."""
    parser = Parser(prog="tahaluf", description=_("The joint-case desk. Without a command, its window opens."))
    _common(parser, default=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title=_("Commands"), parser_class=Parser)
    _add_setup(commands)
    _add_edits(commands)
    _add_reading(commands)
    _add_members(commands)
    add_exchanges(commands, Parser, _ending)
    _add_carrying(commands)
    _add_offline(commands)
    _add_receipts(commands)
    _add_recall(commands)
    _add_erase(commands)
    _add_import(commands)
    _add_evidence(commands)
    add_exhibits(commands, Parser, _ending)
    add_requests(commands, Parser, _ending)
    add_many(commands, _ending)
    add_ministry(commands, Parser, _ending)
    return parser


def _add_setup(commands: Commands) -> None:
    init = commands.add_parser("init", help=_("set up a desk: keys, encrypted store, certificate request"))
    init.add_argument("--profile", type=Path, metavar="FILE", required=True, help=_("the ministry's profile"))
    init.add_argument("--officer", metavar="NAME", default="", help=_("the officer's name, instead of the profile's"))
    init.add_argument("--desk", metavar="LABEL", default="", help=_("the desk's label, instead of the profile's"))
    _ending(init)
    passphrase = commands.add_parser("passphrase", help=_("change the passphrase, or what many wrong ones do"))
    passphrase.add_argument(
        "--new-passphrase-file",
        type=Path,
        metavar="F",
        help=_("file whose first line is the new passphrase; without it, the terminal asks"),
    )
    passphrase.add_argument(
        "--erase-after",
        type=int,
        metavar="N",
        help=_("destroy the keys after N wrong passphrases in a row, 0 for never; the passphrase stays as it is"),
    )
    _ending(passphrase)
    sync = commands.add_parser("sync", help=_("exchange with the secretariat, and print the figures of the run"))
    sync.add_argument("--once", action="store_true", help=_("try once instead of for a minute"))
    _ending(sync)
    verify = commands.add_parser("verify", help=_("check the store, every chain and every signature"))
    what = verify.add_mutually_exclusive_group()
    what.add_argument("--space", metavar="ID", default="", help=_("the whole history of one case only"))
    what.add_argument("--proof", type=Path, metavar="FILE", help=_("a proof file; needs no server and no desk"))
    what.add_argument("--bundle", type=Path, metavar="FILE", help=_("a bundle file; needs no server and no desk"))
    verify.add_argument(
        "--key", metavar="KEY", default="", help=_("with --bundle: the bundle's own key, to check what is in it")
    )
    verify.add_argument(
        "--profile", type=Path, metavar="FILE", help=_("profile whose roots are trusted, instead of the desk's own")
    )
    _ending(verify)
    enrolment = commands.add_parser("enrolment", help=_("show who enrolled this desk, and confirm it once"))
    enrolment.add_argument("--confirm", metavar="XXXX-…", help=_("the administrator's fingerprint as it was read out"))
    _ending(enrolment)
    salvage = commands.add_parser("salvage", help=_("copy everything that verifies out of a damaged store"))
    salvage.add_argument(
        "--replace",
        action="store_true",
        help=_("put the new store in the damaged one's place, which is kept beside it"),
    )
    _ending(salvage)


def _add_edits(commands: Commands) -> None:
    case = commands.add_parser("case", help=_("open a case")).add_subparsers(
        dest="action", metavar="new", required=True, parser_class=Parser
    )
    new = case.add_parser("new", help=_("open a case and print its id"))
    new.add_argument("--title", metavar="T", required=True, help=_("title of the case"))
    new.add_argument("--members", metavar="CODES", help=_("ministries that can read it, such as AE,FR; own included"))
    new.add_argument(
        "--template", metavar="KEY", default="", help=_("what it begins with: tasks and deadlines; see templates")
    )
    new.add_argument(
        "--role",
        dest="roles",
        action="append",
        default=[],
        metavar="ROLE=NAME",
        help=_("officer who has a role of the template; can be repeated"),
    )
    _sets(new)
    _ending(new)
    _ending(commands.add_parser("templates", help=_("list the templates of cases, the ministry's own too")))
    record = commands.add_parser("record", help=_("add a record to a case")).add_subparsers(
        dest="action", metavar="new", required=True, parser_class=Parser
    )
    add = record.add_parser("new", help=_("add a record and print its id"))
    add.add_argument("type", metavar="TYPE", help=_("type of the record, such as person"))
    add.add_argument("--space", metavar="ID", required=True, help=_("id of the case"))
    _sets(add)
    _ending(add)
    for name, text in (
        ("set", _("write a field; an empty value clears it")),
        ("resolve", _("write the value that settles a conflict")),
    ):
        edit = commands.add_parser(name, help=text)
        edit.add_argument("record", metavar="RECORD", help=_("id of the record"))
        edit.add_argument("field", metavar="FIELD", help=_("name of the field"))
        edit.add_argument(
            "value",
            metavar="VALUE",
            help=_("the value (of a set, all elements with commas); - reads the standard input"),
        )
        _ending(edit)
    for name, text in (
        ("delete", _("put a record into the bin")),
        ("restore", _("take a record out of the bin")),
    ):
        edit = commands.add_parser(name, help=text)
        edit.add_argument("record", metavar="RECORD", help=_("id of the record"))
        _ending(edit)
    for name, text in (("undo", _("undo your last edit")), ("redo", _("do again what was undone"))):
        _ending(commands.add_parser(name, help=text))


def _add_reading(commands: Commands) -> None:
    show = commands.add_parser("show", help=_("show a record"))
    show.add_argument("record", metavar="RECORD", help=_("id of the record"))
    _ending(show)
    log = commands.add_parser("log", help=_("show the history of a record"))
    log.add_argument("record", metavar="RECORD", help=_("id of the record"))
    log.add_argument("--field", metavar="FIELD", default="", help=_("of one field only"))
    _ending(log)
    rows = commands.add_parser("list", help=_("list records of a type"))
    rows.add_argument("type", metavar="TYPE", help=_("type of the records, such as case"))
    rows.add_argument("--space", metavar="ID", default="", help=_("of one case only"))
    rows.add_argument("--deleted", action="store_true", help=_("the bin instead of the list"))
    _listing(rows)
    search = commands.add_parser("search", help=_("search in all records, whatever the script or the accents"))
    search.add_argument("text", metavar="TEXT", help=_("words to look for; the last one may be cut short"))
    search.add_argument("--type", metavar="TYPE", default="", help=_("records of one type only"))
    _listing(search)
    _ending(commands.add_parser("conflicts", help=_("list the fields that hold several values")))


def _add_carrying(commands: Commands) -> None:
    bundle = commands.add_parser("bundle", help=_("carry cases by hand, on a stick")).add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=Parser
    )
    write = bundle.add_parser("write", help=_("write what this desk has into a file for others"))
    write.add_argument(
        "--to",
        metavar="READER",
        action="append",
        required=True,
        help=_("who can open it: code of a ministry, id or fingerprint of a desk; may be repeated"),
    )
    write.add_argument(
        "--space", metavar="ID", action="append", default=[], dest="spaces", help=_("one case only; may be repeated")
    )
    write.add_argument("--all", action="store_true", help=_("also what the readers are known to have"))
    which = write.add_mutually_exclusive_group()
    which.add_argument("--files", action="store_true", help=_("also the evidence files of its cases that are here"))
    which.add_argument(
        "--file",
        metavar="ID",
        action="append",
        default=[],
        dest="evidence",
        help=_("also this evidence file, by its id; may be repeated"),
    )
    write.add_argument(
        "--checkable",
        action="store_true",
        help=_("print a key with which others can check what is in it, though not read the cases"),
    )
    write.add_argument("--split", metavar="MB", type=int, default=0, help=_("begin a new file after so many megabytes"))
    write.add_argument("file", type=Path, metavar="FILE", help=_("file to write"))
    _ending(write)
    blob = commands.add_parser("blob", help=_("evidence files of a record")).add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=Parser
    )
    put = blob.add_parser("put", help=_("attach a file; it is sent after the text"))
    get = blob.add_parser("get", help=_("write a file of a record to the disk, fetching it first if need be"))
    drop = blob.add_parser("drop", help=_("take a file out of its record, off this desk and off the server, for good"))
    listed = blob.add_parser("list", help=_("list files: of a record, or those on their way"))
    for each in (put, get, drop):
        each.add_argument("record", metavar="RECORD", help=_("id of the record"))
    listed.add_argument("record", metavar="RECORD", nargs="?", default="", help=_("id of the record"))
    put.add_argument("file", type=Path, metavar="FILE", help=_("file to attach"))
    get.add_argument("name", metavar="NAME", help=_("name or id of the file, as the list shows it"))
    drop.add_argument("name", metavar="NAME", help=_("name or id of the file, as the list shows it"))
    get.add_argument("file", type=Path, metavar="FILE", help=_("file to write"))
    for each in (put, get, drop, listed):
        _ending(each)
    read = bundle.add_parser("read", help=_("take what verifies of a bundle; again does nothing"))
    read.add_argument("files", type=Path, metavar="FILE", nargs="+", help=_("bundles, or a ministry's directory.log"))
    _ending(read)


def _add_offline(commands: Commands) -> None:
    offline = commands.add_parser("offline", help=_("which cases this desk keeps")).add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=Parser
    )
    listed = offline.add_parser("list", help=_("list the cases, kept and not kept"))
    keep = offline.add_parser("keep", help=_("keep a case; one that was dropped comes with the next exchange"))
    drop = offline.add_parser("drop", help=_("take a case off this desk; the secretariat keeps it"))
    for command in (keep, drop):
        command.add_argument("space", metavar="SPACE", help=_("id of the case"))
    keep.add_argument("--days", type=_days, default=0, metavar="N", help=_("and drop it then; without it for good"))
    for command in (listed, keep, drop):
        _ending(command)


def _days(text: str) -> int:
    days = int(text)
    if not 0 <= days <= MAX_DAYS:
        raise ValueError(text)
    return days


def _add_evidence(commands: Commands) -> None:
    evidence = commands.add_parser("evidence", help=_("what shows that somebody broke the rules")).add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=Parser
    )
    _ending(evidence.add_parser("list", help=_("list what was found, in plain words")))
    export = evidence.add_parser("export", help=_("write a finding into a proof file that stands for itself"))
    export.add_argument("number", metavar="N", type=int, help=_("number of the finding"))
    export.add_argument("file", type=Path, metavar="FILE", help=_("file to write"))
    _ending(export)


def _add_receipts(commands: Commands) -> None:
    receipts = commands.add_parser("receipts", help=_("who has a record, as far as their desks said so"))
    receipts.add_argument("record", metavar="RECORD", help=_("id of the record"))
    choice = receipts.add_mutually_exclusive_group()
    choice.add_argument("--ask", action="store_true", help=_("ask the desks that have it to say so"))
    choice.add_argument("--stop", action="store_true", help=_("ask no longer"))
    _ending(receipts)


def _add_import(commands: Commands) -> None:
    table = commands.add_parser("import", help=_("add records to a case from a table (CSV)"))
    table.add_argument("file", type=Path, metavar="FILE", help=_("file to read"))
    table.add_argument("--space", metavar="SPACE", required=True, help=_("id of the case"))
    table.add_argument("--type", metavar="TYPE", required=True, help=_("type of the records"))
    table.add_argument(
        "--map", metavar="COLUMN=FIELD", action="append", help=_("a column and its field; may be repeated")
    )
    table.add_argument("--encoding", choices=ENCODINGS, help=_("the file's encoding, instead of the one found"))
    table.add_argument("--delimiter", choices=DELIMITERS, help=_("the separator, instead of the one found"))
    table.add_argument("--dry-run", action="store_true", help=_("judge every row and write nothing"))
    table.add_argument("--errors", type=Path, metavar="FILE", help=_("file for the refused rows, with their reasons"))
    _ending(table)


def _add_erase(commands: Commands) -> None:
    erase = commands.add_parser("erase", help=_("destroy the keys and files of this desk, for good"))
    erase.add_argument("--desk", metavar="NAME", help=_("the desk's name, instead of typing it"))
    _ending(erase)


def _add_recall(commands: Commands) -> None:
    recall = commands.add_parser("recall", help=_("take back for good what your ministry made, on every desk"))
    recall.add_argument("record", metavar="RECORD", help=_("id of the record"))
    recall.add_argument("--reason", metavar="TEXT", required=True, help=_("why, told to everybody who had it"))
    recall.add_argument("--yes", action="store_true", help=_("do not ask"))
    _ending(recall)


def _add_members(commands: Commands) -> None:
    member = commands.add_parser("member", help=_("who belongs to a case")).add_subparsers(
        dest="action", metavar="ACTION", required=True, parser_class=Parser
    )
    listed = member.add_parser("list", help=_("list the members of a case"))
    log = member.add_parser("log", help=_("what happened to the members of a case"))
    invite = member.add_parser("invite", help=_("let a ministry, or one desk, into a case"))
    role = member.add_parser("role", help=_("give a member another role"))
    remove = member.add_parser("remove", help=_("remove a member from a case"))
    leave = member.add_parser("leave", help=_("leave a case, with your whole ministry or as the one desk invited"))
    for command in (listed, log, invite, role, remove, leave):
        command.add_argument("space", metavar="SPACE", help=_("id of the case"))
    for command in (invite, role, remove):
        command.add_argument("subject", metavar="WHOM", help=_("code of a ministry, or id of a desk"))
    roles = ("lead", "contributor", "reader")
    role.add_argument("role", choices=roles, help=_("the role"))
    invite.add_argument("--role", choices=roles, default="contributor", help=_("the role"))
    invite.add_argument("--from-now", action="store_true", help=_("without what was written before"))
    for command in (listed, log, invite, role, remove, leave):
        _ending(command)


def _common(parser: Parser, default: object) -> None:
    """What stands before the command or after it; what is not given after it keeps what was given before."""
    parser.add_argument(
        "--home", type=Path, metavar="DIR", default=default, help=_("folder of this desk's encrypted store")
    )
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="F",
        default=default,
        help=_("file whose first line is the passphrase; without it, the terminal asks"),
    )
    parser.add_argument(
        "--language", metavar="CODE", default=default, help=_("language of the texts: ar, fr, it, es or en")
    )


def _sets(parser: Parser) -> None:
    parser.add_argument(
        "--set",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        dest="sets",
        help=_("a field's value; may be repeated"),
    )


def _listing(parser: Parser) -> None:
    parser.add_argument("--limit", metavar="N", type=int, default=0, help=_("at most so many"))
    parser.add_argument(
        "--order", choices=("updated", "due", "reference", "title"), default="updated", help=_("order of the list")
    )
    _ending(parser)


def _ending(parser: Parser) -> None:
    """The options that every command takes."""
    _common(parser, default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help=_("print JSON, as docs/cli.md describes it"))
