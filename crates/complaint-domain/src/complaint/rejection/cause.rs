//! Why a root cause was refused.

use crate::label::Label;

/// Why the cause was refused. When several reasons apply, the first in this list is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootCauseRefusal {
    /// The cause that stands, once more.
    #[error("expected another cause, found the one that stands")]
    Unchanged,
    /// A cause that the adopted tree does not have.
    #[error(
        "expected a cause of the tree `{tree}`, found `{code}`; see what there is with \
         `redress cause tree`"
    )]
    Unknown {
        /// What was given.
        code: Label,
        /// The tree that holds on that day.
        tree: Label,
    },
}

impl RootCauseRefusal {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unchanged => "root-cause-unchanged",
            Self::Unknown { .. } => "root-cause-unknown",
        }
    }
}
