//! Lists of all streams over any number of sizes of a log, from one pass over its sorted leaves.
//!
//! The list over the first N records has of each stream the records below position N. Positions rise with
//! versions, so these are the beginning of the stream: it is walked once, and each size that falls between two of
//! its records gets the entry as it stands there. That takes a hash for each record and one for each stream
//! in each list, and of memory the perfect subtrees of each list's tree, at most 64 hashes.

use std::io;

use evidence_check::{
    IndexEntry,
    index::{CommitmentView, DEFINITION},
};
use merkle_log::{CompactRange, Hash};

use crate::{
    list::IndexListError,
    merge::{Item, Sorter},
};

/// What somebody keeps of the records and entries that lists are made of.
pub(crate) trait Beside {
    /// The next record of a stream.
    fn record(&mut self, stream: &str, leaf: Hash);
    /// An entry, with its leaf, and its place in the list that it was added to.
    fn entry(&mut self, index: u64, entry: &IndexEntry, leaf: Hash) -> io::Result<()>;
}

/// Nothing: the roots are all that is wanted.
impl Beside for () {
    fn record(&mut self, _: &str, _: Hash) {}

    fn entry(&mut self, _: u64, _: &IndexEntry, _: Hash) -> io::Result<()> {
        Ok(())
    }
}

/// What a commitment to the list over each of these sizes says. They rise.
///
/// # Errors
///
/// [`IndexListError`]: records of a stream that do not follow one another, or the disk.
pub(crate) fn lists_of(
    sorter: Sorter,
    sizes: &[u64],
    beside: &mut impl Beside,
) -> Result<Vec<CommitmentView>, IndexListError> {
    let lists = sizes.iter().map(|size| List { size: *size, tree: CompactRange::new() }).collect();
    let mut walk = Walk { lists, beside, stream: None };
    sorter.merge(|item| walk.take(&item))?;
    walk.end_stream()?;
    Ok(walk.lists.iter().map(List::commitment).collect())
}

/// A list that is being made.
struct List {
    size: u64,
    tree: CompactRange,
}

impl List {
    fn commitment(&self) -> CommitmentView {
        CommitmentView {
            size: self.size,
            root: self.tree.root().0,
            entries: self.tree.size(),
            definition: DEFINITION,
        }
    }
}

/// The stream whose records are being taken.
struct Stream {
    name: String,
    tree: CompactRange,
    /// Where its last record so far stands.
    last: u64,
    /// The first list that has no entry of it yet, and will.
    next: usize,
}

struct Walk<'a, B> {
    lists: Vec<List>,
    beside: &'a mut B,
    stream: Option<Stream>,
}

impl<B: Beside> Walk<'_, B> {
    fn take(&mut self, item: &Item) -> Result<(), IndexListError> {
        if self.stream.as_ref().is_none_or(|stream| *stream.name != *item.stream) {
            self.end_stream()?;
        }
        match &self.stream {
            Some(stream) => {
                follows(stream, item)?;
                // What is covered up to here, and not this record.
                self.list(|list| list.size <= item.position)?;
            }
            None => self.begin(item)?,
        }
        let Some(stream) = &mut self.stream else { return Ok(()) };
        stream.tree.push(item.leaf);
        stream.last = item.position;
        self.beside.record(&stream.name, item.leaf);
        Ok(())
    }

    /// The first record of a stream: lists that end before it have no entry of the stream.
    fn begin(&mut self, item: &Item) -> Result<(), IndexListError> {
        let next = self.lists.partition_point(|list| list.size <= item.position);
        let (name, tree) = (item.stream.to_string(), CompactRange::new());
        is_version(&name, &tree, item)?;
        self.stream = Some(Stream { name, tree, last: item.position, next });
        Ok(())
    }

    /// Adds the stream, as it stands, to the next lists that are such.
    fn list(&mut self, is_due: impl Fn(&List) -> bool) -> io::Result<()> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        let due = self.lists.iter_mut().skip(stream.next).take_while(|list| is_due(list));
        let mut entered = None;
        for list in due {
            let (entry, leaf) = entered.get_or_insert_with(|| {
                let (name, tree) = (stream.name.clone(), &stream.tree);
                let entry = IndexEntry { stream: name, events: tree.size(), root: tree.root() };
                let leaf = entry.leaf();
                (entry, leaf)
            });
            self.beside.entry(list.tree.size(), entry, *leaf)?;
            list.tree.push(*leaf);
            stream.next = stream.next.saturating_add(1);
        }
        Ok(())
    }

    /// Adds the stream whose last record was taken to all lists that reach beyond it.
    fn end_stream(&mut self) -> io::Result<()> {
        self.list(|_| true)?;
        self.stream = None;
        Ok(())
    }
}

/// A record has the next version of its stream, and stands after the one before.
fn follows(stream: &Stream, item: &Item) -> Result<(), IndexListError> {
    let Stream { name, tree, last, next: _ } = stream;
    is_version(name, tree, item)?;
    if item.position <= *last {
        let (stream, version) = (name.clone(), item.version);
        let (before, found) = (*last, item.position);
        return Err(IndexListError::Positions { stream, version, before, found });
    }
    Ok(())
}

fn is_version(stream: &str, tree: &CompactRange, item: &Item) -> Result<(), IndexListError> {
    if tree.size() == item.version {
        return Ok(());
    }
    let (stream, expected) = (stream.to_owned(), tree.size());
    Err(IndexListError::Versions { stream, expected, found: item.version })
}
