//! Causes by family, and causes that recur.

use complaint_domain::complaint::{ComplaintEvent as E, RootCause};
use jiff::{ToSpan as _, civil::Date};

use super::*;

const DELAY: &str = "process.communication.delay";

fn found(code: &str) -> E {
    E::RootCauseIdentified(RootCause::Found { code: code.parse().expect("a label") })
}

/// Twenty complaints a week for half a year; one of them has the cause, in the last week nine.
fn half_a_year() -> Ledger {
    let mut ledger = Ledger::new();
    let first = Date::constant(2024, 12, 31);
    for week in 0..26_i64 {
        let day = first + (week * 7).days();
        let with_cause = if week == 25 { 9 } else { 1 };
        for number in 0..20 {
            let id = format!("c{week}-{number}");
            let at = format!("{}T09:00:00Z", if number == 19 { day + 6.days() } else { day });
            ledger.happens(&id, &at, direct("Card"));
            if number < with_cause {
                ledger.happens(&id, &at, found(DELAY));
            }
        }
    }
    ledger
}

#[test]
fn a_cause_that_recurs_is_drawn_with_the_rule_that_says_so() {
    let report = half_a_year().exact("2025-H1");
    let [chart] = report.causes.charts.as_slice() else { panic!("{:?}", report.causes) };
    assert_eq!((chart.product.as_str(), chart.cause.as_str()), ("Card", DELAY));
    assert_eq!((chart.received, chart.with_cause, chart.weeks.len()), (520, 34, 26));
    let last = chart.weeks.last().expect("a week");
    assert_eq!((last.first_day.as_str(), last.last_day.as_str()), ("2025-06-24", "2025-06-30"));
    assert_eq!((last.with_cause, last.rule), (Some(9), Some("one-beyond-three")));
    assert!(chart.weeks.iter().rev().skip(1).all(|week| week.rule.is_none()));
}

#[test]
fn the_picture_has_no_script_and_the_table_every_figure() {
    let report = half_a_year().exact("2025-H1");
    for (locale, name) in [(Locale::En, "Told too late"), (Locale::Zh, "告知迟延")] {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = write(&report, folder.path(), &[locale]).expect("files");
        let page = std::fs::read_to_string(&paths[0]).expect("a page");
        let (_, block) = page.split_once("id=\"recurs-1-h\"").expect("the chart");
        let (block, _) = block.split_once("</article>").expect("an end");
        assert!(block.contains(name) && block.contains("<polyline"), "{locale:?}");
        assert_eq!(block.matches("<tr").count(), 28, "a head, 26 weeks, a sum");
        assert!(!page.contains("<script"));
    }
}

#[test]
fn small_numbers_of_a_week_are_neither_told_nor_drawn() {
    let report = half_a_year().report("2025-H1", 10).expect("a report");
    let [chart] = report.causes.charts.as_slice() else { panic!("{:?}", report.causes) };
    assert!(chart.weeks.iter().all(|week| week.with_cause.is_none()), "one to nine each");
    assert_eq!(chart.weeks.iter().filter(|week| week.rule.is_some()).count(), 1);
    let folder = tempfile::tempdir().expect("a folder");
    let paths = write(&report, folder.path(), &[Locale::En]).expect("files");
    let page = std::fs::read_to_string(&paths[0]).expect("a page");
    let (_, block) = page.split_once("id=\"recurs-1-h\"").expect("the chart");
    let (block, _) = block.split_once("</article>").expect("an end");
    assert!(!block.contains("<circle"), "no point gives a share away");
    let few = half_a_year().report("2025-H1", 40).expect("a report");
    assert_eq!(few.causes.charts, Vec::new(), "34 in all");
}

#[test]
fn causes_are_counted_by_family_old_codes_included() {
    let mut ledger = Ledger::new();
    for (id, cause) in [
        ("a", "process/fee"),
        ("b", "process.handling.delay"),
        ("c", "people"),
        ("d", "people.error"),
    ] {
        ledger.happens(id, "2025-01-02T00:00:00Z", direct("Card"));
        ledger.happens(id, "2025-01-03T00:00:00Z", found(cause));
        ledger.happens(id, "2025-01-04T00:00:00Z", closed());
    }
    let report = ledger.exact("2025-01");
    let families = [("people", 2), ("process", 2)];
    assert_eq!(counts(table(&report, "ended-by-cause-family")), pairs(&families));
    let causes =
        [("people", 1), ("people.error", 1), ("process.handling.delay", 1), ("process/fee", 1)];
    assert_eq!(counts(table(&report, "ended-by-root-cause")), pairs(&causes));
}
