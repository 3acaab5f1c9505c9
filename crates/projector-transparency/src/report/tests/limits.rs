//! Time limits, clock by clock.

use complaint_domain::{
    LedgerEvent,
    clock::shipped,
    rulebook::{ChangeApproval, ChangeNumber, ChangeProposal, RuleChange, RulebookEvent},
};

use super::*;

/// A limit of a clock is noted as missed.
pub(super) fn missed(clock: &str) -> complaint_domain::complaint::ComplaintEvent {
    let golden = include_str!("../../../../complaint-codec/golden/complaint.clock-missed.v1.json");
    let golden = golden.replace("template/acknowledgement", clock);
    let record = complaint_codec::decode(golden.trim_end().as_bytes()).expect("a golden record");
    let LedgerEvent::Complaint(note) = record.event else { panic!("a note of a limit") };
    note
}

/// The company works by a pack from a day on.
pub(super) fn adopt(ledger: &mut Ledger, pack: &str, from: &str) {
    let change = ChangeNumber(1);
    let rule = RuleChange::AdoptPack {
        file: shipped::pack_text(pack).expect("a shipped pack").to_owned(),
        calendar: None,
        zone: None,
        business_hours: None,
        tracks: std::collections::BTreeSet::new(),
        from: from.parse().expect("a day"),
    };
    let at = "2025-01-01T00:00:00Z";
    ledger.rulebook(at, &RulebookEvent::ChangeProposed(ChangeProposal { change, rule }));
    ledger.rulebook(at, &RulebookEvent::ChangeApproved(ChangeApproval { change }));
}

type Counts = (Option<u64>, Option<u64>);

fn limit(report: &Report, clock: &str) -> Option<[Counts; 2]> {
    let limit = report.limits.limits.iter().find(|limit| limit.clock == clock)?;
    let counts = |rate: &model::Rate| (rate.numerator, rate.denominator);
    Some([counts(&limit.kept), counts(&limit.kept_of_settled)])
}

const FINAL: &str = "uk-disp/final-response";

#[test]
fn a_missed_limit_is_counted_out_of_the_complaints_that_had_it() {
    let mut ledger = Ledger::new();
    adopt(&mut ledger, "uk-disp", "2025-01-10");
    ledger.happens("before", "2025-01-09T12:00:00Z", direct("Card"));
    for id in ["late", "quick", "waits"] {
        ledger.happens(id, "2025-01-15T12:00:00Z", direct("Card"));
    }
    ledger.happens("theirs", "2025-01-15T12:00:00Z", about_another("Card"));
    ledger.happens("quick", "2025-01-20T12:00:00Z", responded(Outcome::Upheld));
    ledger.happens("late", "2025-03-20T12:00:00Z", missed(FINAL));
    // A limit that moved, and was missed again: one complaint all the same.
    ledger.happens("late", "2025-03-25T12:00:00Z", missed(FINAL));
    let report = ledger.exact("2025-Q1");
    let kept = [(Some(2), Some(3)), (Some(1), Some(2))];
    assert_eq!(limit(&report, FINAL), Some(kept));
    let row = |id: &str| {
        counts(table(&report, "received-by-missed-limit"))
            .iter()
            .find(|(name, _)| name == id)
            .map(|row| row.1)
    };
    assert_eq!(row(FINAL), Some(1));
    assert_eq!(row("none"), Some(3));
    // We have no limit for what others must answer.
    assert_eq!(row("(not stated)"), Some(1));
}

#[test]
fn where_no_pack_was_adopted_the_one_that_comes_with_the_program_holds() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-15T12:00:00Z", direct("Card"));
    let report = ledger.exact("2025-Q1");
    assert!(!report.limits.limits.is_empty());
    assert!(report.limits.limits.iter().all(|limit| limit.clock.starts_with("iso-10002/")));
}

#[test]
fn a_few_missed_limits_are_not_told_by_what_is_left() {
    let mut ledger = Ledger::new();
    for index in 0..60 {
        let id = format!("c{index}");
        ledger.happens(&id, "2025-01-15T12:00:00Z", direct("Card"));
        if index < 3 {
            ledger.happens(&id, "2025-03-20T12:00:00Z", missed("iso-10002/acknowledgement"));
        } else if index < 20 {
            ledger.happens(&id, "2025-03-20T12:00:00Z", missed("iso-10002/response"));
        }
    }
    let report = ledger.report("2025-Q1", 10).expect("a report");
    // The one is few; the other is told together with it, and so not alone here either.
    assert_eq!(report.limits.limits.len(), 2);
    for limit in &report.limits.limits {
        assert_eq!(limit.kept.numerator, None, "{}", limit.clock);
        assert_eq!(limit.kept_of_settled.numerator, None, "{}", limit.clock);
    }
}
