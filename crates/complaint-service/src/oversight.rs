//! What decisions of reviews, actions and referrals take from other streams: who had a part in a
//! case, who sits on the committee and has an interest in what, what a complaint reports.

use complaint_domain::{
    LedgerEvent,
    action::{Action, ActionCommand},
    actor::ActorId,
    aggregate::Occasion,
    complaint::{ComplaintEvent, SuspectedViolation},
    fact::Fact,
    reference::ComplaintId,
    referral::{Referral, ReferralCircumstances, ReferralCommand},
    review::{
        CommitteeCircumstances, CommitteeFacts, CommitteeRules, Review, ReviewCommand, Standing,
    },
    rulebook::HouseRules,
    staff::{Parts, Staff},
};
use event_log::StreamId;
use jiff::civil::Date;
use uuid::Uuid;

use crate::{
    docket,
    error::HandleError,
    ids::{rulebook_stream, staff_stream_of},
    unsealed::{Streams, Unsealed},
};

impl Unsealed for Review {
    type Facts = CommitteeFacts;

    /// One for each escalation.
    async fn home_by_others(
        streams: Streams<'_>,
        command: &ReviewCommand,
        named: (Uuid, Option<&StreamId>),
    ) -> Result<Option<StreamId>, HandleError> {
        let ReviewCommand::Open(opening) = command else { return Ok(None) };
        docket::stream_for(streams, opening, named).await
    }

    /// Members are known to the committee; whoever sees to a measure may work anywhere.
    fn accounts(command: &ReviewCommand) -> Vec<&ActorId> {
        let ReviewCommand::ProposeDecision(proposal) = command else { return Vec::new() };
        proposal.measures.iter().map(|measure| &measure.owner).collect()
    }

    async fn facts(
        streams: Streams<'_>,
        state: &Self,
        command: &ReviewCommand,
        occasion: &Occasion,
    ) -> Result<CommitteeFacts, HandleError> {
        let house: HouseRules = streams.load(&rulebook_stream()).await?;
        let mut facts =
            CommitteeFacts { rules: rules_for(&house, occasion), ..CommitteeFacts::default() };
        let complaint = match (state, command) {
            (Self::Opened(docket), _) => docket.complaint(),
            (Self::NotOpened, ReviewCommand::Open(opening)) => {
                let complaint = &opening.complaint;
                facts.has_another_review = docket::has_another_review(streams, complaint).await?;
                complaint
            }
            (Self::NotOpened, _) => return Ok(facts),
        };
        let mut parts = Parts { complaint: Some(complaint.clone()), ..Parts::default() };
        each_fact_of(streams, complaint, |fact| {
            facts.case = std::mem::take(&mut facts.case).with(fact);
            parts.see(fact);
        })
        .await?;
        parts.colleagues = facts.case.parts.keys().cloned().collect();
        for member in concerned(state, command, occasion) {
            if let Some(standing) = standing_of(streams, member, &parts, occasion).await? {
                facts.committee.insert(member.clone(), standing);
            }
        }
        Ok(facts)
    }

    fn circumstances<'a>(
        occasion: &'a Occasion,
        facts: &'a CommitteeFacts,
    ) -> CommitteeCircumstances<'a> {
        CommitteeCircumstances { occasion, facts }
    }
}

/// The people whose standing the command depends on.
fn concerned<'a>(
    state: &'a Review,
    command: &'a ReviewCommand,
    occasion: &'a Occasion,
) -> Vec<&'a ActorId> {
    if let ReviewCommand::SeatMember(seating) = command {
        vec![&seating.member]
    } else if let ReviewCommand::Adjourn(adjournment) = command {
        adjournment.present.iter().collect()
    } else if let (ReviewCommand::Decide(_), Review::Opened(docket)) = (command, state) {
        docket.voters().collect()
    } else if let (ReviewCommand::WithdrawMeasure(end), Review::Opened(docket)) = (command, state) {
        docket.withdrawing(end.measure).chain([&occasion.actor.id]).collect()
    } else {
        vec![&occasion.actor.id]
    }
}

/// The rules of the committee by which something is decided: the stricter of those of the day it
/// happened and of today.
pub(crate) fn rules_for(house: &HouseRules, occasion: &Occasion) -> CommitteeRules {
    let then = house.committee_rules_on(occasion.day());
    then.stricter(house.committee_rules_on(occasion.latest_day()))
}

/// How somebody stands with the committee, by their own stream; nothing when they never sat on it,
/// did not yet on the day, or have left. Of a term that was over by the day, its last day; else that of
/// the term by which they sit today.
pub(crate) async fn standing_of(
    streams: Streams<'_>,
    member: &ActorId,
    parts: &Parts,
    occasion: &Occasion,
) -> Result<Option<Standing>, HandleError> {
    let staff: Staff = streams.load(&staff_stream_of(member)).await?;
    let Some(person) = staff.working() else { return Ok(None) };
    let by = |day: Date| {
        let current = person.term().filter(|term| term.from <= day);
        current.or_else(|| person.past_terms().last().copied())
    };
    let then = by(occasion.day());
    let term = then
        .filter(|term| term.until < occasion.day())
        .or_else(|| then.and(by(occasion.latest_day())));
    Ok(term.map(|term| Standing {
        term_until: Some(term.until),
        has_interest: person.conflict_with(parts).is_some(),
        interest_at: person.conflicts_with(parts).map(|conflict| conflict.declared_at).max(),
    }))
}

/// Reads a complaint's stream; a name that is no stream's has none.
pub(crate) async fn each_fact_of(
    streams: Streams<'_>,
    complaint: &ComplaintId,
    mut see: impl FnMut(&Fact<ComplaintEvent>) + Send,
) -> Result<(), HandleError> {
    let Ok(stream) = complaint.as_str().parse::<StreamId>() else { return Ok(()) };
    streams
        .each(&stream, |fact| {
            if let LedgerEvent::Complaint(event) = fact.event.clone() {
                see(&fact.map(|_| event));
            }
        })
        .await
}

impl Unsealed for Action {
    type Facts = ();

    fn begins(command: &ActionCommand) -> bool {
        matches!(command, ActionCommand::Propose(_))
    }

    fn accounts(command: &ActionCommand) -> Vec<&ActorId> {
        let ActionCommand::Propose(proposal) = command else { return Vec::new() };
        vec![&proposal.owner]
    }

    async fn facts(
        _: Streams<'_>,
        _: &Self,
        _: &ActionCommand,
        _: &Occasion,
    ) -> Result<(), HandleError> {
        Ok(())
    }

    fn circumstances<'a>(occasion: &'a Occasion, (): &'a ()) -> &'a Occasion {
        occasion
    }
}

impl Unsealed for Referral {
    type Facts = Option<SuspectedViolation>;

    /// The complaint has named the referral's stream before.
    fn home(command: &ReferralCommand) -> Option<StreamId> {
        let ReferralCommand::Submit(submission) = command else { return None };
        submission.referral.as_str().parse().ok()
    }

    async fn facts(
        streams: Streams<'_>,
        _: &Self,
        command: &ReferralCommand,
        _: &Occasion,
    ) -> Result<Option<SuspectedViolation>, HandleError> {
        let ReferralCommand::Submit(submission) = command else { return Ok(None) };
        let mut reported = None;
        each_fact_of(streams, &submission.complaint, |fact| {
            if let ComplaintEvent::SuspectedViolationReported(violation) = &fact.event
                && violation.referral == submission.referral
            {
                reported = Some(violation.clone());
            }
        })
        .await?;
        Ok(reported)
    }

    fn circumstances<'a>(
        occasion: &'a Occasion,
        reported: &'a Option<SuspectedViolation>,
    ) -> ReferralCircumstances<'a> {
        ReferralCircumstances { occasion, reported: reported.as_ref() }
    }
}
