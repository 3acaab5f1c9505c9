//! Making index files: from a list of entries, or from the files of the spans they are made of.
//!
//! What comes out depends on the records alone, not on when it was made: a file that was lost is
//! made again byte for byte. Under a temporary name, synced, then named.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use event_log::StreamId;

use crate::{
    disk::{Disk, Step, sync_dir},
    frame::FrameDamage,
    index::{
        entry::{BlockWriter, Entry, POSITIONS_MAX},
        file::{Entries, Footer, IndexFile},
        filter::{Filter, NameHash},
        span::Span,
    },
};

/// How many bytes are written at once.
const WRITTEN_AT_ONCE: usize = 1024 * 1024;

/// An index file in the making.
#[derive(Debug)]
pub(crate) struct Builder<'a> {
    disk: &'a Disk,
    dir: &'a Path,
    temporary: PathBuf,
    file: File,
    span: Span,
    out: Vec<u8>,
    block: BlockWriter,
    blocks: u32,
    filter: Filter,
    streams: u64,
    first: Option<StreamId>,
    /// The entry to which more may be added.
    open: Option<Entry>,
    is_named: bool,
}

impl Drop for Builder<'_> {
    /// Half a file under a temporary name would only keep the disk full.
    fn drop(&mut self) {
        if !self.is_named {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

impl<'a> Builder<'a> {
    /// Begins the file of a span in which there are so many streams, at most.
    pub(crate) fn new(disk: &'a Disk, dir: &'a Path, span: Span, streams: u64) -> io::Result<Self> {
        let temporary = dir.join(span.to_string()).with_added_extension("tmp");
        Ok(Self {
            disk,
            dir,
            file: File::create(&temporary)?,
            temporary,
            span,
            out: Vec::new(),
            block: BlockWriter::default(),
            blocks: 0,
            filter: Filter::for_streams(streams),
            streams,
            first: None,
            open: None,
            is_named: false,
        })
    }

    /// Adds records of a stream: streams in the order of their names, records in that of versions.
    pub(crate) fn push(&mut self, entry: Entry) -> io::Result<()> {
        let Entry { stream, mut version, positions } = entry;
        let mut rest = positions.as_slice();
        if let Some(open) = self.open.as_mut().filter(|open| open.stream == stream) {
            let room = POSITIONS_MAX.saturating_sub(open.positions.len()).min(rest.len());
            let (fitting, others) = rest.split_at(room);
            open.positions.extend_from_slice(fitting);
            version = version.saturating_add(u64::try_from(room).unwrap_or(u64::MAX));
            rest = others;
        } else {
            self.filter.insert(NameHash::of(&stream));
        }
        for positions in rest.chunks(POSITIONS_MAX) {
            let next = Entry { stream: stream.clone(), version, positions: positions.to_vec() };
            version = next.next_version();
            if let Some(whole) = self.open.replace(next) {
                self.put(&whole)?;
            }
        }
        self.first.get_or_insert(stream);
        Ok(())
    }

    fn put(&mut self, entry: &Entry) -> io::Result<()> {
        if !self.block.push(entry, self.span) {
            self.finish_block()?;
            self.block.push(entry, self.span);
        }
        Ok(())
    }

    fn finish_block(&mut self) -> io::Result<()> {
        self.block.finish(self.span, self.blocks, &mut self.out);
        self.blocks = self.blocks.saturating_add(1);
        if self.out.len() >= WRITTEN_AT_ONCE { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> io::Result<()> {
        self.disk.run(Step::IndexWrite, || self.file.write_all(&self.out))?;
        self.out.clear();
        Ok(())
    }

    /// Ends the file and gives it its name; durable when it returns.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let last = self.open.take();
        if let Some(last) = &last {
            self.put(last)?;
        }
        if !self.block.is_empty() {
            self.finish_block()?;
        }
        let names = self.first.take().zip(last);
        let (first, last) = names.ok_or_else(|| io::Error::other("an index file of nothing"))?;
        let footer = Footer {
            span: self.span,
            blocks: self.blocks,
            filter_blocks: self.filter.blocks(),
            streams: self.streams,
            first,
            last: last.stream,
        };
        let filter = std::mem::replace(&mut self.filter, Filter::for_streams(0));
        self.out.extend_from_slice(&filter.into_bytes(self.span));
        self.out.extend_from_slice(&footer.to_bytes());
        self.write()?;
        self.disk.run(Step::IndexSync, || self.file.sync_all())?;
        let path = self.dir.join(self.span.to_string());
        self.disk.run(Step::IndexRename, || {
            fs::rename(&self.temporary, &path)?;
            sync_dir(self.dir)
        })?;
        self.is_named = true;
        Ok(())
    }
}

/// Why files were not merged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MergeError {
    /// A file is not what was written. It follows from the tiles and can be made again.
    #[error("{}", .1.reason)]
    Damaged(Span, FrameDamage),
    /// The disk failed.
    #[error(transparent)]
    Failed(#[from] io::Error),
}

/// Makes the file of a span from those of the spans it is made of, in their order.
///
/// Stops with [`io::ErrorKind::Interrupted`] when it is told to.
pub(crate) fn merge(
    disk: &Disk,
    dir: &Path,
    span: Span,
    parts: &[Arc<IndexFile>],
    stop: &AtomicBool,
) -> Result<(), MergeError> {
    let streams = parts.iter().map(|part| part.streams()).sum();
    let mut builder = Builder::new(disk, dir, span, streams)?;
    let mut sources = Vec::new();
    for part in parts {
        let mut entries = Entries::new(Arc::clone(part));
        let next = next_of(&mut entries)?;
        sources.push((next, entries));
    }
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(io::Error::from(io::ErrorKind::Interrupted).into());
        }
        // Of one stream's entries the older part has the earlier versions, and comes first here.
        let ahead = sources.iter_mut().filter(|(next, _)| next.is_some());
        let least = ahead.min_by(|(a, _), (b, _)| {
            let (a, b) = (a.as_ref(), b.as_ref());
            a.map(|entry| &entry.stream).cmp(&b.map(|entry| &entry.stream))
        });
        let Some((next, entries)) = least else { break };
        if let Some(entry) = next.take() {
            builder.push(entry)?;
        }
        *next = next_of(entries)?;
    }
    Ok(builder.finish()?)
}

fn next_of(entries: &mut Entries) -> Result<Option<Entry>, MergeError> {
    let next = entries.next().transpose();
    next.map_err(|damage| MergeError::Damaged(entries.span(), damage))
}
