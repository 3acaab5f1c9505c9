//! What is said when an earlier entry was wrong.

use serde::{Deserialize, Serialize};

use super::{Channel, Matter};
use crate::label::Label;

/// Why an earlier entry was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorrectionReason {
    /// It was entered wrongly.
    ClericalError,
    /// It was right by what was known then.
    NewInformation,
    /// The complainant says it is wrong.
    ComplainantObjection,
}

/// What is true instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum CorrectedFact {
    /// When it was received.
    ReceivedAt {
        /// The right moment.
        received_at: jiff::Timestamp,
    },
    /// How it came in.
    Channel {
        /// The right way.
        channel: Channel,
    },
    /// What it is about.
    Matter {
        /// The right matter.
        matter: Matter,
    },
    /// Who it is about.
    Respondent {
        /// The right company.
        respondent: Label,
    },
    /// A personal field; the right text is sealed with this event.
    Personal,
}

/// An earlier entry was put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The stream version of the entry that was wrong.
    pub corrects: u64,
    /// What is true instead.
    pub fact: CorrectedFact,
    /// Why the entry was wrong.
    pub reason: CorrectionReason,
}
