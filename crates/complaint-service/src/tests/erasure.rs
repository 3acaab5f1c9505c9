//! Personal data that was ordered to be erased goes, once, wherever a run was cut short.

use complaint_domain::{
    complaint::{
        Communication, Direction, Escalation, EscalationReason, Party, Purpose, Withdrawal,
        WithdrawalReason,
    },
    reference::ComplaintId,
    rulebook::{
        ChangeApproval, ChangeNumber, ChangeProposal, HouseRules, RuleChange, RulebookCommand,
    },
    subject::{
        ErasureDecision, ErasureGround, ErasureRequest, Hold, HoldRelease, RetentionStart, Subject,
        SubjectCommand,
    },
};
use jiff::Timestamp;

use super::*;
use crate::{
    Erasures, Finished, UnsealedRequest, UnsealedService, subject_stream_of, unsealed::Unsealed,
};

/// A complaint with a narrative, withdrawn.
struct Left {
    bench: Bench,
    complaint: ComplaintId,
}

impl Left {
    async fn new() -> Self {
        let bench = bench();
        let stream = bench.service.handle(register(1)).await.unwrap().stream;
        let reason = WithdrawalReason::NotPursued;
        let withdraw = ComplaintCommand::Withdraw(Withdrawal { reason });
        bench.service.handle(request(2, Some(stream.clone()), withdraw)).await.unwrap();
        let complaint = stream.as_str().parse().unwrap();
        Self { bench, complaint }
    }

    fn unsealed(&self) -> UnsealedService {
        UnsealedService::new(Arc::clone(&self.bench.log) as _, clock(), Arc::new(SystemEntropy))
    }

    async fn say(&self, id: u128, who: &str, role: Role, command: SubjectCommand) -> Vec<&str> {
        self.send::<Subject>(id, (who, role), None, command).await
    }

    async fn send<A>(
        &self,
        id: u128,
        (who, role): (&str, Role),
        occurred_at: Option<Timestamp>,
        command: A::Command,
    ) -> Vec<&'static str>
    where
        A: Unsealed,
        A::Command: serde::Serialize,
        A::Rejection: Into<HandleError>,
    {
        let request = UnsealedRequest {
            command_id: Uuid::from_u128(id),
            stream: None,
            actor: Actor { id: ActorId(who.parse().unwrap()), role },
            occurred_at,
            command,
        };
        self.unsealed().handle::<A>(&request).await.unwrap().events
    }

    async fn ask(&self, id: u128) {
        let ground = ErasureGround::NoLongerNeeded;
        let complaint = self.complaint.clone();
        let asked = SubjectCommand::RequestErasure(ErasureRequest { complaint, ground });
        self.say(id, "ana", Role::Agent, asked).await;
    }

    async fn decide(&self, id: u128) -> Vec<&str> {
        let decision = ErasureDecision { complaint: self.complaint.clone() };
        let role = Role::DataProtectionOfficer;
        self.say(id, "dpo", role, SubjectCommand::DecideErasure(decision)).await
    }

    fn erasures(&self) -> Erasures {
        Erasures::new(self.unsealed(), Arc::clone(&self.bench.vault))
    }

    /// What the complaint's first record sealed.
    async fn sealed(&self) -> Vec<SealedRef> {
        let stream: StreamId = self.complaint.as_str().parse().unwrap();
        let mut records = self.bench.log.read_stream(&stream, StreamVersion::default());
        let first = records.try_next().await.unwrap().unwrap();
        decode(&first.bytes).unwrap().sealed.iter().map(crate::service::sealed_ref).collect()
    }

    async fn events(&self) -> usize {
        let stream = subject_stream_of(&self.complaint);
        let records = self.bench.log.read_stream(&stream, StreamVersion::default());
        records.try_fold(0, |count, _| async move { Ok(count + 1) }).await.unwrap()
    }
}

#[tokio::test]
async fn what_was_ordered_is_destroyed_and_recorded_once() {
    let left = Left::new().await;
    assert_eq!(left.erasures().carry_out(&left.complaint).await.unwrap(), Finished::NotOrdered);
    left.ask(10).await;
    assert_eq!(left.decide(11).await, ["subject.erasure-ordered.v1"]);
    let Finished::Now(record) = left.erasures().carry_out(&left.complaint).await.unwrap() else {
        panic!("it was ordered");
    };
    // Narrative, name, and the nonce that was drawn for the receipt.
    let fields =
        [PersonalField::Narrative, PersonalField::ComplainantName, PersonalField::ReceiptNonce];
    assert_eq!(record.fields, fields.map(|field| (field, 1)).into());
    assert_eq!(record.keys.len(), 1);
    for sealed in left.sealed().await {
        let stream = left.complaint.as_str().as_bytes();
        assert!(left.bench.vault.open_field(stream, &sealed).is_err());
        assert!(!left.bench.vault.has_key(&sealed.key).unwrap());
    }
    assert_eq!(left.events().await, 4);
    assert_eq!(left.erasures().carry_out(&left.complaint).await.unwrap(), Finished::Before);
    assert_eq!(left.events().await, 4);
}

/// The complaint has ended, and the committee, whom the complainant asked, still reads it.
#[tokio::test]
async fn what_the_committee_still_looks_at_is_kept() {
    let left = Left::new().await;
    let stream: StreamId = left.complaint.as_str().parse().unwrap();
    let reason = EscalationReason::ComplainantRequest;
    let escalate = ComplaintCommand::Escalate(Escalation { reason });
    left.bench.service.handle(request(3, Some(stream), escalate)).await.unwrap();
    left.ask(10).await;
    assert_eq!(left.decide(11).await, ["subject.erasure-refused.v1"]);
    assert_eq!(left.erasures().carry_out(&left.complaint).await.unwrap(), Finished::NotOrdered);
}

/// The process ended after the keys were destroyed and before it was recorded; and after none of it.
#[tokio::test]
async fn a_run_that_was_cut_short_between_any_two_steps_is_finished_by_the_next() {
    for was_destroyed in [false, true] {
        let left = Left::new().await;
        left.ask(10).await;
        left.decide(11).await;
        if was_destroyed {
            left.bench.vault.erase(&left.sealed().await).await.unwrap();
        }
        let finished = left.erasures().carry_out(&left.complaint).await.unwrap();
        let Finished::Now(record) = finished else { panic!("{finished:?}") };
        assert_eq!(record.fields.values().sum::<u64>(), 3, "{was_destroyed}");
    }
}

#[tokio::test]
async fn what_is_held_is_refused_with_the_hold_and_goes_once_it_is_released() {
    let left = Left::new().await;
    let complaint = || left.complaint.clone();
    let claim: complaint_domain::label::Label = "claim 4711".parse().unwrap();
    let authority = "county court".parse().unwrap();
    let role = Role::DataProtectionOfficer;
    let held = Hold { complaint: complaint(), hold: claim.clone(), authority, until: None };
    let events = left.say(9, "dpo", role, SubjectCommand::Hold(held)).await;
    assert_eq!(events, ["subject.key-recorded.v1", "subject.held.v1"]);
    left.ask(10).await;
    assert_eq!(left.decide(11).await, ["subject.erasure-refused.v1"]);
    let release = HoldRelease { complaint: complaint(), hold: claim };
    left.say(12, "dpo", role, SubjectCommand::ReleaseHold(release)).await;
    left.ask(13).await;
    assert_eq!(left.decide(14).await, ["subject.erasure-ordered.v1"]);
}

#[tokio::test]
async fn what_is_retained_today_stays_although_its_erasure_is_dated_back_before_that() {
    let left = Left::new().await;
    let rule = RuleChange::RetainPersonalData {
        months: 36,
        counted_from: RetentionStart::End,
        from: "2026-03-01".parse().unwrap(),
    };
    let change = ChangeNumber(1);
    let propose = RulebookCommand::Propose(ChangeProposal { change, rule });
    let approve = RulebookCommand::Approve(ChangeApproval { change });
    for (id, who, command) in [(50, "col", propose), (51, "sue", approve)] {
        left.send::<HouseRules>(id, (who, Role::ComplianceOfficer), None, command).await;
    }
    let dated_back = Some("2026-02-20T10:00:00Z".parse().unwrap());
    let complaint = || left.complaint.clone();
    let ground = ErasureGround::NoLongerNeeded;
    let ask = SubjectCommand::RequestErasure(ErasureRequest { complaint: complaint(), ground });
    left.send::<Subject>(10, ("ana", Role::Agent), dated_back, ask).await;
    let decide = SubjectCommand::DecideErasure(ErasureDecision { complaint: complaint() });
    let officer = ("dpo", Role::DataProtectionOfficer);
    let events = left.send::<Subject>(11, officer, dated_back, decide).await;
    assert_eq!(events, ["subject.erasure-refused.v1"]);
}

#[tokio::test]
async fn nothing_personal_is_added_to_what_is_being_erased() {
    let left = Left::new().await;
    left.ask(10).await;
    left.decide(11).await;
    let stream: StreamId = left.complaint.as_str().parse().unwrap();
    let reopen = ComplaintCommand::Reopen(complaint_domain::complaint::Reopening {
        reason: complaint_domain::complaint::ReopenReason::NewEvidence,
    });
    left.bench.service.handle(request(20, Some(stream.clone()), reopen)).await.unwrap();
    let message = || {
        ComplaintCommand::RecordCommunication(Communication {
            direction: Direction::Incoming,
            party: Party::Complainant,
            channel: Channel::Email,
            purpose: Purpose::Information,
        })
    };
    let mut with_text = request(21, Some(stream.clone()), message());
    with_text.personal.push(PersonalText::new(PersonalField::Message, "me again"));
    let refused = left.bench.service.handle(with_text).await.unwrap_err();
    assert!(matches!(refused, HandleError::PersonalDataErased { .. }), "{refused}");
    left.bench.service.handle(request(22, Some(stream), message())).await.unwrap();
}
