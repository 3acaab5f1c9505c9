use complaint_domain::{
    Fact,
    complaint::{
        Answer, Channel, CloseReason, Complaint, ComplaintEvent, CorrectedFact, EscalationReason,
        Outcome, Stage, evolve,
    },
    sealed::PersonalField,
};
use event_log::{Position, StreamVersion};
use jiff::SignedDuration;
use projection::rusqlite::Row;
use proptest::prelude::*;

use super::{
    ledger::{Ledger, ORIGIN, agent, at, label},
    samples::*,
};
use crate::{CaseworkProjector, case_file};

const CASE: &str = "complaint-a";

#[tokio::test]
async fn a_case_file_holds_everything_public() {
    let mut ledger = Ledger::new();
    ledger.happened("complaint-b", "2026-02-01T08:00:00Z", received()).await;
    let personal = [PersonalField::Narrative, PersonalField::Contact];
    ledger.recorded(CASE, at("2026-02-01T09:00:00Z"), &received(), &personal).await;
    let story = [
        acknowledged(),
        assigned("agent-7"),
        assessed(),
        classified(),
        proposed(1, true),
        approved(1),
        responded(Outcome::PartlyUpheld, &[1]),
        answered(Answer::Accepted),
        fulfilled(1),
        caused(),
        closed(CloseReason::Accepted),
    ];
    for (day, event) in (2..).zip(story) {
        ledger.happened(CASE, &format!("2026-02-{day:02}T09:00:00Z"), event).await;
    }
    let connection = ledger.read_model(&[]).await;
    let file = case_file(&connection, &CASE.parse().unwrap()).unwrap().unwrap();

    assert_eq!((file.status.as_str(), file.outcome.as_deref()), ("closed", Some("partly-upheld")));
    assert_eq!((file.handler, file.last_handler.as_deref()), (None, Some("agent-7")));
    assert_eq!(file.entries, 12);
    assert_eq!(file.receipt.position, Position(1));
    assert_eq!(file.receipt.region.as_deref(), Some("深圳"));
    assert_eq!(file.receipt.tags, ["Older American"]);
    assert_eq!(file.receipt.remedies_requested, ["refund"]);
    assert_eq!(file.matter.unwrap().product, "Parcel, express");
    assert_eq!(file.rights, ["information", "fair-dealing"]);
    assert!(file.assessment.unwrap().has_safety_risk);
    assert_eq!(file.times.received_at, at("2026-02-01T09:00:00Z"));
    assert_eq!(file.times.acknowledged_at, Some(at("2026-02-02T09:00:00Z")));
    assert_eq!(file.times.responded_at, Some(at("2026-02-08T09:00:00Z")));
    assert_eq!(file.times.closed_at, Some(at("2026-02-12T09:00:00Z")));
    assert_eq!(file.times.last_recorded_at, at("2026-02-12T10:00:00Z"));
    assert_eq!(file.response.findings, [("Late delivery".into(), "partly-upheld".into())]);
    assert_eq!(file.response.answer.as_deref(), Some("accepted"));
    assert_eq!(file.root_cause.as_deref(), Some("process/carrier"));

    let remedy = &file.remedies[0];
    assert_eq!(
        (remedy.amount.as_deref(), remedy.currency.as_deref()),
        (Some("12.50"), Some("GBP"))
    );
    assert!(remedy.is_approval_required && remedy.is_offered);
    assert_eq!(remedy.approved_at, Some(at("2026-02-07T09:00:00Z")));
    assert_eq!(remedy.result.as_deref(), Some("carried-out"));
    assert_eq!(remedy.paid_amount.as_deref(), Some("12.50"));

    let fields: Vec<_> = file.sealed.iter().map(|sealed| sealed.field.as_str()).collect();
    assert_eq!(fields, ["narrative", "contact"]);
    assert_eq!(file.sealed[0].commitment, "04".repeat(32));
    assert_eq!(file.timeline.len(), 12);
    assert_eq!(file.timeline[5].detail, "remedy 1: refund of GBP 12.50; needs approval");
    assert_eq!(file.timeline[5].event_type, "complaint.remedy-proposed.v1");
}

#[tokio::test]
async fn an_imported_complaint_has_its_source_and_what_the_platform_says() {
    let mut ledger = Ledger::new();
    ledger.happened(CASE, "2014-11-13T00:00:00Z", imported()).await;
    ledger.happened(CASE, "2014-11-20T00:00:00Z", platform_responded()).await;
    let connection = ledger.read_model(&[]).await;
    let file = case_file(&connection, &CASE.parse().unwrap()).unwrap().unwrap();
    assert_eq!(file.receipt.scheme.as_deref(), Some("cfpb"));
    assert_eq!(file.receipt.reference.as_deref(), Some("1114245"));
    assert_eq!(file.receipt.respondent.as_deref(), Some("Choice Recovery, Inc."));
    assert!(!file.receipt.is_ours_to_answer);
    assert_eq!(file.outcome, None);
    assert_eq!(file.response.platform_timely, Some(true));
    assert_eq!(file.response.platform_category.as_deref(), Some("closed-with-monetary-relief"));
}

#[tokio::test]
async fn a_correction_shows_what_stood_before_and_what_stands_now() {
    let mut ledger = Ledger::new();
    ledger.happened(CASE, "2026-02-02T09:00:00Z", received()).await;
    let facts = [
        CorrectedFact::ReceivedAt { received_at: at("2026-02-01T16:00:00Z") },
        CorrectedFact::Channel { channel: Channel::Phone },
        CorrectedFact::Matter { matter: matter("Letter") },
        CorrectedFact::Respondent { respondent: label("Carrier Ltd") },
    ];
    for fact in facts {
        ledger.happened(CASE, "2026-02-03T09:00:00Z", corrected(0, fact)).await;
    }
    let personal = corrected(0, CorrectedFact::Personal);
    let fields = [PersonalField::ComplainantName];
    ledger.recorded(CASE, at("2026-02-04T09:00:00Z"), &personal, &fields).await;

    let connection = ledger.read_model(&[]).await;
    let file = case_file(&connection, &CASE.parse().unwrap()).unwrap().unwrap();
    let told: Vec<_> = file
        .corrections
        .iter()
        .map(|made| (made.fact.as_str(), made.old_value.as_deref(), made.new_value.as_deref()))
        .collect();
    let old = r#"{"taxonomy":"house-1","product":"Parcel","issue":"Late delivery"}"#;
    let new = r#"{"taxonomy":"house-1","product":"Letter","issue":"Late delivery"}"#;
    assert_eq!(
        told,
        [
            ("received-at", Some("2026-02-02T09:00:00.000Z"), Some("2026-02-01T16:00:00.000Z")),
            ("channel", Some("web"), Some("phone")),
            ("matter", Some(old), Some(new)),
            ("respondent", None, Some("Carrier Ltd")),
            ("personal", None, None),
        ]
    );
    assert_eq!(file.times.received_at, at("2026-02-01T16:00:00Z"));
    assert_eq!(file.receipt.channel, "phone");
    assert_eq!(file.matter.unwrap().product, "Letter");
    assert_eq!(
        (file.sealed[0].version, file.sealed[0].field.as_str()),
        (StreamVersion(5), "complainant-name")
    );
}

#[tokio::test]
async fn an_escalation_that_was_taken_back_leaves_the_one_before() {
    let mut ledger = Ledger::new();
    ledger.happened(CASE, "2026-02-02T09:00:00Z", received()).await;
    let story = [
        escalated(EscalationReason::ComplainantRequest),
        escalated(EscalationReason::NotFullyUpheld),
        escalation_withdrawn(),
        escalated(EscalationReason::NotFullyUpheld),
        escalation_withdrawn(),
    ];
    for (day, event) in (3..).zip(story) {
        ledger.happened(CASE, &format!("2026-02-{day:02}T09:00:00Z"), event).await;
    }
    let connection = ledger.read_model(&[]).await;
    let last = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let last: (Option<String>, Option<String>) =
        connection.query_row("SELECT escalated_at, escalation FROM case_file", [], last).unwrap();
    let first = ("2026-02-03T09:00:00.000Z".to_owned(), "complainant-request".to_owned());
    assert_eq!(last, (Some(first.0), Some(first.1)));
}

#[tokio::test]
async fn a_complaint_that_is_not_there_has_no_case_file() {
    let mut ledger = Ledger::new();
    ledger.happened(CASE, "2026-02-02T09:00:00Z", acknowledged()).await;
    let connection = ledger.read_model(&[]).await;
    assert_eq!(case_file(&connection, &"complaint-x".parse().unwrap()).unwrap(), None);
    // No receipt, no case; the entry is not hidden, though.
    assert_eq!(case_file(&connection, &CASE.parse().unwrap()).unwrap(), None);
    let entries: i64 =
        connection.query_row("SELECT count(*) FROM case_timeline", [], |row| row.get(0)).unwrap();
    assert_eq!(entries, 1);
}

fn any_event() -> impl Strategy<Value = ComplaintEvent> {
    prop_oneof![
        2 => Just(received()),
        1 => Just(imported()),
        1 => Just(acknowledged()),
        1 => Just(assessed()),
        1 => Just(classified()),
        3 => "agent-[12]".prop_map(|handler| assigned(&handler)),
        1 => (1_u16..3, any::<bool>()).prop_map(|(number, needed)| proposed(number, needed)),
        1 => Just(approved(1)),
        1 => Just(responded(Outcome::Upheld, &[1])),
        1 => Just(platform_responded()),
        1 => Just(answered(Answer::Silent)),
        1 => Just(fulfilled(1)),
        2 => Just(closed(CloseReason::Accepted)),
        2 => Just(reopened()),
        1 => Just(withdrawn()),
        1 => Just(corrected(0, CorrectedFact::Channel { channel: Channel::Chat })),
        1 => (0_i64..9).prop_map(|hours| {
            let received_at = at("2026-01-01T00:00:00Z") + SignedDuration::from_hours(hours);
            corrected(0, CorrectedFact::ReceivedAt { received_at })
        }),
        1 => Just(corrected(0, CorrectedFact::Respondent { respondent: label("Carrier Ltd") })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The read model and the aggregate fold the same history, also one the rules would not allow:
    /// what both know, they agree on. And in whatever pages it is read, the rows are the same.
    #[test]
    fn the_case_file_says_what_the_aggregate_knows(
        told in prop::collection::vec((0_usize..2, any_event()), 1..30),
        stops in prop::collection::vec(0_u64..30, 0..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let streams = ["complaint-a", "complaint-b"];
            let mut states = [Complaint::default(), Complaint::default()];
            let mut ledger = Ledger::new();
            let mut when = at("2026-02-01T00:00:00Z");
            for (which, event) in told {
                when += SignedDuration::from_hours(1);
                ledger.recorded(streams[which], when, &event, &[]).await;
                let state = std::mem::take(&mut states[which]);
                let (actor, recorded_at) = (agent(), when);
                let fact = Fact { event, actor, occurred_at: when, recorded_at };
                states[which] = evolve(state, &fact);
            }
            let connection = ledger.read_model(&stops).await;
            for (stream, state) in streams.iter().zip(&states) {
                let file = case_file(&connection, &stream.parse().unwrap()).unwrap();
                let Complaint::Received(case) = state else {
                    prop_assert_eq!(file, None);
                    continue;
                };
                let file = file.unwrap();
                let status = match case.stage() {
                    Stage::Open => "open",
                    Stage::Closed => "closed",
                    Stage::Withdrawn => "withdrawn",
                };
                prop_assert_eq!(file.status, status);
                prop_assert_eq!(file.handler, case.handler().map(ToString::to_string));
                prop_assert_eq!(file.times.received_at, case.received_at());
                prop_assert_eq!(file.receipt.is_ours_to_answer, case.is_ours_to_answer());
            }
            drop(connection);
            let live = projection::digest(&ledger.file()).unwrap();
            let report = projection::rebuild(
                &ledger.file(), ORIGIN, Box::new(CaseworkProjector), &ledger.log, &mut |_| {},
            ).await.unwrap();
            prop_assert_eq!(report.digest, live);
            Ok(())
        })?;
    }
}
