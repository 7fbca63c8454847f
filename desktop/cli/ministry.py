"""Which function carries out which `tahaluf ministry …`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from desktop.cli import charter, keys, orders
from desktop.desk import Opening

_ACTIONS: dict[str, Callable[[argparse.Namespace, Opening], None]] = {
    "new": keys.new,
    "show": keys.show,
    "enrol": keys.enrol,
    "publish": keys.publish,
    "new-administrator": orders.new_administrator,
    "new-root": orders.new_root,
    "add-administrator": orders.add_administrator,
    "remove-administrator": orders.remove_administrator,
    "revoke": orders.revoke,
    "continuity": orders.continuity,
    "recover": orders.recover_desk,
    "charter-show": charter.show,
    "charter-propose": charter.begin,
    "charter-sign": charter.sign,
    "charter-publish": charter.publish,
}


def run(options: argparse.Namespace, opening: Opening) -> None:
    """`ministry …`."""
    _ACTIONS[options.action](options, opening)
