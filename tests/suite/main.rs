//! One test binary; one module per subject.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that meets a surprise should stop"
)]

mod architecture;
mod crash;
mod disk;
mod durability;
mod privacy;
mod readme;
mod state_machine;
mod tidy;
