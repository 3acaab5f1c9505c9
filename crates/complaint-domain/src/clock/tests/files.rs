//! The data files: each can be read, says what it must, and refuses what it should.

use std::collections::BTreeSet;

use jiff::civil::date;

use super::harness::{pack, reached, time};
use crate::{
    actor::{Actor, ActorId, Role},
    clock::{
        AdoptError, Adoption, Calendar, ClockFact, DayKind, Milestone, RulePack, RuleStatus,
        Rulebook, clock_facts, clocks, shipped,
    },
    complaint::{
        Channel, Communication, ComplaintEvent, CorrectedFact, Correction, CorrectionReason,
        Direction, Party, Purpose, Receipt, Source,
    },
    fact::Fact,
};

#[test]
fn every_shipped_file_can_be_read_under_its_own_name() {
    let [packs, calendars] = shipped::files();
    for (code, text) in packs {
        let pack = RulePack::parse(text).unwrap_or_else(|error| panic!("{code}: {error:?}"));
        assert_eq!(pack.code().as_str(), *code);
        Rulebook::with_shipped_calendars().adopt(Adoption::of(pack)).unwrap();
    }
    for (code, text) in calendars {
        let calendar = Calendar::parse(text).unwrap_or_else(|error| panic!("{code}: {error}"));
        assert_eq!(calendar.code().as_str(), *code);
        assert!(calendar.years().0 <= 2024 && calendar.years().1 >= 2026);
        assert!(!calendar.source().is_empty());
    }
    assert_eq!(shipped::pack_codes().count(), packs.len());
    assert_eq!(shipped::calendars().len(), calendars.len());
}

#[test]
fn every_calendar_a_pack_names_is_shipped() {
    let known: BTreeSet<_> = shipped::calendars().iter().map(|c| c.code().clone()).collect();
    for code in shipped::pack_codes() {
        for calendar in pack(code).pack.calendars() {
            assert!(known.contains(calendar), "{code} names `{calendar}`");
        }
    }
}

#[test]
fn what_nobody_verified_says_so() {
    let status = |pack_code: &str, clock: &str| {
        let pack = shipped::pack(pack_code).unwrap();
        pack.clocks().iter().find(|rule| rule.code.as_str() == clock).unwrap().basis.status
    };
    assert_eq!(status("uk-disp", "final-response"), RuleStatus::Verified);
    assert_eq!(status("uk-disp", "payment-services-response"), RuleStatus::Unverified);
    assert_eq!(status("eu-psd2", "reply"), RuleStatus::Unverified);
    assert_eq!(status("cn-samr-order-121", "admission"), RuleStatus::Unverified);
    assert_eq!(status("cn-bank-insurance", "review-decision"), RuleStatus::Unverified);
    assert_eq!(status("iso-10002", "response"), RuleStatus::Own);
}

#[test]
fn a_pack_that_contradicts_itself_is_refused() {
    let template = shipped::pack_text("template").unwrap();
    let wrong = [
        ("\"format\": 1", "\"format\": 2", "format 1"),
        (
            "\"unit\": \"hours\"\n      },\n      \"day_zero\"",
            "\"unit\": \"weeks\"\n      },\n      \"day_zero\"",
            "due to the moment",
        ),
        ("\"count\": 42", "\"count\": 21", "more than the limit"),
        ("\"replaces\": \"answer\"", "\"replaces\": \"reply\"", "take the place of another clock"),
        ("\"citation\": \"Our complaints policy, section 1\"", "\"citation\": \" \"", "a citation"),
        ("\"status\": \"own\"", "\"status\": \"verified\"", "last looked at"),
        ("\"closes\": \"17:00:00\"", "\"closes\": \"08:00:00\"", "open before it closes"),
        ("\"until\": \"2027-12-31\"", "\"until\": \"2023-12-31\"", "not after the last"),
    ];
    for (from, to, expected) in wrong {
        assert!(template.contains(from), "{from}");
        let error = RulePack::parse(&template.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(expected), "{to}: {error}");
    }
    let steps = shipped::pack_text("cn-bank-insurance").unwrap();
    let of_steps = [
        ("\"times\": 2", "\"times\": 3", "a step for each extension"),
        ("\"count\": 60", "\"count\": 90", "the total as the last step"),
        ("\"count\": 30", "\"count\": 15", "more than the one before"),
    ];
    for (from, to, expected) in of_steps {
        let error = RulePack::parse(&steps.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(expected), "{to}: {error}");
    }
    let late = shipped::pack_text("uk-disp").unwrap();
    let only_late = "\"only_late\": {\n        \"stops\": [\n          ";
    let of_late = [
        ("\"holding-response\"", "\"acknowledged\"", "only late among what stops it"),
        (
            "\"holding-response\"",
            "\"final-response\", \"holding-response\"",
            "stops it at any time",
        ),
    ];
    for (from, to, expected) in of_late {
        let wrong = late.replacen(&format!("{only_late}{from}"), &format!("{only_late}{to}"), 1);
        let error = RulePack::parse(&wrong).unwrap_err();
        assert!(error.to_string().contains(expected), "{to}: {error}");
    }
    let misspelt = template.replacen("\"pauses\"", "\"pause\"", 1);
    assert!(RulePack::parse(&misspelt).is_err(), "an unknown key is not passed over");
}

#[test]
fn a_calendar_that_says_something_unforeseen_is_refused() {
    let text = "BEGIN:VCALENDAR\nVERSION:2.0\nX-WR-CALNAME:Here\nX-REDRESS-CODE:here\n\
        X-REDRESS-VERSION:1\nX-REDRESS-COVERS:2026/2026\nX-REDRESS-SOURCE:The gazette\\, page 1\n\
        BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260102\nSUMMARY:A day\n  off\nCATEGORIES:HOLIDAY\n\
        END:VEVENT\nEND:VCALENDAR\n";
    let calendar = Calendar::parse(text).unwrap();
    assert_eq!(calendar.source(), "The gazette, page 1");
    match calendar.kind(date(2026, 1, 2)) {
        Ok(DayKind::Holiday(name)) => assert_eq!(name.en, "A day off"),
        other => panic!("{other:?}"),
    }
    let wrong = [
        ("CATEGORIES:HOLIDAY", "RRULE:FREQ=YEARLY\nCATEGORIES:HOLIDAY", "no recurrence"),
        ("CATEGORIES:HOLIDAY", "CATEGORIES:WORKING-DAY", "on a Saturday or Sunday"),
        ("DTSTART;VALUE=DATE:20260102", "DTSTART:20260102T000000Z", "a whole day"),
        ("DTSTART;VALUE=DATE:20260102", "DTSTART;VALUE=DATE:20260230", "a day that exists"),
        ("DTSTART;VALUE=DATE:20260102", "DTSTART;VALUE=DATE:20270104", "only days of the years"),
        ("2026/2026", "2026/2027", "at least one day for each year"),
        ("END:VEVENT\n", "", "END:VEVENT before it"),
        ("X-REDRESS-SOURCE", "X-SOURCE", "X-REDRESS-SOURCE before it"),
    ];
    for (from, to, expected) in wrong {
        let error = Calendar::parse(&text.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(expected), "{to}: {error}");
    }
}

#[test]
fn a_clock_past_its_calendar_is_an_error_and_hides_no_other() {
    let rulebook = Rulebook::with_shipped_calendars().adopt(pack("uk-disp")).unwrap();
    let facts = [reached(Milestone::Received, "2027-12-30T10:00:00Z")];
    let readings = clocks(&facts, &rulebook, time("2028-01-03T10:00:00Z"));
    let error = readings[0].as_ref().unwrap_err();
    assert_eq!(
        error.reason.to_string(),
        "expected a day of the years 2024 to 2027, which calendar `gb-eng` covers, found \
         2028-01-01; give a newer calendar"
    );
    assert!(readings[1].is_ok(), "eight weeks need no calendar");
}

#[test]
fn a_pack_cannot_be_adopted_twice_nor_with_what_is_not_there() {
    let adopt = |adoption| Rulebook::with_shipped_calendars().adopt(adoption);
    let twice = adopt(pack("uk-disp")).unwrap().adopt(pack("uk-disp")).unwrap_err();
    assert!(matches!(twice, AdoptError::Twice { .. }));
    let calendar = adopt(pack("uk-disp").with_calendar("gb-wls".parse().unwrap())).unwrap_err();
    assert!(matches!(calendar, AdoptError::UnknownCalendar { .. }));
    let track = adopt(pack("uk-disp").on_track("pensions".parse().unwrap())).unwrap_err();
    assert!(matches!(track, AdoptError::UnknownTrack { .. }));
}

#[test]
fn clocks_read_the_events_of_a_complaint_and_a_corrected_receipt() {
    let fact = |event, at: &str| Fact {
        event,
        actor: Actor { id: ActorId("ana".parse().unwrap()), role: Role::Agent },
        occurred_at: time(at),
        recorded_at: time(at),
    };
    let receipt = Receipt {
        channel: Channel::Email,
        source: Source::Direct,
        matter: None,
        respondent: None,
        region: None,
        language: None,
        tags: Vec::new(),
        remedies_requested: Vec::new(),
    };
    let forwarding = Communication {
        direction: Direction::Outgoing,
        party: Party::Respondent,
        channel: Channel::RegulatorPlatform,
        purpose: Purpose::Forwarding,
    };
    let correction = Correction {
        corrects: 0,
        fact: CorrectedFact::ReceivedAt { received_at: time("2026-03-01T09:00:00Z") },
        reason: CorrectionReason::ClericalError,
    };
    let history = [
        fact(ComplaintEvent::Received(receipt), "2026-03-02T09:00:00Z"),
        fact(ComplaintEvent::CommunicationRecorded(forwarding), "2026-03-03T09:00:00Z"),
        fact(ComplaintEvent::Corrected(correction), "2026-03-04T09:00:00Z"),
    ];
    let expected = [
        ClockFact::received(time("2026-03-01T09:00:00Z")),
        ClockFact::forwarded(time("2026-03-03T09:00:00Z")),
    ];
    assert_eq!(clock_facts(&history), expected);
    assert_eq!(clock_facts(&history[..1]), [ClockFact::received(time("2026-03-02T09:00:00Z"))]);
}
