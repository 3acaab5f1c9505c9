//! Why a command to a review was refused.

use jiff::{Timestamp, civil::Date};

use super::{MeasureId, Part, Side};
use crate::{
    actor::{ActorId, Role},
    codes::named_variants,
    complaint::{EvidenceId, Outcome},
};

/// Why a command was refused. When several reasons apply, the first in this list is the one given:
/// who asks, how far the review has come, when it happened, who sits on it, what was heard, what is proposed, the
/// votes, and what follows. Nothing was written anywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReviewRejection {
    // Who asks.
    /// The role has no business with this.
    #[error("expected {expected} for `{command}`, found the role `{role}`")]
    RoleMayNot {
        /// The name of the command.
        command: &'static str,
        /// Who may.
        expected: &'static str,
        /// The role that asked.
        role: Role,
    },

    // How far the review has come.
    /// Anything but an opening on an unknown review.
    #[error("expected a review that was opened, found none; open it first")]
    NotOpened,
    /// A second opening, of the same stream or for the same escalation.
    #[error(
        "expected an escalation that has no review, found one whose review was opened before; another review needs \
         another escalation"
    )]
    AlreadyOpened,
    /// Something on a review that has ended.
    #[error("expected a review under way for `{command}`, found one that was {how}")]
    Ended {
        /// The name of the command.
        command: &'static str,
        /// How it ended.
        how: &'static str,
    },
    /// Something that comes before the decision.
    #[error("expected a review without a decision for `{0}`, found one that is decided")]
    AlreadyDecided(&'static str),
    /// Something that follows the decision.
    #[error("expected a decision before `{0}`, found none")]
    NotDecided(&'static str),

    // When it happened, and why it came here.
    /// It is said to have happened after now.
    #[error("expected something that happened by {now}, found {occurred_at}")]
    OccurredInFuture {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// Nobody put the complaint before the committee.
    #[error("expected a complaint that was escalated, found one that was not; escalate it first")]
    NotEscalated,
    /// It is said to have happened before what it follows.
    #[error("expected something that happened from {since} on, when {what}, found {occurred_at}")]
    OccurredTooEarly {
        /// When it is said to have happened.
        occurred_at: Timestamp,
        /// What it follows.
        what: &'static str,
        /// When that happened.
        since: Timestamp,
    },
    /// A complaint that is still pursued.
    #[error("expected a complaint that was withdrawn, found one that was not")]
    NotWithdrawn,
    /// Nothing on record that the complainant agreed to.
    #[error(
        "expected what a settlement rests on, the complainant's acceptance of the answer that stands or, where none \
         does, a message of theirs since the escalation, found neither"
    )]
    NotSettled,

    // Who sits on it.
    /// Not one of the committee.
    #[error("expected a member of the committee, found `{0}`, who is none")]
    NotOnCommittee(ActorId),
    /// The term has ended.
    #[error("expected a member whose term runs, found `{member}`, whose term ended on {until}")]
    TermOver {
        /// Who.
        member: ActorId,
        /// The last day of the term.
        until: Date,
    },
    /// They handled, supervised or approved the case.
    #[error("expected a member without a part in the case, found `{member}`, who {part} it")]
    HasPartInCase {
        /// Who.
        member: ActorId,
        /// Which part.
        part: Part,
    },
    /// They declared an interest in the case.
    #[error("expected a member without an interest in the case, found `{0}`, who declared one")]
    InterestDeclared(ActorId),
    /// They stepped aside.
    #[error("expected somebody who has not stepped aside, found `{0}`, who has")]
    MemberRecused(ActorId),
    /// They sit on it already.
    #[error("expected somebody who does not sit on the case yet, found `{0}`, who does")]
    AlreadySeated(ActorId),
    /// There is a chair.
    #[error("expected a free chair, found `{0}` in it")]
    ChairTaken(ActorId),
    /// They do not sit on it.
    #[error("expected somebody who sits on the case, found `{0}`, who does not")]
    NotSeated(ActorId),
    /// Nobody sits on it.
    #[error("expected somebody who sits on the case before it ends as settled, found nobody")]
    NobodySeated,
    /// The interest is known and not ruled on.
    #[error("expected an interest that nobody named yet, found that `{0}` has one to be ruled on")]
    AlreadyDisclosed(ActorId),
    /// There is nothing to rule on.
    #[error("expected a disclosed interest of `{0}` to rule on, found none")]
    NothingToRule(ActorId),
    /// Nobody judges their own interest.
    #[error("expected somebody else to rule on the interest of `{0}`, found them doing it")]
    RuledBySelf(ActorId),
    /// Neither the member nor the chair.
    #[error(
        "expected the member themselves or the chair of the case to let `{member}` step aside, found `{found}`; name \
         the interest, and it is ruled on"
    )]
    NotTheChair {
        /// Who is to step aside.
        member: ActorId,
        /// Who asked.
        found: ActorId,
    },

    // What was heard.
    /// The side was heard.
    #[error("expected a side that was not heard yet, found the {0}, who was")]
    AlreadyHeard(Side),
    /// The complaint has no such evidence.
    #[error("expected one of the complaint's {count} pieces of evidence, found number {found}")]
    EvidenceUnknown {
        /// How many it has.
        count: u16,
        /// The number.
        found: EvidenceId,
    },
    /// It was looked at.
    #[error("expected evidence that was not looked at yet, found number {0}, which was")]
    EvidenceAlreadyTaken(EvidenceId),

    // What is proposed.
    /// Nothing is proposed before both sides were heard.
    #[error("expected both sides heard before a decision is proposed, found the {0} not heard")]
    SideNotHeard(Side),
    /// A decision or an opinion without grounds.
    #[error("expected at least one ground for `{0}`, found none")]
    GroundsMissing(&'static str),
    /// Measures are numbered from 1.
    #[error("expected measure {expected} next, found {found}")]
    MeasureNumberNotNext {
        /// The number it must have.
        expected: usize,
        /// The number it has.
        found: MeasureId,
    },
    /// A measure that could only be late.
    #[error("expected measure {measure} to be due from {today} on, found {due}")]
    MeasureDuePassed {
        /// Which.
        measure: MeasureId,
        /// The day it is, in UTC.
        today: Date,
        /// The day by which it is due.
        due: Date,
    },

    // The votes.
    /// There is nothing to vote on.
    #[error("expected a proposed decision for `{0}`, found none")]
    NothingProposed(&'static str),
    /// An interest of theirs is not ruled on.
    #[error("expected a member without an open interest, found `{0}`; rule on it first")]
    InterestOpen(ActorId),
    /// A vote is cast once.
    #[error("expected a member who has not voted on this, found `{0}`, who has")]
    AlreadyVoted(ActorId),
    /// Only those who voted against dissent.
    #[error("expected a member who voted against it, found `{0}`, who did not")]
    DidNotVoteAgainst(ActorId),
    /// A dissent is recorded once.
    #[error("expected a member who has not dissented, found `{0}`, who has")]
    AlreadyDissented(ActorId),
    /// Too few voted.
    #[error("expected {needed} votes for a quorum, found {found}")]
    QuorumMissing {
        /// How many must vote.
        needed: u16,
        /// How many did.
        found: u16,
    },
    /// No majority.
    #[error("expected more votes for than against, found {votes_for} and {votes_against}")]
    NoMajority {
        /// For it.
        votes_for: u16,
        /// Against it.
        votes_against: u16,
    },
    /// Enough were there.
    #[error("expected fewer present than the quorum of {needed}, found {found}")]
    QuorumPresent {
        /// How many must vote.
        needed: u16,
        /// How many of those present may.
        found: usize,
    },

    // What follows.
    /// The committee does not answer itself.
    #[error("expected somebody of the company to reply, found `{0}`, who sat on the case")]
    RepliedByMember(ActorId),
    /// The company answered.
    #[error("expected a decision without a reply, found one that was {0}")]
    AlreadyReplied(&'static str),
    /// What binds cannot be refused.
    #[error("expected the binding decision to be followed, found a refusal")]
    DecisionBinds,
    /// The company says that it follows, and has answered less.
    #[error(
        "expected the recommended `{decided}` in the answer given or closed on since, or a refusal with its grounds, \
         found `{found}`"
    )]
    AnsweredOtherwise {
        /// What was recommended.
        decided: Outcome,
        /// What the complainant was answered since.
        found: Outcome,
    },
    /// No such measure.
    #[error("expected one of the decision's measures, found number {0}")]
    MeasureUnknown(MeasureId),
    /// It was carried out.
    #[error("expected a measure still to be done, found number {0}, which is done")]
    MeasureAlreadyDone(MeasureId),
    /// It is no longer to be done.
    #[error("expected a measure still to be done, found number {0}, which the committee withdrew")]
    MeasureWithdrawn(MeasureId),
    /// What was refused is not followed up.
    #[error("expected a decision that is followed, found one that was refused")]
    DecisionRefused,
    /// Whoever is to do it does not say that it need not be done.
    #[error(
        "expected somebody else than the measure's owner to agree that it is withdrawn, found `{0}`, who is"
    )]
    WithdrawnByOwner(ActorId),
    /// They said so already.
    #[error(
        "expected a member who has not agreed that the measure is withdrawn, found `{0}`, who has; another member has \
         to agree"
    )]
    WithdrawalAgreed(ActorId),
    /// The company has not answered.
    #[error("expected the company's reply before the closing, found none")]
    ReplyMissing,
    /// Something is still to be done.
    #[error(
        "expected every measure done or withdrawn before the closing, found number {0} outstanding"
    )]
    MeasureOutstanding(MeasureId),
}

named_variants! { ReviewRejection, CODES, code {
    RoleMayNot = "role-may-not",
    NotOpened = "not-opened",
    AlreadyOpened = "already-opened",
    Ended = "ended",
    AlreadyDecided = "already-decided",
    NotDecided = "not-decided",
    OccurredInFuture = "occurred-in-future",
    NotEscalated = "not-escalated",
    OccurredTooEarly = "occurred-too-early",
    NotWithdrawn = "not-withdrawn",
    NotSettled = "not-settled",
    NotOnCommittee = "not-on-committee",
    TermOver = "term-over",
    HasPartInCase = "has-part-in-case",
    InterestDeclared = "interest-declared",
    MemberRecused = "member-recused",
    AlreadySeated = "already-seated",
    ChairTaken = "chair-taken",
    NotSeated = "not-seated",
    NobodySeated = "nobody-seated",
    AlreadyDisclosed = "already-disclosed",
    NothingToRule = "nothing-to-rule",
    RuledBySelf = "ruled-by-self",
    NotTheChair = "not-the-chair",
    AlreadyHeard = "already-heard",
    EvidenceUnknown = "evidence-unknown",
    EvidenceAlreadyTaken = "evidence-already-taken",
    SideNotHeard = "side-not-heard",
    GroundsMissing = "grounds-missing",
    MeasureNumberNotNext = "measure-number-not-next",
    MeasureDuePassed = "measure-due-passed",
    NothingProposed = "nothing-proposed",
    InterestOpen = "interest-open",
    AlreadyVoted = "already-voted",
    DidNotVoteAgainst = "did-not-vote-against",
    AlreadyDissented = "already-dissented",
    QuorumMissing = "quorum-missing",
    NoMajority = "no-majority",
    QuorumPresent = "quorum-present",
    RepliedByMember = "replied-by-member",
    AlreadyReplied = "already-replied",
    DecisionBinds = "decision-binds",
    AnsweredOtherwise = "answered-otherwise",
    MeasureUnknown = "measure-unknown",
    MeasureAlreadyDone = "measure-already-done",
    MeasureWithdrawn = "measure-withdrawn",
    DecisionRefused = "decision-refused",
    WithdrawnByOwner = "withdrawn-by-owner",
    WithdrawalAgreed = "withdrawal-agreed",
    ReplyMissing = "reply-missing",
    MeasureOutstanding = "measure-outstanding",
} }
