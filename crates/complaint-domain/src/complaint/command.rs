//! What somebody asks for. Imperative; may be refused.

use super::{
    Acknowledgement, AnswerGiven, Assessment, Assignment, Classification, Closure, Communication,
    Correction, Reassignment, Receipt, RemedyApproval, RemedyFulfilment, RemedyProposal, Reopening,
    Response, RootCause, Withdrawal,
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
        }
    }
}
