//! Why an outcome was refused.

use crate::{
    complaint::{Outcome, RemedyId, RemedyKind},
    label::Label,
};

/// Why the outcome was refused. When several reasons apply, the first in this list is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutcomeRefusal {
    /// Two findings on one issue.
    #[error("expected one finding on each issue, found two on `{0}`")]
    IssueNamedTwice(Label),
    /// What was found, issue by issue, does not come to what is said of the whole.
    #[error("expected findings that come to the outcome `{outcome}`, found `{found}` on `{issue}`")]
    FindingContradicts {
        /// What is said of the whole.
        outcome: Outcome,
        /// The first issue of which something else was found.
        issue: Label,
        /// What was found of it.
        found: Outcome,
    },
    /// Something is given that such an outcome does not give.
    #[error(
        "expected of the outcome `{outcome}` an apology or an explanation, found remedy {remedy}, a `{kind}`; \
         what is given without saying who is right is `goodwill`"
    )]
    RemedyContradicts {
        /// What is said of the whole.
        outcome: Outcome,
        /// The remedy.
        remedy: RemedyId,
        /// What it is.
        kind: RemedyKind,
    },
}

impl OutcomeRefusal {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::IssueNamedTwice(_) => "outcome-issue-named-twice",
            Self::FindingContradicts { .. } => "outcome-finding-contradicts",
            Self::RemedyContradicts { .. } => "outcome-remedy-contradicts",
        }
    }
}
