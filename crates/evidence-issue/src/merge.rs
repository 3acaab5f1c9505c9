//! Sorting more than fits in memory: sorted runs in nameless temporary files, then one merge.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, Write},
    path::{Path, PathBuf},
};

use merkle_log::Hash;

/// The leaf of one record, with what it is sorted by: its stream, then its version, then where it stands in
/// the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    pub(crate) stream: Box<str>,
    pub(crate) version: u64,
    pub(crate) position: u64,
    pub(crate) leaf: Hash,
}

impl Item {
    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let length = u8::try_from(self.stream.len()).map_err(io::Error::other)?;
        to.write_all(&[length])?;
        to.write_all(self.stream.as_bytes())?;
        to.write_all(&self.version.to_be_bytes())?;
        to.write_all(&self.position.to_be_bytes())?;
        to.write_all(&self.leaf.0)
    }

    /// The next item of a run; `None` at its end.
    fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut length = [0];
        if from.read(&mut length)? == 0 {
            return Ok(None);
        }
        let mut stream = vec![0; usize::from(length[0])];
        let (mut version, mut position, mut leaf) = ([0; 8], [0; 8], [0; 32]);
        from.read_exact(&mut stream)?;
        from.read_exact(&mut version)?;
        from.read_exact(&mut position)?;
        from.read_exact(&mut leaf)?;
        Ok(Some(Self {
            stream: String::from_utf8(stream).map_err(io::Error::other)?.into(),
            version: u64::from_be_bytes(version),
            position: u64::from_be_bytes(position),
            leaf: Hash(leaf),
        }))
    }
}

/// Takes items in any order and gives them back in theirs.
#[derive(Debug)]
pub(crate) struct Sorter {
    scratch: PathBuf,
    run_items: usize,
    buffer: Vec<Item>,
    runs: Vec<File>,
}

impl Sorter {
    /// Keeps at most `run_items` in memory; the files have no names and vanish with the process.
    pub(crate) fn new(scratch: &Path, run_items: usize) -> Self {
        Self { scratch: scratch.to_owned(), run_items, buffer: Vec::new(), runs: Vec::new() }
    }

    pub(crate) fn push(&mut self, item: Item) -> io::Result<()> {
        self.buffer.push(item);
        if self.buffer.len() >= self.run_items { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.buffer.sort_unstable();
        let mut run = BufWriter::new(tempfile::tempfile_in(&self.scratch)?);
        self.buffer.drain(..).try_for_each(|item| item.write(&mut run))?;
        let mut run = run.into_inner().map_err(io::IntoInnerError::into_error)?;
        run.rewind()?;
        self.runs.push(run);
        Ok(())
    }

    /// Gives every item, in order, until one is not taken.
    pub(crate) fn merge<E: From<io::Error>>(
        mut self,
        mut give: impl FnMut(Item) -> Result<(), E>,
    ) -> Result<(), E> {
        self.buffer.sort_unstable();
        let mut sources: Vec<Box<dyn Iterator<Item = io::Result<Item>>>> = Vec::new();
        for run in self.runs {
            let mut run = BufReader::new(run);
            sources.push(Box::new(std::iter::from_fn(move || Item::read(&mut run).transpose())));
        }
        sources.push(Box::new(self.buffer.into_iter().map(Ok)));
        let mut next = BinaryHeap::new();
        for (place, source) in sources.iter_mut().enumerate() {
            if let Some(item) = source.next() {
                next.push(Reverse((item?, place)));
            }
        }
        while let Some(Reverse((item, place))) = next.pop() {
            give(item)?;
            if let Some(item) = sources.get_mut(place).and_then(Iterator::next) {
                next.push(Reverse((item?, place)));
            }
        }
        Ok(())
    }
}
