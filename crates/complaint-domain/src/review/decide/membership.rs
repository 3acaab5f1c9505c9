//! Who may sit on a case, and who no longer may.

use crate::{
    actor::ActorId,
    review::{
        CommitteeCircumstances, Disclosure, MemberRecusal, ReviewEvent, ReviewRejection, Ruling,
        Seat, Seating, state::Docket,
    },
};

/// A member is on the committee, within their term, without a part in the case or an interest in
/// it. Asked when somebody is seated and again when they vote: an interest can be declared, and a
/// term can end, in between. A term that is over today gives no vote that is dated back into it. What the committee has ruled to be no obstacle is none.
pub(super) fn eligible(
    docket: &Docket,
    member: &ActorId,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<(), ReviewRejection> {
    let facts = circumstances.facts;
    let standing = facts
        .committee
        .get(member)
        .ok_or_else(|| ReviewRejection::NotOnCommittee(member.clone()))?;
    if let Some(until) = standing.term_until
        && until < circumstances.occasion.latest_day()
    {
        return Err(ReviewRejection::TermOver { member: member.clone(), until });
    }
    if let Some(part) = facts.case.parts.get(member) {
        return Err(ReviewRejection::HasPartInCase { member: member.clone(), part: *part });
    }
    if standing.has_interest && !docket.cleared.contains(member) {
        return Err(ReviewRejection::InterestDeclared(member.clone()));
    }
    Ok(())
}

pub(super) fn seat(
    docket: &Docket,
    seating: &Seating,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    let member = &seating.member;
    eligible(docket, member, circumstances)?;
    if docket.recused.contains(member) {
        return Err(ReviewRejection::MemberRecused(member.clone()));
    }
    if docket.seats.contains_key(member) {
        return Err(ReviewRejection::AlreadySeated(member.clone()));
    }
    let chair = docket.seats.iter().find(|(_, seat)| **seat == Seat::Chair);
    if let (Seat::Chair, Some((chair, _))) = (seating.seat, chair) {
        return Err(ReviewRejection::ChairTaken(chair.clone()));
    }
    Ok(ReviewEvent::MemberSeated(seating.clone()))
}

pub(super) fn seated(docket: &Docket, member: &ActorId) -> Result<(), ReviewRejection> {
    if !docket.seats.contains_key(member) {
        return Err(ReviewRejection::NotSeated(member.clone()));
    }
    Ok(())
}

/// Whether whoever acts sits on the case, or is one who may while nobody does yet.
pub(super) fn on_the_case(
    docket: &Docket,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<(), ReviewRejection> {
    let actor = &circumstances.occasion.actor.id;
    if docket.seats.is_empty() {
        return eligible(docket, actor, circumstances);
    }
    seated(docket, actor)
}

pub(super) fn disclose(
    docket: &Docket,
    disclosure: &Disclosure,
) -> Result<ReviewEvent, ReviewRejection> {
    seated(docket, &disclosure.member)?;
    if docket.unruled.contains(&disclosure.member) {
        return Err(ReviewRejection::AlreadyDisclosed(disclosure.member.clone()));
    }
    Ok(ReviewEvent::InterestDisclosed(disclosure.clone()))
}

pub(super) fn rule(
    docket: &Docket,
    ruling: &Ruling,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    seated(docket, &circumstances.occasion.actor.id)?;
    if !docket.unruled.contains(&ruling.member) {
        return Err(ReviewRejection::NothingToRule(ruling.member.clone()));
    }
    if circumstances.occasion.actor.id == ruling.member {
        return Err(ReviewRejection::RuledBySelf(ruling.member.clone()));
    }
    Ok(ReviewEvent::InterestRuled(ruling.clone()))
}

/// Somebody steps aside, or those who sit with them say so: nobody from outside unseats a member.
pub(super) fn recuse(
    docket: &Docket,
    recusal: &MemberRecusal,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    seated(docket, &recusal.member)?;
    seated(docket, &circumstances.occasion.actor.id)?;
    Ok(ReviewEvent::MemberRecused(recusal.clone()))
}
