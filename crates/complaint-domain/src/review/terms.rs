//! What is said in a review: the bodies that commands and events share.

use std::{collections::BTreeSet, fmt};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    actor::ActorId,
    codes::closed_list,
    complaint::{EscalationReason, EvidenceId, Outcome, RecusalGround},
    label::Label,
    reference::ComplaintId,
};

/// Which complaint is put before the committee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The complaint; it was escalated before.
    pub complaint: ComplaintId,
}

/// By whose wish a case came before the committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpeningWay {
    /// The complainant asked for it.
    Complainant,
    /// Somebody who works on complaints put it there.
    Staff,
    /// A rule pack orders it; a program of the ledger did it.
    RulePack,
}

/// A case came before the committee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Which complaint.
    pub complaint: ComplaintId,
    /// Why it was escalated.
    pub reason: EscalationReason,
    /// By whose wish.
    pub way: OpeningWay,
}

/// In which seat a member sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seat {
    /// Leads the case; one of the members.
    Chair,
    /// Any other.
    Member,
}

/// Somebody sits on the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seating {
    /// Who.
    pub member: ActorId,
    /// In which seat.
    pub seat: Seat,
}

/// An interest of a member was named, by the member or by whoever challenges them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosure {
    /// Whose interest.
    pub member: ActorId,
    /// What kind of interest.
    pub ground: RecusalGround,
}

/// Somebody else of the committee ruled on a disclosed interest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// Whose interest.
    pub member: ActorId,
    /// Whether they go on sitting on the case. If not, they have stepped aside.
    pub may_stay: bool,
}

/// A member steps aside and never sits on this case again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRecusal {
    /// Who.
    pub member: ActorId,
    /// Why.
    pub ground: RecusalGround,
}

/// A side of the dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Who complains, or who speaks for them.
    Complainant,
    /// Those who handled the complaint.
    Company,
}

/// How a side was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HearingManner {
    /// In the room.
    InPerson,
    /// By telephone or video.
    Remote,
    /// In writing.
    Written,
    /// It was invited in good time and did not wish to be heard.
    Declined,
}

/// A side was heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearing {
    /// Which.
    pub side: Side,
    /// How.
    pub manner: HearingManner,
}

/// A piece of the complaint's evidence was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceItem {
    /// Its number within the complaint.
    pub evidence: EvidenceId,
}

/// The number of a measure within its review, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MeasureId(pub u16);

impl fmt::Display for MeasureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is to be done after the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// Its number: 1 for the first of the list, and so on.
    pub measure: MeasureId,
    /// What, in short public words.
    pub what: Label,
    /// Who sees to it.
    pub owner: ActorId,
    /// By which day.
    pub due: Date,
}

/// What the committee votes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What the complaint comes to.
    pub outcome: Outcome,
    /// What it rests on: rules and findings by their codes. At least one.
    pub grounds: Vec<Label>,
    /// What is to be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<Measure>,
}

/// How somebody votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VoteChoice {
    /// For the proposal.
    For,
    /// Against it.
    Against,
    /// Neither; counts for the quorum.
    Abstain,
}

/// A member's own vote; the actor of the record is the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// How.
    pub choice: VoteChoice,
}

/// Why a member who voted against thinks otherwise; the actor of the record is the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dissent {
    /// What the other opinion rests on. At least one.
    pub grounds: Vec<Label>,
}

/// The votes are to be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {}

/// What a decision does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionEffect {
    /// It binds the company.
    Binding,
    /// It recommends; the company may refuse, with reasons.
    Recommendation,
}

/// The committee decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What the complaint comes to.
    pub outcome: Outcome,
    /// Whether the company is bound, by the rules of that day.
    pub effect: DecisionEffect,
    /// How many had to vote, by the rules of that day.
    pub quorum: u16,
    /// How many voted for it.
    pub votes_for: u16,
    /// How many voted against it.
    pub votes_against: u16,
    /// How many abstained.
    pub abstentions: u16,
}

/// Too few were there to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjournment {
    /// Who was there.
    pub present: BTreeSet<ActorId>,
}

/// What the company says to a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyKind {
    /// It follows it.
    Accepted,
    /// It does not follow it.
    Refused,
}

/// The company answered the committee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// What it says.
    pub reply: ReplyKind,
    /// Why; at least one when it refuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<Label>,
}

/// A measure was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureDone {
    /// Which.
    pub measure: MeasureId,
}

/// A measure is no longer to be done: it became impossible, or nobody would have anything of it. The actor of the
/// record is the member who agrees to that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureWithdrawal {
    /// Which.
    pub measure: MeasureId,
    /// Why, by the codes of rules and findings. At least one.
    pub grounds: Vec<Label>,
}

/// A member of the committee agreed that a measure is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalAgreed {
    /// Which.
    pub measure: MeasureId,
    /// Why.
    pub grounds: Vec<Label>,
    /// How many members agree by now, this one included.
    pub agreed: u16,
    /// How many have to, by the rules of that day.
    pub needed: u16,
}

impl WithdrawalAgreed {
    /// Whether the measure is withdrawn by it.
    pub const fn is_enough(&self) -> bool {
        self.agreed >= self.needed
    }
}

/// Why there is nothing more to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiscontinuationReason {
    /// The complaint was withdrawn.
    ComplaintWithdrawn,
    /// The parties agreed.
    Settled,
}

/// The review ends without a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discontinuation {
    /// Why.
    pub reason: DiscontinuationReason,
}

/// The follow-up is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewClosure {}

closed_list! {
    OpeningWay { Complainant = "complainant", Staff = "staff", RulePack = "rule-pack" }
    Seat { Chair = "chair", Member = "member" }
    Side { Complainant = "complainant", Company = "company" }
    HearingManner {
        InPerson = "in-person",
        Remote = "remote",
        Written = "written",
        Declined = "declined",
    }
    VoteChoice { For = "for", Against = "against", Abstain = "abstain" }
    DecisionEffect { Binding = "binding", Recommendation = "recommendation" }
    ReplyKind { Accepted = "accepted", Refused = "refused" }
    DiscontinuationReason { ComplaintWithdrawn = "complaint-withdrawn", Settled = "settled" }
}
