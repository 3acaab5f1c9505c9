//! What is so of an inspection, and how it changes by what happened.

use std::collections::BTreeSet;

use super::{Drawn, InspectionEvent, InspectionPlan, InspectionResult};
use crate::{actor::ActorId, codes::closed_list, fact::Fact, label::Label, reference::ComplaintId};

/// An inspection as [`decide`](super::decide) sees it.
///
/// # Invariants
///
/// The sample follows from the plan and the records up to it. Each complaint of it is scored at most
/// once, by somebody without a part or an interest in it. What closed has every complaint scored and
/// every finding followed up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Inspection {
    /// No event yet.
    #[default]
    NotPlanned,
    /// It was planned.
    Planned(Box<Sheet>),
}

/// Where an inspection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InspectionStage {
    /// The sample is not drawn.
    Planned,
    /// The sample is being scored.
    Drawn,
    /// All is scored and followed up.
    Closed,
    /// It was given up.
    Abandoned,
}

closed_list! {
    InspectionStage {
        Planned = "planned",
        Drawn = "drawn",
        Closed = "closed",
        Abandoned = "abandoned",
    }
}

impl InspectionStage {
    /// Whether nothing more is expected of anybody.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Abandoned)
    }
}

/// An inspection that was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub(super) stage: InspectionStage,
    pub(super) plan: InspectionPlan,
    pub(super) drawn: Option<Drawn>,
    pub(super) scored: BTreeSet<ComplaintId>,
    pub(super) inspectors: BTreeSet<ActorId>,
    /// Criteria under which something was found.
    pub(super) found: BTreeSet<Label>,
    /// Criteria whose findings are followed up.
    pub(super) followed: BTreeSet<Label>,
    pub(super) result: InspectionResult,
}

impl Sheet {
    /// Where it stands.
    pub fn stage(&self) -> InspectionStage {
        self.stage
    }

    /// What was planned.
    pub fn plan(&self) -> &InspectionPlan {
        &self.plan
    }

    /// The sample, once it is drawn.
    pub fn drawn(&self) -> Option<&Drawn> {
        self.drawn.as_ref()
    }

    /// Every complaint of the sample.
    pub fn sample(&self) -> impl Iterator<Item = &ComplaintId> {
        self.drawn.iter().flat_map(|drawn| &drawn.strata).flat_map(|stratum| &stratum.sample)
    }

    /// Those of the sample that nobody has scored.
    pub fn unscored(&self) -> impl Iterator<Item = &ComplaintId> {
        self.sample().filter(|complaint| !self.scored.contains(complaint))
    }

    /// Criteria with findings that nobody has followed up.
    pub fn open_findings(&self) -> impl Iterator<Item = &Label> {
        self.found.difference(&self.followed)
    }

    /// Whoever scored a complaint.
    pub fn inspectors(&self) -> &BTreeSet<ActorId> {
        &self.inspectors
    }

    /// What the scores come to so far.
    pub fn result(&self) -> InspectionResult {
        self.result
    }
}

/// Applies one recorded event. It cannot fail: the event has already happened.
#[must_use]
pub fn evolve(state: Inspection, fact: &Fact<InspectionEvent>) -> Inspection {
    match (state, &fact.event) {
        (_, InspectionEvent::Planned(plan)) => Inspection::Planned(Box::new(Sheet {
            stage: InspectionStage::Planned,
            plan: plan.clone(),
            drawn: None,
            scored: BTreeSet::new(),
            inspectors: BTreeSet::new(),
            found: BTreeSet::new(),
            followed: BTreeSet::new(),
            result: InspectionResult { complaints: 0, points: 0, possible: 0, findings: 0 },
        })),
        (Inspection::NotPlanned, _) => Inspection::NotPlanned,
        (Inspection::Planned(mut sheet), event) => {
            step(&mut sheet, event, &fact.actor.id);
            Inspection::Planned(sheet)
        }
    }
}

fn step(sheet: &mut Sheet, event: &InspectionEvent, actor: &ActorId) {
    match event {
        InspectionEvent::Planned(_) => {}
        InspectionEvent::Drawn(drawn) => {
            sheet.stage = InspectionStage::Drawn;
            sheet.drawn = Some(drawn.clone());
        }
        InspectionEvent::Scored(assessment) => {
            sheet.scored.insert(assessment.complaint.clone());
            sheet.inspectors.insert(actor.clone());
            let result = &mut sheet.result;
            result.complaints = result.complaints.saturating_add(1);
            for criterion in &sheet.plan.criteria {
                if let Some(Some(points)) = assessment.scores.get(&criterion.criterion) {
                    result.points = result.points.saturating_add(u32::from(*points));
                    result.possible = result.possible.saturating_add(u32::from(criterion.points));
                }
            }
            for finding in &assessment.findings {
                result.findings = result.findings.saturating_add(1);
                sheet.found.insert(finding.criterion.clone());
                // What was followed up before this was found is not followed up for it.
                sheet.followed.remove(&finding.criterion);
            }
        }
        InspectionEvent::FollowedUp(follow_up) => {
            sheet.followed.insert(follow_up.criterion().clone());
        }
        InspectionEvent::Closed(_) => sheet.stage = InspectionStage::Closed,
        InspectionEvent::Abandoned(_) => sheet.stage = InspectionStage::Abandoned,
    }
}
