//! From wherever a complaint is, those who work on it find a way to its end, though the complainant says nothing more.

use jiff::{SignedDuration, tz::Offset};

use super::super::{
    builders::{
        answer, because, coming_to, decided_by, decides, escalation, handed_to, label,
        not_escalated, referred_to, reported, review, to,
    },
    harness::{Given, actor, time},
};
use crate::{
    actor::{Actor, Role},
    complaint::{
        Answer, CloseReason, Complaint, ComplaintCommand as C, EscalationReason, ExternalDecision,
        ExternalResult, Outcome, PlatformCategory, Recourse, RemedyApproval, RemedyFulfilment,
        RemedyId, RemedyKind, RemedyProposal, RemedyResult, Response, ResponseKind, RootCause,
        Stage,
        state::{Approval, Asker, Case},
    },
    review::DecisionEffect,
    sealed::PersonalField,
};

/// So many steps at most: to decide, to assign, to pay each remedy, to answer anew, to wait, and to close.
const STEPS_MAX: usize = 60;

/// Where a complaint is stuck, if it is.
pub(super) fn stuck(given: &Given) -> Option<String> {
    let mut now = given.clone();
    now.personal = PersonalField::ALL.iter().copied().collect();
    // Every recourse that was stated is over.
    now.now = time("2095-01-01T00:00:00Z");
    let mut told = Vec::new();
    for _ in 0..STEPS_MAX {
        let Complaint::Received(case) = now.state().clone() else { return None };
        if case.stage != Stage::Open {
            return None;
        }
        // Whatever is waited for has come.
        now.now += SignedDuration::from_hours(24 * 400);
        now.occurred_at = now.now;
        let refusals: Vec<_> = onward(&now, &case)
            .into_iter()
            .map_while(|(who, command)| {
                now.actor = who;
                if matches!(command, C::NoteReview(_)) {
                    // And it recommends what nobody has answered, to which nobody replies.
                    let more = decides(Outcome::Upheld, DecisionEffect::Recommendation);
                    now = now.clone().reviewing_escalation(case.escalations, more);
                }
                match now.decide(&command) {
                    Err(refused) => Some(format!("{}: {}", command.name(), refused.code())),
                    Ok(events) => {
                        told.push(command.name());
                        for event in events {
                            let fact = now.fact(event);
                            now = now.clone().record(&fact);
                        }
                        None
                    }
                }
            })
            .collect();
        let Complaint::Received(after) = now.state() else { return None };
        if **after == *case {
            return Some(format!("after {told:?}: {refusals:?}"));
        }
    }
    Some(format!("round and round: {told:?}"))
}

/// The same complaint, after others came and asked more of it.
pub(super) fn troubled(given: &Given) -> Given {
    let upheld = decides(Outcome::Upheld, DecisionEffect::Binding);
    let award = decided_by("Arbitrator", Some("700"));
    let (zed, system) = (("zed", Role::Agent), ("escalation", Role::System));
    let asked = C::Escalate(escalation(EscalationReason::ComplainantRequest));
    let trouble = [
        (("sue-2", Role::Supervisor), C::Assign(to("zed"))),
        (zed, C::Transfer(handed_to("Other Ltd", &given.now.to_string()))),
        (zed, C::ReferExternally(referred_to("Arbitrator"))),
        (("portal", Role::Complainant), asked),
        (system, C::NoteReview(review(9))),
        (zed, C::RecordExternalDecision(award)),
    ];
    let mut now = given.clone().reviewing(Some(upheld));
    now.occurred_at = now.now;
    for ((who, role), command) in trouble {
        now = now.by(who, role);
        for event in now.decide(&command).unwrap_or_default() {
            let fact = now.fact(event);
            now = now.record(&fact);
        }
    }
    now
}

/// What may lead to the end, the nearest first.
fn onward(now: &Given, case: &Case) -> Vec<(Actor, C)> {
    let zed = || actor("zed", Role::Agent);
    let mut ways: Vec<_> =
        CloseReason::ALL.iter().map(|reason| (zed(), C::Close(because(*reason)))).collect();
    // What somebody here asked needs no committee: where there is none they take it back.
    let asker = case.asker.as_ref().filter(|_| case.is_before_committee());
    if let Some(Asker::Colleague(asker)) = asker {
        let asker = Actor { id: asker.clone(), role: Role::Agent };
        ways.push((asker, C::WithdrawEscalation(not_escalated())));
    }
    if case.is_before_committee() {
        let number = u8::try_from(case.reviews_noted.len()).unwrap_or(u8::MAX).saturating_add(10);
        ways.push((actor("escalation", Role::System), C::NoteReview(review(number))));
    }
    for body in case.before_bodies() {
        let decision = ExternalDecision {
            result: ExternalResult::ForRespondent,
            ..decided_by(body.as_str(), None)
        };
        ways.push((zed(), C::RecordExternalDecision(decision.clone())));
        // Where the same body awarded something before, that it is gone is noted from above.
        ways.push((actor("sue-2", Role::Supervisor), C::RecordExternalDecision(decision)));
    }
    if case.handler.is_none() && case.is_ours_to_answer() {
        ways.push((actor("sue-2", Role::Supervisor), C::Assign(to("zed"))));
    }
    ways.extend(payments(case).map(|payment| (zed(), payment)));
    ways.extend(award(case));
    if case.root_cause.is_none() {
        ways.push((zed(), C::IdentifyRootCause(RootCause::NoneFound)));
    }
    for said in [Answer::NotDisputed, Answer::Silent] {
        if case.final_response.as_ref().is_some_and(|response| response.answer.is_none()) {
            ways.push((zed(), C::RecordAnswer(answer(said))));
        }
    }
    if !case.is_ours_to_answer() {
        let closed = reported(ResponseKind::Final, PlatformCategory::Closed);
        ways.push((actor("importer", Role::System), C::IssueResponse(closed)));
    }
    let outcome = case.bound_to.unwrap_or(Outcome::Upheld);
    ways.push((zed(), C::IssueResponse(by_the_pack(now, coming_to(outcome, "2090-01-01")))));
    ways
}

/// What was promised and is still to be given.
fn payments(case: &Case) -> impl Iterator<Item = C> {
    let open = case.outstanding_remedies().collect::<Vec<_>>().into_iter();
    open.filter_map(|id| {
        let remedy = case.remedies.get(&id)?;
        let end = RemedyResult::CarriedOut;
        let paid = remedy.amount;
        Some(C::FulfilRemedy(RemedyFulfilment { remedy: id, result: end, paid }))
    })
}

/// What a body awarded, as a remedy that is proposed, approved and paid.
fn award(case: &Case) -> Vec<(Actor, C)> {
    let Some((amount, _)) = case.outstanding_award() else { return Vec::new() };
    let as_awarded = case.remedies.iter().find(|(_, remedy)| {
        remedy.result.is_none()
            && remedy.amount == Some(amount)
            && remedy.proposer.0.as_str() == "zed"
    });
    match as_awarded {
        None => {
            let number = u16::try_from(case.next_remedy()).unwrap_or(u16::MAX);
            let (remedy, kind) = (RemedyId(number), RemedyKind::Compensation);
            let proposal = RemedyProposal { remedy, kind, amount: Some(amount) };
            vec![(actor("zed", Role::Agent), C::ProposeRemedy(proposal))]
        }
        Some((id, remedy)) if remedy.approval == Approval::Awaited => {
            let approval = C::ApproveRemedy(RemedyApproval { remedy: *id });
            vec![(actor("chair-2", Role::CommitteeChair), approval)]
        }
        Some((id, _)) => {
            let (remedy, result, paid) = (*id, RemedyResult::CarriedOut, Some(amount));
            let payment = C::FulfilRemedy(RemedyFulfilment { remedy, result, paid });
            vec![(actor("zed", Role::Agent), payment)]
        }
    }
}

fn by_the_pack(now: &Given, response: Response) -> Response {
    let last_days = now.rules.time_limits.last_days_of_recourse(now.occurred_at);
    let soon = Offset::UTC.to_datetime(now.occurred_at).date();
    let until = last_days.first().map_or(soon, |last| last.day);
    Response { recourse: Some(Recourse { body: label("Ombudsman"), until }), ..response }
}
