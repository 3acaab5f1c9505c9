//! Who may sit on a case, and who no longer may.

use crate::{
    actor::ActorId,
    review::{
        CommitteeCircumstances, Disclosure, MemberRecusal, ReviewEvent, ReviewRejection, Ruling,
        Seat, Seating, Standing, state::Docket,
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
    let standing = in_term(member, circumstances)?;
    no_part(member, circumstances)?;
    no_interest(docket, member, standing)
}

fn in_term(
    member: &ActorId,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<Standing, ReviewRejection> {
    let standing = circumstances
        .facts
        .committee
        .get(member)
        .ok_or_else(|| ReviewRejection::NotOnCommittee(member.clone()))?;
    if let Some(until) = standing.term_until
        && until < circumstances.occasion.latest_day()
    {
        return Err(ReviewRejection::TermOver { member: member.clone(), until });
    }
    Ok(*standing)
}

fn no_part(
    who: &ActorId,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<(), ReviewRejection> {
    match circumstances.facts.case.parts.get(who) {
        Some(part) => Err(ReviewRejection::HasPartInCase { member: who.clone(), part: *part }),
        None => Ok(()),
    }
}

fn no_interest(
    docket: &Docket,
    member: &ActorId,
    standing: Standing,
) -> Result<(), ReviewRejection> {
    // A ruling is on what was declared by then.
    let is_ruled_on = docket
        .cleared
        .get(member)
        .is_some_and(|ruled_at| standing.interest_at.is_none_or(|at| at <= *ruled_at));
    if standing.has_interest && !is_ruled_on {
        return Err(ReviewRejection::InterestDeclared(member.clone()));
    }
    Ok(())
}

pub(super) fn not_recused(docket: &Docket, who: &ActorId) -> Result<(), ReviewRejection> {
    if docket.recused.contains(who) {
        return Err(ReviewRejection::MemberRecused(who.clone()));
    }
    Ok(())
}

/// Whoever prepares the case need not sit on it, but has no part in it and has not stepped aside: who answered
/// the complainant neither chooses the judges nor says that the complainant was heard.
pub(super) fn acts_apart(
    docket: &Docket,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<(), ReviewRejection> {
    let actor = &circumstances.occasion.actor.id;
    no_part(actor, circumstances)?;
    not_recused(docket, actor)
}

/// Whose own interest is open leads nothing and judges nobody else's.
pub(super) fn no_open_interest(
    docket: &Docket,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<(), ReviewRejection> {
    let actor = &circumstances.occasion.actor.id;
    if docket.unruled.contains(actor) {
        return Err(ReviewRejection::InterestOpen(actor.clone()));
    }
    Ok(())
}

pub(super) fn seat(
    docket: &Docket,
    seating: &Seating,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    let (member, actor) = (&seating.member, &circumstances.occasion.actor.id);
    let standing = in_term(member, circumstances)?;
    no_part(member, circumstances)?;
    no_part(actor, circumstances)?;
    no_interest(docket, member, standing)?;
    not_recused(docket, member)?;
    not_recused(docket, actor)?;
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
    // Of a whole committee that was challenged the one rules on the other: nobody else could.
    let is_left = |one: &ActorId| *one != ruling.member && !docket.unruled.contains(one);
    if docket.seats.keys().any(is_left) {
        no_open_interest(docket, circumstances)?;
    }
    Ok(ReviewEvent::InterestRuled(ruling.clone()))
}

/// Somebody steps aside, or the chair says so: nobody from outside unseats a member, and no member another.
/// What speaks against a member is disclosed otherwise, and ruled on.
pub(super) fn recuse(
    docket: &Docket,
    recusal: &MemberRecusal,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    seated(docket, &recusal.member)?;
    let actor = &circumstances.occasion.actor.id;
    seated(docket, actor)?;
    if recusal.member != *actor {
        if docket.seats.get(actor) != Some(&Seat::Chair) {
            let (member, found) = (recusal.member.clone(), actor.clone());
            return Err(ReviewRejection::NotTheChair { member, found });
        }
        no_open_interest(docket, circumstances)?;
    }
    Ok(ReviewEvent::MemberRecused(recusal.clone()))
}
