//! What is said when a complaint ends or is taken up again.

use serde::{Deserialize, Serialize};

/// Why no further step is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloseReason {
    /// The complainant accepted the final response.
    Accepted,
    /// Every way onward was gone to its end.
    RecourseExhausted,
    /// The time to turn elsewhere has passed.
    RecourseExpired,
    /// The complainant gave up the ways onward.
    RecourseWaived,
    /// The platform reports that the respondent closed it; only on an imported complaint.
    ClosedOnPlatform,
    /// It was handed to another body, which answers it.
    Transferred,
}

/// It ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// Why no further step is possible.
    pub reason: CloseReason,
}

/// Why it was taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReopenReason {
    /// Something new came to light.
    NewEvidence,
    /// A promised remedy did not come.
    RemedyNotDelivered,
    /// The complainant asks for it.
    ComplainantRequest,
    /// An outside body decided otherwise.
    ExternalDecision,
    /// It should not have been closed.
    ClosedInError,
}

/// It was taken up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// Why.
    pub reason: ReopenReason,
}

/// Why the complainant withdrew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithdrawalReason {
    /// It was settled some other way.
    SettledOtherwise,
    /// They no longer wish to pursue it.
    NotPursued,
    /// They gave no reason.
    NotStated,
}

/// The complainant withdrew it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Why.
    pub reason: WithdrawalReason,
}
