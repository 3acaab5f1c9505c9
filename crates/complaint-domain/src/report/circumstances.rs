//! What a decision about a report depends on besides the report and the command.

use crate::{
    aggregate::Occasion,
    review::{CommitteeRules, Standing},
    sealed::Digest,
};

/// Who asks, when, and what the log and other streams say.
#[derive(Debug, Clone, Copy)]
pub struct ReportCircumstances<'a> {
    /// Who asks, when it happened and what time it is.
    pub occasion: &'a Occasion,
    /// What the log and other streams say.
    pub facts: &'a ReportFacts,
}

/// What the log and other streams say, as far as the command needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportFacts {
    /// How the actor stands with the committee; nothing when they never sat on it.
    pub standing: Option<Standing>,
    /// How the committee decides on that day.
    pub rules: CommitteeRules,
    /// Whether the rulebook lets a report be published on that day that nobody endorsed.
    pub may_lack_endorsement: bool,
    /// The RFC 6962 root over as many records as a draft names; nothing when there are fewer, or it
    /// names none.
    pub root: Option<Digest>,
}
