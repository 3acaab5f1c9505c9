//! What may happen in a review, and why something is refused.

mod follow_up;
mod membership;
mod voting;

use jiff::Timestamp;

use super::{
    CommitteeCircumstances, Discontinuation, DiscontinuationReason, EvidenceItem, Hearing, Opened,
    Opening, Review, ReviewCommand, ReviewEvent, ReviewRejection, ReviewStage, state::Docket,
};
use crate::{actor::Role, aggregate::Occasion};

/// Answers a command with the event it causes, or with the reason it is refused.
///
/// # Errors
///
/// The first [`ReviewRejection`] that applies, in the order of that enum.
pub fn decide(
    state: &Review,
    command: &ReviewCommand,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    use ReviewCommand as C;
    role_may(command, circumstances.occasion.actor.role)?;
    let docket = match (state, command) {
        (Review::NotOpened, C::Open(_)) if circumstances.facts.has_another_review => {
            return Err(ReviewRejection::AlreadyOpened);
        }
        (Review::NotOpened, C::Open(opening)) => {
            not_in_future(circumstances)?;
            return open(opening, circumstances);
        }
        (Review::NotOpened, _) => return Err(ReviewRejection::NotOpened),
        (Review::Opened(_), C::Open(_)) => return Err(ReviewRejection::AlreadyOpened),
        (Review::Opened(docket), _) => docket,
    };
    stage_allows(docket, command)?;
    not_in_future(circumstances)?;
    let opened = (docket.opened_at, "the review was opened");
    let decided = docket.decided_at.map(|at| (at, "it was decided"));
    let follows = if follows_decision(command) { decided } else { None };
    not_before(follows.unwrap_or(opened), circumstances)?;
    match command {
        C::Open(_) => Err(ReviewRejection::AlreadyOpened),
        C::SeatMember(seating) => membership::seat(docket, seating, circumstances),
        C::DiscloseInterest(disclosure) => membership::disclose(docket, disclosure),
        C::RuleOnInterest(ruling) => membership::rule(docket, ruling, circumstances),
        C::RecuseMember(recusal) => membership::recuse(docket, recusal, circumstances),
        C::HearParty(hearing) => hear(docket, hearing, circumstances),
        C::TakeEvidence(item) => take_evidence(docket, item, circumstances),
        C::ProposeDecision(proposal) => voting::propose(docket, proposal, circumstances),
        C::CastVote(vote) => voting::cast(docket, vote, circumstances),
        C::RecordDissent(dissent) => voting::dissent(docket, dissent, circumstances),
        C::Adjourn(adjournment) => voting::adjourn(docket, adjournment, circumstances),
        C::Decide(_) => voting::conclude(docket, circumstances),
        C::Reply(reply) => follow_up::reply(docket, reply, circumstances),
        C::CompleteMeasure(done) => follow_up::complete(docket, done),
        C::WithdrawMeasure(end) => follow_up::withdraw(docket, end, circumstances),
        C::Discontinue(end) => discontinue(docket, end, circumstances),
        C::Close(closure) => follow_up::close(docket, *closure),
    }
}

/// The committee's business is the committee's, and the reply is the company's. A program may put a
/// case there; it never sits on it.
fn role_may(command: &ReviewCommand, role: Role) -> Result<(), ReviewRejection> {
    use ReviewCommand as C;
    let is_committee = matches!(role, Role::CommitteeMember | Role::CommitteeChair);
    let is_company = matches!(role, Role::Agent | Role::Supervisor | Role::ComplianceOfficer);
    let (may, expected) = match command {
        C::Open(_) => (
            is_committee || is_company || role == Role::System,
            "the committee, staff or a program",
        ),
        C::DiscloseInterest(_) => {
            (is_committee || role == Role::Complainant, "the committee or the complainant")
        }
        C::Reply(_) | C::CompleteMeasure(_) => (is_company, "somebody of the company"),
        C::SeatMember(_)
        | C::RuleOnInterest(_)
        | C::RecuseMember(_)
        | C::HearParty(_)
        | C::TakeEvidence(_)
        | C::ProposeDecision(_)
        | C::CastVote(_)
        | C::RecordDissent(_)
        | C::Adjourn(_)
        | C::Decide(_)
        | C::WithdrawMeasure(_)
        | C::Discontinue(_)
        | C::Close(_) => (is_committee, "somebody of the committee"),
    };
    if may {
        return Ok(());
    }
    Err(ReviewRejection::RoleMayNot { command: command.name(), expected, role })
}

fn not_in_future(circumstances: &CommitteeCircumstances<'_>) -> Result<(), ReviewRejection> {
    let occasion = circumstances.occasion;
    if occasion.is_in_future() {
        let Occasion { occurred_at, now, .. } = *occasion;
        return Err(ReviewRejection::OccurredInFuture { occurred_at, now });
    }
    Ok(())
}

/// Nothing in a review comes before its opening, and nothing that follows its decision before that.
fn not_before(
    (since, what): (Timestamp, &'static str),
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<(), ReviewRejection> {
    let occurred_at = circumstances.occasion.occurred_at;
    if occurred_at < since {
        return Err(ReviewRejection::OccurredTooEarly { occurred_at, what, since });
    }
    Ok(())
}

/// A dissent may be written before the count or after it.
fn follows_decision(command: &ReviewCommand) -> bool {
    use ReviewCommand as C;
    matches!(command, C::Reply(_) | C::CompleteMeasure(_) | C::WithdrawMeasure(_) | C::Close(_))
}

fn open(
    opening: &Opening,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    let escalation = circumstances.facts.case.escalation;
    let (reason, way) = escalation.ok_or(ReviewRejection::NotEscalated)?;
    if let Some(escalated_at) = circumstances.facts.case.escalated_at {
        not_before((escalated_at, "the complaint was escalated"), circumstances)?;
    }
    Ok(ReviewEvent::Opened(Opened { complaint: opening.complaint.clone(), reason, way }))
}

/// By those who sit on it: who could end it from outside could keep the committee from deciding. That the
/// parties agreed is not for the committee alone to say, nor before anybody sits on the case.
fn discontinue(
    docket: &Docket,
    end: &Discontinuation,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    let is_withdrawn = circumstances.facts.case.is_withdrawn;
    if end.reason == DiscontinuationReason::ComplaintWithdrawn && !is_withdrawn {
        return Err(ReviewRejection::NotWithdrawn);
    }
    let is_settled = end.reason == DiscontinuationReason::Settled;
    if is_settled && !circumstances.facts.case.may_be_settled() {
        return Err(ReviewRejection::NotSettled);
    }
    membership::on_the_case(docket, circumstances)?;
    if is_settled && docket.seats.is_empty() {
        return Err(ReviewRejection::NobodySeated);
    }
    Ok(ReviewEvent::Discontinued(end.clone()))
}

fn stage_allows(docket: &Docket, command: &ReviewCommand) -> Result<(), ReviewRejection> {
    use ReviewCommand as C;
    let name = command.name();
    let may_follow = follows_decision(command) || matches!(command, C::RecordDissent(_));
    match docket.stage {
        ReviewStage::Closed => Err(ReviewRejection::Ended { command: name, how: "closed" }),
        ReviewStage::Discontinued => {
            Err(ReviewRejection::Ended { command: name, how: "discontinued" })
        }
        ReviewStage::Decided if !may_follow => Err(ReviewRejection::AlreadyDecided(name)),
        ReviewStage::Deliberating if follows_decision(command) => {
            Err(ReviewRejection::NotDecided(name))
        }
        ReviewStage::Decided | ReviewStage::Deliberating => Ok(()),
    }
}

fn hear(
    docket: &Docket,
    hearing: &Hearing,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    membership::acts_apart(docket, circumstances)?;
    if docket.heard.contains(&hearing.side) {
        return Err(ReviewRejection::AlreadyHeard(hearing.side));
    }
    Ok(ReviewEvent::PartyHeard(hearing.clone()))
}

fn take_evidence(
    docket: &Docket,
    item: &EvidenceItem,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    membership::acts_apart(docket, circumstances)?;
    let (found, count) = (item.evidence, circumstances.facts.case.evidence);
    if found.0 == 0 || found.0 > count {
        return Err(ReviewRejection::EvidenceUnknown { count, found });
    }
    if docket.evidence.contains(&found) {
        return Err(ReviewRejection::EvidenceAlreadyTaken(found));
    }
    Ok(ReviewEvent::EvidenceTaken(item.clone()))
}
