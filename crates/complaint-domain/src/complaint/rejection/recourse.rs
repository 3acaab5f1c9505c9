//! Why the recourse of a response was refused.

use jiff::civil::Date;

use crate::clock::LastDayOfRecourse;

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
        /// The day of the response, in UTC.
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
}

impl RecourseRefusal {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "recourse-missing",
            Self::Over { .. } => "recourse-over",
            Self::DayDiffers { .. } => "recourse-day-differs",
        }
    }
}
