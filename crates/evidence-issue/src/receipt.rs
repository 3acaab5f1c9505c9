//! What a complainant gets: that their complaint is in the log, and what the log holds of it.

use event_log::RecordedEvent;
use evidence_check::{Enclosure, Opening, enclosure::ReceiptSecret, opening::receipt_secret};
use merkle_log::{LogProof, leaf_hash};

use crate::receipt_key::ReceiptKey;

/// The receipt of the record that opens a complaint: a C2SP tlog-proof, with the record, the opened
/// fields and the receipt's secret enclosed. `proof` shows that the record is in the log.
pub fn receipt(
    record: &RecordedEvent,
    proof: LogProof,
    openings: Vec<Opening>,
    key: &ReceiptKey,
) -> LogProof {
    let secret = receipt_secret(key.bytes(), &leaf_hash(&record.bytes));
    let enclosure =
        Enclosure { record: text_of(record), receipt: Some(ReceiptSecret(secret)), openings };
    LogProof { extra: Some(enclosure.to_bytes()), ..proof }
}

/// A proof that a record is in the log, with the record enclosed.
pub fn record_proof(record: &RecordedEvent, proof: LogProof) -> LogProof {
    LogProof { extra: Some(Enclosure::of_record(text_of(record)).to_bytes()), ..proof }
}

/// The bytes of a record are JSON, and so UTF-8.
pub(crate) fn text_of(record: &RecordedEvent) -> String {
    String::from_utf8_lossy(&record.bytes).into_owned()
}
