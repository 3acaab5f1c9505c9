//! Where ids come from: from the command, so that a retry finds what the first try made.

use complaint_domain::{
    actor::ActorId, label::Label, reference::ComplaintId, report::ReportKind, volume::VolumeUnit,
};
use event_log::StreamId;
use jiff::{Timestamp, civil::Date};
use personal_vault::Entropy;
use sha2::{Digest as _, Sha256};
use ulid::Ulid;
use uuid::Uuid;

/// The namespace of the ids of what the escalation process does (docs/format.md).
const STEPS: Uuid = Uuid::from_u128(0x2f64_0d0b_7f1a_5b0e_8c52_93c1_3a5e_e5c4);

/// The stream of the complaint that this command registers: `complaint-` and the ULID with the
/// command id's 128 bits.
///
/// A new stream's id follows from its command's id, so a retry of a registration meets its own
/// first try instead of making a second complaint.
pub fn stream_of(command_id: Uuid) -> StreamId {
    named("complaint", command_id)
}

/// The stream of the import that this command records.
pub fn import_stream_of(command_id: Uuid) -> StreamId {
    named("import", command_id)
}

/// The stream of the ledger itself: the ULID has the first 128 bits of SHA-256 of the origin, so
/// that whoever knows the origin finds it.
pub fn ledger_stream_of(origin: &str) -> StreamId {
    derived("ledger", origin)
}

/// The stream of a person who works here: the ULID has the first 128 bits of SHA-256 of the account
/// name, so that whoever meets an account name anywhere in the log finds it.
pub fn staff_stream_of(account: &ActorId) -> StreamId {
    derived("staff", account.0.as_str())
}

/// The one stream of the rulebook: the ULID has the first 128 bits of SHA-256 of `rulebook`.
pub fn rulebook_stream() -> StreamId {
    derived("rulebook", "rulebook")
}

/// The stream of the person behind a complaint: it has the complaint's ULID.
///
/// # Panics
///
/// Never: the name of a complaint holds a ULID.
pub fn subject_stream_of(complaint: &ComplaintId) -> StreamId {
    let ulid = complaint.as_str().trim_start_matches("complaint-");
    #[expect(clippy::expect_used, reason = "a kind, a hyphen and the ULID of a complaint")]
    format!("subject-{ulid}").parse().expect("a kind and a ULID make a stream id")
}

/// The stream of the volumes of one unit and product: the ULID has the first 128 bits of SHA-256 of the
/// unit's code, a line feed, and the product, which is empty for all products together.
pub fn volume_stream_of(unit: VolumeUnit, product: Option<&Label>) -> StreamId {
    derived("volume", &format!("{unit}\n{}", product.map_or("", Label::as_str)))
}

/// The stream of a report: the ULID has the first 128 bits of SHA-256 of its kind, a space, its first
/// day, a space and its last day, so that whoever has the report finds it.
pub fn report_stream_of(kind: ReportKind, first_day: Date, last_day: Date) -> StreamId {
    derived("report", &format!("{kind} {first_day} {last_day}"))
}

/// The stream of the review of an escalation, by the complaint's stream and which of its escalations
/// that is, from 1: whoever opens a second one meets the first.
pub fn review_stream_of(complaint: &StreamId, escalation: u32) -> StreamId {
    named("review", step_id(complaint, "open", escalation))
}

/// The id of the command by which the escalation process takes a step.
pub(crate) fn step_id(stream: &StreamId, step: &str, number: u32) -> Uuid {
    Uuid::new_v5(&STEPS, format!("{stream}\n{step}\n{number}").as_bytes())
}

fn derived(kind: &str, name: &str) -> StreamId {
    let digest: [u8; 32] = Sha256::digest(name).into();
    let mut id = [0; 16];
    id.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
    named(kind, Uuid::from_bytes(id))
}

/// The stream of a kind that an id names: the kind, a hyphen, and the ULID with the id's 128 bits.
///
/// # Panics
///
/// When the kind is none: kinds are lower-case letters and digits.
pub fn named_stream(kind: &str, id: Uuid) -> StreamId {
    named(kind, id)
}

pub(crate) fn named(kind: &str, command_id: Uuid) -> StreamId {
    let ulid = Ulid::from_bytes(*command_id.as_bytes());
    #[expect(clippy::expect_used, reason = "a kind, a hyphen and 26 letters and digits")]
    format!("{kind}-{ulid}").parse().expect("a kind and a ULID make a stream id")
}

/// A new record id: UUID version 7, from the time and the entropy given.
pub(crate) fn record_id(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}
