"""The dialog of an entry in a chain of custody: what is done, to whom, with which seal, where, when and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.casework.evidence_views import Handover
from desktop.casework.views import RecordView
from desktop.session import Session
from desktop.ui.desk_dialog import DeskDialog
from desktop.ui.kit import Button, CodeEdit, DropDown, Label, mark_invalid
from i18n import _
from i18n.bidi import isolate, one_line

_LIMIT = 300  # characters
_TITLES: dict[str, Callable[[], tuple[str, str]]] = {
    "transferred": lambda: (_("Hand over"), _("It is open until the other officer confirms it on their own desk.")),
    "received": lambda: (_("Confirm receipt"), _("From now on you hold the exhibit.")),
    "declined": lambda: (_("Not received"), _("The exhibit stays with who handed it over.")),
    "examined": lambda: (_("Examined"), _("Say what was done to it and what came of it.")),
    "sealed": lambda: (_("Put a seal on"), _("Only this number opens it again.")),
    "unsealed": lambda: (_("Open the seal"), _("The number has to be that of the seal that is on it.")),
    "returned": lambda: (_("Return"), _("The chain ends with this. Nothing can be entered afterwards.")),
    "destroyed": lambda: (_("Destroyed"), _("The chain ends with this. Nothing can be entered afterwards.")),
}


class CustodyDialog(DeskDialog):
    """An entry is signed and stays: nothing takes it back, it is followed by another one."""

    def __init__(
        self, session: Session, view: RecordView, action: str, parent: QWidget | None = None, *, previous: str = ""
    ) -> None:
        """`previous`: of two ends of a chain, the entry that counts."""
        super().__init__(session, parent, Button("", "danger" if action == "destroyed" else "primary", "check"))
        self.action, self._view, self._previous = action, view, previous
        self.sentence = Label("", "body", "muted", wrap=True)
        self.to = DropDown()
        self._officers = session.officers(view.space) if action == "transferred" else []
        for each in self._officers:
            self.to.addItem(isolate(one_line(f"{each.officer}, {each.ministry} ({each.desk})", 120)))
        self.receiver, self.seal, self.when = QLineEdit(), CodeEdit(), CodeEdit()
        self.place, self.why = QLineEdit(), QLineEdit()
        self._now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
        self.when.setText(self._now)
        for edit in (self.receiver, self.seal, self.when, self.place, self.why):
            edit.setMaxLength(_LIMIT)
            edit.textChanged.connect(self._on_typed)
        fields: list[tuple[QWidget, bool]] = [
            (self.to, action == "transferred"),
            (self.receiver, action == "returned"),
            (self.seal, action in ("sealed", "unsealed")),
            (self.when, True),
            (self.place, True),
            (self.why, True),
        ]
        self._labels: dict[QWidget, Label] = {}
        parts: list[QWidget] = [self.sentence]
        for widget, shown in fields:
            label = self._labels[widget] = Label("", "caption_strong")
            label.setBuddy(widget)
            if shown:
                parts += [label, widget]
            else:
                label.setParent(self)
                widget.setParent(self)
                label.hide()
                widget.hide()
        session.failed.connect(self._on_failed)
        self.lay_out(parts)
        self.bind(lambda _text: self._tell(), str)
        self._on_typed()
        (self.seal if action in ("sealed", "unsealed") else self.why).setFocus()

    def said(self) -> Handover:
        """What the entry says."""
        to, ministry = self.receiver.text().strip(), ""
        if self.action == "transferred" and self._officers:
            chosen = self._officers[self.to.currentIndex()]
            to, ministry = chosen.officer, chosen.ministry
        moment = self._moment() if self.when.text() != self._now else None
        at = moment.astimezone().isoformat(timespec="seconds") if moment is not None else ""
        return Handover(
            why=self.why.text().strip(),
            to=to,
            ministry=ministry,
            at=at,
            place=self.place.text().strip(),
            seal=self.seal.text().strip(),
            previous=self._previous,
        )

    def submit(self) -> None:
        """Sign it, and close."""
        self.problem.hide()
        if self.button.isEnabled() and self.session.custody_step(self._view.id, self.action, self.said()):
            self.accept()

    def _moment(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.when.text().strip().replace(" ", "T"))
        except ValueError:
            return None

    def _on_failed(self, code: str, params: dict[str, object]) -> None:
        if params.get("record") == self._view.id:
            self.show_problem(self.session.message(code, params))

    def _on_typed(self) -> None:
        timely = self._moment() is not None
        mark_invalid(self.when, not timely)
        sealed = self.action not in ("sealed", "unsealed") or bool(self.seal.text().strip())
        addressed = self.action != "transferred" or bool(self._officers)
        self.button.setEnabled(timely and sealed and addressed)

    def _tell(self) -> None:
        title, sentence = _TITLES[self.action]()
        self.name(title)
        self.button.setText(title)
        if self.action == "transferred" and not self._officers:
            sentence = _("No other desk of this case is known here yet. Invite its ministry, or exchange first.")
        self.sentence.setText(sentence)
        words = {
            self.to: _("To"),
            self.receiver: _("To"),
            self.seal: _("Seal number"),
            self.when: _("When"),
            self.place: _("Where"),
            self.why: _("Why"),
        }
        for widget, text in words.items():
            self._labels[widget].setText(text)
            widget.setAccessibleName(text)
