//! An event in a few words, for the timeline. Public codes only.

use std::fmt::Write as _;

use complaint_domain::{
    complaint::{
        Assessment, ComplaintEvent, CorrectedFact, DeadlineExtended, Matter, Receipt, Response,
        ReviewConcluded, ReviewConclusion, RootCause, Source,
    },
    label::Label,
};

/// What the event says, beyond its type.
#[expect(clippy::too_many_lines, reason = "a table, one entry for each event")]
pub(crate) fn detail(event: &ComplaintEvent) -> String {
    match event {
        ComplaintEvent::Received(receipt) => received(receipt),
        ComplaintEvent::Acknowledged(told) => format!("by {}", told.channel),
        ComplaintEvent::Assessed(assessment) => assessed(assessment),
        ComplaintEvent::Classified(classification) => {
            let rights: Vec<_> = classification.rights.iter().map(|right| right.code()).collect();
            format!("{}; rights: {}", matter(&classification.matter), rights.join(", "))
        }
        ComplaintEvent::Assigned(assignment) => format!("to {}", assignment.handler),
        ComplaintEvent::Reassigned(change) => format!("to {}: {}", change.handler, change.reason),
        ComplaintEvent::CommunicationRecorded(message) => {
            let (direction, party) = (message.direction, message.party);
            format!("{direction}, {party}, by {}: {}", message.channel, message.purpose)
        }
        ComplaintEvent::RemedyProposed(proposed) => {
            let proposal = &proposed.proposal;
            let mut words = format!("remedy {}: {}", proposal.remedy, proposal.kind);
            if let Some(amount) = &proposal.amount {
                let _ = write!(words, " of {amount}");
            }
            if proposed.approval_required {
                words.push_str("; needs approval");
            }
            words
        }
        ComplaintEvent::RemedyApproved(approval) => format!("remedy {}", approval.remedy),
        ComplaintEvent::ResponseIssued(response) => responded(response),
        ComplaintEvent::AnswerRecorded(given) => given.answer.to_string(),
        ComplaintEvent::RemedyFulfilled(fulfilment) => {
            let mut words = format!("remedy {}: {}", fulfilment.remedy, fulfilment.result);
            if let Some(paid) = &fulfilment.paid {
                let _ = write!(words, ", paid {paid}");
            }
            words
        }
        ComplaintEvent::RootCauseIdentified(RootCause::Found { code }) => code.to_string(),
        ComplaintEvent::RootCauseIdentified(RootCause::NoneFound) => "none-found".to_owned(),
        ComplaintEvent::Closed(closure) => closure.reason.to_string(),
        ComplaintEvent::Reopened(reopening) => reopening.reason.to_string(),
        ComplaintEvent::Withdrawn(withdrawal) => withdrawal.reason.to_string(),
        ComplaintEvent::Corrected(correction) => {
            let fact = match &correction.fact {
                CorrectedFact::ReceivedAt { received_at } => format!("received at {received_at}"),
                CorrectedFact::Channel { channel } => format!("channel {channel}"),
                CorrectedFact::Matter { matter: right } => matter(right),
                CorrectedFact::Respondent { respondent } => format!("respondent {respondent}"),
                CorrectedFact::Personal => "a sealed field".to_owned(),
            };
            format!("entry {}: {fact}: {}", correction.corrects, correction.reason)
        }
        ComplaintEvent::Recused(recusal) => format!("{}: {}", recusal.handler, recusal.ground),
        ComplaintEvent::RecusalWithdrawn(it) => format!("{}: {}", it.handler, it.ground),
        ComplaintEvent::InformationRequested(request) => {
            let mut words = format!("of {}, by {}", request.party, request.channel);
            if let Some(day) = request.needed_by {
                let _ = write!(words, "; needed by {day}");
            }
            words
        }
        ComplaintEvent::EvidenceAdded(added) => {
            format!("evidence {}: {}, {}", added.evidence, added.kind, added.media_type)
        }
        ComplaintEvent::RepresentativeAuthorised(by) => {
            let mut words = format!("representative {}: {}", by.representative, by.kind);
            if let Some(day) = by.until {
                let _ = write!(words, " until {day}");
            }
            words
        }
        ComplaintEvent::VulnerabilityFlagged(found) => {
            found.drivers.iter().map(|driver| driver.code()).collect::<Vec<_>>().join(", ")
        }
        ComplaintEvent::ClockPaused(pause) => format!("{}: {}", pause.clock, pause.ground),
        ComplaintEvent::ClockResumed(resumption) => resumption.clock.to_string(),
        ComplaintEvent::DeadlineExtended(extension) => {
            let DeadlineExtended { clock, asked_by, until, reason, .. } = extension;
            format!("{clock} until {until}, asked for by {asked_by}: {reason}")
        }
        ComplaintEvent::ClockWarned(notice) | ComplaintEvent::ClockMissed(notice) => {
            format!("{}, due {} ({})", notice.limit.clock, notice.limit.due, notice.citation)
        }
        ComplaintEvent::DuplicateLinked(link) => format!("{} of {}", link.kind, link.of),
        ComplaintEvent::DuplicateUnlinked(unlink) => format!("{}: {}", unlink.of, unlink.reason),
        ComplaintEvent::Transferred(transfer) => format!("to {}: {}", transfer.to, transfer.reason),
        ComplaintEvent::Escalated(escalation) => escalation.reason.to_string(),
        ComplaintEvent::EscalationWithdrawn(mistake) => mistake.ground.to_string(),
        ComplaintEvent::OutcomeProposed(proposal) => proposal.outcome.to_string(),
        ComplaintEvent::ReviewConcluded(concluded) => review_concluded(concluded),
        ComplaintEvent::ReferredExternally(referral) => {
            format!("to {}, {}", referral.body, referral.method)
        }
        ComplaintEvent::ExternalDecisionRecorded(decision) => {
            let mut words = format!("{}: {}", decision.body, decision.result);
            if let Some(award) = &decision.award {
                let _ = write!(words, ", {award}");
            }
            words
        }
        ComplaintEvent::SuspectedViolationReported(violation) => {
            format!("to {}, {}: {}", violation.authority, violation.referral, violation.rule)
        }
        ComplaintEvent::SurveyRequested(request) => format!("by {}", request.channel),
        ComplaintEvent::StepTaken(taken) => {
            let number = taken.reference.as_ref();
            let number = number.map_or_else(String::new, |number| format!(", {number}"));
            format!("{} by {}{number}", taken.step, taken.by)
        }
        ComplaintEvent::SurveyAnswered(said) => {
            format!("process {}, outcome {}", said.process, said.outcome)
        }
    }
}

fn review_concluded(concluded: &ReviewConcluded) -> String {
    let words = match concluded.conclusion {
        ReviewConclusion::Decided { outcome, effect } => format!("{outcome}, {effect}"),
        ReviewConclusion::Discontinued { reason } => format!("discontinued, {reason}"),
    };
    format!("{}: {words}", concluded.review)
}

fn received(receipt: &Receipt) -> String {
    let mut words = format!("by {}", receipt.channel);
    match &receipt.source {
        Source::Direct => {}
        Source::Imported { scheme, reference } => {
            let _ = write!(words, ", from {scheme} {reference}");
        }
    }
    if let Some(about) = &receipt.matter {
        let _ = write!(words, "; {}", matter(about));
    }
    words
}

fn assessed(assessment: &Assessment) -> String {
    let mut words =
        format!("{}, {}, {}", assessment.severity, assessment.complexity, assessment.impact);
    if assessment.safety {
        words.push_str("; safety at risk");
    }
    if assessment.immediate_action {
        words.push_str("; act at once");
    }
    words
}

fn responded(response: &Response) -> String {
    let mut words = format!("{} by {}", response.kind, response.channel);
    if let Some(outcome) = response.outcome {
        let _ = write!(words, ": {outcome}");
    }
    if let Some(platform) = &response.platform {
        let _ = write!(words, ": {}", platform.category);
    }
    if let Some(day) = response.expected_by {
        let _ = write!(words, "; expected by {day}");
    }
    words
}

fn matter(matter: &Matter) -> String {
    let parts = [
        Some(&matter.product),
        matter.sub_product.as_ref(),
        matter.issue.as_ref(),
        matter.sub_issue.as_ref(),
    ];
    parts.into_iter().flatten().map(Label::as_str).collect::<Vec<_>>().join(" / ")
}
