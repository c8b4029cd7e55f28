// The schema of the SQLite backend, as the steps that lead to it.  A released step never changes.
//
// Times are UTC in seconds since 1970.  Ids and digests are raw bytes of fixed size.  `community`
// is the number of a row of that table.  Ids begin with the hour they were made in, so the indexes
// on them grow at their end.
#pragma once

namespace renkei::store {

struct Migration {
  int version = 0;
  const char* sql = nullptr;
};

inline constexpr Migration kMigrations[] = {
    {1, R"sql(
-- Facts of the file itself: `epoch`, 16 random bytes, names this store in cursors.
CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;
INSERT INTO meta VALUES ('epoch', randomblob(16));

-- Rows carry the number instead of the name.
CREATE TABLE community (
  number INTEGER PRIMARY KEY,
  name   TEXT NOT NULL UNIQUE
) STRICT;

-- The newest revision held of each record.  The number stays the same over revisions.
CREATE TABLE record (
  number        INTEGER PRIMARY KEY,
  community     INTEGER NOT NULL,
  id            BLOB NOT NULL,     -- 16 bytes
  revision      INTEGER NOT NULL,
  leaf          BLOB NOT NULL,     -- 32 bytes
  origin        BLOB NOT NULL,     -- 32 bytes, public key
  kind          INTEGER NOT NULL,
  tlp           INTEGER NOT NULL,
  issued        INTEGER NOT NULL,
  expires       INTEGER NOT NULL,
  embargo_until INTEGER,
  embargo_ended INTEGER NOT NULL,  -- 1: the end was announced in the feed
  state         INTEGER NOT NULL,  -- 0 live, 1 withdrawn
  own           INTEGER NOT NULL,  -- 1: sealed here
  author        TEXT NOT NULL,
  received      INTEGER NOT NULL,
  accepted_by   BLOB NOT NULL,     -- digest of a policy
  header        BLOB NOT NULL,
  circles       BLOB NOT NULL,     -- 16 bytes each: where the author was accepted
  attestations  BLOB NOT NULL,
  stored        BLOB NOT NULL      -- last: the longest
) STRICT;
CREATE UNIQUE INDEX record_id ON record (community, id);
CREATE INDEX record_expires ON record (community, expires);
CREATE INDEX record_embargo ON record (community, embargo_until)
  WHERE embargo_until IS NOT NULL AND embargo_ended = 0 AND state = 0;
CREATE INDEX record_withdrawn ON record (community, id) WHERE state = 1;
CREATE INDEX record_own ON record (community, state) WHERE own = 1;

-- The feed.  AUTOINCREMENT: an offset is never used twice.
CREATE TABLE entry (
  offset    INTEGER PRIMARY KEY AUTOINCREMENT,
  community INTEGER NOT NULL,
  type      INTEGER NOT NULL,  -- 1 record, 2 receipts
  record    INTEGER NOT NULL REFERENCES record (number)
) STRICT;
CREATE UNIQUE INDEX entry_record ON entry (record, type);

-- Every revision ever seen, also of records that were retracted.
CREATE TABLE revision (
  number       INTEGER PRIMARY KEY,
  community    INTEGER NOT NULL,
  id           BLOB NOT NULL,     -- 16 bytes, of the record
  revision     INTEGER NOT NULL,
  leaf         BLOB NOT NULL,     -- 32 bytes
  from_offset  INTEGER NOT NULL,  -- 0: it never was the newest
  until_offset INTEGER NOT NULL,  -- 0: it is the newest, or never was
  expires      INTEGER,           -- of the record, once the record itself is gone
  header       BLOB NOT NULL,
  circles      BLOB NOT NULL      -- as in record
) STRICT;
CREATE UNIQUE INDEX revision_leaf ON revision (community, id, leaf);
CREATE INDEX revision_expires ON revision (community, expires) WHERE expires IS NOT NULL;

-- What each link gave us of a record.
CREATE TABLE held (
  community      INTEGER NOT NULL,
  id             BLOB NOT NULL,     -- 16 bytes, of the record
  link           TEXT NOT NULL,
  leaf           BLOB NOT NULL,     -- 32 bytes
  sections       INTEGER NOT NULL,  -- bit i: section i
  relay          INTEGER NOT NULL,
  first_received INTEGER NOT NULL,
  PRIMARY KEY (community, id, link)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_link ON held (community, link, first_received);

-- Waiting for a peer's acknowledgement, oldest first.
CREATE TABLE outbox (
  sequence  INTEGER PRIMARY KEY AUTOINCREMENT,
  community INTEGER NOT NULL,
  link      TEXT NOT NULL,
  id        BLOB NOT NULL,  -- 16 bytes, of the record
  queued    INTEGER NOT NULL,
  payload   BLOB NOT NULL
) STRICT;
CREATE INDEX outbox_link ON outbox (community, link);

-- Where we are in each peer's feed.
CREATE TABLE cursor (
  community INTEGER NOT NULL,
  link      TEXT NOT NULL,
  cursor    BLOB NOT NULL,
  stored    INTEGER NOT NULL,
  PRIMARY KEY (community, link)
) STRICT, WITHOUT ROWID;

-- The periods in which a peer was served by the same facts and policy.
CREATE TABLE access (
  community  INTEGER NOT NULL,
  peer       TEXT NOT NULL,
  generation INTEGER NOT NULL,
  since      INTEGER NOT NULL,  -- an offset
  facts      BLOB NOT NULL,
  policy     BLOB NOT NULL,     -- digest
  began      INTEGER NOT NULL,
  PRIMARY KEY (community, peer, generation)
) STRICT;

-- Every policy that was in force.
CREATE TABLE policy (
  number  INTEGER PRIMARY KEY,
  digest  BLOB NOT NULL UNIQUE,
  text    BLOB NOT NULL,
  applied INTEGER NOT NULL
) STRICT;

-- Which peer confirmed which revision.
CREATE TABLE receipt (
  community INTEGER NOT NULL,
  id        BLOB NOT NULL,  -- 16 bytes, of the record
  leaf      BLOB NOT NULL,  -- 32 bytes
  peer      TEXT NOT NULL,
  received  INTEGER NOT NULL,
  PRIMARY KEY (community, id, leaf, peer)
) STRICT, WITHOUT ROWID;

-- What each part of a local event was published as.
CREATE TABLE source (
  community INTEGER NOT NULL,
  format    TEXT NOT NULL,
  source_id TEXT NOT NULL,
  part      INTEGER NOT NULL,
  id        BLOB NOT NULL,  -- 16 bytes, of the record
  content   BLOB NOT NULL,  -- 32 bytes, digest of the draft
  PRIMARY KEY (community, format, source_id, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX source_record ON source (community, id);

-- Opaque rows of the floors above.
CREATE TABLE object (
  kind  TEXT NOT NULL,
  key   BLOB NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT;
)sql"},
    {2, R"sql(
-- Entries of the feed that outlive their record: we may pass on less of it than before, or none.
CREATE TABLE taken_back (
  offset    INTEGER PRIMARY KEY,  -- of the sequence of entry
  community INTEGER NOT NULL,
  id        BLOB NOT NULL,        -- 16 bytes, of the record
  revision  INTEGER NOT NULL,
  leaf      BLOB NOT NULL,        -- 32 bytes
  author    TEXT NOT NULL,
  header    BLOB NOT NULL,
  circles   BLOB NOT NULL         -- as in record
) STRICT;
CREATE UNIQUE INDEX taken_back_id ON taken_back (community, id);
)sql"},
    {3, R"sql(
-- The distinct markings of all records held, for policies that are asked about tuples and not about
-- records.  A number is never used twice; a tuple that no record has is deleted.
CREATE TABLE tuple (
  number    INTEGER PRIMARY KEY AUTOINCREMENT,
  community INTEGER NOT NULL,
  records   INTEGER NOT NULL,  -- that have it now
  content   BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX tuple_content ON tuple (community, content);

-- Of entries of type 1: the record's tuple (0: not known), and whether the record is live and no
-- earlier revision of it was ever the newest.  They stand here and not in `record` so that a reader
-- of the feed need not touch records it will not send.
ALTER TABLE entry ADD COLUMN tuple INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entry ADD COLUMN fresh INTEGER NOT NULL DEFAULT 0;
)sql"},
    {4, R"sql(
-- What this node published without its name.  Apart from `record`: the copy that comes back over the
-- feed is one like any other, and never told apart by those who read from here.
CREATE TABLE unnamed (
  community INTEGER NOT NULL,
  id        BLOB NOT NULL,     -- 16 bytes, of the record
  revision  INTEGER NOT NULL,
  leaf      BLOB NOT NULL,     -- 32 bytes
  source    INTEGER NOT NULL,  -- 2 pseudonymous, 3 anonymous
  epoch     INTEGER NOT NULL,  -- of a pseudonymous record's key
  seed      BLOB NOT NULL,     -- of an anonymous record's key, sealed
  expires   INTEGER NOT NULL,
  state     INTEGER NOT NULL,  -- as in record
  queued    INTEGER NOT NULL,
  header    BLOB NOT NULL,
  stored    BLOB NOT NULL,
  PRIMARY KEY (community, id)
) STRICT;
CREATE INDEX unnamed_expires ON unnamed (community, expires);

-- At a hub: the newest revision of each anonymous record that waits to be released.
CREATE TABLE unreleased (
  community INTEGER NOT NULL,
  id        BLOB NOT NULL,     -- 16 bytes, of the record
  revision  INTEGER NOT NULL,
  leaf      BLOB NOT NULL,     -- 32 bytes
  period    INTEGER NOT NULL,  -- in which it came; released when that is over
  payload   BLOB NOT NULL,
  PRIMARY KEY (community, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX unreleased_period ON unreleased (community, period);
)sql"},
    {5, R"sql(
-- Without rowids: numbers given in the order of making had told which rows were made together, and
-- so beside which team's count a pseudonym came.  Those counts were of one day and start anew.
ALTER TABLE object RENAME TO object_before;
CREATE TABLE object (
  kind  TEXT NOT NULL,
  key   BLOB NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
INSERT INTO object SELECT kind, key, value FROM object_before
  WHERE kind NOT IN ('pseudonym', 'unnamed_count') ORDER BY kind, key;

-- At a hub: which team a pseudonym is, sealed.  On pages of its own: nothing beside it says more.
CREATE TABLE pseudonym (
  key    BLOB NOT NULL PRIMARY KEY,  -- 32 bytes
  epoch  INTEGER NOT NULL,           -- in which it first wrote
  until  INTEGER NOT NULL,           -- its records are past
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pseudonym_until ON pseudonym (until);

-- 1: goes before those that are not urgent.
ALTER TABLE outbox ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_urgent ON outbox (community, link) WHERE urgent = 1;
CREATE INDEX outbox_id ON outbox (community, id);
)sql"},
    {6, R"sql(
-- What readers of HTTP are shown of the records: a collection as one kind of reader sees it.
CREATE TABLE shown_view (
  number    INTEGER PRIMARY KEY,
  community INTEGER NOT NULL,
  key       BLOB NOT NULL,     -- which collection, for which readers
  reached   INTEGER NOT NULL,  -- all entries up to this offset were looked at
  basis     BLOB NOT NULL      -- by what it was decided
) STRICT;
CREATE UNIQUE INDEX shown_view_key ON shown_view (community, key);

-- Its objects, by name only: content is always made from the record.  AUTOINCREMENT: a place is
-- never used twice, so whoever reads on from one loses nothing.
CREATE TABLE shown (
  place   INTEGER PRIMARY KEY AUTOINCREMENT,  -- microseconds since 1970, rising
  view    INTEGER NOT NULL,
  record  INTEGER NOT NULL,                   -- number of the record that tells it
  id      TEXT NOT NULL,                      -- of the object
  version INTEGER NOT NULL                    -- microseconds since 1970, or 0
) STRICT;
CREATE INDEX shown_place ON shown (view, place);
CREATE INDEX shown_id ON shown (view, id, place);
CREATE INDEX shown_record ON shown (record, view);
CREATE TRIGGER shown_gone AFTER DELETE ON record BEGIN
  DELETE FROM shown WHERE record = old.number;
END;
)sql"},
    {7, R"sql(
-- The index of indicators.  Of live records that are no exercise; of their sections what is held.
-- All of it is made from `record` and goes with it.

-- Each indicator once, whatever it was written like and whichever records tell it.
CREATE TABLE indicator (
  number    INTEGER PRIMARY KEY,
  community INTEGER NOT NULL,
  key       BLOB NOT NULL,     -- 16 bytes
  type      INTEGER NOT NULL,
  place     BLOB,              -- by which what lies under a name or a network is one range
  value     TEXT NOT NULL      -- canonical, its first 1,024 bytes
) STRICT;
CREATE UNIQUE INDEX indicator_key ON indicator (community, key);
CREATE INDEX indicator_place ON indicator (community, place) WHERE place IS NOT NULL;

-- Which record says what of it.
CREATE TABLE told (
  indicator  INTEGER NOT NULL,
  record     INTEGER NOT NULL,
  says       INTEGER NOT NULL,  -- bits: 1 listed, 2 seen, 4 false positive, 8 not seen
  confidence INTEGER,           -- 0..100
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  PRIMARY KEY (indicator, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_disputed ON told (indicator, record) WHERE says & 4;

-- Which record judges which record as a whole.
CREATE TABLE judged (
  community INTEGER NOT NULL,
  about     BLOB NOT NULL,     -- 16 bytes, of a record that may not be held
  leaf      BLOB NOT NULL,     -- 32 bytes, of the revision meant; empty: whatever revision
  record    INTEGER NOT NULL,
  says      INTEGER NOT NULL,  -- as in told
  PRIMARY KEY (community, about, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX judged_record ON judged (record);

-- The marks of records that are asked for, and the records that have each, by time.
CREATE TABLE term (
  number    INTEGER PRIMARY KEY,
  community INTEGER NOT NULL,
  kind      INTEGER NOT NULL,  -- 0 all, 1 kind, 2 team, 3 tag, 4 technique, 5 circle, 6 type
  word      TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX term_word ON term (community, kind, word);
CREATE TABLE posting (
  term   INTEGER NOT NULL,
  issued INTEGER NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (term, issued, record)
) STRICT, WITHOUT ROWID;

-- What the index holds of each record: numbers of 8 bytes.
CREATE TABLE indexed (
  record     INTEGER PRIMARY KEY,
  issued     INTEGER NOT NULL,
  terms      BLOB NOT NULL,
  indicators BLOB NOT NULL      -- in the order of the record
) STRICT;

-- One row: records up to this number may still be missing.
CREATE TABLE index_left (upto INTEGER NOT NULL) STRICT;
INSERT INTO index_left SELECT coalesce(max(number), 0) FROM record;
)sql"},
    {8, R"sql(
-- Who says it (empty: not named): a team that says the same a thousand times is skipped in one step.
ALTER TABLE told ADD COLUMN author TEXT NOT NULL DEFAULT '';
UPDATE told SET author =
  coalesce((SELECT author FROM record WHERE number = told.record), '');
CREATE INDEX told_by ON told (indicator, author, says, record);
DROP INDEX told_disputed;
CREATE INDEX told_disputed ON told (indicator, author, record) WHERE says & 4;
CREATE INDEX told_disputed_by ON told (author, record) WHERE says & 4;
ALTER TABLE judged ADD COLUMN author TEXT NOT NULL DEFAULT '';
UPDATE judged SET author =
  coalesce((SELECT author FROM record WHERE number = judged.record), '');
CREATE INDEX judged_about ON judged (community, about, author, says, record);
CREATE INDEX judged_disputed_by ON judged (community, author, record) WHERE says & 4;
)sql"},
    {9, R"sql(
-- Indicators that what teams say keeps from readers, as far as it was reckoned.
CREATE TABLE taken_out (
  community INTEGER NOT NULL,
  key       BLOB NOT NULL,     -- 16 bytes
  PRIMARY KEY (community, key)
) STRICT, WITHOUT ROWID;

-- Records whose objects may be others than when their entry came: what is held of them changed, or
-- what may be told of their indicators.  Each record once, at its last time.
CREATE TABLE second_look (
  number    INTEGER PRIMARY KEY AUTOINCREMENT,
  community INTEGER NOT NULL,
  record    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX second_look_record ON second_look (record);
CREATE TRIGGER second_look_gone AFTER DELETE ON record BEGIN
  DELETE FROM second_look WHERE record = old.number;
END;

-- Who took notice of records that went long ago.
DELETE FROM object WHERE kind = 'ack'
  AND NOT EXISTS (SELECT 1 FROM community c CROSS JOIN revision r ON r.community = c.number
                  AND r.id = object.key);

-- How far a view is with them, and up to which entry it was begun anew.
ALTER TABLE shown_view ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE shown_view ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
)sql"},
    {10, R"sql(
-- Rows that showed nothing to a reader who passed them are forgotten then: nobody needs to know
-- under which basis they were passed.
ALTER TABLE shown_view DROP COLUMN until;
)sql"},
};

}  // namespace renkei::store
