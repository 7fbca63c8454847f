"""The entry point: picks the language, runs the command, and turns what went wrong into a sentence and an exit code.

Exit codes: 0 done, 1 refused with a reason, 2 the command line cannot be read, 3 no connection (nothing was lost).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import platformdirs

from desktop.casework.validation import InvalidValue
from desktop.cli import (
    carry,
    edits,
    enrolment,
    erase,
    evidence,
    exchanges,
    exhibits,
    imports,
    many,
    members,
    ministry,
    offline,
    reading,
    recall,
    receipts,
    requests,
    setup,
)
from desktop.cli.arguments import parse
from desktop.cli.output import complain, dump, safe
from desktop.desk import Opening, params_of, read_home_profile
from desktop.messages import describe, describe_refused
from desktop.profile import BadProfile
from desktop.refusals import Refused
from desktop.settings import Settings
from desktop.store import StoreError
from i18n import LANGUAGES, parse_locale, set_language
from sync.errors import NoConnection, SyncError, TooSlow

DONE, REFUSED, NO_CONNECTION = 0, 1, 3

Command = Callable[[argparse.Namespace, Opening], None]

_COMMANDS: dict[str, Command] = {
    "init": setup.init,
    "passphrase": setup.passphrase,
    "sync": setup.sync,
    "verify": evidence.verify,
    "evidence": evidence.evidence,
    "exhibit": exhibits.exhibit,
    "enrolment": enrolment.enrolment,
    "salvage": setup.salvage,
    "bulk": many.bulk,
    "duplicates": many.duplicates,
    "merge": many.merge,
    "separate": many.separate,
    "case": edits.new_case,
    "templates": edits.list_templates,
    "record": edits.new_record,
    "set": edits.write,
    "resolve": edits.resolve,
    "delete": edits.delete,
    "restore": edits.restore,
    "undo": edits.undo,
    "redo": edits.redo,
    "show": reading.show,
    "log": reading.log,
    "list": reading.rows,
    "search": reading.search,
    "conflicts": reading.conflicts,
    "member": members.member,
    "exchange": exchanges.exchange,
    "permission": exchanges.permission,
    "bundle": carry.bundle,
    "blob": carry.blob,
    "offline": offline.offline,
    "receipts": receipts.receipts,
    "request": requests.request,
    "recall": recall.recall,
    "erase": erase.erase,
    "import": imports.import_table,
    "ministry": ministry.run,
}


def main(arguments: Sequence[str] | None = None, opening: Opening | None = None) -> int:
    """Run one command and return its exit code. `opening` is how a desk is opened, which tests replace."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _choose_language(words)
    options = parse(words)
    options.home = options.home or Path(platformdirs.user_data_dir("tahaluf", appauthor=False))
    if options.command is None:
        from desktop.app import run  # the window and Qt are loaded only when they are wanted

        return run(options.home)
    return _run(options, opening or Opening())


def _run(options: argparse.Namespace, opening: Opening) -> int:
    try:
        _COMMANDS[options.command](options, opening)
    except setup.Found:
        return REFUSED
    except SyncError as error:
        _tell(options, error.code, describe(error.code))
        return NO_CONNECTION if isinstance(error, NoConnection | TooSlow) else REFUSED
    except InvalidValue as error:
        _tell(options, error.code, describe_refused(error), field=error.field.name if error.field else "")
        return REFUSED
    except (StoreError, Refused, BadProfile) as error:
        named = {name: getattr(options, name, "") for name in ("record", "space")}
        _tell(options, error.code, describe(error.code, {**named, **params_of(error)}))
        return REFUSED
    except BrokenPipeError:  # the reader of our output has gone: nothing to tell, and nobody
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - kept until the process ends
        return REFUSED
    except KeyboardInterrupt:
        return REFUSED
    return DONE


def _tell(options: argparse.Namespace, code: str, text: str, **more: str) -> None:
    if getattr(options, "json", False):
        dump({"error": code, "message": safe(text), **more})
    complain(text)


def _choose_language(words: Sequence[str]) -> None:
    """The language of the option, else the desk's, else the environment's; the help texts need it before parsing."""
    wanted = _option(words, "--language")
    home = _option(words, "--home") or platformdirs.user_data_dir("tahaluf", appauthor=False)
    if wanted.split("_")[0] in LANGUAGES:
        set_language(parse_locale(wanted))
    elif profile := read_home_profile(Path(home)):
        set_language(Settings(Path(home), profile).locale)
    else:
        found = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
        set_language(parse_locale(found.partition(".")[0]))


def _option(words: Sequence[str], name: str) -> str:
    for index, word in enumerate(words):
        if word == name and index + 1 < len(words):
            return words[index + 1]
        if word.startswith(name + "="):
            return word.partition("=")[2]
    return ""
