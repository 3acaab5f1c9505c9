//! What stands beside the complaints, and what complainants say, in the report.

use complaint_domain::{
    action::{ActionClosure, ActionEvent, ActionResult, Remediation},
    complaint::{
        Channel, ComplaintEvent as E, Escalation, EscalationMistake, EscalationReason,
        EscalationWithdrawal, Outcome, SurveyAnswer, SurveyRequest,
    },
    referral::{Finding, ReferralEvent, ReferralOutcome},
    review::{Decision, DecisionEffect, Reply, ReplyKind, ReviewEvent},
};

use super::{
    ledger::{Ledger, direct},
    *,
};
use crate::report::model::Mean;

fn tally(report: &Report, id: &str) -> Option<u64> {
    let tally = report.oversight.iter().find(|tally| tally.id == id);
    tally.unwrap_or_else(|| panic!("a tally {id}")).count
}

fn decided(outcome: Outcome) -> ReviewEvent {
    ReviewEvent::Decided(Decision {
        outcome,
        effect: DecisionEffect::Recommendation,
        quorum: 3,
        votes_for: 3,
        votes_against: 0,
        abstentions: 0,
    })
}

fn asked() -> E {
    E::SurveyRequested(SurveyRequest { channel: Channel::Email })
}

fn said(process: u8, outcome: u8) -> E {
    E::SurveyAnswered(SurveyAnswer { process, outcome })
}

#[test]
fn what_was_put_before_the_committee_and_taken_back_is_not_counted_as_escalated() {
    let mut ledger = Ledger::new();
    let escalated = || E::Escalated(Escalation { reason: EscalationReason::ComplainantRequest });
    let taken_back = || {
        E::EscalationWithdrawn(EscalationWithdrawal { ground: EscalationMistake::WrongComplaint })
    };
    for stream in ["a", "b"] {
        ledger.happens(stream, "2025-01-05T00:00:00Z", direct("Card"));
        ledger.happens(stream, "2025-01-20T00:00:00Z", escalated());
    }
    ledger.happens("a", "2025-04-02T00:00:00Z", taken_back());
    let count = |ledger: &Ledger, period| tally(&ledger.exact(period), "escalated");
    // Only that of the one complaint, though its mistake was seen after the period.
    assert_eq!(count(&ledger, "2025-Q1"), Some(1));
    // What is asked for anew is asked for; what is taken back then is the last of them.
    ledger.happens("a", "2025-04-03T00:00:00Z", escalated());
    assert_eq!(count(&ledger, "2025-Q2"), Some(1));
    ledger.happens("b", "2025-04-04T00:00:00Z", escalated());
    ledger.happens("b", "2025-04-05T00:00:00Z", taken_back());
    assert_eq!(count(&ledger, "2025-Q1"), Some(1));
    assert_eq!(count(&ledger, "2025-Q2"), Some(1));
}

#[test]
fn what_the_committee_regulators_and_actions_came_to_is_counted_on_its_day() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-05T00:00:00Z", direct("Card"));
    let escalation = Escalation { reason: EscalationReason::ComplainantRequest };
    ledger.happens("a", "2025-01-20T00:00:00Z", E::Escalated(escalation));
    ledger.review("2025-02-03T00:00:00Z", &decided(Outcome::PartlyUpheld));
    ledger.review("2025-02-04T00:00:00Z", &decided(Outcome::NotUpheld));
    let refused = Reply { reply: ReplyKind::Refused, grounds: Vec::new() };
    ledger.review("2025-02-06T00:00:00Z", &ReviewEvent::Replied(refused));
    let violation = ReferralOutcome { finding: Finding::Violation };
    ledger.referral("2025-03-02T00:00:00Z", &ReferralEvent::OutcomeRecorded(violation));
    let remediation = Remediation { affected: 400, reached: 391, paid: None };
    ledger.action("2025-03-20T00:00:00Z", &ActionEvent::CustomersRemediated(remediation));
    let closure = ActionClosure { result: ActionResult::Inconclusive };
    ledger.action("2025-03-30T00:00:00Z", &ActionEvent::Closed(closure));
    let closure = ActionClosure { result: ActionResult::Effective };
    ledger.action("2025-04-01T00:00:00Z", &ActionEvent::Closed(closure));
    let report = ledger.exact("2025-Q1");
    for (id, expected) in [
        ("escalated", 1),
        ("reviews-opened", 0),
        ("reviews-decided", 2),
        ("reviews-for-complainant", 1),
        ("decisions-refused", 1),
        ("violations-found", 1),
        ("actions-effective", 0),
        ("actions-inconclusive", 1),
        ("customers-remediated", 391),
    ] {
        assert_eq!(tally(&report, id), Some(expected), "{id}");
    }
    assert_eq!(tally(&ledger.exact("2025-Q2"), "actions-effective"), Some(1));
}

#[test]
fn few_decisions_are_not_told_nor_what_would_tell_them() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-05T00:00:00Z", direct("Card"));
    for day in 10..22 {
        let outcome = if day == 10 { Outcome::NotUpheld } else { Outcome::Upheld };
        ledger.review(&format!("2025-01-{day}T00:00:00Z"), &decided(outcome));
    }
    let report = ledger.report("2025-01", 10).expect("a report");
    assert_eq!(tally(&report, "reviews-decided"), Some(12));
    let for_complainant = tally(&report, "reviews-for-complainant");
    assert_eq!(for_complainant, None, "11 of 12 would tell the one that was not upheld");
    assert_eq!(tally(&report, "actions-proposed"), Some(0));
}

#[test]
fn satisfaction_is_told_with_how_many_were_asked_and_answered() {
    let mut ledger = Ledger::new();
    for (stream, answer) in [("a", Some((5, 2))), ("b", Some((4, 1))), ("c", None)] {
        ledger.happens(stream, "2025-01-05T00:00:00Z", direct("Card"));
        ledger.happens(stream, "2025-01-20T00:00:00Z", asked());
        if let Some((process, outcome)) = answer {
            ledger.happens(stream, "2025-02-02T00:00:00Z", said(process, outcome));
        }
    }
    let survey = ledger.exact("2025-01").survey;
    assert_eq!((survey.response.numerator, survey.response.denominator), (Some(2), Some(3)));
    assert_eq!(survey.process, Some(Mean { sum: 9, count: 2, hundredths: 450 }));
    assert_eq!(survey.outcome, Some(Mean { sum: 3, count: 2, hundredths: 150 }));
    let few = ledger.report("2025-01", 10).expect("a report").survey;
    assert_eq!((few.process, few.withheld), (None, Some(Withheld::TooFew)));
    let none = ledger.exact("2025-02").survey;
    assert_eq!((none.process, none.withheld), (None, Some(Withheld::Nothing)));
}

#[test]
fn who_is_asked_again_after_a_reopening_answers_the_last_time() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-05T00:00:00Z", direct("Card"));
    ledger.happens("a", "2025-01-20T00:00:00Z", asked());
    ledger.happens("a", "2025-02-20T00:00:00Z", asked());
    ledger.happens("a", "2025-02-22T00:00:00Z", said(3, 3));
    assert_eq!(ledger.exact("2025-01").survey.response.numerator, Some(0));
    assert_eq!(ledger.exact("2025-02").survey.response.numerator, Some(1));
}
