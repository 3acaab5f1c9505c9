//! What may be recorded of a clock, before it is.

use super::harness::{extended, extension, label, pack, paused, reached, read, rulebook, time};
use crate::{
    actor::Role,
    clock::{ClockRefusal, ExtensionVerdict, Milestone as M},
    complaint::{ClockPaused, ClockResumed, PauseGround},
};

const MEDIATION: &str = "cn-samr-order-20/mediation";
const NOW: &str = "2026-03-10T02:00:00Z";

fn pause(clock: &str, ground: PauseGround) -> ClockPaused {
    ClockPaused { clock: clock.parse().unwrap(), ground }
}

#[test]
fn a_clock_is_paused_only_while_it_runs_and_on_a_ground_of_its_rule() {
    let rules = rulebook([pack("cn-samr-order-20")]);
    let admitted = reached(M::Admitted, "2026-03-02T02:00:00Z");
    let ground = PauseGround::ExpertExamination;
    let still = paused(MEDIATION, ground, "2026-03-03T02:00:00Z");
    let ended = reached(M::MediationEnded, "2026-03-04T02:00:00Z");
    let asked = |facts: &[_], ground| {
        pause(MEDIATION, ground).permitted(&read(&rules, facts, NOW), time(NOW))
    };
    let clock = || MEDIATION.parse().unwrap();
    let running = [admitted.clone()];
    assert_eq!(asked(&running, ground), Ok(()));
    assert_eq!(asked(&[], ground), Err(ClockRefusal::NotStarted { clock: clock() }));
    assert_eq!(
        asked(&[admitted.clone(), ended], ground),
        Err(ClockRefusal::Ended { clock: clock() })
    );
    assert_eq!(
        asked(&[admitted, still], ground),
        Err(ClockRefusal::AlreadyPaused { clock: clock() })
    );
    let waiting = PauseGround::WaitingForComplainant;
    assert_eq!(
        asked(&running, waiting),
        Err(ClockRefusal::GroundNotAllowed { clock: clock(), ground: waiting })
    );
}

#[test]
fn only_a_clock_that_stands_still_is_resumed() {
    let rules = rulebook([pack("cn-samr-order-20")]);
    let admitted = reached(M::Admitted, "2026-03-02T02:00:00Z");
    let still = paused(MEDIATION, PauseGround::RecusalDecision, "2026-03-03T02:00:00Z");
    let resume = ClockResumed { clock: MEDIATION.parse().unwrap() };
    let running = read(&rules, std::slice::from_ref(&admitted), NOW);
    assert_eq!(
        resume.permitted(&running),
        Err(ClockRefusal::NotPaused { clock: MEDIATION.parse().unwrap() })
    );
    assert_eq!(resume.permitted(&read(&rules, &[admitted, still], NOW)), Ok(()));
}

/// Each reason against an extension, in the order in which they win.
#[test]
fn an_extension_is_granted_only_if_it_would_count() {
    let clock = "uk-disp/payment-services-response";
    let rules = rulebook([pack("uk-disp").on_track(label("payment-services")), pack("au-rg271")]);
    let facts = vec![reached(M::Received, "2026-04-20T09:00:00Z")];
    let now = "2026-05-08T09:00:00Z";
    let ask = |facts: &[_], clock: &str, until: &str, by| match extension(clock, until, now)
        .permitted(facts, &rules, by, time(now))
    {
        Ok(()) => ExtensionVerdict::Counted,
        Err(ClockRefusal::ExtensionWouldNotCount { verdict, .. }) => verdict,
        Err(other) => panic!("{other}"),
    };
    let by = Role::Supervisor;
    assert_eq!(ask(&facts, clock, "2026-06-01", by), ExtensionVerdict::Counted);
    let none = ask(&facts, "au-rg271/idr-response", "2026-06-01", by);
    assert_eq!(none, ExtensionVerdict::NotAllowed);
    let mut again = facts.clone();
    again.push(extended(clock, "2026-05-20", "2026-05-05T09:00:00Z"));
    assert_eq!(
        ask(&again, clock, "2026-06-01", Role::Agent),
        ExtensionVerdict::TooOften { times: 1 }
    );
    assert_eq!(
        ask(&facts, clock, "2026-05-01", Role::Agent),
        ExtensionVerdict::ApproverMayNot { by: Role::Agent }
    );
    let last = jiff::civil::date(2026, 5, 12);
    assert_eq!(ask(&facts, clock, "2026-05-12", by), ExtensionVerdict::NotLater { than: last });
    let limit = jiff::civil::date(2026, 6, 10);
    assert_eq!(ask(&facts, clock, "2026-06-11", by), ExtensionVerdict::BeyondLimit { limit });
    let late = extension(clock, "2026-06-01", "2026-05-13T09:00:00Z");
    let told = late.permitted(&facts, &rules, by, time(now));
    assert!(matches!(
        told,
        Err(ClockRefusal::ExtensionWouldNotCount {
            verdict: ExtensionVerdict::ToldTooLate { .. },
            ..
        })
    ));
}
