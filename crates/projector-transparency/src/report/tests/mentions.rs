//! Which complaints each row counts.

use std::collections::{BTreeMap, BTreeSet};

use complaint_domain::complaint::{
    ComplaintEvent as E, ExternalResult, Matter, VulnerabilityDriver,
};
use proptest::prelude::*;

use super::*;
use crate::report::{
    mentions::{Mention, mentions},
    model::Population,
};

fn all(
    ledger: &Ledger,
    period: &str,
    report: &Report,
    id: &str,
) -> Result<Vec<Mention>, ReportError> {
    let request = ledger.request(period, report.disclosure.min_cell);
    let mut found = Vec::new();
    mentions(ledger.connection(), &request, table(report, id), &mut |mention| {
        found.push(mention);
        Ok::<(), ReportError>(())
    })?;
    Ok(found)
}

/// The complaints of each row, by the positions of their first records.
fn by_row(ledger: &Ledger, period: &str, report: &Report, id: &str) -> Vec<(String, Vec<u64>)> {
    let found = all(ledger, period, report, id).expect("as the report counts");
    let names = counts(table(report, id)).into_iter().map(|(name, _)| name);
    (0..)
        .zip(names)
        .map(|(number, name)| {
            let in_row = found.iter().filter(|mention| mention.row == number);
            (name, in_row.map(|mention| mention.position).collect())
        })
        .collect()
}

fn rows(expected: &[(&str, &[u64])]) -> Vec<(String, Vec<u64>)> {
    expected.iter().map(|(name, positions)| ((*name).to_owned(), positions.to_vec())).collect()
}

#[test]
fn a_row_mentions_the_complaints_it_counts() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-02T00:00:00Z", direct("Card"));
    ledger.happens("b", "2025-01-03T00:00:00Z", direct("Loan"));
    ledger.happens(
        "a",
        "2025-01-04T00:00:00Z",
        classified("Card", &[Right::Redress, Right::Safety]),
    );
    ledger.happens("c", "2025-02-03T00:00:00Z", direct("Card"));
    ledger.happens("a", "2025-02-05T00:00:00Z", responded(Outcome::Upheld));
    ledger.happens("a", "2025-02-06T00:00:00Z", closed());
    ledger.happens("a", "2025-02-07T00:00:00Z", reopened());
    ledger.happens("a", "2025-02-08T00:00:00Z", closed());
    ledger.happens("later", "2025-04-01T00:00:00Z", direct("Card"));
    let report = ledger.exact("2025-Q1");
    let of = |id: &str| by_row(&ledger, "2025-Q1", &report, id);
    assert_eq!(of("received-by-product"), rows(&[("Card", &[0, 3]), ("Loan", &[1])]));
    let months = [("2025-01-02..2025-01-31", &[0, 1][..]), ("2025-02", &[3]), ("2025-03", &[])];
    assert_eq!(of("received-by-month"), rows(&months));
    let rights = [("redress", &[0][..]), ("safety", &[0]), ("(not stated)", &[1, 3])];
    assert_eq!(of("received-by-right"), rows(&rights));
    let bands = of("answered-by-band");
    let answered: Vec<_> = bands.iter().filter(|(_, positions)| !positions.is_empty()).collect();
    assert_eq!(answered, [&("31-56".to_owned(), vec![0])]);
    // It ended twice, and is mentioned twice: each time with its own number.
    assert_eq!(of("ended-by-product"), rows(&[("Card", &[0, 0])]));
    let ended = all(&ledger, "2025-Q1", &report, "ended-by-product").expect("mentions");
    assert_eq!(ended.iter().map(|mention| mention.again).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn what_is_told_together_is_mentioned_together() {
    let mut ledger = Ledger::new();
    for (stream, product) in
        [("a", "Card"), ("b", "Card"), ("c", "Card"), ("d", "Loan"), ("e", "Rent")]
    {
        ledger.happens(stream, "2025-01-02T00:00:00Z", direct(product));
    }
    let report = ledger.report("2025-Q1", 2).expect("a report");
    let of = |id: &str| by_row(&ledger, "2025-Q1", &report, id);
    assert_eq!(of("received-by-product"), rows(&[("Card", &[0, 1, 2]), ("(pooled)", &[3, 4])]));
}

#[test]
fn figures_that_count_others_than_they_say_are_refused() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-02T00:00:00Z", direct("Card"));
    ledger.happens("b", "2025-01-03T00:00:00Z", direct("Card"));
    let mut report = ledger.exact("2025-Q1");
    let product = report.tables.iter_mut().find(|table| table.id == "received-by-product");
    product.expect("a table").rows[0].count = 3;
    let error = all(&ledger, "2025-Q1", &report, "received-by-product").expect_err("one too many");
    assert!(matches!(error, ReportError::MentionsDiffer { found: Some(2), .. }), "{error}");
    // A complaint whose receipt is not noted is counted by the one table and mentioned by no list.
    ledger.connection().execute("DELETE FROM flow WHERE stream = 'b'", []).expect("deleted");
    let error = all(&ledger, "2025-Q1", &report, "received-by-channel").expect_err("one too few");
    assert!(matches!(error, ReportError::MentionsDiffer { found: Some(1), .. }), "{error}");
}

fn any_complaint() -> impl Strategy<Value = (i64, usize, Option<usize>, usize, Vec<i64>)> {
    (
        0_i64..120,
        0_usize..4,
        prop::option::of(0_usize..3),
        0_usize..4,
        prop::collection::vec(0_i64..70, 0..5),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_table_mentions_whom_it_counts_and_nobody_else(
        complaints in prop::collection::vec(any_complaint(), 1..60),
        min_cell in 1_u64..12,
    ) {
        let mut ledger = Ledger::new();
        let origin = crate::period::day_number("2025-01-01".parse().expect("a day"));
        let at = |day: i64| format!("{}T12:00:00Z", date_of(origin + day));
        let mut received = BTreeMap::new();
        for (index, (day, product, finer, rights, steps)) in complaints.iter().enumerate() {
            let id = format!("c{index}");
            received.insert(ledger.next(), *day);
            let opened = if index % 3 == 0 { from_platform } else { direct };
            ledger.happens(&id, &at(*day), opened("Card"));
            let matter = Matter {
                product: format!("product {product}").parse().expect("a label"),
                sub_product: finer.map(|finer| format!("finer {finer}").parse().expect("a label")),
                ..ledger::matter("Card")
            };
            let rights = Right::ALL.iter().copied().take(*rights).collect();
            let classification = complaint_domain::complaint::Classification { matter, rights };
            ledger.recorded_later(&id, &at(*day), &at(400), E::Classified(classification));
            let mut day = *day;
            for (number, wait) in steps.iter().enumerate() {
                day += wait;
                let event = match number % 3 {
                    0 => responded(Outcome::Upheld),
                    1 => closed(),
                    _ => reopened(),
                };
                let beside = match wait % 5 {
                    0 => limits::missed("iso-10002/response"),
                    1 => limits::missed("iso-10002/acknowledgement"),
                    2 => handling::referred("Ombudsman"),
                    3 => handling::decided("Ombudsman", ExternalResult::ForComplainant),
                    _ => handling::flagged(VulnerabilityDriver::ALL, false),
                };
                ledger.recorded_later(&id, &at(day), &at(400), beside);
                ledger.recorded_later(&id, &at(day), &at(400), event);
            }
        }
        let period = "2025-01-15..2025-03-31";
        let report = match ledger.report(period, min_cell) {
            Ok(report) => report,
            Err(ReportError::OutsideLedger { .. }) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        let within: BTreeSet<u64> =
            received.iter().filter(|(_, day)| (14..90).contains(*day)).map(|(at, _)| *at).collect();
        for table in &report.tables {
            // That each row has as many as it counts is held where they are made.
            let found = all(&ledger, period, &report, table.id)
                .map_err(|error| TestCaseError::fail(error.to_string()))?;
            let apart: BTreeSet<_> = found.iter().map(|m| (m.position, m.again)).collect();
            prop_assert_eq!(apart.len(), found.len(), "{}", table.id);
            if table.population == Population::Received {
                let whom: BTreeSet<_> = found.iter().map(|mention| mention.position).collect();
                prop_assert_eq!(&whom, &within, "{}", table.id);
                let is_again = found.iter().any(|mention| mention.again > 0);
                prop_assert!(table.is_multiple || !is_again, "{}", table.id);
            }
        }
    }
}
