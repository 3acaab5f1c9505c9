//! Which records an index file is about.
//!
//! A *span* of level 0 is 128 ranges; eight spans make one of the level above, as digits make a
//! number. Where a span begins and ends follows from its level and number, so it is also its name.

use std::fmt;

use crate::frame::RANGE;

/// How many ranges a span of level 0 has. Few in tests, which want to see many spans.
const RANGES: u64 = if cfg!(test) { 2 } else { 128 };
/// How many records that is: so many at most are listed in the store and in memory.
pub(crate) const SPAN: u64 = RANGE * RANGES;
/// [`SPAN`], to step by.
#[expect(clippy::cast_possible_truncation, reason = "some ten thousand")]
pub(crate) const SPAN_STEP: usize = SPAN as usize;
/// How many spans make one of the level above.
pub(crate) const FANOUT: u64 = if cfg!(test) { 3 } else { 8 };
/// The highest level: 8⁸ spans are half a million million records.
pub(crate) const LEVEL_MAX: u8 = 8;

/// A run of consecutive records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) level: u8,
    /// From 0, among the spans of its level.
    pub(crate) number: u64,
}

impl Span {
    /// The span of a level that begins at a position, if one does.
    pub(crate) fn starting_at(level: u8, position: u64) -> Option<Self> {
        let width = width(level);
        let number = position.checked_div(width)?;
        (position.checked_rem(width)? == 0).then_some(Self { level, number })
    }

    /// How many records it has.
    pub(crate) fn records(self) -> u64 {
        width(self.level)
    }

    /// The position of its first record.
    pub(crate) fn first(self) -> u64 {
        width(self.level).saturating_mul(self.number)
    }

    /// The position after its last record.
    pub(crate) fn end(self) -> u64 {
        self.first().saturating_add(self.records())
    }

    /// The span that this one begins.
    pub(crate) fn parent_begun(self) -> Option<Self> {
        (self.level < LEVEL_MAX).then_some(())?;
        Self::starting_at(self.level.checked_add(1)?, self.first())
    }
}

/// The name of its file.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:012}", self.level, self.number)
    }
}

fn width(level: u8) -> u64 {
    SPAN.saturating_mul(FANOUT.saturating_pow(u32::from(level)))
}
