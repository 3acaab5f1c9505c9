//! The records of one stream, and fields of it opened.

use complaint_codec::decode;
use complaint_domain::sealed::{PersonalField, SealedField};
use event_log::{EventLog, Position, ReadError, RecordedEvent, StreamId, StreamVersion};
use evidence_check::Opening;
use futures::TryStreamExt;
use personal_vault::{OpenError, SealedRef, Vault};

/// The records of one stream below a position.
#[derive(Debug)]
pub struct Case {
    /// The stream.
    pub stream: StreamId,
    /// Its records, in the order of versions.
    pub records: Vec<RecordedEvent>,
}

/// Why a field was not opened. Never says what is in it.
#[derive(Debug, thiserror::Error)]
pub enum OpenFieldError {
    /// The record cannot be read.
    #[error("the record at position {position} cannot be read: {source}")]
    Undecodable {
        /// Where it is.
        position: Position,
        /// Why not.
        source: complaint_codec::DecodeError,
    },
    /// The vault does not open it: erased, or damaged.
    #[error("the field `{field}` of position {position} does not open: {source}")]
    Vault {
        /// The field.
        field: PersonalField,
        /// Where its record is.
        position: Position,
        /// Why not.
        source: OpenError,
    },
}

impl Case {
    /// The records of a stream that are below `end`.
    ///
    /// # Errors
    ///
    /// [`ReadError`] when the log cannot be read.
    pub async fn read(
        log: &dyn EventLog,
        stream: &StreamId,
        end: Position,
    ) -> Result<Self, ReadError> {
        let mut read = log.read_stream(stream, StreamVersion::default());
        let mut records = Vec::new();
        while let Some(record) = read.try_next().await? {
            if record.position >= end {
                break;
            }
            records.push(record);
        }
        Ok(Self { stream: stream.clone(), records })
    }
}

/// The sealed fields that a record names.
///
/// # Errors
///
/// [`OpenFieldError::Undecodable`] when it cannot be read.
pub fn sealed_fields(record: &RecordedEvent) -> Result<Vec<SealedField>, OpenFieldError> {
    let position = record.position;
    decode(&record.bytes)
        .map(|record| record.sealed)
        .map_err(|source| OpenFieldError::Undecodable { position, source })
}

/// Opens one sealed field of a record, with the salt of its commitment. Personal data: whoever calls
/// this records who asked and why. Reads the disk, so not for an async thread.
///
/// # Errors
///
/// [`OpenFieldError`], which never says what is in it.
pub fn open_field(
    vault: &Vault,
    record: &RecordedEvent,
    sealed: &SealedField,
) -> Result<Opening, OpenFieldError> {
    let (field, position) = (sealed.field, record.position);
    let reference = SealedRef {
        group: field.group(),
        subject: sealed.subject.0,
        key: sealed.key.0,
        vault: sealed.vault.0,
        commitment: sealed.commitment.0,
        digest: sealed.digest.0,
    };
    let opened = vault
        .open_commitment(record.stream.as_bytes(), &reference)
        .map_err(|source| OpenFieldError::Vault { field, position, source })?;
    let (field, group, salt) = (field.to_string(), field.group(), *opened.salt);
    Ok(Opening { field, group, salt, content: opened.text.to_vec() })
}
