//! The complaint process, pure.
//!
//! What may happen to a complaint, who may do it, and why something is refused. Nothing here reads
//! a clock, makes an identifier, touches a disk or sees a person's data: the time comes as an
//! argument, and personal fields arrive already sealed, as references.
//!
//! - [`actor`]: who acts, and in which role
//! - [`aggregate`]: what every aggregate has in common
//! - [`codes`]: the words by which records, reports and messages call the values of closed lists
//! - [`label`]: short public codes and names, checked once
//! - [`money`]: an exact amount in one currency
//! - [`right`]: the closed list of consumer rights a complaint can put at stake
//! - [`mod@reference`]: the names by which one aggregate points at another
//! - [`sealed`]: references to personal fields that lie sealed in the vault
//! - [`clock`]: time limits: rule packs, holiday calendars, and what a clock shows and why
//! - [`complaint`]: the complaint itself: commands, events, `decide`, `evolve`, rejections
//! - [`review`]: a case before the independent committee
//! - [`staff`]: the people who work here: roles, absences, interests, terms, training
//! - [`action`]: what is done so that it does not happen again, and whether it helped
//! - [`recurrence`]: causes that recur more often than chance explains
//! - [`inspection`]: how handled complaints are looked at again: a sample nobody chose, scored
//! - [`referral`]: a suspected violation before a regulator
//! - [`access`]: who opened whose personal data, and for what
//! - [`subject`]: the person behind a complaint: consent, restriction, hold, erasure
//! - [`volume`]: how much business there was
//! - [`report`]: what is told to the public: drafted, endorsed by the committee, published, restated
//! - [`rulebook`]: the rules of the house, each with the day from which it holds
//! - [`import`]: a batch of complaints taken in from a file
//! - [`ledger`]: what makes the ledger itself checkable: key rotations, trusted times, commitments
//! - [`fact`]: an event with who, when it happened and when it was recorded
#![warn(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

pub mod access;
pub mod action;
pub mod actor;
pub mod aggregate;
pub mod cause;
pub mod clock;
pub mod codes;
pub mod complaint;
pub mod fact;
pub mod import;
pub mod inspection;
pub mod label;
pub mod ledger;
pub mod money;
pub mod recurrence;
pub mod reference;
pub mod referral;
pub mod report;
pub mod review;
pub mod right;
pub mod rulebook;
pub mod sealed;
pub mod staff;
pub mod subject;
pub mod volume;

#[cfg(test)]
mod story;

pub use fact::{Fact, LedgerEvent};
