//! A rulebook that was decided on days of its own.
//!
//! A change never holds from a day that has passed, so a story which lies in the past begins with a
//! ledger whose clock stood there.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    clock::shipped,
    rulebook::{
        ChangeApproval, ChangeNumber, ChangeProposal, HouseRules, RuleChange, RulebookCommand,
    },
};
use complaint_service::{UnsealedRequest, UnsealedService};
use event_log::Clock;
use event_log_sled::SledLog;
use jiff::{Timestamp, civil::Date};
use personal_vault::SystemEntropy;
use uuid::Uuid;

/// A clock that stands where it was put.
#[derive(Debug)]
struct SetClock(Mutex<Timestamp>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A pack as it comes with the program, from a day on.
pub fn pack(code: &str, from: Date) -> RuleChange {
    RuleChange::AdoptPack {
        file: shipped::pack_text(code).unwrap().to_owned(),
        calendar: None,
        zone: None,
        business_hours: None,
        tracks: [].into(),
        from,
    }
}

/// Changes that `col` proposes and `sue` approves, each at its moment, in a ledger that has no record yet.
pub fn decide(data: &Path, changes: Vec<(Timestamp, RuleChange)>) {
    let clock = Arc::new(SetClock(Mutex::new(Timestamp::UNIX_EPOCH)));
    let log = Arc::new(SledLog::open(data, Arc::clone(&clock) as _).unwrap());
    let service = UnsealedService::new(log, Arc::clone(&clock) as _, Arc::new(SystemEntropy));
    let send = async |who: &str, role: Role, number: u16, command: RulebookCommand| {
        let request = UnsealedRequest {
            command_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{who} {number}").as_bytes()),
            stream: None,
            actor: Actor { id: ActorId(who.parse().unwrap()), role },
            occurred_at: None,
            command,
        };
        service.handle::<HouseRules>(&request).await.unwrap();
    };
    let all = async {
        for (number, (at, rule)) in (1..).zip(changes) {
            *clock.0.lock().unwrap() = at;
            let change = ChangeNumber(number);
            let proposal = RulebookCommand::Propose(ChangeProposal { change, rule });
            send("col", Role::ComplianceOfficer, number, proposal).await;
            let approval = RulebookCommand::Approve(ChangeApproval { change });
            send("sue", Role::Supervisor, number, approval).await;
        }
    };
    tokio::runtime::Runtime::new().unwrap().block_on(all);
}
