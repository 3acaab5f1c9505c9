use std::os::unix::fs::symlink;

use complaint_domain::{report::ReportKind, sealed::Hex};
use event_log::StreamId;
use evidence_check::Kind;
use merkle_log::{Checkpoint, KeyKind, Policy, SignerKey, empty_root};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;

const LISTED: [&str; 2] = ["report.en.html", "tables/months.csv"];

/// A folder with the files of a report, their list and the proof of the publication.
fn report() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("tables")).unwrap();
    for name in [LISTED[0], LISTED[1], LIST, "published.tlog-proof"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    folder
}

fn found_in(folder: &Path) -> Result<(), String> {
    let listed = LISTED.map(str::to_owned);
    alone(folder, &listed, &[&folder.join("published.tlog-proof")])
}

#[test]
fn the_files_of_a_report_and_the_proof_that_is_checked_lie_alone() {
    let folder = report();
    assert_eq!(found_in(folder.path()), Ok(()));
    // The same folder by another name, as with `--report .`.
    let nested = folder.path().join("tables/..");
    assert_eq!(found_in(&nested), Ok(()));
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(found_in(folder.path()), Ok(()), "a folder without files shows nothing");
}

#[test]
fn a_file_that_nobody_published_is_named_wherever_it_lies() {
    let folder = report();
    fs::create_dir_all(folder.path().join("tables/sub")).unwrap();
    fs::write(folder.path().join("report.fr.html"), "a forgery").unwrap();
    fs::write(folder.path().join("tables/sub/x.csv"), "a forgery").unwrap();
    let said = found_in(folder.path()).unwrap_err();
    assert!(said.contains("found report.fr.html, tables/sub/x.csv: nobody"), "{said}");
    for name in ["a", "b", "c"] {
        fs::write(folder.path().join(name), "more").unwrap();
    }
    let said = found_in(folder.path()).unwrap_err();
    assert!(said.contains("found a, b, c and more: nobody"), "{said}");
}

#[test]
fn a_link_and_another_proof_are_strangers_too() {
    let folder = report();
    let elsewhere = report();
    symlink(elsewhere.path(), folder.path().join("more")).unwrap();
    assert!(found_in(folder.path()).unwrap_err().contains("found more: nobody"));
    fs::remove_file(folder.path().join("more")).unwrap();
    fs::write(folder.path().join("other.tlog-proof"), "another").unwrap();
    assert!(found_in(folder.path()).unwrap_err().contains("found other.tlog-proof: nobody"));
}

/// A folder with the files of a report that was counted from four records, and what a record says of it.
fn counted() -> (tempfile::TempDir, Value) {
    let folder = tempfile::tempdir().unwrap();
    let text = json!({
        "period": {"first_day": "2031-01-01", "last_day": "2031-03-31"},
        "cutoff": {"tree_size": 4, "root": "09".repeat(32)},
        "flow": {"outstanding_at_start": 1, "received": 2, "reopened": 0, "closed": 1,
            "withdrawn": 1, "outstanding_at_end": 1},
    });
    let text = text.to_string();
    fs::write(folder.path().join("report.json"), &text).unwrap();
    let digest = |text: &str| Hex::<32>(Sha256::digest(text).into()).to_string();
    let list = format!("{}  report.json\n", digest(&text));
    fs::write(folder.path().join(LIST), &list).unwrap();
    let data = json!({
        "report": {
            "kind": "transparency", "first_day": "2031-01-01", "last_day": "2031-03-31", "size": 4,
            "root": "09".repeat(32), "digest": digest(&list),
            "balance": {"at_start": 1, "came": 2, "went": 2, "at_end": 1},
        },
        "endorsed": {"digest": digest(&list), "quorum": 3, "votes_for": 2, "votes_against": 0,
            "abstentions": 1},
    });
    (folder, data)
}

fn stream() -> StreamId {
    let day = |text: &str| text.parse().unwrap();
    report_stream_of(ReportKind::Transparency, day("2031-01-01"), day("2031-03-31"))
}

/// What is said of the files when the eleventh event of a stream, at a position, has such a body. That it is in
/// the log was checked before.
fn said_of(folder: &Path, stream: &str, position: u64, data: &Value) -> Checked {
    let record = json!({
        "type": "report.published.v1", "stream": stream, "version": 10, "recorded_at": "2031-04-06T10:00:00Z",
        "occurred_at": "2031-04-06T10:00:00Z", "data": data,
    });
    let key = SignerKey::from_seed("log.example", KeyKind::Note, &[7; 32]).unwrap();
    let proof = LogProof {
        extra: Some(Enclosure::of_record(record.to_string()).to_bytes()),
        index: position,
        hashes: Vec::new(),
        checkpoint: Checkpoint::new("log.example", 0, empty_root()).unwrap().signed_by(&key),
    };
    let checked = Checked {
        kind: Kind::RecordProof,
        is_good: true,
        steps: Vec::new(),
        facts: Vec::new(),
        opened: Vec::new(),
        looked_for: None,
        contents: Vec::new(),
    };
    let policy = Policy::parse(b"quorum none\n").unwrap();
    let trust = Trust::policy(&policy);
    hold(checked, proof.to_string().as_bytes(), folder, &[], &trust)
}

/// The one reason why something is refused, by which nothing is told as a fact.
fn refused(checked: &Checked) -> String {
    assert!(!checked.is_good && checked.facts.is_empty(), "{checked:?}");
    let mut fails = checked.steps.iter().filter_map(|step| match &step.verdict {
        Verdict::Fails(why) => Some(format!("{}: {why}", step.claim)),
        Verdict::Holds | Verdict::Open(_) => None,
    });
    let why = fails.next().unwrap();
    assert_eq!(fails.next(), None);
    why
}

#[test]
fn a_publication_that_the_rules_allow_says_which_event_it_is_and_how_to_see_the_others() {
    let (folder, data) = counted();
    let checked = said_of(folder.path(), stream().as_str(), 4, &data);
    assert!(checked.is_good, "{checked:?}");
    let fact = |name: &str| {
        let found = checked.facts.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(fact("recorded as"), Some("event 11 of its stream (version 10)"));
    assert_eq!(fact("endorsed by"), Some("the committee: 2 for, 0 against, 1 abstained; quorum 3"));
    let open = checked.steps.iter().find_map(|step| match &step.verdict {
        Verdict::Open(would) => Some(would.clone()),
        Verdict::Holds | Verdict::Fails(_) => None,
    });
    let wanted = format!("`redress export bundle --stream {}`", stream());
    assert!(open.as_ref().unwrap().contains(&wanted), "{open:?}");
    assert!(open.unwrap().contains("event 11 the last"));
}

#[test]
fn a_publication_in_another_stream_than_its_own_is_refused() {
    let (folder, data) = counted();
    let elsewhere = "report-01JGFJJZ00ABCDEFGHJKMNPQRS";
    let why = refused(&said_of(folder.path(), elsewhere, 4, &data));
    assert!(why.contains(&format!("expected {} for transparency", stream())), "{why}");
    assert!(why.contains(&format!("found {elsewhere}")), "{why}");
}

#[test]
fn an_endorsement_of_other_files_or_against_the_rules_is_refused() {
    let (folder, whole) = counted();
    let with = |more: Value| {
        let mut data = whole.clone();
        let endorsed = data["endorsed"].as_object_mut().unwrap();
        endorsed.extend(more.as_object().unwrap().clone());
        refused(&said_of(folder.path(), stream().as_str(), 4, &data))
    };
    let why = with(json!({"digest": "08".repeat(32)}));
    assert!(why.contains("expected an endorsement of the digest"), "{why}");
    let why = with(json!({"quorum": 9, "votes_for": 1, "votes_against": 5}));
    assert!(why.contains("expected 9 votes, found 7; the quorum is missing"), "{why}");
    let why = with(json!({"votes_for": 2, "votes_against": 2}));
    assert!(why.contains("more votes for it than against it, found 2 to 2"), "{why}");
    let why = with(json!({"quorum": 0, "votes_for": 0, "abstentions": 0}));
    assert!(why.contains("expected 1 votes, found 0"), "{why}");
}

#[test]
fn what_the_record_says_of_the_files_is_what_they_say_of_themselves() {
    let (folder, whole) = counted();
    let with = |position: u64, more: Value| {
        let mut data = whole.clone();
        let report = data["report"].as_object_mut().unwrap();
        report.extend(more.as_object().unwrap().clone());
        let (kind, [first, last]) = (&report["kind"], [&report["first_day"], &report["last_day"]]);
        let [kind, first, last] = [kind, first, last].map(|it| it.as_str().unwrap());
        let stream =
            report_stream_of(kind.parse().unwrap(), first.parse().unwrap(), last.parse().unwrap());
        refused(&said_of(folder.path(), stream.as_str(), position, &data))
    };
    let balance = json!({"at_start": 0, "came": 0, "went": 0, "at_end": 0});
    for (more, wanted) in [
        (json!({"kind": "committee"}), "the kind as the record has it, committee, found transp"),
        (json!({"last_day": "2031-06-30"}), "to 2031-06-30, found 2031-01-01 to 2031-03-31"),
        (json!({"size": 3}), "records as the record has it, 3, found 4 in the files"),
        (json!({"root": "0a".repeat(32)}), "expected the root as the record has it, 0a0a"),
        (json!({"balance": balance}), "0 + 0 - 0 = 0, found 1 + 2 - 2 = 1 in the files"),
    ] {
        let why = with(4, more);
        assert!(why.contains(wanted), "no `{wanted}` in {why}");
    }
    let why = with(3, json!({}));
    assert!(why.contains("report of 1 to 3 records at position 3, found 4"), "{why}");
}

#[test]
fn files_that_are_no_report_bear_out_nothing_that_the_record_says() {
    let (folder, mut data) = counted();
    fs::remove_file(folder.path().join("report.json")).unwrap();
    fs::write(folder.path().join(LIST), "").unwrap();
    let digest = Hex::<32>(Sha256::digest("").into()).to_string();
    data["report"]["digest"] = json!(digest);
    data["endorsed"]["digest"] = json!(digest);
    let why = refused(&said_of(folder.path(), stream().as_str(), 4, &data));
    assert!(why.contains("expected the files of one report"), "{why}");
}
