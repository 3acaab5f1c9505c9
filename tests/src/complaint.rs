//! Sample commands.

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    complaint::{Acknowledgement, Channel, ComplaintCommand, Matter, Receipt, Source},
    sealed::PersonalField,
};
use complaint_service::{CommandRequest, PersonalText, stream_of};
use uuid::Uuid;

/// An agent of the company.
pub fn agent() -> Actor {
    Actor { id: ActorId("agent-1".parse().unwrap()), role: Role::Agent }
}

/// What is known of an ordinary direct complaint on the day it comes in.
pub fn receipt() -> Receipt {
    Receipt {
        channel: Channel::Web,
        source: Source::Direct,
        matter: Some(Matter {
            taxonomy: "tests".parse().unwrap(),
            product: "Payment card".parse().unwrap(),
            sub_product: None,
            issue: Some("Charged twice".parse().unwrap()),
            sub_issue: None,
        }),
        respondent: None,
        region: None,
        language: Some("en".parse().unwrap()),
        tags: Vec::new(),
        remedies_requested: Vec::new(),
    }
}

/// A request around a command.
pub fn request(
    command_id: Uuid,
    stream_command: Uuid,
    command: ComplaintCommand,
) -> CommandRequest {
    CommandRequest {
        command_id,
        stream: Some(stream_of(stream_command)),
        actor: agent(),
        occurred_at: None,
        correlation_id: None,
        causation_id: None,
        command,
        personal: Vec::new(),
    }
}

/// A registration with a sealed narrative.
pub fn registered(id: Uuid) -> CommandRequest {
    let mut register = request(id, id, ComplaintCommand::Register(receipt()));
    let narrative = format!("I was charged twice, and nobody answers. My number is {id}.");
    register.personal.push(PersonalText::new(PersonalField::Narrative, narrative));
    register
}

/// A registration and its acknowledgement, for one append.
pub fn registered_and_acknowledged(id: Uuid) -> Vec<CommandRequest> {
    let (high, low) = id.as_u64_pair();
    let acknowledgement = Acknowledgement { channel: Channel::Email };
    let acknowledge = request(
        Uuid::from_u64_pair(high ^ (1 << 63), low),
        id,
        ComplaintCommand::Acknowledge(acknowledgement),
    );
    vec![registered(id), acknowledge]
}
