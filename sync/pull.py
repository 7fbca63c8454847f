"""The way in: take what a poll says, pull the spaces that are behind, start over where the server lost history."""

from __future__ import annotations

from collections.abc import Callable

from sync.errors import BadReply, ServerRewound
from sync.intake import Intake
from sync.link import Link
from sync.replica import Applied, Received, Replica
from sync.run import Run
from sync.wire.calls import (
    MAX_CURSORS,
    Cursor,
    DirectoryHead,
    DirectoryItems,
    DirectoryReply,
    DirectoryRequest,
    HeadsReply,
    HeadsRequest,
    PollReply,
    PollRequest,
    PullReply,
    PullRequest,
    SpaceItems,
)
from sync.wire.codec import MAX_CALL
from sync.wire.errors import WireError

PULL_BYTES = MAX_CALL - 128 * 1024  # of bodies in one reply
HEADS_PAGE = 5_000
ROUNDS = 10_000  # calls in one pull: a server that always has more is not believed for ever
REWINDS = 3  # of one space while the engine lives; a server that wants more of them is lying
DIRECTORY_PAGES = 1_000
OWN_BACK = "store_older"  # this desk's store is older than it was: a copy was put back, or damage mended


class Puller:
    """Brings the replica to where the server is. One thread."""

    def __init__(self, replica: Replica, link: Link, on_applied: Callable[[Applied], None]) -> None:
        """Take what to fill, from where, and who hears of records that moved."""
        self._replica = replica
        self._link = link
        self._on_applied = on_applied
        self._intake = Intake(replica, self.fetch_directories)
        self._rewound: dict[bytes, int] = {}
        self._resent: set[bytes] = set()  # in this run
        self._anew: set[bytes] = set()  # spaces whose log is another than it was: where it ends is noted already
        self._problems: list[str] = []

    def poll_request(self, wait_s: int) -> PollRequest:
        """Return the question for all news since the last."""
        feed, grants = self._replica.feed()
        return PollRequest(feed, grants, self._directory_heads(), wait_s)

    def take(self, reply: PollReply, run: Run) -> None:
        """Take a poll's reply. The feed position is kept after everything it covers is noted."""
        self._intake.start_run()
        self._resent.clear()
        for part in reply.directories:
            self._take_directory(part)
        if reply.reset:
            self._compare_heads(run)
            reply = self._link.call("poll", PollRequest(reply.feed, 0, self._directory_heads(), 0), PollReply)
        self._take_grants(reply, run)
        self._anew.clear()
        self._receive(reply.inline, run)
        noted = [(one.space, one.sequence) for one in reply.changed if one.space not in self._anew]
        beyond = self._replica.note_behind(noted)
        if beyond:  # the reply is older than what we sent or pulled beside it, or a log was longer that day
            self.probe(beyond, run)
        self._replica.keep_feed(reply.feed, None)
        self._report(run)

    def _take_grants(self, reply: PollReply, run: Run) -> None:
        """Take grants; the first that does not hold has all from there on fetched a second time."""
        second: dict[int, bytes] = {}

        def again(sequence: int) -> bytes | None:
            if not second:
                request = PollRequest(reply.feed, sequence - 1, self._directory_heads(), 0)
                found = self._link.call("poll", request, PollReply).grants
                second.update({sequence: b""} | {each.sequence: each.body for each in found})
            return second.get(sequence) or None

        for grant in reply.grants:
            self._tell(self._intake.take_grant(grant, again), run)

    def pull(self, run: Run) -> bool:
        """Pull all spaces that are behind; returns whether none is left so."""
        stuck: set[bytes] = set()
        for _ in range(ROUNDS):
            named = self._replica.behind(MAX_CURSORS + len(stuck))  # what does not move keeps nobody else waiting
            behind = [one for one in named if one.space not in stuck][:MAX_CURSORS]
            if not behind:
                break
            reply = self._link.call("pull", PullRequest(behind, PULL_BYTES), PullReply)
            asked = {one.space for one in behind}
            answered = {one.space for one in reply.spaces}
            if not answered or not answered <= asked:
                raise BadReply("a pull that answers something else")
            moved = self._receive(reply.spaces, run)
            stuck |= answered - moved
        self._report(run)
        return not stuck

    def probe(self, spaces: set[bytes], run: Run) -> bool:
        """Ask whether the server's logs of spaces are those we know; returns whether some moved or begin anew."""
        before = dict(self._rewound)
        cursors = [self._replica.standing(space).cursor for space in sorted(spaces)[:MAX_CURSORS]]
        reply = self._link.call("pull", PullRequest(cursors, PULL_BYTES), PullReply)
        moved = self._receive([one for one in reply.spaces if one.space in spaces], run)
        self._report(run)
        return self._rewound != before or bool(moved)

    def fetch_directories(self) -> None:
        """Bring all directories up to date."""
        for _ in range(DIRECTORY_PAGES):
            request = DirectoryRequest(self._directory_heads())
            reply = self._link.call("directory", request, DirectoryReply)
            if not sum(self._take_directory(part) for part in reply.directories):
                return

    def _directory_heads(self) -> list[DirectoryHead]:
        return [DirectoryHead(*one) for one in self._replica.directory_heads().items()]

    def _take_directory(self, part: DirectoryItems) -> int:
        try:
            new = self._replica.add_directory_entries(part.ministry, part.first, part.entries)
        except WireError as error:
            self._problems.append(f"directory_{error.code}")
            return 0
        self._intake.forget_directories()
        return new

    def _receive(self, spaces: list[SpaceItems], run: Run) -> set[bytes]:
        """Check and apply news; returns the spaces that moved."""
        checked: list[Received] = []
        moved: set[bytes] = set()
        for news in spaces:
            try:
                received = self._intake.check(news)
            except ServerRewound:
                self._anew.add(news.space)
                if self._rewind(news.space, news.head_sequence):
                    moved.add(news.space)
                continue
            if received is not None:
                checked.append(received)
                moved.add(news.space)
                if received.cursor.sequence < news.head_sequence:
                    self._replica.note_behind([(news.space, news.head_sequence)])
                run.pulled += len(received.segments) + len(received.rejected) + bool(received.founding)
                run.pulled += len(received.entries)
                run.rejected += len(received.rejected)
                run.locked += sum(segment.locked for segment in received.segments)
        if checked:
            self._tell(self._replica.receive(checked), run)
        for space in self._intake.reread - self._resent:
            self._replica.resend(space)
        self._intake.reread.clear()
        return moved

    def _tell(self, applied: Applied, run: Run) -> None:
        run.add(applied)
        if applied.records:
            self._on_applied(applied)

    def _rewind(self, space: bytes, end: int) -> bool:
        """Start a space over and send our own items again: the server lost some. False if that happens too often."""
        self._problems.append(ServerRewound.code)
        if self._rewound.get(space, 0) >= REWINDS or self._replica.standing(space).cursor.sequence == 0:
            self._replica.note_behind([(space, 0)])  # it gives nothing of this space, or nothing that holds
            return False
        self._rewound[space] = self._rewound.get(space, 0) + 1
        self._replica.rewind(space)
        self._replica.resend(space)
        self._resent.add(space)
        self._replica.note_behind([(space, end)])
        return True

    def _compare_heads(self, run: Run) -> None:
        """The feed is of other data than ours came from: see space by space what the server still has."""
        there: dict[bytes, Cursor] = {}
        after = b""
        while True:
            page = self._link.call("heads", HeadsRequest(after, HEADS_PAGE), HeadsReply).heads
            there |= {one.space: one for one in page}
            if len(page) < HEADS_PAGE or page[-1].space <= after:
                break
            after = page[-1].space
        after = b""
        while here := self._replica.cursors(after, HEADS_PAGE):
            for cursor in here:
                head = there.get(cursor.space) or Cursor(cursor.space, 0, bytes(32))
                if head.sequence < cursor.sequence or (head.sequence == cursor.sequence and head.head != cursor.head):
                    self._rewind(cursor.space, head.sequence)
            after = here[-1].space
        self._replica.note_behind([(one.space, one.sequence) for one in there.values()])
        self._replica.resend(b"")
        self._replica.take_grant(0, [])
        run.problems.append("server_data_changed")

    def _report(self, run: Run) -> None:
        if self._intake.own_back:
            self._problems.append(OWN_BACK)
            self._intake.own_back = False
        run.problems += self._problems
        self._problems.clear()
