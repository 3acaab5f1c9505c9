//! What happened. Past tense; never refused, never edited.

use serde::{Deserialize, Serialize};

use super::{
    Acknowledgement, AnswerGiven, Assessment, Assignment, Classification, Closure, Communication,
    Correction, Reassignment, Receipt, RemedyApproval, RemedyFulfilment, RemedyProposal, Reopening,
    Response, RootCause, Withdrawal,
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
