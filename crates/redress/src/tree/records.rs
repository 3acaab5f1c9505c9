//! The records of a mirror, read as those of a log: by whoever has no ledger.
//!
//! A mirror held when it was made. Its files may have been changed since, by accident or otherwise; so whoever counts from
//! them has their root computed first ([`MirrorLog::root`]), over what is then read.

use std::{fs, io, path::Path, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use event_log::{
    AppendError, Appended, EventLog, ExpectedVersion, Head, NewRecord, Position, ReadError,
    RecordStream, RecordedEvent, StreamId, StreamVersion,
};
use evidence_check::record::RecordView;
use futures::{StreamExt, TryStreamExt, stream};
use merkle_log::{
    Checkpoint, CompactRange, Hash, SignedNote, TileId, TileKind, leaf_hash, parse_bundle,
    tile::TILE_WIDTH,
};
use tokio::{sync::watch, task::spawn_blocking};

use super::mirror::CHECKPOINT;
use crate::{console::Bar, error::CommandError, publishing};

/// The file that says a directory is a ledger's.
const LEDGER_FILE: &str = "ledger.json";

/// The records of a mirror. Takes none.
#[derive(Debug)]
pub struct MirrorLog {
    bundles: Arc<Bundles>,
    note: SignedNote,
    checkpoint: Checkpoint,
    head: watch::Sender<Head>,
}

/// The files with the records.
#[derive(Debug)]
struct Bundles {
    dir: std::path::PathBuf,
    size: u64,
}

impl MirrorLog {
    /// Opens a directory that `redress mirror` has made.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: there is no checkpoint, or none that can be read.
    pub fn open(dir: &Path) -> Result<Self, CommandError> {
        let refused = |problem: String| CommandError::Refused {
            problem,
            next: "make one with `redress mirror --from … --out DIR`".to_owned(),
        };
        if dir.join(LEDGER_FILE).exists() {
            return Err(CommandError::Refused {
                problem: format!("expected a mirror at {}, found a ledger", dir.display()),
                next: "name a ledger with --data".to_owned(),
            });
        }
        let note = publishing::read(&dir.join(CHECKPOINT))?.ok_or_else(|| {
            refused(format!("expected a mirror at {}, found no checkpoint", dir.display()))
        })?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(|error| {
            refused(format!("expected a checkpoint in {}: {error}", dir.display()))
        })?;
        let size = checkpoint.size();
        let (head, _) = watch::channel(Head { next_position: Position(size) });
        let bundles = Arc::new(Bundles { dir: dir.to_owned(), size });
        Ok(Self { bundles, note, checkpoint, head })
    }

    /// Whose log it is.
    pub fn origin(&self) -> &str {
        self.checkpoint.origin()
    }

    /// Its checkpoint as it was signed. Nobody has looked at by whom.
    pub const fn note(&self) -> &SignedNote {
        &self.note
    }

    /// How many records it has.
    pub fn size(&self) -> u64 {
        self.checkpoint.size()
    }

    /// The root over the first so many records, once all records gave that of the mirror's checkpoint. Reads everything.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: fewer records, a file that cannot be read, or records that are not those of the checkpoint.
    pub async fn root(&self, size: u64, bar: &Bar) -> Result<Hash, CommandError> {
        let outline = self.outline(size, None, bar).await?;
        outline.root.ok_or_else(|| CommandError::Refused {
            problem: format!(
                "expected up to {} records, as many as the mirror has, found {size}",
                self.bundles.size
            ),
            next: "bring the mirror up with `redress mirror`, or count fewer".to_owned(),
        })
    }

    /// The root over the first so many records and the leaf at a position, as far as the mirror has them, once all
    /// records gave the root of its checkpoint. Reads everything.
    ///
    /// # Errors
    ///
    /// [`CommandError`]: a file that cannot be read, or records that are not those of the checkpoint.
    pub async fn outline(
        &self,
        size: u64,
        position: Option<u64>,
        bar: &Bar,
    ) -> Result<Outline, CommandError> {
        let (mut tree, mut outline) = (CompactRange::new(), Outline::default());
        for index in 0..self.bundles.size.div_ceil(TILE_WIDTH.into()) {
            for leaf in self.leaves(index).await? {
                if tree.size() == size {
                    outline.root = Some(tree.root());
                }
                if Some(tree.size()) == position {
                    outline.leaf = Some(leaf);
                }
                tree.push(leaf);
            }
            bar.set(tree.size());
        }
        let found = tree.root();
        if found != self.checkpoint.root() {
            return Err(CommandError::Refused {
                problem: format!(
                    "expected records with the root {} of the mirror's checkpoint, found {found}",
                    self.checkpoint.root(),
                ),
                next: "run `redress mirror` again: it names the file that is at fault".to_owned(),
            });
        }
        if tree.size() == size {
            outline.root = Some(found);
        }
        Ok(outline)
    }

    /// The leaves of the records of a bundle.
    async fn leaves(&self, index: u64) -> Result<Vec<Hash>, CommandError> {
        let bundles = Arc::clone(&self.bundles);
        let leaves = spawn_blocking(move || {
            let records = bundles.read(index)?;
            Ok(records.iter().map(|bytes| leaf_hash(bytes)).collect::<Vec<_>>())
        });
        let leaves: Result<_, ReadError> =
            leaves.await.map_err(CommandError::failed("read the mirror"))?;
        leaves.map_err(|error| CommandError::Refused {
            problem: format!("the mirror at {}: {error}", self.bundles.dir.display()),
            next:
                "run `redress mirror` again: it fetches what is missing, and names what is at fault"
                    .to_owned(),
        })
    }
}

/// What the records of a mirror say of a tree and of a place in it, where the mirror has as many.
#[derive(Debug, Default)]
pub struct Outline {
    /// The root over the records that were asked for.
    pub root: Option<Hash>,
    /// The leaf at the position that was asked for.
    pub leaf: Option<Hash>,
}

impl Bundles {
    /// The records of a bundle.
    fn read(&self, index: u64) -> Result<Vec<Bytes>, ReadError> {
        let first = index.saturating_mul(TILE_WIDTH.into());
        let corrupt = |reason: String| ReadError::Corrupt { position: Position(first), reason };
        let tile = TileId::in_tree(TileKind::Entries, index, self.size)
            .ok_or_else(|| corrupt("it lies outside the tree".to_owned()))?;
        let bytes = fs::read(self.dir.join(tile.to_string())).map_err(|error| {
            let reason = format!("{tile}: {error}");
            if error.kind() == io::ErrorKind::NotFound {
                corrupt(reason)
            } else {
                ReadError::Unavailable { reason }
            }
        })?;
        let bytes = Bytes::from(bytes);
        let entries = parse_bundle(&bytes, tile.width())
            .map_err(|error| corrupt(format!("{tile}: {error}")))?;
        Ok(entries.into_iter().map(|entry| bytes.slice_ref(entry)).collect())
    }

    /// The same, each with its place, as far as they lie in a range.
    fn records(&self, index: u64, from: u64, end: u64) -> Result<Vec<RecordedEvent>, ReadError> {
        let first = index.saturating_mul(TILE_WIDTH.into());
        let records = (first..).zip(self.read(index)?);
        let wanted = records.filter(|(position, _)| (from..end).contains(position));
        wanted.map(|(position, bytes)| placed(Position(position), bytes)).collect()
    }
}

/// A record with the stream and version that it says it has.
fn placed(position: Position, bytes: Bytes) -> Result<RecordedEvent, ReadError> {
    let corrupt = |reason: String| ReadError::Corrupt { position, reason };
    let record = RecordView::parse(&bytes).map_err(|error| corrupt(error.to_string()))?;
    let stream: StreamId =
        record.stream.parse().map_err(|_| corrupt("its stream has no such name".to_owned()))?;
    let version = StreamVersion(record.version);
    Ok(RecordedEvent { position, stream, version, bytes })
}

#[async_trait]
impl EventLog for MirrorLog {
    async fn append(
        &self,
        _: &StreamId,
        _: ExpectedVersion,
        _: Vec<NewRecord>,
    ) -> Result<Appended, AppendError> {
        Err(AppendError::Unavailable { reason: "a mirror takes in no records".to_owned() })
    }

    /// Reads all of it: a mirror has no index of its streams.
    fn read_stream(&self, stream: &StreamId, from: StreamVersion) -> RecordStream {
        let stream = stream.clone();
        let is_it = move |record: &RecordedEvent| record.stream == stream && record.version >= from;
        let all = self.read_all(Position(0), u64::MAX);
        all.try_filter(move |record| std::future::ready(is_it(record))).boxed()
    }

    fn read_all(&self, from: Position, limit: u64) -> RecordStream {
        let end = from.0.saturating_add(limit).min(self.bundles.size);
        let bundles = Arc::clone(&self.bundles);
        let pages = stream::try_unfold(from.0, move |next| {
            let bundles = Arc::clone(&bundles);
            async move {
                if next >= end {
                    return Ok::<_, ReadError>(None);
                }
                let index = next / u64::from(TILE_WIDTH);
                let page = spawn_blocking(move || bundles.records(index, next, end)).await;
                let page =
                    page.map_err(|error| ReadError::Unavailable { reason: error.to_string() })??;
                let after = index.saturating_add(1).saturating_mul(TILE_WIDTH.into());
                Ok(Some((stream::iter(page.into_iter().map(Ok)), after)))
            }
        });
        pages.try_flatten().boxed()
    }

    fn watch_head(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }
}
