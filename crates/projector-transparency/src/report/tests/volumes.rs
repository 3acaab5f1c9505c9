//! Complaints in proportion to the business.

use complaint_domain::{
    complaint::{Channel, ComplaintEvent as E, Receipt, Source},
    volume::{VolumeCorrection, VolumeCount, VolumeEvent, VolumePeriod, VolumeUnit},
};

use super::{
    ledger::{Ledger, direct},
    *,
};
use crate::report::model::{NoRate, VolumeRate};

pub(super) fn counted(
    unit: VolumeUnit,
    product: Option<&str>,
    days: &str,
    count: u64,
) -> VolumeCount {
    let (from, until) = days.split_once("..").expect("two days");
    VolumeCount {
        unit,
        product: product.map(|product| product.parse().expect("a label")),
        period: VolumePeriod {
            from: from.parse().expect("a day"),
            until: until.parse().expect("a day"),
        },
        count,
        source: "core banking".parse().expect("a label"),
    }
}

/// One stream for each unit and product, as in the log.
pub(super) fn record(ledger: &mut Ledger, at: &str, count: VolumeCount) {
    let stream = format!("volume-{}-{:?}", count.unit, count.product);
    ledger.volume(&stream, at, &VolumeEvent::Recorded(count));
}

fn rate<'a>(report: &'a Report, product: Option<&str>) -> &'a VolumeRate {
    let rates = &report.volumes.rates;
    let found: Vec<_> = rates.iter().filter(|rate| rate.product.as_deref() == product).collect();
    let [rate] = found.as_slice() else { panic!("one rate of {product:?} in {rates:?}") };
    rate
}

fn receive(ledger: &mut Ledger, at: &str, product: &str, complaints: u32) {
    for number in 0..complaints {
        ledger.happens(&format!("{product}-{at}-{number}"), at, direct(product));
    }
}

const Q1: &str = "2025-01-01..2025-03-31";
const Q2: &str = "2025-04-01..2025-06-30";

#[test]
fn complaints_are_told_per_1000_of_a_volume_with_the_record_it_came_from() {
    let mut ledger = Ledger::new();
    receive(&mut ledger, "2025-01-05T00:00:00Z", "Card", 3);
    receive(&mut ledger, "2025-02-05T00:00:00Z", "Loan", 1);
    record(
        &mut ledger,
        "2025-04-02T00:00:00Z",
        counted(VolumeUnit::Accounts, Some("Card"), Q1, 1_400),
    );
    record(&mut ledger, "2025-04-02T00:00:00Z", counted(VolumeUnit::Customers, None, Q1, 3_000));
    let report = ledger.exact("2025-Q1");
    assert_eq!(
        rate(&report, Some("Card")),
        &VolumeRate {
            product: Some("Card".to_owned()),
            unit: Some(VolumeUnit::Accounts),
            numerator: Some(3),
            denominator: Some(1_400),
            per_1000_hundredths: Some(214),
            records: vec![4],
            withheld: None,
        }
    );
    let all = rate(&report, None);
    assert_eq!((all.numerator, all.denominator), (Some(4), Some(3_000)));
    assert_eq!((all.per_1000_hundredths, all.records.as_slice()), (Some(133), [5].as_slice()));
    assert_eq!(rate(&report, Some("Loan")).withheld, Some(NoRate::NoVolume));
}

#[test]
fn a_ledger_without_volumes_says_so_once() {
    let mut ledger = Ledger::new();
    receive(&mut ledger, "2025-01-05T00:00:00Z", "Card", 3);
    let report = ledger.exact("2025-Q1");
    assert_eq!(report.volumes.rates.len(), 1);
    assert_eq!(rate(&report, None).withheld, Some(NoRate::NoVolume));
}

#[test]
fn the_last_correction_counts() {
    let mut ledger = Ledger::new();
    receive(&mut ledger, "2025-01-05T00:00:00Z", "Card", 2);
    let stream = "volume-a";
    let count = |n| counted(VolumeUnit::Accounts, Some("Card"), Q1, n);
    ledger.volume(stream, "2025-04-02T00:00:00Z", &VolumeEvent::Recorded(count(500)));
    for right in [800, 1_000] {
        let ground = "closed accounts were counted".parse().expect("a label");
        let correction = VolumeCorrection { right: count(right), ground };
        ledger.volume(stream, "2025-04-03T00:00:00Z", &VolumeEvent::Corrected(correction));
    }
    let report = ledger.exact("2025-Q1");
    let card = rate(&report, Some("Card"));
    assert_eq!((card.denominator, card.per_1000_hundredths), (Some(1_000), Some(200)));
    assert_eq!(card.records, [4], "the position of the second correction");
}

#[test]
fn parts_that_are_together_the_whole_period_are_joined_as_their_unit_allows() {
    let mut ledger = Ledger::new();
    for (unit, product) in [
        (VolumeUnit::Accounts, "Card"),
        (VolumeUnit::Orders, "Shop"),
        (VolumeUnit::Customers, "Travel"),
    ] {
        receive(&mut ledger, "2025-01-05T00:00:00Z", product, 1);
        record(&mut ledger, "2025-07-02T00:00:00Z", counted(unit, Some(product), Q2, 300));
        record(&mut ledger, "2025-07-03T00:00:00Z", counted(unit, Some(product), Q1, 200));
    }
    let report = ledger.exact("2025-H1");
    let told = |product| {
        let rate = rate(&report, Some(product));
        (rate.denominator, rate.records.clone(), rate.withheld)
    };
    assert_eq!(told("Card"), (Some(300), vec![1], None), "as of the last day");
    assert_eq!(told("Shop"), (Some(500), vec![5, 4], None), "added");
    let twice = (None, Vec::new(), Some(NoRate::NotAdditive));
    assert_eq!(told("Travel"), twice, "one customer may be in both");
    assert_eq!(rate(&ledger.exact("2025-Q1"), Some("Travel")).denominator, Some(200));
}

#[test]
fn a_day_too_few_or_too_many_and_there_is_no_rate() {
    for (days, is_covered) in [
        (vec!["2025-01-01..2025-03-31"], true),
        (vec!["2025-01-01..2025-01-31", "2025-02-01..2025-03-31"], true),
        (vec!["2025-01-02..2025-03-31"], false),
        (vec!["2025-01-01..2025-03-30"], false),
        (vec!["2024-12-31..2025-03-31"], false),
        (vec!["2025-01-01..2025-04-01"], false),
        (vec!["2025-01-01..2025-01-31", "2025-02-02..2025-03-31"], false),
        (vec!["2025-01-01..2025-02-28", "2025-03-01..2025-04-30"], false),
        (vec!["2024-01-01..2024-03-31"], false),
    ] {
        let mut ledger = Ledger::new();
        receive(&mut ledger, "2025-01-05T00:00:00Z", "Shop", 1);
        for days in &days {
            let count = counted(VolumeUnit::Orders, Some("Shop"), days, 100);
            record(&mut ledger, "2025-07-02T00:00:00Z", count);
        }
        let report = ledger.exact("2025-Q1");
        let withheld = rate(&report, Some("Shop")).withheld;
        let expected = (!is_covered).then_some(NoRate::NotCovered);
        assert_eq!(withheld, expected, "{days:?}");
    }
}

#[test]
fn a_rate_tells_no_small_number_of_complaints() {
    let mut ledger = Ledger::new();
    for (product, complaints) in [("Card", 40), ("Loan", 12), ("Travel", 3)] {
        receive(&mut ledger, "2025-01-05T00:00:00Z", product, complaints);
        let count = counted(VolumeUnit::Accounts, Some(product), Q1, 10_000);
        record(&mut ledger, "2025-04-02T00:00:00Z", count);
    }
    let unasked = counted(VolumeUnit::Policies, Some("Insurance"), Q1, 10_000);
    record(&mut ledger, "2025-04-02T00:00:00Z", unasked);
    let report = ledger.report("2025-Q1", 10).expect("a report");
    assert_eq!(rate(&report, Some("Card")).per_1000_hundredths, Some(400));
    assert_eq!(rate(&report, Some("Insurance")).per_1000_hundredths, Some(0));
    for product in ["Travel", "Loan"] {
        // The loans are pooled with the travels in the table of products: they would tell them.
        let rate = rate(&report, Some(product));
        assert_eq!((rate.numerator, rate.withheld), (None, Some(NoRate::TooFew)), "{product}");
    }
}

#[test]
fn a_volume_of_few_accounts_gives_no_rate() {
    let mut ledger = Ledger::new();
    receive(&mut ledger, "2025-01-05T00:00:00Z", "Card", 20);
    let few = counted(VolumeUnit::Accounts, Some("Card"), Q1, 29);
    record(&mut ledger, "2025-04-02T00:00:00Z", few);
    let report = ledger.report("2025-Q1", 10).expect("a report");
    assert_eq!(rate(&report, Some("Card")).withheld, Some(NoRate::TooFew));
}

#[test]
fn complaints_about_other_companies_are_not_set_against_our_business() {
    let mut ledger = Ledger::new();
    receive(&mut ledger, "2025-01-05T00:00:00Z", "Card", 30);
    let about_another = |number: u32| {
        E::Received(Receipt {
            channel: Channel::RegulatorPlatform,
            source: Source::Imported {
                scheme: "cfpb".parse().expect("a label"),
                reference: number.to_string().parse().expect("a label"),
            },
            matter: Some(ledger::matter("Card")),
            respondent: Some("Bank B".parse().expect("a label")),
            region: None,
            language: None,
            tags: Vec::new(),
            remedies_requested: Vec::new(),
        })
    };
    for number in 0..4 {
        let stream = format!("b-{number}");
        ledger.happens(&stream, "2025-01-06T00:00:00Z", about_another(number));
    }
    for product in [None, Some("Card")] {
        let count = counted(VolumeUnit::Accounts, product, Q1, 10_000);
        record(&mut ledger, "2025-04-02T00:00:00Z", count);
    }
    let exact = ledger.exact("2025-Q1");
    let published = ledger.report("2025-Q1", 10).expect("a report");
    for product in [None, Some("Card")] {
        assert_eq!(rate(&exact, product).numerator, Some(30));
        let told = rate(&published, product).numerator;
        assert_eq!(told, None, "30 beside the 34 of the other tables would tell the 4");
    }
}
