//! What is said of other complaints.

use serde::{Deserialize, Serialize};

use crate::reference::ComplaintId;

/// How two complaints belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// The same person complains of the same thing once more.
    Duplicate,
    /// Several people complain of the same thing together, through a representative.
    Joint,
    /// They have something in common.
    Related,
}

/// The complaint belongs to another one. Both stay whole: a link is never a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateLink {
    /// The other complaint.
    pub of: ComplaintId,
    /// How they belong together.
    pub kind: LinkKind,
}

/// Why a link was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnlinkReason {
    /// Other people complain.
    DifferentComplainant,
    /// It is about something else.
    DifferentMatter,
    /// It was entered by mistake.
    EnteredInError,
}

/// The complaint does not belong to the other one after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateUnlink {
    /// The other complaint.
    pub of: ComplaintId,
    /// Why.
    pub reason: UnlinkReason,
}
