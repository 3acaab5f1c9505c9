//! What a row attests, as the commands of somebody who was there.
//!
//! | the row says | command | happened at |
//! |---|---|---|
//! | received, by which channel, about what | register | the date received |
//! | sent to the company | record-communication | the date sent |
//! | what the company answered | issue-response | the date sent |
//! | disputed, yes or no | record-answer | the date sent |
//! | closed, in any of its forms | close | the date sent |
//!
//! The file does not date the last three. They cannot have happened before the complaint was sent,
//! so that is the date they get; where the file does not date that either, it is the date received.
//!
//! Every command's id is made from what it says, so that taking in the same row again changes
//! nothing, and a later file in which a complaint has moved on adds the steps that are new. The id
//! of a registration is made from the complaint's number alone: a row that tells another beginning
//! of the same complaint is refused instead of making a second complaint.

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    complaint::{
        Answer, AnswerGiven, Channel, CloseReason, Closure, Communication, ComplaintCommand,
        Direction, Matter, Party, PlatformResponse, Purpose, Receipt, Response, ResponseKind,
        Source,
    },
    label::Label,
    sealed::PersonalField,
};
use complaint_service::{CommandRequest, PersonalText, stream_of};
use event_log::StreamId;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::row::Row;

/// The name space of the ids of imported commands. Never changed: another one would take in every
/// complaint a second time.
const NAMESPACE: Uuid = Uuid::from_u128(0x79f7_ef21_f567_45fb_b1dd_d552_a817_3718);

/// The kind of file, as records and ids call it.
pub const SCHEME: &str = "cfpb";

/// The account under which files are taken in.
pub fn actor() -> Actor {
    Actor { id: ActorId(fixed("import-cfpb")), role: Role::System }
}

/// The id of the command that notes what became of a file.
pub(super) fn summary_id(summary: &impl Serialize) -> Uuid {
    id_of("import", "complete", &json(summary))
}

pub(super) fn fixed(text: &'static str) -> Label {
    text.parse().expect("a short text without white space at its ends is a label")
}

fn id_of(complaint_id: &str, step: &str, content: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{SCHEME}/{complaint_id}/{step}/{content}").as_bytes())
}

/// The commands of one row, all for one complaint, in the order in which they must be carried out.
#[derive(Debug)]
pub struct RowCommands {
    /// The complaint.
    pub stream: StreamId,
    /// What is asked for.
    pub requests: Vec<CommandRequest>,
}

/// Writes the commands of a row.
pub fn commands(mut row: Row) -> RowCommands {
    let number = row.complaint_id.to_string();
    let register_id = id_of(&number, "register", "");
    let stream = stream_of(register_id);
    let personal = [
        (PersonalField::Postcode, row.postcode.take()),
        (PersonalField::Narrative, row.narrative.take()),
    ];
    let personal = personal
        .into_iter()
        .filter_map(|(field, text)| text.map(|text| PersonalText::new(field, text.as_str())));
    let request = |command_id, occurred_at, command| CommandRequest {
        command_id,
        stream: Some(stream.clone()),
        actor: actor(),
        occurred_at: Some(occurred_at),
        correlation_id: Some(register_id),
        causation_id: None,
        command,
        personal: Vec::new(),
    };
    let step_id = |step, at: Timestamp, body: String| id_of(&number, step, &format!("{at}/{body}"));

    let receipt = ComplaintCommand::Register(receipt(&row, &number));
    let mut first = request(register_id, row.received_at, receipt);
    first.personal = personal.collect();
    let mut requests = vec![first];
    if let Some(sent_at) = row.sent_at {
        let id = step_id("forward", sent_at, json(&FORWARDED));
        requests.push(request(id, sent_at, ComplaintCommand::RecordCommunication(FORWARDED)));
    }
    let answered_at = row.sent_at.unwrap_or(row.received_at);
    if let Some(body) = response(&row) {
        let id = step_id("respond", answered_at, json(&body));
        requests.push(request(id, answered_at, ComplaintCommand::IssueResponse(body)));
    }
    if row.is_closed() {
        if let Some(disputed) = row.disputed {
            let answer = if disputed { Answer::Refused } else { Answer::NotDisputed };
            let body = AnswerGiven { answer };
            let id = step_id("answer", answered_at, json(&body));
            requests.push(request(id, answered_at, ComplaintCommand::RecordAnswer(body)));
        }
        let body = Closure { reason: CloseReason::ClosedOnPlatform };
        let id = step_id("close", answered_at, json(&body));
        requests.push(request(id, answered_at, ComplaintCommand::Close(body)));
    }
    RowCommands { stream, requests }
}

/// What a body says, for the id of its command: as text, whose keys keep the order of the fields.
fn json(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("public bodies have a JSON form")
}

const FORWARDED: Communication = Communication {
    direction: Direction::Outgoing,
    party: Party::Respondent,
    channel: Channel::RegulatorPlatform,
    purpose: Purpose::Forwarding,
};

fn receipt(row: &Row, number: &str) -> Receipt {
    Receipt {
        channel: row.channel,
        source: Source::Imported {
            scheme: fixed(SCHEME),
            reference: number.parse().expect("digits are a label"),
        },
        matter: Some(Matter {
            taxonomy: fixed(SCHEME),
            product: row.product.clone(),
            sub_product: row.sub_product.clone(),
            issue: row.issue.clone(),
            sub_issue: row.sub_issue.clone(),
        }),
        respondent: Some(row.company.clone()),
        region: row.state.clone(),
        language: None,
        tags: row.tags.clone(),
        remedies_requested: Vec::new(),
    }
}

fn response(row: &Row) -> Option<Response> {
    let category = row.response?;
    let kind = if row.is_closed() { ResponseKind::Final } else { ResponseKind::Interim };
    Some(Response {
        kind,
        channel: Channel::RegulatorPlatform,
        outcome: None,
        findings: Vec::new(),
        remedies: Vec::new(),
        recourse: None,
        expected_by: None,
        platform: Some(PlatformResponse {
            category,
            timely: row.timely,
            public_response: row.public_response.clone(),
        }),
    })
}

#[cfg(test)]
mod tests;
