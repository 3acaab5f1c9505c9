use super::*;
use crate::{
    check::{Trust, Verdict, check as check_any},
    test_data::{CASE, SmallLog, policy, strict_policy},
};

fn bundle(more: bool) -> Vec<u8> {
    write(&SmallLog::new(more).contents()).unwrap()
}

fn checked(bytes: &[u8]) -> Checked {
    let policy = strict_policy();
    check_any(bytes, &Trust::policy(&policy))
}

/// The bundle with one file replaced, its list of contents and its page made to agree: what somebody
/// would do who means to deceive.
fn forged(name: &str, content: &[u8]) -> Vec<u8> {
    let mut files = read_archive(&bundle(true)).unwrap();
    files.insert(name.to_owned(), content.to_vec());
    listed_again(files, |_| {})
}

/// A bundle of these files, its list of contents (changed once more) and its page made to agree.
fn listed_again(mut files: Files, change: impl FnOnce(&mut String)) -> Vec<u8> {
    files.remove(PAGE);
    let mut manifest = parse_manifest(&files.remove(MANIFEST).unwrap()).unwrap();
    manifest.files = files.iter().map(|(name, bytes)| (name.clone(), digest(bytes))).collect();
    let mut manifest = serde_json::to_string(&manifest).unwrap();
    change(&mut manifest);
    files.insert(MANIFEST.to_owned(), manifest.into_bytes());
    let page = page::with_evidence(&write_archive(&files).unwrap());
    files.insert(PAGE.to_owned(), page.into_bytes());
    write_archive(&files).unwrap()
}

#[track_caller]
fn failure(bytes: &[u8]) -> String {
    let checked = checked(bytes);
    let (at, claim, why) = checked.first_failure().expect("something that fails");
    format!("{at}: {claim}: {why}")
}

#[test]
fn a_bundle_shows_the_case_its_words_and_that_nothing_is_missing() {
    let checked = checked(&bundle(false));
    assert!(checked.is_good, "{:#?}", checked.steps);
    assert_eq!(checked.kind, Kind::Bundle);
    assert!(checked.facts.contains(&("stream".to_owned(), CASE.to_owned())));
    assert!(
        checked.facts.iter().any(|(n, v)| n == "all events" && v == "2, as of the first 5 records")
    );
    assert_eq!(checked.opened.len(), 2);
    assert!(!checked.steps.iter().any(|step| matches!(step.verdict, Verdict::Open(_))));
}

#[test]
fn what_came_after_the_commitment_is_said_to_be_open() {
    let checked = checked(&bundle(true));
    assert!(checked.is_good);
    let open = checked.steps.iter().find(|step| matches!(step.verdict, Verdict::Open(_))).unwrap();
    assert_eq!(open.claim, "of the 2 records after that, no other is an event of the case");
}

#[test]
fn the_same_contents_give_the_same_bytes() {
    assert_eq!(bundle(true), bundle(true));
}

#[test]
fn every_changed_byte_of_a_bundle_is_found_and_placed() {
    let bytes = bundle(false);
    let policy = policy();
    // Every byte of what is evidence; of the page, which is long, each hundredth.
    let page = bytes.windows(PAGE.len()).position(|window| window == PAGE.as_bytes()).unwrap();
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    let places = (0..page).chain((page..end).step_by(101)).chain(end..bytes.len());
    for at in places {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        let checked = check_any(&changed, &Trust::policy(&policy));
        assert!(!checked.is_good, "byte {at}");
    }
}

#[test]
fn a_forged_record_fails_at_its_own_proof() {
    let log = SmallLog::new(true);
    let forged_record = log.records[3].1.replace("agent-1", "agent-9");
    let said = failure(&forged(&record_name(3), forged_record.as_bytes()));
    assert!(
        said.starts_with("proofs/000000000003.tlog-proof: the record is at position 3"),
        "{said}"
    );
}

#[test]
fn a_forged_checkpoint_fails_at_its_signature() {
    let text = SmallLog::new(true).checkpoint().to_string().replacen("\n7\n", "\n8\n", 1);
    let said = failure(&forged(CHECKPOINT, text.as_bytes()));
    assert!(
        said.contains("checkpoint.txt: those whom the policy names have signed it: signature 1"),
        "{said}"
    );
}

#[test]
fn forged_words_fail_at_the_commitment() {
    let name = opening_name(1, "narrative");
    let mut opening = crate::test_data::openings().remove(0);
    opening.content = b"All is well.".to_vec();
    let said = failure(&forged(&name, &serde_json::to_vec(&opening).unwrap()));
    assert!(said.starts_with(&format!("{name}: the record commits to this `narrative`")), "{said}");
}

#[test]
fn a_case_with_an_event_kept_back_does_not_hold() {
    let mut contents = SmallLog::new(false).contents();
    contents.records.pop();
    let said = failure(&write(&contents).unwrap());
    assert!(said.starts_with("index.proof: these are all events of the case"), "{said}");
    // Nor with the first one, nor with another order.
    let mut contents = SmallLog::new(false).contents();
    contents.records.remove(0);
    assert!(failure(&write(&contents).unwrap()).contains("expected version 0"));
    let mut contents = SmallLog::new(false).contents();
    contents.records.reverse();
    assert!(failure(&write(&contents).unwrap()).contains("expected version 0"));
}

#[test]
fn a_stray_file_and_a_missing_one_are_named() {
    let said = failure(&forged("notes.txt", b"trust me"));
    assert_eq!(
        said,
        "notes.txt: it belongs to the bundle: expected no such file in a bundle of version 1"
    );
    let mut contents = SmallLog::new(false).contents();
    contents.index = None;
    let without = write(&contents).unwrap();
    let checked = checked(&without);
    assert!(checked.is_good);
    let open = checked.steps.iter().find(|step| step.at == INDEX).unwrap();
    // Why there is none the checker cannot know: it may have been left out.
    let Verdict::Open(would) = &open.verdict else { panic!("{open:?}") };
    assert!(would.contains("the bundle brings none: ask for the one"), "{would}");
}

/// What a bundle with this text for people comes to, all digests made to fit it.
fn with_readme(change: impl FnOnce(&str) -> String) -> Checked {
    checked(&with_readme_of(&bundle(true), change))
}

fn with_readme_of(bundle: &[u8], change: impl FnOnce(&str) -> String) -> Vec<u8> {
    let mut files = read_archive(bundle).unwrap();
    let text = String::from_utf8(files[README].clone()).unwrap();
    let changed = change(&text);
    assert_ne!(changed, text);
    files.insert(README.to_owned(), changed.into_bytes());
    listed_again(files, |_| {})
}

#[test]
fn a_text_for_people_that_says_what_the_bundle_does_not_hold_is_refused() {
    let change = |from: &'static str, to: &'static str| move |text: &str| text.replace(from, to);
    let failure = |checked: Checked| {
        let (at, claim, why) = checked.first_failure().expect("something that fails");
        format!("{at}: {claim}: {why}")
    };
    let said = failure(with_readme(change("events 3", "events 2")));
    let expected = "README.txt: it says of this bundle what the other files hold: line 6: expected `events 3`, \
                    found `events 2`";
    assert_eq!(said, expected);
    for (from, to) in [
        ("case   complaint-B", "case   complaint-A"),
        ("log    ledger", "log    another"),
        ("narrative (position 1)", "narrative (position 3)"),
        ("narrative (position 1), ", ""),
        ("in a browser: open verify.html", "in a browser: open https://elsewhere"),
        ("everything was entered.\n", "everything was entered.\nThe committee upheld it.\n"),
        ("Reason: no reason was given", "Reason: a court\rKeep"),
        ("Reason: no reason", "Reason: one\nReason: no reason"),
    ] {
        assert!(failure(with_readme(change(from, to))).starts_with("README.txt: "), "{to}");
    }
    let mut files = read_archive(&bundle(true)).unwrap();
    files.remove(README);
    assert!(failure(checked(&listed_again(files, |_| {}))).starts_with("README.txt: "));
}

#[test]
fn a_reason_is_what_the_sender_says_and_that_is_said() {
    let mut contents = SmallLog::new(false).contents();
    contents.reason = Some("the ombudsman\nasked".to_owned());
    let bytes = write(&contents).unwrap();
    let text = String::from_utf8(read_archive(&bytes).unwrap()[README].clone()).unwrap();
    assert!(text.contains("Reason: the ombudsman asked\nKeep it"), "{text}");
    let checked = checked(&bytes);
    assert!(checked.is_good, "{:#?}", checked.steps);
    let open: Vec<_> =
        checked.steps.iter().filter(|step| matches!(step.verdict, Verdict::Open(_))).collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].claim, "fields were opened for the reason that is given");
}

#[test]
fn a_text_that_an_earlier_version_wrote_is_still_good() {
    // The first had no line with a reason, and the order of the fields was always the sender's.
    let first = with_readme(|text| text.replace("Reason: no reason was given\n", ""));
    assert!(first.is_good, "{:#?}", first.steps);
    let (one, other) = ("narrative (position 1)", "receipt-nonce (position 1)");
    let order =
        with_readme(|text| text.replace(&format!("{one}, {other}"), &format!("{other}, {one}")));
    assert!(order.is_good, "{:#?}", order.steps);
    let mut closed = SmallLog::new(false).contents();
    closed.openings.clear();
    assert!(checked(&write(&closed).unwrap()).is_good);
    // One without a proof about the index, and without opened fields, named both all the same.
    closed.index = None;
    let bare = write(&closed).unwrap();
    assert!(checked(&bare).is_good);
    let name = "checkpoint.txt  the";
    let index =
        "index.proof  that these are all events of the case, as of an earlier size of the log\n";
    let opened = "openings/    opened fields: text and salt of what the record commits to\n";
    let earlier = with_readme_of(&bare, |text| {
        assert!(!text.contains("index.proof") && !text.contains("openings/"), "{text}");
        let text = text.replace(name, &format!("{opened}{name}"));
        text.replace("bundle.json  the", &format!("{index}bundle.json  the"))
    });
    let found = checked(&earlier);
    assert!(found.is_good, "{:#?}", found.steps);
    // What is there is named.
    let unnamed = with_readme(|text| text.replace(index, ""));
    assert!(!unnamed.is_good);
    // A bundle that a ledger made on 26 November 2026.
    let issued = include_bytes!("../../../../fuzz/seeds/bundle/case.zip");
    let manifest = parse_manifest(&read_archive(issued).unwrap()[MANIFEST]).unwrap();
    let policy = format!("log {}\nquorum none\n", manifest.log_key);
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let issued = check_any(issued, &Trust::policy(&policy));
    assert!(issued.is_good, "{:#?}", issued.steps);
}

#[test]
fn a_page_that_was_painted_over_is_refused() {
    let mut files = read_archive(&bundle(false)).unwrap();
    let page = String::from_utf8(files.remove(PAGE).unwrap()).unwrap();
    files.insert(PAGE.to_owned(), page.replace("banner(\"bad\"", "banner(\"good\"").into_bytes());
    let said = failure(&write_archive(&files).unwrap());
    assert!(said.starts_with("verify.html: "), "{said}");
}

mod anchored;
