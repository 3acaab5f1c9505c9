//! What the committee, regulators and those who take causes away did, and what complainants say.

use rusqlite::params;

use super::{
    ReportError, Scope, count,
    model::{Mean, SurveySection, Tally, Withheld},
    rate_floor,
    rates::rate,
    render::definition,
};

/// Whose acts a tally counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// What became of complaints: small numbers could tell of one of them.
    Complaints,
    /// What became of those of the committee's decisions; neither they nor the others may be few.
    Decisions,
    /// The company's own doing, which is always told.
    Company,
}

/// Every tally: its name, whose acts it counts, and which rows.
const TALLIES: [(&str, Of, &str); 14] = [
    ("escalated", Of::Complaints, "what = 'escalated'"),
    ("reviews-opened", Of::Complaints, "what = 'review-opened'"),
    ("reviews-decided", Of::Complaints, "what = 'review-decided'"),
    (
        "reviews-for-complainant",
        Of::Decisions,
        "what = 'review-decided' AND detail IN ('upheld', 'partly-upheld')",
    ),
    ("decisions-refused", Of::Decisions, "what = 'review-replied' AND detail = 'refused'"),
    ("referrals-submitted", Of::Company, "what = 'referral-submitted'"),
    ("violations-found", Of::Company, "what = 'referral-decided' AND detail = 'violation'"),
    ("penalties", Of::Company, "what = 'referral-penalised'"),
    ("actions-proposed", Of::Company, "what = 'action-proposed'"),
    ("actions-completed", Of::Company, "what = 'action-completed'"),
    ("actions-effective", Of::Company, "what = 'action-closed' AND detail = 'effective'"),
    ("actions-not-effective", Of::Company, "what = 'action-closed' AND detail = 'not-effective'"),
    ("actions-inconclusive", Of::Company, "what = 'action-closed' AND detail = 'inconclusive'"),
    ("customers-remediated", Of::Company, "what = 'action-remediated'"),
];

/// What happened beside the complaints in the period; nothing when nothing did.
pub(super) fn tallies(scope: Scope<'_>) -> Result<Vec<Tally>, ReportError> {
    let of = |rows: &str| -> Result<u64, ReportError> {
        // A count of events, or of the customers that they tell of.
        let sql = format!(
            "SELECT coalesce(sum(coalesce(number, 1)), 0) FROM oversight
             WHERE day BETWEEN ?1 AND ?2 AND {rows}"
        );
        Ok(scope
            .connection
            .prepare_cached(&sql)?
            .query_row(params![scope.first_day, scope.last_day], |row| count(row, 0))?)
    };
    let decided = of("what = 'review-decided'")?;
    let is_small = |n: u64| n > 0 && n < scope.min_cell;
    let mut tallies = Vec::new();
    for (id, whose, rows) in TALLIES {
        let n = of(rows)?;
        let is_told = match whose {
            Of::Company => true,
            Of::Complaints => !is_small(n),
            Of::Decisions => !is_small(n) && !is_small(decided.abs_diff(n)),
        };
        tallies.push(Tally {
            id,
            cutoff: scope.cutoff,
            count: is_told.then_some(n),
            withheld: (!is_told).then_some(Withheld::TooFew),
        });
    }
    if tallies.iter().all(|tally| tally.count == Some(0)) {
        tallies.clear();
    }
    Ok(tallies)
}

/// What those say who were asked in the period, as far as they had answered at the cut-off.
pub(super) fn survey(scope: Scope<'_>) -> Result<SurveySection, ReportError> {
    let [requested, answered, process, outcome] = scope.connection.query_row(
        "SELECT count(*), count(answered_day), coalesce(sum(process_score), 0),
                coalesce(sum(outcome_score), 0)
         FROM survey WHERE requested_day BETWEEN ?1 AND ?2",
        params![scope.first_day, scope.last_day],
        |row| Ok([count(row, 0)?, count(row, 1)?, count(row, 2)?, count(row, 3)?]),
    )?;
    let is_told = answered >= rate_floor(scope.min_cell).max(scope.min_cell);
    let mean = |sum: u64| is_told.then(|| Mean::of(sum, answered)).flatten();
    Ok(SurveySection {
        definition: definition("survey"),
        cutoff: scope.cutoff,
        response: rate(scope, "survey-response-rate", Some(answered), requested),
        process: mean(process),
        outcome: mean(outcome),
        withheld: match answered {
            0 => Some(Withheld::Nothing),
            _ => (!is_told).then_some(Withheld::TooFew),
        },
    })
}
