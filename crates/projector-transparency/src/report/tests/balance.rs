//! What comes in and goes out explains what is there.

use proptest::prelude::*;

use super::*;

#[test]
fn a_reopening_dated_before_the_closing_counts_on_the_day_of_the_closing() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-01T00:00:00Z", direct("Card"));
    ledger.happens("a", "2025-01-20T00:00:00Z", closed());
    ledger.recorded_later("a", "2025-01-10T00:00:00Z", "2025-01-25T00:00:00Z", reopened());
    let report = ledger.exact("2025-01-15..2025-01-31");
    assert_eq!(report.flow.outstanding_at_start, 1);
    assert_eq!((report.flow.reopened, report.flow.closed), (1, 1));
    assert_eq!(report.flow.outstanding_at_end, 1);
    assert_eq!(report.quality.out_of_order, 1);
}

#[test]
fn a_report_that_does_not_balance_is_refused_with_its_numbers() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-01T00:00:00Z", direct("Card"));
    ledger.happens("b", "2025-01-01T00:00:00Z", direct("Card"));
    ledger.happens("a", "2025-01-20T00:00:00Z", closed());
    // A closing too many, as a bug or a damaged read model would have it.
    ledger.happens("a", "2025-01-21T00:00:00Z", closed());
    let error = ledger.report("2025-01", 1).expect_err("refused");
    let ReportError::Unbalanced { received, closed, expected, outstanding_at_end, .. } = error
    else {
        panic!("{error}")
    };
    assert_eq!((received, closed, expected, outstanding_at_end), (2, 2, 0, 1));
}

/// Days between the steps of one life: receipt, then by turns an end and a reopening, each dated
/// some days before or after the step it follows, but never before the receipt.
fn any_life() -> impl Strategy<Value = (i64, Vec<i64>, bool)> {
    (0_i64..300, prop::collection::vec(-20_i64..90, 0..6), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_period_of_any_lives_balances_and_its_steps_add_up(
        lives in prop::collection::vec(any_life(), 1..25),
        start in 0_i64..300,
        days in 1_i64..400,
        min_cell in 1_u64..12,
    ) {
        let mut ledger = Ledger::new();
        let origin = crate::period::day_number("2024-01-01".parse().expect("a day"));
        let at = |day: i64| format!("{}T12:00:00Z", date_of(origin + day));
        // The last record lies beyond every period, so that none is outside of the ledger.
        for (index, (received, steps, is_withdrawn)) in lives.iter().enumerate() {
            let id = format!("c{index}");
            ledger.happens(&id, &at(*received), direct("Card"));
            let mut day = *received;
            for (number, wait) in steps.iter().enumerate() {
                day = (day + wait).max(*received);
                let event = match (number % 2, is_withdrawn) {
                    (1, _) => reopened(),
                    (_, true) => withdrawn(),
                    (_, false) => closed(),
                };
                ledger.recorded_later(&id, &at(day), &at(900), event);
            }
        }
        let (first, last) = (date_of(origin + start), date_of(origin + start + days - 1));
        let report = match ledger.report(&format!("{first}..{last}"), min_cell) {
            Ok(report) => report,
            Err(ReportError::OutsideLedger { .. }) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        let flow = report.flow;
        prop_assert_eq!(
            flow.outstanding_at_start + flow.received + flow.reopened,
            flow.closed + flow.withdrawn + flow.outstanding_at_end
        );
        let received: u64 = report.steps.iter().map(|step| step.received).sum();
        prop_assert_eq!(received, flow.received);
        let lengths: i64 = report.steps.iter().map(|step| step.days).sum();
        prop_assert_eq!(lengths, report.period.covered_days);
        prop_assert_eq!(
            report.steps.last().map(|step| step.outstanding_at_end),
            Some(flow.outstanding_at_end)
        );
        for table in report.tables.iter().filter(|table| !table.is_multiple) {
            prop_assert_eq!(table.rows.iter().map(|row| row.count).sum::<u64>(), table.total);
            for row in table.rows.iter().filter(|_| table.total >= min_cell) {
                prop_assert!(row.count == 0 || row.count >= min_cell, "{}", table.id);
            }
        }
    }
}

/// Half a month of records in a quarter is no quarter with two and a half empty months.
#[test]
fn days_of_which_nothing_is_known_are_no_zeros() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-02-10T09:00:00Z", direct("Card"));
    ledger.happens("b", "2025-02-12T09:00:00Z", direct("Card"));
    ledger.happens("a", "2025-02-24T09:00:00Z", responded(Outcome::Upheld));
    let report = ledger.exact("2025-Q1");
    let period = &report.period;
    assert_eq!((period.days, period.covered_days), (90, 15));
    let covered = (period.first_covered_day.as_str(), period.last_covered_day.as_str());
    assert_eq!(covered, ("2025-02-10", "2025-02-24"));
    let months = counts(table(&report, "received-by-month"));
    assert_eq!(months, pairs(&[("2025-02-10..2025-02-24", 2)]), "and neither January nor March");
    let first = report.steps.first().map(|step| step.first_day.as_str());
    let last = report.steps.last().map(|step| step.last_day.as_str());
    assert_eq!((first, last), (Some("2025-02-10"), Some("2025-02-24")));
    for locale in Locale::ALL {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = write(&report, folder.path(), &[locale]).expect("files");
        let page = std::fs::read_to_string(&paths[0]).expect("a page");
        assert!(page.contains("class=\"notice\"") && page.contains("15"), "{locale:?}");
    }
}
