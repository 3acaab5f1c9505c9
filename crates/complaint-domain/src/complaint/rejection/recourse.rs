//! Why the recourse of a response was refused.

use jiff::{Timestamp, civil::Date};

use crate::{clock::LastDayOfRecourse, label::Label};

/// Why the recourse was refused. When several reasons apply, the first in this list is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecourseRefusal {
    /// A final response of our own that does not say where to turn next.
    #[error(
        "expected a final response to state where the complainant may turn next, found nothing"
    )]
    Missing,
    /// A recourse that was over before the response.
    #[error(
        "expected recourse from {responded_on}, the day of the response, found one until {until}"
    )]
    Over {
        /// The day of the response, by the local dates that count.
        responded_on: Date,
        /// The last day given.
        until: Date,
    },
    /// A last day of recourse that is not the one by the packs.
    #[error(
        "expected recourse until {}, found one until {until}",
        LastDayOfRecourse::any_of(expected)
    )]
    DayDiffers {
        /// The last days by the packs that hold, any of which would do.
        expected: Vec<LastDayOfRecourse>,
        /// The last day given.
        until: Date,
    },
    /// A recourse that begins before the complainant answered the response that this one replaces.
    #[error(
        "expected a final response from {answered_at} on, when the complainant answered the last one, \
         found {responded_at}"
    )]
    BeforeAnswer {
        /// When the complainant last answered.
        answered_at: Timestamp,
        /// When the new response is said to have been given.
        responded_at: Timestamp,
    },
    /// Silence that is not one yet: the complainant still has time.
    #[error(
        "expected silence until {until}, the last day of the recourse, found it noted on {said_on}"
    )]
    SilenceTooEarly {
        /// The last day of the recourse.
        until: Date,
        /// The day on which silence was noted, by the local dates that count.
        said_on: Date,
    },
    /// An end while somebody outside still looks at the complaint.
    #[error("expected the decision of every body that took the complaint up, found none of `{0}`")]
    Pending(Label),
    /// An end while the committee was asked and has come to nothing yet.
    #[error("expected the committee to have looked at what was put before it, found it has not")]
    ReviewPending,
    /// An end for want of a way onward that nobody went; a review that was discontinued went none to its end.
    #[error("expected a decision of the committee or of a body outside on the answer, found none")]
    NotExhausted,
}

impl RecourseRefusal {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "recourse-missing",
            Self::Over { .. } => "recourse-over",
            Self::DayDiffers { .. } => "recourse-day-differs",
            Self::BeforeAnswer { .. } => "recourse-before-answer",
            Self::SilenceTooEarly { .. } => "recourse-silence-too-early",
            Self::Pending(_) => "recourse-pending",
            Self::ReviewPending => "recourse-review-pending",
            Self::NotExhausted => "recourse-not-exhausted",
        }
    }
}
