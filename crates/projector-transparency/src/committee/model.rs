//! What the committee's report says, free of any language. The order of fields is the order in
//! `committee.json`.

use serde::Serialize;

use crate::report::model::{CutoffSection, ProjectorSection, Withheld};

/// The committee's report of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitteeReport {
    /// The form of this document: `redress-committee/1`.
    pub format: &'static str,
    /// The name of the ledger.
    pub origin: String,
    /// What it is about.
    pub period: Days,
    /// From which records it was counted.
    pub cutoff: CutoffSection,
    /// Which code counted.
    pub projector: ProjectorSection,
    /// How many cases a figure that tells of complaints must count at least; 1 tells all.
    pub min_cell: u64,
    /// What was on the docket, came, went, and is left.
    pub docket: Docket,
    /// Cases opened in the period, by whose wish.
    pub opened_by_way: Breakdown,
    /// Decisions of the period, by what the complaint came to.
    pub decided_by_outcome: Breakdown,
    /// Decisions that came to something else than the company had answered before them, or had said that
    /// it would answer.
    pub differing: Figure,
    /// Dissents that were written.
    pub dissents: u64,
    /// Members who stepped aside.
    pub recusals: u64,
    /// Interests of members that were named.
    pub disclosures: u64,
    /// Meetings to which too few came.
    pub adjournments: u64,
    /// What the company said to the decisions of the period.
    pub replies: Replies,
    /// Why it refused, by codes; a refusal may have several.
    pub refusal_grounds: Vec<Counted>,
    /// What was to be done after these decisions.
    pub measures: Measures,
    /// How long the decisions took.
    pub days_to_decide: DaysToDecide,
    /// Who sat.
    pub composition: Composition,
}

/// The days the report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Days {
    /// How they were asked for.
    pub name: String,
    /// The first, in UTC.
    pub first_day: String,
    /// The last, which belongs to them.
    pub last_day: String,
    /// How many there are.
    pub days: i64,
    /// Whether they were over when the last record was written.
    pub is_over: bool,
}

/// What was there, came, went, and is left: at start + opened = decided + discontinued + at end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Docket {
    /// Neither decided nor discontinued when the first day began.
    pub at_start: u64,
    /// Opened.
    pub opened: u64,
    /// Decided.
    pub decided: u64,
    /// Ended without a decision.
    pub discontinued: u64,
    /// Neither decided nor discontinued when the last day ended.
    pub at_end: u64,
}

/// A value and how often it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The value, by its code.
    pub code: String,
    /// How often.
    pub count: u64,
}

/// Counts by one property, told whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breakdown {
    /// The counts; empty when withheld.
    pub rows: Vec<Counted>,
    /// Why they are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// One count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// How many; `null` when withheld.
    pub count: Option<u64>,
    /// Why it is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// What the company said: recommendations = followed + refused + unanswered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Replies {
    /// Decisions that bind the company.
    pub binding: u64,
    /// Decisions that recommend.
    pub recommendations: u64,
    /// Of these, followed.
    pub followed: Figure,
    /// Refused, with grounds.
    pub refused: Figure,
    /// Not answered at the cut-off.
    pub unanswered: Figure,
}

/// What was to be done: agreed = done + withdrawn + outstanding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Measures {
    /// How many measures the decisions have, without those that were refused.
    pub agreed: u64,
    /// Carried out at the cut-off.
    pub done: u64,
    /// Withdrawn by the committee, with grounds, at the cut-off.
    pub withdrawn: u64,
    /// Neither at the cut-off.
    pub outstanding: u64,
}

/// How long decisions took, in calendar days from the docket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DaysToDecide {
    /// How many decisions.
    pub cases: u64,
    /// Half of them took no longer.
    pub p50: Option<i64>,
    /// Nine of ten took no longer.
    pub p90: Option<i64>,
    /// The longest.
    pub max: Option<i64>,
    /// Why they are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
}

/// Who sat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Composition {
    /// How many sat on the last day.
    pub sitting: u64,
    /// Every term that touches the period.
    pub terms: Vec<TermRow>,
}

/// A term of a member, who is not named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TermRow {
    /// As what.
    pub seat: String,
    /// The first day.
    pub first_day: String,
    /// The last day, as it stood at the cut-off.
    pub last_day: String,
    /// The how-manieth term of that member it is, from 1.
    pub term: u64,
    /// Why it ended before its last day, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
}

impl CommitteeReport {
    /// Every figure on a line of its own: which, of which value, and the number; none when withheld.
    pub(crate) fn figures(&self) -> Vec<[String; 3]> {
        let mut lines = Vec::new();
        let mut add = |figure: &str, value: &str, number: Option<u64>| {
            let number = number.map_or_else(String::new, |number| number.to_string());
            lines.push([figure.to_owned(), value.to_owned(), number]);
        };
        let Docket { at_start, opened, decided, discontinued, at_end } = self.docket;
        add("docket", "at_start", Some(at_start));
        add("docket", "opened", Some(opened));
        add("docket", "decided", Some(decided));
        add("docket", "discontinued", Some(discontinued));
        add("docket", "at_end", Some(at_end));
        for (figure, of) in [
            ("opened_by_way", &self.opened_by_way.rows),
            ("decided_by_outcome", &self.decided_by_outcome.rows),
            ("refusal_grounds", &self.refusal_grounds),
        ] {
            for row in of {
                add(figure, &row.code, Some(row.count));
            }
        }
        let Replies { binding, recommendations, followed, refused, unanswered } = self.replies;
        for (figure, number) in [
            ("differing", self.differing.count),
            ("dissents", Some(self.dissents)),
            ("recusals", Some(self.recusals)),
            ("disclosures", Some(self.disclosures)),
            ("adjournments", Some(self.adjournments)),
            ("binding", Some(binding)),
            ("recommendations", Some(recommendations)),
            ("followed", followed.count),
            ("refused", refused.count),
            ("unanswered", unanswered.count),
            ("measures_agreed", Some(self.measures.agreed)),
            ("measures_done", Some(self.measures.done)),
            ("measures_withdrawn", Some(self.measures.withdrawn)),
            ("measures_outstanding", Some(self.measures.outstanding)),
            ("sitting", Some(self.composition.sitting)),
        ] {
            add(figure, "", number);
        }
        let days = &self.days_to_decide;
        for (value, number) in [("p50", days.p50), ("p90", days.p90), ("max", days.max)] {
            add("days_to_decide", value, number.and_then(|days| u64::try_from(days).ok()));
        }
        lines
    }
}
