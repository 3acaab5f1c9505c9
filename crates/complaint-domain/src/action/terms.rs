//! What is said of an action: commands, events, and the bodies they share.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    actor::ActorId,
    codes::{closed_list, named_variants},
    label::Label,
    money::Money,
};

/// Whether it mends what went wrong or keeps it from happening elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionKind {
    /// Takes away a cause that complaints have shown.
    Corrective,
    /// Takes away a cause before it shows.
    Preventive,
}

/// What led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionOrigin {
    /// One complaint.
    Complaint,
    /// A cause that recurred more often than chance explains.
    RecurringCause,
    /// A decision of the committee.
    Review,
    /// A finding of an inspection.
    Inspection,
    /// A regulator.
    Regulator,
}

/// What somebody proposes to do, who sees to it, and by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionProposal {
    /// What, in short public words.
    pub title: Label,
    /// Whether it mends or prevents.
    pub kind: ActionKind,
    /// What led to it.
    pub origin: ActionOrigin,
    /// The causes it is to take away, by their codes. At least one.
    pub causes: Vec<Label>,
    /// The product it is about, when it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Label>,
    /// What led to it, by name: the stream of a complaint, review or inspection, or the week and
    /// rule of a signal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Label>,
    /// Who sees to it.
    pub owner: ActorId,
    /// By which day.
    pub due: Date,
}

/// Somebody else than the proposer lets it go ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionApproval {}

/// It does not go ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionRejected {
    /// Why: rules and findings by their codes. At least one.
    pub grounds: Vec<Label>,
}

/// It is due on another day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescheduling {
    /// The new day.
    pub due: Date,
    /// Why. At least one.
    pub grounds: Vec<Label>,
}

/// It was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {}

/// Complaints about the same causes were counted, in as many days before it was done as after.
///
/// Whoever has the log can count again: the complaints whose root cause is one of the action's,
/// about its product if it names one, that came in within the days (UTC), as the records below the
/// position say, corrections included. The day on which it was done belongs to neither time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectCheck {
    /// The first day that was counted after it was done.
    pub from: Date,
    /// The last day that was counted.
    pub until: Date,
    /// How many there were in as many days before it was done.
    pub before: u64,
    /// How many there were in these days.
    pub after: u64,
    /// Up to which position of the log was counted.
    pub counted_up_to: u64,
}

/// Customers who never complained were reached too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remediation {
    /// How many were touched by the cause.
    pub affected: u64,
    /// How many of them were told or put right.
    pub reached: u64,
    /// What they were paid in all, when they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
}

/// What it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionResult {
    /// A check counted fewer complaints after it than chance explains.
    Effective,
    /// It did not help.
    NotEffective,
    /// A check shows neither.
    Inconclusive,
    /// It was given up.
    Abandoned,
}

/// The action ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionClosure {
    /// What it came to.
    pub result: ActionResult,
}

/// A command to one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionCommand {
    /// Propose it.
    Propose(ActionProposal),
    /// Let it go ahead.
    Approve(ActionApproval),
    /// Do not let it go ahead.
    Reject(ActionRejected),
    /// Move its day.
    Reschedule(Rescheduling),
    /// Note that it was carried out.
    Complete(Completion),
    /// Note what later complaints show.
    CheckEffect(EffectCheck),
    /// Note what was done for customers who never complained.
    Remediate(Remediation),
    /// End it.
    Close(ActionClosure),
}

/// What happened to an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionEvent {
    /// Somebody proposed it.
    Proposed(ActionProposal),
    /// Somebody else let it go ahead.
    Approved(ActionApproval),
    /// It does not go ahead.
    Rejected(ActionRejected),
    /// Its day was moved.
    Rescheduled(Rescheduling),
    /// It was carried out.
    Completed(Completion),
    /// Later complaints were counted.
    EffectChecked(EffectCheck),
    /// Customers who never complained were reached.
    CustomersRemediated(Remediation),
    /// It ended.
    Closed(ActionClosure),
}

named_variants! { ActionCommand, NAMES, name {
    Propose = "propose",
    Approve = "approve",
    Reject = "reject",
    Reschedule = "reschedule",
    Complete = "complete",
    CheckEffect = "check-effect",
    Remediate = "remediate",
    Close = "close",
} }

closed_list! {
    ActionKind { Corrective = "corrective", Preventive = "preventive" }
    ActionOrigin {
        Complaint = "complaint",
        RecurringCause = "recurring-cause",
        Review = "review",
        Inspection = "inspection",
        Regulator = "regulator",
    }
    ActionResult {
        Effective = "effective",
        NotEffective = "not-effective",
        Inconclusive = "inconclusive",
        Abandoned = "abandoned",
    }
}
