//! One complaint, from receipt to the day no further step is possible.
//!
//! [`ComplaintCommand`] is what somebody asks for, [`ComplaintEvent`] is what happened. `decide`
//! answers a command with events or a named rejection; `evolve` folds events into the state that
//! `decide` reads. The bodies of commands are the bodies of the events they cause wherever both
//! say the same thing.

mod command;
mod event;
mod terms;

pub use command::ComplaintCommand;
pub use event::{ComplaintEvent, RemedyProposed};
pub use terms::*;
