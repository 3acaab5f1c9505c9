//! Why the answer of a complainant was refused, or what would undo it.

use crate::{
    actor::{ActorId, Role},
    complaint::Answer,
};

/// Why the answer was refused. When several reasons apply, the first in this list is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerRefusal {
    /// `NotDisputed` as the answer to a response of our own.
    #[error(
        "expected accepted, refused or silent, found not-disputed, which only a platform reports"
    )]
    NotDisputedElsewhere,
    /// The answer that stands, once more.
    #[error("expected another answer, found `{0}`, which stands")]
    AnswerUnchanged(Answer),
    /// Somebody other than the complainant takes back what is owed to them, or says for them what would end it.
    #[error(
        "expected the complainant to forgo what is owed to them or to end what others look at, or a supervisor or a \
         compliance officer who never was responsible for it nor proposed it to note that, found `{0}` as `{1}`"
    )]
    DebtStands(ActorId, Role),
}

impl AnswerRefusal {
    /// The stable code of the reason, for programs and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotDisputedElsewhere => "not-disputed-elsewhere",
            Self::AnswerUnchanged(_) => "answer-unchanged",
            Self::DebtStands(..) => "debt-stands",
        }
    }
}
