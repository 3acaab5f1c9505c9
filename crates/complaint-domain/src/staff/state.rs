//! What is so of a person who works here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Absence, Interest, StaffEvent};
use crate::{
    actor::{ActorId, Role},
    complaint::{ComplaintEvent, CorrectedFact, RecusalGround},
    fact::Fact,
    label::Label,
    reference::ComplaintId,
    review::Seat,
};

/// A person who works here, or did, or never began to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Staff {
    /// No event yet.
    #[default]
    Unknown,
    /// They joined.
    Known(Box<Person>),
}

/// Somebody who joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub(super) account: ActorId,
    pub(super) roles: BTreeSet<Role>,
    pub(super) team: Option<Label>,
    pub(super) absence: Option<Absence>,
    /// Each with its kind, and when it was recorded.
    pub(super) interests: BTreeMap<Interest, (RecusalGround, Timestamp)>,
    pub(super) term: Option<Term>,
    pub(super) past_terms: Vec<Term>,
    pub(super) trainings: BTreeMap<(Label, Date), Option<Date>>,
    pub(super) has_left: bool,
}

/// A time on the committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// As what.
    pub seat: Seat,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

/// How long somebody may sit on the committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermLimits {
    /// The most months that one term may have.
    pub months: u16,
    /// The most terms that one person may have.
    pub terms: u16,
}

/// What there is in a case that somebody can have an interest in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// The complaint.
    pub complaint: Option<ComplaintId>,
    /// The company complained of, when it is not the ledger's own.
    pub respondent: Option<Label>,
    /// The product.
    pub product: Option<Label>,
    /// Colleagues who have a part in it.
    pub colleagues: BTreeSet<ActorId>,
}

/// An interest that somebody declared and that a case touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// In what.
    pub interest: Interest,
    /// Of which kind.
    pub ground: RecusalGround,
    /// When it was recorded.
    pub declared_at: Timestamp,
}

impl Parts {
    /// Takes in what the next event of the complaint says of its respondent and product, corrections
    /// too.
    pub fn see(&mut self, fact: &Fact<ComplaintEvent>) {
        if let ComplaintEvent::Received(receipt) = &fact.event {
            self.respondent.clone_from(&receipt.respondent);
            self.product = receipt.matter.as_ref().map(|matter| matter.product.clone());
        } else if let ComplaintEvent::Classified(classification) = &fact.event {
            self.product = Some(classification.matter.product.clone());
        } else if let ComplaintEvent::Corrected(correction) = &fact.event {
            match &correction.fact {
                CorrectedFact::Respondent { respondent } => {
                    self.respondent = Some(respondent.clone());
                }
                CorrectedFact::Matter { matter } => self.product = Some(matter.product.clone()),
                CorrectedFact::ReceivedAt { .. }
                | CorrectedFact::Channel { .. }
                | CorrectedFact::Personal => {}
            }
        }
    }
}

impl Staff {
    /// The person, if they joined and did not leave.
    pub fn working(&self) -> Option<&Person> {
        match self {
            Self::Unknown => None,
            Self::Known(person) => (!person.has_left).then_some(person.as_ref()),
        }
    }

    /// Whether they joined and left.
    pub fn has_left(&self) -> bool {
        matches!(self, Self::Known(person) if person.has_left)
    }
}

impl Person {
    /// The account.
    pub const fn account(&self) -> &ActorId {
        &self.account
    }

    /// The roles they may act in. A seat on the committee gives its role for its term only.
    pub const fn roles(&self) -> &BTreeSet<Role> {
        &self.roles
    }

    /// The team.
    pub const fn team(&self) -> Option<&Label> {
        self.team.as_ref()
    }

    /// Whether they are away on that day.
    pub fn is_absent_on(&self, day: Date) -> bool {
        self.absence.as_ref().is_some_and(|absence| {
            absence.from <= day && absence.until.is_none_or(|until| day <= until)
        })
    }

    /// Every interest that is declared.
    pub fn interests(&self) -> impl Iterator<Item = Conflict> {
        self.interests.iter().map(|(interest, (ground, declared_at))| Conflict {
            interest: interest.clone(),
            ground: *ground,
            declared_at: *declared_at,
        })
    }

    /// The first declared interest that the case touches.
    pub fn conflict_with(&self, parts: &Parts) -> Option<Conflict> {
        self.conflicts_with(parts).next()
    }

    /// Every declared interest that the case touches.
    pub fn conflicts_with(&self, parts: &Parts) -> impl Iterator<Item = Conflict> {
        self.interests().filter(|conflict| match &conflict.interest {
            Interest::Respondent { respondent } => parts.respondent.as_ref() == Some(respondent),
            Interest::Product { product } => parts.product.as_ref() == Some(product),
            Interest::Complaint { complaint } => parts.complaint.as_ref() == Some(complaint),
            Interest::Colleague { colleague } => parts.colleagues.contains(colleague),
        })
    }

    /// Their seat on the committee on that day.
    pub fn seat_on(&self, day: Date) -> Option<Seat> {
        let term = self.term.filter(|term| term.from <= day && day <= term.until)?;
        Some(term.seat)
    }

    /// The term that runs or is to run.
    pub const fn term(&self) -> Option<Term> {
        self.term
    }

    /// The terms that ended.
    pub fn past_terms(&self) -> &[Term] {
        &self.past_terms
    }

    /// Whether a training was completed by then and still counts.
    pub fn is_trained_in(&self, course: &Label, day: Date) -> bool {
        self.trainings.iter().any(|((known, on), until)| {
            known == course && *on <= day && until.is_none_or(|until| day <= until)
        })
    }
}

/// Applies one recorded event. It cannot fail: the event has already happened.
///
/// Events that `decide` never gives leave the state as it is.
#[must_use]
pub fn evolve(state: Staff, fact: &Fact<StaffEvent>) -> Staff {
    if let StaffEvent::Joined(joining) = &fact.event {
        let before = match state {
            Staff::Known(person) => Some(person),
            Staff::Unknown => None,
        };
        // Whoever comes back comes with the interests, terms and trainings they had.
        let (interests, past_terms, trainings) = before
            .map(|person| (person.interests, person.past_terms, person.trainings))
            .unwrap_or_default();
        return Staff::Known(Box::new(Person {
            account: joining.account.clone(),
            roles: joining.roles.clone(),
            team: joining.team.clone(),
            absence: None,
            interests,
            term: None,
            past_terms,
            trainings,
            has_left: false,
        }));
    }
    match state {
        Staff::Unknown => Staff::Unknown,
        Staff::Known(mut person) => {
            apply(&mut person, fact);
            Staff::Known(person)
        }
    }
}

fn apply(person: &mut Person, fact: &Fact<StaffEvent>) {
    match &fact.event {
        StaffEvent::Joined(_) => {}
        StaffEvent::RoleGranted(change) => {
            person.roles.insert(change.role);
        }
        StaffEvent::RoleRevoked(change) => {
            person.roles.remove(&change.role);
        }
        StaffEvent::TeamChanged(change) => person.team = Some(change.team.clone()),
        StaffEvent::AbsenceStarted(absence) => person.absence = Some(absence.clone()),
        StaffEvent::AbsenceEnded(end) => {
            // Who says on which day they will be back is away until then.
            let today = TimeZone::UTC.to_datetime(fact.occurred_at).date();
            let last = end.back_on.yesterday().ok().filter(|last| today <= *last);
            person.absence = person
                .absence
                .take()
                .zip(last)
                .map(|(absence, last)| Absence { until: Some(last), ..absence });
        }
        StaffEvent::InterestDeclared(declared) => {
            let kind = (declared.ground, fact.recorded_at);
            person.interests.insert(declared.interest.clone(), kind);
        }
        StaffEvent::InterestWithdrawn(withdrawn) => {
            person.interests.remove(&withdrawn.interest);
        }
        StaffEvent::TermStarted(term) => {
            let over =
                person.term.replace(Term { seat: term.seat, from: term.from, until: term.until });
            person.past_terms.extend(over);
        }
        StaffEvent::TermEnded(end) => end_term(person, end.on),
        StaffEvent::TrainingCompleted(training) => {
            let key = (training.course.clone(), training.on);
            person.trainings.insert(key, training.valid_until);
        }
        StaffEvent::Left(leaving) => {
            end_term(person, leaving.on);
            person.absence = None;
            person.has_left = true;
        }
    }
}

fn end_term(person: &mut Person, on: Date) {
    if let Some(term) = person.term.take() {
        person.past_terms.push(Term { until: term.until.min(on), ..term });
    }
}
