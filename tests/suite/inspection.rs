//! Quality inspections, by commands alone, and their samples drawn again by other code.

use std::{collections::BTreeMap, path::Path, process::Command, sync::Arc};

use complaint_codec::{Draft, encode};
use complaint_domain::{
    LedgerEvent,
    actor::{Actor, Role},
    inspection::{Drawn, InspectionEvent},
    sealed::Hex,
};
use event_log::{EventLog as _, ExpectedVersion, StreamVersion, clock::SystemClock};
use event_log_sled::SledLog;
use redress_tests::binary::{Ran, redress, root, run_in};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Runs a script of the documents on a new ledger.
pub(crate) fn script(folder: &Path, script: &str) -> Ran {
    run_in(folder, &["init", "--data", "ledger", "--origin", "complaints.example/script"]).done();
    script_on(folder, script)
}

/// The same on the ledger that is there.
pub(crate) fn script_on(folder: &Path, script: &str) -> Ran {
    let binaries = redress().parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binaries.to_owned()).chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command.arg(root().join(script)).arg("ledger").current_dir(folder);
    command.env("PATH", std::env::join_paths(paths).unwrap()).env_remove("RUST_LOG");
    command.output().unwrap().into()
}

/// A stratum by name, how many complaints it has, and those that are drawn.
type Drawing = (String, u64, Vec<String>);
/// A complaint with its rank.
type Ranked = ([u8; 32], String);

/// The root of RFC 6962, section 2.1, straight from its definition.
fn root_of(leaves: &[Vec<u8>]) -> [u8; 32] {
    let hash = |parts: &[&[u8]]| -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
        }
        hash.finalize().into()
    };
    match leaves {
        [] => hash(&[]),
        [leaf] => hash(&[&[0], leaf]),
        _ => {
            let half = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(half);
            hash(&[&[1], &root_of(left), &root_of(right)])
        }
    }
}

/// The sample as docs/format.md has it, from printed records alone: strata in order, each with its
/// complaints by rank. One place for each stratum, as the script's three places for three strata are.
fn sample_of(records: &str, plan_at: usize) -> Vec<Drawing> {
    let lines: Vec<&str> = records.lines().take(plan_at + 1).collect();
    let seed = root_of(&lines.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>());
    let mut known: BTreeMap<String, (String, String, bool)> = BTreeMap::new();
    for line in &lines {
        let record: Value = serde_json::from_str(line).unwrap();
        let of = known.entry(record["stream"].as_str().unwrap().to_owned()).or_default();
        let data = &record["data"];
        match record["type"].as_str().unwrap() {
            "complaint.received.v1" => of.0 = data["matter"]["product"].as_str().unwrap().into(),
            "complaint.response-issued.v1" => of.1 = data["outcome"].as_str().unwrap().into(),
            "complaint.closed.v1" => of.2 = true,
            _ => {}
        }
    }
    let mut strata: BTreeMap<(String, String), Vec<Ranked>> = BTreeMap::new();
    for (stream, (product, outcome, closed)) in known {
        if closed {
            let mut hash = Sha256::new_with_prefix(b"redress-inspection-sample/1\n");
            hash.update(seed);
            hash.update(&stream);
            strata.entry((product, outcome)).or_default().push((hash.finalize().into(), stream));
        }
    }
    let ranked = strata.into_iter().map(|((product, outcome), mut members)| {
        members.sort();
        let population = members.len() as u64;
        let sample = members.into_iter().take(1).map(|(_, stream)| stream).collect();
        (format!("{product}, {outcome}"), population, sample)
    });
    ranked.collect()
}

#[test]
fn an_inspection_is_planned_drawn_scored_and_followed_up_and_strangers_draw_the_same_sample() {
    let folder = tempfile::tempdir().unwrap();
    let ran = script(folder.path(), "docs/inspection.sh").done();
    for said in [
        "inspection.drawn.v1",
        "inspection.scored.v1",
        "inspection.followed-up.v1",
        "inspection.closed.v1",
        "stage          closed",
        "points         0 of 6",
        "findings       3",
    ] {
        assert!(ran.stdout.contains(said), "no `{said}` in:\n{}", ran.stdout);
    }
    for refusal in ["(has-part-in-case)", "(follow-up-missing)"] {
        assert!(ran.stderr.contains(refusal), "no {refusal} in:\n{}", ran.stderr);
    }
    run_in(folder.path(), &["verify", "--data", "ledger", "--vault"]).done();

    let records = run_in(folder.path(), &["replay", "--data", "ledger"]).done().stdout;
    let is_plan = |line: &str| line.contains("\"inspection.planned.v1\"");
    let plan_at = records.lines().position(is_plan).unwrap();
    let plan: Value = serde_json::from_str(records.lines().nth(plan_at).unwrap()).unwrap();
    let inspection = plan["stream"].as_str().unwrap();
    let sample = ["--json", "inspection", "sample", inspection, "--data", "ledger"];
    let drawn = run_in(folder.path(), &sample).done().json();
    assert_eq!(drawn["size"].as_u64(), Some(plan_at as u64 + 1));
    let strata = drawn["strata"].as_array().unwrap().iter().map(|it| {
        let name = ["product", "outcome"].map(|by| it["stratum"][by].as_str().unwrap());
        let sample = serde_json::from_value(it["sample"].clone()).unwrap();
        (name.join(", "), it["population"].as_u64().unwrap(), sample)
    });
    assert_eq!(strata.collect::<Vec<_>>(), sample_of(&records, plan_at));

    // Who never held a key draws it from a copy of the log alone.
    run_in(folder.path(), &["backup", "--data", "ledger", "--to", "backup"]).done();
    let restore = ["restore", "--from", "backup", "--data", "copy", "--log-only"];
    run_in(folder.path(), &restore).done();
    let again = ["--json", "inspection", "sample", inspection, "--data", "copy"];
    assert_eq!(run_in(folder.path(), &again).done().json(), drawn);
}

/// Writes a draw past the rules, as whoever has the files could.
async fn forge(data: &Path, inspection: &str, drawn: Drawn) {
    let log = SledLog::open(data, Arc::new(SystemClock)).unwrap();
    let stream = inspection.parse().unwrap();
    let actor = Actor {
        id: complaint_domain::actor::ActorId("mallory".parse().unwrap()),
        role: Role::Supervisor,
    };
    let id = uuid::Uuid::from_u128(9);
    let record = encode(&Draft {
        id,
        stream: &stream,
        version: StreamVersion(1),
        occurred_at: "2025-04-02T10:00:00Z".parse().unwrap(),
        actor: &actor,
        command_id: id,
        command_digest: Hex([0; 32]),
        correlation_id: id,
        causation_id: None,
        event: &LedgerEvent::Inspection(InspectionEvent::Drawn(drawn)),
        sealed: &[],
    });
    let expected = ExpectedVersion::Exact(StreamVersion(0));
    log.append(&stream, expected, vec![record.unwrap()]).await.unwrap();
    log.close().await;
}

#[tokio::test]
async fn a_sample_that_somebody_chose_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    script(folder.path(), "docs/inspection.sh").done();
    let body = r#"{"from": "2025-01-01", "until": "2025-03-31", "size": 1}"#;
    std::fs::write(folder.path().join("plan.json"), body).unwrap();
    let mut plan = vec!["--json", "inspection", "plan", "--data", "ledger", "--as", "cleo"];
    plan.extend(["--role", "compliance-officer", "--body", "plan.json"]);
    let planned = run_in(folder.path(), &plan).done().json();
    let inspection = planned["inspection"].as_str().unwrap();
    let sample = ["--json", "inspection", "sample", inspection, "--data", "ledger"];
    let honest = run_in(folder.path(), &sample).done().json();
    let mut chosen: Drawn = serde_json::from_value(honest).unwrap();
    let others = run_in(folder.path(), &["--json", "complaint", "list", "--data", "ledger"]);
    assert_eq!(others.done().json(), serde_json::json!([]), "all of them are closed");
    chosen.strata[0].sample[0] = "complaint-01KA0000000000000000000000".parse().unwrap();
    forge(&folder.path().join("ledger"), inspection, chosen).await;
    let refused = run_in(folder.path(), &sample).refused(1);
    assert!(refused.stderr.contains("do not rely on its scores"), "{}", refused.stderr);
}
