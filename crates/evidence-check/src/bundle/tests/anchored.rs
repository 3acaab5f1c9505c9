//! Bundles with a time stamp: what it shows, and what of it a forger cannot change.

use std::fmt::Write as _;

use super::*;
use crate::{
    anchor::Stamps,
    test_data::{ANCHOR, Roots, STAMP, STAMPED_AT, SmallLog, anchor_data},
};

const LATER: &str = "2027-01-01T00:00:00.000Z";

fn looked_at(bytes: &[u8], stamps: Option<&dyn Stamps>) -> Checked {
    let policy = strict_policy();
    check_any(bytes, &Trust { stamps, ..Trust::policy(&policy) })
}

fn anchored() -> Contents {
    let log = SmallLog::anchored(Some(LATER));
    log.anchored_contents(log.tree.size())
}

fn fact(checked: &Checked, name: &str) -> String {
    let found = checked.facts.iter().find(|(fact, _)| fact == name);
    found.unwrap_or_else(|| panic!("{name} in {:?}", checked.facts)).1.clone()
}

/// What does not hold for somebody who knows the authority's root.
#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    let checked = looked_at(bytes, Some(&Roots::known()));
    let (at, claim, why) = checked.first_failure().expect("something that fails");
    format!("{at}: {claim}: {why}")
}

/// An anchored bundle with a file changed, and all else made to fit.
fn forged(name: &str, content: Option<&[u8]>) -> Vec<u8> {
    let mut files = read_archive(&write(&anchored()).unwrap()).unwrap();
    match content {
        Some(content) => drop(files.insert(name.to_owned(), content.to_vec())),
        None => drop(files.remove(name).unwrap()),
    }
    listed_again(files, |_| {})
}

/// The fuzzer begins from it, and knows the small log's key. Written anew with `REDRESS_WRITE_SEEDS=1`.
#[test]
fn the_fuzzer_has_this_bundle_among_its_seeds() {
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/bundle/anchored.zip");
    let bundle = write(&anchored()).unwrap();
    if std::env::var_os("REDRESS_WRITE_SEEDS").is_some() {
        std::fs::write(seed, &bundle).unwrap();
    }
    assert!(std::fs::read(seed).unwrap() == bundle, "write the seed anew");
    let readers = include_str!("../../../../../fuzz/src/readers.rs");
    assert!(
        readers.contains(&crate::test_data::key().verifier().to_string()),
        "the key of the seed"
    );
}

#[test]
fn the_recorded_stamp_is_over_the_small_log() {
    let stamped = SmallLog::new(false).checkpoint_of(ANCHOR).to_string();
    let looked = Roots::nobody().look(STAMP, stamped.as_bytes());
    assert!(looked.is_ok(), "{looked:?}: stamp this anew with recorded/make.sh\n{stamped}");
}

#[test]
fn a_stamp_bounds_the_events_before_it_and_after_it_for_who_knows_its_root() {
    let checked = looked_at(&write(&anchored()).unwrap(), Some(&Roots::known()));
    assert!(checked.is_good, "{:#?}", checked.steps);
    let stamp = fact(&checked, "time stamp");
    assert_eq!(
        stamp,
        format!("6 records existed at {STAMPED_AT}, give or take 1000 ms, says time of tests")
    );
    assert!(fact(&checked, "events 0 to 1").starts_with("before 20"), "{:?}", checked.facts);
    assert!(fact(&checked, "event 2").ends_with("; no stamp covers it yet"));
    let open: Vec<_> =
        checked.steps.iter().filter(|step| matches!(step.verdict, Verdict::Open(_))).collect();
    assert_eq!(
        open.len(),
        1,
        "what came after the index commitment, and nothing of the stamp: {open:?}"
    );
}

#[test]
fn without_a_root_the_stamp_is_bound_to_the_case_and_its_time_stays_open() {
    let bytes = write(&anchored()).unwrap();
    for stamps in [None, Some(&Roots::nobody() as &dyn Stamps)] {
        let checked = looked_at(&bytes, stamps);
        assert!(checked.is_good, "{:#?}", checked.steps);
        assert!(!checked.facts.iter().any(|(name, _)| name == "time stamp"));
        let open = |step: &&crate::Step| {
            step.at == anchor_name(ANCHOR) && matches!(step.verdict, Verdict::Open(_))
        };
        let claim = &checked.steps.iter().find(open).unwrap().claim;
        assert_eq!(*claim, format!("an authority you trust saw these 6 records at {STAMPED_AT}"));
    }
}

#[test]
fn a_stamp_over_the_very_checkpoint_of_the_bundle_needs_no_later_one() {
    let log = SmallLog::anchored(None);
    let checked = looked_at(&write(&log.anchored_contents(ANCHOR)).unwrap(), Some(&Roots::known()));
    assert!(checked.is_good, "{:#?}", checked.steps);
    assert!(fact(&checked, "events 0 to 1").starts_with("before 20"));
    let open = checked.steps.iter().find(|step| matches!(step.verdict, Verdict::Open(_))).unwrap();
    assert_eq!(open.verdict, Verdict::Open("a checkpoint signed after it".to_owned()));
}

#[test]
fn a_bundle_without_time_stamps_is_of_version_1_and_one_with_them_of_version_2() {
    let manifest = |bytes: &[u8]| {
        let files = read_archive(bytes).unwrap();
        String::from_utf8(files[MANIFEST].clone()).unwrap()
    };
    let (without, with) = (manifest(&bundle(true)), manifest(&write(&anchored()).unwrap()));
    assert!(without.contains("\"version\":1,") && !without.contains("anchors"), "{without}");
    assert!(with.contains("\"version\":2,") && with.contains("\"anchors\":[6]"), "{with}");
    for (from, to) in [("\"version\":2", "\"version\":1"), ("\"anchors\":[6],", "\"anchors\":[],")]
    {
        let changed = with.replace(from, to);
        let files = read_archive(&write(&anchored()).unwrap()).unwrap();
        let bytes = listed_again(files, |text| *text = changed.clone());
        assert!(refusal(&bytes).starts_with("bundle.json: it is a list of contents"));
    }
}

#[test]
fn a_record_of_a_stamp_that_was_changed_is_refused_at_what_it_no_longer_fits() {
    let log = SmallLog::anchored(Some(LATER));
    let (name, record) = (anchor_name(ANCHOR), log.records[6].1.clone());
    let stamped = log.checkpoint_of(ANCHOR);
    let other = log.checkpoint_of(5);
    let cases = [
        (
            record.replace("ledger.time-anchored.v1", "complaint.closed.v1"),
            "expected a record of type",
        ),
        (record.replace("ledger-X", "complaint-X"), "expected a record of type"),
        (record.replace("\"size\":6", "\"size\":5"), "it names another tree or digest"),
        (record.replace("ledger.example", "ledger.invalid"), "line 1: expected the origin"),
        (record.replace("\"imprint\":\"", "\"imprint\":\"0"), "it names another tree or digest"),
        (record.replace("{\"inline\":\"", "{\"inline\":\"!"), "expected the stamp in the record"),
        (
            record.replace(
                &anchor_data(&stamped, STAMPED_AT, STAMP),
                &anchor_data(&other, STAMPED_AT, STAMP),
            ),
            "proofs: the root",
        ),
    ];
    for (changed, why) in cases {
        assert_ne!(changed, record, "{why}");
        let said = refusal(&forged(&name, Some(changed.as_bytes())));
        let is_of_proof = said.starts_with("anchors/000000000006.tlog-proof: ");
        assert!(said.contains(why) || is_of_proof, "{why}: {said}");
        assert!(said.starts_with("anchors/000000000006."), "{said}");
    }
}

#[test]
fn a_stamp_over_another_checkpoint_by_a_stranger_or_of_another_time_is_refused() {
    // Not in the log yet, so that nothing but the stamp itself can tell.
    let log = SmallLog::anchored(None);
    let with = |data: String| {
        let mut contents = log.anchored_contents(ANCHOR);
        let before = anchor_data(&log.checkpoint_of(ANCHOR), STAMPED_AT, STAMP);
        let record = &mut contents.anchors[0].record;
        assert!(record.contains(&before));
        *record = record.replace(&before, &data);
        write(&contents).unwrap()
    };
    let (stamped, other) = (log.checkpoint_of(ANCHOR), log.checkpoint_of(5));
    let elsewhere = refusal(&with(anchor_data(&other, STAMPED_AT, STAMP)));
    assert!(elsewhere.contains("line 1: expected the size 5, found 6"), "{elsewhere}");
    let dated = refusal(&with(anchor_data(&stamped, "2020-01-01T00:00:00Z", STAMP)));
    assert!(dated.contains("the stamp states another time than its record"), "{dated}");
    let mut token = STAMP.to_vec();
    let last = token.len() - 1;
    token[last] ^= 1;
    let unsigned = refusal(&with(anchor_data(&stamped, STAMPED_AT, &token)));
    assert!(
        unsigned.starts_with("anchors/000000000006.json: an authority you trust"),
        "{unsigned}"
    );
    // A checkpoint signed once more is another document, whatever tree it is of.
    let mut again = stamped;
    again.add(crate::test_data::witness().sign(again.text(), 1_750_000_001));
    let other_note = refusal(&with(anchor_data(&again, STAMPED_AT, STAMP)));
    assert!(other_note.contains("the stamp is over the digest"), "{other_note}");
}

#[test]
fn proofs_of_a_stamp_that_are_missing_strange_or_too_many_are_named() {
    let log = SmallLog::anchored(Some(LATER));
    let growth = anchor_growth_name(ANCHOR);
    let missing = refusal(&forged(&growth, None));
    assert!(missing.starts_with("anchors/000000000006.growth: the first 6 records"), "{missing}");
    assert!(missing.contains("line 1: expected `old`"), "{missing}");
    let missing = refusal(&forged(&anchor_proof_name(ANCHOR), None));
    assert!(missing.contains("line 1"), "{missing}");
    let short = prove_growth(&log, 5);
    let said = refusal(&forged(&growth, Some(short.as_bytes())));
    assert!(said.contains("line 1: expected the size 6, found 5"), "{said}");
    let strange = refusal(&forged("anchors/000000000007.json", Some(b"{}")));
    assert!(strange.contains("no such file in a bundle of version 2"), "{strange}");
    // Proved under a checkpoint that does not cover it.
    let mut contents = log.anchored_contents(ANCHOR);
    contents.anchors[0].proof = Some(log.proof(ANCHOR));
    let stray = refusal(&write(&contents).unwrap());
    assert!(
        stray.starts_with("anchors/000000000006.tlog-proof: it belongs to the bundle"),
        "{stray}"
    );
}

fn prove_growth(log: &SmallLog, from: u64) -> String {
    let size = log.tree.size();
    let hashes = merkle_log::prove_consistency(&log.tree, from, size).unwrap();
    let mut text = format!("old {from}\n");
    for hash in hashes {
        writeln!(text, "{}", crate::text::to_base64(hash.0)).unwrap();
    }
    format!("{text}\n{}", log.checkpoint())
}

#[test]
fn an_event_dated_back_before_a_stamp_that_it_follows_is_named() {
    let log = SmallLog::anchored(Some("2026-03-01T10:00:00.000Z"));
    let bytes = write(&log.anchored_contents(log.tree.size())).unwrap();
    let said = refusal(&bytes);
    assert!(said.starts_with("records/000000000007.json: the dates of the events fit"), "{said}");
    assert!(said.ends_with("it is dated back"), "{said}");
    // Who knows no root cannot say so.
    assert!(looked_at(&bytes, Some(&Roots::nobody())).is_good);
}

#[test]
fn an_event_without_a_date_cannot_hide_behind_that() {
    let log = SmallLog::anchored(Some("some day"));
    let said = refusal(&write(&log.anchored_contents(log.tree.size())).unwrap());
    assert!(said.contains("expected a time at which it was recorded"), "{said}");
}

#[test]
fn every_changed_byte_of_the_files_of_a_stamp_is_refused_however_the_rest_is_made_to_fit() {
    let files = read_archive(&write(&anchored()).unwrap()).unwrap();
    let mut tried = 0;
    for name in [anchor_name(ANCHOR), anchor_growth_name(ANCHOR), anchor_proof_name(ANCHOR)] {
        let whole = &files[&name];
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            let mut files = files.clone();
            files.insert(name.clone(), changed);
            let checked = looked_at(&listed_again(files, |_| {}), None);
            let said = checked.first_failure().unwrap_or_else(|| panic!("{name} byte {at}"));
            assert!(said.0.starts_with("anchors/000000000006."), "{name} byte {at}: {said:?}");
            tried += 1;
        }
    }
    assert!(tried > 3_000, "{tried}");
}
