//! What may happen to a person who works here, and why something is refused.

use jiff::{ToSpan, civil::Date};

use super::{
    Declaration, Interest, Joining, Person, RoleChange, Staff, StaffCircumstances, StaffCommand,
    StaffEvent, StaffRejection, TermStart,
};
use crate::{actor::Role, aggregate::Occasion};

/// The roles in which complaints are handled, of which the committee is independent.
const OF_HANDLING: [Role; 2] = [Role::Agent, Role::Supervisor];

/// Answers a command with the event it causes, or with the reason it is refused.
///
/// # Errors
///
/// The first [`StaffRejection`] that applies, in the order of that enum.
pub fn decide(
    state: &Staff,
    command: &StaffCommand,
    circumstances: &StaffCircumstances<'_>,
) -> Result<StaffEvent, StaffRejection> {
    use StaffCommand as C;
    let occasion = circumstances.occasion;
    may_ask(state, command, occasion)?;
    let person = match (state, command) {
        (Staff::Known(person), C::Join(_)) if !person.has_left => {
            return Err(StaffRejection::AlreadyJoined { account: person.account.clone() });
        }
        (_, C::Join(joining)) => {
            happened(occasion)?;
            return join(joining);
        }
        (Staff::Unknown, _) => return Err(StaffRejection::NotJoined),
        (Staff::Known(person), _) if person.has_left => {
            return Err(StaffRejection::HasLeft { account: person.account.clone() });
        }
        (Staff::Known(person), _) => person,
    };
    happened(occasion)?;
    step(person, command, circumstances)
}

/// What the command itself says.
fn step(
    person: &Person,
    command: &StaffCommand,
    circumstances: &StaffCircumstances<'_>,
) -> Result<StaffEvent, StaffRejection> {
    use StaffCommand as C;
    match command {
        C::Join(joining) => join(joining),
        C::GrantRole(change) => grant(person, *change, circumstances),
        C::RevokeRole(change) if !person.roles.contains(&change.role) => {
            Err(StaffRejection::RoleNotHeld { role: change.role })
        }
        C::RevokeRole(change) => Ok(StaffEvent::RoleRevoked(*change)),
        C::MoveTeam(change) if person.team.as_ref() == Some(&change.team) => {
            Err(StaffRejection::TeamUnchanged { team: change.team.clone() })
        }
        C::MoveTeam(change) => Ok(StaffEvent::TeamChanged(change.clone())),
        C::StartAbsence(absence) => {
            // An absence whose last day is over has ended without a word.
            let is_running = person
                .absence
                .as_ref()
                .is_some_and(|running| running.until.is_none_or(|until| absence.from <= until));
            if is_running {
                return Err(StaffRejection::AbsenceRunning);
            }
            if absence.deputy.as_ref() == Some(&person.account) {
                return Err(StaffRejection::DeputyIsSelf);
            }
            in_order(absence.from, absence.until.unwrap_or(absence.from))?;
            Ok(StaffEvent::AbsenceStarted(absence.clone()))
        }
        C::EndAbsence(end) => match &person.absence {
            None => Err(StaffRejection::NotAbsent),
            Some(absence) => {
                in_order(absence.from, end.back_on)?;
                Ok(StaffEvent::AbsenceEnded(end.clone()))
            }
        },
        C::DeclareInterest(declared) => declare(person, declared),
        C::WithdrawInterest(withdrawn) if !person.interests.contains_key(&withdrawn.interest) => {
            Err(StaffRejection::InterestNotDeclared { interest: withdrawn.interest.clone() })
        }
        C::WithdrawInterest(withdrawn) => Ok(StaffEvent::InterestWithdrawn(withdrawn.clone())),
        C::StartTerm(term) => start_term(person, term, circumstances),
        C::EndTerm(end) => match person.term {
            None => Err(StaffRejection::NoTerm),
            Some(term) => {
                in_order(term.from, end.on)?;
                Ok(StaffEvent::TermEnded(end.clone()))
            }
        },
        C::CompleteTraining(training) => {
            in_order(training.on, training.valid_until.unwrap_or(training.on))?;
            if person.trainings.contains_key(&(training.course.clone(), training.on)) {
                return Err(StaffRejection::TrainingNoted { course: training.course.clone() });
            }
            Ok(StaffEvent::TrainingCompleted(training.clone()))
        }
        C::Leave(leaving) => Ok(StaffEvent::Left(leaving.clone())),
    }
}

/// Who runs the house may note everything of others. People note of themselves what only they may
/// know, and never give themselves a role nor take back an interest: nobody becomes their own second person that
/// way.
fn may_ask(
    state: &Staff,
    command: &StaffCommand,
    occasion: &Occasion,
) -> Result<(), StaffRejection> {
    use StaffCommand as C;
    let account = match (state, command) {
        (_, C::Join(joining)) => Some(&joining.account),
        (Staff::Known(person), _) => Some(&person.account),
        (Staff::Unknown, _) => None,
    };
    let is_self = account == Some(&occasion.actor.id);
    let is_ones_own = matches!(
        command,
        C::StartAbsence(_)
            | C::EndAbsence(_)
            | C::DeclareInterest(_)
            | C::WithdrawInterest(_)
            | C::CompleteTraining(_)
    );
    let role = occasion.actor.role;
    if !(runs_the_house(role) || is_self && is_ones_own) {
        return Err(StaffRejection::RoleMayNot { role });
    }
    // An interest that is gone lets its holder decide again.
    let gives_power =
        matches!(command, C::Join(_) | C::GrantRole(_) | C::StartTerm(_) | C::WithdrawInterest(_));
    match account {
        Some(account) if is_self && gives_power => {
            Err(StaffRejection::ForOneself { account: account.clone() })
        }
        Some(_) | None => Ok(()),
    }
}

fn runs_the_house(role: Role) -> bool {
    match role {
        Role::Supervisor
        | Role::ComplianceOfficer
        | Role::CommitteeChair
        | Role::Administrator
        | Role::System => true,
        Role::Agent
        | Role::CommitteeMember
        | Role::Auditor
        | Role::Regulator
        | Role::DataProtectionOfficer
        | Role::Complainant
        | Role::Public => false,
    }
}

fn happened(occasion: &Occasion) -> Result<(), StaffRejection> {
    if occasion.is_in_future() {
        let Occasion { occurred_at, now, .. } = *occasion;
        return Err(StaffRejection::OccurredInFuture { occurred_at, now });
    }
    Ok(())
}

fn in_order(from: Date, until: Date) -> Result<(), StaffRejection> {
    if until < from { Err(StaffRejection::Reversed { from, until }) } else { Ok(()) }
}

fn of_staff(role: Role) -> Result<(), StaffRejection> {
    match role {
        Role::Agent
        | Role::Supervisor
        | Role::CommitteeMember
        | Role::CommitteeChair
        | Role::Auditor
        | Role::ComplianceOfficer
        | Role::DataProtectionOfficer
        | Role::Administrator => Ok(()),
        Role::Regulator | Role::Complainant | Role::Public | Role::System => {
            Err(StaffRejection::RoleNotOfStaff { role })
        }
    }
}

fn join(joining: &Joining) -> Result<StaffEvent, StaffRejection> {
    if joining.roles.is_empty() {
        return Err(StaffRejection::RolesMissing);
    }
    joining.roles.iter().copied().try_for_each(of_staff)?;
    Ok(StaffEvent::Joined(joining.clone()))
}

/// Whoever sits on the committee, or is to, is given no part in handling complaints until their term
/// is over: the order in which the two come changes nothing.
fn grant(
    person: &Person,
    change: RoleChange,
    circumstances: &StaffCircumstances<'_>,
) -> Result<StaffEvent, StaffRejection> {
    let role = change.role;
    of_staff(role)?;
    if person.roles.contains(&role) {
        return Err(StaffRejection::RoleHeld { role });
    }
    let day = circumstances.occasion.day();
    if OF_HANDLING.contains(&role) && person.term.is_some_and(|term| day <= term.until) {
        return Err(StaffRejection::NotIndependent { role });
    }
    Ok(StaffEvent::RoleGranted(change))
}

fn declare(person: &Person, declared: &Declaration) -> Result<StaffEvent, StaffRejection> {
    let interest = declared.interest.clone();
    if person.interests.get(&interest).is_some_and(|(ground, _)| *ground == declared.ground) {
        return Err(StaffRejection::InterestDeclared { interest });
    }
    if matches!(&interest, Interest::Colleague { colleague } if *colleague == person.account) {
        return Err(StaffRejection::InterestInSelf);
    }
    Ok(StaffEvent::InterestDeclared(declared.clone()))
}

/// The committee is independent of those who handle complaints. A term whose last day is over has
/// ended without a word.
fn start_term(
    person: &Person,
    term: &TermStart,
    circumstances: &StaffCircumstances<'_>,
) -> Result<StaffEvent, StaffRejection> {
    let day = circumstances.occasion.day();
    if let Some(running) = person.term.filter(|running| day <= running.until) {
        return Err(StaffRejection::TermRunning { until: running.until });
    }
    for role in OF_HANDLING {
        if person.roles.contains(&role) {
            return Err(StaffRejection::NotIndependent { role });
        }
    }
    in_order(term.from, term.until)?;
    if let Some(limits) = circumstances.term_limits {
        let longest =
            term.from.saturating_add(i32::from(limits.months).months()).saturating_sub(1.day());
        if term.until > longest {
            return Err(StaffRejection::TermTooLong { until: term.until, longest });
        }
        let served = person.past_terms.len().saturating_add(usize::from(person.term.is_some()));
        if served >= usize::from(limits.terms) {
            return Err(StaffRejection::TermsServed { most: limits.terms, served });
        }
    }
    Ok(StaffEvent::TermStarted(term.clone()))
}
