//! What is so with one complaint: everything public about it.

use event_log::{Position, StreamId, StreamVersion};
use jiff::Timestamp;
use projection::column::{time, time_if_any};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::columns::{
    list, position, position_as_number, stream, stream_as_text, version, version_as_number,
};

/// Everything public about one complaint. Codes are those of the records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseFile {
    /// The complaint.
    #[serde(serialize_with = "stream_as_text")]
    pub stream: StreamId,
    /// How far it has come: open, closed, withdrawn.
    pub status: String,
    /// What the last final response says it came to. Not the same as the status.
    pub outcome: Option<String>,
    /// The one responsible person; nobody once it has ended.
    pub handler: Option<String>,
    /// The last who was responsible.
    pub last_handler: Option<String>,
    /// How many events it has.
    pub entries: u64,
    /// When it came in, from where, by which way.
    pub receipt: Receipt,
    /// What it is about, as classified and corrected.
    pub matter: Option<Matter>,
    /// The rights at stake.
    pub rights: Vec<String>,
    /// How serious it is, once it is assessed.
    pub assessment: Option<Assessment>,
    /// When each thing was done.
    pub times: Times,
    /// The day by which a holding response promised the final one.
    pub expected_by: Option<String>,
    /// The last final response, and what the platform reports.
    pub response: Response,
    /// The cause: a code, or `none-found`.
    pub root_cause: Option<String>,
    /// Why it was closed, while it is.
    pub close_reason: Option<String>,
    /// Why it was withdrawn, while it is.
    pub withdrawal_reason: Option<String>,
    /// How often it was taken up again.
    pub reopenings: u64,
    /// How many messages came in.
    pub messages_incoming: u64,
    /// How many messages went out.
    pub messages_outgoing: u64,
    /// What was proposed to put it right.
    pub remedies: Vec<Remedy>,
    /// What was put right in the entries.
    pub corrections: Vec<Correction>,
    /// References to personal fields, for those who may have them opened.
    pub sealed: Vec<SealedReference>,
    /// Every event, in order.
    pub timeline: Vec<TimelineEntry>,
}

/// When a complaint came in, from where, by which way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Where the log has it.
    #[serde(serialize_with = "position_as_number")]
    pub position: Position,
    /// By which way, as corrected.
    pub channel: String,
    /// `direct` or `imported`.
    pub source: String,
    /// Imported: the kind of file.
    pub scheme: Option<String>,
    /// Imported: its number there.
    pub reference: Option<String>,
    /// The company complained of, when that is not the ledger's own.
    pub respondent: Option<String>,
    /// Whether it is ours to answer.
    pub is_ours_to_answer: bool,
    /// A coarse region.
    pub region: Option<String>,
    /// The complainant's language.
    pub language: Option<String>,
    /// Groups the source says the complainant belongs to.
    pub tags: Vec<String>,
    /// What the complainant wants.
    pub remedies_requested: Vec<String>,
}

/// What a complaint is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matter {
    /// The taxonomy.
    pub taxonomy: String,
    /// The product or service.
    pub product: String,
    /// A finer product.
    pub sub_product: Option<String>,
    /// What went wrong.
    pub issue: Option<String>,
    /// A finer issue.
    pub sub_issue: Option<String>,
}

/// How serious a complaint is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// How serious.
    pub severity: String,
    /// Whether somebody's safety is at risk.
    pub has_safety_risk: bool,
    /// How much work it is.
    pub complexity: String,
    /// How many it touches.
    pub impact: String,
    /// Whether something must be done at once.
    pub needs_immediate_action: bool,
}

/// When each thing was done, by the world's time (`occurred_at`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Times {
    /// Received, as corrected.
    pub received_at: Timestamp,
    /// The complainant was told so.
    pub acknowledged_at: Option<Timestamp>,
    /// Last assessed.
    pub assessed_at: Option<Timestamp>,
    /// Last classified.
    pub classified_at: Option<Timestamp>,
    /// The last final response.
    pub responded_at: Option<Timestamp>,
    /// The answer to it.
    pub answered_at: Option<Timestamp>,
    /// Closed, while it is.
    pub closed_at: Option<Timestamp>,
    /// Withdrawn, while it is.
    pub withdrawn_at: Option<Timestamp>,
    /// Last reopened.
    pub reopened_at: Option<Timestamp>,
    /// Its last event happened.
    pub last_occurred_at: Timestamp,
    /// Its last event was recorded.
    pub last_recorded_at: Timestamp,
}

/// The last final response, and what the platform reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Response {
    /// By which way the final response went.
    pub channel: Option<String>,
    /// What it found, issue by issue: issue and outcome.
    pub findings: Vec<(String, String)>,
    /// Where the complainant may turn next.
    pub recourse_body: Option<String>,
    /// The last day on which they may.
    pub recourse_until: Option<String>,
    /// What they said to it.
    pub answer: Option<String>,
    /// The answer as a platform reports it.
    pub platform_category: Option<String>,
    /// Whether the platform calls it timely.
    pub platform_timely: Option<bool>,
    /// What the respondent chose to say in public.
    pub platform_public_response: Option<String>,
}

/// A remedy, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// Its number in the complaint.
    pub remedy: u16,
    /// What is to be done.
    pub kind: String,
    /// How much, as an exact decimal.
    pub amount: Option<String>,
    /// In which currency.
    pub currency: Option<String>,
    /// Whether a second person must approve.
    pub is_approval_required: bool,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// Whether a final response offered it.
    pub is_offered: bool,
    /// What became of it: carried out, or declined.
    pub result: Option<String>,
    /// When.
    pub ended_at: Option<Timestamp>,
    /// What was paid, as an exact decimal.
    pub paid_amount: Option<String>,
    /// In which currency.
    pub paid_currency: Option<String>,
}

/// An earlier entry that was put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Correction {
    /// The correction's own place in the stream.
    #[serde(serialize_with = "version_as_number")]
    pub version: StreamVersion,
    /// The entry that was wrong.
    #[serde(serialize_with = "version_as_number")]
    pub corrects: StreamVersion,
    /// Which fact.
    pub fact: String,
    /// What stood before; `None` for what is sealed, or was not known.
    pub old_value: Option<String>,
    /// What stands now; `None` for what is sealed.
    pub new_value: Option<String>,
    /// Why.
    pub reason: String,
    /// Who corrected it.
    pub actor: String,
    /// When.
    pub occurred_at: Timestamp,
    /// When that was recorded.
    pub recorded_at: Timestamp,
}

/// A reference to a personal field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealedReference {
    /// The event it came with.
    #[serde(serialize_with = "version_as_number")]
    pub version: StreamVersion,
    /// Which field.
    pub field: String,
    /// Whose it is.
    pub subject: String,
    /// Under which data key it lies.
    pub key: String,
    /// Where in the vault it lies.
    pub vault: String,
    /// The salted commitment to the text.
    pub commitment: String,
    /// The digest of the sealed blob.
    pub digest: String,
}

/// One event in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimelineEntry {
    /// Its place in the log.
    #[serde(serialize_with = "position_as_number")]
    pub position: Position,
    /// Its place in the stream.
    #[serde(serialize_with = "version_as_number")]
    pub version: StreamVersion,
    /// Its stored name.
    pub event_type: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// In which role.
    pub role: String,
    /// What it says.
    pub detail: String,
}

/// Gives the case file of one complaint; `None` when there is no such complaint.
///
/// # Errors
///
/// Whatever SQLite says, also when the file is not a casework read model.
pub fn case_file(connection: &Connection, id: &StreamId) -> rusqlite::Result<Option<CaseFile>> {
    // One transaction, so that all tables are of one moment.
    let transaction = connection.unchecked_transaction()?;
    let found = transaction
        .prepare_cached("SELECT * FROM case_file WHERE stream = ?1")?
        .query_row([id.as_str()], head)
        .optional()?;
    let Some(mut file) = found else { return Ok(None) };
    let all = Rows { connection: &transaction, stream: id.as_str() };
    file.response.findings = all.read(
        "SELECT f.issue, f.outcome FROM case_finding AS f JOIN case_file AS c
         ON c.stream = f.stream AND c.response_version = f.version
         WHERE f.stream = ?1 ORDER BY number",
        |row| Ok((row.get("issue")?, row.get("outcome")?)),
    )?;
    file.remedies =
        all.read("SELECT * FROM case_remedy WHERE stream = ?1 ORDER BY remedy", remedy)?;
    file.corrections =
        all.read("SELECT * FROM case_correction WHERE stream = ?1 ORDER BY version", correction)?;
    file.sealed =
        all.read("SELECT * FROM case_sealed WHERE stream = ?1 ORDER BY version, number", sealed)?;
    file.timeline =
        all.read("SELECT * FROM case_timeline WHERE stream = ?1 ORDER BY version", entry)?;
    Ok(Some(file))
}

struct Rows<'a> {
    connection: &'a Connection,
    stream: &'a str,
}

impl Rows<'_> {
    fn read<T>(
        &self,
        sql: &str,
        one: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.connection.prepare_cached(sql)?.query_map([self.stream], one)?.collect()
    }
}

fn head(row: &Row<'_>) -> rusqlite::Result<CaseFile> {
    let number = |column: &str| row.get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(CaseFile {
        stream: stream(row, "stream")?,
        status: row.get("status")?,
        outcome: row.get("outcome")?,
        handler: row.get("handler")?,
        last_handler: row.get("last_handler")?,
        entries: number("entries")?,
        receipt: receipt(row)?,
        matter: matter(row)?,
        rights: list(row, "rights")?,
        assessment: assessment(row)?,
        times: times(row)?,
        expected_by: row.get("expected_by")?,
        response: response(row)?,
        root_cause: row.get("root_cause")?,
        close_reason: row.get("close_reason")?,
        withdrawal_reason: row.get("withdrawal_reason")?,
        reopenings: number("reopenings")?,
        messages_incoming: number("messages_incoming")?,
        messages_outgoing: number("messages_outgoing")?,
        remedies: Vec::new(),
        corrections: Vec::new(),
        sealed: Vec::new(),
        timeline: Vec::new(),
    })
}

fn receipt(row: &Row<'_>) -> rusqlite::Result<Receipt> {
    Ok(Receipt {
        position: position(row, "received_position")?,
        channel: row.get("channel")?,
        source: row.get("source_kind")?,
        scheme: row.get("source_scheme")?,
        reference: row.get("source_reference")?,
        respondent: row.get("respondent")?,
        is_ours_to_answer: row.get("is_ours_to_answer")?,
        region: row.get("region")?,
        language: row.get("language")?,
        tags: list(row, "tags")?,
        remedies_requested: list(row, "remedies_requested")?,
    })
}

fn matter(row: &Row<'_>) -> rusqlite::Result<Option<Matter>> {
    let (Some(taxonomy), Some(product)) = (row.get("taxonomy")?, row.get("product")?) else {
        return Ok(None);
    };
    Ok(Some(Matter {
        taxonomy,
        product,
        sub_product: row.get("sub_product")?,
        issue: row.get("issue")?,
        sub_issue: row.get("sub_issue")?,
    }))
}

fn assessment(row: &Row<'_>) -> rusqlite::Result<Option<Assessment>> {
    let Some(severity) = row.get("severity")? else { return Ok(None) };
    Ok(Some(Assessment {
        severity,
        has_safety_risk: row.get("has_safety_risk")?,
        complexity: row.get("complexity")?,
        impact: row.get("impact")?,
        needs_immediate_action: row.get("needs_immediate_action")?,
    }))
}

fn times(row: &Row<'_>) -> rusqlite::Result<Times> {
    Ok(Times {
        received_at: time(row, "received_at")?,
        acknowledged_at: time_if_any(row, "acknowledged_at")?,
        assessed_at: time_if_any(row, "assessed_at")?,
        classified_at: time_if_any(row, "classified_at")?,
        responded_at: time_if_any(row, "responded_at")?,
        answered_at: time_if_any(row, "answered_at")?,
        closed_at: time_if_any(row, "closed_at")?,
        withdrawn_at: time_if_any(row, "withdrawn_at")?,
        reopened_at: time_if_any(row, "reopened_at")?,
        last_occurred_at: time(row, "last_occurred_at")?,
        last_recorded_at: time(row, "last_recorded_at")?,
    })
}

fn response(row: &Row<'_>) -> rusqlite::Result<Response> {
    Ok(Response {
        channel: row.get("response_channel")?,
        findings: Vec::new(),
        recourse_body: row.get("recourse_body")?,
        recourse_until: row.get("recourse_until")?,
        answer: row.get("answer")?,
        platform_category: row.get("platform_category")?,
        platform_timely: row.get("platform_timely")?,
        platform_public_response: row.get("platform_public_response")?,
    })
}

fn remedy(row: &Row<'_>) -> rusqlite::Result<Remedy> {
    Ok(Remedy {
        remedy: row.get("remedy")?,
        kind: row.get("kind")?,
        amount: row.get("amount")?,
        currency: row.get("currency")?,
        is_approval_required: row.get("approval_required")?,
        proposed_by: row.get("proposed_by")?,
        proposed_at: time(row, "proposed_at")?,
        approved_by: row.get("approved_by")?,
        approved_at: time_if_any(row, "approved_at")?,
        is_offered: row.get::<_, Option<i64>>("offered_version")?.is_some(),
        result: row.get("result")?,
        ended_at: time_if_any(row, "ended_at")?,
        paid_amount: row.get("paid_amount")?,
        paid_currency: row.get("paid_currency")?,
    })
}

fn correction(row: &Row<'_>) -> rusqlite::Result<Correction> {
    Ok(Correction {
        version: version(row, "version")?,
        corrects: version(row, "corrects")?,
        fact: row.get("fact")?,
        old_value: row.get("old_value")?,
        new_value: row.get("new_value")?,
        reason: row.get("reason")?,
        actor: row.get("actor_id")?,
        occurred_at: time(row, "occurred_at")?,
        recorded_at: time(row, "recorded_at")?,
    })
}

fn sealed(row: &Row<'_>) -> rusqlite::Result<SealedReference> {
    Ok(SealedReference {
        version: version(row, "version")?,
        field: row.get("field")?,
        subject: row.get("subject")?,
        key: row.get("key")?,
        vault: row.get("vault")?,
        commitment: row.get("commitment")?,
        digest: row.get("digest")?,
    })
}

fn entry(row: &Row<'_>) -> rusqlite::Result<TimelineEntry> {
    Ok(TimelineEntry {
        position: position(row, "position")?,
        version: version(row, "version")?,
        event_type: row.get("event_type")?,
        occurred_at: time(row, "occurred_at")?,
        recorded_at: time(row, "recorded_at")?,
        actor: row.get("actor_id")?,
        role: row.get("actor_role")?,
        detail: row.get("detail")?,
    })
}
