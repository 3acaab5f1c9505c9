//! One complaint, from receipt to the day no further step is possible.
//!
//! [`ComplaintCommand`] is what somebody asks for, [`ComplaintEvent`] is what happened. [`decide`]
//! answers a command with events or a named [`ComplaintRejection`]; [`evolve`] folds events into
//! the [`Complaint`] that `decide` reads. What else a decision depends on comes as
//! [`Circumstances`]: who asks, when, and under which [`ComplaintRules`]. The bodies of commands
//! are the bodies of the events they cause wherever both say the same thing.

mod circumstances;
mod codes;
mod command;
mod decide;
mod event;
mod evolve;
mod people;
mod rejection;
mod rules;
mod state;
mod terms;

pub use circumstances::{Circumstances, ReviewFacts};
pub use command::ComplaintCommand;
pub use decide::decide;
pub use event::{ComplaintEvent, RemedyProposed};
pub use evolve::evolve;
pub use people::{People, concerned};
pub use rejection::{
    AnswerRefusal, ApprovalRefusal, CommitteeRefusal, ComplaintRejection, LinkedRefusal,
    OutcomeRefusal, RecourseRefusal, RootCauseRefusal,
};
pub use rules::{
    ApprovalLimit, ApprovalLimits, ComplaintRules, HandlerRules, Taxonomy, TaxonomyRefusal,
};
pub use state::{Case, ClockNote, Complaint, Stage};
pub use terms::*;

#[cfg(test)]
pub(crate) mod tests;
