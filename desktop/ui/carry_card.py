"""The card of what is carried by hand: a bundle to write, bundles to read, and what came of the last one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desktop.casework.carry_views import BundleFile, BundleRead, BundleWritten, Order
from desktop.session import Session
from desktop.ui.bundle_dialog import BundleDialog
from desktop.ui.kit import Banner, Button, Card, FlowLayout, Label
from desktop.ui.presenter import SEPARATOR
from desktop.ui.theme import current_theme
from i18n import _, ngettext
from i18n.bidi import isolate, one_line
from i18n.formats import moment, number, size

SUFFIX = ".tahaluf"


class CarryCard(Card):
    """Two buttons, and in words what happened to each file."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._last: BundleWritten | BundleRead | None = None
        self.words = Label("", "body", "muted", wrap=True)
        self.write_button = Button("", "secondary", "download")
        self.read_button = Button("", "secondary", "paperclip")
        self.problem = Banner("bad")
        self.problem.hide()
        self._results = QVBoxLayout()
        self._actions = FlowLayout()
        for button in (self.write_button, self.read_button):
            self._actions.addWidget(button)
        for item in (self.words, self._actions, self.problem, self._results):
            self.add(item)
        self.write_button.clicked.connect(self.ask_to_write)
        self.read_button.clicked.connect(self.ask_to_read)
        session.carried.connect(self._on_carried)
        session.carry_refused.connect(self._on_refused)
        session.carrying_changed.connect(self._on_changed)
        session.locked.connect(self._on_locked)
        self.bind(self.set_title, lambda: _("Carry by hand"))
        self.bind(self.write_button.setText, lambda: _("Write a bundle…"))
        self.bind(self.read_button.setText, lambda: _("Read bundles…"))
        self.bind(lambda _text: self._tell(), str)
        self.follow(self._gaps)

    def ask_to_write(self) -> None:
        """Ask for readers and cases, then for a file, and write."""
        dialog = BundleDialog(self._session, self)
        dialog.chosen.connect(self._on_chosen)
        dialog.open()

    def ask_to_read(self) -> None:
        """Ask for files, and read them."""
        names, _filter = QFileDialog.getOpenFileNames(
            self, _("Read bundles"), "", f"{_('Bundles')} (*{SUFFIX});;{_('All files')} (*)"
        )
        if names:
            self.problem.hide()
            self._session.read_bundles([Path(name) for name in names])

    def _on_chosen(self, order: Order) -> None:
        name, _filter = QFileDialog.getSaveFileName(
            self, _("Write a bundle"), f"tahaluf{SUFFIX}", f"{_('Bundles')} (*{SUFFIX})"
        )
        if name:
            self.problem.hide()
            path = Path(name)
            self._session.write_bundle(path if path.suffix else path.with_suffix(SUFFIX), order)

    def _on_changed(self) -> None:
        for button in (self.write_button, self.read_button):
            button.setEnabled(not self._session.is_carrying())
        self._tell()

    def _on_carried(self, result: object) -> None:
        self._last = result if isinstance(result, BundleWritten | BundleRead) else None
        self._tell()

    def _on_refused(self, code: str) -> None:
        self.problem.set_text(self._session.message(code))
        self.problem.show()

    def _on_locked(self) -> None:
        self._last = None
        self.problem.hide()
        self._tell()

    def _tell(self) -> None:
        busy = self._session.is_carrying()
        self.words.setText(
            _("Working on it…")
            if busy
            else _(
                "Without a connection, a stick carries the same: whole cases with their keys, sealed for the readers"
                " you choose and for nobody else. The same file read twice does no harm."
            )
        )
        while (taken := self._results.takeAt(0)) is not None:
            widget = taken.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if isinstance(self._last, BundleWritten):
            self._tell_written(self._last)
        elif self._last is not None:
            for file in self._last.files:
                self._tell_file(file)

    def _tell_written(self, written: BundleWritten) -> None:
        cases = ngettext("Written: {n} case", "Written: {n} cases", written.spaces).format(n=number(written.spaces))
        readers = ngettext("for {n} desk", "for {n} desks", len(written.readers)).format(n=number(len(written.readers)))
        self._results.addWidget(
            Label(f"{cases}{SEPARATOR}{readers}{SEPARATOR}{size(written.bytes)}", "strong", wrap=True)
        )
        for name in written.files:
            self._results.addWidget(Label(isolate(one_line(name, 200)), "caption", "muted", wrap=True))
        if written.unsealed:
            text = ngettext(
                "{n} change waits for a new key and is not in it: that needs the server.",
                "{n} changes wait for a new key and are not in it: that needs the server.",
                written.unsealed,
            )
            self._results.addWidget(Label(text.format(n=number(written.unsealed)), "body", "warn", wrap=True))

    def _tell_file(self, file: BundleFile) -> None:
        who = isolate(one_line(f"{file.officer}, {file.ministry} ({file.desk})", 120)) if file.officer else ""
        when = moment(file.at_ms) if file.at_ms else ""
        name = isolate(one_line(Path(file.file).name, 100))
        self._results.addWidget(Label(SEPARATOR.join(part for part in (name, who, when) if part), "strong", wrap=True))
        told = [
            ngettext("{n} new item", "{n} new items", file.taken).format(n=number(file.taken)),
            ngettext("{n} change applied", "{n} changes applied", file.applied).format(n=number(file.applied)),
        ]
        if file.rejected:
            told.append(ngettext("{n} refused", "{n} refused", file.rejected).format(n=number(file.rejected)))
        if file.waiting:
            waits = ngettext("{n} waits for another file", "{n} wait for another file", file.waiting)
            told.append(waits.format(n=number(file.waiting)))
        self._results.addWidget(Label(SEPARATOR.join(told), "caption", "muted", wrap=True))
        if file.damaged_at >= 0:
            damaged = self._session.message("bundle_damaged", {"path": Path(file.file).name})
            self._results.addWidget(Label(damaged, "body", "bad", wrap=True))

    def _gaps(self) -> None:
        self._actions.set_gap(current_theme().space("s"))
