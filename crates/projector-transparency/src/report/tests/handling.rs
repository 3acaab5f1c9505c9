//! Outside bodies, people who need support, links, pauses, and what became of offers.

use complaint_domain::complaint::{
    ClockPaused, ClockResumed, ComplaintEvent as E, DuplicateLink, DuplicateUnlink,
    ExternalDecision, ExternalMethod, ExternalReferral, ExternalResult, LinkKind, PauseGround,
    RemedyId, UnlinkReason, Vulnerability, VulnerabilityDriver,
};

use super::*;

fn rate(report: &Report, id: &str) -> (Option<u64>, Option<u64>) {
    let rate = report.rates.iter().find(|rate| rate.id == id).unwrap_or_else(|| panic!("{id}"));
    (rate.numerator, rate.denominator)
}

pub(super) fn referred(body: &str) -> E {
    E::ReferredExternally(ExternalReferral {
        body: body.parse().expect("a label"),
        method: ExternalMethod::Determinative,
        reference: None,
    })
}

pub(super) fn decided(body: &str, result: ExternalResult) -> E {
    let body = body.parse().expect("a label");
    E::ExternalDecisionRecorded(ExternalDecision { body, result, is_binding: true, award: None })
}

pub(super) fn flagged(drivers: &[VulnerabilityDriver], is_subject: bool) -> E {
    let drivers = drivers.iter().copied().collect();
    E::VulnerabilityFlagged(Vulnerability { drivers, is_subject })
}

#[test]
fn what_an_outside_body_gives_beyond_our_answer_overturns_it() {
    let mut ledger = Ledger::new();
    for (id, answer, result) in [
        ("a", Outcome::NotUpheld, ExternalResult::ForComplainant),
        ("b", Outcome::PartlyUpheld, ExternalResult::ForComplainant),
        ("c", Outcome::PartlyUpheld, ExternalResult::PartlyForComplainant),
        ("d", Outcome::Upheld, ExternalResult::ForRespondent),
        ("e", Outcome::NotUpheld, ExternalResult::Settled),
    ] {
        ledger.happens(id, "2025-01-05T00:00:00Z", direct("Card"));
        ledger.happens(id, "2025-01-20T00:00:00Z", responded(answer));
        ledger.happens(id, "2025-01-25T00:00:00Z", referred("Ombudsman"));
        ledger.happens(id, "2025-02-25T00:00:00Z", decided("Ombudsman", result));
    }
    ledger.happens("a", "2025-02-26T00:00:00Z", referred("Court"));
    ledger.happens("f", "2025-01-05T00:00:00Z", direct("Card"));
    ledger.happens("f", "2025-01-20T00:00:00Z", responded(Outcome::Upheld));
    // It decided before we had answered.
    ledger.happens("g", "2025-01-05T00:00:00Z", direct("Card"));
    ledger.happens("g", "2025-01-06T00:00:00Z", decided("Court", ExternalResult::ForComplainant));
    let report = ledger.exact("2025-Q1");
    let bodies = [("Ombudsman", 5), ("Court", 1)];
    assert_eq!(counts(table(&report, "referred-by-body")), pairs(&bodies));
    let overturned = [("no", 2), ("yes", 2), ("(not stated)", 2)];
    assert_eq!(counts(table(&report, "decided-outside-by-overturned")), pairs(&overturned));
    let results = counts(table(&report, "decided-outside-by-result"));
    assert_eq!(results.first(), Some(&("for-complainant".to_owned(), 3)));
    assert_eq!(rate(&report, "overturn-rate"), (Some(2), Some(4)));
    assert_eq!(rate(&report, "outside-referral-rate"), (Some(5), Some(6)));
}

#[test]
fn the_vulnerable_stand_beside_the_others_and_neither_is_told_where_one_would_tell_the_other() {
    let mut ledger = Ledger::new();
    for index in 0..80 {
        let id = format!("c{index}");
        ledger.happens(&id, "2025-01-05T00:00:00Z", direct("Card"));
        if index < 40 {
            let drivers = [VulnerabilityDriver::Health, VulnerabilityDriver::Capability];
            ledger.happens(&id, "2025-01-06T00:00:00Z", flagged(&drivers, false));
            // What was found later is what is known.
            let found = flagged(&drivers[..1], index < 15);
            ledger.happens(&id, "2025-01-07T00:00:00Z", found);
        }
        let outcome = if index % 2 == 0 { Outcome::Upheld } else { Outcome::NotUpheld };
        ledger.happens(&id, "2025-01-20T00:00:00Z", responded(outcome));
        if index % 4 == 0 {
            let note = limits::missed("iso-10002/acknowledgement");
            ledger.happens(&id, "2025-01-21T00:00:00Z", note);
        }
        ledger.happens(&id, "2025-01-25T00:00:00Z", closed());
    }
    let report = ledger.report("2025-Q1", 10).expect("a report");
    let drivers = [("health", 40), ("(not stated)", 40)];
    assert_eq!(counts(table(&report, "received-by-vulnerability")), pairs(&drivers));
    assert_eq!(rate(&report, "uphold-rate-vulnerable"), (Some(20), Some(40)));
    assert_eq!(rate(&report, "uphold-rate-others"), (Some(20), Some(40)));
    assert_eq!(rate(&report, "limits-kept-vulnerable"), (Some(30), Some(40)));
    assert_eq!(rate(&report, "about-vulnerability"), (Some(15), Some(40)));
    let few = ledger.report("2025-Q1", 21).expect("a report");
    for id in ["uphold-rate-vulnerable", "uphold-rate-others", "limits-kept-others"] {
        assert_eq!(rate(&few, id), (None, None), "{id}");
    }
}

#[test]
fn a_link_that_was_taken_back_makes_no_duplicate() {
    let mut ledger = Ledger::new();
    for id in ["a", "b", "c"] {
        ledger.happens(id, "2025-01-05T00:00:00Z", direct("Card"));
    }
    let of: complaint_domain::reference::ComplaintId =
        "complaint-01KA0000000000000000000000".parse().expect("a complaint");
    for id in ["b", "c"] {
        let link = DuplicateLink { of: of.clone(), kind: LinkKind::Duplicate };
        ledger.happens(id, "2025-01-06T00:00:00Z", E::DuplicateLinked(link));
    }
    let reason = UnlinkReason::DifferentMatter;
    let unlink = E::DuplicateUnlinked(DuplicateUnlink { of, reason });
    ledger.happens("c", "2025-01-07T00:00:00Z", unlink);
    let report = ledger.exact("2025-Q1");
    assert_eq!(rate(&report, "duplicate-rate"), (Some(1), Some(3)));
    let links = [("duplicate", 1), ("(not stated)", 2)];
    assert_eq!(counts(table(&report, "received-by-link")), pairs(&links));
}

#[test]
fn days_of_two_pauses_at_once_are_taken_off_once() {
    let mut ledger = Ledger::new();
    ledger.happens("a", "2025-01-01T00:00:00Z", direct("Card"));
    let clock = |code: &str| format!("cn-samr-order-20/{code}").parse().expect("a clock");
    for (day, code) in [("05", "mediation"), ("08", "decision")] {
        let ground = PauseGround::ExpertExamination;
        let pause = E::ClockPaused(ClockPaused { clock: clock(code), ground });
        ledger.happens("a", &format!("2025-01-{day}T00:00:00Z"), pause);
    }
    let resume = E::ClockResumed(ClockResumed { clock: clock("mediation") });
    ledger.happens("a", "2025-01-11T00:00:00Z", resume);
    // The other stands still beyond the answer.
    ledger.happens("a", "2025-01-21T00:00:00Z", responded(Outcome::Upheld));
    ledger.happens("b", "2025-01-02T00:00:00Z", direct("Card"));
    let report = ledger.exact("2025-01");
    assert_eq!((report.durations.max, report.net_durations.max), (Some(20), Some(4)));
    assert_eq!(report.open_ages.complaints, 2);
    assert_eq!((report.open_ages.p50, report.open_ages.max), (Some(19), Some(20)));
    let grounds = [("expert-examination", 1)];
    assert_eq!(counts(table(&report, "answered-by-pause")), pairs(&grounds));
}

#[test]
fn a_remedy_is_offered_accepted_and_carried_out_or_waited_for() {
    let mut ledger = Ledger::new();
    for (index, id) in ["carried-out", "refused", "waits"].into_iter().enumerate() {
        ledger.happens(id, "2025-01-01T00:00:00Z", direct("Card"));
        let [proposed, fulfilled] = paid("3", "EUR");
        ledger.happens(id, "2025-01-02T00:00:00Z", proposed);
        let mut response = responded(Outcome::Upheld);
        if let E::ResponseIssued(response) = &mut response {
            response.remedies = vec![RemedyId(1)];
        }
        ledger.happens(id, "2025-01-03T00:00:00Z", response);
        let answer = if index == 1 { Answer::Refused } else { Answer::Accepted };
        ledger.happens(id, "2025-01-10T00:00:00Z", answered(answer));
        if index == 0 {
            ledger.happens(id, "2025-01-15T00:00:00Z", fulfilled);
        }
    }
    ledger.happens("later", "2025-03-01T00:00:00Z", direct("Card"));
    let report = ledger.exact("2025-Q1");
    assert_eq!(rate(&report, "remedies-accepted"), (Some(2), Some(3)));
    assert_eq!(rate(&report, "remedies-carried-out"), (Some(1), Some(2)));
    assert_eq!(rate(&report, "remedies-overdue"), (Some(1), Some(2)));
    assert_eq!((report.remedy_durations.complaints, report.remedy_durations.max), (1, Some(5)));
    // In January nobody had waited for so long.
    assert_eq!(rate(&ledger.exact("2025-01"), "remedies-overdue"), (Some(0), Some(2)));
}

#[test]
fn what_a_platform_passes_on_and_names_no_company_is_made_to_us_in_every_figure() {
    let mut ledger = Ledger::new();
    for index in 0..3 {
        let id = format!("c{index}");
        ledger.happens(&id, "2025-01-05T00:00:00Z", from_platform("Card"));
        ledger.happens(&id, "2025-01-20T00:00:00Z", responded(Outcome::Upheld));
    }
    ledger.happens("theirs", "2025-01-05T00:00:00Z", about_another("Card"));
    let count = volumes::counted(
        complaint_domain::volume::VolumeUnit::Accounts,
        Some("Card"),
        "2025-01-01..2025-01-31",
        1_000,
    );
    volumes::record(&mut ledger, "2025-02-01T00:00:00Z", count);
    let report = ledger.exact("2025-01");
    assert_eq!(report.volumes.rates[0].numerator, Some(3));
    assert_eq!(report.durations.complaints, 3);
    assert_eq!(report.limits.limits[0].kept.denominator, Some(3));
    // The receipts came from a file; the answers are ours.
    assert_eq!((report.quality.events_own, report.quality.events_imported), (3, 4));
    // Once it is known whom it is about, it is theirs.
    let respondent = "Bank B".parse().expect("a label");
    ledger.happens(
        "c0",
        "2025-02-02T00:00:00Z",
        corrected(CorrectedFact::Respondent { respondent }),
    );
    assert_eq!(ledger.exact("2025-01").durations.complaints, 2);
}
