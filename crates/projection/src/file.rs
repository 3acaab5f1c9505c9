//! What makes a file a read model; opening one to read.
//!
//! A read model is a SQLite file with our application id, a table `projection` of one row (whose,
//! of which ledger, how far), a table `projection_failure` of at most one, and the projector's own
//! tables. Position and rows change in the same transaction, so a crash leaves a file that is
//! right, if perhaps a few pages behind: `synchronous = NORMAL` is enough for what can be replayed.

use std::{
    cmp::Ordering,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use event_log::Position;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior};

use crate::projector::Projector;

/// SQLite's `application_id` of a read model: "Rdrs".
pub const APPLICATION_ID: i32 = 0x5264_7273;

const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const STATEMENTS_MAX: usize = 128;

const META_SQL: &str = "
    -- What this file is and how far it has come. One row.
    CREATE TABLE projection (
        one            INTEGER PRIMARY KEY CHECK (one = 1),
        projector      TEXT NOT NULL,     -- the projector's name
        schema_version INTEGER NOT NULL,  -- the form of the tables below
        origin         TEXT NOT NULL,     -- the ledger the rows come from
        next_position  INTEGER NOT NULL,  -- the first record not yet taken in
        last_record    BLOB               -- SHA-256 of the bytes of the last record taken in
    ) STRICT;
    -- Why the projector stopped, if it did. At most one row; not part of the digest.
    CREATE TABLE projection_failure (
        one      INTEGER PRIMARY KEY CHECK (one = 1),
        position INTEGER NOT NULL,        -- the record it could not take in
        reason   TEXT NOT NULL
    ) STRICT;";

/// Why a file cannot be opened as the read model it should be.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file; it comes into being when the projector first runs.
    #[error("expected a read model at {}, found no file; `redress projections rebuild` makes it", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It is not a read model. It is left alone.
    #[error("expected a read model of redress at {}, found {found}; move that file away", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What it seems to be.
        found: String,
    },
    /// It is the read model of another projector. It is left alone.
    #[error("expected the read model `{expected}` at {}, found `{found}`; move that file away", path.display())]
    OtherProjector {
        /// Which file.
        path: PathBuf,
        /// Whose it should be.
        expected: String,
        /// Whose it is.
        found: String,
    },
    /// It was filled from another ledger. It is left alone.
    #[error("expected rows of ledger `{expected}` at {}, found rows of `{found}`; move that file away", path.display())]
    OtherLedger {
        /// Which file.
        path: PathBuf,
        /// The ledger at hand.
        expected: String,
        /// The ledger in the file.
        found: String,
    },
    /// An older redress wrote it. Rebuild it.
    #[error("expected schema version {expected} at {}, found {found}; run `redress projections rebuild`", path.display())]
    OlderSchema {
        /// Which file.
        path: PathBuf,
        /// What this code writes.
        expected: u32,
        /// What the file has.
        found: u32,
    },
    /// A newer redress wrote it. Use that one, or move the file away.
    #[error("expected schema version {expected} at {}, found {found}: a newer redress wrote it; use that one", path.display())]
    NewerSchema {
        /// Which file.
        path: PathBuf,
        /// What this code writes.
        expected: u32,
        /// What the file has.
        found: u32,
    },
    /// It is damaged. Rebuild it: nothing is lost, the log has everything.
    #[error("the read model at {} is damaged; run `redress projections rebuild`", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// It cannot be reached: no permission, no room, another process holds it.
    #[error("the read model at {} cannot be opened", path.display())]
    Unavailable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl OpenError {
    pub(crate) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        if is_damage(&source) {
            Self::Damaged { path, source }
        } else {
            Self::Unavailable { path, source: Box::new(source) }
        }
    }

    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Unavailable { path: path.to_owned(), source: Box::new(source) }
    }
}

/// Whether SQLite says that the file itself is broken.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Where the read model of that name lies in its directory.
///
/// ```
/// let path = projection::path_of("read-models".as_ref(), "audit");
/// assert_eq!(path, std::path::Path::new("read-models/audit.sqlite"));
/// ```
pub fn path_of(read_models: &Path, name: &str) -> PathBuf {
    read_models.join(format!("{name}.sqlite"))
}

/// The one row of table `projection`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(crate) projector: String,
    pub(crate) schema_version: u32,
    pub(crate) origin: String,
    pub(crate) next_position: Position,
    pub(crate) last_record: Option<[u8; 32]>,
}

/// What lies at a path, before anything is done to it.
#[derive(Debug)]
pub(crate) enum Found {
    /// Nothing, or a file that a crash left before it held anything.
    Nothing,
    /// A read model, perhaps not the one that is wanted.
    Model(Meta),
}

/// Looks at what lies at `path` without changing it.
pub(crate) fn examine(path: &Path) -> Result<Found, OpenError> {
    let mut start = Vec::with_capacity(SQLITE_MAGIC.len());
    match File::open(path) {
        Ok(file) => {
            file.take(16).read_to_end(&mut start).map_err(|error| OpenError::io(path, error))?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(OpenError::io(path, error)),
    }
    if start.is_empty() {
        return Ok(Found::Nothing);
    }
    if start != SQLITE_MAGIC {
        return Err(foreign(path, "a file that is not SQLite's"));
    }
    let connection = connect_to_read(path)?;
    let id: i32 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(|error| OpenError::sqlite(path, error))?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| OpenError::sqlite(path, error))?;
    match id {
        APPLICATION_ID => read_meta(&connection)
            .map_err(|error| OpenError::sqlite(path, error))?
            .map(Found::Model)
            .ok_or_else(|| foreign(path, "a read model without its description")),
        0 if tables == 0 => Ok(Found::Nothing),
        other => Err(foreign(path, &format!("an SQLite file with application id {other:#010x}"))),
    }
}

fn foreign(path: &Path, found: &str) -> OpenError {
    OpenError::Foreign { path: path.to_owned(), found: found.to_owned() }
}

/// Whether a read model is the one that is wanted, by the code at hand, of the ledger at hand.
pub(crate) fn check(
    path: &Path,
    meta: &Meta,
    origin: &str,
    projector: &dyn Projector,
) -> Result<(), OpenError> {
    check_against(path, meta, origin, projector.name(), projector.schema_version())
}

pub(crate) fn check_against(
    path: &Path,
    meta: &Meta,
    origin: &str,
    name: &str,
    expected: u32,
) -> Result<(), OpenError> {
    let path = path.to_owned();
    if meta.projector != name {
        let (expected, found) = (name.to_owned(), meta.projector.clone());
        return Err(OpenError::OtherProjector { path, expected, found });
    }
    if meta.origin != origin {
        let (expected, found) = (origin.to_owned(), meta.origin.clone());
        return Err(OpenError::OtherLedger { path, expected, found });
    }
    let found = meta.schema_version;
    match found.cmp(&expected) {
        Ordering::Less => Err(OpenError::OlderSchema { path, expected, found }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(OpenError::NewerSchema { path, expected, found }),
    }
}

pub(crate) fn read_meta(connection: &Connection) -> rusqlite::Result<Option<Meta>> {
    connection
        .query_row(
            "SELECT projector, schema_version, origin, next_position, last_record FROM projection",
            [],
            |row| {
                let next_position: i64 = row.get(3)?;
                Ok(Meta {
                    projector: row.get(0)?,
                    schema_version: row.get(1)?,
                    origin: row.get(2)?,
                    next_position: Position(next_position.unsigned_abs()),
                    last_record: row.get(4)?,
                })
            },
        )
        .optional()
}

/// How carefully a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// A live file: readers go on while it is written, a crash loses at most the last pages.
    Live,
    /// A file that nobody sees until it is complete; a crash loses it whole.
    Unseen,
}

/// Opens a file to write, and makes it a read model if it is none yet.
pub(crate) fn connect_to_write(
    path: &Path,
    origin: &str,
    projector: &dyn Projector,
    care: Care,
) -> Result<(Connection, Meta), OpenError> {
    if let Found::Model(meta) = examine(path)? {
        check(path, &meta, origin, projector)?;
    }
    let opened = || -> rusqlite::Result<(Connection, Option<Meta>)> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        connection.pragma_update(None, "cache_size", -16_000)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        match care {
            Care::Live => {
                connection.pragma_update(None, "journal_mode", "WAL")?;
                connection.pragma_update(None, "synchronous", "NORMAL")?;
            }
            Care::Unseen => {
                connection.pragma_update(None, "journal_mode", "MEMORY")?;
                connection.pragma_update(None, "synchronous", "OFF")?;
            }
        }
        create_if_empty(&mut connection, origin, projector, care)?;
        let meta = read_meta(&connection)?;
        Ok((connection, meta))
    };
    match opened().map_err(|error| OpenError::sqlite(path, error))? {
        (connection, Some(meta)) => Ok((connection, meta)),
        (_, None) => Err(foreign(path, "a read model without its description")),
    }
}

/// In one transaction, so that a crash leaves an empty file or a whole read model.
fn create_if_empty(
    connection: &mut Connection,
    origin: &str,
    projector: &dyn Projector,
    care: Care,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 {
        return Ok(());
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.execute_batch(META_SQL)?;
    transaction.execute(
        "INSERT INTO projection VALUES (1, ?1, ?2, ?3, 0, NULL)",
        (projector.name(), projector.schema_version(), origin),
    )?;
    projector.create_schema(&transaction)?;
    if care == Care::Live {
        projector.create_indexes(&transaction)?;
    }
    transaction.commit()
}

/// Opens a read model to query it. Nothing can be written through it, and the projector goes on
/// undisturbed; wrap queries that must agree with each other in one transaction.
///
/// # Errors
///
/// [`OpenError`] when there is no read model at that path.
pub fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    match examine(path)? {
        Found::Nothing => Err(OpenError::Missing { path: path.to_owned() }),
        Found::Model(_) => connect_to_read(path),
    }
}

pub(crate) fn connect_to_read(path: &Path) -> Result<Connection, OpenError> {
    let connect = |flags: OpenFlags, name: &Path| -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(name, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        // The first read is where a file that cannot be read in this place says so.
        connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
        Ok(connection)
    };
    let plain = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let result = connect(plain, path).or_else(|error| {
        // A write-ahead log needs a file beside it, which a read-only medium cannot give. When
        // nothing waits in such a log, the file is complete and may be read as it is.
        let waiting = beside(path, "-wal").metadata().is_ok_and(|wal| wal.len() > 0);
        if is_damage(&error) || waiting {
            return Err(error);
        }
        connect(plain | OpenFlags::SQLITE_OPEN_URI, &immutable_uri(path))
    });
    result.map_err(|error| OpenError::sqlite(path, error))
}

fn immutable_uri(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    PathBuf::from(format!("file:{escaped}?mode=ro&immutable=1"))
}

/// The file whose name is this one's with something added, as SQLite names its companions.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
