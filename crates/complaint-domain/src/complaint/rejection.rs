//! Why a command was refused.

mod answer;
mod approval;
mod cause;
mod codes;
mod committee;
mod linked;
mod outcome;
mod recourse;

use jiff::{Timestamp, civil::Date};

pub use self::{
    answer::AnswerRefusal, approval::ApprovalRefusal, cause::RootCauseRefusal,
    committee::CommitteeRefusal, linked::LinkedRefusal, outcome::OutcomeRefusal,
    recourse::RecourseRefusal,
};
use super::{
    Answer, CloseReason, EvidenceId, PlatformCategory, RemedyId, RemedyKind, RemedyResult,
    RepresentativeId, ResponseKind, StepNotCalledFor, TaxonomyRefusal,
};
use crate::{
    actor::{ActorId, Role},
    clock::ClockRefusal,
    label::Label,
    money::Money,
    reference::{ComplaintId, ReferralId},
    staff::Interest,
};

/// Why a command was refused. When several reasons apply, the first in this list is the one given:
/// who asks, the life of the complaint, when it happened, who is responsible, and then what the
/// command itself says.
///
/// Nothing was written anywhere. No message repeats anything personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComplaintRejection {
    // Who asks.
    /// A role that only reads, or has no business with complaints, sent a command.
    #[error("expected somebody who works on complaints or complains, found the role `{role}`")]
    RoleMayNotWrite {
        /// The role.
        role: Role,
    },
    /// The complainant asked for what only those who work on complaints may do.
    #[error(
        "expected a complainant to complain, send a message or a file, name a representative, \
         accept, refuse, withdraw, ask for a review or take that back, or answer a survey, found `{command}`, which \
         is for those who work on the complaint"
    )]
    NotForComplainants {
        /// The name of the command.
        command: &'static str,
    },
    /// Somebody asked for what only a program of the ledger does.
    #[error("expected a program of the ledger for `{0}`, found a person")]
    NotForPeople(&'static str),

    // The life of a complaint.
    /// Something other than a receipt on an unknown complaint.
    #[error("expected a complaint that was received, found none; register it first")]
    NotReceived,
    /// A second receipt.
    #[error("expected a new complaint, found one that was received before")]
    AlreadyReceived,
    /// Something on a complaint that has ended, other than a reopening, a correction, a survey
    /// answer, an external decision, an escalation or the note of a missed limit.
    #[error(
        "expected an open complaint for `{command}`, found one that was {how}; reopen it first"
    )]
    Ended {
        /// The name of the command.
        command: &'static str,
        /// `closed` or `withdrawn`.
        how: &'static str,
    },
    /// A reopening of a complaint that has not ended.
    #[error("expected a complaint that was closed or withdrawn, found an open one")]
    StillOpen,

    // When it happened.
    /// It is said to have happened after now.
    #[error("expected something that happened by {now}, found {occurred_at}")]
    OccurredInFuture {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// It is said to have happened before the complaint came in.
    #[error(
        "expected something that happened from the receipt at {received_at} on, found {occurred_at}"
    )]
    OccurredBeforeReceipt {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// When the complaint came in.
        received_at: Timestamp,
    },
    /// An ending, a reopening or a final response that is said to come before the turn it follows.
    #[error(
        "expected something that happened from {turned_at} on, when the complaint last ended \
         or was reopened, found {occurred_at}"
    )]
    OccurredBeforeTurn {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// When the complaint last ended or was reopened.
        turned_at: Timestamp,
    },
    /// An answer, a closing or another final response that is said to come before the final response.
    #[error(
        "expected something that happened from the final response at {responded_at} on, found \
         {occurred_at}"
    )]
    OccurredBeforeResponse {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// When the final response was given.
        responded_at: Timestamp,
    },
    /// A notice to the complainant that is still to be given.
    #[error("expected a notice that was given by {now}, found one for {notified}")]
    NoticeInFuture {
        /// When the complainant is said to have been told.
        notified: Timestamp,
        /// The time now.
        now: Timestamp,
    },

    // Who is responsible.
    /// A step for which somebody must be responsible, while nobody is.
    #[error(
        "expected a responsible person for `{command}`, found nobody; assign the complaint first"
    )]
    NobodyResponsible {
        /// The name of the command.
        command: &'static str,
    },
    /// An assignment while somebody is responsible.
    #[error(
        "expected a complaint without a responsible person, found `{handler}`; reassign it instead"
    )]
    AlreadyAssigned {
        /// Who is responsible.
        handler: ActorId,
    },
    /// A reassignment to the person who is responsible already.
    #[error("expected another person, found `{handler}`, who is responsible already")]
    SameHandler {
        /// Who is responsible.
        handler: ActorId,
    },
    /// A recusal of somebody who is not responsible.
    #[error("expected `{handler}`, who is responsible, to step aside, found `{found}`")]
    NotTheHandler {
        /// Who is responsible.
        handler: ActorId,
        /// Who would step aside.
        found: ActorId,
    },
    /// A recusal that neither the person nor anybody above them says.
    #[error(
        "expected `{0}` themselves, or a supervisor, a compliance officer or the chair of the committee, to say that \
         they step aside, found the role `{1}`"
    )]
    RecusedByColleague(ActorId, Role),
    /// Somebody who stepped aside would become responsible again, or decide all the same.
    #[error(
        "expected somebody who has not stepped aside, found `{0}`, who has; anybody else may who has the role, and somebody \
         new too"
    )]
    HandlerRecused(ActorId),
    /// A recusal of somebody who has not stepped aside would be withdrawn.
    #[error("expected somebody who has stepped aside, found `{0}`, who has not")]
    NotRecused(ActorId),
    /// A recusal would be withdrawn by somebody who is not above those who stepped aside.
    #[error(
        "expected a supervisor, a compliance officer or the chair of the committee who has not stepped aside, or `{0}` \
         themselves while nobody else became responsible since, to say that the recusal was a mistake, found `{1}` as `{2}`"
    )]
    RecusalStands(ActorId, ActorId, Role),
    /// Somebody who must have joined the staff, and did not.
    #[error("expected somebody who joined the staff, found `{0}`, who did not")]
    HandlerNotJoined(ActorId),
    /// Somebody who works here no more.
    #[error("expected somebody who works here, found `{0}`, who left")]
    HandlerLeft(ActorId),
    /// Somebody who is away.
    #[error("expected somebody who is here on {1}, found `{0}`, who is away")]
    HandlerAbsent(ActorId, Date),
    /// Somebody whose training is missing or has run out.
    #[error("expected somebody whose training in `{1}` counts, found `{0}`")]
    HandlerUntrained(ActorId, Label),
    /// Somebody acts in a role that they do not have.
    #[error("expected `{0}` in a role that they have, found the role `{1}`")]
    RoleNotHeld(ActorId, Role),
    /// Somebody in it declared an interest that the complaint touches.
    #[error("expected nobody with an interest, found `{0}`, who declared one in {1}")]
    InterestDeclared(ActorId, Interest),

    // Receipt, acknowledgement, assessment and classification.
    /// A complaint made to us, without what happened.
    #[error("expected what happened, in the complainant's words (`narrative`), found nothing")]
    NarrativeMissing,
    /// A second acknowledgement.
    #[error("expected a complaint that was not acknowledged, found one that was")]
    AlreadyAcknowledged,
    /// The assessment that stands, once more.
    #[error("expected a new assessment, found the one that stands")]
    AssessmentUnchanged,
    /// A classification that names no right.
    #[error("expected at least one right at stake, found none")]
    RightsMissing,
    /// A classification that is not by the taxonomy that holds.
    #[error(transparent)]
    Taxonomy(#[from] TaxonomyRefusal),
    /// The classification that stands, once more.
    #[error("expected a new classification, found the one that stands")]
    ClassificationUnchanged,

    // What belongs to the case.
    /// A request without its words.
    #[error("expected the words of the request (`message`), found nothing")]
    RequestTextMissing,
    /// A request for a day that is over.
    #[error("expected a day from {asked_on}, the day of the request, found {needed_by}")]
    NeededByPassed {
        /// The day of the request, in UTC.
        asked_on: Date,
        /// The day given.
        needed_by: Date,
    },
    /// Evidence under a number that is not the next free one.
    #[error("expected the next free evidence number {0}, found {1}")]
    EvidenceNumberNotNext(u32, EvidenceId),
    /// Evidence without its file.
    #[error("expected a file (`evidence`), found nothing")]
    EvidenceFileMissing,
    /// A representative under a number that is not the next free one.
    #[error("expected the next free representative number {0}, found {1}")]
    RepresentativeNumberNotNext(u32, RepresentativeId),
    /// A representative without a name.
    #[error("expected the name of the representative (`representative-name`), found nothing")]
    RepresentativeNameMissing,
    /// An authority that was over before it was noted.
    #[error("expected an authority that lasts, found one until {0}")]
    AuthorityOver(Date),
    /// Evidence that nobody put to the case.
    #[error("expected evidence that was put to the case, found number {0}")]
    EvidenceUnknown(EvidenceId),
    /// A vulnerability that says not by what.
    #[error("expected at least one driver of vulnerability, found none")]
    DriversMissing,
    /// The vulnerability that is noted, once more.
    #[error("expected something new about the vulnerability, found what is noted")]
    VulnerabilityUnchanged,

    // Clocks.
    /// The rule of the clock does not let it.
    #[error(transparent)]
    Clock(#[from] ClockRefusal),

    // Responses and answers.
    /// An answer of ours to what another body answers.
    #[error("expected a complaint that is ours to answer, found one that `{0}` has")]
    AnsweredElsewhere(Label),
    /// A transfer of what was decided, and so is ours to the end.
    #[error("expected a complaint that nobody decided, found one with a final response")]
    AnsweredByUs,
    /// A response after a final one that was neither refused nor reopened.
    #[error("expected no final response, or one refused or reopened, found one that stands")]
    FinalResponseStands,
    /// A platform's response on a complaint that came from no platform.
    #[error("expected a complaint taken in from another body, found one made to us")]
    PlatformNotImported,
    /// A platform's response with statements of our own.
    #[error(
        "expected a platform's response alone, found outcome, findings, remedies, recourse or \
         an expected date beside it"
    )]
    PlatformSaysMore,
    /// A platform's response under a kind that its category does not have.
    #[error("expected the kind `{expected}` for the platform's `{category}`, found `{found}`")]
    PlatformKindDiffers {
        /// What the platform says.
        category: PlatformCategory,
        /// The kind that has this category.
        expected: ResponseKind,
        /// The kind given.
        found: ResponseKind,
    },
    /// An interim or holding response that states outcome, findings or remedies.
    #[error(
        "expected outcome, findings and remedies in a final response only, found them in the \
         kind `{kind}`"
    )]
    OutcomeBeforeFinal {
        /// The kind given.
        kind: ResponseKind,
    },
    /// A final response of our own that does not say what it came to.
    #[error("expected a final response to state its outcome, found none")]
    OutcomeMissing,
    /// A final response of our own that does not say what was found.
    #[error("expected a final response to state at least one finding, found none")]
    FindingsMissing,
    /// An outcome that does not follow from the findings, or that does not give what is offered.
    #[error(transparent)]
    Outcome(#[from] OutcomeRefusal),
    /// Where the complainant may turn next is not said, or until another day than the packs give.
    #[error(transparent)]
    Recourse(#[from] RecourseRefusal),
    /// A holding response that does not say when the final one can be expected.
    #[error(
        "expected a holding response to state when the final one can be expected, found no day"
    )]
    ExpectedDateMissing,
    /// A response that promises the final one for a day that is over.
    #[error("expected a day from {responded_on}, the day of the response, found {expected_by}")]
    ExpectedDatePassed {
        /// The day of the response, in UTC.
        responded_on: Date,
        /// The day given.
        expected_by: Date,
    },
    /// A final response that announces a final response.
    #[error("expected no expected date in a final response, found {expected_by}")]
    ExpectedDateInFinal {
        /// The day given.
        expected_by: Date,
    },
    /// A response of our own without its text.
    #[error("expected the text of the response (`response-text`), found nothing")]
    ResponseTextMissing,
    /// An answer to a final response, or a closing, without one.
    #[error("expected a final response before `{command}`, found none")]
    FinalResponseMissing {
        /// The name of the command.
        command: &'static str,
    },
    /// The answer is none, or is not theirs to take back who would.
    #[error(transparent)]
    Answer(#[from] AnswerRefusal),

    // Remedies.
    /// A proposal under a number that is not the next free one.
    #[error("expected the next free remedy number {expected}, found {found}")]
    RemedyNumberNotNext {
        /// The next free number; above 65,535 there is none.
        expected: u32,
        /// The number given.
        found: RemedyId,
    },
    /// A remedy that nobody proposed.
    #[error("expected a remedy that was proposed, found number {remedy}")]
    RemedyUnknown {
        /// The number given.
        remedy: RemedyId,
    },
    /// A response that names a remedy twice.
    #[error("expected each remedy once, found number {remedy} twice")]
    RemedyNamedTwice {
        /// The remedy.
        remedy: RemedyId,
    },
    /// A remedy that has come to its end.
    #[error("expected a remedy that has not ended, found number {remedy}, {result}")]
    RemedyEnded {
        /// The remedy.
        remedy: RemedyId,
        /// What became of it.
        result: RemedyResult,
    },
    /// A remedy that is money, without an amount.
    #[error("expected an amount for the remedy `{kind}`, found none")]
    AmountMissing {
        /// What was proposed.
        kind: RemedyKind,
    },
    /// A remedy that is not money, with an amount.
    #[error("expected no amount for the remedy `{kind}`, found {found}")]
    AmountNotExpected {
        /// What was proposed.
        kind: RemedyKind,
        /// The amount given.
        found: Money,
    },
    /// An amount of nothing, or less.
    #[error("expected an amount above zero, found {found}")]
    AmountNotPositive {
        /// The amount given.
        found: Money,
    },
    /// An amount that cannot be paid, as its currency has no such coin.
    #[error("expected at most {digits} digits after the point, found {found}", digits = .found.minor_unit_digits())]
    AmountFinerThanMinorUnit {
        /// The amount given.
        found: Money,
    },
    /// Nothing awaits approval, or somebody else has to give it.
    #[error(transparent)]
    Approval(#[from] ApprovalRefusal),
    /// A remedy that is offered or carried out before a second person approved it.
    #[error("expected an approved remedy, found number {remedy}, which awaits approval")]
    RemedyNotApproved {
        /// The remedy.
        remedy: RemedyId,
    },
    /// Money was carried out, but not said how much.
    #[error("expected the payment of {expected} for remedy {remedy}, found none")]
    PaymentMissing {
        /// The remedy.
        remedy: RemedyId,
        /// What was promised.
        expected: Money,
    },
    /// A payment for a remedy that is not money, or was declined.
    #[error("expected no payment for remedy {remedy}, found {found}")]
    PaymentNotExpected {
        /// The remedy.
        remedy: RemedyId,
        /// The payment given.
        found: Money,
    },
    /// A payment of more or less than was promised.
    #[error("expected the payment of {expected} for remedy {remedy}, found {found}")]
    PaymentDiffers {
        /// The remedy.
        remedy: RemedyId,
        /// What was promised.
        expected: Money,
        /// The payment given.
        found: Money,
    },

    // The cause.
    /// The cause that stands, or one that the tree does not have.
    #[error(transparent)]
    RootCause(#[from] RootCauseRefusal),

    // Other complaints, other bodies.
    /// A link to what is no other complaint.
    #[error(transparent)]
    Linked(#[from] LinkedRefusal),
    /// A link that is there.
    #[error("expected a complaint that is not linked, found {0}, which is; unlink it first")]
    AlreadyLinked(ComplaintId),
    /// A link that is not there.
    #[error("expected a complaint that is linked, found {0}, which is not")]
    NotLinked(ComplaintId),
    /// A joint complaint of somebody whom nobody represents.
    #[error("expected a representative for a joint complaint, found none; authorise one first")]
    RepresentativeMissing,
    /// A transfer to the body that has it.
    #[error("expected another body, found `{0}`, which has the complaint")]
    AlreadyTransferred(Label),
    /// A second escalation of the same answer.
    #[error(
        "expected an answer, or a proposal that the committee has not seen, since the complaint was escalated last, found \
         neither"
    )]
    AlreadyEscalated,
    /// The committee must be asked first, or has decided otherwise.
    #[error(transparent)]
    Committee(#[from] CommitteeRefusal),
    /// A referral to a body that has it.
    #[error("expected a body that has not taken the complaint up, found `{0}`, which has")]
    AlreadyReferred(Label),
    /// A decision of a body that never had it.
    #[error("expected a body that took the complaint up, found `{0}`; refer it first")]
    NotReferred(Label),
    /// The decision that stands, once more.
    #[error("expected another decision, found the one that stands")]
    ExternalDecisionUnchanged,
    /// The same track, once more.
    #[error("expected a violation that was not reported, found {0}, which was")]
    ViolationAlreadyReported(ReferralId),
    /// Nothing waits for the step.
    #[error(transparent)]
    Step(#[from] StepNotCalledFor),

    // The survey.
    /// A second request.
    #[error("expected a complainant who was not asked, found one who was")]
    SurveyAlreadyRequested,
    /// An answer that nobody asked for.
    #[error("expected a complainant who was asked, found one who was not")]
    SurveyNotRequested,
    /// A second answer.
    #[error("expected a survey without an answer, found one with")]
    SurveyAlreadyAnswered,
    /// A score that is none.
    #[error("expected scores from 1 to 5, found {0}")]
    ScoreOutOfRange(u8),

    // The end.
    /// A withdrawal, noted by others than the complainant, after they accepted the answer.
    #[error("expected an answer that was not accepted, found one that was; close it instead")]
    WithdrawnAfterAcceptance,
    /// A closing on a platform that no platform reports.
    #[error("expected a platform that reports the complaint closed, found none")]
    NotClosedOnPlatform,
    /// A closing because of a transfer that never was.
    #[error("expected a complaint that was handed to another body, found one that was not")]
    NotTransferred,
    /// A closing before the complainant answered or let the time pass.
    #[error("expected the complainant's answer, or that there was none, found neither")]
    AnswerMissing,
    /// A closing for a reason that the answer excludes.
    #[error("expected a reason that fits the answer `{answer}`, found `{reason}`")]
    ReasonContradictsAnswer {
        /// The answer that stands.
        answer: Answer,
        /// The reason given.
        reason: CloseReason,
    },
    /// A closing because a recourse is over that nobody stated.
    #[error("expected a final response that states the recourse, found one that does not")]
    RecourseNotStated,
    /// A closing because the recourse is over, while it is not.
    #[error("expected a day after {until}, the last day of the recourse, found {closed_on}")]
    RecourseStillOpen {
        /// The last day of the recourse.
        until: Date,
        /// The day of the closing, by the local dates that count.
        closed_on: Date,
    },
    /// A closing while a promised remedy is neither carried out nor declined.
    #[error(
        "expected every promised remedy carried out or declined, found number {remedy} outstanding"
    )]
    RemedyOutstanding {
        /// The first of them.
        remedy: RemedyId,
    },
    /// An end while what a body outside awarded with binding effect is neither paid nor declined.
    #[error(
        "expected the {0} that `{1}` awarded, which binds, to be paid or declined as a remedy, found them outstanding"
    )]
    AwardOutstanding(Money, Label),
    /// A closing before the cause, or that none was found.
    #[error("expected the root cause, or that none was found, found neither")]
    RootCauseMissing,

    // Corrections.
    /// A correction of an entry that the complaint does not have.
    #[error("expected an earlier entry, version 0 to {last}, found {found}")]
    EntryUnknown {
        /// The last stream version.
        last: u64,
        /// The version given.
        found: u64,
    },
    /// A correction of an entry that says nothing of the kind.
    #[error("expected an entry that says what is put right, found version {found}, which does not")]
    EntrySaysOtherwise {
        /// The version given.
        found: u64,
    },
    /// A correction to what is so already.
    #[error("expected something else than what is so already, found the same")]
    CorrectionUnchanged,
    /// A correction that moves the receipt after now.
    #[error("expected a receipt by {now}, found {received_at}")]
    ReceiptInFuture {
        /// The receipt given.
        received_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// A correction that moves the receipt after something that followed it.
    #[error("expected a receipt by {first_step_at}, the first step after it, found {received_at}")]
    ReceiptAfterStep {
        /// The receipt given.
        received_at: Timestamp,
        /// When the first step was taken.
        first_step_at: Timestamp,
    },
    /// A correction of a personal field without the right text.
    #[error("expected the right text of a personal field, found nothing")]
    CorrectedTextMissing,
}
