//! Stories, the order of the reasons, and the laws that hold for all histories.

mod builders;
mod harness;

mod clock;
mod committee;
mod correction;
mod elsewhere;
mod ending;
mod handling;
mod intake;
mod laws;
mod material;
mod owed;
mod people;
mod platform;
mod precedence;
mod process_table;
mod reference;
mod remedy;
mod response;

pub(crate) use reference::one_fact_of_each_milestone;
