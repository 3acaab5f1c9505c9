//! How much business there was: accounts, policies, orders of a product in a period, so that complaints can
//! be told per 1000 of them.
//!
//! One stream for each unit and product. What was recorded stays; a correction stands beside it, and the
//! last one counts. Periods of one stream never overlap, so that nothing is divided by twice.
//!
//! # Source
//!
//! DISP 1 Annex 1BR (complaints in context of the size of the business); RG 271.183; ISO 10002:2018, 8.2.

mod decide;
mod rejection;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use decide::decide;
pub use rejection::VolumeRejection;

use crate::{
    aggregate::{Aggregate, Occasion},
    codes::{closed_list, named_variants},
    fact::{Fact, LedgerEvent},
    label::Label,
};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeUnit {
    /// Accounts that were open on the last day.
    Accounts,
    /// Policies that were in force on the last day.
    Policies,
    /// Orders that were placed in the period.
    Orders,
    /// Customers who were served in the period.
    Customers,
}

closed_list! {
    VolumeUnit {
        Accounts = "accounts",
        Policies = "policies",
        Orders = "orders",
        Customers = "customers",
    }
}

/// Of what, and from when until when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VolumePeriod {
    /// The first day, in UTC.
    pub from: Date,
    /// The last day, which belongs to it.
    pub until: Date,
}

/// How much business there was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeCount {
    /// What is counted.
    pub unit: VolumeUnit,
    /// Of which product, as the taxonomy calls it; of all, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Label>,
    /// From when until when.
    #[serde(flatten)]
    pub period: VolumePeriod,
    /// How many. At least 1.
    pub count: u64,
    /// Where the number comes from, such as the name of a system or a return.
    pub source: Label,
}

/// A number that was recorded wrongly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeCorrection {
    /// What is right; the period is the one that was recorded.
    #[serde(flatten)]
    pub right: VolumeCount,
    /// Why it was wrong.
    pub ground: Label,
}

/// A command about a volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeCommand {
    /// Record how much business there was in a period.
    Record(VolumeCount),
    /// Put right what was recorded.
    Correct(VolumeCorrection),
}

named_variants!(VolumeCommand, NAMES, name { Record = "record", Correct = "correct" });

impl VolumeCommand {
    /// What it is about.
    pub const fn count(&self) -> &VolumeCount {
        match self {
            Self::Record(count) => count,
            Self::Correct(correction) => &correction.right,
        }
    }
}

/// What happened to a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeEvent {
    /// It was recorded.
    Recorded(VolumeCount),
    /// It was put right; what was recorded stays in the log.
    Corrected(VolumeCorrection),
}

/// The volumes of one unit and product.
///
/// # Invariants
///
/// No two periods share a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Volume {
    periods: BTreeMap<VolumePeriod, VolumeCount>,
}

impl Volume {
    /// What counts of each period, in order.
    pub fn counts(&self) -> impl Iterator<Item = &VolumeCount> {
        self.periods.values()
    }
}

/// Applies one recorded event. It cannot fail: the event has already happened.
#[must_use]
pub fn evolve(mut state: Volume, fact: &Fact<VolumeEvent>) -> Volume {
    let (VolumeEvent::Recorded(count)
    | VolumeEvent::Corrected(VolumeCorrection { right: count, .. })) = &fact.event;
    state.periods.insert(count.period.clone(), count.clone());
    state
}

impl Aggregate for Volume {
    type Command = VolumeCommand;
    type Event = VolumeEvent;
    type Rejection = VolumeRejection;
    type Circumstances<'a> = &'a Occasion;

    const STREAM_KIND: &'static str = "volume";

    fn decide(
        &self,
        command: &VolumeCommand,
        occasion: &&Occasion,
    ) -> Result<Vec<VolumeEvent>, VolumeRejection> {
        decide(self, command, occasion).map(|event| vec![event])
    }

    fn evolve(self, fact: &Fact<VolumeEvent>) -> Self {
        evolve(self, fact)
    }

    fn to_ledger(event: VolumeEvent) -> LedgerEvent {
        LedgerEvent::Volume(event)
    }

    fn from_ledger(event: LedgerEvent) -> Option<VolumeEvent> {
        let LedgerEvent::Volume(event) = event else { return None };
        Some(event)
    }
}

#[cfg(test)]
pub(crate) mod tests;
