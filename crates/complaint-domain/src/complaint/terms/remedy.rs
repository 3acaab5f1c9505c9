//! What is said of remedies.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::Money;

/// The number of a remedy within its complaint, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemedyId(pub u16);

impl fmt::Display for RemedyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is done to put it right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemedyKind {
    /// The price is paid back.
    Refund,
    /// Money for a loss.
    Compensation,
    /// Money without admission.
    Goodwill,
    /// The thing is repaired or the service done again.
    Repair,
    /// The thing is replaced.
    Replacement,
    /// A record or a contract is put right.
    Correction,
    /// An apology.
    Apology,
    /// An explanation.
    Explanation,
}

/// What somebody proposes to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyProposal {
    /// The next free number.
    pub remedy: RemedyId,
    /// What is to be done.
    pub kind: RemedyKind,
    /// How much is to be paid, when money is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// Which remedy was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyApproval {
    /// The remedy.
    pub remedy: RemedyId,
}

/// What became of a remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemedyResult {
    /// It was carried out.
    CarriedOut,
    /// The complainant declined it.
    Declined,
}

/// A remedy reached its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyFulfilment {
    /// The remedy.
    pub remedy: RemedyId,
    /// What became of it.
    pub result: RemedyResult,
    /// What was paid, when money was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
}
