//! What may happen to a complaint, and why something is refused.

mod clock;
mod committee;
mod correction;
mod elsewhere;
mod ending;
mod handling;
mod intake;
mod links;
mod material;
mod outcome;
mod remedy;
mod response;
mod steps;
mod survey;

use super::{
    Answer, Circumstances, ComplaintCommand, ComplaintEvent, ComplaintRejection, Direction,
    EscalationReason, ResponseKind, Source,
    people::may_act,
    state::{Case, Complaint, Stage},
};
use jiff::Timestamp;

use crate::actor::Role;

/// Answers a command with the events it causes, or with the reason it is refused.
///
/// There is always at least one event: what is so already is refused by name. (A repeated command
/// is recognised by its id before it comes here.) The sealed fields of a command belong to the
/// record of the first event.
///
/// ```
/// use std::collections::BTreeSet;
///
/// use complaint_domain::{
///     actor::{Actor, ActorId, Role},
///     complaint::{
///         Acknowledgement, Channel, Circumstances, Complaint, ComplaintCommand,
///         ComplaintRejection, ComplaintRules, People, decide,
///     },
/// };
///
/// let rules = ComplaintRules::default();
/// let now = "2024-03-11T09:00:00Z".parse()?;
/// let circumstances = Circumstances {
///     actor: Actor { id: ActorId("ana".parse()?), role: Role::Agent },
///     occurred_at: now,
///     now,
///     personal: BTreeSet::new(),
///     rules: &rules,
///     complaint: None,
///     people: People::default(),
///     review: None,
///     is_under_review: false,
///     is_taken_up: false,
///     is_other_unknown: false,
/// };
/// let command = ComplaintCommand::Acknowledge(Acknowledgement { channel: Channel::Email });
/// let refused = decide(&Complaint::default(), &command, &circumstances);
/// assert_eq!(refused, Err(ComplaintRejection::NotReceived));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The first [`ComplaintRejection`] that applies, in the order of that enum.
pub fn decide(
    state: &Complaint,
    command: &ComplaintCommand,
    circumstances: &Circumstances<'_>,
) -> Result<Vec<ComplaintEvent>, ComplaintRejection> {
    use ComplaintCommand as C;
    role_may(command, circumstances)?;
    let case = match (state, command) {
        (Complaint::NotReceived, C::Register(receipt)) => {
            not_in_future(circumstances)?;
            return intake::register(receipt, circumstances).map(|event| vec![event]);
        }
        (Complaint::NotReceived, _) => return Err(ComplaintRejection::NotReceived),
        (Complaint::Received(_), C::Register(_)) => {
            return Err(ComplaintRejection::AlreadyReceived);
        }
        (Complaint::Received(case), _) => case,
    };
    stage_allows(case, command)?;
    not_in_future(circumstances)?;
    not_before_receipt(case, command, circumstances)?;
    not_before_turn(case, command, circumstances)?;
    not_before_response(case, command, circumstances)?;
    notice_was_given(command, circumstances)?;
    somebody_responsible(case, command)?;
    may_act(case, command, circumstances)?;
    step(case, command, circumstances).map(|event| vec![event])
}

/// What the command itself says, once it is known that it may come now and from this actor.
fn step(
    case: &Case,
    command: &ComplaintCommand,
    circumstances: &Circumstances<'_>,
) -> Result<ComplaintEvent, ComplaintRejection> {
    use ComplaintCommand as C;
    match command {
        C::Register(_) => Err(ComplaintRejection::AlreadyReceived),
        C::Acknowledge(acknowledgement) => intake::acknowledge(case, acknowledgement),
        C::Assess(assessment) => intake::assess(case, assessment),
        C::Classify(classification) => intake::classify(case, classification, circumstances),
        C::Assign(assignment) => handling::assign(case, assignment, circumstances),
        C::Reassign(reassignment) => handling::reassign(case, reassignment, circumstances),
        C::RecordCommunication(message) => {
            Ok(ComplaintEvent::CommunicationRecorded(message.clone()))
        }
        C::ProposeRemedy(proposal) => remedy::propose(case, proposal, circumstances),
        C::ApproveRemedy(approval) => remedy::approve(case, approval, circumstances),
        C::FulfilRemedy(fulfilment) => remedy::fulfil(case, fulfilment, circumstances),
        C::IssueResponse(response) => response::issue(case, response, circumstances),
        C::RecordAnswer(answer) => response::record_answer(case, answer, circumstances),
        C::IdentifyRootCause(found) => handling::identify_root_cause(case, found, circumstances),
        C::Close(closure) => ending::close(case, closure, circumstances),
        C::Withdraw(withdrawal) => ending::withdraw(case, withdrawal, circumstances),
        C::Reopen(reopening) => Ok(ComplaintEvent::Reopened(reopening.clone())),
        C::Correct(correction) => correction::correct(case, correction, circumstances),
        C::Recuse(recusal) => handling::recuse(case, recusal, circumstances),
        C::WithdrawRecusal(mistake) => handling::withdraw_recusal(case, mistake, circumstances),
        C::RequestInformation(request) => material::request_information(request, circumstances),
        C::AddEvidence(evidence) => material::add_evidence(case, evidence, circumstances),
        C::AuthoriseRepresentative(representative) => {
            material::authorise_representative(case, representative, circumstances)
        }
        C::FlagVulnerability(found) => material::flag_vulnerability(case, found),
        C::PauseClock(pause) => clock::pause(case, pause, circumstances),
        C::ResumeClock(resumption) => clock::resume(case, resumption, circumstances),
        C::ExtendDeadline(extension) => clock::extend(case, extension, circumstances),
        C::WarnOfClock(limit) => clock::warn(case, limit, circumstances),
        C::NoteMissedClock(limit) => clock::note_missed(case, limit, circumstances),
        C::LinkDuplicate(link) => links::link(case, link, circumstances),
        C::UnlinkDuplicate(unlink) => links::unlink(case, unlink),
        C::Transfer(transfer) => elsewhere::transfer(case, transfer, circumstances),
        C::Escalate(escalation) => elsewhere::escalate(case, escalation),
        C::WithdrawEscalation(mistake) => {
            elsewhere::withdraw_escalation(case, mistake, circumstances)
        }
        C::ProposeOutcome(proposal) => committee::propose_outcome(case, proposal),
        C::NoteReview(reference) => committee::note_review(case, reference, circumstances),
        C::ReferExternally(referral) => elsewhere::refer(case, referral),
        C::RecordExternalDecision(decision) => {
            elsewhere::record_decision(case, decision, circumstances)
        }
        C::ReportSuspectedViolation(violation) => elsewhere::report_violation(case, violation),
        C::RequestSurvey(request) => survey::request(case, request),
        C::RecordSurveyAnswer(answer) => survey::record_answer(case, answer),
        C::TakeStep(taken) => steps::take(case, taken, circumstances),
    }
}

/// Coarse, and the same everywhere; finer permissions are policies in front of the service.
fn role_may(
    command: &ComplaintCommand,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    match circumstances.actor.role {
        Role::Agent
        | Role::Supervisor
        | Role::CommitteeMember
        | Role::CommitteeChair
        | Role::ComplianceOfficer
        | Role::DataProtectionOfficer
        | Role::System => for_people(command, circumstances.actor.role),
        Role::Auditor | Role::Regulator | Role::Administrator | Role::Public => {
            Err(ComplaintRejection::RoleMayNotWrite { role: circumstances.actor.role })
        }
        Role::Complainant if is_for_complainants(command) => Ok(()),
        Role::Complainant => {
            Err(ComplaintRejection::NotForComplainants { command: command.name() })
        }
    }
}

/// Whether a limit was missed, or a review has ended, is for a process to say, once, and for nobody
/// to anticipate.
fn for_people(command: &ComplaintCommand, role: Role) -> Result<(), ComplaintRejection> {
    use ComplaintCommand as C;
    let is_programs =
        matches!(command, C::WarnOfClock(_) | C::NoteMissedClock(_) | C::NoteReview(_));
    if is_programs && role != Role::System {
        return Err(ComplaintRejection::NotForPeople(command.name()));
    }
    Ok(())
}

/// What complainants do themselves. That they stayed silent, or what a platform says of them, is
/// for others to note.
fn is_for_complainants(command: &ComplaintCommand) -> bool {
    use ComplaintCommand as C;
    match command {
        C::Register(receipt) => receipt.source == Source::Direct,
        C::RecordCommunication(message) => message.direction == Direction::Incoming,
        C::RecordAnswer(given) => {
            matches!(given.answer, Answer::Accepted | Answer::Refused)
        }
        C::Escalate(escalation) => escalation.reason == EscalationReason::ComplainantRequest,
        C::Withdraw(_)
        | C::WithdrawEscalation(_)
        | C::AddEvidence(_)
        | C::AuthoriseRepresentative(_)
        | C::RecordSurveyAnswer(_) => true,
        C::Acknowledge(_)
        | C::Assess(_)
        | C::Classify(_)
        | C::Assign(_)
        | C::Reassign(_)
        | C::ProposeRemedy(_)
        | C::ApproveRemedy(_)
        | C::IssueResponse(_)
        | C::FulfilRemedy(_)
        | C::IdentifyRootCause(_)
        | C::Close(_)
        | C::Reopen(_)
        | C::Correct(_)
        | C::Recuse(_)
        | C::WithdrawRecusal(_)
        | C::RequestInformation(_)
        | C::FlagVulnerability(_)
        | C::PauseClock(_)
        | C::ResumeClock(_)
        | C::ExtendDeadline(_)
        | C::WarnOfClock(_)
        | C::NoteMissedClock(_)
        | C::LinkDuplicate(_)
        | C::UnlinkDuplicate(_)
        | C::Transfer(_)
        | C::ProposeOutcome(_)
        | C::NoteReview(_)
        | C::ReferExternally(_)
        | C::RecordExternalDecision(_)
        | C::ReportSuspectedViolation(_)
        | C::RequestSurvey(_)
        | C::TakeStep(_) => false,
    }
}

fn stage_allows(case: &Case, command: &ComplaintCommand) -> Result<(), ComplaintRejection> {
    use ComplaintCommand as C;
    let how = match (case.stage, command) {
        (Stage::Open, C::Reopen(_)) => return Err(ComplaintRejection::StillOpen),
        (Stage::Open, _)
        | (
            _,
            C::Reopen(_)
            | C::Correct(_)
            | C::RecordSurveyAnswer(_)
            | C::RecordExternalDecision(_)
            | C::Escalate(_)
            | C::WithdrawEscalation(_)
            | C::NoteReview(_)
            | C::NoteMissedClock(_),
        ) => return Ok(()),
        (_, C::TakeStep(taken)) if taken.step.outlasts_the_complaint() => return Ok(()),
        (Stage::Closed, _) => "closed",
        (Stage::Withdrawn, _) => "withdrawn",
    };
    Err(ComplaintRejection::Ended { command: command.name(), how })
}

fn not_in_future(circumstances: &Circumstances<'_>) -> Result<(), ComplaintRejection> {
    let Circumstances { occurred_at, now, rules, .. } = circumstances;
    if occurred_at.duration_since(*now) > rules.clock_tolerance {
        return Err(ComplaintRejection::OccurredInFuture { occurred_at: *occurred_at, now: *now });
    }
    Ok(())
}

/// Nor was anybody told of it before. A correction may be needed because the receipt itself is dated
/// wrongly.
fn not_before_receipt(
    case: &Case,
    command: &ComplaintCommand,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    let happened = circumstances.occurred_at;
    let occurred_at = notified(command).map_or(happened, |notified| notified.min(happened));
    if occurred_at < case.received_at && !matches!(command, ComplaintCommand::Correct(_)) {
        let received_at = case.received_at;
        return Err(ComplaintRejection::OccurredBeforeReceipt { occurred_at, received_at });
    }
    Ok(())
}

/// Otherwise a complaint could be open twice at one moment, and the flow of complaints would not
/// balance. An answer after a reopening is to what was said then.
fn not_before_turn(
    case: &Case,
    command: &ComplaintCommand,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    use ComplaintCommand as C;
    let occurred_at = circumstances.occurred_at;
    match case.turned_at {
        Some(turned_at)
            if occurred_at < turned_at
                && (matches!(command, C::Close(_) | C::Withdraw(_) | C::Reopen(_))
                    || is_final_response(command)) =>
        {
            Err(ComplaintRejection::OccurredBeforeTurn { occurred_at, turned_at })
        }
        Some(_) | None => Ok(()),
    }
}

/// A final response that replaces another comes after it: dated back, it would open a recourse that is half
/// over or gone.
fn not_before_response(
    case: &Case,
    command: &ComplaintCommand,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    use ComplaintCommand as C;
    let occurred_at = circumstances.occurred_at;
    match &case.final_response {
        Some(response)
            if occurred_at < response.responded_at
                && (matches!(command, C::RecordAnswer(_) | C::Close(_) | C::RequestSurvey(_))
                    || is_final_response(command)) =>
        {
            let responded_at = response.responded_at;
            Err(ComplaintRejection::OccurredBeforeResponse { occurred_at, responded_at })
        }
        Some(_) | None => Ok(()),
    }
}

fn is_final_response(command: &ComplaintCommand) -> bool {
    matches!(
        command,
        ComplaintCommand::IssueResponse(response) if response.kind == ResponseKind::Final
    )
}

/// When the complainant was told, where a command rests on that.
fn notified(command: &ComplaintCommand) -> Option<Timestamp> {
    if let ComplaintCommand::ExtendDeadline(extension) = command {
        Some(extension.notified)
    } else if let ComplaintCommand::Transfer(transfer) = command {
        Some(transfer.notified)
    } else {
        None
    }
}

/// What rests on a notice to the complainant rests on one that was given, not on a promise of one.
fn notice_was_given(
    command: &ComplaintCommand,
    circumstances: &Circumstances<'_>,
) -> Result<(), ComplaintRejection> {
    let Some(notified) = notified(command) else { return Ok(()) };
    let Circumstances { now, rules, .. } = circumstances;
    if notified.duration_since(*now) > rules.clock_tolerance {
        return Err(ComplaintRejection::NoticeInFuture { notified, now: *now });
    }
    Ok(())
}

/// A complaint that is ours to answer moves towards its end only while somebody is responsible.
/// Whether that person is the one who acts is a matter of policies: a colleague may stand in.
fn somebody_responsible(case: &Case, command: &ComplaintCommand) -> Result<(), ComplaintRejection> {
    use ComplaintCommand as C;
    let is_needed = match command {
        C::Reassign(_) | C::Recuse(_) => true,
        C::IssueResponse(response) => {
            case.is_ours_to_answer() && response.kind == ResponseKind::Final
        }
        C::ProposeRemedy(_)
        | C::FulfilRemedy(_)
        | C::IdentifyRootCause(_)
        | C::ProposeOutcome(_)
        | C::Close(_)
        | C::Transfer(_) => case.is_ours_to_answer(),
        C::Register(_)
        | C::Acknowledge(_)
        | C::Assess(_)
        | C::Classify(_)
        | C::Assign(_)
        | C::RecordCommunication(_)
        | C::ApproveRemedy(_)
        | C::RecordAnswer(_)
        | C::Reopen(_)
        | C::Withdraw(_)
        | C::Correct(_)
        | C::WithdrawRecusal(_)
        | C::RequestInformation(_)
        | C::AddEvidence(_)
        | C::AuthoriseRepresentative(_)
        | C::FlagVulnerability(_)
        | C::PauseClock(_)
        | C::ResumeClock(_)
        | C::ExtendDeadline(_)
        | C::WarnOfClock(_)
        | C::NoteMissedClock(_)
        | C::LinkDuplicate(_)
        | C::UnlinkDuplicate(_)
        | C::Escalate(_)
        | C::WithdrawEscalation(_)
        | C::NoteReview(_)
        | C::ReferExternally(_)
        | C::RecordExternalDecision(_)
        | C::ReportSuspectedViolation(_)
        | C::RequestSurvey(_)
        | C::RecordSurveyAnswer(_)
        | C::TakeStep(_) => false,
    };
    if is_needed && case.handler.is_none() {
        return Err(ComplaintRejection::NobodyResponsible { command: command.name() });
    }
    Ok(())
}
