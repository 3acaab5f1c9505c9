//! What is there to do: open complaints, and ended ones of which an award is owed, oldest first.

use complaint_domain::actor::ActorId;
use event_log::StreamId;
use jiff::Timestamp;
use projection::column::{time, time_if_any};
use rusqlite::{Connection, Row, types::Type};
use serde::Serialize;

/// What an open complaint waits for. Advice to people, taken from what has happened; whether a step
/// is allowed is for the process to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NextStep {
    /// Tell the complainant that it was received.
    Acknowledge,
    /// Make somebody responsible.
    Assign,
    /// Judge severity, safety, complexity and impact.
    Assess,
    /// Say what it is about and which rights are at stake.
    Classify,
    /// A second person must approve a remedy.
    ApproveRemedy,
    /// Answer the complainant.
    Respond,
    /// Another company must answer; we record what the platform reports.
    AwaitResponse,
    /// What a body outside awarded with binding effect must be paid.
    PayAward,
    /// The complainant must say whether they accept.
    AwaitAnswer,
    /// A promised remedy must be carried out.
    FulfilRemedy,
    /// Say what lay behind it.
    IdentifyRootCause,
    /// The complainant may still turn elsewhere.
    AwaitRecourse,
    /// Nothing is left but to close it.
    Close,
    /// It has ended, and a binding award is owed: it is taken up again, and that is paid.
    Reopen,
}

impl NextStep {
    /// Every step.
    pub const ALL: [Self; 14] = [
        Self::Acknowledge,
        Self::Assign,
        Self::Assess,
        Self::Classify,
        Self::ApproveRemedy,
        Self::Respond,
        Self::AwaitResponse,
        Self::PayAward,
        Self::AwaitAnswer,
        Self::FulfilRemedy,
        Self::IdentifyRootCause,
        Self::AwaitRecourse,
        Self::Close,
        Self::Reopen,
    ];

    /// Its code, as the view `worklist` has it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Assign => "assign",
            Self::Assess => "assess",
            Self::Classify => "classify",
            Self::ApproveRemedy => "approve-remedy",
            Self::Respond => "respond",
            Self::AwaitResponse => "await-response",
            Self::PayAward => "pay-award",
            Self::AwaitAnswer => "await-answer",
            Self::FulfilRemedy => "fulfil-remedy",
            Self::IdentifyRootCause => "identify-root-cause",
            Self::AwaitRecourse => "await-recourse",
            Self::Close => "close",
            Self::Reopen => "reopen",
        }
    }
}

/// Whose complaints to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Whose {
    /// Everybody's and nobody's.
    #[default]
    Anybodys,
    /// Those that nobody is responsible for.
    Nobodys,
    /// One handler's.
    Of(ActorId),
}

/// Which part of the worklist to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorklistFilter {
    /// Whose.
    pub whose: Whose,
    /// Only those that wait for this.
    pub next_step: Option<NextStep>,
    /// Whether to leave out complaints about other companies, which are not ours to answer.
    pub only_ours: bool,
    /// The most to list.
    pub limit: u32,
}

impl Default for WorklistFilter {
    fn default() -> Self {
        Self { whose: Whose::Anybodys, next_step: None, only_ours: false, limit: 100 }
    }
}

/// A complaint on the list and what it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorklistItem {
    /// The complaint.
    #[serde(serialize_with = "crate::columns::stream_as_text")]
    pub stream: StreamId,
    /// The responsible person, if there is one.
    pub handler: Option<String>,
    /// What its age counts from: when it was received, as corrected.
    pub received_at: Timestamp,
    /// When it was last taken up again, if it was.
    pub reopened_at: Option<Timestamp>,
    /// How it came in.
    pub channel: String,
    /// The product, where it is known.
    pub product: Option<String>,
    /// The issue, where it is known.
    pub issue: Option<String>,
    /// The severity, once it is assessed.
    pub severity: Option<String>,
    /// Whether somebody's safety is at risk, once it is assessed.
    pub has_safety_risk: Option<bool>,
    /// The company complained of, when that is not the ledger's own.
    pub respondent: Option<String>,
    /// Whether it is ours to answer.
    pub is_ours_to_answer: bool,
    /// The day by which a final response was promised.
    pub expected_by: Option<String>,
    /// The last day on which the complainant may turn elsewhere.
    pub recourse_until: Option<String>,
    /// What it waits for.
    pub next_step: NextStep,
}

impl WorklistItem {
    /// How many whole days it has been waiting at that moment.
    pub fn age_days(&self, at: Timestamp) -> i64 {
        at.duration_since(self.received_at).as_hours() / 24
    }
}

/// Lists open complaints, and ended ones of which an award is owed, the oldest first.
///
/// # Errors
///
/// Whatever SQLite says, also when the file is not a casework read model.
pub fn worklist(
    connection: &Connection,
    filter: &WorklistFilter,
) -> rusqlite::Result<Vec<WorklistItem>> {
    let (condition, handler) = match &filter.whose {
        Whose::Anybodys => ("?1 IS NULL", None),
        Whose::Nobodys => ("?1 IS NULL AND handler IS NULL", None),
        Whose::Of(handler) => ("handler = ?1", Some(handler.0.as_str())),
    };
    let sql = format!(
        "SELECT * FROM worklist WHERE {condition} AND (?2 IS NULL OR next_step = ?2)
            AND (is_ours_to_answer OR NOT ?3)
         ORDER BY received_at, stream LIMIT ?4"
    );
    let step = filter.next_step.map(NextStep::code);
    connection
        .prepare_cached(&sql)?
        .query_map((handler, step, filter.only_ours, filter.limit), item)?
        .collect()
}

/// One page of open complaints, in the order in which they came in: each with the position of its
/// receipt, after which the next page begins.
///
/// # Errors
///
/// Whatever SQLite says, also when the file is not a casework read model.
pub fn open_complaints(
    connection: &Connection,
    after: Option<u64>,
    limit: u32,
) -> rusqlite::Result<Vec<(u64, StreamId)>> {
    connection
        .prepare_cached(
            "SELECT received_position, stream FROM case_file
             WHERE status = 'open' AND (?1 IS NULL OR received_position > ?1)
             ORDER BY received_position LIMIT ?2",
        )?
        .query_map((after.and_then(|after| i64::try_from(after).ok()), limit), |row| {
            let position: i64 = row.get("received_position")?;
            Ok((
                u64::try_from(position).unwrap_or_default(),
                crate::columns::stream(row, "stream")?,
            ))
        })?
        .collect()
}

fn item(row: &Row<'_>) -> rusqlite::Result<WorklistItem> {
    let code: String = row.get("next_step")?;
    let next_step =
        NextStep::ALL.into_iter().find(|step| step.code() == code).ok_or_else(|| {
            let error = format!("expected a next step, found `{code}`");
            rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into())
        })?;
    Ok(WorklistItem {
        stream: crate::columns::stream(row, "stream")?,
        handler: row.get("handler")?,
        received_at: time(row, "received_at")?,
        reopened_at: time_if_any(row, "reopened_at")?,
        channel: row.get("channel")?,
        product: row.get("product")?,
        issue: row.get("issue")?,
        severity: row.get("severity")?,
        has_safety_risk: row.get("has_safety_risk")?,
        respondent: row.get("respondent")?,
        is_ours_to_answer: row.get("is_ours_to_answer")?,
        expected_by: row.get("expected_by")?,
        recourse_until: row.get("recourse_until")?,
        next_step,
    })
}
