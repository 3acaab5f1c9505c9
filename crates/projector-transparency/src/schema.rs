//! The tables of the read model. An auditor may open the file with any SQLite tool.
//!
//! Days are counted from 1 January 1970, moments are milliseconds since then, both in UTC. Nothing
//! here is personal data: the records hold none.

/// The tables, created empty.
pub(crate) const TABLES: &str = "
-- One row for each complaint, as corrected and as known at the last position.
CREATE TABLE complaint (
    stream TEXT PRIMARY KEY,
    received_at INTEGER NOT NULL,
    received_day INTEGER NOT NULL,
    channel TEXT NOT NULL,
    source TEXT NOT NULL,               -- 'direct', or the kind of file it was taken in from
    taxonomy TEXT, product TEXT, sub_product TEXT, issue TEXT, sub_issue TEXT,
    respondent TEXT,
    region TEXT,
    language TEXT,
    acknowledged_at INTEGER,
    final_response_at INTEGER,          -- the first final response
    final_response_day INTEGER,
    platform_response TEXT,
    platform_timely INTEGER,            -- 1 yes, 0 no, NULL not said
    disputed INTEGER,                   -- 1 a final response was refused, 0 accepted, NULL not said
    root_cause TEXT                     -- a code, or 'none-found'
) STRICT;
-- One row for each time a complaint was opened: by its receipt, or by being taken up again.
CREATE TABLE life (
    stream TEXT NOT NULL,
    ordinal INTEGER NOT NULL,           -- 0 for the receipt
    opened_at INTEGER NOT NULL,
    opened_day INTEGER NOT NULL,
    outcome TEXT,                       -- of the last final response before its end
    proposed TEXT,                      -- what it would come to, said since its final response
    final_response_at INTEGER,
    ended_at INTEGER,
    ended_day INTEGER,
    ended_by TEXT,                      -- 'closed' or 'withdrawn'
    ended_reason TEXT,
    PRIMARY KEY (stream, ordinal)
) STRICT;
-- Every coming and going, by the day it happened.
CREATE TABLE flow (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    kind TEXT NOT NULL,                 -- 'received', 'reopened', 'closed', 'withdrawn'
    occurred_at INTEGER NOT NULL,       -- as recorded
    day INTEGER NOT NULL                -- as counted: never before the one it follows
) STRICT;
-- The rights at stake, by the latest classification.
CREATE TABLE complaint_right (
    stream TEXT NOT NULL,
    consumer_right TEXT NOT NULL,
    PRIMARY KEY (stream, consumer_right)
) STRICT;
CREATE TABLE remedy (
    stream TEXT NOT NULL,
    remedy INTEGER NOT NULL,
    kind TEXT NOT NULL,
    offered_amount TEXT, offered_currency TEXT,
    result TEXT,                        -- 'carried-out' or 'declined'
    paid_amount TEXT, paid_currency TEXT,
    ended_day INTEGER,
    PRIMARY KEY (stream, remedy)
) STRICT;
CREATE TABLE correction (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    corrects INTEGER NOT NULL,
    fact TEXT NOT NULL,
    day INTEGER NOT NULL
) STRICT;
-- Events by the day they happened: how many, and how many were recorded more than a day later.
CREATE TABLE recording (
    day INTEGER NOT NULL,
    source TEXT NOT NULL,               -- 'direct' or 'imported'
    events INTEGER NOT NULL,
    late INTEGER NOT NULL,
    PRIMARY KEY (day, source)
) STRICT;
CREATE TABLE import (
    position INTEGER PRIMARY KEY,
    scheme TEXT NOT NULL,
    file_digest TEXT NOT NULL,
    file_rows INTEGER NOT NULL,
    imported INTEGER NOT NULL,
    rejected INTEGER NOT NULL
) STRICT;
-- What the committee, regulators and those who take causes away did, by the day it happened.
CREATE TABLE oversight (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    what TEXT NOT NULL,                 -- such as 'review-decided'
    detail TEXT,                        -- what it came to, by its code
    day INTEGER NOT NULL,
    number INTEGER                      -- 'action-remediated': how many customers were reached
) STRICT;
-- One row for each case before the committee.
CREATE TABLE committee_case (
    stream TEXT PRIMARY KEY,
    complaint TEXT NOT NULL,
    way TEXT NOT NULL,                  -- by whose wish it came there
    opened_day INTEGER NOT NULL,
    measures INTEGER NOT NULL,          -- of the last proposal
    measures_done INTEGER NOT NULL,
    answered TEXT,                      -- what the company would have answered, or had answered last, before the decision
    outcome TEXT, effect TEXT,          -- of the decision
    reply TEXT,
    decided_day INTEGER,                -- never before opened_day
    ended_day INTEGER                   -- decided, or discontinued
) STRICT;
-- Why the company did not follow a decision, by the codes it gave.
CREATE TABLE refusal_ground (
    stream TEXT NOT NULL,
    ground TEXT NOT NULL,
    PRIMARY KEY (stream, ground)
) STRICT;
-- One row for each term on the committee. Accounts are pseudonyms, and no report names them.
CREATE TABLE committee_term (
    stream TEXT NOT NULL,               -- the member's
    ordinal INTEGER NOT NULL,           -- from 1
    seat TEXT NOT NULL,
    from_day INTEGER NOT NULL,
    until_day INTEGER NOT NULL,
    ended_by TEXT,                      -- why it ended before its last day
    PRIMARY KEY (stream, ordinal)
) STRICT;
-- One row for each time a complainant was asked how it was.
CREATE TABLE survey (
    position INTEGER PRIMARY KEY,       -- of the request
    stream TEXT NOT NULL,
    requested_day INTEGER NOT NULL,
    answered_day INTEGER,
    process_score INTEGER,              -- 1 to 5: the way it was handled
    outcome_score INTEGER               -- 1 to 5: what came of it
) STRICT;
-- How much business there was, as corrected and as known at the last position.
CREATE TABLE volume (
    stream TEXT NOT NULL,               -- one for each unit and product
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    unit TEXT NOT NULL,                 -- 'accounts', 'policies', 'orders', 'customers'
    product TEXT,                       -- NULL all products
    count INTEGER NOT NULL,
    position INTEGER NOT NULL,          -- of the record or the correction that counts
    PRIMARY KEY (stream, first_day)
) STRICT;
-- How far the log was counted: always one row.
CREATE TABLE coverage (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_position INTEGER,
    last_recorded_at INTEGER
) STRICT;
INSERT INTO coverage VALUES (1, NULL, NULL);
";

/// What the report's queries look up by.
pub(crate) const INDEXES: &str = "
CREATE INDEX complaint_by_day ON complaint (received_day);
CREATE INDEX complaint_by_response ON complaint (final_response_day);
CREATE INDEX life_by_end ON life (ended_day);
CREATE INDEX life_by_start ON life (opened_day);
CREATE INDEX flow_by_day ON flow (day);
CREATE INDEX oversight_by_day ON oversight (day);
CREATE INDEX case_by_opening ON committee_case (opened_day);
CREATE INDEX case_by_decision ON committee_case (decided_day);
CREATE INDEX survey_by_day ON survey (requested_day);
CREATE INDEX survey_by_stream ON survey (stream);
CREATE INDEX remedy_by_day ON remedy (ended_day);
";
