//! What happened. Past tense; never refused, never edited.

use serde::{Deserialize, Serialize};

use super::{
    Acknowledgement, AnswerGiven, Assessment, Assignment, Classification, ClockNotice, ClockPaused,
    ClockResumed, Closure, Communication, Correction, DeadlineExtended, DuplicateLink,
    DuplicateUnlink, Escalation, EscalationWithdrawal, Evidence, ExternalDecision,
    ExternalReferral, InformationRequest, OutcomeProposal, Reassignment, Receipt, Recusal,
    RecusalWithdrawal, RemedyApproval, RemedyFulfilment, RemedyProposal, Reopening, Representative,
    Response, ReviewConcluded, RootCause, StepTaken, SurveyAnswer, SurveyRequest,
    SuspectedViolation, Transfer, Vulnerability, Withdrawal,
};

/// An event of one complaint. Stored names are in `complaint-codec`, written by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComplaintEvent {
    /// A complaint came in.
    Received(Receipt),
    /// The complainant was told that it was received.
    Acknowledged(Acknowledgement),
    /// Severity, safety, complexity and impact were judged.
    Assessed(Assessment),
    /// What it is about, and the rights at stake, were settled.
    Classified(Classification),
    /// One person became responsible.
    Assigned(Assignment),
    /// Another person became responsible.
    Reassigned(Reassignment),
    /// A message went to or came from somebody.
    CommunicationRecorded(Communication),
    /// A remedy was proposed.
    RemedyProposed(RemedyProposed),
    /// A remedy over its proposer's limit was approved by somebody else.
    RemedyApproved(RemedyApproval),
    /// The complainant was answered.
    ResponseIssued(Response),
    /// The complainant said something to the final response, or let the time pass.
    AnswerRecorded(AnswerGiven),
    /// A remedy was carried out, or declined.
    RemedyFulfilled(RemedyFulfilment),
    /// The cause was found, or none was.
    RootCauseIdentified(RootCause),
    /// It ended.
    Closed(Closure),
    /// It was taken up again.
    Reopened(Reopening),
    /// The complainant withdrew it.
    Withdrawn(Withdrawal),
    /// An earlier entry was put right.
    Corrected(Correction),
    /// The handler stepped aside.
    Recused(Recusal),
    /// A recusal was a mistake.
    RecusalWithdrawn(RecusalWithdrawal),
    /// Something was asked of somebody.
    InformationRequested(InformationRequest),
    /// A file was put to the case.
    EvidenceAdded(Evidence),
    /// Somebody may act for the complainant.
    RepresentativeAuthorised(Representative),
    /// The complainant was found vulnerable.
    VulnerabilityFlagged(Vulnerability),
    /// A clock stands still.
    ClockPaused(ClockPaused),
    /// A clock runs on.
    ClockResumed(ClockResumed),
    /// More time was taken.
    DeadlineExtended(DeadlineExtended),
    /// A limit came near.
    ClockWarned(ClockNotice),
    /// A limit was missed.
    ClockMissed(ClockNotice),
    /// It belongs to another complaint.
    DuplicateLinked(DuplicateLink),
    /// It does not belong to another complaint after all.
    DuplicateUnlinked(DuplicateUnlink),
    /// It was handed to another body.
    Transferred(Transfer),
    /// It was put before the committee.
    Escalated(Escalation),
    /// What was put before the committee was taken back.
    EscalationWithdrawn(EscalationWithdrawal),
    /// What it would come to was said, before the complainant was told.
    OutcomeProposed(OutcomeProposal),
    /// Its review ended.
    ReviewConcluded(ReviewConcluded),
    /// An outside body took it up.
    ReferredExternally(ExternalReferral),
    /// An outside body came to a decision.
    ExternalDecisionRecorded(ExternalDecision),
    /// A suspected violation goes to a regulator.
    SuspectedViolationReported(SuspectedViolation),
    /// The complainant was asked how it was.
    SurveyRequested(SurveyRequest),
    /// The complainant said how it was.
    SurveyAnswered(SurveyAnswer),
    /// A step was taken that a rule names.
    StepTaken(StepTaken),
}

/// A remedy was proposed, and whether it may stand without a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyProposed {
    /// What was proposed.
    #[serde(flatten)]
    pub proposal: RemedyProposal,
    /// Whether it exceeds the proposer's limit, by the rules of that day.
    pub approval_required: bool,
}
