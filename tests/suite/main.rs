//! One test binary; one module per subject.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets a surprise should stop, and one that cannot run should say so"
)]

mod access;
mod anchors;
mod architecture;
mod attacks;
mod auditing;
mod bench;
mod casework;
mod causes;
mod clocks;
mod committee;
mod communication;
mod counted;
mod crash;
mod damage;
mod disk;
mod durability;
mod erasure;
mod errors;
mod escalation;
mod evidence;
mod fuzz_seeds;
mod import;
mod inspection;
mod operating;
mod performance;
mod privacy;
mod published;
mod read_models;
mod readme;
mod reports;
mod rights;
mod served;
mod signing;
mod simulation;
mod state_machine;
mod sweep;
mod thieves;
mod tidy;
mod volumes;
mod witnessed;
