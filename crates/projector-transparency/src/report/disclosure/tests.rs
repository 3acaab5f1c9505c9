//! What pooling, merging and hiding must never let out.

use proptest::prelude::*;

use super::*;

fn cells(counts: &[u64]) -> Vec<Cell<usize>> {
    counts.iter().enumerate().map(|(key, count)| Cell { key, count: *count }).collect()
}

fn pooled_keys(counts: &[u64], min_cell: u64, keep: usize) -> Vec<usize> {
    pool(cells(counts), min_cell, keep).pool.iter().map(|cell| cell.key).collect()
}

#[test]
fn large_cells_are_published_one_by_one() {
    assert!(pooled_keys(&[100, 50, 10], 10, usize::MAX).is_empty());
}

#[test]
fn small_cells_are_pooled() {
    assert_eq!(pooled_keys(&[100, 50, 9, 4], 10, usize::MAX), [2, 3]);
}

#[test]
fn a_pool_under_the_minimum_takes_the_next_smallest_cell() {
    assert_eq!(pooled_keys(&[100, 50, 3, 2], 10, usize::MAX), [1, 2, 3]);
}

#[test]
fn a_cell_is_never_pooled_alone() {
    assert_eq!(pooled_keys(&[100, 50, 9], 10, usize::MAX), [1, 2]);
}

#[test]
fn empty_cells_are_shown_unless_the_whole_table_is_small() {
    assert!(pooled_keys(&[100, 0, 50], 10, usize::MAX).is_empty());
    assert_eq!(pooled_keys(&[7, 0, 0], 10, usize::MAX), [0, 1, 2]);
    assert!(pooled_keys(&[0, 0], 10, usize::MAX).is_empty());
}

#[test]
fn a_minimum_of_one_publishes_everything() {
    assert!(pooled_keys(&[3, 2, 1, 0], 1, usize::MAX).is_empty());
}

#[test]
fn what_is_beyond_the_largest_is_told_together() {
    assert_eq!(pooled_keys(&[50, 10, 40, 30, 20], 1, 3), [1, 4]);
    assert!(pooled_keys(&[50, 40, 30], 1, 2).is_empty(), "one alone is as well shown");
    assert_eq!(pooled_keys(&[50, 40, 3], 10, 2), [1, 2]);
}

#[test]
fn neighbours_are_merged_until_no_part_is_small() {
    assert_eq!(merge_neighbours(&[20, 3, 12, 30], 10), [0..1, 1..3, 3..4]);
    assert_eq!(merge_neighbours(&[20, 0, 30], 10), [0..1, 1..2, 2..3]);
    assert_eq!(merge_neighbours(&[1, 0, 2], 10).len(), 1);
    assert_eq!(merge_neighbours(&[1, 1], 1), [0..1, 1..2]);
    assert!(merge_neighbours(&[], 10).is_empty());
}

proptest! {
    #[test]
    fn merged_parts_cover_the_scale_and_none_is_small(
        counts in prop::collection::vec(0_u64..40, 1..20),
        min_cell in 1_u64..20,
    ) {
        let parts = merge_neighbours(&counts, min_cell);
        let covered: Vec<usize> = parts.iter().cloned().flatten().collect();
        prop_assert_eq!(covered, (0..counts.len()).collect::<Vec<_>>());
        for part in parts.iter().filter(|_| counts.iter().sum::<u64>() >= min_cell) {
            let count: u64 = counts[part.clone()].iter().sum();
            prop_assert!(count == 0 || count >= min_cell);
        }
    }

    #[test]
    fn pooling_keeps_totals_and_publishes_no_small_cell(
        counts in prop::collection::vec(0_u64..60, 0..25),
        min_cell in 1_u64..20,
        keep in 1_usize..25,
    ) {
        let total: u64 = counts.iter().sum();
        let parts = pool(cells(&counts), min_cell, keep);
        let shown: u64 = parts.published.iter().map(|cell| cell.count).sum();
        prop_assert_eq!(shown + parts.pool_count(), total);
        prop_assert_eq!(parts.published.len() + parts.pool.len(), counts.len());
        for cell in &parts.published {
            prop_assert!(cell.count == 0 || cell.count >= min_cell);
        }
        let is_small = |cell: &Cell<usize>| cell.count > 0 && cell.count < min_cell;
        if parts.pool.iter().any(is_small) && total >= min_cell {
            prop_assert!(parts.pool.len() > 1, "a single pooled cell follows from the total");
            prop_assert!(parts.pool_count() >= min_cell);
        }
    }

    #[test]
    fn no_hidden_cell_follows_from_the_totals_of_its_row_and_column(
        counts in (1_usize..7, 1_usize..9).prop_flat_map(|(rows, columns)| {
            prop::collection::vec(prop::collection::vec(0_u64..40, columns), rows)
        }),
        min_cell in 1_u64..15,
    ) {
        let hidden = hide(&counts, min_cell);
        let columns = counts[0].len();
        for (counts, hidden) in counts.iter().zip(&hidden) {
            for (count, is_hidden) in counts.iter().zip(hidden) {
                prop_assert!(*is_hidden || *count == 0 || *count >= min_cell);
            }
            let n = hidden.iter().filter(|is_hidden| **is_hidden).count();
            prop_assert!(n != 1 || columns == 1);
        }
        for column in 0..columns {
            let n = hidden.iter().filter(|row| row[column]).count();
            prop_assert!(n != 1 || counts.len() == 1);
        }
    }
}
