//! What a decision depends on besides the complaint and the command.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::ComplaintRules;
use crate::{actor::Actor, sealed::PersonalField};

/// Who asks, when, with which personal fields, and under which rules.
///
/// Everything that `decide` would otherwise have to look up: it reads no clock and opens no seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances<'a> {
    /// Who asks, and in which capacity.
    pub actor: Actor,
    /// When it happened in the world, as the actor says.
    pub occurred_at: Timestamp,
    /// The time now, from the clock of the service.
    pub now: Timestamp,
    /// The personal fields that came with the command; their texts are sealed already.
    pub personal: BTreeSet<PersonalField>,
    /// The rules that hold.
    pub rules: &'a ComplaintRules,
}
