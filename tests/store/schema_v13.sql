-- The schema of version 13 as it was shipped. Never edited: stores of that version exist.
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('barrier', 0), ('stamp', 0), ('feed', x''), ('grants', 0), ('as_of_ms', 0), ('fold', 0);

-- Spaces and their keys. seq, head: how far the server's log was taken; behind: how far it goes, as the server said.
CREATE TABLE spaces (
    n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, founding BLOB, kind TEXT NOT NULL DEFAULT '', epoch BLOB,
    own INTEGER NOT NULL DEFAULT 0, seq INTEGER NOT NULL DEFAULT 0, head BLOB NOT NULL,
    behind INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX spaces_behind ON spaces (n) WHERE behind > seq;
CREATE TABLE members (
    space INTEGER NOT NULL REFERENCES spaces, ministry TEXT NOT NULL, role TEXT NOT NULL,
    PRIMARY KEY (space, ministry)
) WITHOUT ROWID;
CREATE INDEX members_ministry ON members (ministry, space);
CREATE TABLE epochs (
    space INTEGER NOT NULL REFERENCES spaces, epoch BLOB NOT NULL, key BLOB NOT NULL, PRIMARY KEY (space, epoch)
) WITHOUT ROWID;

-- One device's changes in one space. last, hash: end of its segments; applied: last change that became state;
-- wait_chain, wait_seq: what the next change depends on and is not here; named, named_head: what our own changes and
-- segments have named of it. Of our own chain: sent, and since when something waits to be sealed.
CREATE TABLE chains (
    n INTEGER PRIMARY KEY, space INTEGER NOT NULL REFERENCES spaces, device BLOB NOT NULL, own INTEGER NOT NULL,
    last INTEGER NOT NULL DEFAULT 0, hash BLOB NOT NULL, applied INTEGER NOT NULL DEFAULT 0,
    wait_chain INTEGER, wait_seq INTEGER, named INTEGER NOT NULL DEFAULT 0, named_head INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0, since INTEGER NOT NULL DEFAULT 0, UNIQUE (space, device)
);
CREATE INDEX chains_unsealed ON chains (since) WHERE own = 1 AND applied > last;
CREATE INDEX chains_unsent ON chains (n) WHERE own = 1 AND applied > sent;
-- A segment's number is its chain's times 2^32 plus its first change's; a change's likewise. locked: 1 no key yet,
-- 2 does not open.
CREATE TABLE segments (
    n INTEGER PRIMARY KEY, last INTEGER NOT NULL, hash BLOB NOT NULL, locked INTEGER NOT NULL DEFAULT 0, epoch BLOB,
    data BLOB NOT NULL
);
CREATE INDEX segments_locked ON segments (epoch) WHERE locked = 1;
CREATE TABLE changes (
    n INTEGER PRIMARY KEY, stamp INTEGER NOT NULL, at_ms INTEGER NOT NULL, refused TEXT, body BLOB NOT NULL
);
CREATE INDEX changes_refused ON changes (n) WHERE refused IS NOT NULL;
CREATE TABLE touches (record INTEGER NOT NULL, change INTEGER NOT NULL, PRIMARY KEY (record, change)) WITHOUT ROWID;

-- What stands. name: the record's id, or id and space where another space had that id before. card: what a list shows.
CREATE TABLE records (
    n INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, space INTEGER NOT NULL REFERENCES spaces, type TEXT NOT NULL,
    card BLOB NOT NULL, state BLOB NOT NULL
);
CREATE TABLE rows (
    n INTEGER PRIMARY KEY, name BLOB NOT NULL, type TEXT NOT NULL, space INTEGER NOT NULL, updated INTEGER NOT NULL,
    deleted INTEGER NOT NULL, conflicts INTEGER NOT NULL, revived INTEGER NOT NULL, unread INTEGER NOT NULL,
    unsent INTEGER NOT NULL, mine INTEGER NOT NULL, status TEXT NOT NULL, tlp TEXT NOT NULL, due TEXT NOT NULL,
    countries TEXT NOT NULL, reference TEXT NOT NULL, title TEXT NOT NULL
);
CREATE INDEX rows_list ON rows (type, deleted, updated, name);
CREATE INDEX rows_space ON rows (space);
CREATE INDEX rows_unread ON rows (type, deleted) WHERE unread = 1;
CREATE INDEX rows_conflicts ON rows (n) WHERE conflicts > 0;
CREATE INDEX rows_unsent ON rows (space, unsent) WHERE unsent > 0;
CREATE VIRTUAL TABLE search USING fts5(
    body, content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
);
INSERT INTO search (search, rank) VALUES ('automerge', 16);
CREATE TABLE index_queue (record INTEGER PRIMARY KEY);

-- On its way to the server. A segment's bytes are in segments, an entry's in spaces. refused: the server's code.
CREATE TABLE outbox (
    n INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, space INTEGER, segment INTEGER, body BLOB,
    bytes INTEGER NOT NULL, changes INTEGER NOT NULL, refused TEXT
);
CREATE INDEX outbox_waiting ON outbox (n) WHERE refused IS NULL;
CREATE TABLE due (device BLOB NOT NULL, space INTEGER NOT NULL, PRIMARY KEY (device, space)) WITHOUT ROWID;

CREATE TABLE roots (ministry TEXT PRIMARY KEY, root BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE directory (
    ministry TEXT NOT NULL, seq INTEGER NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (ministry, seq)
) WITHOUT ROWID;
CREATE TABLE devices (device BLOB PRIMARY KEY, ministry TEXT NOT NULL, certificate BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX devices_ministry ON devices (ministry);

-- Items that did not verify: kept, shown, never applied.
CREATE TABLE aside (
    n INTEGER PRIMARY KEY AUTOINCREMENT, space BLOB, code TEXT NOT NULL, at_ms INTEGER NOT NULL, data BLOB NOT NULL
);
-- Small things of this desk alone: unsaved text of forms, the stack of undo.
CREATE TABLE notes (key TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;

-- Where our chain had ended before a salvage: until it is there again, its numbers are not given anew.
ALTER TABLE chains ADD COLUMN floor INTEGER NOT NULL DEFAULT 0;
-- The next reference of the year, and whether one is taken, among 100,000 cases.
CREATE INDEX rows_reference ON rows (reference) WHERE type = 'case' AND reference != '';

-- The folding leaves letters, digits and spaces: to look each character up in Unicode's tables again is for nothing.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5(body, content = '', contentless_delete = 1, tokenize = 'ascii');
INSERT INTO search (search, rank) VALUES ('automerge', 16);
INSERT OR IGNORE INTO index_queue SELECT n FROM records;
-- revoked: sequence of the directory entry that revoked the device, 0 while it is trusted. wiped: of the entry that
-- ordered it to destroy its keys. reason: lost, stolen, left, compromised.
ALTER TABLE devices ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN wiped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- The keys that epochs are granted to beside the devices: the newest of a ministry counts. id: the recipient's.
CREATE TABLE continuity (
    ministry TEXT NOT NULL, seq INTEGER NOT NULL, key BLOB NOT NULL, id BLOB NOT NULL, PRIMARY KEY (ministry, seq)
) WITHOUT ROWID;
-- What shows that somebody did not keep to the protocol (desktop.store.evidence), each finding once by its key.
CREATE TABLE evidence (
    n INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, kind TEXT NOT NULL, space BLOB NOT NULL, device BLOB NOT NULL,
    at_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, times INTEGER NOT NULL, seen INTEGER NOT NULL,
    data BLOB NOT NULL
);

-- The newest checkpoint of the server's log that a desk of each other ministry confirmed.
CREATE TABLE witnesses (
    ministry TEXT PRIMARY KEY, device BLOB NOT NULL, size INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    cosigned BLOB NOT NULL
) WITHOUT ROWID;
-- What an earlier version only kept (desktop.store.upgrade). unknown: records that hold an operation of a later one,
-- again: records to be projected anew, again_spaces: spaces whose log is to be applied anew.
CREATE TABLE unknown (record INTEGER PRIMARY KEY);
CREATE TABLE again (record INTEGER PRIMARY KEY);
CREATE TABLE again_spaces (space INTEGER PRIMARY KEY);
INSERT INTO unknown SELECT n FROM records;
-- A space's own log behind its founding. seq: its place in the server's log, NULL while it was not met there; late: it
-- came from a device that this desk knew to be revoked. guests: single devices that are members.
CREATE TABLE entries (
    space INTEGER NOT NULL REFERENCES spaces, number INTEGER NOT NULL, seq INTEGER, late INTEGER NOT NULL,
    data BLOB NOT NULL, PRIMARY KEY (space, number)
) WITHOUT ROWID;
CREATE TABLE guests (
    space INTEGER NOT NULL REFERENCES spaces, device BLOB NOT NULL, role TEXT NOT NULL, PRIMARY KEY (space, device)
) WITHOUT ROWID;
CREATE INDEX guests_device ON guests (device, space);

-- Entries for this desk to sign: the officer's, and rotations with their key. data: as it was signed last.
CREATE TABLE intents (
    n INTEGER PRIMARY KEY AUTOINCREMENT, space INTEGER NOT NULL, at_ms INTEGER NOT NULL, event BLOB NOT NULL, key BLOB,
    data BLOB, refused TEXT
);
CREATE INDEX intents_waiting ON intents (space) WHERE refused IS NULL;

-- entered: number of the last entry. epoch: the newest whose key is here. sealing: what is written here is sealed under
-- it. stale: it is the newest of the log, and somebody can read it who must not read on.
-- missing_ms: since when the newest one's key is awaited.
ALTER TABLE spaces ADD COLUMN entered INTEGER NOT NULL DEFAULT 1;
ALTER TABLE spaces ADD COLUMN sealing INTEGER NOT NULL DEFAULT 1;
ALTER TABLE spaces ADD COLUMN stale INTEGER NOT NULL DEFAULT 0;
ALTER TABLE spaces ADD COLUMN missing_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX spaces_stale ON spaces (n) WHERE stale = 1;

-- Segments that came after this desk knew their device to be revoked: behind seq of the space's log, as it was then.
CREATE TABLE late (segment INTEGER PRIMARY KEY);
CREATE TABLE cutoffs (
    device BLOB NOT NULL, space INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (device, space)
) WITHOUT ROWID;

-- Keys are owed epoch by epoch.
CREATE TABLE owed (
    device BLOB NOT NULL, space INTEGER NOT NULL, epoch BLOB NOT NULL, PRIMARY KEY (device, space, epoch)
) WITHOUT ROWID;
INSERT INTO owed SELECT d.device, d.space, s.epoch FROM due d JOIN spaces s ON s.n = d.space WHERE s.epoch IS NOT NULL;
DROP TABLE due;
ALTER TABLE owed RENAME TO due;
-- Spaces that began from a snapshot (desktop.store.snapshots). phase: 0 arriving, 1 in use, 2 verified by the history,
-- 3 false, 4 in use without history. states: hash of what it said; seq, head: how far the history is here.
CREATE TABLE snapshots (
    space INTEGER PRIMARY KEY, header BLOB NOT NULL, phase INTEGER NOT NULL, states BLOB NOT NULL,
    seq INTEGER NOT NULL, head BLOB NOT NULL
);
CREATE INDEX snapshots_phase ON snapshots (phase) WHERE phase = 1;
-- The place in the log of the newest snapshot that this desk made or took, and the epoch that seals it.
CREATE TABLE snapshots_made (space INTEGER PRIMARY KEY, seq INTEGER NOT NULL, epoch BLOB NOT NULL);
-- Cases that are not kept for good (desktop.store.offline): until_ms, or taken off this desk at dropped_ms.
CREATE TABLE offline (
    space INTEGER PRIMARY KEY, dropped_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, reference TEXT NOT NULL
);
-- What desks said of records (desktop.store.receipts). receipts: as received, our own among them; locked: no key yet.
CREATE TABLE receipts (
    n INTEGER PRIMARY KEY, space INTEGER NOT NULL REFERENCES spaces, device BLOB NOT NULL, number INTEGER NOT NULL,
    hash BLOB NOT NULL, locked INTEGER NOT NULL, late INTEGER NOT NULL, epoch BLOB NOT NULL, data BLOB NOT NULL,
    UNIQUE (space, device, number)
);
CREATE INDEX receipts_locked ON receipts (epoch) WHERE locked = 1;
-- The newest statement of each kind by each device about a record. upto: changes or a write that it names.
CREATE TABLE statements (
    space INTEGER NOT NULL, record BLOB NOT NULL, device BLOB NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, upto BLOB NOT NULL, late INTEGER NOT NULL, PRIMARY KEY (space, record, device, kind)
) WITHOUT ROWID;
CREATE INDEX statements_device ON statements (space, device, number);
-- What this desk has yet to say; without upto: whatever is here when it says so. given: the highest number of its
-- receipts in a space.
CREATE TABLE owing (
    space INTEGER NOT NULL, record BLOB NOT NULL, kind TEXT NOT NULL, at_ms INTEGER NOT NULL, upto BLOB,
    PRIMARY KEY (space, record, kind)
) WITHOUT ROWID;
CREATE TABLE given (space INTEGER PRIMARY KEY, number INTEGER NOT NULL);
-- Records of which nothing stands any more (desktop.store.recall); segments of which header, hash and signature are
-- left, their changes being in the rows of these; segments to be cut like that once they were sent.
CREATE TABLE recalled (record INTEGER PRIMARY KEY);
CREATE TABLE cut (segment INTEGER PRIMARY KEY);
CREATE TABLE purges (segment INTEGER PRIMARY KEY);
-- Parts of snapshots as they came (desktop.store.parts): first, last: numbers of the records whose states stand in one.
CREATE TABLE parts (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, space INTEGER NOT NULL, place INTEGER NOT NULL,
    hash BLOB NOT NULL, data BLOB NOT NULL
);
CREATE INDEX parts_space ON parts (space);
-- What lists filter by beside the rest. merge: of a link that says that two records are one, the ids of the two and of
-- that which stands for both in lists. What is here already is projected again (desktop.store.upgrade).
ALTER TABLE rows ADD COLUMN priority TEXT NOT NULL DEFAULT '';
ALTER TABLE rows ADD COLUMN evaluation TEXT NOT NULL DEFAULT '';
ALTER TABLE rows ADD COLUMN handling TEXT NOT NULL DEFAULT '';
ALTER TABLE rows ADD COLUMN assignee TEXT NOT NULL DEFAULT '';
ALTER TABLE rows ADD COLUMN start TEXT NOT NULL DEFAULT '';
ALTER TABLE rows ADD COLUMN merge TEXT NOT NULL DEFAULT '';
CREATE INDEX rows_merges ON rows (space, merge) WHERE merge != '' AND deleted = 0;
CREATE INDEX rows_due ON rows (due) WHERE due != '' AND deleted = 0;
CREATE INDEX rows_assignee ON rows (assignee) WHERE assignee != '' AND deleted = 0;
INSERT OR IGNORE INTO again SELECT n FROM records
