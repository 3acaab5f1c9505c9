//! Whether time limits were kept, clock by clock.

use std::collections::BTreeMap;

use complaint_domain::{
    Fact,
    actor::{Actor, ActorId, Role},
    clock::{Adoption, ClockName, ClockRule, Milestone, Nature},
    rulebook::{HouseRules, RulebookEvent, evolve},
};
use jiff::Timestamp;
use rusqlite::params;

use super::{
    ReportError, Scope, count,
    model::{Limit, LimitSection, RowName, Table},
    rates::rate,
    render::definition,
};
use crate::period::date_of;

/// Complaints of one day of receipt, and which of them have a final response, an end, or this limit missed.
#[derive(Default, Clone, Copy)]
struct Kept {
    all: u64,
    missed: u64,
    /// Missed, or answered or ended by the cut-off: no longer waiting.
    settled: u64,
}

/// Every duty to do something within a time after the receipt, with how often it was kept.
pub(super) fn section(scope: Scope<'_>, tables: &[Table]) -> Result<LimitSection, ReportError> {
    let rulebook = house_rules(scope)?.time_limits()?;
    let mut clocks: BTreeMap<String, Vec<(&Adoption, &ClockRule)>> = BTreeMap::new();
    for adoption in rulebook.adoptions() {
        for rule in duties(adoption) {
            let name = ClockName { pack: adoption.pack.code().clone(), clock: rule.code.clone() };
            clocks.entry(name.to_string()).or_default().push((adoption, rule));
        }
    }
    let mut limits = Vec::new();
    for (clock, rules) in clocks {
        let mut sum = Kept::default();
        for (day, kept) in by_day(scope, &clock)? {
            let day = date_of(day);
            let holds = |(adoption, rule): &(&Adoption, &ClockRule)| {
                adoption.holds.includes(day) && adoption.pack.holds(rule, day)
            };
            if rules.iter().any(holds) {
                sum.all += kept.all;
                sum.missed += kept.missed;
                sum.settled += kept.settled;
            }
        }
        if sum.all > 0 {
            limits.push(limit(scope, tables, clock, sum));
        }
    }
    Ok(LimitSection { definition: definition("limits"), cutoff: scope.cutoff, limits })
}

/// What the table of missed limits tells only together with others is not told here either.
fn limit(scope: Scope<'_>, tables: &[Table], clock: String, sum: Kept) -> Limit {
    let name = RowName::Value(clock.clone());
    let is_pooled = tables
        .iter()
        .filter(|table| table.id == "received-by-missed-limit")
        .any(|table| table.rows.iter().any(|row| row.members.contains(&name)));
    let of_all = (!is_pooled).then(|| sum.all.saturating_sub(sum.missed));
    // How many still wait follows from the two together.
    let waiting = sum.all.saturating_sub(sum.settled);
    let is_small = waiting > 0 && waiting < scope.min_cell;
    let of_settled = (!is_small).then_some(sum.settled);
    let kept = of_all.and(of_settled).map(|settled| settled.saturating_sub(sum.missed));
    Limit {
        clock,
        kept: rate(scope, "limit-kept", of_all, sum.all),
        kept_of_settled: rate(scope, "limit-kept-of-settled", kept, of_settled),
    }
}

/// The clocks of a pack that start with the receipt and that it is a breach to let run out.
fn duties(adoption: &Adoption) -> impl Iterator<Item = &ClockRule> {
    let is_on =
        |rule: &ClockRule| rule.track.as_ref().is_none_or(|track| adoption.tracks.contains(track));
    let clocks = adoption.pack.clocks();
    let is_replaced = move |rule: &ClockRule| {
        clocks.iter().any(|other| is_on(other) && other.replaces.as_ref() == Some(&rule.code))
    };
    clocks.iter().filter(move |rule| {
        rule.starts == Milestone::Received
            && rule.nature == Nature::Duty
            && is_on(rule)
            && !is_replaced(rule)
    })
}

fn by_day(scope: Scope<'_>, clock: &str) -> Result<Vec<(i64, Kept)>, ReportError> {
    let mut statement = scope.connection.prepare_cached(
        "SELECT c.received_day, count(*), count(x.stream),
                count(*) FILTER (WHERE x.stream IS NOT NULL OR c.final_response_day IS NOT NULL
                  OR EXISTS (SELECT 1 FROM life AS l
                             WHERE l.stream = c.stream AND l.ended_day IS NOT NULL))
         FROM complaint AS c
         LEFT JOIN missed_limit AS x ON x.stream = c.stream AND x.clock = ?3
         WHERE c.is_ours AND c.received_day BETWEEN ?1 AND ?2 GROUP BY 1 ORDER BY 1",
    )?;
    let days = statement.query_map(params![scope.first_day, scope.last_day, clock], |row| {
        Ok((
            row.get(0)?,
            Kept { all: count(row, 1)?, missed: count(row, 2)?, settled: count(row, 3)? },
        ))
    })?;
    Ok(days.collect::<Result<_, _>>()?)
}

/// The rulebook as recorded up to the cut-off.
fn house_rules(scope: Scope<'_>) -> Result<HouseRules, ReportError> {
    let mut statement = scope
        .connection
        .prepare("SELECT what, body, occurred_at FROM rule_change ORDER BY position")?;
    let mut rows = statement.query([])?;
    let mut rules = HouseRules::default();
    while let Some(row) = rows.next()? {
        let (what, body): (String, String) = (row.get(0)?, row.get(1)?);
        let event = match what.as_str() {
            "proposed" => serde_json::from_str(&body).map(RulebookEvent::ChangeProposed),
            _ => serde_json::from_str(&body).map(RulebookEvent::ChangeApproved),
        };
        let event = event.map_err(|_| ReportError::Unreadable { found: body })?;
        let occurred_at = Timestamp::from_millisecond(row.get(2)?).unwrap_or(Timestamp::MIN);
        rules =
            evolve(rules, &Fact { event, actor: nobody()?, occurred_at, recorded_at: occurred_at });
    }
    Ok(rules)
}

/// Who changed a rule makes no difference to what it says.
fn nobody() -> Result<Actor, ReportError> {
    let id = "rulebook".parse().map_err(|_| ReportError::Unreadable { found: String::new() })?;
    Ok(Actor { id: ActorId(id), role: Role::System })
}
