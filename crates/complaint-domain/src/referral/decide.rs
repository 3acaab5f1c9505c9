//! What may happen to a referral, and why something is refused.

use jiff::tz::TimeZone;

use super::{
    Finding, Inquiry, InquiryAnswer, Penalty, Referral, ReferralClosure, ReferralCommand,
    ReferralEvent, ReferralOutcome, ReferralRejection, ReferralStage, Submission, state::Matter,
};
use crate::{actor::Role, aggregate::Occasion, complaint::SuspectedViolation};

/// Who asks, when, and what the complaint's own stream says.
#[derive(Debug, Clone, Copy)]
pub struct ReferralCircumstances<'a> {
    /// Who asks, when it happened and what time it is.
    pub occasion: &'a Occasion,
    /// What the complaint reports under the name of this referral, if it does.
    pub reported: Option<&'a SuspectedViolation>,
}

/// Answers a command with the event it causes, or with the reason it is refused.
///
/// # Errors
///
/// The first [`ReferralRejection`] that applies, in the order of that enum.
pub fn decide(
    state: &Referral,
    command: &ReferralCommand,
    circumstances: &ReferralCircumstances<'_>,
) -> Result<ReferralEvent, ReferralRejection> {
    use ReferralCommand as C;
    let occasion = circumstances.occasion;
    role_may(occasion.actor.role)?;
    let matter = match (state, command) {
        (Referral::NotSubmitted, C::Submit(submission)) => {
            not_in_future(occasion)?;
            return submit(submission, circumstances);
        }
        (Referral::NotSubmitted, _) => return Err(ReferralRejection::NotSubmitted),
        (Referral::Submitted(_), C::Submit(_)) => return Err(ReferralRejection::AlreadySubmitted),
        (Referral::Submitted(matter), _) => matter,
    };
    if matter.stage == ReferralStage::Closed {
        return Err(ReferralRejection::Ended(command.name()));
    }
    not_in_future(occasion)?;
    match command {
        C::Submit(_) => Err(ReferralRejection::AlreadySubmitted),
        C::Acknowledge(_) if matter.is_acknowledged => Err(ReferralRejection::AlreadyAcknowledged),
        C::Acknowledge(receipt) => Ok(ReferralEvent::Acknowledged(receipt.clone())),
        C::RecordInquiry(inquiry) => inquire(matter, inquiry, occasion),
        C::AnswerInquiry(answer) => self::answer(matter, answer),
        C::RecordOutcome(outcome) => record_outcome(matter, outcome),
        C::RecordPenalty(penalty) => penalise(matter, penalty),
        C::Close(closure) => close(matter, *closure),
    }
}

fn role_may(role: Role) -> Result<(), ReferralRejection> {
    match role {
        Role::Supervisor | Role::ComplianceOfficer | Role::CommitteeChair | Role::System => Ok(()),
        Role::Agent
        | Role::CommitteeMember
        | Role::Auditor
        | Role::Regulator
        | Role::DataProtectionOfficer
        | Role::Administrator
        | Role::Complainant
        | Role::Public => Err(ReferralRejection::RoleMayNot { role }),
    }
}

fn not_in_future(occasion: &Occasion) -> Result<(), ReferralRejection> {
    if occasion.is_in_future() {
        let Occasion { occurred_at, now, .. } = *occasion;
        return Err(ReferralRejection::OccurredInFuture { occurred_at, now });
    }
    Ok(())
}

/// What goes to the authority is what the complaint says goes there.
fn submit(
    submission: &Submission,
    circumstances: &ReferralCircumstances<'_>,
) -> Result<ReferralEvent, ReferralRejection> {
    let reported = circumstances.reported.ok_or(ReferralRejection::NotReported)?;
    for (expected, found) in
        [(&reported.authority, &submission.authority), (&reported.rule, &submission.rule)]
    {
        if expected != found {
            let (expected, found) = (expected.clone(), found.clone());
            return Err(ReferralRejection::ReportedOtherwise { expected, found });
        }
    }
    Ok(ReferralEvent::Submitted(submission.clone()))
}

fn inquire(
    matter: &Matter,
    inquiry: &Inquiry,
    occasion: &Occasion,
) -> Result<ReferralEvent, ReferralRejection> {
    let expected = matter.next_inquiry();
    if u32::from(inquiry.inquiry.0) != expected {
        return Err(ReferralRejection::InquiryNumberNotNext { expected, found: inquiry.inquiry });
    }
    let today = TimeZone::UTC.to_datetime(occasion.occurred_at).date();
    match inquiry.due {
        Some(due) if due < today => Err(ReferralRejection::InquiryDuePassed { today, due }),
        Some(_) | None => Ok(ReferralEvent::InquiryRecorded(inquiry.clone())),
    }
}

fn answer(matter: &Matter, answer: &InquiryAnswer) -> Result<ReferralEvent, ReferralRejection> {
    match matter.inquiries.get(&answer.inquiry) {
        None => Err(ReferralRejection::InquiryUnknown(answer.inquiry)),
        Some(true) => Err(ReferralRejection::InquiryAnswered(answer.inquiry)),
        Some(false) => Ok(ReferralEvent::InquiryAnswered(answer.clone())),
    }
}

/// May be repeated: an authority can take a case up again, and courts can set its finding aside.
fn record_outcome(
    matter: &Matter,
    outcome: &ReferralOutcome,
) -> Result<ReferralEvent, ReferralRejection> {
    if matter.finding == Some(outcome.finding) {
        return Err(ReferralRejection::OutcomeUnchanged(outcome.finding));
    }
    Ok(ReferralEvent::OutcomeRecorded(outcome.clone()))
}

fn penalise(matter: &Matter, penalty: &Penalty) -> Result<ReferralEvent, ReferralRejection> {
    match matter.finding {
        None => return Err(ReferralRejection::OutcomeMissing("record-penalty")),
        Some(Finding::Violation) => {}
        Some(other) => return Err(ReferralRejection::NoViolation(other)),
    }
    match (penalty.kind.is_money(), penalty.amount) {
        (true, None) => Err(ReferralRejection::AmountMissing(penalty.kind)),
        (false, Some(_)) => Err(ReferralRejection::AmountNotExpected(penalty.kind)),
        (true, Some(money)) if !money.is_positive() => {
            Err(ReferralRejection::AmountNotPositive(money))
        }
        (true, Some(money)) if money.is_finer_than_minor_unit() => {
            Err(ReferralRejection::AmountFinerThanMinorUnit(money))
        }
        (true, Some(_)) | (false, None) => Ok(ReferralEvent::PenaltyRecorded(penalty.clone())),
    }
}

fn close(matter: &Matter, closure: ReferralClosure) -> Result<ReferralEvent, ReferralRejection> {
    if matter.finding.is_none() {
        return Err(ReferralRejection::OutcomeMissing("close"));
    }
    let unanswered = matter.inquiries.iter().find(|(_, answered)| !**answered);
    if let Some((inquiry, _)) = unanswered {
        return Err(ReferralRejection::InquiryUnanswered(*inquiry));
    }
    Ok(ReferralEvent::Closed(closure))
}
