//! What came and went, as those who did it remember.

use jiff::civil::Date;

/// One coming or going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Received,
    Reopened,
    Closed,
    Withdrawn,
}

/// Each coming and going, by the day on which it happened.
#[derive(Debug, Default)]
pub(super) struct Book(Vec<(Date, Flow)>);

impl Book {
    pub(super) fn enter(&mut self, day: Date, flow: Flow) {
        self.0.push((day, flow));
    }

    fn count(&self, flow: Flow, is_in: impl Fn(Date) -> bool) -> u64 {
        self.0.iter().filter(|(day, found)| *found == flow && is_in(*day)).count() as u64
    }

    /// Received, reopened, closed and withdrawn in the month that begins on this day.
    pub(super) fn month(&self, first: Date) -> [u64; 4] {
        let last = first.last_of_month();
        [Flow::Received, Flow::Reopened, Flow::Closed, Flow::Withdrawn]
            .map(|flow| self.count(flow, |day| first <= day && day <= last))
    }

    /// How many were open as the day began.
    pub(super) fn open_on(&self, first: Date) -> u64 {
        let [received, reopened, closed, withdrawn] =
            [Flow::Received, Flow::Reopened, Flow::Closed, Flow::Withdrawn]
                .map(|flow| self.count(flow, |day| day < first));
        received + reopened - closed - withdrawn
    }
}
