//! A new file beside the live one, compared, swapped in.
//!
//! The old file stays in use until the new one is complete, read through once for its digest and
//! synced. A crash before the rename leaves the old file and a `….rebuild` file, which the next
//! rebuild replaces; a crash after it leaves the new file.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use event_log::{EventLog, Position};

use crate::{
    digest::{DigestError, digest_of},
    file::{self, Care, Found, OpenError, beside},
    owner::Gone,
    projection::{CatchUpError, Projection},
    projector::Projector,
};

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuildReport {
    /// The projector's name.
    pub projector: String,
    /// How many records the new file has taken in.
    pub next_position: Position,
    /// The digest of the new file.
    pub digest: [u8; 32],
    /// What the new file replaced; `None` when there was nothing readable.
    pub previous: Option<PreviousModel>,
}

/// What a rebuild replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreviousModel {
    /// The form of its tables.
    pub schema_version: u32,
    /// How many records it had taken in.
    pub next_position: Position,
    /// Its digest.
    pub digest: [u8; 32],
    /// Whether the new file, after as many records, had the same digest. `None` when the two
    /// cannot be compared: another schema version, or more records than the log has.
    pub is_same: Option<bool>,
}

/// Why a rebuild did not come to its end. The file that was there is still there.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// What lies there, or beside it, is not to be replaced.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log could not be taken in.
    #[error(transparent)]
    CatchUp(#[from] CatchUpError),
    /// The new file could not be read.
    #[error("the new read model could not be read")]
    Digest(#[from] DigestError),
    /// Somebody has the old file open. Close it and try again.
    #[error("the read model at {} is in use; close it and try again", path.display())]
    InUse {
        /// Which file.
        path: PathBuf,
    },
    /// The files could not be swapped.
    #[error("the new read model could not be put in place at {}", path.display())]
    Swap {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

impl From<Gone> for RebuildError {
    fn from(Gone: Gone) -> Self {
        Self::CatchUp(CatchUpError::Panicked)
    }
}

/// Builds the read model anew from the first record on, and swaps it in.
///
/// Nobody may have the old file open, be it to read: end its [`Projection`] first. A reader would
/// go on to see the old rows; a writer would go on to write where nobody looks.
///
/// # Errors
///
/// [`RebuildError`]; the old file is then still in place.
pub async fn rebuild(
    path: &Path,
    origin: &str,
    projector: Box<dyn Projector>,
    log: &dyn EventLog,
    progress: &mut (dyn FnMut(Position) + Send),
) -> Result<RebuildReport, RebuildError> {
    Ok(rebuild_and_keep(path, origin, projector, log, progress).await?.0)
}

/// Opens a read model to bring it on. If there is none, or it is of an older schema version, it is
/// first built from the whole log, without the indexes until the rows are in.
///
/// # Errors
///
/// [`RebuildError`]: what [`Projection::open`] refuses, but for an older schema version.
pub async fn open_or_rebuild(
    path: &Path,
    origin: &str,
    projector: Box<dyn Projector>,
    log: &dyn EventLog,
    progress: &mut (dyn FnMut(Position) + Send),
) -> Result<(Projection, Option<RebuildReport>), RebuildError> {
    let is_to_be_built = match blocking(path, file::examine).await?? {
        Found::Nothing => true,
        Found::Model(meta) => match file::check(path, &meta, origin, &*projector) {
            Ok(()) => false,
            Err(error @ OpenError::OlderSchema { .. }) => {
                tracing::warn!(projector = projector.name(), %error, "rebuilding the read model");
                true
            }
            Err(error) => return Err(error.into()),
        },
    };
    if !is_to_be_built {
        return Ok((Projection::open(path, origin, projector).await?, None));
    }
    let (report, projector) = rebuild_and_keep(path, origin, projector, log, progress).await?;
    Ok((Projection::open(path, origin, projector).await?, Some(report)))
}

async fn rebuild_and_keep(
    path: &Path,
    origin: &str,
    projector: Box<dyn Projector>,
    log: &dyn EventLog,
    progress: &mut (dyn FnMut(Position) + Send),
) -> Result<(RebuildReport, Box<dyn Projector>), RebuildError> {
    let wanted = (projector.name(), projector.schema_version(), origin.to_owned());
    let mut previous =
        blocking(path, move |path| read_previous(path, wanted.0, wanted.1, &wanted.2)).await??;
    blocking(path, set_old_aside).await??; // sooner rather than after all the work
    let new_path = beside(path, ".rebuild");
    blocking(&new_path, remove_with_companions)
        .await?
        .map_err(|source| RebuildError::Swap { path: new_path.clone(), source })?;

    let mut new = Projection::open_with(&new_path, origin, projector, Care::Unseen).await?;
    let head = log.head().next_position;
    if let Some(old) = previous.as_mut() {
        let is_comparable = old.schema_version == new.status().schema_version;
        if is_comparable && old.next_position <= head {
            new.catch_up(log, old.next_position, progress).await?;
            let at_same_position = new.run(|owner| digest_of(&owner.connection)).await??;
            old.is_same = Some(at_same_position == old.digest);
        }
    }
    new.catch_up(log, head, progress).await?;
    let indexed = new.run(|owner| owner.projector.create_indexes(&owner.connection)).await?;
    indexed.map_err(CatchUpError::from)?;
    let digest = match previous {
        // Nothing came after the comparison: the digest is known.
        Some(PreviousModel { next_position, digest, is_same: Some(true), .. })
            if next_position == head =>
        {
            digest
        }
        _ => new.run(|owner| digest_of(&owner.connection)).await??,
    };
    let report = RebuildReport {
        projector: new.name().to_owned(),
        next_position: new.next_position(),
        digest,
        previous,
    };
    let owner = new.close_and_keep().await?;
    let crate::owner::Owner { connection, projector, path: built, .. } = owner;
    let target = path.to_owned();
    blocking(path, move |_| {
        drop(connection);
        swap(&built, &target)
    })
    .await??;
    Ok((report, projector))
}

async fn blocking<R: Send + 'static>(
    path: &Path,
    work: impl FnOnce(&Path) -> R + Send + 'static,
) -> Result<R, Gone> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || work(&path)).await.map_err(|_| Gone)
}

/// What is about to be replaced. A damaged read model is; anything that is not ours is not.
fn read_previous(
    path: &Path,
    name: &str,
    schema_version: u32,
    origin: &str,
) -> Result<Option<PreviousModel>, OpenError> {
    let meta = match file::examine(path) {
        Ok(Found::Nothing) => return Ok(None),
        Ok(Found::Model(meta)) => meta,
        Err(error @ OpenError::Damaged { .. }) => {
            tracing::warn!(%error, "replacing a damaged read model");
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    match file::check_against(path, &meta, origin, name, schema_version) {
        Ok(()) | Err(OpenError::OlderSchema { .. }) => {}
        Err(error) => return Err(error),
    }
    let digest = match crate::digest(path) {
        Ok(digest) => digest,
        Err(error) => {
            tracing::warn!(%error, "replacing a read model that cannot be read to its end");
            return Ok(None);
        }
    };
    Ok(Some(PreviousModel {
        schema_version: meta.schema_version,
        next_position: meta.next_position,
        digest,
        is_same: None,
    }))
}

fn swap(built: &Path, target: &Path) -> Result<(), RebuildError> {
    set_old_aside(target)?;
    let swapped = || -> io::Result<()> {
        File::open(built)?.sync_all()?;
        // Companions of the old file would be taken for the new one's.
        remove_if_there(&beside(target, "-wal"))?;
        remove_if_there(&beside(target, "-shm"))?;
        fs::rename(built, target)?;
        sync_directory(target)
    };
    swapped().map_err(|source| RebuildError::Swap { path: target.to_owned(), source })
}

/// Takes the write-ahead log of the old file back into it, which fails while anybody else has the
/// file open. A file that is too damaged for this has nothing to lose.
fn set_old_aside(target: &Path) -> Result<(), RebuildError> {
    if !target.exists() {
        return Ok(());
    }
    let fold_in = || -> rusqlite::Result<String> {
        let old = rusqlite::Connection::open(target)?;
        old.busy_timeout(file::BUSY_TIMEOUT)?;
        old.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))
    };
    match fold_in() {
        Ok(mode) if mode == "delete" => Ok(()),
        Ok(_) => Err(RebuildError::InUse { path: target.to_owned() }),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
            Err(RebuildError::InUse { path: target.to_owned() })
        }
        Err(error) if file::is_damage(&error) => Ok(()),
        Err(error) => Err(OpenError::sqlite(target, error).into()),
    }
}

fn remove_with_companions(path: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        remove_if_there(&beside(path, suffix))?;
    }
    Ok(())
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync_directory(of: &Path) -> io::Result<()> {
    match of.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(directory) => File::open(directory)?.sync_all(),
        None => File::open(".")?.sync_all(),
    }
}
