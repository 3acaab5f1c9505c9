//! What a decision depends on besides the complaint and the command.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{ComplaintRules, People, ReviewConclusion};
use crate::{actor::Actor, reference::ComplaintId, review::ReplyKind, sealed::PersonalField};

/// Who asks, when, with which personal fields, under which rules, and whom it concerns.
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
    /// The name of the complaint, where it is known: some things say nothing of the complaint itself.
    pub complaint: Option<ComplaintId>,
    /// Those whom the command concerns ([`concerned`](super::concerned)), by their own streams.
    pub people: People,
    /// The review that the command speaks of, when it speaks of one that was opened; of a final response or a
    /// closing, the one that recommended something else ([`Case::recommended_by`](super::Case::recommended_by),
    /// [`Case::closed_against`](super::Case::closed_against)).
    pub review: Option<ReviewFacts>,
    /// Whether a review of the complaint was opened and has not been noted in it, of whatever it was answered since.
    pub is_under_review: bool,
    /// Whether a review has taken up what was escalated last, where the command would take that back.
    pub is_taken_up: bool,
    /// Whether the command speaks of another complaint that never came in.
    pub is_other_unknown: bool,
}

/// What the stream of a review says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewFacts {
    /// The complaint it is about.
    pub complaint: ComplaintId,
    /// How it ended; nothing while it goes on.
    pub conclusion: Option<ReviewConclusion>,
    /// Which escalation of the complaint it is of, from 1; nothing where that cannot be told.
    pub escalation: Option<u32>,
    /// What the company said to its decision.
    pub reply: Option<ReplyKind>,
}

impl Circumstances<'_> {
    /// The day on which it happened, in UTC.
    pub(super) fn day(&self) -> Date {
        TimeZone::UTC.to_datetime(self.occurred_at).date()
    }

    /// The last of that day and today, in UTC.
    pub(super) fn latest_day(&self) -> Date {
        self.day().max(TimeZone::UTC.to_datetime(self.now).date())
    }
}
