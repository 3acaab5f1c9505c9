//! Why a command to a referral was refused.

use jiff::{Timestamp, civil::Date};

use super::{Finding, InquiryId, PenaltyKind};
use crate::{actor::Role, codes::named_variants, label::Label, money::Money};

/// Why a command was refused. When several reasons apply, the first in this list is the one given:
/// who asks, how far the referral has come, when it happened, and what the command says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferralRejection {
    /// The role does not deal with authorities.
    #[error(
        "expected a supervisor, compliance officer, committee chair or program, found the role \
         `{role}`"
    )]
    RoleMayNot {
        /// The role.
        role: Role,
    },
    /// Anything but a submission of an unknown referral.
    #[error("expected a referral that was submitted, found none; submit it first")]
    NotSubmitted,
    /// A second submission.
    #[error("expected a new referral, found one that was submitted before")]
    AlreadySubmitted,
    /// It ended.
    #[error("expected a referral under way for `{0}`, found one that was closed")]
    Ended(&'static str),
    /// It is said to have happened after now.
    #[error("expected something that happened by {now}, found {occurred_at}")]
    OccurredInFuture {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// The complaint does not report it under this name.
    #[error("expected a complaint that reports a violation under this name, found none that does")]
    NotReported,
    /// The complaint reports something else.
    #[error("expected `{expected}`, which the complaint names, found `{found}`")]
    ReportedOtherwise {
        /// What the complaint names.
        expected: Label,
        /// What the submission names.
        found: Label,
    },
    /// The authority confirmed it before.
    #[error("expected a referral that was not acknowledged, found one that was")]
    AlreadyAcknowledged,
    /// Inquiries are numbered from 1.
    #[error("expected inquiry {expected} next, found {found}")]
    InquiryNumberNotNext {
        /// The number it must have.
        expected: u32,
        /// The number it has.
        found: InquiryId,
    },
    /// A day that had passed when it was asked.
    #[error("expected an answer due from {today} on, found {due}")]
    InquiryDuePassed {
        /// The day it happened, in UTC.
        today: Date,
        /// The day by which the answer is due.
        due: Date,
    },
    /// No such inquiry.
    #[error("expected an inquiry of this referral, found number {0}")]
    InquiryUnknown(InquiryId),
    /// It was answered.
    #[error("expected an inquiry that waits for an answer, found number {0}, which was answered")]
    InquiryAnswered(InquiryId),
    /// The same outcome again.
    #[error("expected another outcome, found `{0}`, which stands")]
    OutcomeUnchanged(Finding),
    /// There is none yet.
    #[error("expected an outcome before `{0}`, found none")]
    OutcomeMissing(&'static str),
    /// Nothing is punished that was no violation.
    #[error("expected a violation before a penalty, found `{0}`")]
    NoViolation(Finding),
    /// Money without an amount.
    #[error("expected an amount for the penalty `{0}`, found none")]
    AmountMissing(PenaltyKind),
    /// An amount where there is no money.
    #[error("expected no amount for the penalty `{0}`, found one")]
    AmountNotExpected(PenaltyKind),
    /// Money that is none.
    #[error("expected an amount above nothing, found {0}")]
    AmountNotPositive(Money),
    /// Money that cannot be paid, as its currency has no such coin.
    #[error("expected at most {digits} digits after the point, found {0}", digits = .0.minor_unit_digits())]
    AmountFinerThanMinorUnit(Money),
    /// The authority waits for us.
    #[error("expected every inquiry answered before the closing, found number {0} open")]
    InquiryUnanswered(InquiryId),
}

named_variants! { ReferralRejection, CODES, code {
    RoleMayNot = "role-may-not",
    NotSubmitted = "not-submitted",
    AlreadySubmitted = "already-submitted",
    Ended = "ended",
    OccurredInFuture = "occurred-in-future",
    NotReported = "not-reported",
    ReportedOtherwise = "reported-otherwise",
    AlreadyAcknowledged = "already-acknowledged",
    InquiryNumberNotNext = "inquiry-number-not-next",
    InquiryDuePassed = "inquiry-due-passed",
    InquiryUnknown = "inquiry-unknown",
    InquiryAnswered = "inquiry-answered",
    OutcomeUnchanged = "outcome-unchanged",
    OutcomeMissing = "outcome-missing",
    NoViolation = "no-violation",
    AmountMissing = "amount-missing",
    AmountNotExpected = "amount-not-expected",
    AmountNotPositive = "amount-not-positive",
    AmountFinerThanMinorUnit = "amount-finer-than-minor-unit",
    InquiryUnanswered = "inquiry-unanswered",
} }
