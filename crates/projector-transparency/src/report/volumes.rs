//! Complaints in proportion to the business: received per 1000 accounts, policies, orders or customers.
//!
//! # Source
//!
//! DISP 1 Annex 1BR (complaints in context of the size of the business).

use std::collections::{BTreeMap, BTreeSet};

use complaint_domain::volume::VolumeUnit;
use rusqlite::params;

use super::{
    ReportError, Scope, count,
    disclosure::{self, Cell},
    model::{NoRate, RowName, VolumeRate, VolumeSection},
    rate_floor,
    render::definition,
    statistics::per_1000_hundredths,
    tables::ordered,
};

/// A volume as it stands at the cut-off.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    first_day: i64,
    last_day: i64,
    count: u64,
    position: u64,
}

/// A product, or all of them, and what is counted of it.
type Measured = (Option<String>, VolumeUnit);

/// What of the complaints may be told of which product.
struct Received {
    /// Complaints made to us.
    own: BTreeMap<RowName, u64>,
    /// Of how many in all, when that may be told.
    total: Option<u64>,
    /// Products of which nothing is told alone.
    withheld: BTreeSet<RowName>,
}

/// A rate for each volume that was recorded, and for each product that has none.
pub(super) fn section(scope: Scope<'_>) -> Result<VolumeSection, ReportError> {
    let volumes = volumes(scope)?;
    let products = volumes.keys().filter_map(|(product, _)| product.clone());
    let received = received(scope, products)?;
    let mut rates: BTreeMap<(Option<String>, Option<VolumeUnit>), VolumeRate> = BTreeMap::new();
    for ((product, unit), parts) in &volumes {
        let rate = rate(scope, &received, (product, *unit), parts);
        rates.insert((product.clone(), Some(*unit)), rate);
    }
    if volumes.is_empty() {
        rates.insert((None, None), without(None, None, NoRate::NoVolume));
    } else {
        let has_volume =
            |name: &str| volumes.keys().any(|(product, _)| product.as_deref() == Some(name));
        for (name, _) in received.own.iter().filter(|(name, _)| !received.withheld.contains(name)) {
            if let RowName::Value(product) = name
                && !has_volume(product)
            {
                let rate = without(Some(product.clone()), None, NoRate::NoVolume);
                rates.insert((Some(product.clone()), None), rate);
            }
        }
    }
    Ok(VolumeSection {
        definition: definition("received-per-1000"),
        cutoff: scope.cutoff,
        rates: rates.into_values().collect(),
    })
}

/// Every unit and product of which a volume was ever recorded, with what lies within the period.
fn volumes(scope: Scope<'_>) -> Result<BTreeMap<Measured, Vec<Part>>, ReportError> {
    let mut statement = scope.connection.prepare(
        "SELECT product, unit, first_day, last_day, count, position FROM volume
         ORDER BY product, unit, first_day",
    )?;
    let mut rows = statement.query([])?;
    let mut volumes: BTreeMap<Measured, Vec<Part>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let code: String = row.get(1)?;
        let unit = VolumeUnit::ALL.iter().copied().find(|unit| unit.code() == code);
        let Some(unit) = unit else { return Err(ReportError::Unreadable { found: code }) };
        let part = Part {
            first_day: row.get(2)?,
            last_day: row.get(3)?,
            count: count(row, 4)?,
            position: count(row, 5)?,
        };
        let parts = volumes.entry((row.get(0)?, unit)).or_default();
        if scope.first_day <= part.first_day && part.last_day <= scope.last_day {
            parts.push(part);
        }
    }
    Ok(volumes)
}

/// Complaints made to us in the period by product, and which of them would tell too much.
///
/// The other tables tell how many there are in all; the difference is those about other companies,
/// taken in from a platform. A product is told alone only where it could be in all three counts.
fn received(
    scope: Scope<'_>,
    products: impl Iterator<Item = String>,
) -> Result<Received, ReportError> {
    let mut statement = scope.connection.prepare(
        "SELECT product, count(*), count(*) FILTER (WHERE is_ours)
         FROM complaint WHERE received_day BETWEEN ?1 AND ?2 GROUP BY 1",
    )?;
    let mut rows = statement.query(params![scope.first_day, scope.last_day])?;
    let mut counts = [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()];
    while let Some(row) = rows.next()? {
        let name = row.get::<_, Option<String>>(0)?.map_or(RowName::NotStated, RowName::Value);
        let (all, own) = (count(row, 1)?, count(row, 2)?);
        for (counts, n) in counts.iter_mut().zip([own, all, all.saturating_sub(own)]) {
            counts.insert(name.clone(), n);
        }
    }
    for product in products {
        for counts in &mut counts {
            counts.entry(RowName::Value(product.clone())).or_insert(0);
        }
    }
    let is_small = |n: u64| n > 0 && n < scope.min_cell;
    let sums = counts.each_ref().map(|counts| counts.values().sum::<u64>());
    let mut withheld = BTreeSet::new();
    for counts in &counts {
        let cells: Vec<Cell<RowName>> = ordered(counts.clone());
        let parts = disclosure::pool(cells, scope.min_cell, usize::MAX);
        withheld.extend(parts.pool.into_iter().map(|cell| cell.key));
    }
    let [own, _, _] = counts;
    let [total, _, others] = sums;
    let total = (!is_small(total) && !is_small(others)).then_some(total);
    Ok(Received { own, total, withheld })
}

fn rate(
    scope: Scope<'_>,
    received: &Received,
    (product, unit): (&Option<String>, VolumeUnit),
    parts: &[Part],
) -> VolumeRate {
    let no_rate = |why| without(product.clone(), Some(unit), why);
    if !covers(parts, scope.first_day, scope.last_day) {
        return no_rate(NoRate::NotCovered);
    }
    let Some((denominator, records)) = joined(unit, parts) else {
        return no_rate(NoRate::NotAdditive);
    };
    let numerator = match product {
        None => received.total,
        Some(product) => {
            let name = RowName::Value(product.clone());
            received.own.get(&name).copied().filter(|_| !received.withheld.contains(&name))
        }
    };
    let numerator = numerator.filter(|_| denominator >= rate_floor(scope.min_cell));
    VolumeRate {
        denominator: Some(denominator),
        records,
        numerator,
        per_1000_hundredths: numerator.and_then(|n| per_1000_hundredths(n, denominator)),
        withheld: numerator.is_none().then_some(NoRate::TooFew),
        product: product.clone(),
        unit: Some(unit),
    }
}

/// Whether the parts, in order, are the whole of the days: no day before, between or after them.
fn covers(parts: &[Part], first_day: i64, last_day: i64) -> bool {
    let mut next = first_day;
    for part in parts {
        if part.first_day != next {
            return false;
        }
        next = part.last_day + 1;
    }
    next == last_day + 1
}

/// What the parts come to, and the records that say so; nothing when they cannot be taken together.
///
/// What is counted on the last day of a part is that of the last part. Orders are added. Customers
/// are not: one who was served in two parts would count twice.
fn joined(unit: VolumeUnit, parts: &[Part]) -> Option<(u64, Vec<u64>)> {
    let last = parts.last()?;
    match unit {
        VolumeUnit::Accounts | VolumeUnit::Policies => Some((last.count, vec![last.position])),
        VolumeUnit::Customers if parts.len() > 1 => None,
        VolumeUnit::Orders | VolumeUnit::Customers => {
            let sum = parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(part.count))?;
            Some((sum, parts.iter().map(|part| part.position).collect()))
        }
    }
}

const fn without(product: Option<String>, unit: Option<VolumeUnit>, why: NoRate) -> VolumeRate {
    VolumeRate {
        product,
        unit,
        numerator: None,
        denominator: None,
        per_1000_hundredths: None,
        records: Vec::new(),
        withheld: Some(why),
    }
}
