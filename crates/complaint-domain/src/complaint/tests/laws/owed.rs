//! Nobody but the complainant ends what is owed, whatever is sent: told of the history alone.

use std::collections::BTreeSet;

use crate::{
    Fact,
    actor::{ActorId, Role},
    complaint::{
        Answer, Assignment, CloseReason, ComplaintEvent as E, CorrectedFact, EscalationReason,
        Outcome, Reassignment, RemedyId, RemedyResult, Response, ResponseKind, Source,
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
#[expect(clippy::struct_excessive_bools, reason = "plain yes-or-no memories of a reader")]
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
    /// Whether the last answer to it is that it is accepted.
    is_accepted: bool,
    ended: BTreeSet<RemedyId>,
    /// What a second person approved.
    approved: BTreeSet<RemedyId>,
    /// Who is or was responsible or proposed a remedy, and who stepped aside.
    owing: BTreeSet<ActorId>,
    aside: BTreeSet<ActorId>,
    /// Whether the committee was asked, since the last answer or reopening, and said nothing since.
    is_asked: bool,
    /// Who asked last, and whether for the complainant.
    asker: Option<(ActorId, bool)>,
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
        } else if let E::Escalated(escalation) = &fact.event {
            self.is_asked = true;
            let is_complainants = escalation.reason == EscalationReason::ComplainantRequest;
            self.asker = Some((fact.actor.id.clone(), is_complainants));
        } else if let E::EscalationWithdrawn(_) = &fact.event {
            self.is_asked = false;
            let is_theirs = self.asker.as_ref().is_some_and(|(asker, is_complainants)| {
                let may = *asker == fact.actor.id && !is_complainants;
                may || (*is_complainants && fact.actor.role == Role::Complainant)
            });
            return (!is_theirs).then_some("an escalation taken back by who did not ask for it");
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
        let owes = role != Role::Complainant && self.owing.contains(by);
        if let E::Assigned(Assignment { handler }) | E::Reassigned(Reassignment { handler, .. }) =
            &fact.event
        {
            self.owing.insert(handler.clone());
            return self.aside.contains(by).then_some("handed over by who stepped aside");
        }
        if let E::Recused(recusal) = &fact.event {
            self.aside.insert(recusal.handler.clone());
            let is_theirs = *by == recusal.handler || role.supervises();
            return (!is_theirs).then_some("a recusal by a colleague");
        }
        if let E::RecusalWithdrawn(mistake) = &fact.event {
            self.aside.remove(&mistake.handler);
            let is_theirs = *by == mistake.handler || role.supervises();
            return (!is_theirs).then_some("a recusal withdrawn by a colleague");
        }
        if let E::AnswerRecorded(given) = &fact.event {
            let was_accepted = std::mem::take(&mut self.is_accepted);
            if given.answer == Answer::Accepted {
                self.is_accepted = true;
                self.accepted.extend(self.offered.difference(&self.ended));
                return None;
            }
            let undone = |id: &&RemedyId| was_accepted && self.accepted.remove(id);
            let is_undone = self.offered.iter().filter(undone).count() > 0;
            return (is_undone && owes).then_some("an acceptance undone by whoever owes it");
        }
        if let E::RemedyProposed(_) = &fact.event {
            self.owing.insert(by.clone());
        }
        if let E::RemedyApproved(approval) = &fact.event {
            self.approved.insert(approval.remedy);
        }
        if let E::RemedyFulfilled(end) = &fact.event {
            self.ended.insert(end.remedy);
            let is_owed = self.accepted.remove(&end.remedy) || self.approved.contains(&end.remedy);
            let is_undone = is_owed && end.result == RemedyResult::Declined;
            return (is_undone && owes).then_some("what was owed declined by whoever owes it");
        }
        if matches!(fact.event, E::Closed(_) | E::Withdrawn(_)) {
            let is_owed = !self.accepted.is_empty() && role != Role::Complainant;
            let is_aside = self.aside.contains(by);
            self.accepted.clear();
            return is_owed
                .then_some("an end while what was accepted is owed")
                .or(is_aside.then_some("an end by who stepped aside"));
        }
        if let E::Reopened(_) = &fact.event {
            self.is_accepted = false;
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
        self.is_accepted = false;
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
