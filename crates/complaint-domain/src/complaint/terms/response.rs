//! What the complainant is answered, and what they say to it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Channel, RemedyId};
use crate::label::Label;

/// Which kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseKind {
    /// How far it has come.
    Interim,
    /// Why it is late, and when an answer can be expected.
    Holding,
    /// The answer.
    Final,
}

/// What the complaint came to. Not the same as its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The complainant is right.
    Upheld,
    /// The complainant is right in part.
    PartlyUpheld,
    /// The complainant is not right.
    NotUpheld,
    /// Something is given without saying who is right.
    Goodwill,
    /// It is not for us to decide.
    OutOfScope,
}

impl Outcome {
    /// Whether who is answered so gets what was decided with binding effect: that, or everything.
    pub(in crate::complaint) fn keeps_to(self, decided: Self) -> bool {
        self == decided || self.is_all()
    }

    /// Whether who is answered so has no less than by the other outcome: whoever saw that one need not see
    /// this. Of a rejection on the merits and one without a look at them neither is the better.
    pub(crate) fn is_no_less_than(self, other: Self) -> bool {
        let rank = |outcome| match outcome {
            Self::Upheld => 3,
            Self::PartlyUpheld => 2,
            Self::Goodwill => 1,
            Self::NotUpheld | Self::OutOfScope => 0,
        };
        self == other || rank(self) > rank(other)
    }

    /// Whether the complainant is right in everything.
    pub const fn is_all(self) -> bool {
        matches!(self, Self::Upheld)
    }
}

/// What was found on one issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The issue.
    pub issue: Label,
    /// What it came to.
    pub outcome: Outcome,
}

/// Where the complainant may turn next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recourse {
    /// The body.
    pub body: Label,
    /// The last day on which they may.
    pub until: Date,
}

/// What a regulator's platform says the respondent answered.
///
/// # Source
///
/// CFPB consumer complaint database, field "Company response to consumer".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlatformCategory {
    /// Closed with monetary relief.
    ClosedWithMonetaryRelief,
    /// Closed with non-monetary relief.
    ClosedWithNonMonetaryRelief,
    /// Closed with relief (before June 2012).
    ClosedWithRelief,
    /// Closed without relief (before June 2012).
    ClosedWithoutRelief,
    /// Closed with explanation.
    ClosedWithExplanation,
    /// Closed.
    Closed,
    /// In progress.
    InProgress,
    /// Untimely response.
    UntimelyResponse,
}

/// The answer as a platform reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformResponse {
    /// What the respondent answered.
    pub category: PlatformCategory,
    /// Whether the platform calls it timely, when it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timely: Option<bool>,
    /// What the respondent chose to say in public, one of the platform's fixed texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_response: Option<Label>,
}

/// An answer to the complainant; its text is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// Which kind of answer.
    pub kind: ResponseKind,
    /// By which way it went.
    pub channel: Channel,
    /// What it came to; a final response of our own always says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What was found, issue by issue; a final response of our own has at least one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The remedies offered, each proposed before and approved where that is required.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<RemedyId>,
    /// Where the complainant may turn next; a final response of our own always says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recourse: Option<Recourse>,
    /// The day by which the final response can be expected; a holding response always says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_by: Option<Date>,
    /// The answer as a platform reports it; only on an imported complaint, where it stands in for
    /// outcome, findings and recourse, which the platform does not give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlatformResponse>,
}

/// What the complainant says to the final response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// They accept it.
    Accepted,
    /// They do not.
    Refused,
    /// They said nothing in the time they had.
    Silent,
    /// The platform reports that they did not dispute it.
    NotDisputed,
}

/// The complainant's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerGiven {
    /// What they said.
    pub answer: Answer,
}
