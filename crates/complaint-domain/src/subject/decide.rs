//! What may happen to a data subject's data, and why something is refused.

use super::{
    Consent, Erasure, ErasureDecision, ErasureObstacle, ErasureOrder, ErasureRecord,
    ErasureRefusal, Hold, HoldRelease, KeyRecord, PersonalTrace, RestrictionLift, Subject,
    SubjectCircumstances, SubjectCommand, SubjectEvent as E, SubjectRejection as R,
};
use crate::{actor::Role, aggregate::Occasion};

/// Answers a command with the events it causes, or with the reason it is refused. Before the first
/// of all, under which key the data lies.
///
/// # Errors
///
/// The first [`SubjectRejection`](R) that applies, in the order of that enum.
pub fn decide(
    state: &Subject,
    command: &SubjectCommand,
    circumstances: &SubjectCircumstances<'_>,
) -> Result<Vec<E>, R> {
    let SubjectCircumstances { occasion, trace, .. } = *circumstances;
    role_may(command, occasion.actor.role)?;
    let first = first_of(state, command, trace)?;
    erasure_allows(state, command)?;
    if occasion.is_in_future() {
        let Occasion { occurred_at, now, .. } = *occasion;
        return Err(R::OccurredInFuture { occurred_at, now });
    }
    let event = step(state, command, circumstances)?;
    Ok(first.into_iter().chain([event]).collect())
}

/// The person, and those who act for them, ask; who keeps the data decides; a program destroys.
fn role_may(command: &SubjectCommand, role: Role) -> Result<(), R> {
    use SubjectCommand as C;
    let name = command.name();
    let asks = match command {
        C::RecordErasure(_) if role == Role::System => return Ok(()),
        C::RecordErasure(_) => return Err(R::NotForPeople(name)),
        C::GiveConsent(_) | C::WithdrawConsent(_) | C::Restrict(_) | C::RequestErasure(_) => true,
        C::LiftRestriction(_) | C::Hold(_) | C::ReleaseHold(_) | C::DecideErasure(_) => false,
    };
    match role {
        Role::DataProtectionOfficer | Role::ComplianceOfficer => Ok(()),
        Role::Agent | Role::Supervisor | Role::Complainant if asks => Ok(()),
        Role::Agent
        | Role::Supervisor
        | Role::Complainant
        | Role::CommitteeMember
        | Role::CommitteeChair
        | Role::Auditor
        | Role::Regulator
        | Role::Administrator
        | Role::Public
        | Role::System => Err(R::RoleMayNot { command: name, role }),
    }
}

/// What precedes the first event: under which key the data lies.
fn first_of(
    state: &Subject,
    command: &SubjectCommand,
    trace: &PersonalTrace,
) -> Result<Option<E>, R> {
    let (Some(subject), Some(key)) = (trace.subject, trace.keys.first().copied()) else {
        return Err(R::NothingSealed);
    };
    let complaint = command.complaint().clone();
    Ok((!state.is_known()).then_some(E::KeyRecorded(KeyRecord { complaint, subject, key })))
}

/// Once it is ordered, an erasure is carried out and nothing else happens.
fn erasure_allows(state: &Subject, command: &SubjectCommand) -> Result<(), R> {
    match state.erasure {
        Erasure::CarriedOut => Err(R::AlreadyErased(command.name())),
        Erasure::Ordered if !matches!(command, SubjectCommand::RecordErasure(_)) => {
            Err(R::BeingErased(command.name()))
        }
        Erasure::Ordered | Erasure::Requested { .. } | Erasure::NotRequested => Ok(()),
    }
}

fn step(
    state: &Subject,
    command: &SubjectCommand,
    circumstances: &SubjectCircumstances<'_>,
) -> Result<E, R> {
    use SubjectCommand as C;
    let SubjectCircumstances { occasion, trace, .. } = *circumstances;
    match command {
        C::GiveConsent(Consent { purpose, .. }) if state.consents.contains(purpose) => {
            Err(R::AlreadyAgreed(*purpose))
        }
        C::GiveConsent(consent) => Ok(E::ConsentGiven(consent.clone())),
        C::WithdrawConsent(Consent { purpose, .. }) if !state.consents.contains(purpose) => {
            Err(R::NotAgreed(*purpose))
        }
        C::WithdrawConsent(consent) => Ok(E::ConsentWithdrawn(consent.clone())),
        C::Restrict(restriction) => match state.restriction {
            Some(ground) => Err(R::AlreadyRestricted(ground)),
            None => Ok(E::Restricted(restriction.clone())),
        },
        C::LiftRestriction(lift) => lift_restriction(state, lift, occasion),
        C::Hold(hold) => put_on_hold(state, hold, occasion),
        C::ReleaseHold(HoldRelease { hold, .. }) if !state.holds.contains_key(hold) => {
            Err(R::NotHeld(hold.clone()))
        }
        C::ReleaseHold(release) => Ok(E::HoldReleased(release.clone())),
        C::RequestErasure(request) => match state.erasure {
            Erasure::Requested { .. } => Err(R::ErasureAlreadyRequested),
            Erasure::NotRequested | Erasure::Ordered | Erasure::CarriedOut => {
                Ok(E::ErasureRequested(request.clone()))
            }
        },
        C::DecideErasure(decision) => decide_erasure(state, decision, circumstances),
        C::RecordErasure(record) => record_erasure(state, record, trace),
    }
}

fn lift_restriction(state: &Subject, lift: &RestrictionLift, occasion: &Occasion) -> Result<E, R> {
    if state.restriction.is_none() {
        return Err(R::NotRestricted);
    }
    if lift.notified > occasion.occurred_at {
        return Err(R::NotToldBefore { by: occasion.occurred_at, notified: lift.notified });
    }
    Ok(E::RestrictionLifted(lift.clone()))
}

fn put_on_hold(state: &Subject, hold: &Hold, occasion: &Occasion) -> Result<E, R> {
    let today = occasion.day();
    if state.holds_on(today).any(|standing| standing.hold == hold.hold) {
        return Err(R::AlreadyHeld(hold.hold.clone()));
    }
    match hold.until {
        Some(until) if until < today => Err(R::HoldOver { today, until }),
        Some(_) | None => Ok(E::Held(hold.clone())),
    }
}

/// What stands against an erasure is found, not chosen: all of it goes into the answer.
fn decide_erasure(
    state: &Subject,
    decision: &ErasureDecision,
    circumstances: &SubjectCircumstances<'_>,
) -> Result<E, R> {
    let SubjectCircumstances { occasion, trace, retention } = *circumstances;
    let Erasure::Requested { by, at } = &state.erasure else { return Err(R::ErasureNotRequested) };
    if *by == occasion.actor.id {
        return Err(R::DecidedByRequester(by.clone()));
    }
    if occasion.occurred_at < *at {
        return Err(R::DecidedBeforeRequest { requested: *at, decided: occasion.occurred_at });
    }
    let today = occasion.day();
    let mut because = needed_by_others(trace);
    because.extend(
        state.holds_on(today).map(|hold| ErasureObstacle::Held { hold: hold.hold.clone() }),
    );
    match (trace.received_on, trace.ended_on) {
        (Some(received_on), Some(ended_on)) => {
            // What is destroyed is destroyed now: a decision that is dated back before a retention held does
            // not go round it.
            let kept = retention.into_iter().flatten();
            let until = kept.map(|retention| retention.until(received_on, ended_on)).max();
            because.extend(
                until
                    .filter(|until| *until >= today)
                    .map(|until| ErasureObstacle::Retention { until }),
            );
        }
        (_, None) | (None, _) => because.insert(0, ErasureObstacle::ComplaintOpen),
    }
    let complaint = decision.complaint.clone();
    if because.is_empty() {
        return Ok(E::ErasureOrdered(ErasureOrder { complaint }));
    }
    Ok(E::ErasureRefused(ErasureRefusal { complaint, because }))
}

/// Who still looks at the complaint looks at what was said and sent, also after it ended.
///
/// # Source
///
/// What is needed to establish, exercise or defend a legal claim is not erased: GDPR article 17 (3) (e).
fn needed_by_others(trace: &PersonalTrace) -> Vec<ErasureObstacle> {
    let committee = trace.is_before_committee.then_some(ErasureObstacle::BeforeCommittee);
    let bodies = trace.before_bodies.iter().cloned();
    committee.into_iter().chain(bodies.map(|body| ErasureObstacle::BeforeBody { body })).collect()
}

/// The certificate names all that the records name, so that a blob which is missing without one is
/// an alarm.
fn record_erasure(state: &Subject, record: &ErasureRecord, trace: &PersonalTrace) -> Result<E, R> {
    if state.erasure != Erasure::Ordered {
        return Err(R::ErasureNotOrdered);
    }
    let is_all = record.keys.iter().eq(&trace.keys) && record.fields == trace.fields;
    if !is_all {
        let count = |keys: usize, fields: u64| {
            u64::try_from(keys).unwrap_or(u64::MAX).saturating_add(fields)
        };
        return Err(R::NotAllDestroyed {
            expected: count(trace.keys.len(), trace.fields.values().sum()),
            found: count(record.keys.len(), record.fields.values().sum()),
        });
    }
    Ok(E::Erased(record.clone()))
}
