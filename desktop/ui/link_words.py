"""What a record without a title is called: a link by what it joins, another by its type."""

from __future__ import annotations

from desktop.casework.record_types import RecordType
from desktop.casework.views import ListRow, RecordView
from desktop.session import Session
from desktop.ui.presenter import full_title, role_value, row_title
from i18n import _


def ends_text(source: str, target: str) -> str:
    """Two titles that are ready for display, as a link joins them."""
    return _("{source} → {target}").format(source=source, target=target)


def row_words(session: Session, row: ListRow, *, limit: int = 300) -> str:
    """The title of a listed record; a link without one by the titles of its ends, as far as they are here."""
    if row.title or row.recalled or not (row.source or row.target):
        return row_title(row, limit=limit)
    names = {end.id: row_title(end, limit=limit // 2) for end in session.rows([row.source, row.target])}
    return ends_text(names.get(row.source, "…"), names.get(row.target, "…")) if names else row_title(row)


def view_words(session: Session, record_type: RecordType | None, view: RecordView) -> str:
    """The full title of a record in view; a link without one by the titles of its ends."""
    ends = [str(role_value(record_type, view, role) or "") for role in ("source", "target")]
    if view.recalled is not None or role_value(record_type, view, "title") or not all(ends):
        return full_title(record_type, view)
    names = {end.id: row_title(end, limit=150) for end in session.rows(ends)}
    return ends_text(*(names.get(end, "…") for end in ends)) if names else full_title(record_type, view)
