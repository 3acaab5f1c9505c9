//! What a complaint came to as a whole follows from what was found issue by issue, and what is given from both.

use std::collections::BTreeSet;

use crate::complaint::{Finding, Outcome, OutcomeRefusal, RemedyId, RemedyKind, state::Case};

/// Whether the findings come to the outcome. Who reads that a complaint was upheld in part must find
/// in what, and nobody is told that they are wrong in an answer that finds them right.
///
/// # Source
///
/// Findings on each issue, from which the outcome follows: ASIC RG 271.
pub(super) fn follows_from(outcome: Outcome, findings: &[Finding]) -> Result<(), OutcomeRefusal> {
    let mut seen = BTreeSet::new();
    if let Some(twice) = findings.iter().find(|finding| !seen.insert(&finding.issue)) {
        return Err(OutcomeRefusal::IssueNamedTwice(twice.issue.clone()));
    }
    let other = match outcome {
        Outcome::PartlyUpheld => not_in_part(findings),
        Outcome::Upheld | Outcome::OutOfScope => findings.iter().find(|it| it.outcome != outcome),
        Outcome::NotUpheld => not_without(findings, Outcome::NotUpheld, |found| {
            matches!(found, Outcome::NotUpheld | Outcome::OutOfScope)
        }),
        Outcome::Goodwill => not_without(findings, Outcome::Goodwill, |found| {
            matches!(found, Outcome::Goodwill | Outcome::NotUpheld | Outcome::OutOfScope)
        }),
    };
    match other {
        None => Ok(()),
        Some(Finding { issue, outcome: found, .. }) => {
            let (issue, found) = (issue.clone(), *found);
            Err(OutcomeRefusal::FindingContradicts { outcome, issue, found })
        }
    }
}

/// In part: something is upheld, and not everything.
fn not_in_part(findings: &[Finding]) -> Option<&Finding> {
    let is_right = |it: &Finding| matches!(it.outcome, Outcome::Upheld | Outcome::PartlyUpheld);
    let is_something = findings.iter().any(is_right);
    let is_everything = findings.iter().all(|it| it.outcome.is_all());
    if is_something && !is_everything { None } else { findings.first() }
}

/// Nothing but such findings, and at least one of them the outcome itself.
fn not_without(
    findings: &[Finding],
    outcome: Outcome,
    may_be: fn(Outcome) -> bool,
) -> Option<&Finding> {
    let other = findings.iter().find(|it| !may_be(it.outcome));
    let is_named = findings.iter().any(|it| it.outcome == outcome);
    other.or_else(|| findings.first().filter(|_| !is_named))
}

/// Whether such an outcome gives what is offered: who is told that they are not right is told why, and
/// may be told that one is sorry.
///
/// # Source
///
/// An offer of redress without accepting the complaint is an outcome of its own: FCA DISP 1.6.2R (1)(b).
pub(super) fn gives(
    case: &Case,
    outcome: Outcome,
    offered: &[RemedyId],
) -> Result<(), OutcomeRefusal> {
    let may_be = |kind| match outcome {
        Outcome::Upheld | Outcome::PartlyUpheld | Outcome::Goodwill => true,
        Outcome::NotUpheld | Outcome::OutOfScope => {
            matches!(kind, RemedyKind::Apology | RemedyKind::Explanation)
        }
    };
    let mut known = offered.iter().filter_map(|id| case.remedies.get(id).map(|it| (*id, it.kind)));
    match known.find(|(_, kind)| !may_be(*kind)) {
        None => Ok(()),
        Some((remedy, kind)) => Err(OutcomeRefusal::RemedyContradicts { outcome, remedy, kind }),
    }
}
