//! What a record says was published, as far as a complainant's question needs it, and whether it answers that.

use jiff::{Timestamp, civil::Date};
use merkle_log::policy::Accepted;
use serde::Deserialize;

use super::{
    BY_CHANNEL, BY_MONTH, CountedRow, CountedTable, CountedTables, codes, looked::NotThere,
    mine::Mine, report_name,
};
use crate::{check::Steps, record::RecordView};

/// The type of the record that says what was published.
const PUBLISHED: &str = "report.published.v1";
/// The claim that fails where a complaint is left out.
pub const LEFT_OUT: &str =
    "the complaint, received in these days, is in every table of those received";
/// The claim that fails where a complaint is told in another month.
pub const IN_ITS_MONTH: &str = "the complaint is counted in the month of its receipt";
/// The claim that fails where a complaint is told under another channel.
pub const UNDER_ITS_CHANNEL: &str =
    "the complaint is counted under the channel that its receipt states";
/// The claim about a complaint which has no place among the records that were counted.
const WAS_LATER: &str = "it was recorded after the records that were counted";

#[derive(Deserialize)]
struct PublishedView {
    report: ReportView,
}

/// What a record says of a report.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReportView {
    /// `transparency`, or another.
    pub kind: String,
    /// Its first day.
    pub first_day: String,
    /// Its last day.
    pub last_day: String,
    /// From how many records it was counted.
    pub size: u64,
    /// The root over them, in hexadecimal.
    pub root: String,
    /// SHA-256 of the list of its files, in hexadecimal.
    pub digest: String,
    /// What its complaints come to, where it says so.
    #[serde(default)]
    pub balance: Option<Balance>,
}

/// How many complaints came and went.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Balance {
    /// Open at the beginning of the first day.
    pub at_start: u64,
    /// Received and reopened.
    pub came: u64,
    /// Closed and withdrawn.
    pub went: u64,
    /// Open at the end of the last day.
    pub at_end: u64,
}

/// A table in which a complaint was found, and the numbers of the rows.
pub(super) type FoundIn<'a> = (&'a str, Vec<u32>);

/// The tables of a report, held to its record and its figures.
pub(super) struct HeldTables {
    pub(super) tables: CountedTables,
    /// When the last of the records that were counted was recorded.
    pub(super) until: Timestamp,
}

impl ReportView {
    /// The report that a record says was published.
    ///
    /// # Errors
    ///
    /// What the record is instead.
    pub fn of(record: &RecordView<'_>) -> Result<Self, String> {
        if record.r#type != PUBLISHED {
            return Err(format!("expected {PUBLISHED}, found {}", record.r#type));
        }
        let view: PublishedView =
            serde_json::from_str(record.data.get()).map_err(|error| error.to_string())?;
        view.report.days()?;
        Ok(view.report)
    }

    /// Its first and its last day.
    ///
    /// # Errors
    ///
    /// A day in another spelling than 2026-03-31, which would be read as another day by some, or a last day before the
    /// first.
    fn days(&self) -> Result<(Date, Date), String> {
        let day = |text: &str| {
            let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
            day.ok_or_else(|| format!("expected a day such as 2026-03-31, found {text}"))
        };
        let (first, last) = (day(&self.first_day)?, day(&self.last_day)?);
        if last < first {
            return Err(format!("expected a last day from {first} on, found {last}"));
        }
        Ok((first, last))
    }

    /// Whether these are the tables of this report with these figures: their tags are named after it.
    ///
    /// # Errors
    ///
    /// Whose they are instead.
    pub(super) fn has(&self, tables: &CountedTables, figures: &[u8]) -> Result<(), String> {
        let Self { kind, first_day, last_day, size, root, .. } = self;
        let expected = report_name((kind, first_day, last_day), (*size, root), figures);
        if tables.report == expected {
            return Ok(());
        }
        Err(format!("expected the tables of {expected}, found those of {}", tables.report))
    }
}

/// Says whose complaint is looked for, and what its receipt leaves open.
pub(super) fn introduce(steps: &mut Steps, mine: &Mine, report: &Accepted) {
    steps.fact("complaint", format_args!("{}, received {}", mine.stream, mine.received));
    mine.open.iter().for_each(|step| steps.leave_open(step.clone()));
    let (theirs, ours) = (&report.checkpoint, &mine.accepted.checkpoint);
    let claim = "receipt and report are of one history";
    if theirs.origin() != ours.origin() {
        let why = format!("the one is of {}, the other of {}", ours.origin(), theirs.origin());
        steps.take("receipt", claim, Err::<(), _>(why));
    } else if theirs.size() == ours.size() {
        let same = if theirs.root() == ours.root() { Ok(()) } else { Err("their roots differ") };
        steps.take("receipt", claim, same);
    } else if !report.cosigned.keys().any(|witness| mine.accepted.cosigned.contains_key(witness)) {
        let would = format!(
            "a witness that has signed both, or a receipt issued anew under the checkpoint of the report's \
             proof: the one is of {}, the other of {} records",
            ours.size(),
            theirs.size()
        );
        steps.open("receipt", claim, &would);
    }
}

/// Refuses a report that does not count a complaint which it has to count, or counts one that it cannot know.
pub(super) fn missing(
    steps: &mut Steps,
    report: &ReportView,
    held: &HeldTables,
    mine: &Mine,
    found: &[FoundIn<'_>],
) {
    let tables = &held.tables;
    let has = |table: &CountedTable| found.iter().any(|(id, _)| *id == table.id);
    let is_somewhere = tables.tables.iter().any(&has);
    let absence = not_there(report, held, mine);
    let is_received = |table: &CountedTable| table.population == "received" && has(table);
    let ReportView { first_day, last_day, size, .. } = report;
    if mine.position >= *size && is_somewhere {
        let position = mine.position;
        let why = format!(
            "it is in a table, and its first record is at position {position}, after the {size} records"
        );
        steps.take("receipt", WAS_LATER, Err::<(), _>(why));
        return;
    }
    match &absence {
        NotThere::Misplaced { .. } => {
            steps.take("receipt", WAS_LATER, Err::<(), _>(&absence));
        }
        NotThere::LeftOut => {
            let counted =
                if is_somewhere { in_all(tables, mine, &has) } else { Err(absence.to_string()) };
            if steps.take("receipt", LEFT_OUT, counted).is_some() {
                steps.take("receipt", IN_ITS_MONTH, in_its_month(tables, mine, found));
                if let Some(channel) = mine.states.channel() {
                    let is_its = under_its_channel(tables, channel, found);
                    steps.take("receipt", UNDER_ITS_CHANNEL, is_its);
                }
            }
        }
        NotThere::AnotherTime { received } if tables.tables.iter().any(is_received) => {
            let would = format!(
                "the records of its case, whether its day was corrected: it was received on {received}, and is in a \
                 table of those received"
            );
            steps.open("receipt", is_of_days(first_day, last_day), &would);
        }
        // Who finds it only where it ended or was answered has no question left.
        NotThere::AnotherTime { .. } if is_somewhere => {}
        NotThere::AnotherTime { .. } | NotThere::RecordedLater { .. } => {
            steps.open("receipt", is_of_days(first_day, last_day), &absence.to_string());
        }
    }
}

/// Whether a complaint is in every table that counts such as it, and each of those is there in which it has a value.
fn in_all(
    tables: &CountedTables,
    mine: &Mine,
    has: &impl Fn(&CountedTable) -> bool,
) -> Result<(), String> {
    let mut must = tables.tables.iter().filter(|table| mine.states.is_of(&table.population));
    if let Some(table) = must.find(|table| !has(table)) {
        return Err(format!("it is not in {}", table.id));
    }
    let lacks = |(id, _): &(&str, _)| tables.can_have(id) && tables.table(id).is_none();
    match mine.states.tables().find(lacks) {
        None => Ok(()),
        Some((id, what)) => Err(format!(
            "the report has no table {id}, though the complaint's first record states {what}"
        )),
    }
}

/// The rows of a table in which a complaint was found.
fn rows_in<'a>(
    tables: &'a CountedTables,
    id: &'a str,
    found: &[FoundIn<'_>],
) -> impl Iterator<Item = &'a CountedRow> {
    let places = found.iter().find(|(table, _)| *table == id).map(|(_, rows)| rows.clone());
    let rows = tables.table(id).map_or(&[][..], |table| table.rows.as_slice());
    let row_at = |row: u32| usize::try_from(row).ok().and_then(|row| rows.get(row));
    places.unwrap_or_default().into_iter().filter_map(row_at)
}

/// Whether the row that counts a complaint by month is that of the day of its receipt.
fn in_its_month(tables: &CountedTables, mine: &Mine, found: &[FoundIn<'_>]) -> Result<(), String> {
    for code in rows_in(tables, BY_MONTH, found).filter_map(|row| row.code.as_deref()) {
        let is_its =
            codes::span(code).is_some_and(|(first, last)| (first..=last).contains(&mine.received));
        if !is_its {
            return Err(format!(
                "expected the row with {}, found {code}: it is counted in another month, or its day was corrected, \
                 which the records of its case would show",
                mine.received
            ));
        }
    }
    Ok(())
}

/// Whether the row that counts a complaint by channel is that of the way it came in, or tells of several.
fn under_its_channel(
    tables: &CountedTables,
    channel: &str,
    found: &[FoundIn<'_>],
) -> Result<(), String> {
    let is_another =
        |row: &&CountedRow| row.kind != "pooled" && row.code.as_deref() != Some(channel);
    match rows_in(tables, BY_CHANNEL, found).find(is_another) {
        None => Ok(()),
        Some(row) => Err(format!(
            "expected the row with {channel}, found {}: it is counted under another channel, or its channel was \
             corrected, which the records of its case would show",
            row.code.as_deref().unwrap_or("one without")
        )),
    }
}

fn is_of_days(first_day: &str, last_day: &str) -> String {
    format!("it is one of those received from {first_day} to {last_day}")
}

/// Why a complaint would be in no table of a report, by what its receipt says.
pub(super) fn not_there(report: &ReportView, held: &HeldTables, mine: &Mine) -> NotThere {
    let (position, records) = (mine.position, report.size);
    if position >= records && mine.recorded < held.until {
        let (recorded, until) = (mine.recorded, held.until);
        return NotThere::Misplaced { position, records, recorded, until };
    }
    let is_within = report.days().is_ok_and(|(first, last)| mine.is_within(first, last));
    match (is_within, position >= records) {
        (true, false) => NotThere::LeftOut,
        (true, true) => NotThere::RecordedLater { position, records },
        (false, _) => NotThere::AnotherTime { received: mine.received },
    }
}
