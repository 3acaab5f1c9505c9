//! The bodies of commands and events of staff: the stored schema.

use std::{collections::BTreeSet, fmt};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    actor::{ActorId, Role},
    codes::closed_list,
    complaint::RecusalGround,
    label::Label,
    reference::ComplaintId,
    review::Seat,
};

/// Somebody begins to work here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joining {
    /// The account; it names the stream.
    pub account: ActorId,
    /// The roles they may act in, at least one.
    pub roles: BTreeSet<Role>,
    /// The team, such as `cards`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Label>,
}

/// A role that is granted or revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleChange {
    /// Which.
    pub role: Role,
}

/// Another team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamChange {
    /// Which.
    pub team: Label,
}

/// Why somebody is away, as coarsely as it may be said to everybody: health is not told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbsenceReason {
    /// Holiday, illness, family: whatever is theirs.
    Leave,
    /// Training.
    Training,
    /// Work elsewhere.
    Secondment,
    /// Kept from work while something is looked into.
    Suspension,
}

/// A time away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// The first day.
    pub from: Date,
    /// The last day, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Why.
    pub reason: AbsenceReason,
    /// Who stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy: Option<ActorId>,
}

/// They are back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbsenceEnd {
    /// The first day back.
    pub back_on: Date,
}

/// What an interest is in: codes only, so that it can be matched and says nothing of a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Interest {
    /// Every complaint about a company.
    Respondent {
        /// The company.
        respondent: Label,
    },
    /// Every complaint about a product.
    Product {
        /// The product, by its name in the taxonomy.
        product: Label,
    },
    /// One complaint.
    Complaint {
        /// Which.
        complaint: ComplaintId,
    },
    /// Every complaint that a colleague has a part in.
    Colleague {
        /// The account.
        colleague: ActorId,
    },
}

impl fmt::Display for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Respondent { respondent } => write!(f, "the respondent `{respondent}`"),
            Self::Product { product } => write!(f, "the product `{product}`"),
            Self::Complaint { complaint } => write!(f, "{complaint}"),
            Self::Colleague { colleague } => write!(f, "the colleague `{colleague}`"),
        }
    }
}

/// An interest that somebody declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// In what.
    pub interest: Interest,
    /// Of which kind.
    pub ground: RecusalGround,
}

/// An interest that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// In what.
    pub interest: Interest,
}

/// An appointment to the committee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermStart {
    /// As what.
    pub seat: Seat,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

/// Why a term ended before its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TermEndReason {
    /// They gave it up.
    Resigned,
    /// They were removed, for cause.
    Removed,
    /// It ran out.
    Expired,
}

/// The end of a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermEnd {
    /// The last day.
    pub on: Date,
    /// Why.
    pub reason: TermEndReason,
}

/// A training that was completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    /// The course, by its code.
    pub course: Label,
    /// The day.
    pub on: Date,
    /// The last day on which it counts, if it must be renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

/// Why somebody works here no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeavingReason {
    /// They or the company ended it.
    EmploymentEnded,
    /// They went to another part of the company.
    OtherDuties,
}

/// Somebody works here no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// The last day.
    pub on: Date,
    /// Why.
    pub reason: LeavingReason,
}

closed_list! {
    AbsenceReason {
        Leave = "leave",
        Training = "training",
        Secondment = "secondment",
        Suspension = "suspension",
    }
    TermEndReason { Resigned = "resigned", Removed = "removed", Expired = "expired" }
    LeavingReason { EmploymentEnded = "employment-ended", OtherDuties = "other-duties" }
}
