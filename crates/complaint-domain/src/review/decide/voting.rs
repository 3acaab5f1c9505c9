//! What is voted on, by whom, and when it is decided.

use jiff::{civil::Date, tz::TimeZone};

use super::membership::{eligible, no_open_interest, seated};
use crate::review::{
    Adjournment, CommitteeCircumstances, Decision, Dissent, Proposal, ReviewEvent, ReviewRejection,
    Side, Vote, VoteChoice, state::Docket,
};

/// The day on which it happened, in UTC.
pub(super) fn today(circumstances: &CommitteeCircumstances<'_>) -> Date {
    TimeZone::UTC.to_datetime(circumstances.occasion.occurred_at).date()
}

pub(super) fn propose(
    docket: &Docket,
    proposal: &Proposal,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    seated(docket, &circumstances.occasion.actor.id)?;
    if let Some(side) = Side::ALL.iter().find(|side| !docket.heard.contains(side)) {
        return Err(ReviewRejection::SideNotHeard(*side));
    }
    if proposal.grounds.is_empty() {
        return Err(ReviewRejection::GroundsMissing("propose-decision"));
    }
    let today = today(circumstances);
    for (expected, measure) in (1_usize..).zip(&proposal.measures) {
        if usize::from(measure.measure.0) != expected {
            return Err(ReviewRejection::MeasureNumberNotNext { expected, found: measure.measure });
        }
    }
    for measure in &proposal.measures {
        if measure.due < today {
            let (measure, due) = (measure.measure, measure.due);
            return Err(ReviewRejection::MeasureDuePassed { measure, today, due });
        }
    }
    no_open_interest(docket, circumstances)?;
    Ok(ReviewEvent::DecisionProposed(proposal.clone()))
}

pub(super) fn cast(
    docket: &Docket,
    vote: &Vote,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    let member = &circumstances.occasion.actor.id;
    eligible(docket, member, circumstances)?;
    seated(docket, member)?;
    if docket.proposal.is_none() {
        return Err(ReviewRejection::NothingProposed("cast-vote"));
    }
    if docket.unruled.contains(member) {
        return Err(ReviewRejection::InterestOpen(member.clone()));
    }
    if docket.votes.contains_key(member) {
        return Err(ReviewRejection::AlreadyVoted(member.clone()));
    }
    Ok(ReviewEvent::VoteCast(vote.clone()))
}

pub(super) fn dissent(
    docket: &Docket,
    dissent: &Dissent,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    let member = &circumstances.occasion.actor.id;
    seated(docket, member)?;
    if dissent.grounds.is_empty() {
        return Err(ReviewRejection::GroundsMissing("record-dissent"));
    }
    if docket.votes.get(member) != Some(&VoteChoice::Against) {
        return Err(ReviewRejection::DidNotVoteAgainst(member.clone()));
    }
    if docket.dissents.contains(member) {
        return Err(ReviewRejection::AlreadyDissented(member.clone()));
    }
    Ok(ReviewEvent::DissentRecorded(dissent.clone()))
}

/// Keeps on record that too few came; when enough came, they are to decide.
pub(super) fn adjourn(
    docket: &Docket,
    adjournment: &Adjournment,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    let actor = &circumstances.occasion.actor.id;
    for member in adjournment.present.iter().chain([actor]) {
        seated(docket, member)?;
    }
    let may_vote = adjournment.present.iter().filter(|member| {
        !docket.unruled.contains(*member) && eligible(docket, member, circumstances).is_ok()
    });
    let (found, needed) = (may_vote.count(), circumstances.facts.rules.quorum);
    if found >= usize::from(needed) {
        return Err(ReviewRejection::QuorumPresent { needed, found });
    }
    Ok(ReviewEvent::Adjourned(adjournment.clone()))
}

/// Votes of members who have stepped aside, or are under doubt, are gone from the state already. Of the others
/// those count whose members may still vote: an interest can be declared, and a term can end, after the vote.
pub(super) fn conclude(
    docket: &Docket,
    circumstances: &CommitteeCircumstances<'_>,
) -> Result<ReviewEvent, ReviewRejection> {
    seated(docket, &circumstances.occasion.actor.id)?;
    let Some(proposal) = &docket.proposal else {
        return Err(ReviewRejection::NothingProposed("decide"));
    };
    let votes = |choice| {
        let cast = docket.votes.iter().filter(|(member, vote)| {
            **vote == choice && eligible(docket, member, circumstances).is_ok()
        });
        u16::try_from(cast.count()).unwrap_or(u16::MAX)
    };
    let [votes_for, votes_against, abstentions] =
        [VoteChoice::For, VoteChoice::Against, VoteChoice::Abstain].map(votes);
    let needed = circumstances.facts.rules.quorum.max(1);
    let found = votes_for.saturating_add(votes_against).saturating_add(abstentions);
    if found < needed {
        return Err(ReviewRejection::QuorumMissing { needed, found });
    }
    if votes_for <= votes_against {
        return Err(ReviewRejection::NoMajority { votes_for, votes_against });
    }
    Ok(ReviewEvent::Decided(Decision {
        outcome: proposal.outcome,
        effect: circumstances.facts.rules.effect,
        quorum: needed,
        votes_for,
        votes_against,
        abstentions,
    }))
}
