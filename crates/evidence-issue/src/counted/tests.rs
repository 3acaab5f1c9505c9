use evidence_check::counted::{CountedRow, tag};
use merkle_log::{leaf_hash, verify_inclusion};
use proptest::prelude::*;

use super::*;

const REPORT: &str = "transparency/2026-01-01..2026-03-31/400/ab/10";

fn tagger(complaint: u64) -> Tagger {
    Tagger::new([7; 32], leaf_hash(&complaint.to_be_bytes()))
}

/// A table with these complaints in its rows, made in runs of so many tags.
fn table(rows: &[Vec<u64>], run_items: usize) -> (CountedTable, Vec<u8>) {
    let scratch = tempfile::tempdir().unwrap();
    let mut sorter = TagSorter(Sorter::new(scratch.path(), run_items));
    let mut again = std::collections::BTreeMap::<u64, u32>::new();
    for (row, complaints) in (0..).zip(rows) {
        for complaint in complaints {
            let again = again.entry(*complaint).or_default();
            sorter.push(row, tagger(*complaint).tag(REPORT, "a-table", *again)).unwrap();
            *again += 1;
        }
    }
    let mut list = Vec::new();
    let root = sorter.write(&mut list).unwrap().0;
    let row = |complaints: &Vec<u64>| CountedRow {
        kind: "not-stated".to_owned(),
        code: None,
        parent: None,
        count: complaints.len() as u64,
    };
    let table = CountedTable {
        id: "a-table".to_owned(),
        population: "ended".to_owned(),
        is_once: false,
        mentions: rows.iter().map(|complaints| complaints.len() as u64).sum(),
        root,
        rows: rows.iter().map(row).collect(),
    };
    (table, list)
}

#[test]
fn a_further_mention_has_a_tag_of_its_own() {
    let leaf = leaf_hash(b"x");
    let again = Tagger::new([7; 32], leaf).tag(REPORT, "a-table", 1);
    assert_eq!(again, tag(&[7; 32], REPORT, "a-table#1", 0, &leaf));
    assert_ne!(again, tag(&[7; 32], REPORT, "a-table", 0, &leaf));
}

proptest! {
    #[test]
    fn what_is_made_is_what_is_checked(
        rows in prop::collection::vec(prop::collection::vec(0_u64..20, 0..12), 1..6),
        run_items in 1_usize..9,
    ) {
        let (table, list) = table(&rows, run_items);
        prop_assert!(TagList::read(&table, &list).is_ok());
        for complaint in 0..20 {
            let proved = prove_mentions(REPORT, &table, &list, &tagger(complaint)).unwrap();
            let found: Vec<_> = proved.iter().map(|p| table.row_at(p.place).unwrap()).collect();
            let expected: Vec<u32> = (0..)
                .zip(&rows)
                .flat_map(|(number, row)| row.iter().filter(|c| **c == complaint).map(move |_| number))
                .collect();
            prop_assert_eq!(found, expected);
            for (mention, ProvedMention { place, hashes, .. }) in (0..).zip(&proved) {
                let own = tagger(complaint).tag(REPORT, "a-table", mention);
                let leaf = entry_leaf(table.row_at(*place).unwrap(), &own);
                let root = Hash(table.root);
                prop_assert!(verify_inclusion(&leaf, *place, table.mentions, hashes, &root).is_ok());
            }
        }
    }
}

#[test]
fn nothing_is_proved_from_a_list_that_is_not_the_tables() {
    let (table, mut list) = table(&[vec![1, 2], vec![3]], 2);
    list[0] ^= 1;
    assert!(prove_mentions(REPORT, &table, &list, &tagger(3)).is_err());
}
