//! What is to be sent, and what became of it. Holds no address, no name and no text.
//!
//! One SQLite file in the data directory. Unlike the read models it is not derived: what waits here
//! stands nowhere else. If it is lost, letters that were sent are still known from the ledger, and
//! letters that waited are to be asked for again (docs/format.md).

use std::{
    fmt,
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    str::FromStr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use complaint_letters::{LetterKind, LetterLocale};
use event_log::{StreamId, StreamVersion};
use jiff::{SignedDuration, Timestamp, civil::Date};
use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};
use serde::Serialize;
use uuid::Uuid;

/// The file, in the data directory.
pub const FILE: &str = "outbox.sqlite";

/// `application_id` of the file: the letters `RdOb`.
const APPLICATION_ID: i32 = 0x5264_4f62;
const SCHEMA_VERSION: i32 = 1;

const SCHEMA: &str = "
CREATE TABLE letters (
  letter TEXT PRIMARY KEY,
  complaint TEXT NOT NULL,
  kind TEXT NOT NULL,
  tells INTEGER NOT NULL,
  locale TEXT NOT NULL,
  packs TEXT NOT NULL,
  dated TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_ms INTEGER,
  last_error TEXT,
  last_code INTEGER,
  unsure INTEGER NOT NULL,
  queued_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX letters_by_time ON letters (state, next_attempt_ms);
";

/// How long to wait after each attempt that failed for the time being: the first entry after the
/// first attempt. After the tenth attempt, 4 days and 20 hours after the first, the letter is given
/// up. RFC 5321, 4.5.4.1 asks for 4 to 5 days.
pub const WAITS: [SignedDuration; 9] = [
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(12),
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(24),
];

macro_rules! coded {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$of])* $variant,)+ }

        impl $name {
            /// Its name in the file and in output.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }

        impl FromStr for $name {
            type Err = NotACode;

            fn from_str(text: &str) -> Result<Self, NotACode> {
                match text { $($code => Ok(Self::$variant),)+ _ => Err(NotACode) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.code())
            }
        }
    };
}

/// A column holds a word that this version does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a word of the outbox's format, found another")]
pub struct NotACode;

coded! {
    /// How far a letter has come.
    LetterState {
        /// It is to be sent, now or later.
        Waiting = "waiting",
        /// It is on its way to the server; found so at a start, somebody crashed there.
        Sending = "sending",
        /// The server accepted it; the ledger does not say so yet.
        Accepted = "accepted",
        /// The server accepted it, and the ledger says so.
        Recorded = "recorded",
        /// It was given up.
        GaveUp = "gave-up",
        /// The server accepted it, and it came back.
        Bounced = "bounced",
    }
}

coded! {
    /// Why an attempt failed. A class only: what a server says may repeat an address.
    FailureClass {
        /// No connection, or the server did not want to talk.
        Connection = "connection",
        /// No protected connection could be made.
        Tls = "tls",
        /// The server did not take the account or its password.
        Login = "login",
        /// The server refused for now (4xx).
        Temporary = "temporary",
        /// The server refused for good (5xx).
        Permanent = "permanent",
        /// The connection broke while the letter was handed over: it may have been accepted.
        Dropped = "dropped",
        /// The complainant gave no e-mail address, or it was erased.
        NoAddress = "no-address",
        /// The letter cannot be written any more: a fact is missing.
        Incomplete = "incomplete",
        /// The complaint ended, and nothing may be recorded of it.
        Ended = "ended",
        /// The mail came back.
        Returned = "returned",
    }
}

/// A letter of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outgoing {
    /// Its id, which is the command id under which its sending is recorded.
    pub letter: Uuid,
    /// The complaint it is about.
    #[serde(serialize_with = "as_text")]
    pub complaint: StreamId,
    /// Which letter.
    pub kind: LetterKind,
    /// The event it tells of, by its place in the stream.
    #[serde(serialize_with = "as_number")]
    pub tells: StreamVersion,
    /// Its language.
    pub locale: LetterLocale,
    /// The rule packs whose statements it makes.
    pub packs: Vec<String>,
    /// The day it bears.
    pub dated: Date,
    /// How far it has come.
    pub state: LetterState,
    /// How often it was handed to a server, or that was tried.
    pub attempts: u32,
    /// When it is due again, while it waits.
    pub next_attempt: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<FailureClass>,
    /// The code of the server's refusal.
    pub last_code: Option<u16>,
    /// Whether an earlier attempt may have been accepted without our knowing.
    pub unsure: bool,
    /// When it was put here.
    pub queued: Timestamp,
}

fn as_text<S: serde::Serializer>(stream: &StreamId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(stream.as_str())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn as_number<S: serde::Serializer>(
    version: &StreamVersion,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(version.0)
}

/// Why an attempt failed, and what that says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub class: FailureClass,
    /// The code of the server's refusal.
    pub code: Option<u16>,
}

impl Failure {
    /// A failure without a server's code.
    pub const fn of(class: FailureClass) -> Self {
        Self { class, code: None }
    }

    /// Whether another attempt can succeed without anybody changing anything.
    pub const fn is_for_now(self) -> bool {
        match self.class {
            FailureClass::Connection
            | FailureClass::Tls
            | FailureClass::Login
            | FailureClass::Temporary
            | FailureClass::Dropped => true,
            FailureClass::Permanent
            | FailureClass::NoAddress
            | FailureClass::Incomplete
            | FailureClass::Ended
            | FailureClass::Returned => false,
        }
    }
}

/// The outbox does not answer.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The file is of another program or a newer version.
    #[error("expected an outbox of version {SCHEMA_VERSION}, found {found}")]
    NotAnOutbox {
        /// What was found.
        found: String,
    },
    /// SQLite failed.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// The outbox, open. The ledger's lock keeps a second process away.
#[derive(Debug)]
pub struct Outbox(Mutex<Connection>);

impl Outbox {
    /// Opens the outbox of a data directory; makes it when there is none.
    ///
    /// # Errors
    ///
    /// [`OutboxError`].
    pub fn open(data: &Path) -> Result<Self, OutboxError> {
        let path = data.join(FILE);
        // Whom letters were sent to about what is nobody else's business. A file that cannot be made SQLite tells of.
        let _ = OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
        let connection = Connection::open(path)?;
        // Each change is durable before the next step: the order of states is what is promised.
        connection.pragma_update(None, "journal_mode", "DELETE")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
        let (application, version): (i32, i32) =
            (number("application_id")?, number("user_version")?);
        match (application, version) {
            (0, 0) => {
                connection.execute_batch(&format!(
                    "BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION_ID}; \
                     PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
                ))?;
            }
            (APPLICATION_ID, SCHEMA_VERSION) => {}
            (APPLICATION_ID, newer) => {
                return Err(OutboxError::NotAnOutbox { found: format!("version {newer}") });
            }
            (other, _) => {
                let found = format!("a file of another program ({other:#x})");
                return Err(OutboxError::NotAnOutbox { found });
            }
        }
        Ok(Self(Mutex::new(connection)))
    }

    /// Each change is one statement, so that a panic in between leaves nothing half-done.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a letter in; nothing happens if it is there. Says whether it was new.
    ///
    /// # Errors
    ///
    /// [`OutboxError`].
    pub fn put(&self, letter: &Outgoing) -> Result<bool, OutboxError> {
        let changed = self.connection().execute(
            "INSERT INTO letters VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, NULL, NULL, 0, ?10)
             ON CONFLICT DO NOTHING",
            params![
                letter.letter.to_string(),
                letter.complaint.as_str(),
                letter.kind.code(),
                i64::try_from(letter.tells.0).unwrap_or(i64::MAX),
                letter.locale.code(),
                letter.packs.join(","),
                letter.dated.to_string(),
                LetterState::Waiting.code(),
                letter.queued.as_millisecond(),
                letter.queued.as_millisecond(),
            ],
        )?;
        Ok(changed > 0)
    }

    /// One letter.
    ///
    /// # Errors
    ///
    /// [`OutboxError`].
    pub fn letter(&self, letter: Uuid) -> Result<Option<Outgoing>, OutboxError> {
        let sql = format!("SELECT {COLUMNS} FROM letters WHERE letter = ?1");
        Ok(self.connection().query_row(&sql, [letter.to_string()], read).optional()?)
    }

    /// The letters that are to be sent by then, the longest due first, at most `limit`: also those
    /// that somebody crashed over.
    ///
    /// # Errors
    ///
    /// [`OutboxError`].
    pub fn due(&self, by: Timestamp, limit: u32) -> Result<Vec<Uuid>, OutboxError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT letter FROM letters
             WHERE state IN ('sending', 'accepted') OR (state = 'waiting' AND next_attempt_ms <= ?1)
             ORDER BY next_attempt_ms, letter LIMIT ?2",
        )?;
        let rows =
            statement.query_map(params![by.as_millisecond(), limit], |row| parsed(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every letter, the newest first; or only those that need somebody.
    ///
    /// # Errors
    ///
    /// [`OutboxError`], or that of `each`.
    pub fn each<E: From<OutboxError>>(
        &self,
        only_open: bool,
        mut each: impl FnMut(Outgoing) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT {COLUMNS} FROM letters WHERE NOT ?1 OR state <> 'recorded'
             ORDER BY queued_ms DESC, letter"
        );
        let failed = |error: rusqlite::Error| E::from(OutboxError::Sqlite(error));
        let connection = self.connection();
        let mut statement = connection.prepare(&sql).map_err(failed)?;
        for letter in statement.query_map([only_open], read).map_err(failed)? {
            each(letter.map_err(failed)?)?;
        }
        Ok(())
    }

    /// Notes that a letter goes to the server now. `is_repeat` says that an earlier attempt was cut
    /// short, so that the complainant may get it twice.
    ///
    /// # Errors
    ///
    /// [`OutboxError`].
    pub fn begin(&self, letter: Uuid, is_repeat: bool) -> Result<(), OutboxError> {
        self.connection().execute(
            "UPDATE letters SET state = 'sending', attempts = attempts + 1, unsure = unsure OR ?2
             WHERE letter = ?1",
            params![letter.to_string(), is_repeat],
        )?;
        Ok(())
    }

    /// Notes a state in which nothing is due any more, or only the ledger is to be told.
    ///
    /// # Errors
    ///
    /// [`OutboxError`].
    pub fn settle(&self, letter: Uuid, state: LetterState) -> Result<(), OutboxError> {
        self.connection().execute(
            "UPDATE letters SET state = ?2, next_attempt_ms = NULL, last_error = NULL,
             last_code = NULL WHERE letter = ?1",
            params![letter.to_string(), state.code()],
        )?;
        Ok(())
    }

    /// Notes a failure: the letter waits as long as [`WAITS`] says, or is given up.
    ///
    /// # Errors
    ///
    /// [`OutboxError`].
    pub fn fail(
        &self,
        letter: &Outgoing,
        failure: Failure,
        now: Timestamp,
    ) -> Result<LetterState, OutboxError> {
        let done = usize::try_from(letter.attempts).unwrap_or(usize::MAX);
        let wait = done.checked_sub(1).and_then(|last| WAITS.get(last)).copied();
        let next =
            wait.filter(|_| failure.is_for_now()).and_then(|wait| now.checked_add(wait).ok());
        let state = if next.is_some() { LetterState::Waiting } else { LetterState::GaveUp };
        let unsure = failure.class == FailureClass::Dropped;
        self.connection().execute(
            "UPDATE letters SET state = ?2, next_attempt_ms = ?3, last_error = ?4, last_code = ?5,
             unsure = unsure OR ?6 WHERE letter = ?1",
            params![
                letter.letter.to_string(),
                state.code(),
                next.map(Timestamp::as_millisecond),
                failure.class.code(),
                failure.code,
                unsure,
            ],
        )?;
        Ok(state)
    }

    /// Notes that a letter which the server accepted came back. Says whether there is such a letter.
    ///
    /// # Errors
    ///
    /// [`OutboxError`].
    pub fn bounce(&self, letter: Uuid) -> Result<bool, OutboxError> {
        let changed = self.connection().execute(
            "UPDATE letters SET state = 'bounced', last_error = 'returned', next_attempt_ms = NULL
             WHERE letter = ?1 AND state IN ('recorded', 'bounced')",
            [letter.to_string()],
        )?;
        Ok(changed > 0)
    }
}

const COLUMNS: &str = "letter, complaint, kind, tells, locale, packs, dated, state, attempts, \
                       next_attempt_ms, last_error, last_code, unsure, queued_ms";

fn read(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
    let packs: String = row.get(5)?;
    let last_error: Option<String> = row.get(10)?;
    let tells: i64 = row.get(3)?;
    let next: Option<i64> = row.get(9)?;
    Ok(Outgoing {
        letter: parsed(row, 0)?,
        complaint: parsed(row, 1)?,
        kind: parsed(row, 2)?,
        tells: StreamVersion(u64::try_from(tells).unwrap_or_default()),
        locale: parsed(row, 4)?,
        packs: packs.split(',').filter(|pack| !pack.is_empty()).map(str::to_owned).collect(),
        dated: parsed(row, 6)?,
        state: parsed(row, 7)?,
        attempts: row.get(8)?,
        next_attempt: next.map(|at| instant(9, at)).transpose()?,
        last_error: last_error.map(|code| code.parse()).transpose().map_err(|e| wrong(10, e))?,
        last_code: row.get(11)?,
        unsure: row.get(12)?,
        queued: instant(13, row.get(13)?)?,
    })
}

fn wrong(
    column: usize,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
}

fn instant(column: usize, milliseconds: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(milliseconds).map_err(|error| wrong(column, error))
}

fn parsed<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    text.parse().map_err(|error| wrong(column, Box::new(error) as Box<_>))
}
