//! What is so: the part of a review's history that decisions depend on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Decision, DiscontinuationReason, MeasureId, OpeningWay, Proposal, ReplyKind, Seat, Side,
    VoteChoice,
};
use crate::{
    actor::ActorId,
    codes::closed_list,
    complaint::{EvidenceId, ReviewConclusion},
    reference::ComplaintId,
};

/// A review as [`decide`](super::decide) sees it.
///
/// # Invariants
///
/// Of every state that [`evolve`](super::evolve) makes from events that `decide` gave:
///
/// - Nobody who stepped aside, or whose interest is not ruled on, has a vote that counts.
/// - A decision rests on at least as many votes as the quorum of its day, more for than against,
///   and both sides were heard before it was proposed.
/// - What closed has every measure done or withdrawn by the committee, or its recommendation was refused with grounds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Review {
    /// No event yet.
    #[default]
    NotOpened,
    /// It came before the committee.
    Opened(Box<Docket>),
}

/// Where a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewStage {
    /// Before the decision.
    Deliberating,
    /// Decided; what follows from it is not done.
    Decided,
    /// Closed after its follow-up.
    Closed,
    /// Ended without a decision.
    Discontinued,
}

closed_list! {
    ReviewStage {
        Deliberating = "deliberating",
        Decided = "decided",
        Closed = "closed",
        Discontinued = "discontinued",
    }
}

impl ReviewStage {
    /// Whether nothing more is expected of the committee or the company.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Discontinued)
    }
}

/// A review that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Docket {
    pub(super) stage: ReviewStage,
    pub(super) complaint: ComplaintId,
    pub(super) way: OpeningWay,
    pub(super) opened_at: Timestamp,
    pub(super) decided_at: Option<Timestamp>,
    pub(super) decision_recorded_at: Option<Timestamp>,
    pub(super) seats: BTreeMap<ActorId, Seat>,
    /// Members whose disclosed interest nobody has ruled on.
    pub(super) unruled: BTreeSet<ActorId>,
    /// Members of whom the committee said that their interest is no obstacle.
    pub(super) cleared: BTreeMap<ActorId, Timestamp>,
    /// Those who stepped aside; they never sit on this case again.
    pub(super) recused: BTreeSet<ActorId>,
    pub(super) heard: BTreeSet<Side>,
    pub(super) evidence: BTreeSet<EvidenceId>,
    pub(super) proposal: Option<Proposal>,
    pub(super) votes: BTreeMap<ActorId, VoteChoice>,
    pub(super) dissents: BTreeSet<ActorId>,
    pub(super) decision: Option<Decision>,
    pub(super) discontinued: Option<DiscontinuationReason>,
    pub(super) reply: Option<ReplyKind>,
    pub(super) done: BTreeSet<MeasureId>,
    /// Who agreed that a measure is withdrawn.
    pub(super) withdrawing: BTreeMap<MeasureId, BTreeSet<ActorId>>,
    /// Those of which enough did.
    pub(super) withdrawn: BTreeSet<MeasureId>,
}

impl Docket {
    /// Where it stands.
    pub fn stage(&self) -> ReviewStage {
        self.stage
    }

    /// The complaint it is about.
    pub fn complaint(&self) -> &ComplaintId {
        &self.complaint
    }

    /// By whose wish it came here.
    pub fn way(&self) -> OpeningWay {
        self.way
    }

    /// Who sits on it.
    pub fn members(&self) -> impl Iterator<Item = &ActorId> {
        self.seats.keys()
    }

    /// Who has voted on what is proposed.
    pub fn voters(&self) -> impl Iterator<Item = &ActorId> {
        self.votes.keys()
    }

    /// What it decided.
    pub fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }

    /// What the company said to the decision.
    pub fn reply(&self) -> Option<ReplyKind> {
        self.reply
    }

    /// How it ended for the complaint; nothing while the committee deliberates.
    pub fn conclusion(&self) -> Option<ReviewConclusion> {
        let decided = self.decision.as_ref().map(|decision| ReviewConclusion::Decided {
            outcome: decision.outcome,
            effect: decision.effect,
        });
        decided
            .or_else(|| self.discontinued.map(|reason| ReviewConclusion::Discontinued { reason }))
    }

    /// The measures that are still to be carried out.
    pub fn outstanding_measures(&self) -> impl Iterator<Item = MeasureId> {
        let measures = self.proposal.iter().flat_map(|proposal| &proposal.measures);
        let is_over = |id: &MeasureId| self.done.contains(id) || self.withdrawn.contains(id);
        measures.map(|measure| measure.measure).filter(move |measure| !is_over(measure))
    }

    /// The measures that the committee withdrew.
    pub fn withdrawn_measures(&self) -> impl Iterator<Item = MeasureId> {
        self.withdrawn.iter().copied()
    }

    /// Who agreed that the measure is withdrawn.
    pub fn withdrawing(&self, measure: MeasureId) -> impl Iterator<Item = &ActorId> {
        self.withdrawing.get(&measure).into_iter().flatten()
    }
}
