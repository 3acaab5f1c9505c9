//! What may be recorded of volumes, and why something is refused.

use super::{Volume, VolumeCommand, VolumeCount, VolumeEvent, VolumeRejection as R};
use crate::{actor::Role, aggregate::Occasion};

/// Answers a command with the event it causes, or with the reason it is refused.
///
/// # Errors
///
/// The first [`VolumeRejection`](R) that applies, in the order of that enum.
pub fn decide(
    state: &Volume,
    command: &VolumeCommand,
    occasion: &Occasion,
) -> Result<VolumeEvent, R> {
    role_may(occasion.actor.role)?;
    let count = command.count();
    let standing = state.periods.get(&count.period);
    match (command, standing) {
        (VolumeCommand::Record(_), Some(standing)) => {
            return Err(R::AlreadyRecorded { count: standing.count });
        }
        (VolumeCommand::Correct(_), None) => return Err(R::NotRecorded),
        (VolumeCommand::Record(_), None) | (VolumeCommand::Correct(_), Some(_)) => {}
    }
    if occasion.is_in_future() {
        let Occasion { occurred_at, now, .. } = *occasion;
        return Err(R::OccurredInFuture { occurred_at, now });
    }
    period_is_sound(state, count, occasion)?;
    if count.count == 0 {
        return Err(R::NothingCounted);
    }
    match (command, standing) {
        (VolumeCommand::Correct(correction), Some(standing)) if *standing == correction.right => {
            Err(R::CountUnchanged { count: standing.count })
        }
        (VolumeCommand::Correct(correction), _) => Ok(VolumeEvent::Corrected(correction.clone())),
        (VolumeCommand::Record(count), _) => Ok(VolumeEvent::Recorded(count.clone())),
    }
}

fn role_may(role: Role) -> Result<(), R> {
    match role {
        Role::Supervisor | Role::ComplianceOfficer | Role::Administrator | Role::System => Ok(()),
        Role::Agent
        | Role::CommitteeMember
        | Role::CommitteeChair
        | Role::Auditor
        | Role::Regulator
        | Role::DataProtectionOfficer
        | Role::Complainant
        | Role::Public => Err(R::RoleMayNot { role }),
    }
}

/// A period must have ended, or the number is a guess; and share no day with another.
fn period_is_sound(state: &Volume, count: &VolumeCount, occasion: &Occasion) -> Result<(), R> {
    let (from, until) = (count.period.from, count.period.until);
    if until < from {
        return Err(R::PeriodReversed { from, until });
    }
    let today = occasion.day();
    if until >= today {
        return Err(R::PeriodNotOver { today, until });
    }
    let shares = |other: &&VolumeCount| {
        other.period != count.period && other.period.from <= until && from <= other.period.until
    };
    match state.counts().find(shares) {
        Some(other) => {
            Err(R::PeriodOverlaps { from: other.period.from, until: other.period.until })
        }
        None => Ok(()),
    }
}
