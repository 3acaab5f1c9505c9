//! Why a link to another complaint was refused.

use crate::reference::ComplaintId;

/// Why the other complaint was refused. When several reasons apply, the first in this list is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkedRefusal {
    /// A complaint that would be its own duplicate.
    #[error("expected another complaint, found the complaint itself")]
    ToItself,
    /// A complaint that never came in.
    #[error("expected a complaint that was received, found {0}, which was not")]
    ToUnknown(ComplaintId),
}

impl LinkedRefusal {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ToItself => "linked-to-itself",
            Self::ToUnknown(_) => "linked-to-unknown",
        }
    }
}
