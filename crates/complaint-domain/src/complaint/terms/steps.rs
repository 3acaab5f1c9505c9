//! Steps of a case that rules name and that whoever decides them takes: an authority, a mediator.

use serde::{Deserialize, Serialize};

use crate::{clock::Milestone, label::Label};

/// A step that a rule pack can count from or to.
///
/// # Source
///
/// SAMR Orders 20 and 121: admission, mediation, check of a suspected violation, notice to the
/// reporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProcessStep {
    /// It was taken up for handling (受理).
    Admitted,
    /// It was not taken up.
    NotAdmitted,
    /// Mediation came to an end, with an agreement or without.
    MediationEnded,
    /// Whether to open a case on a reported violation was decided.
    ViolationDecided,
    /// Who reported the violation was told of that decision.
    ReporterInformed,
}

impl ProcessStep {
    /// What clocks make of it.
    pub const fn milestone(self) -> Milestone {
        match self {
            Self::Admitted => Milestone::Admitted,
            Self::NotAdmitted => Milestone::NotAdmitted,
            Self::MediationEnded => Milestone::MediationEnded,
            Self::ViolationDecided => Milestone::ViolationDecided,
            Self::ReporterInformed => Milestone::ReporterInformed,
        }
    }

    /// Whether it can come when the complaint has ended: it is on a track of its own.
    pub const fn outlasts_the_complaint(self) -> bool {
        match self {
            Self::Admitted | Self::NotAdmitted | Self::MediationEnded => false,
            Self::ViolationDecided | Self::ReporterInformed => true,
        }
    }
}

/// A step that somebody took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTaken {
    /// Which.
    pub step: ProcessStep,
    /// Whoever took it: an authority, a mediator, a body. Never a person's name.
    pub by: Label,
    /// The number it has there, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Label>,
}

/// Nothing waits for the step: what it answers had not happened by then, or was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {needs} that waits for `{step}`, found none by the time it was taken")]
pub struct StepNotCalledFor {
    /// The step.
    pub step: ProcessStep,
    /// What it answers.
    pub needs: &'static str,
}
