//! Between which trusted times each record of a log came to be.
//!
//! A token over a checkpoint of `size` records shows that those existed when it was made. The token is
//! itself a record, so everything after that record came later. Two such times hold every record between
//! them, whatever the operator's own clock said.

use std::collections::BTreeSet;

/// A trusted time in a log. Times are in milliseconds since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Where the record with the token is.
    pub position: u64,
    /// How many records the stamped checkpoint covers.
    pub size: u64,
    /// The earliest that the stamp can have been made: the time it states less its accuracy.
    pub earliest: i64,
    /// The latest that it can have been made.
    pub latest: i64,
}

/// Records from `from` up to but not including `to`, and the times they lie between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first position.
    pub from: u64,
    /// The position after the last.
    pub to: u64,
    /// They came after this; nothing is known if there is none.
    pub not_before: Option<i64>,
    /// They existed by this; nothing is known if there is none.
    pub not_after: Option<i64>,
}

impl Window {
    /// Whether no record can lie in it: one of the stamps, or the log, is not what it says.
    pub fn is_impossible(&self) -> bool {
        self.not_before.zip(self.not_after).is_some_and(|(after, before)| after > before)
    }
}

/// The windows of a log with `end` records, from the first record to the last, without gaps.
pub fn windows(anchors: &[Anchor], end: u64) -> Vec<Window> {
    let after = |anchor: &Anchor| anchor.position.saturating_add(1);
    let mut edges: BTreeSet<u64> = anchors.iter().flat_map(|it| [after(it), it.size]).collect();
    edges.insert(0);
    let mut windows: Vec<Window> = Vec::new();
    for from in edges.into_iter().filter(|edge| *edge < end) {
        if let Some(last) = windows.last_mut() {
            last.to = from;
        }
        windows.push(Window { from, to: end, not_before: None, not_after: None });
    }
    let mut rising = anchors.to_vec();
    rising.sort_by_key(|anchor| anchor.position);
    let mut rising = rising.into_iter().peekable();
    let mut newest = None;
    for window in &mut windows {
        while let Some(anchor) = rising.next_if(|anchor| after(anchor) <= window.from) {
            newest = newest.max(Some(anchor.earliest));
        }
        window.not_before = newest;
    }
    let mut falling = anchors.to_vec();
    falling.sort_by_key(|anchor| std::cmp::Reverse(anchor.size));
    let mut falling = falling.into_iter().peekable();
    let mut oldest: Option<i64> = None;
    for window in windows.iter_mut().rev() {
        while let Some(anchor) = falling.next_if(|anchor| anchor.size > window.from) {
            oldest = Some(oldest.map_or(anchor.latest, |known| known.min(anchor.latest)));
        }
        window.not_after = oldest;
    }
    windows
}

#[cfg(test)]
mod tests;
