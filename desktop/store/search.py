"""Full text: FTS5 over folded text, without a copy of it. What arrives in batches is indexed after the batch."""

from __future__ import annotations

from desktop.store.calm import without_collecting
from desktop.store.context import Context
from desktop.store.projection import Projection
from desktop.store.shelves import put_on_shelf
from i18n.folding import FOLD_VERSION
from sync.changes import decode_change
from sync.merge import RecordState, decode_state

BATCH = 1_000  # records indexed in one transaction: pages that each would write are encrypted once
PORTION = 100  # of them, after which it ends when somebody waits to write
MERGE = 64  # parts of the index that become one: with 16 a transaction now and then takes 170 ms, searches 0.2 ms less

_LAYOUT, _LAYOUT_BITS = 1, 8  # how words stand in the index; its version is kept with that of the folding
_WAITING = (  # state: NULL where it stands in a part of a snapshot, empty where it follows from one change
    "WITH w AS (SELECT q.record, r.name, CASE WHEN r.state = x'' AND q.record <= (SELECT last FROM parts WHERE"
    " first <= q.record ORDER BY first DESC LIMIT 1) THEN NULL ELSE r.state END AS state"
    " FROM index_queue q JOIN records r ON r.n = q.record ORDER BY 1 LIMIT ?)"
    " SELECT w.record, w.name, w.state, t.change, c.body FROM w"
    " LEFT JOIN touches t ON t.record = w.record AND w.state = x''"
    " LEFT JOIN changes c ON c.n = t.change ORDER BY 1"
)


class SearchIndex:
    """Keeps the index. Rows of the queue are records whose text has changed since they were indexed."""

    def __init__(self, context: Context, projection: Projection) -> None:
        self._database = context.database
        self._context = context
        self._projection = projection

    def put(self, record: int, state: RecordState) -> None:
        """Index a record's text now, in the caller's transaction."""
        self._database.run(
            "INSERT OR REPLACE INTO search (rowid, body) VALUES (?, ?)",
            (record, put_on_shelf(self._projection.searched(state), record)),
        )

    def waiting(self) -> int:
        """How many records are still to be indexed; until then the search may miss them."""
        return int(self._database.value("SELECT count(*) FROM index_queue"))

    def index_pending(self, limit: int = BATCH) -> int:
        """Index at most `limit` waiting records in one transaction; returns 0 when none are left."""
        database = self._database
        if not self._more():
            return 0
        with without_collecting():
            version = database.value("PRAGMA data_version")
            texts = self._texts(limit)  # outside the transaction: the window may have to wait for that one
            with database.transaction(durable=False):
                if database.value("PRAGMA data_version") != version:  # somebody else wrote meanwhile
                    texts = self._texts(min(limit, PORTION))
                done = self._put_all(texts)
        return done if self._more() else 0

    def _more(self) -> bool:
        return self._database.value("SELECT record FROM index_queue LIMIT 1") is not None

    def _put_all(self, texts: list[tuple[int, str]]) -> int:
        """Index texts until somebody waits to write; returns how many."""
        database, done = self._database, 0
        while done < len(texts) and not (done and database.turns.waited_for):
            some = texts[done : done + PORTION]
            database.many("INSERT OR REPLACE INTO search (rowid, body) VALUES (?, ?)", some)
            database.many("DELETE FROM index_queue WHERE record = ?", [(record,) for record, _ in some])
            done += len(some)
        return done

    def _texts(self, limit: int) -> list[tuple[int, str]]:
        """Numbers and folded texts of records that wait."""
        rows = self._database.all(_WAITING, (limit,))
        parts = self._context.bodies.parts
        rows = [
            (record, name, parts.state(record) if state is None else state, change, body)
            for record, name, state, change, body in rows
        ]
        sealed = [change for _, _, state, change, body in rows if not state and not body]
        bodies = dict(zip(sealed, self._context.bodies.bodies(sealed), strict=True))
        return [
            (record, put_on_shelf(self._text(name, state, body or bodies.get(change, b"")), record))
            for record, name, state, change, body in rows
        ]

    def _text(self, name: bytes, state: bytes, maker: bytes) -> str:
        """The text of a record from its state, or from the one change that made it."""
        if state:
            return self._projection.searched(decode_state(state))
        operations = next(edit.operations for edit in decode_change(maker).edits if edit.record == name[:16])
        return self._projection.searched_first(operations)

    def refresh(self) -> bool:
        """Queue every record if folding or shelves have changed since the index was made; returns whether they had.

        What an older index held is thrown away: it would not be found, and each search would pass over it.
        """
        if self._database.value("SELECT v FROM search_config WHERE k = 'automerge'") != MERGE:
            with self._database.transaction(durable=False):
                self._database.many(
                    "INSERT INTO search (search, rank) VALUES (?, ?)", [("automerge", MERGE), ("crisismerge", MERGE)]
                )
        version = FOLD_VERSION << _LAYOUT_BITS | _LAYOUT
        before = self._context.meta("fold")
        if before == version:
            return False
        with self._database.transaction():
            if before:
                self._database.run("INSERT INTO search (search) VALUES ('delete-all')")
            self._database.run("INSERT OR IGNORE INTO index_queue SELECT n FROM records")
            self._context.set_meta("fold", version)
        return True
