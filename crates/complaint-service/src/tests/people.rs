//! What people say of themselves decides what they may do, from that moment on.

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    complaint::{Assignment, ComplaintCommand, ComplaintRejection, RecusalGround},
    staff::{Declaration, Interest, Joining, Staff, StaffCommand},
};
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
async fn nobody_joins_under_a_name_that_no_account_has() {
    let story = story();
    let service =
        UnsealedService::new(Arc::clone(&story.log) as _, story.clock(), Arc::new(SystemEntropy));
    for name in ["Jo Doe", "jo@example.com"] {
        let joining = Joining { account: account(name), roles: [Role::Agent].into(), team: None };
        let request = UnsealedRequest {
            command_id: Uuid::from_u128(10),
            stream: None,
            actor: Actor { id: account("sue"), role: Role::Supervisor },
            occurred_at: None,
            command: StaffCommand::Join(joining),
        };
        let refused = service.handle::<Staff>(&request).await.unwrap_err();
        let HandleError::Invalid(invalid) = refused else { panic!("{refused}") };
        assert_eq!(invalid, InvalidRequest::NotAnAccount);
    }
}
