//! Nobody but the complainant ends what is owed, whatever is sent: told of the history alone.

use crate::{
    Fact,
    actor::Role,
    complaint::{CloseReason, ComplaintEvent as E, Outcome, Response, ResponseKind},
};

/// What somebody got out of in a history, if anybody did.
pub(super) fn escaped(facts: &[Fact<E>]) -> Option<&'static str> {
    let mut owed = Owed::default();
    facts.iter().find_map(|fact| owed.next(fact))
}

/// What the complainant or a platform says is the end of it.
const OF_OTHERS: [CloseReason; 2] = [CloseReason::Accepted, CloseReason::ClosedOnPlatform];

/// What a reader keeps in mind of what is still to come.
#[derive(Default)]
struct Owed {
    /// What the committee decided with binding effect, until an answer gives it.
    decided: Option<Outcome>,
    /// What the last final response came to.
    answered: Option<Outcome>,
    /// Whether the committee was asked, since the last answer or reopening, and said nothing since.
    is_asked: bool,
}

impl Owed {
    fn next(&mut self, fact: &Fact<E>) -> Option<&'static str> {
        if let E::ReviewConcluded(noted) = &fact.event {
            self.is_asked = false;
            self.decided = noted.conclusion.binding_outcome().or(self.decided);
        } else if let E::Escalated(_) = &fact.event {
            self.is_asked = true;
        } else if let E::Reopened(_) = &fact.event {
            self.is_asked = false;
        } else if let E::ResponseIssued(response) = &fact.event {
            return self.responded(response);
        } else if let E::Transferred(_) = &fact.event {
            return self.left(true);
        } else if let E::Closed(closure) = &fact.event {
            return self.left(!OF_OTHERS.contains(&closure.reason));
        } else if let E::Withdrawn(_) = &fact.event
            && fact.actor.role != Role::Complainant
        {
            return self.left(fact.actor.role != Role::CommitteeChair);
        }
        None
    }

    fn responded(&mut self, response: &Response) -> Option<&'static str> {
        if response.kind != ResponseKind::Final {
            return None;
        }
        self.is_asked = false;
        self.answered = response.outcome;
        let outcome = response.outcome?;
        if self.decided.is_some_and(|decided| !outcome.keeps_to(decided)) {
            return Some("an answer that gives less than was decided");
        }
        self.decided = None;
        None
    }

    fn left(&self, must_be_over: bool) -> Option<&'static str> {
        let gives = |decided| self.answered.is_some_and(|answered| answered.keeps_to(decided));
        if self.decided.is_some_and(|decided| !gives(decided)) {
            return Some("an end before what was decided was given");
        }
        (must_be_over && self.is_asked).then_some("an end while the committee is asked")
    }
}
