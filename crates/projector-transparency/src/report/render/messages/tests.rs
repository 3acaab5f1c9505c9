//! Nothing is left without a name in either language.

use std::collections::BTreeSet;

use complaint_domain::{
    complaint::{
        Channel, ExternalResult, LinkKind, Outcome, PauseGround, PlatformCategory,
        VulnerabilityDriver,
    },
    right::Right,
    volume::VolumeUnit,
};

use super::*;

/// The places of a text, such as `{n}`.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn every_closed_list_has_a_name_for_each_value_in_each_language() {
    for locale in Locale::ALL {
        let named = |vocabulary: Vocabulary, codes: &[&str]| {
            let (_, names) = locale
                .messages()
                .names
                .iter()
                .find(|(of, _)| *of == vocabulary)
                .expect("the vocabulary has names");
            let known: Vec<&str> = names.iter().map(|(code, _)| *code).collect();
            assert_eq!(known, codes, "{locale:?} {vocabulary:?}");
        };
        let codes: Vec<_> = Channel::ALL.iter().map(|v| v.code()).collect();
        named(Vocabulary::Channel, &codes);
        let codes: Vec<_> = Right::ALL.iter().map(|v| v.code()).collect();
        named(Vocabulary::Right, &codes);
        let mut codes: Vec<_> = Outcome::ALL.iter().map(|v| v.code()).collect();
        codes.push("withdrawn");
        named(Vocabulary::Outcome, &codes);
        let codes: Vec<_> = PlatformCategory::ALL.iter().map(|v| v.code()).collect();
        named(Vocabulary::PlatformResponse, &codes);
        let codes: Vec<_> = VolumeUnit::ALL.iter().map(|v| v.code()).collect();
        named(Vocabulary::Volume, &codes);
        named(Vocabulary::YesNo, &["yes", "no"]);
        named(Vocabulary::Limit, &["none"]);
        let codes: Vec<_> = VulnerabilityDriver::ALL.iter().map(|v| v.code()).collect();
        named(Vocabulary::Vulnerability, &codes);
        let codes: Vec<_> = LinkKind::ALL.iter().map(|v| v.code()).collect();
        named(Vocabulary::Link, &codes);
        let codes: Vec<_> = PauseGround::ALL.iter().map(|v| v.code()).collect();
        named(Vocabulary::Pause, &codes);
        let codes: Vec<_> = ExternalResult::ALL.iter().map(|v| v.code()).collect();
        named(Vocabulary::OutsideResult, &codes);
    }
}

#[test]
fn both_languages_say_the_same_things() {
    let [en, zh] = Locale::ALL.map(Locale::messages);
    let ids = |m: &Messages| m.about.iter().map(|about| about.id).collect::<Vec<_>>();
    assert_eq!(ids(en), ids(zh));
    let ids = |m: &Messages| m.sections.iter().map(|section| section.id).collect::<Vec<_>>();
    assert_eq!(ids(en), ids(zh));
    assert_eq!(en.how.len(), zh.how.len());
    for (en, zh) in [
        (en.lead, zh.lead),
        (en.provenance, zh.provenance),
        (en.signal_sentence, zh.signal_sentence),
        (en.signal_sentence_withheld, zh.signal_sentence_withheld),
        (en.chart_heading, zh.chart_heading),
        (en.chart_cause_text, zh.chart_cause_text),
        (en.known_of, zh.known_of),
        (en.moment, zh.moment),
        (en.partly, zh.partly),
        (en.not_over, zh.not_over),
        (en.balance_sentence, zh.balance_sentence),
        (en.largest_sentence, zh.largest_sentence),
        (en.duration_sentence, zh.duration_sentence),
        (en.upheld_sentence, zh.upheld_sentence),
        (en.survey_sentence, zh.survey_sentence),
        (en.volume_sentence, zh.volume_sentence),
        (en.pooled_note, zh.pooled_note),
        (en.pooled, zh.pooled),
        (en.counted, zh.counted),
        (en.data_file, zh.data_file),
        (en.chart_flow_text, zh.chart_flow_text),
        (en.chart_bars_text, zh.chart_bars_text),
        (en.chart_stack_text, zh.chart_stack_text),
        (en.band_days, zh.band_days),
        (en.band_over, zh.band_over),
        (en.minimum_text, zh.minimum_text),
        (en.minimum_none, zh.minimum_none),
        (en.key_share_note, zh.key_share_note),
        (en.key_median_note, zh.key_median_note),
        (en.key_upheld_note, zh.key_upheld_note),
        (en.key_redress_note, zh.key_redress_note),
    ] {
        assert_eq!(places(en), places(zh), "{en}");
    }
}

#[test]
fn numbers_are_set_in_groups_of_three() {
    assert_eq!(number(0), "0");
    assert_eq!(number(999), "999");
    assert_eq!(number(8_340), "8,340");
    assert_eq!(number(1_234_567), "1,234,567");
    assert_eq!(percent(3_333), "33.3%");
    assert_eq!(percent(9_995), "100.0%");
}

#[test]
fn a_limit_has_the_name_that_its_pack_gives_it() {
    let [en, zh] = Locale::ALL.map(Locale::messages);
    assert!(en.limit("uk-disp/final-response").ends_with(" · uk-disp/final-response"));
    assert_ne!(en.limit("uk-disp/final-response"), zh.limit("uk-disp/final-response"));
    assert_eq!(en.limit("house/final-response"), "house/final-response");
    assert_eq!(en.limit("none"), "No missed limit noted");
}

#[test]
fn a_language_is_known_by_its_code() {
    assert_eq!("zh".parse(), Ok(Locale::Zh));
    assert_eq!("fr".parse::<Locale>(), Err(ParseLocaleError));
}
