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
    is_ours INTEGER NOT NULL,           -- 1 we have to answer it: made to us, or taken in naming no company; else 0
    region TEXT,
    language TEXT,
    acknowledged_at INTEGER,
    final_response_at INTEGER,          -- the first final response
    final_response_day INTEGER,
    platform_response TEXT,
    platform_timely INTEGER,            -- 1 yes, 0 no, NULL not said
    disputed INTEGER,                   -- 1 a final response was refused, 0 accepted, NULL not said
    root_cause TEXT,                    -- a code, or 'none-found'
    is_about_support INTEGER            -- 1 about a failure to consider a vulnerability, 0 not, NULL none is known
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
    offered_day INTEGER,                -- of the first final response that offers it
    accepted_day INTEGER,
    PRIMARY KEY (stream, remedy)
) STRICT;
-- The clocks of which a limit was noted as missed.
CREATE TABLE missed_limit (
    stream TEXT NOT NULL,
    clock TEXT NOT NULL,                -- pack/clock
    PRIMARY KEY (stream, clock)
) STRICT;
-- When clocks stood still.
CREATE TABLE pause (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    clock TEXT NOT NULL,
    ground TEXT NOT NULL,
    from_day INTEGER NOT NULL,
    until_day INTEGER                   -- NULL it still does
) STRICT;
-- What makes complainants vulnerable, by the latest statement.
CREATE TABLE complaint_driver (
    stream TEXT NOT NULL,
    driver TEXT NOT NULL,
    PRIMARY KEY (stream, driver)
) STRICT;
-- Which complaint belongs to which other, unless that was taken back.
CREATE TABLE link (
    stream TEXT NOT NULL,
    other TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (stream, other)
) STRICT;
-- One row for each time an outside body took a complaint up.
CREATE TABLE outside_referral (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    body TEXT NOT NULL,
    day INTEGER NOT NULL
) STRICT;
-- One row for each result of an outside body.
CREATE TABLE outside_decision (
    position INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    body TEXT NOT NULL,
    result TEXT NOT NULL,
    overturned INTEGER,                 -- 1 it gave more than our last answer before, 0 not, NULL it did not decide or we had not answered
    day INTEGER NOT NULL
) STRICT;
-- The rulebook's proposed and approved changes, as recorded.
CREATE TABLE rule_change (
    position INTEGER PRIMARY KEY,
    what TEXT NOT NULL,                 -- 'proposed' or 'approved'
    body TEXT NOT NULL,                 -- JSON
    occurred_at INTEGER NOT NULL
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
    source TEXT NOT NULL,               -- 'direct': of complaints that are ours; 'imported': of others, and receipts from files
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
-- What the committee, regulators and those who take causes away did, by the day it happened. What was put before the
-- committee and taken back is not in it.
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
    measures_withdrawn INTEGER NOT NULL, -- by the committee
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
CREATE INDEX remedy_by_offer ON remedy (offered_day);
CREATE INDEX pause_by_stream ON pause (stream);
CREATE INDEX referral_outside_by_day ON outside_referral (day);
CREATE INDEX referral_outside_by_stream ON outside_referral (stream);
CREATE INDEX decision_outside_by_day ON outside_decision (day);
";
