//! What a decision about an inspection depends on besides the inspection and the command.

use std::collections::BTreeMap;

use super::Stratum;
use crate::{
    action::ActionOrigin, aggregate::Occasion, reference::ComplaintId, review::Part, sealed::Digest,
};

/// Who asks, when, and what other streams say.
#[derive(Debug, Clone, Copy)]
pub struct InspectionCircumstances<'a> {
    /// Who asks, when it happened and what time it is.
    pub occasion: &'a Occasion,
    /// What other streams say.
    pub facts: &'a InspectionFacts,
}

/// What other streams say, as far as the command needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InspectionFacts {
    /// To draw: what there is to draw from.
    pub population: Option<Population>,
    /// To score: what part the inspector had in the complaint.
    pub part: Option<Part>,
    /// To score: whether the inspector declared an interest in the complaint.
    pub has_interest: bool,
    /// To follow up: what led to the action that is named; nothing when there is no such action.
    pub action: Option<ActionOrigin>,
}

/// Every complaint that was handled in the days of a plan, as one prefix of the log tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// How many records the prefix has; the plan is the last of them.
    pub size: u64,
    /// The RFC 6962 root over them.
    pub root: Digest,
    /// The complaints, with all that they can be told apart by.
    pub complaints: BTreeMap<ComplaintId, Stratum>,
}
