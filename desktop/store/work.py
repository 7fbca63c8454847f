"""What waits for the officer of this desk: bounded reads by small indexes, whatever the number of cases."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from desktop.casework.mentions import desk_label, with_names
from desktop.casework.views import ListRow
from desktop.casework.work_views import DUE_DAYS, ENDED, WorkSection
from desktop.store.authors import Authors
from desktop.store.context import Context
from desktop.store.listing import Listing
from desktop.store.projection import elements_of
from sync.merge import decode_state

SHOWN = 200  # rows of a section
COUNTED = 5_000
MENTIONS = 500  # unread notes that are looked at for a mention
_OPEN = f"deleted = 0 AND status NOT IN ({', '.join(repr(each) for each in ENDED)})"
_PRESSING = "due = '', due, updated DESC"


class Work:
    """The reads of one connection."""

    def __init__(self, context: Context, listing: Listing, authors: Authors) -> None:
        self._context = context
        self._authors = authors
        self._database = context.database
        self._listing = listing

    def assigned(self) -> WorkSection:
        """What is assigned to the officer and not done, the most pressing first."""
        where = f"rows INDEXED BY rows_assignee WHERE assignee = ? AND assignee != '' AND {_OPEN}"
        return self._section("assigned", where, (self._context.identity.officer,), _PRESSING)

    def due(self, today: date, days: int = DUE_DAYS) -> WorkSection:
        """What is due within some days or was before today, of what is the officer's: assigned, or begun and nobody's.

        The first is what is longest overdue.
        """
        end = (today + timedelta(days=days + 1)).isoformat()
        mine = (
            f"rows INDEXED BY rows_assignee WHERE assignee = ? AND assignee != '' AND {_OPEN} AND due != '' AND due < ?"
        )
        begun = (
            f"rows INDEXED BY rows_due WHERE due != '' AND due < ? AND mine = 1 AND assignee = '' AND {_OPEN} LIMIT ?"
        )
        one, other = (f"SELECT name, due, updated FROM {each}" for each in (mine, begun))  # noqa: S608 - our own words
        both = f"({one} UNION ALL SELECT * FROM ({other})) WHERE 1"  # noqa: S608 - no record is in both
        return self._section("due", both, (self._context.identity.officer, end, end, COUNTED), "due, updated DESC")

    def unread(self) -> WorkSection:
        """Records with news that nobody looked at, the newest first."""
        where = "rows INDEXED BY rows_unread WHERE unread = 1 AND deleted = 0 AND type != ''"
        return self._section("unread", where, (), "updated DESC, name")

    def conflicts(self) -> WorkSection:
        """Records with a field in conflict, the newest first."""
        where = "rows INDEXED BY rows_conflicts WHERE conflicts > 0 AND deleted = 0"
        return self._section("conflicts", where, (), "updated DESC, name")

    def mentions(self) -> WorkSection:
        """Unread notes that mention this desk, the newest first; among the newest unread ones only."""
        own = f"@{self._context.device.hex()}"
        rows = self._database.all(
            "SELECT hex(s.name), state_of(s.n, s.state) FROM records s JOIN (SELECT n, updated FROM rows INDEXED BY"
            " rows_unread WHERE type = 'note' AND deleted = 0 AND unread = 1 ORDER BY updated DESC LIMIT ?) r"
            " ON r.n = s.n ORDER BY r.updated DESC",
            (MENTIONS,),
        )
        found = [
            name.lower() for name, state in rows if own in elements_of(decode_state(state).sets.get("mentions", {}))
        ]
        return WorkSection("mentions", len(found), tuple(self._rows(found)), whole=len(rows) < MENTIONS)

    def open_requests(self) -> list[str]:
        """Ids of the requests that were sent to the ministry of this desk, among others, and have not ended."""
        code = f" {self._context.identity.ministry} "
        rows = self._database.all(
            "SELECT hex(name) FROM rows INDEXED BY rows_list WHERE type = 'request' AND"  # noqa: S608 - our own words
            f" {_OPEN} AND status != 'draft' AND instr(countries, ?) ORDER BY updated DESC LIMIT ?",
            (code, SHOWN),
        )
        return [row[0].lower() for row in rows]

    def concern(self, ids: list[str]) -> WorkSection:
        """The section of the requests that wait for this ministry, by their ids, the most pressing first."""
        rows = sorted(self._rows(ids), key=lambda row: (not row.due, row.due, -row.updated_ms))
        return WorkSection("requests", len(rows), tuple(rows), whole=len(ids) < SHOWN)

    def waits(self) -> bool:
        """Whether something that is not done is assigned to the officer; cheap."""
        found = self._database.value(
            f"SELECT 1 FROM rows INDEXED BY rows_assignee WHERE assignee = ? AND assignee != '' AND {_OPEN} LIMIT 1",  # noqa: S608
            (self._context.identity.officer,),
        )
        return found is not None

    def _section(self, key: str, where: str, given: tuple[object, ...], order: str) -> WorkSection:
        count = self._database.value(f"SELECT count(*) FROM (SELECT 1 FROM {where} LIMIT ?)", (*given, COUNTED + 1))  # noqa: S608
        sql = f"SELECT lower(hex(name)) FROM {where} ORDER BY {order} LIMIT ?"  # noqa: S608 - our own words only
        names = [row[0] for row in self._database.all(sql, (*given, SHOWN))]
        return WorkSection(key, min(count, COUNTED), tuple(self._rows(names)), whole=count <= COUNTED)

    def _rows(self, names: list[str]) -> list[ListRow]:
        """Rows with the reference of their case beside them, and with names in the place of mentioned desks' ids."""
        rows = self._listing.rows(names)
        spaces = dict.fromkeys(row.space for row in rows if row.id != row.space)
        cases = {row.id: row.reference or row.title for row in self._listing.rows(list(spaces))}
        return [self._told(row, cases.get(row.space, "")) for row in rows]

    def _told(self, row: ListRow, case: str) -> ListRow:
        if row.id == row.space:
            return row
        title = with_names(row.title, self._name) if row.type == "note" else row.title
        return msgspec.structs.replace(row, title=title, subtitle=case or row.subtitle)

    def _name(self, device: str) -> str:
        author = self._authors.author(bytes.fromhex(device), 0)
        return desk_label(author.officer, author.desk)
