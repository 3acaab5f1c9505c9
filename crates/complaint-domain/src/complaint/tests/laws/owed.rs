//! Nobody but the complainant ends what is owed, whatever is sent: told of the history alone.

use std::collections::BTreeSet;

use crate::{
    Fact,
    actor::{ActorId, Role},
    complaint::{
        Answer, Assignment, CloseReason, ComplaintEvent as E, CorrectedFact, Outcome, Reassignment,
        RemedyId, RemedyResult, Response, ResponseKind, Source,
    },
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
    is_imported: bool,
    /// Whether it is about another company, whom our committee does not bind.
    is_of_others: bool,
    /// What the committee decided with binding effect, until an answer gives it.
    decided: Option<Outcome>,
    /// What the last final response came to.
    answered: Option<Outcome>,
    /// What the last final response offers, if the complainant has accepted that.
    accepted: BTreeSet<RemedyId>,
    offered: BTreeSet<RemedyId>,
    ended: BTreeSet<RemedyId>,
    /// Who is responsible, and who stepped aside.
    responsible: Option<ActorId>,
    aside: BTreeSet<ActorId>,
    /// Whether the committee was asked, since the last answer or reopening, and said nothing since.
    is_asked: bool,
}

impl Owed {
    fn next(&mut self, fact: &Fact<E>) -> Option<&'static str> {
        if let Some(wrong) = self.accepted_or_aside(fact) {
            return Some(wrong);
        }
        if let E::Received(receipt) = &fact.event {
            self.is_imported = matches!(receipt.source, Source::Imported { .. });
            self.is_of_others = self.is_imported && receipt.respondent.is_some();
        } else if let E::Corrected(correction) = &fact.event {
            let names = matches!(correction.fact, CorrectedFact::Respondent { .. });
            self.is_of_others |= self.is_imported && names;
        } else if let E::ReviewConcluded(noted) = &fact.event {
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

    /// What was accepted is paid, or taken back by others than whoever owes it; and whoever stepped aside moves the case
    /// nowhere.
    fn accepted_or_aside(&mut self, fact: &Fact<E>) -> Option<&'static str> {
        let (by, role) = (&fact.actor.id, fact.actor.role);
        let owes = role != Role::Complainant && self.responsible.as_ref() == Some(by);
        if let E::Assigned(Assignment { handler }) | E::Reassigned(Reassignment { handler, .. }) =
            &fact.event
        {
            self.responsible = Some(handler.clone());
            return self.aside.contains(by).then_some("handed over by who stepped aside");
        }
        if let E::Recused(recusal) = &fact.event {
            self.responsible = None;
            self.aside.insert(recusal.handler.clone());
            let is_theirs = *by == recusal.handler || role.supervises();
            return (!is_theirs).then_some("a recusal by a colleague");
        }
        if let E::AnswerRecorded(given) = &fact.event {
            let before = std::mem::take(&mut self.accepted);
            if given.answer == Answer::Accepted {
                self.accepted = self.offered.difference(&self.ended).copied().collect();
                return None;
            }
            return (!before.is_empty() && owes)
                .then_some("an acceptance undone by whoever owes it");
        }
        if let E::RemedyFulfilled(end) = &fact.event {
            self.ended.insert(end.remedy);
            let is_undone =
                self.accepted.remove(&end.remedy) && end.result == RemedyResult::Declined;
            return (is_undone && owes).then_some("what was accepted declined by whoever owes it");
        }
        if matches!(fact.event, E::Closed(_) | E::Withdrawn(_)) {
            self.responsible = None;
            let is_owed = !self.accepted.is_empty() && role != Role::Complainant;
            let is_aside = self.aside.contains(by);
            return is_owed
                .then_some("an end while what was accepted is owed")
                .or(is_aside.then_some("an end by who stepped aside"));
        }
        if let E::Reopened(_) = &fact.event {
            self.accepted.clear();
        }
        None
    }

    fn responded(&mut self, response: &Response) -> Option<&'static str> {
        if response.kind != ResponseKind::Final {
            return None;
        }
        self.is_asked = false;
        self.answered = response.outcome;
        self.offered = response.remedies.iter().copied().collect();
        self.accepted.clear();
        let outcome = response.outcome?;
        if !self.is_of_others && self.decided.is_some_and(|decided| !outcome.keeps_to(decided)) {
            return Some("an answer that gives less than was decided");
        }
        self.decided = None;
        None
    }

    fn left(&self, must_be_over: bool) -> Option<&'static str> {
        let gives = |decided| self.answered.is_some_and(|answered| answered.keeps_to(decided));
        if !self.is_of_others && self.decided.is_some_and(|decided| !gives(decided)) {
            return Some("an end before what was decided was given");
        }
        (must_be_over && self.is_asked).then_some("an end while the committee is asked")
    }
}
