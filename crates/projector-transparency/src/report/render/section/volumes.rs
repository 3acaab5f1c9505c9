//! Complaints in proportion to the business.

use super::{
    Block, RowView, TableView,
    blocks::{counted, file},
};
use crate::report::{
    model::{NoRate, Report, Vocabulary, VolumeRate},
    render::messages::{Messages, fill, number},
};

/// How many record numbers are printed before the middle ones are left to the data file.
const RECORDS_MAX: usize = 4;

/// Received per 1000 of each recorded volume.
pub(super) fn per_1000(report: &Report, m: &Messages) -> Block {
    let about = m.about("received-per-1000");
    let volumes = &report.volumes;
    let columns = [m.product, m.volume_unit, m.complaints, m.volume, m.per_1000, m.volume_records];
    Block {
        id: "per-1000",
        heading: about.heading.to_owned(),
        sentences: volumes.rates.iter().filter_map(|rate| sentence(m, rate)).collect(),
        balance: Vec::new(),
        chart: None,
        table: TableView {
            caption: about.heading.to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            rows: volumes.rates.iter().map(|rate| row(m, rate)).collect(),
            total: None,
        },
        notes: vec![counted(m, volumes.cutoff, about.definition), file(m, "received-per-1000")],
        is_folded: false,
    }
}

fn unit<'a>(m: &'a Messages, rate: &VolumeRate) -> Option<&'a str> {
    rate.unit.map(|unit| m.name(Vocabulary::Volume, unit.code()))
}

/// What is said of the business as a whole.
fn sentence(m: &Messages, rate: &VolumeRate) -> Option<String> {
    if rate.product.is_some() {
        return None;
    }
    let places = [
        ("n", number(rate.numerator?)),
        ("of", number(rate.denominator?)),
        ("unit", unit(m, rate)?.to_lowercase()),
        ("rate", hundredths(rate.per_1000_hundredths?)),
    ];
    Some(fill(m.volume_sentence, &places.each_ref().map(|(place, v)| (*place, v.as_str()))))
}

fn row(m: &Messages, rate: &VolumeRate) -> RowView {
    let hidden = || m.hidden.to_owned();
    let why = match rate.withheld {
        Some(NoRate::NoVolume) => m.no_volume,
        Some(NoRate::NotCovered) => m.volume_not_covered,
        Some(NoRate::NotAdditive) => m.volume_not_additive,
        Some(NoRate::TooFew) => m.too_few,
        None => "",
    };
    RowView {
        name: rate.product.clone().unwrap_or_else(|| m.all_products.to_owned()),
        cells: vec![
            unit(m, rate).map_or_else(hidden, str::to_owned),
            rate.numerator.map_or_else(hidden, number),
            rate.denominator.map_or_else(hidden, number),
            rate.per_1000_hundredths.map_or_else(|| why.to_owned(), hundredths),
            records(&rate.records),
        ],
        is_muted: rate.withheld.is_some(),
        parent: None,
    }
}

fn hundredths(value: u64) -> String {
    format!("{}.{:02}", number(value / 100), value % 100)
}

/// Every position, or the first and the last of many with how many they are.
fn records(positions: &[u64]) -> String {
    match positions {
        [first, .., last] if positions.len() > RECORDS_MAX => {
            format!("{}, …, {} ({})", number(*first), number(*last), positions.len())
        }
        _ => positions.iter().map(|at| number(*at)).collect::<Vec<_>>().join(", "),
    }
}
