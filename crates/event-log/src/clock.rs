//! Where the log takes the time from.

use jiff::Timestamp;

/// Tells the time. Whoever opens a log hands it one, so that a test or a simulation owns the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment. May stand still or run backwards; the log never lets `recorded_at`
    /// decrease.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock that everybody else is given")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
