//! Facts into letters.

use complaint_domain::{
    complaint::{Channel, Finding, Outcome, Recourse, RemedyKind, Response, ResponseKind},
    money::Money,
};
use iso_currency::Currency;
use jiff::civil::date;

use crate::{
    ComposeError, Letter, LetterFacts, LetterKind, LetterLocale, OfferedRemedy, Sender, Wording,
    compose,
};

pub(super) fn sender() -> Sender {
    Sender {
        company: "Example Bank plc".to_owned(),
        address: vec!["1 High Street".to_owned(), "London EC1A 1AA".to_owned()],
        contact: "complaints@bank.example".to_owned(),
        signatory: "Complaints team".to_owned(),
    }
}

pub(super) fn final_response() -> Response {
    Response {
        kind: ResponseKind::Final,
        channel: Channel::Letter,
        outcome: Some(Outcome::PartlyUpheld),
        findings: vec![
            Finding { issue: "Late fee".parse().unwrap(), outcome: Outcome::Upheld },
            Finding { issue: "Rude call".parse().unwrap(), outcome: Outcome::NotUpheld },
        ],
        remedies: Vec::new(),
        recourse: Some(Recourse {
            body: "Financial Ombudsman Service".parse().unwrap(),
            until: date(2026, 9, 11),
        }),
        expected_by: None,
        platform: None,
    }
}

/// A response that only says that it takes longer.
fn holding() -> Response {
    Response {
        kind: ResponseKind::Holding,
        outcome: None,
        findings: Vec::new(),
        recourse: None,
        ..final_response()
    }
}

const REMEDIES: &[OfferedRemedy] = &[OfferedRemedy { kind: RemedyKind::Apology, amount: None }];

pub(super) fn facts<'a>(sender: &'a Sender, response: Option<&'a Response>) -> LetterFacts<'a> {
    LetterFacts {
        complaint: "complaint-01JNQ0C2Z0000000000000000A",
        sender,
        addressee: Some("Grace Hopper"),
        address: Some("7 Mill Lane\nYork YO1 7AA"),
        date: date(2026, 3, 11),
        received_on: date(2026, 2, 2),
        due_on: None,
        text: Some("We charged the fee twice.\n\nThe second charge was our mistake."),
        response,
        remedies: REMEDIES,
    }
}

fn write(
    kind: LetterKind,
    packs: &[&str],
    facts: &LetterFacts<'_>,
) -> Result<Letter, ComposeError> {
    compose(kind, packs, &Wording::shipped(LetterLocale::En).unwrap(), facts)
}

#[test]
fn a_final_response_under_disp_says_what_disp_demands() {
    let (sender, response) = (sender(), final_response());
    let refund = Money { amount: "12.50".parse().unwrap(), currency: Currency::GBP };
    let remedies = [
        OfferedRemedy { kind: RemedyKind::Refund, amount: Some(refund) },
        OfferedRemedy { kind: RemedyKind::Apology, amount: None },
    ];
    let facts = LetterFacts { remedies: &remedies, ..facts(&sender, Some(&response)) };
    let letter = write(LetterKind::FinalResponse, &["uk-disp"], &facts).unwrap();
    assert_eq!(
        letter.stated,
        ["uk-disp-refer", "uk-disp-time-limit", "uk-disp-website", "uk-disp-leaflet"]
    );
    insta::assert_snapshot!(letter.plain_text());
}

/// The rule's words say it, and nobody reads it three times; packs that demand the same words get them once.
#[test]
fn an_acknowledgement_says_once_that_the_complaint_was_received() {
    let sender = sender();
    let facts = LetterFacts { text: None, remedies: &[], ..facts(&sender, None) };
    for packs in [&["iso-10002"][..], &["uk-disp"], &["iso-10002", "au-rg271"]] {
        let letter = write(LetterKind::Acknowledgement, packs, &facts).unwrap();
        let text = letter.plain_text();
        assert_eq!(text.matches("received").count(), 1, "{text}");
        assert_eq!(letter.stated.len(), packs.len());
    }
    let alone = write(LetterKind::Acknowledgement, &[], &facts).unwrap().plain_text();
    assert!(alone.contains("which reached us on 2 February 2026"), "{alone}");
}

#[test]
fn the_same_decision_in_chinese() {
    let (sender, response) = (sender(), final_response());
    let facts = LetterFacts {
        addressee: Some("王小明"),
        address: None,
        text: Some("我们重复收取了费用。"),
        ..facts(&sender, Some(&response))
    };
    let wording = Wording::shipped(LetterLocale::Zh).unwrap();
    let letter =
        compose(LetterKind::FinalResponse, &["cn-bank-insurance"], &wording, &facts).unwrap();
    insta::assert_snapshot!(letter.plain_text());
}

#[test]
fn a_holding_response_without_a_day_is_refused_and_the_rule_is_named() {
    let (sender, response) = (sender(), holding());
    let facts = facts(&sender, Some(&response));
    let refused = write(LetterKind::Holding, &["eu-psd2"], &facts).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "expected the day by which the final response can be expected for `eu-psd2-final-by`, \
         which Directive (EU) 2015/2366 art. 101(2) makes a letter of the kind holding say, found \
         none"
    );
    // Nor without any pack: a holding letter always says when.
    assert!(matches!(
        write(LetterKind::Holding, &[], &facts),
        Err(ComposeError::Needs { letter: LetterKind::Holding, .. })
    ));
}

#[test]
fn a_request_for_information_says_what_is_needed() {
    let sender = sender();
    let silent = LetterFacts { text: None, ..facts(&sender, None) };
    assert!(write(LetterKind::InformationRequest, &[], &silent).is_err());
    let letter = write(LetterKind::InformationRequest, &[], &facts(&sender, None)).unwrap();
    assert!(letter.plain_text().contains("We charged the fee twice."));
}

#[test]
fn a_rule_that_gives_the_handlers_words_a_place_has_them_once() {
    let sender = sender();
    let response = Response { expected_by: Some(date(2026, 4, 1)), ..holding() };
    let facts = facts(&sender, Some(&response));
    let letter = write(LetterKind::Holding, &["au-rg271"], &facts).unwrap();
    assert_eq!(letter.plain_text().matches("We charged the fee twice.").count(), 1);
    assert!(letter.plain_text().contains("1 April 2026"));
}

#[test]
fn every_kind_can_be_written_in_every_language_under_every_pack() {
    let sender = sender();
    let response = Response { expected_by: Some(date(2026, 4, 1)), ..final_response() };
    let facts = LetterFacts { due_on: Some(date(2026, 3, 30)), ..facts(&sender, Some(&response)) };
    for locale in LetterLocale::ALL {
        let wording = Wording::shipped(*locale).unwrap();
        for kind in LetterKind::ALL {
            for pack in complaint_domain::clock::shipped::pack_codes() {
                let letter = compose(*kind, &[pack], &wording, &facts)
                    .unwrap_or_else(|error| panic!("{kind} under {pack}: {error}"));
                assert!(!letter.plain_text().contains('{'), "{kind} under {pack}");
            }
        }
    }
}

#[test]
fn a_letter_shows_nothing_of_the_person_when_it_is_traced() {
    let (sender, response) = (sender(), final_response());
    let facts = facts(&sender, Some(&response));
    let letter = write(LetterKind::FinalResponse, &[], &facts).unwrap();
    let traced = format!("{letter:?} {facts:?} {:?}", letter.blocks);
    assert!(!traced.contains("Hopper") && !traced.contains("Mill Lane"), "{traced}");
}

#[test]
fn what_a_complainant_wrote_into_a_name_makes_no_line_of_the_letter_and_moves_no_cursor() {
    let (sender, response) = (sender(), final_response());
    let facts = LetterFacts {
        addressee: Some("Grace\nDear bank,\u{1b}[2J Hopper"),
        address: Some("7 Mill\tLane\r\nYork\u{202e} YO1 7AA"),
        text: Some("We charged\rthe fee twice.\r\n\r\nThe second\u{7} was our mistake."),
        ..facts(&sender, Some(&response))
    };
    let text = write(LetterKind::FinalResponse, &[], &facts).unwrap().plain_text();
    assert!(text.contains("\nGrace Dear bank,[2J Hopper\n7 Mill Lane\nYork YO1 7AA\n"), "{text}");
    assert!(text.contains("twice.\n\nThe second was our mistake.\n"), "{text}");
    assert!(!text.contains(|c: char| c != '\n' && c.is_control()), "{text:?}");
}
