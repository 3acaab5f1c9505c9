//! Laws that hold for all histories: whatever is sent, in whatever order, at whatever time.
#![expect(clippy::arithmetic_side_effects, reason = "these histories span years, not ages")]

mod impossible;
mod owed;
mod way_out;
mod wishes;

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use self::{
    impossible::{impossible, impossible_history},
    owed::escaped,
    way_out::{stuck, troubled},
    wishes::{Wish, any_wishes},
};
use super::{
    builders::limits_of,
    harness::{Given, given},
};
use crate::{
    Fact,
    clock::{Rulebook, clock_facts, clocks},
    complaint::{
        CloseReason, Complaint, ComplaintCommand as C, ComplaintEvent as E,
        ComplaintRejection as R, CorrectedFact, ResponseKind, evolve,
    },
};

/// What came of sending one wish after the other.
#[derive(Default)]
struct Life {
    facts: Vec<Fact<E>>,
    refusals: BTreeSet<&'static str>,
}

/// Sends each wish, and holds after each that nothing impossible came of it.
fn live(wishes: Vec<Wish>) -> Result<Life, TestCaseError> {
    lived(wishes).map(|(life, _)| life)
}

/// The same, with how the complaint stands then.
fn lived(wishes: Vec<Wish>) -> Result<(Life, Given), TestCaseError> {
    let mut life = Life::default();
    let mut now = given([]).at("2024-01-01T00:00:00Z");
    now.rules.time_limits = Arc::clone(&TIME_LIMITS);
    for wish in wishes {
        let command = wish.prepare(&mut now);
        let events = match now.decide(&command) {
            Ok(events) => events,
            Err(rejection) => {
                life.refusals.insert(rejection.code());
                continue;
            }
        };
        prop_assert!(!events.is_empty(), "`{}` was taken and caused nothing", command.name());
        for event in events {
            let fact = now.fact(event);
            now = now.record(&fact);
            life.facts.push(fact);
        }
        prop_assert_eq!(impossible(now.state()), None);
        clocks_agree(&now, &life.facts)?;
        prop_assert_eq!(impossible_history(&life.facts), None);
        prop_assert_eq!(escaped(&life.facts), None);
        already_so(&now, &command)?;
    }
    let replayed = life.facts.iter().fold(Complaint::default(), evolve);
    prop_assert_eq!(&replayed, now.state());
    Ok((life, now))
}

/// A company's own promises: a clock that may be paused, and extended.
static TIME_LIMITS: LazyLock<Arc<Rulebook>> = LazyLock::new(|| Arc::new(limits_of("template")));

/// Recomputing any clock from the log gives what the state gives; and no time is gained by it.
fn clocks_agree(now: &Given, log: &[Fact<E>]) -> Result<(), TestCaseError> {
    let Complaint::Received(case) = now.state() else { return Ok(()) };
    let of_log = clocks(&clock_facts(log), &TIME_LIMITS, now.now);
    prop_assert_eq!(&clocks(case.clock_facts(), &TIME_LIMITS, now.now), &of_log);
    for reading in of_log.into_iter().flatten() {
        prop_assert!(!reading.net.is_negative() && reading.net <= reading.gross);
    }
    Ok(())
}

/// `evolve` takes notice of every event that `decide` gives: what was asked for is so, and asking
/// for it once more at once is refused. Only what may well happen twice may be repeated.
fn already_so(now: &Given, command: &C) -> Result<(), TestCaseError> {
    let may_happen_twice = match command {
        // A violation is decided once for each that was reported.
        C::RecordCommunication(_) | C::RequestInformation(_) | C::TakeStep(_) => true,
        C::IssueResponse(response) => response.kind != ResponseKind::Final,
        C::Correct(correction) => correction.fact == CorrectedFact::Personal,
        C::Register(_)
        | C::Acknowledge(_)
        | C::Assess(_)
        | C::Classify(_)
        | C::Assign(_)
        | C::Reassign(_)
        | C::ProposeRemedy(_)
        | C::ApproveRemedy(_)
        | C::RecordAnswer(_)
        | C::FulfilRemedy(_)
        | C::IdentifyRootCause(_)
        | C::Close(_)
        | C::Reopen(_)
        | C::Withdraw(_)
        | C::Recuse(_)
        | C::WithdrawRecusal(_)
        | C::AddEvidence(_)
        | C::AuthoriseRepresentative(_)
        | C::FlagVulnerability(_)
        | C::PauseClock(_)
        | C::ResumeClock(_)
        | C::ExtendDeadline(_)
        | C::WarnOfClock(_)
        | C::NoteMissedClock(_)
        | C::LinkDuplicate(_)
        | C::UnlinkDuplicate(_)
        | C::Transfer(_)
        | C::Escalate(_)
        | C::WithdrawEscalation(_)
        | C::ProposeOutcome(_)
        | C::NoteReview(_)
        | C::ReferExternally(_)
        | C::RecordExternalDecision(_)
        | C::ReportSuspectedViolation(_)
        | C::RequestSurvey(_)
        | C::RecordSurveyAnswer(_) => false,
    };
    let again = now.decide(command);
    prop_assert!(may_happen_twice || again.is_err(), "`{}` was taken twice", command.name());
    Ok(())
}

/// 512 of them; `PROPTEST_CASES` asks for more, and what is rare wants a hundred thousand.
fn histories() -> Config {
    let asked = Config::default();
    Config { cases: asked.cases.max(512), ..asked }
}

proptest! {
    #![proptest_config(histories())]

    #[test]
    fn no_sequence_of_commands_reaches_an_impossible_state(wishes in any_wishes()) {
        live(wishes)?;
    }

    /// No rule that holds somebody to what is owed may keep a complaint open for ever.
    #[test]
    fn from_wherever_a_complaint_is_there_is_a_way_to_its_end(wishes in any_wishes()) {
        let now = lived(wishes)?.1;
        prop_assert_eq!(stuck(&now), None);
        prop_assert_eq!(stuck(&troubled(&now)), None);
    }

    /// An event in a log, however it came there, never keeps a complaint from being loaded.
    #[test]
    fn any_events_in_any_order_can_be_folded(
        wishes in any_wishes(),
        order in any::<prop::sample::Index>(),
    ) {
        let mut facts = live(wishes)?.facts;
        if !facts.is_empty() {
            let at = order.index(facts.len());
            facts.rotate_left(at);
        }
        let _state = facts.iter().fold(Complaint::default(), evolve);
    }
}

/// Without this the laws might hold because hardly anything ever happens.
#[test]
fn the_histories_tried_reach_every_event_and_every_way_to_close() {
    let mut runner = TestRunner::deterministic();
    let mut events = BTreeSet::new();
    let mut reasons = BTreeSet::new();
    let mut refusals = BTreeSet::new();
    for _ in 0..512 {
        let wishes = any_wishes().new_tree(&mut runner).expect("wishes").current();
        let life = live(wishes).expect("a possible life");
        for fact in &life.facts {
            if let E::Closed(closure) = &fact.event {
                reasons.insert(closure.reason);
            }
            let debug = format!("{:?}", fact.event);
            events.insert(debug.split('(').next().unwrap_or_default().to_owned());
        }
        refusals.extend(life.refusals);
    }
    assert_eq!(events.len(), C::NAMES.len(), "{events:?}");
    assert_eq!(reasons.len(), CloseReason::ALL.len(), "{reasons:?}");
    let tenth = R::CODES.len() / 10;
    assert!(refusals.len() > 7 * tenth, "only {} reasons: {refusals:?}", refusals.len());
}
