//! What is said of an inspection: commands, events, and the bodies they share.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    codes::{closed_list, named_variants},
    complaint::{Channel, Outcome},
    label::Label,
    reference::{ActionId, ComplaintId},
    sealed::Digest,
};

/// The most complaints a sample may have: with them the record of the draw stays well below the
/// largest record there may be.
pub const SIZE_MAX: u16 = 200;

/// What is looked at when a plan does not say otherwise, two points each: ISO 10002:2018, clauses 4
/// and 7, in the order of a complaint's life.
pub const CRITERIA: &[(&str, u8)] = &[
    ("acknowledged-in-time", 2),
    ("handler-named", 2),
    ("facts-established", 2),
    ("finding-for-each-issue", 2),
    ("letter-clear", 2),
    ("tone-respectful", 2),
    ("recourse-told", 2),
    ("answered-in-time", 2),
    ("remedy-carried-out", 2),
    ("cause-looked-for", 2),
];

/// What complaints are told apart by, so that each kind is in the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    /// What product it is about.
    Product,
    /// What its last final response came to.
    Outcome,
    /// By which way it came in.
    Channel,
}

/// What is looked at, and how much it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// What, by its code.
    pub criterion: Label,
    /// The most points it gives, from 1.
    pub points: u8,
}

fn one() -> u16 {
    1
}

/// What is to be inspected, and how. It stands before anybody can know what will be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionPlan {
    /// The first day, in UTC: complaints that were closed from then on.
    pub from: Date,
    /// The last day, which belongs to it.
    pub until: Date,
    /// What the complaints are told apart by; one stratum, when nothing is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub strata: BTreeSet<Dimension>,
    /// How many complaints, from 1 to [`SIZE_MAX`]; all of them, when there are fewer.
    pub size: u16,
    /// How many of each stratum at least; all of it, when there are fewer.
    #[serde(default = "one")]
    pub at_least: u16,
    /// What is looked at. At least one, each named once.
    pub criteria: Vec<Criterion>,
}

/// Draw the sample: nothing about it is left to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawOrder {}

/// What a complaint is told apart by. Of a plan that does not name a dimension, it is left out; it is
/// also left out of a complaint that does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// The product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Label>,
    /// The outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

/// One stratum, and what was drawn from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumDraw {
    /// What its complaints have in common.
    pub stratum: Stratum,
    /// How many there are.
    pub population: u64,
    /// Those that were drawn, in the order of their ranks; none, when its share was none.
    pub sample: Vec<ComplaintId>,
}

/// The sample, with all that it follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// How many records of the log it was drawn from; the plan is the last of them.
    pub size: u64,
    /// The RFC 6962 root over these records: the seed.
    pub seed: Digest,
    /// How many complaints were handled in the days of the plan, as these records say.
    pub population: u64,
    /// Every stratum, in order.
    pub strata: Vec<StratumDraw>,
}

/// What was found wrong, under a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionFinding {
    /// Under which criterion.
    pub criterion: Label,
    /// What, by its code; never anybody's words.
    pub finding: Label,
}

/// How one complaint of the sample was handled; the actor of the record is the inspector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// Which complaint.
    pub complaint: ComplaintId,
    /// The points for each criterion of the plan; none where it does not apply to this complaint.
    pub scores: BTreeMap<Label, Option<u8>>,
    /// What was found wrong; at least one for each criterion without a point.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<InspectionFinding>,
}

/// What follows from the findings under a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FollowUp {
    /// A corrective action, which an inspection led to.
    Action {
        /// Under which criterion.
        criterion: Label,
        /// Which action.
        action: ActionId,
    },
    /// Nothing, for stated reasons.
    NoneNeeded {
        /// Under which criterion.
        criterion: Label,
        /// Why; at least one.
        grounds: Vec<Label>,
    },
}

impl FollowUp {
    /// Under which criterion.
    pub const fn criterion(&self) -> &Label {
        match self {
            Self::Action { criterion, .. } | Self::NoneNeeded { criterion, .. } => criterion,
        }
    }
}

/// The inspection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionClosure {}

/// What the inspection came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionResult {
    /// How many complaints were scored.
    pub complaints: u16,
    /// How many points they got.
    pub points: u32,
    /// How many they could have got: criteria that did not apply are left out.
    pub possible: u32,
    /// How many findings there were.
    pub findings: u32,
}

/// The inspection is given up. Its sample stands all the same: it follows from the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abandonment {
    /// Why, by codes; at least one.
    pub grounds: Vec<Label>,
}

/// A command to one inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InspectionCommand {
    /// Say what is to be inspected.
    Plan(InspectionPlan),
    /// Draw the sample.
    Draw(DrawOrder),
    /// Score one complaint of the sample.
    Score(Assessment),
    /// Say what follows from the findings under a criterion.
    FollowUp(FollowUp),
    /// End it.
    Close(InspectionClosure),
    /// Give it up.
    Abandon(Abandonment),
}

/// What happened to an inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InspectionEvent {
    /// It was said what is to be inspected.
    Planned(InspectionPlan),
    /// The sample was drawn.
    Drawn(Drawn),
    /// The actor scored a complaint.
    Scored(Assessment),
    /// What follows from findings was noted.
    FollowedUp(FollowUp),
    /// Every complaint is scored, and every finding followed up.
    Closed(InspectionResult),
    /// It was given up.
    Abandoned(Abandonment),
}

named_variants! { InspectionCommand, NAMES, name {
    Plan = "plan",
    Draw = "draw",
    Score = "score",
    FollowUp = "follow-up",
    Close = "close",
    Abandon = "abandon",
} }

closed_list! {
    Dimension { Product = "product", Outcome = "outcome", Channel = "channel" }
}
