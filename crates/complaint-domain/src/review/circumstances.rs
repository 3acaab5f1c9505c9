//! What a decision of the committee depends on besides the review and the command.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{DecisionEffect, OpeningWay};
use crate::{
    actor::{ActorId, Role},
    aggregate::Occasion,
    codes::closed_list,
    complaint::{
        Answer, ComplaintEvent, Direction, EscalationReason, Outcome, Party, ResponseKind,
    },
    fact::Fact,
};

/// Who asks, when, and what other streams say.
#[derive(Debug, Clone, Copy)]
pub struct CommitteeCircumstances<'a> {
    /// Who asks, when it happened and what time it is.
    pub occasion: &'a Occasion,
    /// What other streams say of the case, the members and the rules.
    pub facts: &'a CommitteeFacts,
}

/// What the rulebook says of the committee. [`Default`] holds until it says otherwise: three must
/// vote, and a decision recommends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitteeRules {
    /// How many members must vote, abstentions included. At least 1.
    pub quorum: u16,
    /// Whether the company is bound.
    pub effect: DecisionEffect,
}

impl CommitteeRules {
    /// The stricter of both: the greater quorum, and bound rather than not. By these, what is dated
    /// back goes round neither the rules of its day nor those of today.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        let binds = [self.effect, other.effect].contains(&DecisionEffect::Binding);
        let effect = if binds { DecisionEffect::Binding } else { self.effect };
        Self { quorum: self.quorum.max(other.quorum), effect }
    }
}

impl Default for CommitteeRules {
    fn default() -> Self {
        Self { quorum: 3, effect: DecisionEffect::Recommendation }
    }
}

/// What other streams say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitteeFacts {
    /// The complaint, once it is known which.
    pub case: CaseFacts,
    /// Everybody who is or was on the committee, as far as the command concerns them.
    pub committee: BTreeMap<ActorId, Standing>,
    /// The rules that hold.
    pub rules: CommitteeRules,
    /// Whether the escalation that is to get a review has one, in another stream.
    pub has_another_review: bool,
}

/// How somebody stands with the committee.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// The last day of their term; none when it has no end.
    pub term_until: Option<Date>,
    /// Whether they declared an interest in this case: in its respondent, product or complainant.
    pub has_interest: bool,
    /// When the last of these was recorded.
    pub interest_at: Option<Timestamp>,
}

/// What part somebody had in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Was responsible for it, or acted on it.
    Handled,
    /// Led those who did: assigned it, or acted on it as a supervisor.
    Supervised,
    /// Approved a remedy or an extension.
    Approved,
}

closed_list! {
    Part { Handled = "handled", Supervised = "supervised", Approved = "approved" }
}

/// What a complaint's stream says that a committee must know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFacts {
    /// Why and by whose wish it was last escalated; none once its review has ended.
    pub escalation: Option<(EscalationReason, OpeningWay)>,
    /// How often it was escalated.
    pub escalations: u32,
    /// When it was last escalated, and no later than that was recorded.
    pub escalated_at: Option<Timestamp>,
    /// The final response that stands; none once it was reopened since.
    pub answered: Option<Answered>,
    /// Whether the complainant, or who acts for them, wrote since it was last escalated.
    pub has_written: bool,
    /// Whether the complainant does not pursue it.
    pub is_withdrawn: bool,
    /// Who had a part in it.
    pub parts: BTreeMap<ActorId, Part>,
    /// How many pieces of evidence it has.
    pub evidence: u16,
}

/// What the complainant was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// What it came to; a platform does not say.
    pub outcome: Option<Outcome>,
    /// When it was recorded, or the complaint was closed on it.
    pub recorded_at: Timestamp,
    /// Whether the complainant accepted it.
    pub is_accepted: bool,
}

impl CaseFacts {
    /// Whether the complaint says what a settlement rests on: that the complainant accepted the answer, or,
    /// where none stands, that they wrote since it came before the committee.
    pub fn may_be_settled(&self) -> bool {
        self.answered.map_or(self.has_written, |answered| answered.is_accepted)
    }

    /// Takes in the next event of the complaint.
    #[must_use]
    pub fn with(mut self, fact: &Fact<ComplaintEvent>) -> Self {
        let Fact { event, actor, .. } = fact;
        if let ComplaintEvent::Escalated(escalation) = event {
            self.escalation = Some((escalation.reason, way_of(actor.role)));
            self.escalations = self.escalations.saturating_add(1);
            self.escalated_at = Some(fact.happened_by());
            self.has_written = false;
            return self;
        }
        if let ComplaintEvent::EscalationWithdrawn(_) = event {
            self.escalation = None;
        }
        if let ComplaintEvent::ReviewConcluded(concluded) = event
            && concluded.is_of(self.escalations)
        {
            // One review for each escalation.
            self.escalation = None;
        }
        self.hears(fact);
        if matches!(event, ComplaintEvent::Withdrawn(_) | ComplaintEvent::Reopened(_)) {
            self.is_withdrawn = matches!(event, ComplaintEvent::Withdrawn(_));
        }
        if let ComplaintEvent::EvidenceAdded(evidence) = event {
            self.evidence = evidence.evidence.0;
        }
        if let ComplaintEvent::Assigned(assignment) = event {
            self.took(&assignment.handler, Part::Handled);
        }
        if let ComplaintEvent::Reassigned(reassignment) = event {
            self.took(&reassignment.handler, Part::Handled);
        }
        let approves = matches!(
            event,
            ComplaintEvent::RemedyApproved(_) | ComplaintEvent::DeadlineExtended(_)
        );
        match actor.role {
            _ if approves => self.took(&actor.id, Part::Approved),
            Role::Agent => self.took(&actor.id, Part::Handled),
            Role::Supervisor => self.took(&actor.id, Part::Supervised),
            Role::Complainant | Role::Public | Role::System => {}
            // They keep records, look on, or sit on the committee themselves; but whoever did a handler's
            // work had a handler's part, and nobody judges their own answer.
            _ if is_handling(event) => self.took(&actor.id, Part::Handled),
            Role::CommitteeMember
            | Role::CommitteeChair
            | Role::Auditor
            | Role::ComplianceOfficer
            | Role::Regulator
            | Role::DataProtectionOfficer
            | Role::Administrator => {}
        }
        self
    }

    /// What was said between the company and the complainant.
    fn hears(&mut self, Fact { event, recorded_at, .. }: &Fact<ComplaintEvent>) {
        if let ComplaintEvent::ResponseIssued(response) = event
            && response.kind == ResponseKind::Final
        {
            let (outcome, recorded_at) = (response.outcome, *recorded_at);
            self.answered = Some(Answered { outcome, recorded_at, is_accepted: false });
        } else if let ComplaintEvent::AnswerRecorded(given) = event {
            let is_accepted = given.answer == Answer::Accepted;
            self.answered = self.answered.map(|it| Answered { is_accepted, ..it });
        } else if let ComplaintEvent::CommunicationRecorded(message) = event {
            let is_theirs = matches!(message.party, Party::Complainant | Party::Representative);
            self.has_written |= is_theirs && message.direction == Direction::Incoming;
        } else if let ComplaintEvent::Closed(_) = event {
            let recorded_at = *recorded_at;
            self.answered = self.answered.map(|it| Answered { recorded_at, ..it });
        } else if let ComplaintEvent::Reopened(_) = event {
            self.answered = None;
        }
    }

    /// The first part somebody took stays the one that is named.
    fn took(&mut self, who: &ActorId, part: Part) {
        self.parts.entry(who.clone()).or_insert(part);
    }
}

/// What those do who handle a complaint, in whichever role.
const fn is_handling(event: &ComplaintEvent) -> bool {
    use ComplaintEvent as E;
    matches!(
        event,
        E::Assessed(_)
            | E::Assigned(_)
            | E::Reassigned(_)
            | E::RemedyProposed(_)
            | E::OutcomeProposed(_)
            | E::ResponseIssued(_)
            | E::AnswerRecorded(_)
            | E::RemedyFulfilled(_)
            | E::RootCauseIdentified(_)
            | E::Transferred(_)
            | E::Withdrawn(_)
            | E::Closed(_)
    )
}

/// By whose wish somebody in this role escalates.
fn way_of(role: Role) -> OpeningWay {
    match role {
        Role::Complainant => OpeningWay::Complainant,
        Role::System => OpeningWay::RulePack,
        Role::Agent
        | Role::Supervisor
        | Role::CommitteeMember
        | Role::CommitteeChair
        | Role::Auditor
        | Role::ComplianceOfficer
        | Role::Regulator
        | Role::DataProtectionOfficer
        | Role::Administrator
        | Role::Public => OpeningWay::Staff,
    }
}
