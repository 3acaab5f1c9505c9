//! The stream index: which positions the records of a stream have, flat in memory however many
//! streams there are.
//!
//! The newest records are listed by [`recent`], in memory and in the store. Each time they make a
//! whole [`span`], they go into an immutable file of their own; files of neighbouring spans are merged
//! into one of the level above, so that a million records have at most a dozen files and a thousand
//! million some forty. A file is looked into with a handful of small reads, which the system keeps in
//! memory as it sees fit; the log itself keeps a few hundred bytes of each.
//!
//! All of it follows from the tiles, byte for byte. Which files there must be follows from how many
//! records are stored, so nothing lists them: of two that are about the same records (the merged one
//! and its parts, after a crash) the larger one counts.

pub(crate) mod build;
pub(crate) mod entry;
mod file;
mod filter;
pub(crate) mod merged;
pub(crate) mod recent;
pub(crate) mod span;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use event_log::{RecordedEvent, StreamId};

use crate::{
    disk::{Disk, is_full, sync_dir},
    frame::FrameDamage,
    index::{
        build::{Builder, MergeError},
        entry::Entry,
        file::{Entries, IndexFile},
        filter::NameHash,
        merged::{Merged, Source},
        recent::Recent,
        span::{FANOUT, LEVEL_MAX, SPAN, SPAN_STEP, Span},
    },
    journal::RESERVE_BYTES,
};

/// The index files and what they do not list yet.
#[derive(Debug)]
pub(crate) struct Index {
    dir: PathBuf,
    disk: Disk,
    held: RwLock<Held>,
    /// Merging is to stop.
    stop: AtomicBool,
}

#[derive(Debug, Default)]
struct Held {
    /// In the order of their records.
    files: Arc<Vec<Arc<IndexFile>>>,
    recent: Recent,
    /// The position after the last record that is listed.
    reached: u64,
}

/// How far the files reach when so many records are stored.
pub(crate) fn indexed(stored: u64) -> u64 {
    stored.saturating_sub(stored.checked_rem(SPAN).unwrap_or(0))
}

impl Index {
    /// Opens the files in `dir` that list the records below `stored`, and says which spans are
    /// listed by none that is whole. Changes nothing.
    pub(crate) fn open(dir: &Path, disk: Disk, stored: u64) -> (Self, Vec<(Span, FrameDamage)>) {
        let end = indexed(stored);
        let mut files = Vec::new();
        let mut lacking = Vec::new();
        let mut at = 0;
        while at < end {
            let spans = (0..=LEVEL_MAX).rev().filter_map(|level| Span::starting_at(level, at));
            let mut tried = spans
                .filter(|span| span.end() <= end)
                .map(|span| IndexFile::open(dir, span).map_err(|damage| (span, damage)));
            let Some(mut opened) = tried.next() else { break };
            // The last that is tried is the smallest.
            while opened.is_err()
                && let Some(smaller) = tried.next()
            {
                opened = smaller;
            }
            match opened {
                Ok(file) => {
                    at = file.span().end();
                    files.push(Arc::new(file));
                }
                Err((span, damage)) => {
                    at = span.end();
                    lacking.push((span, damage));
                }
            }
        }
        let held = Held { files: Arc::new(files), recent: Recent::default(), reached: stored };
        let (dir, stop) = (dir.to_owned(), AtomicBool::new(false));
        (Self { dir, disk, held: RwLock::new(held), stop }, lacking)
    }

    /// Removes files that nothing reads: parts that were merged, and spans that are not stored.
    pub(crate) fn tidy(&self) -> io::Result<()> {
        if !self.dir.is_dir() {
            return Ok(());
        }
        let files = self.files();
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            let name = entry.file_name();
            if !files.iter().any(|file| *file.span().to_string() == *name) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn files(&self) -> Arc<Vec<Arc<IndexFile>>> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner).files)
    }

    /// Lists records that come after all listed ones and end with or before their span. When the
    /// span is whole its file is made, durable when this returns, and true is given. Where that failed for want
    /// of room, the same may be added again: what was listed is not listed twice.
    pub(crate) fn add(&self, entries: Vec<Entry>, end: u64) -> io::Result<bool> {
        let is_whole = end.checked_rem(SPAN) == Some(0);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.reached < end {
            held.recent.add(entries);
            held.reached = end;
        }
        let is_made = held.files.last().is_some_and(|file| file.span().end() >= end);
        drop(held);
        if is_whole && !is_made {
            let span = Span::starting_at(0, end.saturating_sub(SPAN));
            self.seal(span.ok_or_else(|| io::Error::other("no such span"))?)?;
        }
        Ok(is_whole)
    }

    fn seal(&self, span: Span) -> io::Result<()> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let listed: Vec<_> = held.recent.sorted().collect();
        drop(held);
        self.write(span, listed)?;
        let file = IndexFile::open(&self.dir, span).map_err(damaged)?;
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut held.files).push(Arc::new(file));
        let listed = std::mem::take(&mut held.recent);
        drop(held);
        // It takes a while to let go of so much, and appends look here.
        drop(listed);
        Ok(())
    }

    fn write(&self, span: Span, listed: Vec<Entry>) -> io::Result<()> {
        if !self.dir.is_dir() {
            fs::create_dir(&self.dir)?;
            self.dir.parent().map_or(Ok(()), sync_dir)?;
        }
        let streams = u64::try_from(listed.len()).unwrap_or(u64::MAX);
        let mut builder = Builder::new(&self.disk, &self.dir, span, streams)?;
        listed.into_iter().try_for_each(|entry| builder.push(entry))?;
        builder.finish()
    }

    /// Makes the file of a span of level 0 again from its records.
    pub(crate) fn make_again(&self, span: Span, records: &[RecordedEvent]) -> io::Result<()> {
        let file = self.write_listed(span, records)?;
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let files = Arc::make_mut(&mut held.files);
        let place = files.partition_point(|other| other.span().first() < span.first());
        files.insert(place, file);
        Ok(())
    }

    fn write_listed(&self, span: Span, records: &[RecordedEvent]) -> io::Result<Arc<IndexFile>> {
        let mut listed = Recent::default();
        listed.add(recent::list(records));
        self.write(span, listed.sorted().collect())?;
        Ok(Arc::new(IndexFile::open(&self.dir, span).map_err(damaged)?))
    }

    /// Lists records that the store says are recent.
    pub(crate) fn recall(&self, entries: Vec<Entry>) {
        self.held.write().unwrap_or_else(PoisonError::into_inner).recent.add(entries);
    }

    /// Merges files until no more of them make a whole span of the level above. Not when there is
    /// no room for it: the files are as good apart. A damaged one is left to the caller, who has the
    /// tiles that it follows from.
    pub(crate) fn merge(&self) -> Result<(), MergeError> {
        while !self.stop.load(Ordering::Relaxed)
            && let Some((span, parts)) = self.due()
        {
            let needed: u64 = parts.iter().map(|part| part.length()).sum();
            if self.disk.room(&self.dir)? < needed.saturating_add(RESERVE_BYTES) {
                return Ok(());
            }
            match build::merge(&self.disk, &self.dir, span, &parts, &self.stop) {
                Err(MergeError::Failed(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
                    tracing::warn!(%error, "the files of the stream index are not merged any more");
                    self.stop();
                    return Ok(());
                }
                Err(MergeError::Failed(error))
                    if error.kind() == io::ErrorKind::Interrupted || is_full(&error) =>
                {
                    return Ok(());
                }
                merged => merged?,
            }
            let file = Arc::new(IndexFile::open(&self.dir, span).map_err(damaged)?);
            let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
            let files = Arc::make_mut(&mut held.files);
            let merged = |file: &Arc<IndexFile>| parts.iter().any(|part| Arc::ptr_eq(part, file));
            let place = files.iter().position(&merged).unwrap_or(files.len());
            files.retain(|file| !merged(file));
            files.insert(place, file);
            drop(held);
            // Whoever reads in them still has them open.
            for part in &parts {
                fs::remove_file(self.dir.join(part.span().to_string()))?;
            }
        }
        Ok(())
    }

    /// Puts files of level 0 in the place of one that is damaged, made from `records`, which gives those
    /// of a span. Merging goes on from them.
    pub(crate) fn take_apart<E: From<io::Error>>(
        &self,
        damaged: Span,
        records: impl Fn(Span) -> Result<Vec<RecordedEvent>, E>,
    ) -> Result<(), E> {
        let mut parts = Vec::new();
        for first in (damaged.first()..damaged.end()).step_by(SPAN_STEP) {
            let part = Span::starting_at(0, first);
            let part = part.ok_or_else(|| io::Error::other("no such span"))?;
            parts.push(self.write_listed(part, &records(part)?)?);
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let files = Arc::make_mut(&mut held.files);
        let place = files.iter().position(|file| file.span() == damaged).unwrap_or(files.len());
        files.retain(|file| file.span() != damaged);
        files.splice(place..place, parts);
        drop(held);
        if damaged.level > 0 {
            fs::remove_file(self.dir.join(damaged.to_string()))?;
        }
        Ok(())
    }

    /// Has merging stop where it is; what was merged in part is merged again later.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// The first files that make a whole span of the level above.
    fn due(&self) -> Option<(Span, Vec<Arc<IndexFile>>)> {
        let fanout = usize::try_from(FANOUT).ok()?;
        self.files().windows(fanout).find_map(|files| {
            let span = files.first()?.span();
            let parent = span.parent_begun()?;
            let ends = files.last()?.span().end() == parent.end();
            let same = files.iter().all(|file| file.span().level == span.level);
            (ends && same).then(|| (parent, files.to_vec()))
        })
    }

    /// The version that the stream's next record would get, if that can be told without a look into a file.
    pub(crate) fn known_next_version(&self, stream: &StreamId) -> Option<u64> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(version) = held.recent.next_version(stream) {
            return Some(version);
        }
        let mut named = None;
        let may_be_in = |file: &Arc<IndexFile>| {
            file.spans_name(stream)
                && !file.is_known_to_lack(*named.get_or_insert_with(|| NameHash::of(stream)))
        };
        (!held.files.iter().any(may_be_in)).then_some(0)
    }

    /// The version that the stream's next record would get.
    pub(crate) fn next_version(&self, stream: &StreamId) -> Result<u64, FrameDamage> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(version) = held.recent.next_version(stream) {
            return Ok(version);
        }
        let files = Arc::clone(&held.files);
        drop(held);
        let mut named = None;
        for file in files.iter().rev().filter(|file| file.spans_name(stream)) {
            let name = *named.get_or_insert_with(|| NameHash::of(stream));
            if let Some(entry) = file.find(stream, name, u64::MAX)? {
                return Ok(entry.next_version());
            }
        }
        Ok(0)
    }

    /// The positions of a stream's records from a version on, some of them or none, if that can be
    /// told without a look into a file.
    pub(crate) fn known_positions(&self, stream: &StreamId, from: u64) -> Option<Vec<u64>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        match held.recent.get(stream) {
            Some((version, positions)) if version <= from => Some(after(version, positions, from)),
            Some(_) => None,
            None if held.files.iter().any(|file| file.spans_name(stream)) => None,
            None => Some(Vec::new()),
        }
    }

    /// The positions of a stream's records from a version on: some of them; none if there are none.
    pub(crate) fn positions(&self, stream: &StreamId, from: u64) -> Result<Vec<u64>, FrameDamage> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let files = Arc::clone(&held.files);
        let recent =
            held.recent.get(stream).map(|(version, at)| (version, after(version, at, from)));
        drop(held);
        if let Some((version, positions)) = recent
            && version <= from
        {
            return Ok(positions);
        }
        let name = NameHash::of(stream);
        for file in files.iter() {
            if let Some(entry) = file.find(stream, name, from)?
                && from < entry.next_version()
            {
                return Ok(after(entry.version, &entry.positions, from));
            }
        }
        Ok(Vec::new())
    }

    /// Every entry there is, in the order of the streams' names and then of their records; those of a file
    /// are held against its filter too.
    pub(crate) fn entries(&self) -> Merged {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let recent: Vec<_> = held.recent.sorted().map(Ok).collect();
        let files = Vec::clone(&held.files);
        drop(held);
        let recent: Source = Box::new(recent.into_iter());
        Merged::new(files.into_iter().map(checked).chain([recent]).collect())
    }
}

/// The entries of a file, held against their order and against its filter, of which each block is read now and
/// only a short one is kept.
fn checked(file: Arc<IndexFile>) -> Source {
    if let Err(damage) = file.filter() {
        return Box::new(std::iter::once(Err(damage)));
    }
    let mut before: Option<(StreamId, u64)> = None;
    Box::new(Entries::new(Arc::clone(&file)).map(move |entry| {
        let entry = entry?;
        let key = (entry.stream.clone(), entry.version);
        let is_next = before.as_ref().is_none_or(|before| *before < key);
        before = Some(key);
        if is_next && file.may_have(&entry.stream, NameHash::of(&entry.stream))? {
            return Ok(entry);
        }
        let position = event_log::Position(file.span().first());
        let reason = format!("expected stream {} in its place in the index", entry.stream);
        Err(FrameDamage { position, reason })
    }))
}

fn after(version: u64, positions: &[u64], from: u64) -> Vec<u64> {
    let skipped = usize::try_from(from.saturating_sub(version)).unwrap_or(usize::MAX);
    positions.get(skipped..).unwrap_or_default().to_vec()
}

fn damaged(damage: FrameDamage) -> io::Error {
    io::Error::other(damage.reason)
}

#[cfg(test)]
mod tests;
