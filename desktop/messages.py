"""Codes of failures as sentences for people: what happened, what was kept, what to do. The only place that shows them.

    describe("no_connection")                      in the current language
    describe("disk_full", {"path": "…"})          parameters are shown isolated

A code from elsewhere (a server's problem document) that is not known here gives a general sentence that shows the code.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping
from importlib import metadata

from desktop.casework.validation import InvalidValue
from desktop.casework.validation import describe as describe_value
from desktop.casework.views import SyncState
from desktop.sentences import SENTENCES, Texts
from desktop.store.verify import VerifyReport
from i18n import _, current, ngettext
from i18n.bidi import ltr, one_line
from i18n.formats import duration, moment, number

_SHOWN = 120  # characters of a parameter
_INIT = "tahaluf init --profile FILE"
_COMMANDS = {
    "no_store": _INIT,
    "erased_attempts": _INIT,
    "erased_order": _INIT,
    "erased_officer": _INIT,
    "store_damaged": "tahaluf salvage --replace",
}


def describe(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence of a code in the current language."""
    make = SENTENCES.get(code) or (_bad_directory if code.startswith("directory_") else None)
    if make is None:
        return _("Something went wrong ({code}). Nothing you wrote was lost.").format(code=_shown(code))
    told = make().format_map(_Shown({"code": code, "command": _COMMANDS.get(code, ""), **(params or {})}))
    left = (params or {}).get("left")
    return f"{told} {_warning(left)}" if isinstance(left, int) and left > 0 else told


def describe_refused(error: InvalidValue) -> str:
    """The sentence of a refused value, for the command line (a form says it under the field)."""
    return describe_value(error, in_form=False)


def describe_problem(kind: str, where: str) -> str:
    """One finding of a verification in the current language; `where` names the place without case data."""
    make = _PROBLEMS.get(kind)
    text = make() if make else _shown(kind)
    return _("{problem}: {where}").format(problem=text, where=_shown(where))


def describe_report(report: VerifyReport) -> str:
    """What a verification came to."""
    if not report.ok:
        return describe("verify_failed", {"problems": number(len(report.problems))})
    figures = {name: number(getattr(report, name)) for name in ("spaces", "segments", "changes", "records")}
    told = _("Everything verifies. Spaces: {spaces}, segments: {segments}, changes: {changes}, records: {records}.")
    return told.format(**figures)


def describe_aside(code: str, *, ours: bool) -> str:
    """Why something was set aside: one of our own that the server refused, or a received one that did not verify."""
    if ours:
        return describe(code)
    make = _UNVERIFIED.get(code)
    return make() if make else _("It did not verify ({code}).").format(code=_shown(code))


def diagnostics(state: SyncState, counts: Mapping[str, int], server_url: str) -> str:
    """Lines for a technician: versions, figures, the connection. English, without case data or names."""
    lines = [
        f"tahaluf {_version('tahaluf')}, Python {platform.python_version()}, {platform.platform(terse=True)}",
        f"PySide6 {_version('PySide6-Essentials')}, sqlcipher3 {_version('sqlcipher3')}, pycrdt {_version('pycrdt')}",
        f"language {current().code}",
        f"server {one_line(server_url, _SHOWN) or 'none'}",
        f"connection {state.phase}, error {one_line(state.error, _SHOWN) or 'none'}",
        f"detail {one_line(state.detail, 400) or 'none'}",
        f"up to date at {state.as_of_ms} ms, next try at {state.retry_at_ms} ms",
        ", ".join(f"{name} {number}" for name, number in sorted(counts.items())),
    ]
    return "\n".join(lines)


class _Shown(dict[str, str]):
    """Parameters made safe to stand in a sentence; one that is missing is shown as a dash."""

    def __init__(self, params: Mapping[str, object]) -> None:
        super().__init__({name: _shown(value) for name, value in params.items()})
        for name in ("at_ms", "since_ms", "until_ms"):
            if isinstance(value := params.get(name), int):
                self[name.removesuffix("_ms")] = moment(value)
        if isinstance(value := params.get("wait_s"), float):
            self["wait"] = duration(math.ceil(value))

    def __missing__(self, name: str) -> str:
        return "—"


def _shown(value: object) -> str:
    return ltr(one_line(str(value), _SHOWN))


def _warning(left: int) -> str:
    return ngettext(
        "{n} more wrong passphrase, and the keys of this desk are destroyed.",
        "{n} more wrong passphrases, and the keys of this desk are destroyed.",
        left,
    ).format(n=number(left))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _bad_directory() -> str:
    return _(
        "A ministry's directory that the server sent does not verify ({code}). It was not believed, "
        "and nothing was changed. Tell your administrator."
    )


def _unreadable() -> str:
    return _("It cannot be read: it is damaged, or of a newer version of the desk.")


def _contradicts() -> str:
    return _("It contradicts what its desk had sent before.")


_UNVERIFIED: Texts = {
    "bad_signature": lambda: _("It is not signed by the desk that it names."),
    "unknown_device": lambda: _("Its desk is in no ministry's directory yet. It is fetched again when it is."),
    "unnamed_file": lambda: _("An evidence file that no record here names. It was not kept."),
    "blob_damaged": lambda: _("A part of an evidence file is not what was sealed. It was not kept."),
    "not_entitled": lambda: _("Its desk may not write in that space."),
    "recalled_since": lambda: _(
        "The server lost it, and its content was recalled since: what this desk wrote there goes by bundle from now on."
    ),
    "broken_chain": _contradicts,
    "fork": _contradicts,
    "gap": _contradicts,
    "bad_proof": _contradicts,
    "malformed": _unreadable,
    "unknown_suite": _unreadable,
}

_PROBLEMS: Texts = {
    "damaged": lambda: _("The file is damaged and could not be read to its end"),
    "page": lambda: _("A page of the file was altered or damaged"),
    "structure": lambda: _("The structure of the file does not hold"),
    "directory": lambda: _("A ministry's directory does not verify"),
    "device": lambda: _("A desk is listed that no directory names"),
    "founding": lambda: _("The first entry of a space does not verify"),
    "members": lambda: _("The members of a case are not what the entries of its log give"),
    "unknown_device": lambda: _("Something is signed by a desk that no directory names"),
    "segment": lambda: _("A sealed segment does not verify"),
    "chain": lambda: _("A desk's chain of segments has a gap or a fork"),
    "receipt": lambda: _("A receipt is not as its desk signed it"),
    "change": lambda: _("A change is not the one that was signed"),
    "order": lambda: _("Changes stand in an order that cannot be"),
    "record": lambda: _("A record is not what its changes make of it"),
    "list": lambda: _("A row of the lists is not what its record says"),
    "index": lambda: _("The search index lacks records"),
}
