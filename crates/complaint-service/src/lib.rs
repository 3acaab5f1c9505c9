//! The life of a command: load, decide, append.
//!
//! Personal fields are sealed in memory before the rules see the command, so the domain only ever
//! holds references. The stream is loaded and folded; a command seen before gets its first answer
//! again; `decide` answers with events or a named rejection, in which case nothing was written
//! anywhere. Then the sealed blobs are made durable, then the records are appended with the
//! expected version. When somebody else was first, the command is decided again, three times.
//!
//! - [`request`]: what a caller hands in, and its digest
//! - [`service`]: the way from request to answer
//! - [`unsealed`]: the way of commands that bring nothing personal
//! - `oversight`: what decisions of reviews, actions and referrals take from other streams
//! - `docket`: which review an escalation has
//! - `house`: the rules that hold, by the ledger's own rulebook
//! - [`evidence`]: what happens to the ledger itself
//! - [`clock_process`]: notes each limit that is near or was missed, once
//! - [`inspection`]: what an inspection draws from, and what its scores take from other streams
//! - [`escalation_process`]: puts before the committee what a pack orders to go there
//! - [`erasure`]: carries out what was ordered to be erased
//! - `report`: what decisions about a report take from the log and from other streams
//! - [`effect`]: counts whether an action helped
//! - [`body`]: the body of a command as programs write it
//! - [`error`](mod@error): why there is no answer, by what the caller does next
//! - [`ids`]: where ids come from

pub mod body;
pub mod clock_process;
mod docket;
pub mod effect;
pub mod erasure;
pub mod error;
pub mod escalation_process;
pub mod evidence;
mod house;
pub mod ids;
pub mod inspection;
mod load;
mod oversight;
mod recent;
mod report;
pub mod request;
pub mod service;
mod unnoted;
pub mod unsealed;

#[cfg(test)]
mod tests;

pub use clock_process::{ClockProcess, Noted, Unnoted, unnoted};
pub use effect::{CountEffectError, count_effect};
pub use erasure::{Erasures, Finished};
pub use error::HandleError;
pub use escalation_process::{Escalated, EscalationProcess};
pub use event_log::Clock;
pub use evidence::EvidenceService;
pub use ids::{
    import_stream_of, ledger_stream_of, named_stream, report_stream_of, review_stream_of,
    rulebook_stream, staff_stream_of, stream_of, subject_stream_of, volume_stream_of,
};
pub use personal_vault::Entropy;
pub use request::{CommandRequest, PersonalText};
pub use service::{Answered, Appended, ComplaintService};
pub use unnoted::unnoted_in_order;
pub use unsealed::{Streams, Unsealed, UnsealedRequest, UnsealedService};
