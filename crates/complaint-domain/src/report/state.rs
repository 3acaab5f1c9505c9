//! What is so of a report, and how it changes by what happened.

use std::collections::{BTreeMap, BTreeSet};

use super::{Endorsed, Published, ReportDraft, ReportEvent, RestatementReason};
use crate::{actor::ActorId, codes::closed_list, fact::Fact, label::Label, review::VoteChoice};

/// A report as [`decide`](super::decide) sees it.
///
/// # Invariants
///
/// What is endorsed is the draft as it stands, by a quorum of members who drafted no version of it.
/// What is published is the draft as it stands; it is endorsed unless the rulebook of that day asked
/// for none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Report {
    /// No event yet.
    #[default]
    NotDrafted,
    /// It was drafted.
    Drafted(Box<Issue>),
}

/// Where a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportStage {
    /// A draft that nobody has endorsed.
    Drafted,
    /// A draft that the committee has endorsed.
    Endorsed,
    /// It is published as it stands.
    Published,
}

closed_list! {
    ReportStage { Drafted = "drafted", Endorsed = "endorsed", Published = "published" }
}

impl ReportStage {
    /// Whether nothing more is expected of anybody.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Published)
    }
}

/// A report that was drafted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    pub(super) stage: ReportStage,
    pub(super) draft: ReportDraft,
    /// Whoever drafted any version of it.
    pub(super) drafters: BTreeSet<ActorId>,
    pub(super) votes: BTreeMap<ActorId, VoteChoice>,
    pub(super) reservations: BTreeSet<Label>,
    pub(super) endorsed: Option<Endorsed>,
    pub(super) published: Option<Published>,
    pub(super) restated_for: Option<RestatementReason>,
}

impl Issue {
    /// Where it stands.
    pub fn stage(&self) -> ReportStage {
        self.stage
    }

    /// The newest draft.
    pub fn draft(&self) -> &ReportDraft {
        &self.draft
    }

    /// How the committee endorsed the newest draft.
    pub fn endorsed(&self) -> Option<&Endorsed> {
        self.endorsed.as_ref()
    }

    /// What was published last, perhaps while something is drafted to replace it.
    pub fn published(&self) -> Option<&Published> {
        self.published.as_ref()
    }

    /// Why it was last restated, if it was.
    pub fn restated_for(&self) -> Option<RestatementReason> {
        self.restated_for
    }

    /// How many of the votes on the newest draft are this one.
    pub fn votes(&self, choice: VoteChoice) -> u16 {
        let cast = self.votes.values().filter(|cast| **cast == choice).count();
        u16::try_from(cast).unwrap_or(u16::MAX)
    }

    /// A new draft voids what was said of the one before.
    fn replace(&mut self, draft: &ReportDraft, by: &ActorId) {
        self.stage = ReportStage::Drafted;
        self.draft = draft.clone();
        self.drafters.insert(by.clone());
        self.votes.clear();
        self.reservations.clear();
        self.endorsed = None;
    }
}

/// Applies one recorded event. It cannot fail: the event has already happened.
#[must_use]
pub fn evolve(state: Report, fact: &Fact<ReportEvent>) -> Report {
    let actor = &fact.actor.id;
    match (state, &fact.event) {
        (Report::NotDrafted, ReportEvent::Drafted(draft)) => Report::Drafted(Box::new(Issue {
            stage: ReportStage::Drafted,
            draft: draft.clone(),
            drafters: [actor.clone()].into(),
            votes: BTreeMap::new(),
            reservations: BTreeSet::new(),
            endorsed: None,
            published: None,
            restated_for: None,
        })),
        (Report::NotDrafted, _) => Report::NotDrafted,
        (Report::Drafted(mut issue), event) => {
            match event {
                ReportEvent::Drafted(draft) => issue.replace(draft, actor),
                ReportEvent::VoteCast(vote) => {
                    issue.votes.insert(actor.clone(), vote.choice);
                    issue.reservations.extend(vote.reservations.iter().cloned());
                }
                ReportEvent::Endorsed(endorsed) => {
                    issue.stage = ReportStage::Endorsed;
                    issue.endorsed = Some(endorsed.clone());
                }
                ReportEvent::Published(published) => {
                    issue.stage = ReportStage::Published;
                    issue.published = Some(published.clone());
                }
                ReportEvent::Restated(restatement) => {
                    issue.replace(&restatement.report, actor);
                    issue.restated_for = Some(restatement.reason);
                }
            }
            Report::Drafted(issue)
        }
    }
}
