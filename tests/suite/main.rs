//! One test binary; one module per subject.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets a surprise should stop"
)]

mod architecture;
mod crash;
mod privacy;
mod readme;
mod tidy;
