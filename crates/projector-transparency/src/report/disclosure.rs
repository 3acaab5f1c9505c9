//! Disclosure control, first form: no published cell may single a person out.
//!
//! A cell of fewer than `min_cell` complaints is *primary*: it is pooled with the other primary
//! cells of its table. If the pool is itself too small, or has one member whose value would follow
//! from the total, the next smallest cells join it. Totals stay exact. A table over two dimensions
//! hides cells instead, so that no row and no column has a single hidden one.

use std::{collections::BTreeSet, ops::Range};

/// How many complaints a published cell must have at least. One publishes everything.
pub const MIN_CELL_DEFAULT: u64 = 10;
/// Shares, percentiles and medians need at least this many complaints to be published.
pub const RATE_FLOOR: u64 = 30;
/// Amounts of money are never published for fewer complaints than this.
pub const REDRESS_FLOOR: u64 = 5;

/// One value of a table and how many complaints have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell<K> {
    /// The value.
    pub key: K,
    /// How many complaints have it.
    pub count: u64,
}

/// What of a table may be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pooled<K> {
    /// The cells that stand by themselves, in the order they were given.
    pub published: Vec<Cell<K>>,
    /// The cells that are told only together.
    pub pool: Vec<Cell<K>>,
}

impl<K> Pooled<K> {
    /// How many complaints are in the pool.
    pub fn pool_count(&self) -> u64 {
        self.pool.iter().map(|cell| cell.count).sum()
    }
}

/// Pools what is too small to publish, and what is beyond the largest `keep`.
///
/// Of cells of the same size, the one given later joins the pool first: the order given decides, so
/// that everybody who recomputes the report pools the same ones. Empty cells are published (nobody
/// can be singled out in one) unless the whole table is under the minimum.
pub fn pool<K>(cells: Vec<Cell<K>>, min_cell: u64, keep: usize) -> Pooled<K> {
    let total: u64 = cells.iter().map(|cell| cell.count).sum();
    let mut by_size: Vec<usize> = (0..cells.len()).collect();
    let count_of = |index: usize| cells.get(index).map_or(0, |cell| cell.count);
    by_size.sort_by_key(|index| (std::cmp::Reverse(count_of(*index)), *index));

    let is_primary =
        |count: u64| count < min_cell && (count > 0 || (total > 0 && total < min_cell));
    let mut pooled: BTreeSet<usize> =
        (0..cells.len()).filter(|index| is_primary(count_of(*index))).collect();
    let must_hide = !pooled.is_empty();
    let beyond: Vec<usize> = by_size.iter().copied().skip(keep).collect();
    // A single large cell beyond the largest is as well shown by itself.
    if beyond.len() > 1 || beyond.iter().any(|index| pooled.contains(index)) {
        pooled.extend(beyond);
    }
    if must_hide {
        let mut smallest_first = by_size.iter().rev().filter(|index| count_of(**index) > 0);
        while pooled.len() < 2 || pooled.iter().map(|i| count_of(*i)).sum::<u64>() < min_cell {
            let Some(next) = smallest_first.find(|index| !pooled.contains(index)) else { break };
            pooled.insert(*next);
        }
    }
    let mut parts = Pooled { published: Vec::new(), pool: Vec::new() };
    for (index, cell) in cells.into_iter().enumerate() {
        let part = if pooled.contains(&index) { &mut parts.pool } else { &mut parts.published };
        part.push(cell);
    }
    parts
}

/// Merges neighbours of an ordered scale, such as months or bands of days, until no part of it is
/// under the minimum. Gives the parts as ranges over the scale.
///
/// The smallest part is merged first, with the smaller of its neighbours, the earlier of two equal
/// ones. Empty parts stand by themselves unless the whole scale is under the minimum.
pub fn merge_neighbours(counts: &[u64], min_cell: u64) -> Vec<Range<usize>> {
    let total: u64 = counts.iter().sum();
    if total > 0 && total < min_cell {
        return std::iter::once(0..counts.len()).collect();
    }
    let mut parts: Vec<(u64, Range<usize>)> =
        counts.iter().enumerate().map(|(index, count)| (*count, index..index + 1)).collect();
    loop {
        let smallest = parts
            .iter()
            .enumerate()
            .filter(|(_, (count, _))| *count > 0 && *count < min_cell)
            .min_by_key(|(index, (count, _))| (*count, *index))
            .map(|(index, _)| index);
        let Some(index) = smallest else { break };
        let size = |index: usize| parts.get(index).map(|(count, _)| *count);
        let before = index.checked_sub(1).and_then(|before| Some((size(before)?, before)));
        let after = size(index + 1).map(|count| (count, index));
        let Some((_, first)) = before.into_iter().chain(after).min() else { break };
        let (count, range) = parts.remove(first + 1);
        if let Some(part) = parts.get_mut(first) {
            part.0 += count;
            part.1.end = range.end;
        }
    }
    parts.into_iter().map(|(_, range)| range).collect()
}

/// Which cells of a table over two dimensions are hidden; the totals of rows and columns are known.
///
/// Cells under the minimum are hidden, then the smallest others, until every row and every column
/// has none hidden, or at least two that together reach the minimum.
pub fn hide(counts: &[Vec<u64>], min_cell: u64) -> Vec<Vec<bool>> {
    let width = counts.iter().map(Vec::len).max().unwrap_or(0);
    let mut grid = Grid {
        counts,
        hidden: counts
            .iter()
            .map(|row| row.iter().map(|count| *count > 0 && *count < min_cell).collect())
            .collect(),
    };
    let lines: Vec<Vec<(usize, usize)>> = (0..counts.len())
        .map(|row| (0..width).map(|column| (row, column)).collect())
        .chain((0..width).map(|column| (0..counts.len()).map(|row| (row, column)).collect()))
        .collect();
    // Each round hides at least one more cell, so there are at most as many rounds as cells.
    while let Some(cell) = lines.iter().find_map(|line| grid.next_to_hide(line, min_cell)) {
        grid.set_hidden(cell);
    }
    grid.hidden
}

struct Grid<'a> {
    counts: &'a [Vec<u64>],
    hidden: Vec<Vec<bool>>,
}

impl Grid<'_> {
    fn count(&self, (row, column): (usize, usize)) -> u64 {
        self.counts.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or(0)
    }

    fn is_hidden(&self, (row, column): (usize, usize)) -> bool {
        self.hidden.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or(false)
    }

    fn set_hidden(&mut self, (row, column): (usize, usize)) {
        if let Some(cell) = self.hidden.get_mut(row).and_then(|cells| cells.get_mut(column)) {
            *cell = true;
        }
    }

    /// The smallest cell that must be hidden too, lest a hidden one of the line follow from its
    /// total. An empty cell is taken last: it helps only against a difference of one.
    fn next_to_hide(&self, line: &[(usize, usize)], min_cell: u64) -> Option<(usize, usize)> {
        let hidden: Vec<_> = line.iter().filter(|cell| self.is_hidden(**cell)).collect();
        let sum: u64 = hidden.iter().map(|cell| self.count(**cell)).sum();
        if hidden.is_empty() || (hidden.len() > 1 && sum >= min_cell) {
            return None;
        }
        line.iter()
            .copied()
            .filter(|cell| !self.is_hidden(*cell))
            .min_by_key(|cell| (self.count(*cell) == 0, self.count(*cell), *cell))
    }
}

#[cfg(test)]
mod tests;
