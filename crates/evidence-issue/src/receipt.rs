//! What a complainant gets: that their complaint is in the log, and what the log holds of it.

use event_log::RecordedEvent;
use evidence_check::{Enclosure, Opening, enclosure::ReceiptSecret, opening::receipt_secret};
use merkle_log::{LogProof, leaf_hash};

use crate::receipt_key::ReceiptKey;

/// A field that was to be opened in a receipt is a file that is no text. It is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected text in the field `{field}`, found a file that is none: a receipt has no room for it"
)]
pub struct NotTextError {
    /// The field.
    pub field: String,
}

/// The receipt of the record that opens a complaint: a C2SP tlog-proof, with the record, the opened
/// fields and the receipt's secret enclosed. `proof` shows that the record is in the log.
///
/// # Errors
///
/// [`NotTextError`]: a file among the opened fields.
pub fn receipt(
    record: &RecordedEvent,
    proof: LogProof,
    openings: Vec<Opening>,
    key: &ReceiptKey,
) -> Result<LogProof, NotTextError> {
    if let Some(file) = openings.iter().find(|opening| opening.text().is_none()) {
        return Err(NotTextError { field: file.field.clone() });
    }
    let secret = receipt_secret(key.bytes(), &leaf_hash(&record.bytes));
    let enclosure =
        Enclosure { record: text_of(record), receipt: Some(ReceiptSecret(secret)), openings };
    Ok(LogProof { extra: Some(enclosure.to_bytes()), ..proof })
}

/// A proof that a record is in the log, with the record enclosed.
pub fn record_proof(record: &RecordedEvent, proof: LogProof) -> LogProof {
    LogProof { extra: Some(Enclosure::of_record(text_of(record)).to_bytes()), ..proof }
}

/// The bytes of a record are JSON, and so UTF-8.
pub(crate) fn text_of(record: &RecordedEvent) -> String {
    String::from_utf8_lossy(&record.bytes).into_owned()
}

#[cfg(test)]
mod tests;
