//! The bodies of commands and events: what each of them says.
//!
//! These are the stored schema. A change here that alters bytes needs a new event version in
//! `complaint-codec` and leaves the golden files of the old one untouched.

use std::{collections::BTreeSet, fmt};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{actor::ActorId, label::Label, money::Money, right::Right};

/// The way a message came in or went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// By telephone.
    Phone,
    /// By e-mail.
    Email,
    /// Through a web form.
    Web,
    /// Through an app.
    App,
    /// By letter.
    Letter,
    /// By fax.
    Fax,
    /// Face to face.
    InPerson,
    /// At a branch.
    Branch,
    /// On social media.
    SocialMedia,
    /// In a chat.
    Chat,
    /// Through a regulator's platform.
    RegulatorPlatform,
    /// Passed on by another body.
    Referral,
}

/// Where a complaint came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Source {
    /// Straight to us.
    Direct,
    /// Taken in from a file that another body published or sent.
    Imported {
        /// The kind of file, such as `cfpb`.
        scheme: Label,
        /// The number the complaint has there.
        reference: Label,
    },
}

/// What a complaint is about, in the terms of one taxonomy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    /// The taxonomy and its version, such as `cfpb-2013`.
    pub taxonomy: Label,
    /// The product or service.
    pub product: Label,
    /// A finer product, where the taxonomy has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_product: Option<Label>,
    /// What went wrong with it, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Label>,
    /// A finer issue, where the taxonomy has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_issue: Option<Label>,
}

/// What is known of a complaint on the day it comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// How it came in.
    pub channel: Channel,
    /// Where it came from.
    pub source: Source,
    /// What it is about, as the complainant or the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<Matter>,
    /// The company complained of, when that is not the ledger's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respondent: Option<Label>,
    /// A coarse region, such as a state; anything finer is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Label>,
    /// The language the complainant writes or speaks, as a BCP 47 tag such as `en` or `zh-CN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Label>,
    /// Groups the source says the complainant belongs to, such as `Older American`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Label>,
    /// What the complainant wants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies_requested: Vec<RemedyKind>,
}

/// How the complainant was told of the receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// By which way.
    pub channel: Channel,
}

/// How serious it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// An inconvenience.
    Low,
    /// A loss that can be made good.
    Medium,
    /// A serious loss or distress.
    High,
    /// Harm to health, livelihood or many people.
    Critical,
}

/// How much work it is to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Complexity {
    /// One fact, one person.
    Simple,
    /// A few facts or people.
    Standard,
    /// Many facts, several departments or outside parties.
    Complex,
}

/// How many it touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Impact {
    /// This complainant only.
    Single,
    /// A known number of others.
    Several,
    /// Perhaps everybody in the same position.
    Systemic,
}

/// The initial assessment.
///
/// # Source
///
/// ISO 10002:2018, clause 7.5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// How serious it is.
    pub severity: Severity,
    /// Whether somebody's safety is at risk.
    pub safety: bool,
    /// How much work it is to find out.
    pub complexity: Complexity,
    /// How many it touches.
    pub impact: Impact,
    /// Whether something must be done at once.
    pub immediate_action: bool,
}

/// What it is about, and the rights at stake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classification {
    /// What it is about.
    pub matter: Matter,
    /// The rights at stake; at least one.
    pub rights: BTreeSet<Right>,
}

/// Who became responsible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The handler: the one responsible person.
    pub handler: ActorId,
}

/// Why the handler changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReassignmentReason {
    /// The handler is away.
    Absence,
    /// The handler has too much to do.
    Workload,
    /// Somebody else knows more about it.
    Expertise,
    /// The handler has an interest in the case.
    ConflictOfInterest,
}

/// Who became responsible instead, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reassignment {
    /// The new handler.
    pub handler: ActorId,
    /// Why.
    pub reason: ReassignmentReason,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// To us.
    Incoming,
    /// From us.
    Outgoing,
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// The person who complains.
    Complainant,
    /// Somebody who acts for them.
    Representative,
    /// The company complained of.
    Respondent,
    /// A supervising authority.
    Regulator,
    /// An ombudsman, arbitrator or court.
    ExternalBody,
}

/// What a message was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The complaint was passed to the party that must answer it.
    Forwarding,
    /// Something was asked.
    InformationRequest,
    /// Something asked for was given.
    Information,
    /// How the matter stands.
    ProgressUpdate,
    /// A notice that a rule requires.
    Notice,
}

/// A message to or from somebody; its text is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Communication {
    /// Which way it went.
    pub direction: Direction,
    /// Who is at the other end.
    pub party: Party,
    /// By which way.
    pub channel: Channel,
    /// What it was for.
    pub purpose: Purpose,
}

/// The number of a remedy within its complaint, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemedyId(pub u16);

impl fmt::Display for RemedyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is done to put it right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemedyKind {
    /// The price is paid back.
    Refund,
    /// Money for a loss.
    Compensation,
    /// Money without admission.
    Goodwill,
    /// The thing is repaired or the service done again.
    Repair,
    /// The thing is replaced.
    Replacement,
    /// A record or a contract is put right.
    Correction,
    /// An apology.
    Apology,
    /// An explanation.
    Explanation,
}

/// What somebody proposes to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyProposal {
    /// The next free number.
    pub remedy: RemedyId,
    /// What is to be done.
    pub kind: RemedyKind,
    /// How much is to be paid, when money is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// Which remedy was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyApproval {
    /// The remedy.
    pub remedy: RemedyId,
}

/// Which kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseKind {
    /// How far it has come.
    Interim,
    /// Why it is late, and when an answer can be expected.
    Holding,
    /// The answer.
    Final,
}

/// What the complaint came to. Not the same as its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The complainant is right.
    Upheld,
    /// The complainant is right in part.
    PartlyUpheld,
    /// The complainant is not right.
    NotUpheld,
    /// Something is given without saying who is right.
    Goodwill,
    /// It is not for us to decide.
    OutOfScope,
}

/// What was found on one issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The issue.
    pub issue: Label,
    /// What it came to.
    pub outcome: Outcome,
}

/// Where the complainant may turn next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recourse {
    /// The body.
    pub body: Label,
    /// The last day on which they may.
    pub until: Date,
}

/// What a regulator's platform says the respondent answered.
///
/// # Source
///
/// CFPB consumer complaint database, field "Company response to consumer".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlatformCategory {
    /// Closed with monetary relief.
    ClosedWithMonetaryRelief,
    /// Closed with non-monetary relief.
    ClosedWithNonMonetaryRelief,
    /// Closed with relief (before June 2012).
    ClosedWithRelief,
    /// Closed without relief (before June 2012).
    ClosedWithoutRelief,
    /// Closed with explanation.
    ClosedWithExplanation,
    /// Closed.
    Closed,
    /// In progress.
    InProgress,
    /// Untimely response.
    UntimelyResponse,
}

/// The answer as a platform reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformResponse {
    /// What the respondent answered.
    pub category: PlatformCategory,
    /// Whether the platform calls it timely, when it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timely: Option<bool>,
    /// What the respondent chose to say in public, one of the platform's fixed texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_response: Option<Label>,
}

/// An answer to the complainant; its text is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// Which kind of answer.
    pub kind: ResponseKind,
    /// By which way it went.
    pub channel: Channel,
    /// What it came to; a final response of our own always says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What was found, issue by issue; a final response of our own has at least one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The remedies offered, each proposed before and approved where that is required.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<RemedyId>,
    /// Where the complainant may turn next; a final response of our own always says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recourse: Option<Recourse>,
    /// The day by which the final response can be expected; a holding response always says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_by: Option<Date>,
    /// The answer as a platform reports it; only on an imported complaint, where it stands in for
    /// outcome, findings and recourse, which the platform does not give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<PlatformResponse>,
}

/// What the complainant says to the final response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// They accept it.
    Accepted,
    /// They do not.
    Refused,
    /// They said nothing in the time they had.
    Silent,
    /// The platform reports that they did not dispute it.
    NotDisputed,
}

/// The complainant's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerGiven {
    /// What they said.
    pub answer: Answer,
}

/// What became of a remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemedyResult {
    /// It was carried out.
    CarriedOut,
    /// The complainant declined it.
    Declined,
}

/// A remedy reached its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyFulfilment {
    /// The remedy.
    pub remedy: RemedyId,
    /// What became of it.
    pub result: RemedyResult,
    /// What was paid, when money was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
}

/// What lay behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum RootCause {
    /// A cause with a code.
    Found {
        /// The code, such as `process/refund-delayed`.
        code: Label,
    },
    /// It was looked for and not found.
    NoneFound,
}

/// Why no further step is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloseReason {
    /// The complainant accepted the final response.
    Accepted,
    /// Every way onward was gone to its end.
    RecourseExhausted,
    /// The time to turn elsewhere has passed.
    RecourseExpired,
    /// The complainant gave up the ways onward.
    RecourseWaived,
    /// The platform reports that the respondent closed it; only on an imported complaint.
    ClosedOnPlatform,
}

/// It ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// Why no further step is possible.
    pub reason: CloseReason,
}

/// Why it was taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReopenReason {
    /// Something new came to light.
    NewEvidence,
    /// A promised remedy did not come.
    RemedyNotDelivered,
    /// The complainant asks for it.
    ComplainantRequest,
    /// An outside body decided otherwise.
    ExternalDecision,
    /// It should not have been closed.
    ClosedInError,
}

/// It was taken up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// Why.
    pub reason: ReopenReason,
}

/// Why the complainant withdrew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithdrawalReason {
    /// It was settled some other way.
    SettledOtherwise,
    /// They no longer wish to pursue it.
    NotPursued,
    /// They gave no reason.
    NotStated,
}

/// The complainant withdrew it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Why.
    pub reason: WithdrawalReason,
}

/// Why an earlier entry was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorrectionReason {
    /// It was entered wrongly.
    ClericalError,
    /// It was right by what was known then.
    NewInformation,
    /// The complainant says it is wrong.
    ComplainantObjection,
}

/// What is true instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum CorrectedFact {
    /// When it was received.
    ReceivedAt {
        /// The right moment.
        received_at: jiff::Timestamp,
    },
    /// How it came in.
    Channel {
        /// The right way.
        channel: Channel,
    },
    /// What it is about.
    Matter {
        /// The right matter.
        matter: Matter,
    },
    /// Who it is about.
    Respondent {
        /// The right company.
        respondent: Label,
    },
    /// A personal field; the right text is sealed with this event.
    Personal,
}

/// An earlier entry was put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The stream version of the entry that was wrong.
    pub corrects: u64,
    /// What is true instead.
    pub fact: CorrectedFact,
    /// Why the entry was wrong.
    pub reason: CorrectionReason,
}
