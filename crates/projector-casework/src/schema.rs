//! The tables, which any SQLite tool can read.
//!
//! Times are texts of RFC 3339 in UTC with milliseconds and sort as such; codes are those of the
//! records; lists are JSON; amounts are exact decimals as text.

/// The form of tables and rows. Raise it with every change to either.
pub const SCHEMA_VERSION: u32 = 4;

/// Tables and views.
pub const TABLES: &str = "
-- One complaint as it stands.
CREATE TABLE case_file (
    received_position INTEGER PRIMARY KEY,  -- where the log has its receipt
    stream            TEXT NOT NULL UNIQUE, -- complaint-…
    entries           INTEGER NOT NULL,     -- how many events it has
    last_occurred_at  TEXT NOT NULL,        -- of its last event
    last_recorded_at  TEXT NOT NULL,        -- of its last event
    status            TEXT NOT NULL,        -- open, closed, withdrawn: how far it has come
    outcome           TEXT,                 -- of the last final response: what it came to
    handler           TEXT,                 -- the one responsible person; nobody once it has ended
    last_handler      TEXT,                 -- the last who was
    source_kind       TEXT NOT NULL,        -- direct, imported
    source_scheme     TEXT,                 -- imported: the kind of file
    source_reference  TEXT,                 -- imported: its number there
    is_ours_to_answer INTEGER NOT NULL,     -- 0: about another company, taken in from a platform
    channel           TEXT NOT NULL,        -- as corrected
    received_at       TEXT NOT NULL,        -- as corrected
    region            TEXT,
    language          TEXT,
    tags              TEXT NOT NULL,        -- JSON list
    remedies_requested TEXT NOT NULL,       -- JSON list
    respondent        TEXT,                 -- as corrected
    taxonomy          TEXT,                 -- as classified and corrected, as are the next four
    product           TEXT,
    sub_product       TEXT,
    issue             TEXT,
    sub_issue         TEXT,
    rights            TEXT NOT NULL,        -- JSON list; empty until it is classified
    classified_at     TEXT,                 -- the last time
    assessed_at       TEXT,                 -- the last time
    severity          TEXT,
    has_safety_risk   INTEGER,
    complexity        TEXT,
    impact            TEXT,
    needs_immediate_action INTEGER,
    acknowledged_at   TEXT,
    expected_by       TEXT,                 -- the day a holding response promised; until the final
    responded_at      TEXT,                 -- the last final response
    response_version  INTEGER,              -- its place in the stream
    response_channel  TEXT,
    recourse_body     TEXT,
    recourse_until    TEXT,                 -- a day
    platform_category TEXT,                 -- the answer as a platform reports it
    platform_timely   INTEGER,
    platform_public_response TEXT,
    answer            TEXT,                 -- to the last final response, unless reopened since
    answered_at       TEXT,
    root_cause        TEXT,                 -- a code, or none-found
    closed_at         TEXT,                 -- while it is closed
    close_reason      TEXT,
    withdrawn_at      TEXT,                 -- while it is withdrawn
    withdrawal_reason TEXT,
    reopened_at       TEXT,                 -- the last time
    reopened_version  INTEGER,
    reopenings        INTEGER NOT NULL,
    messages_incoming INTEGER NOT NULL,
    messages_outgoing INTEGER NOT NULL,
    vulnerability     TEXT,                 -- JSON list of drivers, as last flagged
    escalated_at      TEXT,                 -- the last time it went before the committee
    escalation        TEXT,                 -- why
    escalated_before  TEXT,                 -- the time before that, which stands again if the last is taken back
    escalation_before TEXT,                 -- why
    transferred_to    TEXT,                 -- who answers it instead; until it is reopened
    missed_limits     INTEGER NOT NULL      -- how many time limits were noted as missed
) STRICT;

-- Every event of every complaint, in a few words.
CREATE TABLE case_timeline (
    position    INTEGER PRIMARY KEY,
    stream      TEXT NOT NULL,
    version     INTEGER NOT NULL,
    event_type  TEXT NOT NULL,
    occurred_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    actor_role  TEXT NOT NULL,
    detail      TEXT NOT NULL
) STRICT;

-- What was proposed to put it right, and what became of it.
CREATE TABLE case_remedy (
    stream            TEXT NOT NULL,
    remedy            INTEGER NOT NULL,  -- its number in the complaint
    kind              TEXT NOT NULL,
    amount            TEXT,
    currency          TEXT,
    approval_required INTEGER NOT NULL,
    proposed_by       TEXT NOT NULL,
    proposed_at       TEXT NOT NULL,
    approved_by       TEXT,
    approved_at       TEXT,
    offered_version   INTEGER,           -- the final response that offered it last
    result            TEXT,              -- carried-out, declined
    ended_at          TEXT,
    ended_version     INTEGER,           -- of the entry that ended it
    paid_amount       TEXT,
    paid_currency     TEXT,
    PRIMARY KEY (stream, remedy)
) STRICT, WITHOUT ROWID;

-- What bodies outside awarded with binding effect, as it stands.
CREATE TABLE case_award (
    stream   TEXT NOT NULL,
    body     TEXT NOT NULL,
    version  INTEGER NOT NULL,           -- of the decision
    amount   TEXT NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (stream, body)
) STRICT, WITHOUT ROWID;

-- What final responses found, issue by issue.
CREATE TABLE case_finding (
    stream  TEXT NOT NULL,
    version INTEGER NOT NULL,            -- of the response
    number  INTEGER NOT NULL,
    issue   TEXT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (stream, version, number)
) STRICT, WITHOUT ROWID;

-- What was put right: the earlier entry stays in the timeline.
CREATE TABLE case_correction (
    stream      TEXT NOT NULL,
    version     INTEGER NOT NULL,        -- of the correction
    corrects    INTEGER NOT NULL,        -- version of the entry that was wrong
    fact        TEXT NOT NULL,           -- received-at, channel, matter, respondent, personal
    old_value   TEXT,                    -- as it stood; NULL for what is sealed, or was not known
    new_value   TEXT,                    -- NULL for what is sealed
    reason      TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    occurred_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (stream, version)
) STRICT, WITHOUT ROWID;

-- References to personal fields; the vault opens them for those who may see them.
CREATE TABLE case_sealed (
    stream     TEXT NOT NULL,
    version    INTEGER NOT NULL,         -- of the event they came with
    number     INTEGER NOT NULL,
    field      TEXT NOT NULL,
    subject    TEXT NOT NULL,
    key        TEXT NOT NULL,
    vault      TEXT NOT NULL,
    commitment TEXT NOT NULL,
    digest     TEXT NOT NULL,
    PRIMARY KEY (stream, version, number)
) STRICT, WITHOUT ROWID;

-- Complaints of which a binding award is owed: less was paid in its currency, at any time, or declined since. Whatever
-- became of the complaint.
CREATE VIEW award_owed AS
SELECT a.stream, a.body, a.amount, a.currency
FROM case_award AS a JOIN case_file AS c ON c.stream = a.stream
WHERE c.is_ours_to_answer AND round(CAST(a.amount AS REAL), 4) > round((
    SELECT coalesce(sum(CAST(r.amount AS REAL)), 0.0) FROM case_remedy AS r
    WHERE r.stream = a.stream AND r.currency = a.currency
    AND (r.result = 'carried-out' OR (r.result = 'declined' AND r.ended_version > a.version))), 4);

-- Open complaints, and ended ones of which an award is owed, and what each of them waits for. Age counts from received_at.
CREATE VIEW worklist AS
SELECT stream, handler, received_at, reopened_at, channel, product, issue, severity,
       has_safety_risk, needs_immediate_action, respondent, is_ours_to_answer, expected_by,
       recourse_until, outcome, answer,
    CASE
        WHEN status <> 'open' THEN 'reopen'
        WHEN NOT is_ours_to_answer AND responded_at IS NULL THEN 'await-response'
        WHEN NOT is_ours_to_answer THEN 'close'
        WHEN transferred_to IS NOT NULL AND c.stream NOT IN (SELECT stream FROM award_owed)
            THEN 'close'
        WHEN acknowledged_at IS NULL THEN 'acknowledge'
        WHEN handler IS NULL THEN 'assign'
        WHEN assessed_at IS NULL THEN 'assess'
        WHEN classified_at IS NULL THEN 'classify'
        WHEN EXISTS (SELECT 1 FROM case_remedy AS r WHERE r.stream = c.stream
            AND r.result IS NULL AND r.approval_required AND r.approved_at IS NULL)
            THEN 'approve-remedy'
        WHEN responded_at IS NULL OR reopened_version > response_version THEN 'respond'
        WHEN c.stream IN (SELECT stream FROM award_owed) THEN 'pay-award'
        WHEN answer IS NULL THEN 'await-answer'
        WHEN EXISTS (SELECT 1 FROM case_remedy AS r WHERE r.stream = c.stream
            AND r.result IS NULL AND (r.approved_at IS NOT NULL
            OR (c.answer = 'accepted' AND r.offered_version = c.response_version)))
            THEN 'fulfil-remedy'
        WHEN root_cause IS NULL THEN 'identify-root-cause'
        WHEN answer = 'accepted' THEN 'close'
        ELSE 'await-recourse'
    END AS next_step
FROM case_file AS c WHERE status = 'open' OR stream IN (SELECT stream FROM award_owed);
";

/// Indexes that only queries need.
pub const INDEXES: &str = "
CREATE INDEX case_file_by_handler ON case_file (status, handler, received_at);
CREATE INDEX case_file_by_age ON case_file (status, received_at);
CREATE INDEX case_file_by_source ON case_file (source_scheme, source_reference)
    WHERE source_scheme IS NOT NULL;
CREATE INDEX case_timeline_by_stream ON case_timeline (stream, version);
";
