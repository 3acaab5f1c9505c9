//! What somebody asks for. Imperative; may be refused.

use super::{
    Acknowledgement, AnswerGiven, Assessment, Assignment, Classification, ClockLimit, ClockPaused,
    ClockResumed, Closure, Communication, Correction, DeadlineExtended, DuplicateLink,
    DuplicateUnlink, Escalation, EscalationWithdrawal, Evidence, ExternalDecision,
    ExternalReferral, InformationRequest, OutcomeProposal, Reassignment, Receipt, Recusal,
    RecusalWithdrawal, RemedyApproval, RemedyFulfilment, RemedyProposal, Reopening, Representative,
    Response, ReviewReference, RootCause, StepTaken, SurveyAnswer, SurveyRequest,
    SuspectedViolation, Transfer, Vulnerability, Withdrawal,
};

/// A command to one complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComplaintCommand {
    /// Take in a new complaint.
    Register(Receipt),
    /// Tell the complainant that it was received.
    Acknowledge(Acknowledgement),
    /// Judge severity, safety, complexity and impact.
    Assess(Assessment),
    /// Say what it is about and which rights are at stake.
    Classify(Classification),
    /// Make one person responsible.
    Assign(Assignment),
    /// Make another person responsible.
    Reassign(Reassignment),
    /// Note a message to or from somebody.
    RecordCommunication(Communication),
    /// Propose to put it right.
    ProposeRemedy(RemedyProposal),
    /// Approve a remedy that is over its proposer's limit.
    ApproveRemedy(RemedyApproval),
    /// Answer the complainant.
    IssueResponse(Response),
    /// Note what the complainant says to the final response.
    RecordAnswer(AnswerGiven),
    /// Note that a remedy was carried out, or that the complainant declined it.
    FulfilRemedy(RemedyFulfilment),
    /// Note the cause, or that none was found.
    IdentifyRootCause(RootCause),
    /// End it, with the reason why no further step is possible.
    Close(Closure),
    /// Take it up again.
    Reopen(Reopening),
    /// End it at the complainant's wish.
    Withdraw(Withdrawal),
    /// Put an earlier entry right; the earlier entry stays.
    Correct(Correction),
    /// Step aside for an interest in the case; somebody else is then assigned.
    Recuse(Recusal),
    /// Say that a recusal was a mistake.
    WithdrawRecusal(RecusalWithdrawal),
    /// Ask somebody for something.
    RequestInformation(InformationRequest),
    /// Put a file to the case.
    AddEvidence(Evidence),
    /// Let somebody act for the complainant.
    AuthoriseRepresentative(Representative),
    /// Note that the complainant is vulnerable, and by what.
    FlagVulnerability(Vulnerability),
    /// Let a clock stand still, on a ground that its rule allows.
    PauseClock(ClockPaused),
    /// Let a clock run on.
    ResumeClock(ClockResumed),
    /// Approve more time that somebody else asked for.
    ExtendDeadline(DeadlineExtended),
    /// Note that a limit is near; for the clock process.
    WarnOfClock(ClockLimit),
    /// Note that a limit was missed; for the clock process.
    NoteMissedClock(ClockLimit),
    /// Say that it belongs to another complaint.
    LinkDuplicate(DuplicateLink),
    /// Say that it does not after all.
    UnlinkDuplicate(DuplicateUnlink),
    /// Hand it to another body that is responsible.
    Transfer(Transfer),
    /// Put it before the committee.
    Escalate(Escalation),
    /// Take an escalation back that no review has taken up.
    WithdrawEscalation(EscalationWithdrawal),
    /// Say what it would come to, before the complainant is told.
    ProposeOutcome(OutcomeProposal),
    /// Note what its review came to; for the escalation process.
    NoteReview(ReviewReference),
    /// Note that an outside body took it up.
    ReferExternally(ExternalReferral),
    /// Note what an outside body came to.
    RecordExternalDecision(ExternalDecision),
    /// Send a suspected violation to a regulator, on a track of its own.
    ReportSuspectedViolation(SuspectedViolation),
    /// Ask the complainant how it was.
    RequestSurvey(SurveyRequest),
    /// Note how satisfied the complainant is.
    RecordSurveyAnswer(SurveyAnswer),
    /// Note a step that a rule names, such as an authority's decision on admission.
    TakeStep(StepTaken),
}

impl ComplaintCommand {
    /// Every [`name`](Self::name), in the order of the enum.
    pub const NAMES: &'static [&'static str] = &[
        "register",
        "acknowledge",
        "assess",
        "classify",
        "assign",
        "reassign",
        "record-communication",
        "propose-remedy",
        "approve-remedy",
        "issue-response",
        "record-answer",
        "fulfil-remedy",
        "identify-root-cause",
        "close",
        "reopen",
        "withdraw",
        "correct",
        "recuse",
        "withdraw-recusal",
        "request-information",
        "add-evidence",
        "authorise-representative",
        "flag-vulnerability",
        "pause-clock",
        "resume-clock",
        "extend-deadline",
        "warn-of-clock",
        "note-missed-clock",
        "link-duplicate",
        "unlink-duplicate",
        "transfer",
        "escalate",
        "withdraw-escalation",
        "propose-outcome",
        "note-review",
        "refer-externally",
        "record-external-decision",
        "report-suspected-violation",
        "request-survey",
        "record-survey-answer",
        "take-step",
    ];

    /// What the command is called on the command line, in documents and in refusals.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Register(_) => "register",
            Self::Acknowledge(_) => "acknowledge",
            Self::Assess(_) => "assess",
            Self::Classify(_) => "classify",
            Self::Assign(_) => "assign",
            Self::Reassign(_) => "reassign",
            Self::RecordCommunication(_) => "record-communication",
            Self::ProposeRemedy(_) => "propose-remedy",
            Self::ApproveRemedy(_) => "approve-remedy",
            Self::IssueResponse(_) => "issue-response",
            Self::RecordAnswer(_) => "record-answer",
            Self::FulfilRemedy(_) => "fulfil-remedy",
            Self::IdentifyRootCause(_) => "identify-root-cause",
            Self::Close(_) => "close",
            Self::Reopen(_) => "reopen",
            Self::Withdraw(_) => "withdraw",
            Self::Correct(_) => "correct",
            Self::Recuse(_) => "recuse",
            Self::WithdrawRecusal(_) => "withdraw-recusal",
            Self::RequestInformation(_) => "request-information",
            Self::AddEvidence(_) => "add-evidence",
            Self::AuthoriseRepresentative(_) => "authorise-representative",
            Self::FlagVulnerability(_) => "flag-vulnerability",
            Self::PauseClock(_) => "pause-clock",
            Self::ResumeClock(_) => "resume-clock",
            Self::ExtendDeadline(_) => "extend-deadline",
            Self::WarnOfClock(_) => "warn-of-clock",
            Self::NoteMissedClock(_) => "note-missed-clock",
            Self::LinkDuplicate(_) => "link-duplicate",
            Self::UnlinkDuplicate(_) => "unlink-duplicate",
            Self::Transfer(_) => "transfer",
            Self::Escalate(_) => "escalate",
            Self::WithdrawEscalation(_) => "withdraw-escalation",
            Self::ProposeOutcome(_) => "propose-outcome",
            Self::NoteReview(_) => "note-review",
            Self::ReferExternally(_) => "refer-externally",
            Self::RecordExternalDecision(_) => "record-external-decision",
            Self::ReportSuspectedViolation(_) => "report-suspected-violation",
            Self::RequestSurvey(_) => "request-survey",
            Self::RecordSurveyAnswer(_) => "record-survey-answer",
            Self::TakeStep(_) => "take-step",
        }
    }
}
