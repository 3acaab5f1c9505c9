use complaint_domain::complaint::{Answer, CloseReason, ComplaintEvent, Outcome};

use super::{
    ledger::{Ledger, actor, at},
    samples::*,
};
use crate::{NextStep as S, WorklistFilter, worklist, worklist::Whose};

const CASE: &str = "complaint-a";

/// Tells events one after the other; after each, the complaint waits for the step beside it.
async fn steps(story: &[(ComplaintEvent, Option<S>)]) {
    let mut ledger = Ledger::new();
    for (day, (event, expected)) in (1_u8..).zip(story) {
        ledger.happened(CASE, &format!("2026-02-{day:02}T09:00:00Z"), event.clone()).await;
        let connection = ledger.read_model(&[]).await;
        let items = worklist(&connection, &WorklistFilter::default()).unwrap();
        let found = items.first().map(|item| item.next_step);
        assert_eq!(found, *expected, "after entry {}: {event:?}", day - 1);
    }
}

#[tokio::test]
async fn a_complaint_waits_for_one_step_after_the_other() {
    steps(&[
        (received(), Some(S::Acknowledge)),
        (acknowledged(), Some(S::Assign)),
        (assigned("agent-7"), Some(S::Assess)),
        (assessed(), Some(S::Classify)),
        (classified(), Some(S::Respond)),
        (proposed(1, true), Some(S::ApproveRemedy)),
        (approved(1), Some(S::Respond)),
        (holding(), Some(S::Respond)),
        (responded(Outcome::Upheld, &[1]), Some(S::AwaitAnswer)),
        (answered(Answer::Accepted), Some(S::FulfilRemedy)),
        (fulfilled(1), Some(S::IdentifyRootCause)),
        (caused(), Some(S::Close)),
        (closed(CloseReason::Accepted), None),
        (reopened(), Some(S::Assign)),
        (assigned("agent-8"), Some(S::Respond)),
        (responded(Outcome::NotUpheld, &[]), Some(S::AwaitAnswer)),
        (answered(Answer::Refused), Some(S::AwaitRecourse)),
        (withdrawn(), None),
    ])
    .await;
}

#[tokio::test]
async fn a_remedy_that_was_only_offered_is_promised_once_the_complainant_accepts() {
    steps(&[
        (received(), Some(S::Acknowledge)),
        (acknowledged(), Some(S::Assign)),
        (assigned("agent-7"), Some(S::Assess)),
        (assessed(), Some(S::Classify)),
        (classified(), Some(S::Respond)),
        (proposed(1, false), Some(S::Respond)),
        (proposed(2, false), Some(S::Respond)),
        (caused(), Some(S::Respond)),
        (responded(Outcome::Goodwill, &[2]), Some(S::AwaitAnswer)),
        (answered(Answer::Accepted), Some(S::FulfilRemedy)),
        (fulfilled(2), Some(S::Close)),
    ])
    .await;
}

/// A body outside decides after the complaint has ended: nobody would look for what is owed among what is over.
#[tokio::test]
async fn an_award_that_is_owed_is_on_the_list_though_the_complaint_has_ended() {
    steps(&[
        (received(), Some(S::Acknowledge)),
        (acknowledged(), Some(S::Assign)),
        (assigned("agent-7"), Some(S::Assess)),
        (assessed(), Some(S::Classify)),
        (classified(), Some(S::Respond)),
        (responded(Outcome::NotUpheld, &[]), Some(S::AwaitAnswer)),
        (caused(), Some(S::AwaitAnswer)),
        (answered(Answer::Refused), Some(S::AwaitRecourse)),
        (closed(CloseReason::RecourseWaived), None),
        (awarded(false), None),
        (awarded(true), Some(S::Reopen)),
        (reopened(), Some(S::Assign)),
        (assigned("agent-8"), Some(S::Respond)),
        (responded(Outcome::Upheld, &[]), Some(S::PayAward)),
        (proposed(1, true), Some(S::ApproveRemedy)),
        (approved(1), Some(S::PayAward)),
        (fulfilled(1), Some(S::AwaitAnswer)),
        (answered(Answer::Accepted), Some(S::Close)),
        (closed(CloseReason::Accepted), None),
    ])
    .await;
}

#[tokio::test]
async fn what_another_company_must_answer_waits_for_that_company() {
    steps(&[
        (imported(), Some(S::AwaitResponse)),
        (platform_responded(), Some(S::Close)),
        (closed(CloseReason::ClosedOnPlatform), None),
    ])
    .await;
}

#[tokio::test]
async fn the_oldest_comes_first_and_each_handler_sees_their_own() {
    let mut ledger = Ledger::new();
    ledger.happened("complaint-new", "2026-03-01T09:00:00Z", received()).await;
    ledger.happened("complaint-old", "2026-03-02T09:00:00Z", received()).await;
    ledger.happened("complaint-old", "2026-03-03T09:00:00Z", assigned("agent-7")).await;
    ledger.happened("complaint-other", "2026-03-04T09:00:00Z", imported()).await;
    // It came in before the other one, but was entered with the wrong day.
    let fact = complaint_domain::complaint::CorrectedFact::ReceivedAt {
        received_at: at("2026-02-20T12:00:00Z"),
    };
    ledger.happened("complaint-old", "2026-03-05T09:00:00Z", corrected(0, fact)).await;

    let connection = ledger.read_model(&[]).await;
    let listed = |filter: WorklistFilter| -> Vec<String> {
        let items = worklist(&connection, &filter).unwrap();
        items.iter().map(|item| item.stream.to_string()).collect()
    };
    let filter = WorklistFilter::default;
    assert_eq!(listed(filter()), ["complaint-old", "complaint-new", "complaint-other"]);
    assert_eq!(listed(WorklistFilter { limit: 1, ..filter() }), ["complaint-old"]);
    let ours = WorklistFilter { only_ours: true, ..filter() };
    assert_eq!(listed(ours), ["complaint-old", "complaint-new"]);
    let whose = Whose::Of(actor("agent-7"));
    assert_eq!(listed(WorklistFilter { whose, ..filter() }), ["complaint-old"]);
    let nobodys = WorklistFilter { whose: Whose::Nobodys, only_ours: true, ..filter() };
    assert_eq!(listed(nobodys), ["complaint-new"]);
    let waiting = WorklistFilter { next_step: Some(S::AwaitResponse), ..filter() };
    assert_eq!(listed(waiting), ["complaint-other"]);

    let items = worklist(&connection, &filter()).unwrap();
    assert_eq!(items[0].age_days(at("2026-03-02T11:00:00Z")), 9);
}
