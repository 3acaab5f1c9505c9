//! The tables in which complainants find theirs, made for a report; and proofs from them.
//!
//! Tags come in the order of the log and leave in that of their rows, sorted on the disk; nothing but the tree's edge is
//! kept in memory.

use std::{
    io::{self, Write},
    path::Path,
};

use evidence_check::counted::{
    CountedTable, entry_leaf,
    list::{ListError, TagList},
    mine::Tagger,
    proof::ProvedMention,
};
use merkle_log::{CompactRange, Hash, MemoryTree, prove_inclusion};

use crate::merge::{Item, Sorter};

/// How many tags are sorted in memory at once: about 14 MB.
const RUN_ITEMS: usize = 131_072;

/// The tags of one table, while they come in.
#[derive(Debug)]
pub struct TagSorter(Sorter);

impl TagSorter {
    /// Sorts in nameless files of a directory with room for about 50 bytes a mention.
    pub fn new(scratch: &Path) -> Self {
        Self(Sorter::new(scratch, RUN_ITEMS))
    }

    /// Takes the tag of a mention in this row.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn push(&mut self, row: u32, tag: [u8; 32]) -> io::Result<()> {
        self.0.push(Item {
            stream: Box::default(),
            version: row.into(),
            position: 0,
            leaf: Hash(tag),
        })
    }

    /// Writes the table's list. Gives the root of the tree over it.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn write(self, to: &mut dyn Write) -> io::Result<Hash> {
        let mut tree = CompactRange::new();
        self.0.merge(&mut |item: Item| -> io::Result<()> {
            let row = u32::try_from(item.version).map_err(io::Error::other)?;
            tree.push(entry_leaf(row, &item.leaf.0));
            to.write_all(&item.leaf.0)
        })?;
        Ok(tree.root())
    }
}

/// Where a table of a report counts a complaint, proved from the whole list of its tags.
///
/// # Errors
///
/// [`ListError`]: the list is not that of the table.
pub fn prove_mentions(
    report: &str,
    table: &CountedTable,
    list: &[u8],
    tagger: &Tagger,
) -> Result<Vec<ProvedMention>, ListError> {
    let list = TagList::read(table, list)?;
    let places = tagger.mentions(report, &table.id, |tag| list.place_of(tag));
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let tree: MemoryTree = list.leaves().collect();
    let proved = (0_u32..).zip(places).map(|(mention, (_, place))| {
        let place = u64::try_from(place).unwrap_or(u64::MAX);
        // A place in a list that was read is a leaf of its tree.
        let hashes = prove_inclusion(&tree, place, tree.size()).unwrap_or_default();
        ProvedMention { table: table.id.clone(), mention, place, hashes }
    });
    Ok(proved.collect())
}

#[cfg(test)]
mod tests;
