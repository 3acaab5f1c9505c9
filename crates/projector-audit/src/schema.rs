//! The tables, which any SQLite tool can read.
//!
//! Times are texts of RFC 3339 in UTC with milliseconds and sort as such.

/// The form of tables and rows. Raise it with every change to either.
pub const SCHEMA_VERSION: u32 = 1;

/// Tables and views.
pub const TABLES: &str = "
-- One record of the log each, of every kind of stream.
CREATE TABLE audit_event (
    position       INTEGER PRIMARY KEY,  -- in the log; also the leaf of the tree
    stream         TEXT NOT NULL,
    version        INTEGER NOT NULL,     -- in the stream
    event_id       TEXT NOT NULL,
    event_type     TEXT NOT NULL,
    actor_id       TEXT NOT NULL,        -- an account, never a person's name
    actor_role     TEXT NOT NULL,
    occurred_at    TEXT NOT NULL,        -- when it happened in the world
    recorded_at    TEXT NOT NULL,        -- when the ledger recorded it; never decreases
    is_late        INTEGER NOT NULL,     -- 1: recorded more than a day after it happened
    command_id     TEXT NOT NULL,        -- the command that caused it
    command_digest TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    causation_id   TEXT,                 -- the record that led to the command
    data           TEXT NOT NULL         -- JSON, exactly as stored
) STRICT;

-- References to the personal fields of a record. What they stand for is in the vault alone.
CREATE TABLE audit_sealed (
    position   INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    field      TEXT NOT NULL,
    subject    TEXT NOT NULL,
    key        TEXT NOT NULL,
    vault      TEXT NOT NULL,
    commitment TEXT NOT NULL,            -- salted, to the text
    digest     TEXT NOT NULL,            -- of the sealed blob
    PRIMARY KEY (position, number)
) STRICT, WITHOUT ROWID;

-- One stream each: how many events, from when to when.
CREATE VIEW audit_stream AS
SELECT stream,
       count(*)         AS events,
       min(position)    AS first_position,
       max(position)    AS last_position,
       min(occurred_at) AS first_occurred_at,
       max(occurred_at) AS last_occurred_at,
       max(recorded_at) AS last_recorded_at,
       sum(is_late)     AS late_events,
       count(DISTINCT actor_id) AS actors
FROM audit_event GROUP BY stream;
";

/// Indexes that only queries need.
pub const INDEXES: &str = "
CREATE INDEX audit_event_by_stream ON audit_event (stream, version);
CREATE INDEX audit_event_by_actor ON audit_event (actor_id);
CREATE INDEX audit_event_by_occurrence ON audit_event (occurred_at);
CREATE INDEX audit_event_by_recording ON audit_event (recorded_at);
";
