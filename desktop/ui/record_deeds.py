"""What can be done to the record in view: by its menu, by what waits above it, by the command bar."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.clipboard import copy_marked
from desktop.ui.duplicates_dialog import DuplicatesDialog
from desktop.ui.presenter import marking_of, role_value, title_text
from desktop.ui.recall_dialog import RecallDialog
from desktop.ui.receipts_dialog import ReceiptsDialog
from desktop.ui.record_banners import RecordBanners


class RecordDeeds(QObject):
    """Each does nothing while no record is in view. Dialogs open over `page`."""

    history_requested = Signal()
    compare_requested = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session = session
        self._page = page
        self.view: RecordView | None = None

    def answer(self, banners: RecordBanners) -> None:
        """Do what the strips above the record ask for."""
        banners.compare_requested.connect(self.compare)
        banners.delete_requested.connect(self.delete)
        banners.restore_requested.connect(self.restore)
        banners.receipts_requested.connect(self.show_receipts)

    def in_bin(self) -> bool:
        """Whether the record is in the bin."""
        return self.view is not None and self.view.deleted

    def stands(self) -> bool:
        """Whether there is something that can be changed."""
        return self.view is not None and self.view.recalled is None

    def can_recall(self) -> bool:
        """Whether the record is one's own to recall."""
        return self.view is not None and self.stands() and self._session.may_recall(self.view.id)

    def is_merged(self) -> bool:
        """Whether another record stands for it in lists, or it for another."""
        return self.view is not None and self.stands() and self._session.is_merged(self.view.id)

    def show_duplicates(self) -> None:
        """Show the records of its case that may be one."""
        if self.view is not None:
            DuplicatesDialog(self._session, self.view.space, self._page).open()

    def separate(self) -> None:
        """Take back what merges it with others."""
        if self.view is not None:
            self._session.separate(self.view.id)

    def show_history(self) -> None:
        """Show what was done to it."""
        self.history_requested.emit()

    def copy(self) -> None:
        """Put the reference, or the title, on the clipboard, with the marking."""
        if self.view is not None:
            record_type = self._session.types.get(self.view.type)
            reference = role_value(record_type, self.view, "reference")
            text = str(reference) if reference else title_text(record_type, self.view)
            held = self._session.handling(self.view.id)
            copy_marked(text, held.marking if held else marking_of(self._session.types, self.view))

    def compare(self) -> None:
        """Show its conflicts."""
        if self.view is not None:
            self.compare_requested.emit(self.view.id)

    def delete(self) -> None:
        """Put it into the bin."""
        if self.view is not None:
            self.delete_requested.emit(self.view.id)

    def restore(self) -> None:
        """Take it out of the bin, or keep one that came back by itself."""
        if self.view is not None:
            self._session.restore(self.view.id)

    def show_receipts(self) -> None:
        """Show who has it and who read it."""
        if self.view is not None:
            ReceiptsDialog(self._session, self.view, self._page).open()

    def recall(self) -> None:
        """Ask whether it is to be recalled, and why."""
        if self.view is not None and self.can_recall():
            RecallDialog(self._session, self.view, self._page).open()
