//! Cases before the committee, violations before a regulator, and actions, by commands alone.

use std::{fs, path::Path, process::Command};

use redress_tests::binary::{Ran, redress, root, run_in};

fn script(folder: &Path) -> Ran {
    run_in(folder, &["init", "--data", "ledger", "--origin", "complaints.example/committee"])
        .done();
    let binaries = redress().parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binaries.to_owned()).chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command.arg(root().join("docs/committee.sh")).arg("ledger").current_dir(folder);
    command.env("PATH", std::env::join_paths(paths).unwrap()).env_remove("RUST_LOG");
    command.output().unwrap().into()
}

/// The lines of a text that say something, each once found in order.
#[track_caller]
fn says_in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let (_, after) = rest
            .split_once(part)
            .unwrap_or_else(|| panic!("no `{part}` where expected in:\n{text}"));
        rest = after;
    }
}

#[test]
fn a_case_goes_before_the_committee_a_violation_to_the_regulator_and_a_cause_is_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let ran = script(folder.path()).done();
    says_in_order(
        &ran.stdout,
        &[
            "deliberating",
            "review.decided.v1",
            "review.closed.v1",
            "stage          closed",
            "outcome        upheld",
            "votes          2 for, 1 against, 0 abstained; quorum 3",
            "withdrawn      2",
            "review.dissent-recorded.v1",
            "referral.submitted.v1",
            "inquiries-open 1",
            "referral.closed.v1",
            "finding        violation",
            "action.approved.v1",
            "action.customers-remediated.v1",
            "completed ",
            "action.effect-checked.v1",
            "effect         0 complaints from 2025-03-15 to 2025-06-30, 1 in as many days before: inconclusive",
            "result         inconclusive",
            "no cause recurs more often than chance explains",
        ],
    );
    for refusal in
        ["(role-may-not)", "(has-part-in-case)", "(quorum-missing)", "(approved-by-proposer)"]
    {
        assert!(ran.stderr.contains(refusal), "no {refusal} in:\n{}", ran.stderr);
    }
    run_in(folder.path(), &["verify", "--data", "ledger", "--vault"]).done();

    let list = |noun: &str, more: &[&str]| {
        let mut arguments = vec!["--json", noun, "list", "--data", "ledger"];
        arguments.extend_from_slice(more);
        run_in(folder.path(), &arguments).done().json()
    };
    assert_eq!(list("review", &[]), serde_json::json!([]), "what ended is not on the docket");
    let reviews = list("review", &["--all"]);
    assert_eq!(reviews[0]["stage"], "closed");
    let review = reviews[0]["review"].as_str().unwrap();
    let shown = run_in(folder.path(), &["--json", "review", "show", review, "--data", "ledger"]);
    let shown = shown.done().json();
    assert_eq!(shown["events"][0]["type"], "review.opened.v1");
    assert_eq!(shown["events"][0]["data"]["way"], "complainant");
}

#[test]
fn the_demo_shows_committee_decisions_referrals_actions_and_surveys() {
    let folder = tempfile::tempdir().unwrap();
    let demo = ["demo", "--data", "demo", "--complaints", "300"];
    run_in(folder.path(), &demo).done();
    let report = folder.path().join("demo/reports/transparency-2025/report.json");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let told = |id: &str| {
        let tallies = report["oversight"].as_array().unwrap();
        tallies.iter().find(|tally| tally["id"] == id).unwrap()["count"].as_u64()
    };
    assert_eq!(told("actions-completed"), Some(4));
    assert_ne!(told("customers-remediated"), Some(0));
    assert_ne!(told("reviews-decided"), Some(0), "told, or withheld because they are few");
    assert!(report["survey"]["response"]["numerator"].as_u64().unwrap() > 30);
    let rates = report["volumes"]["rates"].as_array().unwrap();
    let all = rates.iter().find(|rate| rate["product"].is_null()).unwrap();
    assert_eq!((&all["unit"], &all["numerator"]), (&"customers".into(), &300.into()));
    let is_told = |rate: &&serde_json::Value| rate["per_1000_hundredths"].is_u64();
    assert!(rates.iter().filter(is_told).count() > 5, "products and all: {rates:?}");
    // A product may be too small beside the others; every one has its volume.
    assert!(rates.iter().all(|rate| is_told(&rate) || rate["withheld"] == "too-few"), "{rates:?}");

    // Its year has missed limits, outside bodies, and people who need support.
    let tables = report["tables"].as_array().unwrap();
    for id in ["received-by-missed-limit", "received-by-vulnerability", "referred-by-body"] {
        assert!(tables.iter().any(|table| table["id"] == id), "{id}");
    }
    let limits = report["limits"]["limits"].as_array().unwrap();
    let kept = |limit: &serde_json::Value| {
        let kept = &limit["kept"];
        (kept["numerator"].as_u64(), kept["denominator"].as_u64())
    };
    assert!(limits.iter().all(|limit| kept(limit).1 == Some(300)), "{limits:?}");
    assert!(limits.iter().any(|limit| kept(limit).0.is_some_and(|n| n < 300)), "{limits:?}");

    let list = |noun: &str| {
        let arguments = ["--json", noun, "list", "--all", "--data", "demo"];
        run_in(folder.path(), &arguments).done().json()
    };
    let (reviews, actions) = (list("review"), list("action"));
    let decided = |review: &&serde_json::Value| review["facts"]["votes"].is_string();
    assert!(reviews.as_array().unwrap().iter().filter(decided).count() > 2, "{reviews}");
    let mut done = actions.as_array().unwrap().iter().filter(|it| it["stage"] != "proposed");
    assert!(done.all(|it| it["facts"]["effect"].is_string()));

    // What was handled is looked at again, and both reports were endorsed before they went out.
    let inspections = list("inspection");
    assert_eq!(inspections[0]["stage"], "closed", "{inspections}");
    assert_eq!(inspections[0]["facts"]["sample"], "12");
    let reports = list("report");
    assert_eq!(reports.as_array().unwrap().len(), 2);
    for report in reports.as_array().unwrap() {
        assert_eq!(report["stage"], "published");
        assert_eq!(report["facts"]["endorsed"], "3 for, 0 against, 0 abstained; quorum 3");
    }
    let status = run_in(folder.path(), &["--json", "keys", "status", "--data", "demo"]);
    let key = status.done().json()["verifier_key"].as_str().unwrap().to_owned();
    for kind in ["transparency", "committee"] {
        let out = format!("demo/reports/{kind}-2025");
        let proof = format!("{out}/published.tlog-proof");
        run_in(folder.path(), &["check", &proof, "--report", &out, "--vkey", &key]).done();
        // The ledger has grown since; the records that were counted give the same files again.
        let json = if kind == "committee" { "committee.json" } else { "report.json" };
        let published = fs::read(folder.path().join(&out).join(json)).unwrap();
        let published: serde_json::Value = serde_json::from_slice(&published).unwrap();
        let size = published["cutoff"]["tree_size"].to_string();
        let again = format!("again-{kind}");
        let mut words = vec!["report", kind, "--data", "demo", "--period", "2025", "--out", &again];
        run_in(folder.path(), &[&words[..], &["--records", "99999999"]].concat()).refused(1);
        words.extend(["--records", &size]);
        run_in(folder.path(), &words).done();
        let list = |place: &str| fs::read(folder.path().join(place).join("SHA256SUMS")).unwrap();
        assert_eq!(list(&again), list(&out), "{kind}, from {size} records");
    }

    // The same demo again adds nothing, counted effects included.
    let again = run_in(folder.path(), &["--json", "demo", "--data", "demo", "--complaints", "300"]);
    assert_eq!(again.done().json()["carried_out"], 0);
}

#[test]
fn what_is_shown_must_be_there_and_of_its_kind() {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &["init", "--data", "ledger", "--origin", "complaints.example/none"])
        .done();
    let none = "review-01KA0000000000000000000000";
    run_in(folder.path(), &["review", "show", none, "--data", "ledger"]).refused(1);
    let mut wrong = vec!["review", "decide", "action-01KA0000000000000000000000"];
    wrong.extend(["--data", "ledger", "--as", "eve", "--role", "committee-chair"]);
    let refused = run_in(folder.path(), &wrong).refused(2);
    assert!(refused.stderr.contains("review-"), "{}", refused.stderr);
    let mut nobody = vec!["--json", "review", "decide", none];
    nobody.extend(["--data", "ledger", "--as", "eve", "--role", "committee-chair"]);
    assert_eq!(run_in(folder.path(), &nobody).refused(1).json()["refused"], "not-opened");
}

#[test]
fn the_commands_of_the_page_about_the_committee_work() {
    crate::readme::run_all("docs/committee.md");
}
