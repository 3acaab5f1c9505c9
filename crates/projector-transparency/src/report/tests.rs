//! Stories: what happened, and what the report then says.

use complaint_domain::{
    complaint::{Answer, Channel, CorrectedFact, Outcome, PlatformCategory},
    right::Right,
};

use super::*;
use crate::report::model::{Row, RowName, Table, Withheld};

mod balance;
mod beside;
mod causes;
mod files;
mod handling;
mod ledger;
mod limits;
mod mentions;
mod volumes;

use ledger::{
    Ledger, about_another, answered, classified, closed, corrected, direct, from_platform, paid,
    platform, reopened, responded, withdrawn,
};

fn table<'a>(report: &'a Report, id: &str) -> &'a Table {
    report.tables.iter().find(|table| table.id == id).unwrap_or_else(|| panic!("a table {id}"))
}

fn counts(table: &Table) -> Vec<(String, u64)> {
    let name = |row: &Row| match &row.name {
        RowName::Value(code) => code.clone(),
        RowName::NotStated => "(not stated)".to_owned(),
        RowName::Pooled => "(pooled)".to_owned(),
    };
    table.rows.iter().map(|row| (name(row), row.count)).collect()
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn a_complaint_is_counted_in_the_period_it_was_received_in() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2024-12-31T23:59:59.999Z", direct("Card"));
    ledger.happens("b", "2025-01-01T00:00:00Z", direct("Card"));
    ledger.happens("c", "2025-03-31T23:59:59.999Z", direct("Loan"));
    ledger.happens("d", "2025-04-01T00:00:00Z", direct("Loan"));
    let report = ledger.exact("2025-Q1");
    assert_eq!(report.flow.received, 2);
    assert_eq!(report.flow.outstanding_at_start, 1);
    assert_eq!(counts(table(&report, "received-by-product")), pairs(&[("Card", 1), ("Loan", 1)]));
    let months = [("2025-01", 1), ("2025-02", 0), ("2025-03", 1)];
    assert_eq!(counts(table(&report, "received-by-month")), pairs(&months));
}

#[test]
fn an_event_counts_on_the_day_it_happened_not_on_the_day_it_was_recorded() {
    let mut ledger = Ledger::new();
    ledger.recorded_later("a", "2025-01-10T00:00:00Z", "2025-02-20T00:00:00Z", direct("Card"));
    let report = ledger.exact("2025-01");
    assert_eq!(report.flow.received, 1);
    assert_eq!((report.quality.events_own, report.quality.late_own), (1, 1));
}

#[test]
fn a_limit_that_is_noted_when_somebody_looks_is_not_recorded_late() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-10T00:00:00Z", direct("Card"));
    for golden in [
        include_str!("../../../complaint-codec/golden/complaint.clock-warned.v1.json"),
        include_str!("../../../complaint-codec/golden/complaint.clock-missed.v1.json"),
    ] {
        let record =
            complaint_codec::decode(golden.trim_end().as_bytes()).expect("a golden record");
        let complaint_domain::LedgerEvent::Complaint(note) = record.event else {
            panic!("a note of a limit")
        };
        ledger.recorded_later("a", "2025-01-20T00:00:00Z", "2025-03-20T00:00:00Z", note);
    }
    let report = ledger.exact("2025-01");
    assert_eq!((report.quality.events_own, report.quality.late_own), (3, 0));
}

#[test]
fn corrections_move_a_complaint_to_where_it_belongs() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-02-03T00:00:00Z", direct("Card"));
    ledger.happens("b", "2025-01-05T00:00:00Z", direct("Card"));
    let received_at = "2025-01-31T00:00:00Z".parse().expect("a time");
    for fact in [
        CorrectedFact::ReceivedAt { received_at },
        CorrectedFact::Channel { channel: Channel::Letter },
        CorrectedFact::Matter { matter: ledger::matter("Loan") },
        CorrectedFact::Respondent { respondent: "Bank B".parse().expect("a label") },
    ] {
        ledger.happens("a", "2025-02-04T00:00:00Z", corrected(fact));
    }
    let january = ledger.exact("2025-01");
    assert_eq!(january.flow.received, 2);
    assert_eq!(january.quality.corrected_complaints, 1);
    assert_eq!(counts(table(&january, "received-by-product")), pairs(&[("Card", 1), ("Loan", 1)]));
    assert_eq!(counts(table(&january, "received-by-channel")), pairs(&[("letter", 1), ("web", 1)]));
    let respondents = [("Bank B", 1), ("(not stated)", 1)];
    assert_eq!(counts(table(&january, "received-by-respondent")), pairs(&respondents));
    let february = ledger.exact("2025-02");
    assert_eq!((february.flow.received, february.quality.corrections), (0, 4));
}

#[test]
fn what_ends_again_by_the_answer_that_stands_is_counted_by_it() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-01T00:00:00Z", direct("Card"));
    ledger.happens("a", "2025-01-05T00:00:00Z", responded(Outcome::Upheld));
    ledger.happens("a", "2025-01-10T00:00:00Z", closed());
    ledger.happens("a", "2025-02-01T00:00:00Z", reopened());
    ledger.happens("a", "2025-02-05T00:00:00Z", answered(Answer::Accepted));
    ledger.happens("a", "2025-02-10T00:00:00Z", closed());
    let february = ledger.exact("2025-02");
    let ended = counts(table(&february, "ended-by-outcome"));
    assert_eq!(ended.into_iter().find(|(_, n)| *n > 0), Some(("upheld".to_owned(), 1)));
}

#[test]
fn the_outcome_is_that_of_the_closing_even_after_a_reopening() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-01T00:00:00Z", direct("Card"));
    ledger.happens("a", "2025-01-05T00:00:00Z", responded(Outcome::NotUpheld));
    ledger.happens("a", "2025-01-09T00:00:00Z", closed());
    ledger.happens("a", "2025-02-01T00:00:00Z", reopened());
    ledger.happens("a", "2025-02-05T00:00:00Z", responded(Outcome::Upheld));
    ledger.happens("a", "2025-02-09T00:00:00Z", closed());
    let row = |report: &Report, code: &str| {
        counts(table(report, "ended-by-outcome")).iter().find(|(name, _)| name == code).map(|r| r.1)
    };
    let january = ledger.exact("2025-01");
    assert_eq!(row(&january, "not-upheld"), Some(1));
    assert_eq!(row(&january, "upheld"), Some(0));
    assert_eq!(row(&ledger.exact("2025-02"), "upheld"), Some(1));
    let reopen = january.rates.iter().find(|rate| rate.id == "reopen-rate").expect("a rate");
    assert_eq!((reopen.numerator, reopen.denominator), (Some(1), Some(1)));
    // The wait is that for the first final response.
    assert_eq!(january.durations.max, Some(4));
    assert_eq!(ledger.exact("2025-02").durations.complaints, 0);
}

#[test]
fn what_a_platform_reports_is_counted_apart_from_our_own_times() {
    let mut ledger = Ledger::new();
    for (id, category, timely) in [
        ("a", PlatformCategory::ClosedWithExplanation, Some(true)),
        ("b", PlatformCategory::InProgress, Some(false)),
        ("c", PlatformCategory::Closed, None),
    ] {
        ledger.happens(id, "2014-10-01T00:00:00Z", about_another("Mortgage"));
        ledger.happens(id, "2014-10-01T00:00:00Z", platform(category, timely));
    }
    ledger.happens("a", "2014-10-02T00:00:00Z", answered(Answer::Refused));
    ledger.happens("c", "2014-10-02T00:00:00Z", answered(Answer::NotDisputed));
    ledger.happens("d", "2014-10-02T00:00:00Z", direct("Card"));
    let report = ledger.exact("2014-10");
    let responses = [("closed", 1), ("closed-with-explanation", 1), ("in-progress", 1)];
    assert_eq!(counts(table(&report, "platform-response")), pairs(&responses));
    let timely = [("yes", 1), ("no", 1), ("(not stated)", 1)];
    assert_eq!(counts(table(&report, "platform-timely")), pairs(&timely));
    let disputed = [("yes", 1), ("no", 1), ("(not stated)", 2)];
    assert_eq!(counts(table(&report, "disputed")), pairs(&disputed));
    assert_eq!(report.durations.withheld, Some(Withheld::Nothing));
}

#[test]
fn a_refused_answer_stays_refused_and_silence_says_nothing() {
    let mut ledger = Ledger::new();
    for (id, answers) in [
        ("a", vec![Answer::Refused, Answer::Accepted]),
        ("b", vec![Answer::Accepted, Answer::Refused]),
        ("c", vec![Answer::Accepted, Answer::Silent]),
        ("d", vec![Answer::Silent]),
    ] {
        ledger.happens(id, "2025-01-01T00:00:00Z", direct("Card"));
        for answer in answers {
            ledger.happens(id, "2025-01-03T00:00:00Z", answered(answer));
        }
    }
    let disputed = [("yes", 2), ("no", 1), ("(not stated)", 1)];
    assert_eq!(counts(table(&ledger.exact("2025"), "disputed")), pairs(&disputed));
}

#[test]
fn waiting_times_fall_into_bands_of_calendar_days() {
    let mut ledger = Ledger::new();
    let waits = [0, 3, 4, 5, 15, 16, 30, 56, 57, 60, 61, 200];
    for (index, days) in waits.into_iter().enumerate() {
        let id = format!("c{index}");
        ledger.happens(&id, "2025-01-01T23:00:00Z", direct("Card"));
        let answered_on = date_of(Period::first_day(&"2025-01-01".parse().expect("a day")) + days);
        // An hour after midnight is the next day, though fewer than 24 hours have passed.
        ledger.happens(&id, &format!("{answered_on}T23:30:00Z"), responded(Outcome::Upheld));
    }
    let report = ledger.exact("2025");
    let bands =
        [("0-3", 2), ("4-5", 2), ("6-15", 1), ("16-30", 2), ("31-56", 1), ("57-60", 2), ("61+", 2)];
    assert_eq!(counts(table(&report, "answered-by-band")), pairs(&bands));
    assert_eq!(report.durations.p50, Some(16));
    assert_eq!(report.durations.max, Some(200));
}

#[test]
fn money_is_summed_exactly_and_never_told_for_fewer_than_five() {
    let mut ledger = Ledger::new();
    for index in 0..4 {
        let id = format!("c{index}");
        ledger.happens(&id, "2025-01-01T00:00:00Z", direct("Card"));
        for event in paid("3", "EUR") {
            ledger.happens(&id, "2025-01-09T00:00:00Z", event);
        }
    }
    let report = ledger.exact("2025");
    assert_eq!(report.redress[0].withheld, Some(Withheld::TooFew));
    assert_eq!((report.redress[0].total.as_ref(), report.redress[0].payments), (None, None));

    let mut ledger = Ledger::new();
    for index in 0..5 {
        let id = format!("c{index}");
        ledger.happens(&id, "2025-01-01T00:00:00Z", direct("Card"));
        for event in paid("0.10", "GBP") {
            ledger.happens(&id, "2025-01-09T00:00:00Z", event);
        }
    }
    let report = ledger.exact("2025");
    assert_eq!(report.redress[0].total.as_deref(), Some("0.5"));
    assert_eq!(report.redress[0].median.as_deref(), Some("0.1"));
    assert_eq!(report.redress[0].p90.as_deref(), Some("0.1"));
    assert!(ledger.report("2025", 10).expect("a report").redress[0].total.is_none());
}

#[test]
fn a_complaint_counts_once_for_each_right_it_names() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-01T00:00:00Z", direct("Card"));
    ledger.happens("a", "2025-01-02T00:00:00Z", classified("Card", &[Right::Choice]));
    let again = classified("Card", &[Right::Safety, Right::Redress]);
    ledger.happens("a", "2025-01-03T00:00:00Z", again);
    ledger.happens("b", "2025-01-01T00:00:00Z", direct("Card"));
    let rights = [("redress", 1), ("safety", 1), ("(not stated)", 1)];
    let report = ledger.exact("2025");
    assert_eq!(counts(table(&report, "received-by-right")), pairs(&rights));
    assert_eq!(report.quality.missing[3].numerator, Some(1));
}

#[test]
fn no_small_cell_and_no_share_that_would_tell_one_is_published() {
    let mut ledger = Ledger::new();
    for (index, outcome) in [
        (0..40, Outcome::Upheld),
        (40..43, Outcome::PartlyUpheld),
        (43..103, Outcome::NotUpheld),
        (103..115, Outcome::Goodwill),
    ]
    .into_iter()
    .flat_map(|(range, outcome)| range.map(move |index| (index, outcome)))
    {
        let id = format!("c{index}");
        ledger.happens(&id, "2025-01-01T00:00:00Z", direct("Card"));
        ledger.happens(&id, "2025-01-09T00:00:00Z", responded(outcome));
        ledger.happens(&id, "2025-01-10T00:00:00Z", closed());
    }
    let report = ledger.report("2025", 10).expect("a report");
    let told = [
        ("upheld", 40),
        ("not-upheld", 60),
        ("out-of-scope", 0),
        ("withdrawn", 0),
        ("(pooled)", 15),
    ];
    assert_eq!(counts(table(&report, "ended-by-outcome")), pairs(&told));
    let uphold = report.rates.iter().find(|rate| rate.id == "uphold-rate").expect("a rate");
    assert_eq!((uphold.numerator, uphold.withheld), (None, Some(Withheld::TooFew)));
    // What was pooled with something else is no longer a part that can be told from it.
    assert_eq!(uphold.denominator, None);
    let exact = ledger.exact("2025");
    let uphold = exact.rates.iter().find(|rate| rate.id == "uphold-rate").expect("a rate");
    assert_eq!((uphold.numerator, uphold.denominator), (Some(43), Some(103)));
}

#[test]
fn a_period_the_ledger_knows_nothing_of_is_refused() {
    let mut ledger = Ledger::new();
    assert!(matches!(ledger.report("2025", 1), Err(ReportError::NoComplaints)));
    ledger.happens("a", "2025-01-01T00:00:00Z", direct("Card"));
    ledger.happens("a", "2025-03-01T00:00:00Z", withdrawn());
    let error = ledger.report("1999", 1).expect_err("refused").to_string();
    assert!(error.contains("2025-01-01 to 2025-03-01"), "{error}");
    assert!(matches!(ledger.report("2025-04", 1), Err(ReportError::OutsideLedger { .. })));
    assert!(!ledger.exact("2025-03").period.is_over);
    assert!(ledger.exact("2025-02").period.is_over);
}

#[test]
fn a_read_model_that_is_elsewhere_than_the_cutoff_is_refused() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-01T00:00:00Z", direct("Card"));
    let mut request = ledger.request("2025", 1);
    request.cutoff = Position(7);
    let error = build(ledger.connection(), &request).expect_err("refused");
    assert!(matches!(error, ReportError::CutoffDiffers { found: Position(0), .. }), "{error}");
}

#[test]
fn a_table_in_which_nobody_states_anything_is_left_out() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-01T00:00:00Z", direct("Card"));
    ledger.happens("a", "2025-01-02T00:00:00Z", closed());
    let report = ledger.exact("2025");
    assert!(report.tables.iter().all(|table| table.id != "ended-by-outcome"));
    assert_eq!(report.flow.closed, 1);
}
