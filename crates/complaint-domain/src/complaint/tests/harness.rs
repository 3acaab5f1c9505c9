//! Given a history, when a command comes, then these events or this refusal.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;

use super::builders::complaint_id;

use crate::{
    Fact,
    actor::{Actor, ActorId, Role},
    clock::Rulebook,
    complaint::{
        Circumstances, Complaint, ComplaintCommand, ComplaintEvent, ComplaintRejection,
        ComplaintRules, People, ReviewConclusion, ReviewFacts, decide, evolve,
    },
    sealed::PersonalField,
};

/// When the complaint of a test comes in, unless the test says otherwise.
pub(super) const RECEIVED_AT: &str = "2024-03-01T09:00:00Z";
/// When everything else in its history happens, unless the test says otherwise.
pub(super) const HANDLED_AT: &str = "2024-03-04T09:00:00Z";
/// When the command under test comes, unless the test says otherwise.
pub(super) const NOW: &str = "2024-03-11T09:00:00Z";

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn person(id: &str) -> ActorId {
    ActorId(id.parse().unwrap())
}

pub(super) fn actor(id: &str, role: Role) -> Actor {
    Actor { id: person(id), role }
}

/// A fact of the past: by the agent `ana`, at [`HANDLED_AT`].
pub(super) fn past(event: ComplaintEvent) -> Fact<ComplaintEvent> {
    let is_receipt = matches!(event, ComplaintEvent::Received(_));
    let at = time(if is_receipt { RECEIVED_AT } else { HANDLED_AT });
    Fact { event, actor: actor("ana", Role::Agent), occurred_at: at, recorded_at: at }
}

pub(super) trait Told {
    /// The same fact, at another time.
    fn at(self, when: &str) -> Self;
    /// The same fact, by somebody else.
    fn by(self, id: &str, role: Role) -> Self;
}

impl Told for Fact<ComplaintEvent> {
    fn at(self, when: &str) -> Self {
        Self { occurred_at: time(when), recorded_at: time(when), ..self }
    }

    fn by(self, id: &str, role: Role) -> Self {
        Self { actor: actor(id, role), ..self }
    }
}

/// The history a test starts from; empty for a complaint that is not known.
pub(super) fn given(history: impl IntoIterator<Item = Fact<ComplaintEvent>>) -> Given {
    let state = history.into_iter().fold(Complaint::default(), |state, fact| evolve(state, &fact));
    Given {
        state,
        actor: actor("ana", Role::Agent),
        occurred_at: time(NOW),
        now: time(NOW),
        personal: PersonalField::ALL.iter().copied().collect(),
        rules: ComplaintRules::default(),
        complaint: None,
        people: People::default(),
        review: None,
        is_under_review: false,
        is_taken_up: false,
        is_other_unknown: false,
    }
}

/// A history and the circumstances of the command that comes next: by the agent `ana`, at [`NOW`],
/// with the texts of every personal field.
#[derive(Debug, Clone)]
#[must_use = "a history alone tests nothing: call `when`"]
pub(super) struct Given {
    state: Complaint,
    pub(super) actor: Actor,
    pub(super) occurred_at: Timestamp,
    pub(super) now: Timestamp,
    pub(super) personal: BTreeSet<PersonalField>,
    pub(super) rules: ComplaintRules,
    pub(super) complaint: Option<crate::reference::ComplaintId>,
    pub(super) people: People,
    pub(super) review: Option<ReviewFacts>,
    pub(super) is_under_review: bool,
    pub(super) is_taken_up: bool,
    pub(super) is_other_unknown: bool,
}

fn replay(history: impl IntoIterator<Item = Fact<ComplaintEvent>>) -> Complaint {
    history.into_iter().fold(Complaint::default(), |state, fact| evolve(state, &fact))
}

impl Given {
    /// The same circumstances after another history.
    pub(super) fn with(self, history: impl IntoIterator<Item = Fact<ComplaintEvent>>) -> Self {
        Self { state: replay(history), ..self }
    }

    /// Somebody else acts from here on.
    pub(super) fn by(self, id: &str, role: Role) -> Self {
        Self { actor: actor(id, role), ..self }
    }

    /// It is another time from here on.
    pub(super) fn at(self, when: &str) -> Self {
        Self { occurred_at: time(when), now: time(when), ..self }
    }

    /// What comes from here on is recorded now, but happened then.
    pub(super) fn occurring_at(self, when: &str) -> Self {
        Self { occurred_at: time(when), ..self }
    }

    /// A review of the complaint is known by its own stream from here on.
    pub(super) fn reviewing(mut self, conclusion: Option<ReviewConclusion>) -> Self {
        self.complaint = Some(complaint_id(0));
        let complaint = complaint_id(0);
        self.review = Some(ReviewFacts { complaint, conclusion, escalation: None, reply: None });
        self
    }

    /// The review that ended so is known to be of this escalation.
    pub(super) fn reviewing_escalation(self, number: u32, conclusion: ReviewConclusion) -> Self {
        let mut reviewing = self.reviewing(Some(conclusion));
        if let Some(facts) = &mut reviewing.review {
            facts.escalation = Some(number);
        }
        reviewing
    }

    /// The company has said this to the review.
    pub(super) fn replying(mut self, reply: crate::review::ReplyKind) -> Self {
        if let Some(facts) = &mut self.review {
            facts.reply = Some(reply);
        }
        self
    }

    /// Other rules hold from here on.
    pub(super) fn under(self, rules: ComplaintRules) -> Self {
        Self { rules, ..self }
    }

    /// Somebody is known by their own stream from here on.
    pub(super) fn knowing(mut self, account: &str, staff: crate::staff::Staff) -> Self {
        self.people = self.people.with(person(account), staff);
        self
    }

    /// These time limits hold from here on.
    pub(super) fn with_limits(mut self, rulebook: Rulebook) -> Self {
        self.rules.time_limits = Arc::new(rulebook);
        self
    }

    /// Commands come without any personal field from here on.
    pub(super) fn without_texts(self) -> Self {
        Self { personal: BTreeSet::new(), ..self }
    }

    /// Sends a command that must be taken, and goes on from what it caused.
    #[track_caller]
    pub(super) fn after(mut self, command: &ComplaintCommand) -> Self {
        match self.decide(command) {
            Ok(events) => {
                for event in events {
                    let fact = self.fact(event);
                    self = self.record(&fact);
                }
            }
            Err(rejection) => panic!("`{}` was refused: {rejection}", command.name()),
        }
        self
    }

    /// Goes on from one fact more.
    pub(super) fn record(self, fact: &Fact<ComplaintEvent>) -> Self {
        Self { state: evolve(self.state, fact), ..self }
    }

    /// Sends the one command under test.
    pub(super) fn when(self, command: &ComplaintCommand) -> Then {
        Then(self.decide(command))
    }

    pub(super) fn decide(
        &self,
        command: &ComplaintCommand,
    ) -> Result<Vec<ComplaintEvent>, ComplaintRejection> {
        let circumstances = Circumstances {
            actor: self.actor.clone(),
            occurred_at: self.occurred_at,
            now: self.now,
            personal: self.personal.clone(),
            rules: &self.rules,
            complaint: self.complaint.clone(),
            people: self.people.clone(),
            review: self.review.clone(),
            is_under_review: self.is_under_review,
            is_taken_up: self.is_taken_up,
            is_other_unknown: self.is_other_unknown,
        };
        decide(&self.state, command, &circumstances)
    }

    /// The event as it would be recorded now.
    pub(super) fn fact(&self, event: ComplaintEvent) -> Fact<ComplaintEvent> {
        Fact {
            event,
            actor: self.actor.clone(),
            occurred_at: self.occurred_at,
            recorded_at: self.now,
        }
    }

    pub(super) fn state(&self) -> &Complaint {
        &self.state
    }
}

#[must_use = "nothing is checked yet: call a `then` method"]
pub(super) struct Then(Result<Vec<ComplaintEvent>, ComplaintRejection>);

impl Then {
    /// Expects exactly this event.
    #[track_caller]
    pub(super) fn then(self, expected: ComplaintEvent) {
        assert_eq!(self.0, Ok(vec![expected]));
    }

    /// Expects this refusal and no other.
    #[track_caller]
    pub(super) fn then_rejected(self, expected: ComplaintRejection) {
        assert_eq!(self.0, Err(expected));
    }
}
