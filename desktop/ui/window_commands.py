"""The commands of the window, with their words and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from desktop.ui.commands import Command
from desktop.ui.rail import PLACES, SETTINGS
from desktop.ui.record_deeds import RecordDeeds
from desktop.ui.records_page import RecordsPage
from i18n import _, pgettext

if TYPE_CHECKING:
    from desktop.ui.main_window import MainWindow
    from desktop.ui.workspace import Workspace


def window_commands(window: MainWindow) -> Iterator[Command]:
    """Every command, in the order of the sheet of shortcuts. Those of the workspace need an open desk."""
    yield from _moving(window)
    yield from _working(window)
    yield from _record(window)
    yield from _desk(window)


def _moving(window: MainWindow) -> Iterator[Command]:
    def group() -> str:
        return _("Go to")

    yield Command(
        "bar",
        lambda: _("Search and commands"),
        _in(window, lambda space: space.show_command_bar()),
        "command",
        group,
        ("Ctrl+K",),
    )
    for place_number, place in enumerate((*PLACES, SETTINGS), 1):
        go = _in(window, partial(_show_page, key=place.key))
        yield Command(f"go.{place.key}", place.text, go, place.icon, group, (f"Alt+{place_number}",))
    onward, back = partial(window.move_between_panes, 1), partial(window.move_between_panes, -1)
    yield Command("pane.next", lambda: _("Next part of the window"), onward, "panel-left", group, ("F6",))
    yield Command("pane.previous", lambda: _("Previous part of the window"), back, "panel-left", group, ("Shift+F6",))


def _working(window: MainWindow) -> Iterator[Command]:
    def group() -> str:
        return _("Cases")

    new, find = _in(window, lambda space: space.new_case()), _in(window, lambda space: space.records().start_finding())
    yield Command("case.new", lambda: _("New case"), new, "plus", group, ("Ctrl+N",))
    yield Command("case.find", lambda: _("Find in this list"), find, "search", group, ("Ctrl+F",))
    undo, redo = window.session.undo, window.session.redo
    yield Command("edit.undo", lambda: _("Undo"), undo, "undo-2", group, ("Ctrl+Z",))
    yield Command("edit.redo", lambda: _("Redo"), redo, "redo-2", group, ("Ctrl+Shift+Z", "Ctrl+Y"))


def _record(window: MainWindow) -> Iterator[Command]:
    def group() -> str:
        return _("The record in view")

    def do(deed: Callable[[RecordDeeds], object]) -> Callable[[], object]:
        return lambda: deed(deeds) if (deeds := _deeds(window)) is not None else None

    def there() -> bool:
        return _deeds(window) is not None

    history, receipts = do(RecordDeeds.show_history), do(RecordDeeds.show_receipts)
    yield Command("record.history", lambda: _("History"), history, "history", group, ("Ctrl+H",), there)
    yield Command("record.receipts", lambda: _("Receipts…"), receipts, "eye", group, ("Ctrl+R",), there)

    duplicates, separate = do(RecordDeeds.show_duplicates), do(RecordDeeds.separate)
    yield Command("record.duplicates", lambda: _("Duplicates…"), duplicates, "merge", group, ("Ctrl+D",), there)
    yield Command(
        "record.separate",
        lambda: _("Take the merge back"),
        separate,
        "merge",
        group,
        usable=lambda: (deeds := _deeds(window)) is not None and deeds.is_merged(),
    )

    def can_recall() -> bool:
        deeds = _deeds(window)
        return deeds is not None and deeds.can_recall()

    recall = do(RecordDeeds.recall)
    yield Command("record.recall", lambda: _("Recall for ever…"), recall, "circle-x", group, usable=can_recall)


def _desk(window: MainWindow) -> Iterator[Command]:
    session = window.session

    def group() -> str:
        return _("This desk")

    yield Command("sync.now", lambda: _("Exchange now"), session.sync_now, "refresh-cw", group, ("F5",))
    yield Command(
        "sync.off",
        lambda: _("Work offline"),
        lambda: session.set_connected(False),
        "cloud-off",
        group,
        usable=lambda: session.connected,
    )
    yield Command(
        "sync.on",
        lambda: pgettext("command", "Connect"),
        lambda: session.set_connected(True),
        "cloud",
        group,
        usable=lambda: not session.connected,
    )
    yield Command("lock", lambda: _("Lock now"), window.lock, "lock", group, ("Ctrl+L",))
    yield Command(
        "keys",
        lambda: _("Keyboard shortcuts"),
        window.show_shortcuts,
        "keyboard",
        group,
        ("F1", "Ctrl+/"),
        while_locked=True,
    )


def _deeds(window: MainWindow) -> RecordDeeds | None:
    """What can be done to the record in view, if there is one."""
    page = window.workspace.stack.currentWidget() if window.workspace is not None else None
    shown = page.detail.page() if isinstance(page, RecordsPage) else None
    return shown.deeds if shown is not None and shown.view is not None else None


def _in(window: MainWindow, do: Callable[[Workspace], object]) -> Callable[[], object]:
    def run() -> None:
        if window.workspace is not None:
            do(window.workspace)

    return run


def _show_page(space: Workspace, key: str) -> None:
    space.show_page(key)
