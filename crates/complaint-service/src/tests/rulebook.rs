//! The rules of the ledger's own rulebook hold from their day on, for every service.

use std::collections::BTreeSet;

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    clock::shipped,
    complaint::{ApprovalLimit, RemedyId, RemedyKind, RemedyProposal},
    money::Money,
    rulebook::{
        ChangeApproval, ChangeNumber, ChangeProposal, HouseRules, RuleChange, RulebookCommand,
    },
};
use iso_currency::Currency;
use jiff::civil::Date;
use uuid::Uuid;

use super::{
    Arc, Assignment, ComplaintCommand, ComplaintEvent, SystemEntropy,
    clock_process::{Story, story},
    request,
};
use crate::{CommandRequest, HandleError, UnsealedRequest, UnsealedService};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

async fn send(
    story: &Story,
    id: u128,
    by: &str,
    command: RulebookCommand,
) -> Result<(), HandleError> {
    let service =
        UnsealedService::new(Arc::clone(&story.log) as _, story.clock(), Arc::new(SystemEntropy));
    let request = UnsealedRequest {
        command_id: Uuid::from_u128(id),
        stream: None,
        actor: Actor { id: ActorId(by.parse().unwrap()), role: Role::ComplianceOfficer },
        occurred_at: None,
        command,
    };
    service.handle::<HouseRules>(&request).await.map(|_| ())
}

pub(super) async fn adopt(story: &Story, number: u16, rule: RuleChange) {
    let change = ChangeNumber(number);
    let id = u128::from(number) * 100;
    send(story, id, "col", RulebookCommand::Propose(ChangeProposal { change, rule }))
        .await
        .unwrap();
    let approve = RulebookCommand::Approve(ChangeApproval { change });
    let by_oneself = send(story, id + 1, "col", approve.clone()).await.unwrap_err();
    assert!(
        matches!(by_oneself, HandleError::AggregateRefused { code: "approved-by-proposer", .. }),
        "{by_oneself}"
    );
    send(story, id + 1, "sue", approve).await.unwrap();
}

#[tokio::test]
async fn clocks_go_by_the_packs_that_were_adopted_when_they_started() {
    let story = story();
    let before = story.register(1).await;
    let pack = RuleChange::AdoptPack {
        file: shipped::pack_text("us-cfpb").unwrap().to_owned(),
        calendar: None,
        zone: None,
        business_hours: None,
        tracks: [].into(),
        from: day("2026-03-03"),
    };
    adopt(&story, 1, pack).await;
    let rules = story.service.rules_at(story.now()).await.unwrap();
    let codes: Vec<_> =
        rules.time_limits.adoptions().iter().map(|it| it.pack.code().to_string()).collect();
    assert_eq!(codes, ["iso-10002", "us-cfpb"], "both, each for its days");
    story.days_later(60);
    let noted = story.run().await;
    assert!(noted.missed > 0, "what started before the adoption is missed by the pack it had");
    assert!(story.missed_clocks(&before).await.iter().all(|clock| clock.starts_with("iso-10002/")));
}

#[tokio::test]
async fn a_limit_holds_from_its_day_on_for_a_service_that_was_there_before() {
    let story = story();
    let of = async |story: &Story| {
        let rules = story.service.rules_at(story.now()).await.unwrap();
        rules.approval_limits.of(Role::Agent, Currency::GBP)
    };
    assert_eq!(of(&story).await, ApprovalLimit::UpTo(200.into()));
    let rule = RuleChange::LimitApproval {
        role: Role::Agent,
        currency: Some(Currency::GBP),
        limit: ApprovalLimit::Nothing,
        from: day("2026-03-04"),
    };
    adopt(&story, 1, rule).await;
    assert_eq!(of(&story).await, ApprovalLimit::UpTo(200.into()), "not before its day");
    story.days_later(2);
    assert_eq!(of(&story).await, ApprovalLimit::Nothing);
}

#[tokio::test]
async fn a_requirement_on_handlers_is_not_gone_round_by_an_assignment_that_is_dated_back() {
    let story = story();
    let stream = story.register(1).await;
    let trainings = BTreeSet::new();
    let rule = RuleChange::RequireOfHandlers { joined: true, trainings, from: day("2026-03-04") };
    adopt(&story, 1, rule).await;
    story.days_later(2);
    let handler = ActorId("agent-1".parse().unwrap());
    let assign = ComplaintCommand::Assign(Assignment { handler: handler.clone() });
    let by = Actor { role: Role::Supervisor, ..super::agent() };
    let assign = CommandRequest {
        actor: by,
        occurred_at: Some("2026-03-02T10:00:00Z".parse().unwrap()),
        ..request(2, Some(stream), assign)
    };
    let refused = story.service.handle(assign).await.unwrap_err();
    assert!(refused.to_string().contains("joined"), "{refused}: {refused:?}");
}

#[tokio::test]
async fn a_limit_that_was_lowered_is_not_gone_round_by_an_entry_that_is_dated_back() {
    let story = story();
    let stream = story.register(1).await;
    let handler = ActorId("agent-1".parse().unwrap());
    let assign = ComplaintCommand::Assign(Assignment { handler });
    let by = Actor { role: Role::Supervisor, ..super::agent() };
    let assign = CommandRequest { actor: by, ..request(2, Some(stream.clone()), assign) };
    story.service.handle(assign).await.unwrap();
    let rule = |limit: i64, from| RuleChange::LimitApproval {
        role: Role::Agent,
        currency: Some(Currency::GBP),
        limit: ApprovalLimit::UpTo(limit.into()),
        from: day(from),
    };
    adopt(&story, 1, rule(10, "2026-03-04")).await;
    adopt(&story, 2, rule(900, "2026-03-08")).await;
    let dated = |at: &str| Some(at.parse().unwrap());
    // On the day it is dated 200 are allowed, today 10, and later 900.
    for (number, days, occurred_at, expected) in [
        (1, 0, None, false),
        (2, 2, dated("2026-03-02T10:00:00Z"), true),
        (3, 6, dated("2026-03-05T10:00:00Z"), true),
        (4, 0, None, false),
    ] {
        story.days_later(days);
        let amount = Some(Money { amount: 100.into(), currency: Currency::GBP });
        let kind = RemedyKind::Refund;
        let proposal = RemedyProposal { remedy: RemedyId(number), kind, amount };
        let command = ComplaintCommand::ProposeRemedy(proposal);
        let id = 10 + u128::from(number);
        let request = CommandRequest { occurred_at, ..request(id, Some(stream.clone()), command) };
        let events = story.service.handle(request).await.unwrap().events;
        let [ComplaintEvent::RemedyProposed(proposed)] = events.as_slice() else {
            panic!("{events:?}")
        };
        assert_eq!(proposed.approval_required, expected, "{number}");
    }
}
