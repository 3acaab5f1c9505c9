//! The rules of the ledger's own rulebook hold from their day on, for every service.

use complaint_domain::{
    actor::{Actor, ActorId, Role},
    clock::shipped,
    complaint::ApprovalLimit,
    rulebook::{
        ChangeApproval, ChangeNumber, ChangeProposal, HouseRules, RuleChange, RulebookCommand,
    },
};
use iso_currency::Currency;
use jiff::civil::Date;
use uuid::Uuid;

use super::{
    Arc, SystemEntropy,
    clock_process::{Story, story},
};
use crate::{HandleError, UnsealedRequest, UnsealedService};

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
