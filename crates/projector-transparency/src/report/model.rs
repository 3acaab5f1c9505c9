//! What a report says, free of any language. The order of fields is the order in `report.json`.

use complaint_domain::{recurrence::Week, volume::VolumeUnit};
use serde::Serialize;

/// A published report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The form of this document: `redress-transparency/1`.
    pub format: &'static str,
    /// The name of the ledger.
    pub origin: String,
    /// What it is about.
    pub period: PeriodSection,
    /// From which records it was counted.
    pub cutoff: CutoffSection,
    /// Which code counted.
    pub projector: ProjectorSection,
    /// The taxonomies, with their versions, of the complaints received.
    pub taxonomies: Vec<String>,
    /// How small cells were treated.
    pub disclosure: DisclosureSection,
    /// What was there, came, went, and is left.
    pub flow: FlowSection,
    /// The same, step by step through the period.
    pub steps: Vec<Step>,
    /// Counts by one property each.
    pub tables: Vec<Table>,
    /// Counts by two properties at once.
    pub crosses: Vec<CrossTable>,
    /// Shares.
    pub rates: Vec<Rate>,
    /// Complaints in proportion to the business.
    pub volumes: VolumeSection,
    /// How long final responses took.
    pub durations: DurationSection,
    /// The same without the days on which a clock stood still.
    pub net_durations: DurationSection,
    /// How old the complaints are that are still open.
    pub open_ages: DurationSection,
    /// Whether time limits were kept.
    pub limits: LimitSection,
    /// What was paid.
    pub redress: Vec<RedressRow>,
    /// How long it took from the acceptance of a remedy until it was carried out.
    pub remedy_durations: DurationSection,
    /// Causes that recur more often than chance explains.
    pub causes: CauseSection,
    /// What the committee, regulators and those who take causes away did; empty when nothing.
    pub oversight: Vec<Tally>,
    /// What complainants say of us.
    pub survey: SurveySection,
    /// How good the records are.
    pub quality: QualitySection,
}

/// The days the report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeriodSection {
    /// How it was asked for.
    pub name: String,
    /// Its first day in UTC.
    pub first_day: String,
    /// Its last day in UTC, which belongs to it.
    pub last_day: String,
    /// How many days it has.
    pub days: i64,
    /// The first of its days of which the records tell.
    pub first_covered_day: String,
    /// The last of its days of which the records tell.
    pub last_covered_day: String,
    /// How many days that is.
    pub covered_days: i64,
    /// Whether it was over when the last record was written.
    pub is_over: bool,
}

/// The prefix of the log that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CutoffSection {
    /// The last record counted.
    pub position: u64,
    /// How many records that is.
    pub tree_size: u64,
    /// The RFC 6962 root over them, in hexadecimal.
    pub root: String,
    /// When the last of them was recorded.
    pub recorded_at: String,
}

/// The code that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectorSection {
    /// Its name.
    pub name: &'static str,
    /// The version of its tables and rules.
    pub version: u32,
}

/// How small cells were treated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DisclosureSection {
    /// How many complaints a published cell has at least; 1 publishes everything.
    pub min_cell: u64,
    /// How many complaints a share, percentile or median needs.
    pub rate_floor: u64,
    /// How many complaints an amount of money needs.
    pub redress_floor: u64,
}

/// The balance of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FlowSection {
    /// Complaints open when the first day began.
    pub outstanding_at_start: u64,
    /// Complaints received.
    pub received: u64,
    /// Complaints taken up again.
    pub reopened: u64,
    /// Complaints closed.
    pub closed: u64,
    /// Complaints withdrawn.
    pub withdrawn: u64,
    /// Complaints open when the last day ended.
    pub outstanding_at_end: u64,
}

/// A few neighbouring days or months of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its first day.
    pub first_day: String,
    /// Its last day.
    pub last_day: String,
    /// How many days it has.
    pub days: i64,
    /// Complaints received.
    pub received: u64,
    /// Complaints taken up again.
    pub reopened: u64,
    /// Complaints closed.
    pub closed: u64,
    /// Complaints withdrawn.
    pub withdrawn: u64,
    /// Complaints open when its last day ended.
    pub outstanding_at_end: u64,
}

/// What a table counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Population {
    /// Complaints received in the period.
    Received,
    /// Complaints received in the period that were taken in from a platform's file.
    Imported,
    /// Complaints closed or withdrawn in the period, once for each time.
    Ended,
    /// Complaints made to us whose first final response was issued in the period.
    Answered,
    /// Complaints that an outside body took up in the period, once for each time.
    Referred,
    /// Results of outside bodies recorded for the period, each with its complaint.
    DecidedOutside,
}

impl Population {
    /// Its name in `report.json`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Imported => "imported",
            Self::Ended => "ended",
            Self::Answered => "answered",
            Self::Referred => "referred",
            Self::DecidedOutside => "decided-outside",
        }
    }
}

/// Where the names of a table's values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vocabulary {
    /// The ledger's own words: products, issues, companies, regions. Never translated.
    Own,
    /// Channels.
    Channel,
    /// Consumers' rights.
    Right,
    /// Outcomes, and withdrawal.
    Outcome,
    /// Categories of a regulator's platform.
    PlatformResponse,
    /// Yes and no.
    YesNo,
    /// Bands of days.
    Band,
    /// Days and months.
    Time,
    /// Root causes, by the codes of a tree.
    Cause,
    /// What is counted of the business.
    Volume,
    /// Time limits, by pack and clock.
    Limit,
    /// What makes complainants vulnerable.
    Vulnerability,
    /// How complaints belong together.
    Link,
    /// Why a clock stands still.
    Pause,
    /// What outside bodies came to.
    OutsideResult,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What it stands for.
    #[serde(flatten)]
    pub name: RowName,
    /// The value above it in the taxonomy, in a table of two levels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<RowName>,
    /// How many complaints.
    pub count: u64,
    /// How many values are told together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<u64>,
    /// Which values are told together. Never published.
    #[serde(skip)]
    pub members: Vec<RowName>,
}

impl RowName {
    /// Its kind, and its value if it has one, as in `report.json`.
    pub fn parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Value(code) => ("value", Some(code)),
            Self::NotStated => ("not-stated", None),
            Self::Pooled => ("pooled", None),
        }
    }
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "code")]
pub enum RowName {
    /// One value.
    Value(String),
    /// The records do not say.
    NotStated,
    /// Several values.
    Pooled,
}

/// Counts by one property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name, also that of its CSV file.
    pub id: &'static str,
    /// What it counts.
    pub population: Population,
    /// What that means exactly.
    pub definition: &'static str,
    /// Where the names of its values come from.
    pub vocabulary: Vocabulary,
    /// Whether a complaint can be in several rows.
    pub is_multiple: bool,
    /// The last record counted.
    pub cutoff: u64,
    /// How many complaints; of a table where one can be in several rows, how many mentions.
    pub total: u64,
    /// The rows.
    pub rows: Vec<Row>,
}

/// Counts by two properties at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CrossTable {
    /// Its name, also that of its CSV file.
    pub id: &'static str,
    /// What it counts.
    pub population: Population,
    /// What that means exactly.
    pub definition: &'static str,
    /// Where the names of its columns come from.
    pub vocabulary: Vocabulary,
    /// The last record counted.
    pub cutoff: u64,
    /// How many complaints.
    pub total: u64,
    /// The values across.
    pub columns: Vec<String>,
    /// How many complaints each of them has.
    pub column_totals: Vec<u64>,
    /// The rows.
    pub rows: Vec<CrossRow>,
}

/// A row of a [`CrossTable`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CrossRow {
    /// Its name.
    pub name: RowName,
    /// How many complaints.
    pub total: u64,
    /// How many of them in each column; `null` is hidden.
    pub counts: Vec<Option<u64>>,
}

/// Why a figure is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Withheld {
    /// There is nothing to count.
    Nothing,
    /// Too few complaints.
    TooFew,
}

/// A share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// Its name.
    pub id: &'static str,
    /// What numerator and denominator mean exactly.
    pub definition: &'static str,
    /// The last record counted.
    pub cutoff: u64,
    /// How many of them; `null` when withheld.
    pub numerator: Option<u64>,
    /// Of how many; `null` when that cannot be told either.
    pub denominator: Option<u64>,
    /// The share, in hundredths of a percent.
    pub basis_points: Option<u64>,
    /// Its 95 % Wilson interval, in hundredths of a percent, where one is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<(u64, u64)>,
    /// Why it is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// Whether time limits were kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LimitSection {
    /// Of which limits and complaints it tells.
    pub definition: &'static str,
    /// The last record counted.
    pub cutoff: u64,
    /// One for each clock that started with a receipt in the period.
    pub limits: Vec<Limit>,
}

/// How often one limit was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// The pack and the clock.
    pub clock: String,
    /// Of all complaints with the limit, those for which it was not missed; who still waits in time is among them.
    pub kept: Rate,
    /// The same without those who still wait.
    pub kept_of_settled: Rate,
}

/// Complaints in proportion to the business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VolumeSection {
    /// What numerator and denominator mean exactly.
    pub definition: &'static str,
    /// The last record counted.
    pub cutoff: u64,
    /// One for each volume; of a product told alone that has none, one that says so.
    pub rates: Vec<VolumeRate>,
}

/// Complaints per 1000 of a volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VolumeRate {
    /// Which product; `null` stands for all.
    pub product: Option<String>,
    /// What is counted of it; `null` when no volume was recorded.
    pub unit: Option<VolumeUnit>,
    /// How many complaints; `null` when withheld.
    pub numerator: Option<u64>,
    /// How many accounts, policies, orders or customers; `null` when the records do not say.
    pub denominator: Option<u64>,
    /// Complaints per 1000 of them, in hundredths, half a hundredth up.
    pub per_1000_hundredths: Option<u64>,
    /// The positions of the records that the denominator came from.
    pub records: Vec<u64>,
    /// Why there is no rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<NoRate>,
}

/// Why complaints are not told in proportion to a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoRate {
    /// Nobody recorded how much business there was.
    NoVolume,
    /// The recorded periods leave out days of this one, or reach beyond it.
    NotCovered,
    /// The period is recorded in parts that cannot be added up.
    NotAdditive,
    /// Too few complaints, or too small a volume.
    TooFew,
}

/// How long final responses took, in calendar days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DurationSection {
    /// What is measured exactly.
    pub definition: &'static str,
    /// The last record counted.
    pub cutoff: u64,
    /// How many complaints.
    pub complaints: u64,
    /// Half of them took no longer.
    pub p50: Option<i64>,
    /// Three quarters of them took no longer.
    pub p75: Option<i64>,
    /// Nine of ten took no longer.
    pub p90: Option<i64>,
    /// Nineteen of twenty took no longer.
    pub p95: Option<i64>,
    /// The longest.
    pub max: Option<i64>,
    /// Why they are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// What was paid in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RedressRow {
    /// What is summed exactly.
    pub definition: &'static str,
    /// The last record counted.
    pub cutoff: u64,
    /// The currency, by its ISO 4217 code.
    pub currency: String,
    /// How many complaints; `null` when too few.
    pub complaints: Option<u64>,
    /// How many payments; `null` when too few.
    pub payments: Option<u64>,
    /// The sum, as an exact decimal.
    pub total: Option<String>,
    /// The median payment, as an exact decimal.
    pub median: Option<String>,
    /// Nine of ten payments were no larger, as an exact decimal.
    pub p90: Option<String>,
    /// Why they are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// How good the records are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QualitySection {
    /// Of the complaints received, how many lack a field.
    pub missing: Vec<Rate>,
    /// Events of complaints made to us that happened in the period.
    pub events_own: u64,
    /// Of these, recorded more than 24 hours after they happened.
    pub late_own: u64,
    /// Events taken in from files that happened in the period.
    pub events_imported: u64,
    /// Of these, recorded more than 24 hours after they happened.
    pub late_imported: u64,
    /// Comings and goings dated before the one they follow, counted on that one's day.
    pub out_of_order: u64,
    /// Corrections made in the period.
    pub corrections: u64,
    /// Complaints received in the period that were corrected at any time.
    pub corrected_complaints: u64,
    /// Files taken in, in the whole log counted.
    pub imports: u64,
    /// Rows of those files that were refused.
    pub import_rejects: u64,
}

/// Causes that recur more often than chance explains, each with its control chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CauseSection {
    /// What is counted exactly, and by which rules a week is picked out.
    pub definition: &'static str,
    /// The last record counted.
    pub cutoff: u64,
    /// How many weeks each chart has; the last ends with the last covered day.
    pub weeks: u64,
    /// How many pairs of product and cause have such a week in the period.
    pub found: u64,
    /// The charts of those with the most such weeks.
    pub charts: Vec<CauseChart>,
}

/// A control chart: complaints about one product with one cause, as a share of that product's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CauseChart {
    /// The product.
    pub product: String,
    /// The cause, by its code.
    pub cause: String,
    /// Complaints about the product in all weeks.
    pub received: u64,
    /// How many of them have the cause.
    pub with_cause: u64,
    /// Week by week.
    pub weeks: Vec<ChartWeek>,
    /// Every figure, for the picture. Never published.
    #[serde(skip)]
    pub exact: Vec<Week>,
}

/// A week of a control chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChartWeek {
    /// Its first day.
    pub first_day: String,
    /// Its last day.
    pub last_day: String,
    /// Complaints about the product; `null` when withheld.
    pub received: Option<u64>,
    /// How many of them have the cause; `null` when withheld.
    pub with_cause: Option<u64>,
    /// The first rule that says that it lies too high.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
}

/// How often something happened beside the complaints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Its name.
    pub id: &'static str,
    /// The last record counted.
    pub cutoff: u64,
    /// How often; `null` when withheld.
    pub count: Option<u64>,
    /// Why it is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// What complainants say of us, each on a scale from 1 (not at all satisfied) to 5 (entirely).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SurveySection {
    /// What is counted exactly.
    pub definition: &'static str,
    /// The last record counted.
    pub cutoff: u64,
    /// How many of those who were asked have answered.
    pub response: Rate,
    /// How satisfied they are with the way it was handled; `null` when withheld.
    pub process: Option<Mean>,
    /// How satisfied they are with what came of it; `null` when withheld.
    pub outcome: Option<Mean>,
    /// Why the means are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// A mean, with what it was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Mean {
    /// The sum of the scores.
    pub sum: u64,
    /// How many there are.
    pub count: u64,
    /// Their quotient in hundredths, half a hundredth up.
    pub hundredths: u64,
}

impl Mean {
    /// The mean of so many scores; nothing when there is none.
    pub fn of(sum: u64, count: u64) -> Option<Self> {
        let hundredths = (sum * 100 + count / 2).checked_div(count)?;
        Some(Self { sum, count, hundredths })
    }
}
