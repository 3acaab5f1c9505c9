//! What rules demand and what wordings say must fit each other.

use std::collections::{BTreeMap, BTreeSet};

use complaint_domain::clock::shipped;

use crate::{
    letter::LetterKind,
    statement::{StatementStatus, every, statements},
    wording::{LetterLocale, Wording, WordingError, variables},
};

fn messages(locale: LetterLocale) -> BTreeMap<String, Vec<String>> {
    let text = match locale {
        LetterLocale::En => include_str!("../../wording/en.ftl"),
        LetterLocale::Zh => include_str!("../../wording/zh.ftl"),
    };
    variables(text).into_iter().collect()
}

#[test]
fn both_languages_say_the_same_things_with_the_same_facts() {
    assert_eq!(messages(LetterLocale::En), messages(LetterLocale::Zh));
}

#[test]
fn every_demanded_statement_has_a_wording_and_a_pack_and_none_is_spare() {
    let packs: BTreeSet<_> = shipped::pack_codes().collect();
    let worded = messages(LetterLocale::En);
    let mut stated = BTreeSet::new();
    for (pack, _, statement) in every() {
        assert!(packs.contains(pack.as_str()), "{pack} is no rule pack");
        assert!(worded.contains_key(&statement.code), "{} has no wording", statement.code);
        assert!(!statement.citation.is_empty());
        stated.insert(statement.code);
    }
    let is_of_a_pack = |name: &&String| {
        name.starts_with("cn-samr-")
            || packs.iter().any(|pack| name.starts_with(&format!("{pack}-")))
    };
    let spare: Vec<_> =
        worded.keys().filter(is_of_a_pack).filter(|name| !stated.contains(*name)).collect();
    assert_eq!(spare, Vec::<&String>::new());
}

#[test]
fn a_letter_under_two_packs_says_a_thing_once() {
    let codes: Vec<_> =
        statements(&["cn-samr-order-20", "cn-samr-order-121"], LetterKind::FinalResponse)
            .into_iter()
            .map(|statement| statement.code.as_str())
            .collect();
    assert_eq!(codes, ["cn-samr-routes"]);
}

#[test]
fn what_nobody_has_read_in_a_rule_is_marked_so() {
    let unread: Vec<_> = every()
        .into_iter()
        .filter(|(_, _, statement)| statement.status == StatementStatus::Unverified)
        .map(|(_, _, statement)| statement.code)
        .collect();
    assert!(unread.contains(&"eu-psd2-adr".to_owned()), "{unread:?}");
}

#[test]
fn a_company_may_write_in_its_own_manner_but_not_drop_what_a_rule_demands() {
    let own = |text: &str| Wording::with_own(LetterLocale::En, text).err();
    assert_eq!(own("letter-close = Kind regards,\n"), None);
    let name = |name: &str| name.to_owned();
    assert_eq!(
        own("uk-disp-leaflet = No leaflet.\n"),
        Some(WordingError::NotReplaceable { name: name("uk-disp-leaflet") })
    );
    assert_eq!(
        own("letter-farewell = Bye\n"),
        Some(WordingError::Unknown { name: name("letter-farewell") })
    );
    assert_eq!(
        own("letter-holding-expected = Soon.\n"),
        Some(WordingError::Variables {
            name: name("letter-holding-expected"),
            expected: name("expected"),
            found: name("no variable"),
        })
    );
    assert!(matches!(own("letter-close Kind regards\n"), Some(WordingError::Syntax { .. })));
}

#[test]
fn every_month_has_a_name() {
    for locale in LetterLocale::ALL {
        let wording = Wording::shipped(*locale).unwrap();
        for month in 1..=12 {
            let text = wording.date(jiff::civil::date(2026, month, 9)).unwrap();
            assert!(text.contains("2026") && text.contains('9'), "{text}");
        }
    }
    let wording = Wording::shipped(LetterLocale::Zh).unwrap();
    assert_eq!(wording.date(jiff::civil::date(2026, 2, 28)).unwrap(), "2026年2月28日");
}
