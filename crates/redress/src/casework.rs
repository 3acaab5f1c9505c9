//! Sending commands by hand or by script: nouns, their verbs, and what a body looks like.
//!
//! Each noun of the command line ([`Noun`]) lists its verbs with an example body. The examples are
//! the documentation of the bodies, and tests read every one of them as a user's.

mod complaints;
mod filed;
mod input;
mod inspection;
mod once;
mod oversight;
mod report;
mod rulebook;
mod subject;
mod volume;

pub use complaints::Complaints;
pub use filed::{Figures, Filed, Listed, StaffNoun, Standing};
pub use input::{BODY_BYTES_MAX, Input, InputError, is_a_file_name};
pub use inspection::InspectionNoun;
pub use oversight::{ActionNoun, ReferralNoun, ReviewNoun};
pub use report::ReportNoun;
pub use rulebook::RulebookNoun;
pub use subject::SubjectNoun;
pub use volume::VolumeNoun;

/// A command that can be sent.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// A body that would be understood.
    pub body: &'static str,
}

/// A kind of thing in the ledger that commands are sent to.
pub trait Noun: std::fmt::Debug + Clone + Send + Sync + 'static {
    /// Every command to it.
    const VERBS: &'static [Verb];
    /// Whether what a complainant said or gave may come with one of them.
    const TAKES_PERSONAL_TEXTS: bool = false;
}
