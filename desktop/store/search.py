"""Full text: FTS5 over folded text, without a copy of it. What arrives in batches is indexed after the batch."""

from __future__ import annotations

from desktop.store.calm import without_collecting
from desktop.store.context import Context
from desktop.store.projection import Projection
from i18n.folding import FOLD_VERSION
from sync.merge import RecordState, decode_state

BATCH = 400  # records indexed in one transaction


class SearchIndex:
    """Keeps the index. Rows of the queue are records whose text has changed since they were indexed."""

    def __init__(self, context: Context, projection: Projection) -> None:
        self._database = context.database
        self._context = context
        self._projection = projection

    def put(self, record: int, state: RecordState) -> None:
        """Index a record's text now, in the caller's transaction."""
        self._database.run(
            "INSERT OR REPLACE INTO search (rowid, body) VALUES (?, ?)", (record, self._projection.searched(state))
        )

    def waiting(self) -> int:
        """How many records are still to be indexed; until then the search may miss them."""
        return int(self._database.value("SELECT count(*) FROM index_queue"))

    def index_pending(self, limit: int = BATCH) -> int:
        """Index at most `limit` waiting records in one transaction; returns 0 when none are left."""
        database = self._database
        if database.value("SELECT record FROM index_queue LIMIT 1") is None:
            return 0
        with without_collecting(), database.transaction(durable=False):
            rows = database.all(
                "SELECT q.record, r.name, r.state FROM index_queue q JOIN records r ON r.n = q.record"
                " ORDER BY 1 LIMIT ?",
                (limit,),
            )
            texts = [(record, self._text(record, name, state)) for record, name, state in rows]
            database.many("INSERT OR REPLACE INTO search (rowid, body) VALUES (?, ?)", texts)
            database.many("DELETE FROM index_queue WHERE record = ?", [(record,) for record, *_ in rows])
        return len(rows) if len(rows) == limit else 0

    def _text(self, record: int, name: bytes, state: bytes) -> str:
        if state:
            return self._projection.searched(decode_state(state))
        for edit in self._context.bodies.maker(record)[2].edits:
            if edit.record == name[:16]:
                return self._projection.searched_first(edit.operations)
        return ""

    def refresh(self) -> bool:
        """Queue every record if the folding has changed since the index was made; returns whether it had."""
        if self._context.meta("fold") == FOLD_VERSION:
            return False
        with self._database.transaction():
            self._database.run("INSERT OR IGNORE INTO index_queue SELECT n FROM records")
            self._context.set_meta("fold", FOLD_VERSION)
        return True
