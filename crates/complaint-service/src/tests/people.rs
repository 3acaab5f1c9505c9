//! What people say of themselves decides what they may do, from that moment on.

use complaint_domain::{
    action::{Action, ActionCommand, ActionKind, ActionOrigin, ActionProposal},
    actor::{Actor, ActorId, Role},
    clock::ClockName,
    complaint::{
        ApprovalLimit, Assignment, ComplaintCommand, ComplaintRejection, DeadlineExtended,
        ExtensionReason, Outcome, RecusalGround,
    },
    review::{Measure, MeasureId, Proposal, Review, ReviewCommand},
    rulebook::{ChangeNumber, ChangeProposal, HouseRules, RuleChange, RulebookCommand},
    staff::{Absence, AbsenceReason, Declaration, Interest, Joining, Staff, StaffCommand},
};
use jiff::civil::date;
use uuid::Uuid;

use super::{
    Arc, SystemEntropy,
    clock_process::{Story, story},
    request,
};
use crate::{
    HandleError, UnsealedRequest, UnsealedService, error::InvalidRequest, staff_stream_of,
};

fn account(name: &str) -> ActorId {
    ActorId(name.parse().unwrap())
}

async fn say(story: &Story, id: u128, by: (&str, Role), command: StaffCommand) {
    let service =
        UnsealedService::new(Arc::clone(&story.log) as _, story.clock(), Arc::new(SystemEntropy));
    let request = UnsealedRequest {
        command_id: Uuid::from_u128(id),
        stream: Some(staff_stream_of(&account("ben"))),
        actor: Actor { id: account(by.0), role: by.1 },
        occurred_at: None,
        command,
    };
    service.handle::<Staff>(&request).await.unwrap();
}

#[tokio::test]
async fn whoever_declared_an_interest_in_a_complaint_does_not_become_responsible_for_it() {
    let story = story();
    let (before, after) = (story.register(1).await, story.register(2).await);
    let roles = [Role::Agent].into();
    let joining = Joining { account: account("ben"), roles, team: None };
    say(&story, 10, ("sue", Role::Supervisor), StaffCommand::Join(joining)).await;
    let assign = |id, stream: &event_log::StreamId| {
        let command = ComplaintCommand::Assign(Assignment { handler: account("ben") });
        story.service.handle(request(id, Some(stream.clone()), command))
    };
    assign(20, &before).await.unwrap();
    let interest = Interest::Complaint { complaint: after.as_str().parse().unwrap() };
    let declaration = Declaration { interest: interest.clone(), ground: RecusalGround::Kinship };
    say(&story, 11, ("ben", Role::Agent), StaffCommand::DeclareInterest(declaration)).await;
    let refused = assign(21, &after).await.unwrap_err();
    let HandleError::Refused(rejection) = refused else { panic!("{refused}") };
    assert_eq!(rejection, ComplaintRejection::InterestDeclared(account("ben"), interest));
}

#[tokio::test]
async fn no_command_names_an_account_as_no_account_is_named() {
    let story = story();
    let stream = story.register(1).await;
    let service =
        UnsealedService::new(Arc::clone(&story.log) as _, story.clock(), Arc::new(SystemEntropy));
    for name in ["Jo Doe", "jo@example.com"] {
        let name = account(name);
        let joining = Joining { account: name.clone(), roles: [Role::Agent].into(), team: None };
        let deputy = Some(name.clone());
        let (from, reason) = (date(2026, 3, 2), AbsenceReason::Leave);
        let absence = Absence { from, until: None, reason, deputy };
        let (limit, currency) = (ApprovalLimit::Nothing, None);
        let rule = RuleChange::LimitPerson { account: name.clone(), currency, limit, from };
        let proposal = ChangeProposal { change: ChangeNumber(1), rule };
        let action = ActionProposal {
            title: "Test every price change".parse().unwrap(),
            kind: ActionKind::Corrective,
            origin: ActionOrigin::Complaint,
            causes: vec!["system.error".parse().unwrap()],
            product: None,
            reference: None,
            owner: name.clone(),
            due: from,
        };
        let what = "Repay the fee".parse().unwrap();
        let measure = Measure { measure: MeasureId(1), what, owner: name.clone(), due: from };
        let (outcome, grounds) = (Outcome::Upheld, vec!["terms-4".parse().unwrap()]);
        let decision = Proposal { outcome, grounds, measures: vec![measure] };
        let refusals = [
            service.handle::<Staff>(&unsealed(StaffCommand::Join(joining))).await,
            service.handle::<Staff>(&unsealed(StaffCommand::StartAbsence(absence))).await,
            service.handle::<HouseRules>(&unsealed(RulebookCommand::Propose(proposal))).await,
            service.handle::<Action>(&unsealed(ActionCommand::Propose(action))).await,
            service.handle::<Review>(&unsealed(ReviewCommand::ProposeDecision(decision))).await,
        ];
        for refused in refusals {
            let Err(HandleError::Invalid(invalid)) = refused else { panic!("{refused:?}") };
            assert_eq!(invalid, InvalidRequest::NotAnAccount);
        }
        let extension = DeadlineExtended {
            clock: ClockName { pack: "house".parse().unwrap(), clock: "answer".parse().unwrap() },
            asked_by: name,
            until: from,
            reason: ExtensionReason::BeyondControl,
            notified: story.clock().now(),
        };
        let extend = request(11, Some(stream.clone()), ComplaintCommand::ExtendDeadline(extension));
        let refused = story.service.handle(extend).await;
        let Err(HandleError::Invalid(invalid)) = refused else { panic!("{refused:?}") };
        assert_eq!(invalid, InvalidRequest::NotAnAccount);
    }
}

fn unsealed<C>(command: C) -> UnsealedRequest<C> {
    UnsealedRequest {
        command_id: Uuid::from_u128(10),
        stream: None,
        actor: Actor { id: account("sue"), role: Role::Supervisor },
        occurred_at: None,
        command,
    }
}
