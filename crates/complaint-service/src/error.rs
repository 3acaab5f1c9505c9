//! Why there is no answer, by what the caller does next.

use complaint_domain::{
    access::AccessRejection, action::ActionRejection, clock::AdoptError,
    complaint::ComplaintRejection, import::ImportRejection, inspection::InspectionRejection,
    ledger::EvidenceRejection, referral::ReferralRejection, report::ReportRejection,
    review::ReviewRejection, rulebook::RulebookRejection, sealed::PersonalField,
    staff::StaffRejection, subject::SubjectRejection, volume::VolumeRejection,
};
use event_log::{AppendError, Position, ReadError, StreamId};
use jiff::Timestamp;
use uuid::Uuid;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The rules refuse it; nothing was written anywhere. Change the command.
    #[error("{0}")]
    Refused(ComplaintRejection),
    /// The rules of another aggregate refuse it; nothing was written anywhere. Change the command.
    #[error("{rejection}")]
    AggregateRefused {
        /// The stable code of the reason.
        code: &'static str,
        /// The reason.
        rejection: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The request does not hold together; nothing was written. Change the request.
    #[error(transparent)]
    Invalid(#[from] InvalidRequest),
    /// This command id was used before for something else; nothing was written. Use a new id.
    #[error(
        "command id {command_id} was used before for another command; expected the same command or a new id"
    )]
    CommandIdReused {
        /// The id.
        command_id: Uuid,
    },
    /// Others kept writing to the stream; nothing was written. Look again, then decide.
    #[error("stream {stream} kept changing: tried {attempts} times, nothing was written")]
    Contended {
        /// The stream.
        stream: StreamId,
        /// How often it was tried.
        attempts: u32,
    },
    /// The log did not confirm the append; see [`AppendError`] for what to do.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The stream could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A stored record could not be understood. Stop and verify.
    #[error("the record at position {position} cannot be read")]
    Undecodable {
        /// Where it stands.
        position: Position,
        /// What is wrong with it.
        #[source]
        source: complaint_codec::DecodeError,
    },
    /// The rulebook holds a pack that this program cannot apply. Use the program that took it, or adopt
    /// the pack anew.
    #[error("the rulebook cannot be applied: {0}")]
    Rules(#[from] AdoptError),
    /// The record would break a limit; nothing was written.
    #[error(transparent)]
    Encode(#[from] complaint_codec::EncodeError),
    /// A personal field could not be sealed; nothing was written.
    #[error(transparent)]
    Seal(#[from] personal_vault::SealError),
    /// A sealed field could not be opened to compare a retry with its first try. Stop and verify.
    #[error(transparent)]
    Open(#[from] personal_vault::OpenError),
    /// The complaint's personal data was erased, or is being erased; nothing was written. Send the
    /// command without its personal texts.
    #[error("expected nothing personal for {stream}, whose personal data was ordered to be erased")]
    PersonalDataErased {
        /// The complaint.
        stream: StreamId,
    },
    /// The vault could not make the sealed fields durable; no record was written.
    #[error(transparent)]
    Store(#[from] personal_vault::StoreError),
}

/// Lets the rejections of an aggregate answer a command.
macro_rules! refusals {
    ($($rejection:ty),+ $(,)?) => {$(
        impl From<$rejection> for HandleError {
            fn from(rejection: $rejection) -> Self {
                Self::AggregateRefused { code: rejection.code(), rejection: Box::new(rejection) }
            }
        }
    )+};
}

refusals!(
    ImportRejection,
    EvidenceRejection,
    StaffRejection,
    ReviewRejection,
    ActionRejection,
    ReferralRejection,
    RulebookRejection,
    AccessRejection,
    InspectionRejection,
    ReportRejection,
    SubjectRejection,
    VolumeRejection,
);

/// Why a request does not hold together. Never repeats a personal text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// No request was given, or more than may share one append.
    #[error("expected 1 to {limit} commands at once, found {found}")]
    Count {
        /// The most there may be.
        limit: usize,
        /// How many there were.
        found: usize,
    },
    /// A registration names the stream by its command id; this one names another.
    #[error("expected stream {expected}, which follows from the command id, found {found}")]
    Stream {
        /// The stream the command id gives.
        expected: StreamId,
        /// The stream that was named.
        found: StreamId,
    },
    /// Every command but a registration says which complaint it is for.
    #[error("expected the complaint that the command is for, found none")]
    NoStream,
    /// The stream is not a complaint's.
    #[error("expected a stream whose name starts with complaint-, found {found}")]
    NotAComplaint {
        /// The stream that was named.
        found: StreamId,
    },
    /// What the command says settles its stream; another was named.
    #[error("expected stream {expected}, which follows from what the command says, found {found}")]
    AnotherStream {
        /// The stream that the command speaks of.
        expected: StreamId,
        /// The stream that was named.
        found: StreamId,
    },
    /// Nothing says which stream the command is for.
    #[error("expected the name of the {kind} stream that the command is for, found none")]
    StreamMissing {
        /// What the names of such streams start with.
        kind: &'static str,
    },
    /// The stream is of another kind.
    #[error("expected a stream whose name starts with {kind}-, found {found}")]
    AnotherKind {
        /// What the names of such streams start with.
        kind: &'static str,
        /// The stream that was named.
        found: StreamId,
    },
    /// Who acts, or whom the command names, has a name with white space or `@`, as the names and
    /// addresses of persons have.
    #[error("expected the name of an account, with no white space and no `@`, found either in it")]
    NotAnAccount,
    /// It happened before anybody who is alive.
    #[error("expected a time from 1900 on, found {found}")]
    TooEarly {
        /// The time.
        found: Timestamp,
    },
    /// What goes into the log in clear holds the sign of an e-mail address. It would stay there for ever, and no
    /// erasure would reach it.
    #[error(
        "expected nothing personal in what goes into the log in clear, found an `@`, as addresses have; what is \
         personal stands under `personal`, and an account has a name of its own"
    )]
    Address,
    /// A personal field was given twice.
    #[error("expected personal field {field:?} at most once, found it again")]
    FieldTwice {
        /// The field.
        field: PersonalField,
    },
    /// A personal field is empty or blank.
    #[error("expected a text in personal field {field:?}, found none")]
    FieldBlank {
        /// The field.
        field: PersonalField,
    },
}
