//! The bodies of commands and events of the rulebook: the stored schema.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use iso_currency::Currency;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    actor::{ActorId, Role},
    clock::{BusinessHours, Zone},
    complaint::ApprovalLimit,
    label::Label,
    review::DecisionEffect,
    subject::RetentionStart,
};

/// The number of a change: 1, 2, 3, … within the rulebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeNumber(pub u16);

impl fmt::Display for ChangeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A change of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RuleChange {
    /// Count clocks by a rule pack, or by another version of one that is adopted.
    AdoptPack {
        /// The pack, whole: the text of its file.
        file: String,
        /// The calendar it is counted with; the pack's first where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        calendar: Option<Label>,
        /// The zone whose local dates count, where it is not the pack's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<Zone>,
        /// When business opens and closes, where it is not when the pack says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        business_hours: Option<BusinessHours>,
        /// The tracks that complaints are on.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        tracks: BTreeSet<Label>,
        /// The first local day on which a clock may start by it.
        from: Date,
    },
    /// Start no clock by a pack any more. Clocks that have started run on.
    RetirePack {
        /// The pack, by its code.
        pack: Label,
        /// The first local day on which no clock starts by it.
        from: Date,
    },
    /// Count with a holiday calendar, or with a newer version of one. It counts for clocks that start
    /// from its day on. One that has started keeps the version of its day, so that no running limit
    /// is moved; only a year that this does not cover is counted by the newer one.
    AdoptCalendar {
        /// The calendar, whole: the text of its file.
        file: String,
        /// The first local day of clocks that are counted by it; the day of its approval, in UTC, when
        /// left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Date>,
    },
    /// Classify complaints by a taxonomy from a day on.
    AdoptTaxonomy {
        /// Its code, which every classification names.
        taxonomy: Label,
        /// The issues of each product.
        products: BTreeMap<Label, BTreeSet<Label>>,
        /// The first day, in UTC.
        from: Date,
    },
    /// Set how much one person may promise without a second person, whatever their role may.
    LimitPerson {
        /// Who, by account name.
        account: ActorId,
        /// The currency; every currency that is not named for them, when it is left out.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "crate::money::optional_currency"
        )]
        currency: Option<Currency>,
        /// How much.
        limit: ApprovalLimit,
        /// The first day, in UTC.
        from: Date,
    },
    /// Name root causes by a tree, or by another version of one.
    AdoptCauses {
        /// The tree, whole: the text of its file.
        file: String,
        /// The first day, in UTC.
        from: Date,
    },
    /// Set how much a role may promise without a second person.
    LimitApproval {
        /// The role.
        role: Role,
        /// The currency; every currency that is not named for the role, when it is left out.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "crate::money::optional_currency"
        )]
        currency: Option<Currency>,
        /// How much.
        limit: ApprovalLimit,
        /// The first day, in UTC.
        from: Date,
    },
    /// Set what whoever becomes responsible for a complaint must bring.
    RequireOfHandlers {
        /// Whether they must have joined the staff; else whoever is not known is taken as fit.
        joined: bool,
        /// The courses whose training must count on that day.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        trainings: BTreeSet<Label>,
        /// The first day, in UTC.
        from: Date,
    },
    /// Set how the committee decides.
    RequireOfCommittee {
        /// How many members must vote, abstentions included. At least 1.
        quorum: u16,
        /// Whether the company is bound.
        effect: DecisionEffect,
        /// The first day, in UTC.
        from: Date,
    },
    /// Set how long personal data is kept at least, whoever asks for its erasure.
    RetainPersonalData {
        /// How many calendar months.
        months: u16,
        /// From when they are counted.
        counted_from: RetentionStart,
        /// The first day, in UTC, on which an erasure is decided by it.
        from: Date,
    },
    /// Set how long somebody may sit on the committee. Terms that run go on as they are.
    LimitTerms {
        /// The most months that one term may have. At least 1.
        months: u16,
        /// The most terms that one person may have, one after another or not. At least 1.
        terms: u16,
        /// The first day, in UTC: terms that are given from then on.
        from: Date,
    },
    /// Set what a report to the public needs.
    RequireOfReports {
        /// Whether it is published only once the committee has endorsed it.
        endorsement: bool,
        /// The first day, in UTC.
        from: Date,
    },
}

impl RuleChange {
    /// The day from which it holds; none where it holds as soon as it is approved.
    pub const fn from(&self) -> Option<Date> {
        match self {
            Self::AdoptPack { from, .. }
            | Self::AdoptTaxonomy { from, .. }
            | Self::LimitPerson { from, .. }
            | Self::RetirePack { from, .. }
            | Self::AdoptCauses { from, .. }
            | Self::LimitApproval { from, .. }
            | Self::RequireOfHandlers { from, .. }
            | Self::RequireOfCommittee { from, .. }
            | Self::RetainPersonalData { from, .. }
            | Self::LimitTerms { from, .. }
            | Self::RequireOfReports { from, .. } => Some(*from),
            Self::AdoptCalendar { from, .. } => *from,
        }
    }
}

/// A change that is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeProposal {
    /// Its number: one more than the last.
    pub change: ChangeNumber,
    /// What is to hold.
    pub rule: RuleChange,
}

/// A change that somebody else lets hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeApproval {
    /// Which.
    pub change: ChangeNumber,
}

/// A change that shall not hold; whoever proposed it may take it back so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRejected {
    /// Which.
    pub change: ChangeNumber,
    /// Why, by codes; at least one.
    pub grounds: Vec<Label>,
}
