"""`tahaluf-secretariat`: serve a data folder, and administer it. Exits 0 done, 1 refused with a reason, 2 misuse."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from server import __version__, admin
from server.admin import Refused
from server.problems import Misuse
from server.running import Listen, serve
from server.storage import StorageFailed
from sync.wire.errors import WireError

DONE, REFUSED, MISUSE = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except Misuse as error:
        return _complain(str(error), MISUSE)
    except (Refused, StorageFailed, WireError) as error:
        return _complain(str(error), REFUSED)
    return DONE


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"tahaluf-secretariat: {text}\n")
    return code


def _say(value: object, *, as_json: bool, text: str) -> None:
    sys.stdout.write((json.dumps(value) if as_json else text) + "\n")


def _serve(options: argparse.Namespace) -> None:
    host, _, port = options.listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise Misuse("--listen takes HOST:PORT, such as 127.0.0.1:8080")
    if bool(options.tls_cert) != bool(options.tls_key):
        raise Misuse("--tls-cert and --tls-key go together")
    for file in filter(None, (options.tls_cert, options.tls_key)):
        if not file.is_file():
            raise Misuse(f"{file} is not a file")
    serve(options.data, Listen(host.strip("[]"), int(port), options.tls_cert, options.tls_key))


def _init(options: argparse.Namespace) -> None:
    admin.make(options.data)


def _member_add(options: argparse.Namespace) -> None:
    root = admin.check_member(options.code, options.root)
    new = asyncio.run(admin.add_member(options.data, options.code, root))
    sys.stdout.write(f"{options.code} {'added' if new else 'is a member already'}\n")


def _member_list(options: argparse.Namespace) -> None:
    members = asyncio.run(admin.list_members(options.data))
    lines = [f"{m['ministry']:8} {m['fingerprint']}  {m['devices']} devices" for m in members]
    _say(members, as_json=options.json, text="\n".join(lines) or "no members")


def _directory_import(options: argparse.Namespace) -> None:
    sys.stdout.write(f"{asyncio.run(admin.import_directory(options.data, options.file))} entries\n")


def _status(options: argparse.Namespace) -> None:
    figures = asyncio.run(admin.status(options.data))
    _say(figures, as_json=options.json, text="\n".join(f"{name:11} {value:,}" for name, value in figures.items()))


def _log_key(options: argparse.Namespace) -> None:
    key = admin.log_key(options.data)
    text = f"{key['key']}\nfingerprint {key['fingerprint']}"
    _say(key, as_json=options.json, text=text)


def _new_epoch(options: argparse.Namespace) -> None:
    sys.stdout.write(f"data epoch {admin.renew_epoch(options.data)}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("tahaluf-secretariat", description="The secretariat's server of Tahaluf.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serving = commands.add_parser("serve", help="serve a data folder; makes it if it is not there")
    serving.add_argument("--data", type=Path, required=True, metavar="DIR")
    serving.add_argument("--listen", required=True, metavar="HOST:PORT", help="port 0 takes a free one")
    serving.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate chain, PEM")
    serving.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key, PEM")
    serving.set_defaults(run=_serve)

    administration = commands.add_parser("admin", help="administer a data folder, served or not")
    orders = administration.add_subparsers(required=True, metavar="ORDER")
    _order(orders, "init", "make a data folder").set_defaults(run=_init)

    members = orders.add_parser("member", help="member ministries").add_subparsers(required=True, metavar="ORDER")
    adding = _order(members, "add", "add a member")
    adding.add_argument("code", metavar="CODE", help="two to eight capital letters")
    adding.add_argument("root", metavar="ROOT_KEY", help="its root key, 64 hexadecimal digits")
    adding.set_defaults(run=_member_add)
    listing = _order(members, "list", "list the members")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_member_list)

    directory = orders.add_parser("directory", help="directories").add_subparsers(required=True, metavar="ORDER")
    importing = _order(directory, "import", "append the entries of a file to a ministry's directory")
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.set_defaults(run=_directory_import)

    figures = _order(orders, "status", "count what is stored")
    figures.add_argument("--json", action="store_true")
    figures.set_defaults(run=_status)
    showing = _order(orders, "log-key", "show the public key of the log, for the profiles")
    showing.add_argument("--json", action="store_true")
    showing.set_defaults(run=_log_key)
    renewing = _order(orders, "new-epoch", "after a copy was put back: let all desks compare anew")
    renewing.set_defaults(run=_new_epoch)
    return parser


def _order(
    orders: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    order = orders.add_parser(name, help=text)
    order.add_argument("--data", type=Path, required=True, metavar="DIR")
    return order


if __name__ == "__main__":
    sys.exit(main())
