//! Those whom a command concerns, by their own streams, and whether they may do what it says.
//!
//! # Source
//!
//! CBIRC Order 2020 No. 3, article 12, and SAMR Order 121, article 19: who has an interest in a case
//! steps aside. DISP 1.3.3R and ISO 10002:2018, clause 6.4: handlers are trained.

use std::collections::BTreeMap;

use super::{
    Case, Circumstances, Complaint, ComplaintCommand, ComplaintRejection as R, ResponseKind,
};
use crate::{
    actor::{Actor, ActorId, Role},
    label::Label,
    review::Seat,
    staff::{Parts, Staff},
};

/// Those whom a command concerns, as far as they joined the staff.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People(BTreeMap<ActorId, Staff>);

impl People {
    /// The same, with one more who is known by their stream.
    #[must_use]
    pub fn with(mut self, account: ActorId, staff: Staff) -> Self {
        self.0.insert(account, staff);
        self
    }

    /// Whether somebody joined the staff and did not leave.
    pub(super) fn works_here(&self, account: &ActorId) -> bool {
        self.get(account).and_then(Staff::working).is_some()
    }

    fn get(&self, account: &ActorId) -> Option<&Staff> {
        self.0.get(account).filter(|staff| **staff != Staff::Unknown)
    }
}

impl ComplaintCommand {
    /// Who is to become responsible by it.
    pub const fn new_handler(&self) -> Option<&ActorId> {
        if let Self::Assign(assignment) = self {
            Some(&assignment.handler)
        } else if let Self::Reassign(reassignment) = self {
            Some(&reassignment.handler)
        } else {
            None
        }
    }

    /// Who stepped aside and would be free again by it.
    const fn returning(&self) -> Option<&ActorId> {
        if let Self::WithdrawRecusal(mistake) = self { Some(&mistake.handler) } else { None }
    }

    /// The accounts that the command names: whoever becomes responsible, whoever asked for more time.
    pub fn accounts(&self) -> impl Iterator<Item = &ActorId> {
        self.new_handler().into_iter().chain(self.asker())
    }

    /// Who asked for the time that it gives.
    const fn asker(&self) -> Option<&ActorId> {
        if let Self::ExtendDeadline(extension) = self { Some(&extension.asked_by) } else { None }
    }
}

/// Whose streams a decision needs: whoever becomes responsible; for what binds the company or ends the case, who is
/// responsible, who acts, and who asked for it.
pub fn concerned<'a>(
    state: &'a Complaint,
    command: &'a ComplaintCommand,
    actor: &'a Actor,
) -> Vec<&'a ActorId> {
    let Complaint::Received(case) = state else { return Vec::new() };
    if let Some(handler) = command.new_handler() {
        return [handler].into_iter().chain(rests_on_role(command).then_some(&actor.id)).collect();
    }
    if !case.is_ours_to_answer() {
        return Vec::new();
    }
    if rests_on_role(command) {
        return command.returning().into_iter().chain([&actor.id]).collect();
    }
    if !binds(command) {
        return Vec::new();
    }
    case.handler().into_iter().chain([&actor.id]).chain(command.asker()).collect()
}

/// What promises, grants, settles or ends something in the company's name.
fn binds(command: &ComplaintCommand) -> bool {
    use ComplaintCommand as C;
    let is_final =
        matches!(command, C::IssueResponse(response) if response.kind == ResponseKind::Final);
    is_final
        || matches!(
            command,
            C::ProposeRemedy(_)
                | C::ApproveRemedy(_)
                | C::FulfilRemedy(_)
                | C::ExtendDeadline(_)
                | C::ProposeOutcome(_)
                | C::Transfer(_)
                | C::Close(_)
        )
}

/// What some may say only because they stand above whoever is responsible.
fn rests_on_role(command: &ComplaintCommand) -> bool {
    use ComplaintCommand as C;
    matches!(
        command,
        C::Withdraw(_)
            | C::RecordAnswer(_)
            | C::RecordExternalDecision(_)
            | C::Recuse(_)
            | C::WithdrawRecusal(_)
            | C::Reassign(_)
    )
}

/// Takes somebody off the case, or lets them return: whose it is comes before the role of whoever says so.
fn moves_somebody(command: &ComplaintCommand) -> bool {
    use ComplaintCommand as C;
    matches!(command, C::Recuse(_) | C::WithdrawRecusal(_) | C::Reassign(_))
}

/// What only takes down what somebody else said or sent, or puts the case before somebody else. Whoever stepped aside
/// may still do that: it moves the case nowhere by itself.
fn only_tells(command: &ComplaintCommand) -> bool {
    use ComplaintCommand as C;
    match command {
        C::Register(_)
        | C::Acknowledge(_)
        | C::RecordCommunication(_)
        | C::AddEvidence(_)
        | C::AuthoriseRepresentative(_)
        | C::FlagVulnerability(_)
        | C::Recuse(_)
        | C::WithdrawRecusal(_)
        | C::WarnOfClock(_)
        | C::NoteMissedClock(_)
        | C::NoteReview(_)
        | C::Escalate(_)
        | C::ReferExternally(_)
        | C::RecordExternalDecision(_)
        | C::ReportSuspectedViolation(_)
        | C::RequestSurvey(_)
        | C::RecordSurveyAnswer(_)
        | C::TakeStep(_) => true,
        C::Assess(_)
        | C::Classify(_)
        | C::Assign(_)
        | C::Reassign(_)
        | C::ProposeRemedy(_)
        | C::ApproveRemedy(_)
        | C::IssueResponse(_)
        | C::RecordAnswer(_)
        | C::FulfilRemedy(_)
        | C::IdentifyRootCause(_)
        | C::Close(_)
        | C::Reopen(_)
        | C::Withdraw(_)
        | C::Correct(_)
        | C::RequestInformation(_)
        | C::PauseClock(_)
        | C::ResumeClock(_)
        | C::ExtendDeadline(_)
        | C::LinkDuplicate(_)
        | C::UnlinkDuplicate(_)
        | C::Transfer(_)
        | C::WithdrawEscalation(_)
        | C::ProposeOutcome(_) => false,
    }
}

/// Whether somebody may become responsible.
pub(super) fn may_handle(
    case: &Case,
    handler: &ActorId,
    circumstances: &Circumstances<'_>,
) -> Result<(), R> {
    let account = || handler.clone();
    let (rules, today) = (&circumstances.rules.handlers, &circumstances.rules.handlers_today);
    let Some(staff) = circumstances.people.get(handler) else {
        return if rules.joined || today.joined {
            Err(R::HandlerNotJoined(account()))
        } else {
            Ok(())
        };
    };
    let Some(person) = staff.working() else { return Err(R::HandlerLeft(account())) };
    let day = circumstances.day();
    if person.is_absent_on(day) {
        return Err(R::HandlerAbsent(account(), day));
    }
    for (rules, day) in [(rules, day), (today, circumstances.latest_day())] {
        let lacks = |course: &&Label| !person.is_trained_in(course, day);
        if let Some(course) = rules.trainings.iter().find(lacks) {
            return Err(R::HandlerUntrained(account(), course.clone()));
        }
    }
    no_interest(case, handler, circumstances)
}

/// Whether it may be done by whoever does it: not by somebody who has stepped aside; and what binds the company in a role
/// that they have, and with nobody in it who has an interest. One who is responsible and declares an interest stops the
/// case so until they step aside.
pub(super) fn may_act(
    case: &Case,
    command: &ComplaintCommand,
    circumstances: &Circumstances<'_>,
) -> Result<(), R> {
    let id = &circumstances.actor.id;
    // Who becomes responsible is looked at first, by the command itself.
    let hands_over = command.new_handler().is_some();
    if case.recused.contains(id) && !hands_over && !only_tells(command) {
        return Err(R::HandlerRecused(id.clone()));
    }
    if binds(command) || (rests_on_role(command) && !moves_somebody(command)) {
        role_is_held(circumstances)?;
    }
    if !binds(command) {
        return Ok(());
    }
    case.handler().into_iter().chain([id]).try_for_each(|one| no_interest(case, one, circumstances))
}

/// Whether whoever acts has the role in which they do, as far as they joined the staff.
pub(super) fn role_is_held(circumstances: &Circumstances<'_>) -> Result<(), R> {
    let Actor { id, role } = &circumstances.actor;
    match circumstances.people.get(id) {
        Some(staff) if !holds(staff, *role, circumstances) => {
            Err(R::RoleNotHeld(id.clone(), *role))
        }
        Some(_) | None => Ok(()),
    }
}

/// A seat on the committee gives its role for its term: on the day it happened and today, so that nobody
/// binds the company by a day that is over, or had not come.
fn holds(staff: &Staff, role: Role, circumstances: &Circumstances<'_>) -> bool {
    let Some(person) = staff.working() else { return false };
    let days = [circumstances.day(), circumstances.latest_day()];
    let sits = |day| person.seat_on(day).is_some_and(|seat| role_of(seat) == role);
    person.roles().contains(&role) || days.into_iter().all(sits)
}

const fn role_of(seat: Seat) -> Role {
    match seat {
        Seat::Chair => Role::CommitteeChair,
        Seat::Member => Role::CommitteeMember,
    }
}

pub(super) fn no_interest(
    case: &Case,
    account: &ActorId,
    circumstances: &Circumstances<'_>,
) -> Result<(), R> {
    let person = circumstances.people.get(account).and_then(Staff::working);
    let parts = || Parts {
        complaint: circumstances.complaint.clone(),
        respondent: case.respondent.clone(),
        product: case.matter.as_ref().map(|matter| matter.product.clone()),
        colleagues: case.colleagues(),
    };
    match person.and_then(|person| person.conflict_with(&parts())) {
        None => Ok(()),
        Some(conflict) => Err(R::InterestDeclared(account.clone(), conflict.interest)),
    }
}
