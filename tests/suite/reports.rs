//! Reports to the public, by commands alone, and what a stranger can check of them.

use redress_tests::binary::run_in;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::inspection::script;

#[test]
fn a_report_is_endorsed_published_restated_and_checked_by_strangers() {
    let folder = tempfile::tempdir().unwrap();
    let ran = script(folder.path(), "docs/reports.sh").done();
    for said in [
        "report.drafted.v1",
        "report.endorsed.v1",
        "report.published.v1",
        "GOOD: a published report",
        "recorded as            event 6 of its stream (version 5)",
        "endorsed by            the committee: 2 for, 0 against, 1 abstained; quorum 3",
        "its statement          a small quarter",
        "smallest cell          1 complaint: nothing is told together because it is small",
        "with reservation       one complaint only",
        "not shown: it was not restated since",
        "report.restated.v1",
        "restated-for   late-records",
        "stage          published",
        "kind committee",
    ] {
        assert!(ran.stdout.contains(said), "no `{said}` in:\n{}", ran.stdout);
    }
    for refusal in ["(term-too-long)", "(not-endorsed)", "(not-on-committee)", "(other-digest)"] {
        assert!(ran.stderr.contains(refusal), "no {refusal} in:\n{}", ran.stderr);
    }
    run_in(folder.path(), &["verify", "--data", "ledger", "--vault"]).done();

    // The digest that was published is that of the list, by other code.
    let list = std::fs::read(folder.path().join("report/SHA256SUMS")).unwrap();
    let digest: [u8; 32] = Sha256::digest(&list).into();
    let digest = complaint_domain::sealed::Hex(digest).to_string();
    let records = run_in(folder.path(), &["replay", "--data", "ledger"]).done().stdout;
    let published: Vec<Value> = records
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|record| record["type"] == "report.published.v1")
        .collect();
    assert_eq!(published.len(), 2);
    assert_eq!(published[0]["data"]["report"]["digest"], digest);
    assert_ne!(published[1]["data"]["report"]["digest"], digest);

    let status = run_in(folder.path(), &["--json", "keys", "status", "--data", "ledger"]);
    let key = status.done().json()["verifier_key"].as_str().unwrap().to_owned();
    let check = |report: &str| {
        let proof = "report/published.tlog-proof";
        run_in(folder.path(), &["--json", "check", proof, "--report", report, "--vkey", &key])
    };
    let good = check("report").done().json();
    assert_eq!(good["is_good"], true);
    // The check says how to see that it was restated since; that way leads there.
    let stream = published[0]["stream"].as_str().unwrap();
    assert!(good["steps"].to_string().contains(&format!("bundle --stream {stream}")), "{good}");
    run_in(folder.path(), &["commit-index", "--data", "ledger"]).done();
    run_in(folder.path(), &["checkpoint", "--data", "ledger"]).done();
    let bundle = ["export", "bundle", "--stream", stream, "--data", "ledger", "--out", "all.zip"];
    run_in(folder.path(), &bundle).done();
    let all = run_in(folder.path(), &["--json", "check", "all.zip", "--vkey", &key]).done().json();
    assert!(all["facts"].to_string().contains("12, as of the first"), "six came after it: {all}");
    // Other files, though whole; and one file changed by a byte.
    let other = check("restated").refused(1);
    assert!(other.stderr.contains("the files that were published"), "{}", other.stderr);
    // A forgery that lies beside the files; and a folder that is not there, which is nobody's fault but ours.
    let forged = folder.path().join("report/report.fr.html");
    std::fs::write(&forged, "<p>No complaints.</p>").unwrap();
    let beside = check("report").refused(1);
    assert!(beside.stderr.contains("found report.fr.html: nobody published"), "{}", beside.stderr);
    std::fs::remove_file(forged).unwrap();
    let nowhere = check("nodir").refused(1);
    assert!(nowhere.stderr.contains("could not read nodir"), "{}", nowhere.stderr);
    assert!(nowhere.stdout.is_empty() && !nowhere.stderr.contains("another copy"));
    let page = folder.path().join("report/report.zh.html");
    let mut text = std::fs::read_to_string(&page).unwrap();
    text.push(' ');
    std::fs::write(&page, text).unwrap();
    let changed = check("report").refused(1);
    assert!(changed.stderr.contains("report.zh.html"), "{}", changed.stderr);
    assert_eq!(changed.json()["is_good"], false);
}

#[test]
fn a_proof_of_something_else_is_no_proof_of_a_report() {
    let folder = tempfile::tempdir().unwrap();
    script(folder.path(), "docs/reports.sh").done();
    let first = ["prove", "inclusion", "0", "--data", "ledger", "--out", "first.tlog-proof"];
    run_in(folder.path(), &first).done();
    let status = run_in(folder.path(), &["--json", "keys", "status", "--data", "ledger"]);
    let key = status.done().json()["verifier_key"].as_str().unwrap().to_owned();
    let check = ["check", "first.tlog-proof", "--report", "report", "--vkey", &key];
    let refused = run_in(folder.path(), &check).refused(1);
    assert!(refused.stderr.contains("report.published.v1"), "{}", refused.stderr);
    // The committee's own report is a draft: there is nothing to prove of it.
    let list = run_in(folder.path(), &["--json", "report", "list", "--data", "ledger"]);
    let drafted = list.done().json();
    assert_eq!(drafted.as_array().unwrap().len(), 1);
    let report = drafted[0]["report"].as_str().unwrap();
    let proof = ["report", "proof", report, "--data", "ledger", "--out", "none"];
    assert!(run_in(folder.path(), &proof).refused(1).stderr.contains("was published"));
}

#[test]
fn figures_that_the_records_do_not_give_are_not_put_to_the_committee() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let at = |name: &str| folder.join(name);
    run_in(folder, &["init", "--data", "ledger", "--origin", "complaints.example/figures"]).done();
    let send = |words: &[&str], body: &str| {
        std::fs::write(at("body.json"), body).unwrap();
        let by = ["--data", "ledger", "--as", "cleo", "--role", "compliance-officer"];
        run_in(folder, &[words, &by, &["--body", "body.json", "--json"]].concat())
    };
    let receipt =
        r#"{"channel": "web", "source": {"kind": "direct"}, "personal": {"narrative": "A fee."}}"#;
    let register = ["complaint", "register", "--occurred-at", "2025-02-10T10:00:00Z"];
    send(&register, receipt).done();
    run_in(folder, &["clock", "run", "--data", "ledger"]).done();
    for (kind, out) in [("transparency", "report"), ("committee", "committee")] {
        let made = ["report", kind, "--data", "ledger", "--period", "2025-Q1", "--out", out];
        run_in(folder, &[&made[..], &["--min-cell", "1", "--locale", "en"]].concat()).done();
    }
    // Somebody improves a figure, and puts the list right again.
    let whole = std::fs::read_to_string(at("report/figures.csv")).unwrap();
    let list = std::fs::read_to_string(at("report/SHA256SUMS")).unwrap();
    let digest =
        |text: &str| complaint_domain::sealed::Hex(Sha256::digest(text).into()).to_string();
    let doctored = whole.replacen(",1", ",2", 1);
    assert_ne!(doctored, whole);
    std::fs::write(at("report/figures.csv"), &doctored).unwrap();
    let other = list.replace(&digest(&whole), &digest(&doctored));
    std::fs::write(at("report/SHA256SUMS"), other).unwrap();
    let draft = ["report", "draft", "--occurred-at", "2025-04-03T10:00:00Z"];
    let refused = send(&draft, r#"{"folder": "report"}"#).refused(1);
    for wanted in ["another figures.csv", "--period 2025-Q1 --records 3 --min-cell 1"] {
        assert!(refused.stderr.contains(wanted), "{wanted}: {}", refused.stderr);
    }
    // As they were counted they are taken, though more was recorded since.
    send(&register, receipt).done();
    std::fs::write(at("report/figures.csv"), whole).unwrap();
    std::fs::write(at("report/SHA256SUMS"), list).unwrap();
    for out in ["report", "committee"] {
        send(&draft, &format!(r#"{{"folder": "{out}"}}"#)).done();
    }
}

/// Where nobody ran the clock process, every limit looks kept.
#[test]
fn figures_that_show_a_missed_limit_as_kept_are_not_put_to_the_committee() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run_in(folder, &["init", "--data", "ledger", "--origin", "complaints.example/limits"]).done();
    let from = "2025-01-01".parse().unwrap();
    let decided = "2024-12-31T09:00:00Z".parse().unwrap();
    let adopted = redress_tests::rulebook::pack("uk-disp", from);
    redress_tests::rulebook::decide(&folder.join("ledger"), vec![(decided, adopted)]);
    let send = |words: &[&str], body: &str| {
        std::fs::write(folder.join("body.json"), body).unwrap();
        let by = ["--data", "ledger", "--as", "cleo", "--role", "compliance-officer"];
        run_in(folder, &[words, &by, &["--body", "body.json", "--json"]].concat())
    };
    let receipt =
        r#"{"channel": "web", "source": {"kind": "direct"}, "personal": {"narrative": "A fee."}}"#;
    send(&["complaint", "register", "--occurred-at", "2025-01-06T10:00:00Z"], receipt).done();
    let write = |out: &str| {
        let made = ["report", "transparency", "--data", "ledger", "--period", "2025-Q1"];
        run_in(folder, &[&made[..], &["--out", out, "--min-cell", "1"]].concat()).done();
    };
    let draft = |folder: &str| {
        let words = ["report", "draft", "--occurred-at", "2025-04-03T10:00:00Z"];
        send(&words, &format!(r#"{{"folder": "{folder}"}}"#))
    };
    write("report");
    let refused = draft("report").refused(1);
    assert!(refused.stderr.contains("the figures show them as kept"), "{}", refused.stderr);
    assert!(refused.stderr.contains("redress clock run"), "{}", refused.stderr);
    run_in(folder, &["clock", "run", "--data", "ledger"]).done();
    // These were counted before it was noted.
    assert!(draft("report").refused(1).stderr.contains("the figures show them as kept"));
    write("again");
    draft("again").done();
}
